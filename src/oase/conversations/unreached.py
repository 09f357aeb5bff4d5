"""Answers that reached nobody, or of which nobody can tell: they leave no conversation closed.

delivery is failed, unknown, or went after all --lane, receipts--> live event "unreached"
                                               --Follower("unreached"), durable position--> `look_again`

After it happened, in a transaction of its own: whoever sends many answers at once waits for no conversation.
"""

from collections.abc import Sequence

from oase.conversations.actions.deliveries import look_again
from oase.conversations.delivery.news import UNREACHED
from oase.conversations.errors import NoMessage
from oase.kernel.db import Database
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks


class UnreachedFeed:
    """Opens what was closed by an answer that did not arrive; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._follower = Follower(database, hub, locks, "unreached", [UNREACHED])

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, _nothing)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests, without waiting for the hub."""
        await self._follower.catch_up(self.handle, _nothing)

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Looks at each message whose fate is another one now."""
        for workspace_id, message_id in dict.fromkeys((event.workspace_id, event.key) for event in events):
            try:
                async with self._database.work(workspace_id) as work:
                    await look_again(work, message_id)
            except NoMessage:  # erased meanwhile
                continue


async def _nothing() -> None:
    """What failed before this process knew of it stays as people left it."""
