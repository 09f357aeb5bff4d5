"""The live log: what happened, in commit order, to every browser and worker that wants to know.

    unit of work --INSERT--> live_event --relay (one per database)--> NOTIFY position --hub (one per process)--> subscribers

Committing transactions never notify: NOTIFY takes one lock for all committers. The relay tails the table below the
snapshot's xmin, where nothing can still appear, so no reader skips a row whose transaction commits late; readers take the
rows between their own position and the notified one. A position is `<transaction>-<id>` and is the `Last-Event-ID` of streams.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

import psycopg
import structlog
from msgspec import Struct
from psycopg import AsyncConnection

from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.waiting import awakened, raise_if_cancelled

_CHANNEL: Final = "oase_live"
_LEADER_LOCK: Final = 0x6F61_7365_0001  # "oase", 1: one relay per database
_POLL_SECONDS: Final = 0.015  # while something happens
_IDLE_POLL_SECONDS: Final = 0.05
_IDLE_AFTER_POLLS: Final = 20
_BATCH: Final = 2_000
_QUEUE_OF_A_PROCESS: Final = 100_000  # for one that hands on to many
_QUEUE: Final = 1_000  # events a slow subscriber may lag before it must start again
_FAR: Final = 200_000  # events of everybody that are looked through for those of one
_BOUNDS: Final = b"SELECT min(xid)::text::bigint, pg_snapshot_xmin(pg_current_snapshot())::text::bigint FROM live_event"
log = structlog.get_logger()


class Position(NamedTuple):
    """A place in the log: comparable, and written `<transaction>-<id>`."""

    xid: int
    id: int

    def __str__(self) -> str:
        return f"{self.xid}-{self.id}"

    @classmethod
    def read(cls, text: str) -> "Position | None":
        """The position that a client sent back; None if it is not one."""
        xid, _, number = text.partition("-")
        return cls(int(xid), int(number)) if _is_number(xid) and _is_number(number) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18  # what a bigint holds


class LiveEvent(Struct, frozen=True):
    """Something happened to `key`; `topic` says to what kind of thing."""

    position: Position
    workspace_id: UUID
    topic: str
    key: UUID
    payload: dict[str, Any]
    at: datetime | None = None  # when it happened; known to followers, not to subscribers


class Missed(NamedTuple):
    """What happened since a place in the log, and up to where that is all of it."""

    events: list[LiveEvent]
    up_to: Position


class Relay:
    """Tails the log and notifies once per batch. Every process may run one; only the one that holds the lock works."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kick = asyncio.Event()
        database.on_commit.append(self._kick.set)

    async def run(self) -> None:
        """Runs until cancelled; survives lost connections."""
        await _through_outages(self._lead, "live.relay_interrupted")

    async def _lead(self) -> None:
        async with await AsyncConnection.connect(self._database.dsn, autocommit=True) as connection:
            await _become_leader(connection)
            last = await _end(connection)
            await _notify(connection, last)  # what the former leader may have left unsaid
            quiet = 0
            while True:
                new = await _last_final(connection, last)
                if new is not None:
                    last, quiet = new, 0
                    await _notify(connection, last)
                else:
                    quiet += 1
                pause = _POLL_SECONDS if quiet < _IDLE_AFTER_POLLS else _IDLE_POLL_SECONDS
                self._kick.clear()
                await awakened(self._kick, pause)


class Subscription:
    """What one subscriber has yet to see. `lagged` is set when it was too slow and must load everything again."""

    def __init__(self, patience: int = _QUEUE) -> None:
        self.queue: asyncio.Queue[LiveEvent | None] = asyncio.Queue()
        self.lagged = False
        self._patience = patience

    def offer(self, event: LiveEvent) -> None:
        """Adds an event, unless the subscriber lags too far behind."""
        if self.queue.qsize() >= self._patience:
            if not self.lagged:
                self.lagged = True
                self.queue.put_nowait(None)
            return
        self.queue.put_nowait(event)

    def end(self) -> None:
        """Ends the stream: at shutdown."""
        self.queue.put_nowait(None)

    async def events(self) -> AsyncIterator[LiveEvent]:
        """The events, as they come; ends at shutdown or when the subscriber lagged."""
        while (event := await self.queue.get()) is not None:
            yield event


