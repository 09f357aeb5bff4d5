"""Following the live log from a durable position: for work that comes after what happened, and must miss nothing.

live_event --final rows after the position, these topics--> handle(events) --> position written --> again

One process at a time follows under a name. Events are handled at least once: a process that dies between handling and writing
the position has its successor handle them again, so `handle` must bear repetition. If the log was pruned past the position
(nobody followed for many hours), `begin` is called as at the very first start.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import psycopg
import structlog

from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.live import LiveEvent, LiveHub, Position
from oase.kernel.locks import Locks, lock_key
from oase.kernel.waiting import awakened

Handle = Callable[[Sequence[LiveEvent]], Awaitable[None]]
Begin = Callable[[], Awaitable[None]]
_BATCH: Final = 500
_LOOK_SECONDS: Final = 1.0
_STAND_BY_SECONDS: Final = 2.0
_WRITE_IDLE_AFTER: Final = timedelta(minutes=1)
_LOG_KEPT_AT_LEAST: Final = timedelta(hours=12)
log = structlog.get_logger()


class Follower:
    """Works through the live log under a name; `run` it in any number of processes."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks, name: str, topics: Collection[str]) -> None:
        self._database = database
        self._hub = hub
        self._locks = locks
        self._name = name
        self._topics = list(topics)
        self._key = lock_key(f"follow/{name}", UUID(int=0))
        self._wake = asyncio.Event()

    async def run(self, handle: Handle, begin: Begin) -> None:
        """Follows until cancelled, while this process has the lock; trouble with the database is waited out."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listen())
            while True:
                try:
                    generation = await self._locks.take(self._key)
                    if generation is not None:
                        try:
                            await self._lead(generation, handle, begin)
                        finally:
                            await self._locks.give_back(self._key)
                except (OaseError, psycopg.Error, OSError) as error:
                    log.warning("follower.interrupted", name=self._name, error=str(error))
                await asyncio.sleep(_STAND_BY_SECONDS)

    async def _listen(self) -> None:
        while True:
            async with self._hub.subscribe(None, self._topics) as subscription:
                async for _ in subscription.events():
                    self._wake.set()
            await asyncio.sleep(0.05)

    async def _lead(self, generation: int, handle: Handle, begin: Begin) -> None:
        await self.start(begin)
        while self._locks.holds(generation):
            self._wake.clear()
            if await self.step(handle):
                continue
            if not await awakened(self._wake, _LOOK_SECONDS):
                await self._locks.check()

    async def catch_up(self, handle: Handle, begin: Begin) -> None:
        """Everything up to now, once: for tests and benches, without waiting for the hub."""
        await self.start(begin)
        while await self.step(handle):
            pass

    async def start(self, begin: Begin) -> None:
        """Calls `begin` when there is no position to go on from; what happens meanwhile is handled afterwards."""
        async with self._database.everywhere() as work:
            known = await _load(work, self._name)
            end = await _end(work)
        if known is None:
            await begin()
            async with self._database.everywhere() as work:
                await _save(work, self._name, end)

    async def step(self, handle: Handle) -> bool:
        """Handles the next events, if there are any; True if there may be more."""
        async with self._database.everywhere() as work:
            position = await _load(work, self._name) or Position(0, 0)
            end = await _end(work)
            events = await _read(work, position, self._topics)
        if events:
            await handle(events)
            end = events[-1].position
        async with self._database.everywhere() as work:
            await _save(work, self._name, end, idle=not events)
        return len(events) == _BATCH


async def _load(work: UnitOfWork, name: str) -> Position | None:
    """Where to go on; None if there is no such place, or what came after it is no longer in the log."""
    row = await work.row(
        "SELECT xid, event_id, at FROM follower_position WHERE name = %(name)s",
        {"name": name},
    )
    if row is None:
        return None
    position = Position(row["xid"], row["event_id"])
    if row["at"] < work.clock.now() - _LOG_KEPT_AT_LEAST:
        oldest = await work.tuples("SELECT xid::text::bigint, id FROM live_event ORDER BY xid, id LIMIT 1")
        if oldest and position < Position(*oldest[0]):
            return None
    return position


async def _save(work: UnitOfWork, name: str, position: Position, *, idle: bool = False) -> None:
    """Writes the position; while nothing happens only once a minute, so that it does not fall out of the log."""
    await work.run(
        "INSERT INTO follower_position (name, xid, event_id, at) VALUES (%(name)s, %(xid)s, %(id)s, %(now)s) ON CONFLICT (name)"
        " DO UPDATE SET xid = excluded.xid, event_id = excluded.event_id, at = excluded.at"
        " WHERE NOT %(idle)s OR follower_position.at < %(stale)s",
        {
            "name": name,
            "xid": position.xid,
            "id": position.id,
            "now": work.clock.now(),
            "idle": idle,
            "stale": work.clock.now() - _WRITE_IDLE_AFTER,
        },
    )


async def _end(work: UnitOfWork) -> Position:
    """The newest place before which everything is final."""
    xid = await work.value("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1")
    return Position(int(xid), 2**62)


async def _read(work: UnitOfWork, after: Position, topics: Sequence[str]) -> list[LiveEvent]:
    rows = await work.tuples(
        "SELECT xid::text::bigint, id, workspace_id, topic, key, payload, at FROM live_event"
        " WHERE (xid, id) > (%(xid)s::text::xid8, %(id)s) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
        " AND topic = ANY(%(topics)s) ORDER BY xid, id LIMIT %(limit)s",
        {"xid": str(after.xid), "id": after.id, "topics": list(topics), "limit": _BATCH},
    )
    return [LiveEvent(Position(row[0], row[1]), *row[2:]) for row in rows]
