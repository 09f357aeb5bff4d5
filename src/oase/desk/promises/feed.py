"""The feed: what happens in conversations becomes promises and due times, moments after it happened.

live log --Follower("promises")--> conversations that something happened to --one transaction per workspace and batch-->
    policy · owed · standing · answers --plan_of (pure)--> promise rows settled, made, paused · due times · live event "promised"
    what was said meanwhile --missed (pure)--> promise rows of what was asked and answered before it was looked at

Targets and calendars that change, and persons, have all that waits looked at again, page by page.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct, field

from oase.conversations import waiting_ids, waiting_of_persons
from oase.desk.hours import Timetables
from oase.desk.promises import repository
from oase.desk.promises.actions import promise
from oase.kernel.db import Database
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks
from oase.staff import list_workspaces

TOPICS: Final = ("conversation", "person", "desk")
_HEARD: Final = ("opened", "received")
_EDITS: Final = ("targets", "calendar", "team")
_PAGE: Final = 500
log = structlog.get_logger()


class _Batch(Struct, frozen=True):
    """What a batch of events touches in one workspace. `heard`: messages that came; `whole`: all that waits."""

    conversations: set[UUID] = field(default_factory=set)
    heard: set[UUID] = field(default_factory=set)
    persons: set[UUID] = field(default_factory=set)
    whole: list[bool] = field(default_factory=list)


class PromiseFeed:
    """Promises; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks, timetables: Timetables) -> None:
        self._database = database
        self._timetables = timetables
        self._follower = Follower(database, hub, locks, "promises", TOPICS)

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, self.begin)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests and benches."""
        await self._follower.catch_up(self.handle, self.begin)

    async def begin(self) -> None:
        """Nobody followed until now: whatever waits is looked at."""
        for workspace in await list_workspaces(self._database):
            await self.look_at_all(workspace.id)
        log.info("promises.begin")

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Promises what these events ask for."""
        for workspace_id, batch in _sorted(events).items():
            if batch.whole:
                await self.look_at_all(workspace_id)
            async with self._database.work(workspace_id) as work:
                touched = batch.conversations
                if batch.persons:
                    touched |= set(await waiting_of_persons(work, sorted(batch.persons)))
                await promise(work, touched, self._timetables, batch.heard)

    async def look_at_all(self, workspace_id: UUID) -> None:
        """All that waits or stands in a workspace, in pages with a transaction each."""
        for pages in (waiting_ids, repository.standing_ids):
            after: UUID | None = None
            while True:
                async with self._database.work(workspace_id) as work:
                    ids = await pages(work, after, _PAGE)
                    await promise(work, ids, self._timetables)
                if len(ids) < _PAGE:
                    break
                after = ids[-1]


def _sorted(events: Sequence[LiveEvent]) -> dict[UUID, _Batch]:
    batches: dict[UUID, _Batch] = defaultdict(_Batch)
    for event in events:
        what = event.payload.get("what")
        if event.topic == "conversation" and what != "promised":
            batches[event.workspace_id].conversations.add(event.key)
            if what in _HEARD:
                batches[event.workspace_id].heard.update(UUID(one) for one in event.payload.get("messages", ()))
        elif event.topic == "person" and what in ("changed", "merged", "unmerged"):
            batches[event.workspace_id].persons.add(event.key)
        elif event.topic == "desk" and what in _EDITS:
            batches[event.workspace_id].whole.append(True)
    return batches
