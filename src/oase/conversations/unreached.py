"""Answers that reached nobody: what a provider refused for good leaves no conversation closed.

delivery ends as failed --lane, receipts--> live event "unreached" --Follower("unreached"), durable position--> `reopen_unreached`

After it happened, in a transaction of its own: whoever sends many answers at once waits for no conversation.
"""

from collections.abc import Sequence

from oase.conversations.actions.deliveries import reopen_unreached
from oase.conversations.delivery.news import UNREACHED
from oase.conversations.errors import NoMessage
from oase.kernel.db import Database
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks


class UnreachedFeed:
    """Opens what was closed by an answer that failed; one process at a time does it."""

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
        """Looks at each message that failed."""
        for workspace_id, message_id in dict.fromkeys((event.workspace_id, event.key) for event in events):
            try:
                async with self._database.work(workspace_id) as work:
                    await reopen_unreached(work, message_id)
            except NoMessage:  # erased meanwhile
                continue


async def _nothing() -> None:
    """What failed before this process knew of it stays as people left it."""
