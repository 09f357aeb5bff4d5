"""The indexer: writes entries after the messages, never in the transaction that stores them.

live log --Follower, durable position--> ids of messages, conversations, persons --one transaction per workspace--> entries

At the very first start, and when it was away for longer than the live log is kept, it sweeps through all messages and persons
and writes what is missing. A crash anywhere repeats some work and loses none.
"""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

import psycopg
import structlog
from msgspec import Struct

from oase.conversations.search import entries
from oase.kernel.db import Database
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks

_TOPICS: Final = ("conversation", "person")
_NEW: Final = frozenset({"opened", "received", "said", "noted", "changed"})
_CHANGED: Final = frozenset({"merged", "split", "cancelled", "subject"})
_NAMED_AT_MOST: Final = 50  # messages that an event names; if it names so many there may be more
_SWEEP: Final = 1_000
_PIECE: Final = 500
_ATTEMPTS: Final = 5
log = structlog.get_logger()


class _Stale(Struct, frozen=True):
    """What is to be written in one workspace."""

    messages: set[UUID]
    conversations: set[UUID]
    persons: set[UUID]


class Indexer:
    """Keeps the index up to date, for all workspaces; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._follower = Follower(database, hub, locks, "search", _TOPICS)

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, self.sweep)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests and benches, without waiting for the hub."""
        await self._follower.catch_up(self.handle, self.sweep)

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Writes the entries that these events made stale."""
        for workspace_id, stale in _sorted(events).items():
            for messages in _pieces(stale.messages):
                await self._write(workspace_id, messages, (), ())
            for conversations in _pieces(stale.conversations, 10):
                await self._write(workspace_id, (), conversations, ())
            for persons in _pieces(stale.persons):
                await self._write(workspace_id, (), (), persons)

    async def _write(
        self, workspace_id: UUID, messages: Sequence[UUID], conversations: Sequence[UUID], persons: Sequence[UUID]
    ) -> None:
        for attempt in range(_ATTEMPTS):
            try:
                async with self._database.work(workspace_id) as work:
                    if messages:
                        await entries.write_messages(work, messages)
                    if conversations:
                        await entries.write_conversations(work, conversations)
                    found = await entries.persons_of(work, messages, conversations) if messages or conversations else []
                    if wanted := [*persons, *found]:
                        await entries.write_persons(work, wanted)
                return
            except (psycopg.errors.DeadlockDetected, psycopg.errors.ForeignKeyViolation) as error:
                # merged, erased or split at this moment: the next look sees how it is now
                log.info("search.batch_repeated", attempt=attempt, error=str(error).splitlines()[0])
        log.error("search.batch_skipped", workspace_id=str(workspace_id), messages=len(messages))

    async def sweep(self) -> None:
        """Writes every entry that is missing, workspace by workspace."""
        async with self._database.everywhere() as work:
            workspaces = [
                row[0] for row in await work.tuples("SELECT workspace_id FROM person GROUP BY workspace_id ORDER BY workspace_id")
            ]
        for workspace_id in workspaces:
            await self._sweep_messages(workspace_id)
            await self._sweep_persons(workspace_id)

    async def _sweep_messages(self, workspace_id: UUID) -> None:
        after: UUID | None = UUID(int=0)
        while after is not None:
            async with self._database.work(workspace_id) as work:
                missing, after = await entries.missing_messages(work, after, _SWEEP)
                if missing:
                    await entries.write_messages(work, missing)
            await asyncio.sleep(0)

    async def _sweep_persons(self, workspace_id: UUID) -> None:
        after: UUID | None = UUID(int=0)
        while after is not None:
            async with self._database.work(workspace_id) as work:
                missing, after = await entries.missing_persons(work, after, _SWEEP)
                if missing:
                    await entries.write_persons(work, missing)
            await asyncio.sleep(0)


def _sorted(events: Iterable[LiveEvent]) -> dict[UUID, _Stale]:
    by_workspace: dict[UUID, _Stale] = {}
    for event in events:
        stale = by_workspace.setdefault(event.workspace_id, _Stale(set(), set(), set()))
        what = event.payload.get("what")
        messages = event.payload.get("messages", ())
        if event.topic == "person":
            stale.persons.add(event.key)
        elif what in _CHANGED or len(messages) >= _NAMED_AT_MOST or (what in _NEW and not messages):
            stale.conversations.add(event.key)
        elif what in _NEW:
            stale.messages.update(UUID(one) for one in messages)
    return by_workspace


def _pieces(ids: Iterable[UUID], size: int = _PIECE) -> Iterable[list[UUID]]:
    ordered = sorted(ids)
    return [ordered[start : start + size] for start in range(0, len(ordered), size)]