class LiveHub:
    """One listener per process; hands events to subscribers by rooms.

    A room is a topic ("conversation": everything of that kind) or a topic with a key ("visitor:<id>").
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rooms: dict[tuple[UUID, str], set[Subscription]] = defaultdict(set)
        self._everywhere: dict[str, set[Subscription]] = defaultdict(set)
        self.position = Position(0, 0)
        self.ready = asyncio.Event()

    async def run(self) -> None:
        """Listens until cancelled; after a lost connection it goes on where it was, without a gap."""
        await _through_outages(self._listen, "live.listener_interrupted")

    async def _listen(self) -> None:
        async with await AsyncConnection.connect(self._database.dsn, autocommit=True) as connection:
            await connection.execute(f"LISTEN {_CHANNEL}")
            if self.position == (0, 0):
                self.position = await _end(connection)
            self.ready.set()
            while True:
                await self._catch_up(None)
                async for note in connection.notifies(timeout=5):
                    await self._catch_up(Position.read(note.payload))

    async def _catch_up(self, up_to: Position | None) -> None:
        while up_to is None or self.position < up_to:
            async with self._database.connection() as connection:
                events = await _read(connection, self.position)
            for event in events:
                self._hand_out(event)
            if events:
                self.position = events[-1].position
            if len(events) < _BATCH:
                return

    def _hand_out(self, event: LiveEvent) -> None:
        for room in (event.topic, f"{event.topic}:{event.key}"):
            for subscription in self._rooms.get((event.workspace_id, room), ()):
                subscription.offer(event)
        for subscription in self._everywhere.get(event.topic, ()):
            subscription.offer(event)

    @asynccontextmanager
    async def subscribe(
        self, workspace_id: UUID | None, rooms: Collection[str], after: Position | None = None
    ) -> AsyncIterator[Subscription]:
        """Events of these rooms, first those since `after`. Without a workspace: those topics of all workspaces."""
        subscription = Subscription(_QUEUE if workspace_id else _QUEUE_OF_A_PROCESS)
        places = [self._everywhere[room] if workspace_id is None else self._rooms[workspace_id, room] for room in rooms]
        for place in places:
            place.add(subscription)
        try:
            if after is not None and workspace_id is not None:
                await self._replay(subscription, workspace_id, set(rooms), after)
            yield subscription
        finally:
            for place in places:
                place.discard(subscription)
            if workspace_id is not None:
                for room in rooms:
                    if not self._rooms.get((workspace_id, room), True):
                        del self._rooms[workspace_id, room]

    async def _replay(self, subscription: Subscription, workspace_id: UUID, rooms: set[str], after: Position) -> None:
        """Puts the missed events before those that arrived meanwhile. A client from before the log's beginning lags."""
        async with self._database.connection() as connection:
            oldest = await _scalar(connection, "SELECT min(xid)::text::bigint FROM live_event", [])
            if oldest is not None and after.xid < oldest and after.id > 1:
                subscription.lagged = True
                subscription.end()
                return
            missed = await _read(connection, after, workspace_id, up_to=self.position)
        waiting = [subscription.queue.get_nowait() for _ in range(subscription.queue.qsize())]
        seen = {event.position for event in missed}
        for event in missed:
            if event.topic in rooms or f"{event.topic}:{event.key}" in rooms:
                subscription.queue.put_nowait(event)
        for late in waiting:
            if late is None or late.position not in seen:
                subscription.queue.put_nowait(late)

    async def missed(self, workspace_id: UUID, topic: str, key: UUID, after: Position, most: int) -> Missed | None:
        """What happened to a key since a place, as far as subscribers were told; None if it is too much or not known any more.

        Whoever subscribes first and asks then has everything, and knows by `up_to` what comes a second time.
        """
        reached = self.position
        if reached.id - after.id > _FAR:
            return None
        async with self._database.connection() as connection:
            oldest, running = await (await connection.execute(_BOUNDS)).fetchone() or (None, 0)
            if oldest is None or not oldest <= after.xid < running:
                return None
            rows = await (
                await connection.execute(
                    b"SELECT xid::text::bigint, id, workspace_id, topic, key, payload FROM live_event WHERE (xid, id) >"
                    b" (%s::text::xid8, %s) AND (xid, id) <= (%s::text::xid8, %s) AND workspace_id = %s AND topic = %s"
                    b" AND key = %s ORDER BY xid, id LIMIT %s",
                    [str(after.xid), after.id, str(reached.xid), reached.id, workspace_id, topic, key, most + 1],
                )
            ).fetchall()
        if len(rows) > most:
            return None
        return Missed([LiveEvent(Position(xid, number), *event) for xid, number, *event in rows], max(reached, after))

    def end_all(self) -> None:
        """Ends every stream: at shutdown, so that no open stream holds the server up."""
        for subscriptions in [*self._rooms.values(), *self._everywhere.values()]:
            for subscription in subscriptions:
                subscription.end()


async def _through_outages(work: Callable[[], Awaitable[None]], interrupted: str) -> None:
    """Begins the work again whenever the database interrupts it, until cancelled."""
    while True:
        try:
            await work()
        except (OaseError, psycopg.Error, OSError) as error:
            raise_if_cancelled()
            log.warning(interrupted, error=str(error))
            await asyncio.sleep(0.2)


async def _become_leader(connection: AsyncConnection[Any]) -> None:
    """Waits until this process leads. Asked again and again: a waiting lock call would hold vacuum back."""
    while not await _scalar(connection, "SELECT pg_try_advisory_lock(%s)", [_LEADER_LOCK]):  # noqa: ASYNC110
        await asyncio.sleep(0.5)


async def _notify(connection: AsyncConnection[Any], position: Position) -> None:
    await connection.execute(b"SELECT pg_notify(%s, %s)", [_CHANNEL, str(position)])


async def _scalar(connection: AsyncConnection[Any], statement: str, parameters: list[Any]) -> Any:
    found = await (await connection.execute(statement.encode(), parameters)).fetchone()
    return found[0] if found else None


async def _end(connection: AsyncConnection[Any]) -> Position:
    """The newest place at which everything before is final."""
    row = await (
        await connection.execute(
            b"SELECT (pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1), coalesce(max(id), 0)"
            b" FROM live_event WHERE xid < pg_snapshot_xmin(pg_current_snapshot())"
        )
    ).fetchone()
    return Position(row[0], row[1]) if row else Position(0, 0)


async def _last_final(connection: AsyncConnection[Any], last: Position) -> Position | None:
    """The newest final row after `last`, at most one batch on."""
    row = await (
        await connection.execute(
            b"SELECT xid::text::bigint, id FROM (SELECT xid, id FROM live_event"
            b" WHERE (xid, id) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
            b" ORDER BY xid, id LIMIT %s) AS batch ORDER BY xid DESC, id DESC LIMIT 1",
            [str(last.xid), last.id, _BATCH],
        )
    ).fetchone()
    return Position(row[0], row[1]) if row else None


async def _read(
    connection: AsyncConnection[Any], after: Position, workspace_id: UUID | None = None, up_to: Position | None = None
) -> list[LiveEvent]:
    """Final rows after a position, in order; a batch at most, unless they are bounded by `up_to`."""
    condition = ""
    parameters: list[object] = [str(after.xid), after.id]
    if workspace_id is not None:
        condition += " AND workspace_id = %s"
        parameters.append(workspace_id)
    if up_to is not None:
        condition += " AND (xid, id) <= (%s::text::xid8, %s)"
        parameters += [str(up_to.xid), up_to.id]
    statement = (
        "SELECT xid::text::bigint, id, workspace_id, topic, key, payload FROM live_event"
        " WHERE (xid, id) > (%s::text::xid8, %s) AND xid < pg_snapshot_xmin(pg_current_snapshot())"
        f"{condition} ORDER BY xid, id" + ("" if up_to else f" LIMIT {_BATCH}")
    )
    rows = await (await connection.execute(statement.encode(), parameters)).fetchall()
    return [
        LiveEvent(Position(xid, number), workspace, topic, key, payload) for xid, number, workspace, topic, key, payload in rows
    ]


__all__ = ["LiveEvent", "LiveHub", "Missed", "Position", "Relay", "Subscription"]
