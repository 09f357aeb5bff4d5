"""The live log: nobody misses an event, however late its transaction commits, and nobody is held up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, suppress
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio

from oase.kernel.db import Database
from oase.kernel.errors import Unavailable
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, LiveHub, Position, Relay, Subscription
from oase.kernel.waiting import end
from oase.web.live import stream


@dataclass
class Log:
    """A database with its relay and one listener."""

    database: Database
    hub: LiveHub

    async def emit(self, workspace_id: UUID, *numbers: int, topic: str = "conversation", key: UUID | None = None) -> None:
        """Some events in one transaction."""
        async with self.database.work(workspace_id) as work:
            for number in numbers:
                work.emit(topic, key or new_id(), {"n": number})


@pytest_asyncio.fixture
async def live(fresh_database: Database) -> AsyncIterator[Log]:
    """Relay and hub, running."""
    hub, relay = LiveHub(fresh_database), Relay(fresh_database)
    tasks = [asyncio.create_task(hub.run()), asyncio.create_task(relay.run())]
    await asyncio.wait_for(hub.ready.wait(), 10)
    yield Log(fresh_database, hub)
    await end(tasks, again_after=2)


async def heard(subscription: Subscription, count: int) -> list[int]:
    """The numbers of the next events."""
    found: list[int] = []
    async with asyncio.timeout(10):
        async for event in subscription.events():
            found.append(event.payload["n"])
            if len(found) == count:
                break
    return found


async def test_events_come_in_the_order_of_their_commits_and_only_to_their_workspace(live: Log, workspace_id: UUID) -> None:
    async with live.hub.subscribe(workspace_id, ["conversation"]) as ours:
        await live.emit(new_id(), 99)
        for number in range(5):
            await live.emit(workspace_id, number)
        assert await heard(ours, 5) == [0, 1, 2, 3, 4]


async def test_a_room_of_one_key_hears_of_nothing_else(live: Log, workspace_id: UUID) -> None:
    me = new_id()
    async with live.hub.subscribe(workspace_id, [f"read:{me}"]) as mine:
        await live.emit(workspace_id, 1, topic="read", key=new_id())
        await live.emit(workspace_id, 2, topic="conversation", key=me)
        await live.emit(workspace_id, 3, topic="read", key=me)
        assert await heard(mine, 1) == [3]


async def test_an_event_whose_transaction_commits_late_is_not_skipped(live: Log, workspace_id: UUID) -> None:
    insert = "INSERT INTO live_event (workspace_id, topic, key, payload) VALUES (%s, 'conversation', %s, %s::jsonb)"
    async with (
        live.hub.subscribe(workspace_id, ["conversation"]) as ours,
        await psycopg.AsyncConnection.connect(live.database.dsn) as late,
    ):
        await late.execute(insert, [workspace_id, new_id(), '{"n": 1}'])  # begun first, with the smaller id
        await live.emit(workspace_id, 2)  # committed first
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ours.queue.get(), 0.3)  # what comes after it waits for it
        await late.commit()
        assert await heard(ours, 2) == [1, 2]


async def test_many_writers_at_once_lose_no_event(live: Log, workspace_id: UUID) -> None:
    async with live.hub.subscribe(workspace_id, ["conversation"]) as ours:
        await asyncio.gather(*(live.emit(workspace_id, number) for number in range(300)))
        assert sorted(await heard(ours, 300)) == list(range(300))


async def test_the_listener_goes_on_when_the_pool_finds_no_database(
    live: Log, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    def away() -> AbstractAsyncContextManager[Any]:
        asked.set()
        raise Unavailable("The database does not answer at the moment.")

    async with live.hub.subscribe(workspace_id, ["conversation"]) as subscription:
        monkeypatch.setattr(live.hub, "_database", SimpleNamespace(dsn=live.database.dsn, connection=away))
        await live.emit(workspace_id, 1)
        await asyncio.wait_for(asked.wait(), 10)
        monkeypatch.undo()
        assert await heard(subscription, 1) == [1]


async def test_a_client_resumes_after_the_last_event_it_saw(live: Log, workspace_id: UUID) -> None:
    async with live.hub.subscribe(workspace_id, ["conversation"]) as first:
        await live.emit(workspace_id, 1, 2)
        await live.emit(workspace_id, 3)
        seen: LiveEvent | None = await asyncio.wait_for(first.queue.get(), 10)
        assert seen is not None
        assert seen.payload == {"n": 1}
        assert await heard(first, 2) == [2, 3]
    read_again = Position.read(str(seen.position))
    async with live.hub.subscribe(workspace_id, ["conversation"], read_again) as again:
        await live.emit(workspace_id, 4)
        assert await heard(again, 3) == [2, 3, 4]


@pytest.mark.parametrize(
    "text", ["", "abc", "1", "1-", "-1", "1-x", "9" * 50 + "-1", "1-2-3", "１-２", "²-1", "9" * 19 + "-1", "1-" + "9" * 30]
)
def test_a_position_that_a_client_made_up_is_none(text: str) -> None:
    assert Position.read(text) is None


async def test_who_lags_too_far_is_told_to_load_anew_and_holds_nobody_up(live: Log, workspace_id: UUID) -> None:
    async with (
        live.hub.subscribe(workspace_id, ["conversation"]) as slow,
        live.hub.subscribe(workspace_id, ["conversation"]) as quick,
    ):
        reading = asyncio.create_task(heard(quick, 1500))
        for start in range(0, 1500, 100):
            await live.emit(workspace_id, *range(start, start + 100))
        assert len(await reading) == 1500
        assert slow.lagged
        assert len([event async for event in slow.events()]) == 1000


async def test_who_was_away_longer_than_the_log_reaches_must_load_anew(live: Log, workspace_id: UUID) -> None:
    await live.emit(workspace_id, 1)
    async with live.hub.subscribe(workspace_id, ["conversation"], Position(1, 5)) as ours:
        async with asyncio.timeout(10):
            async for _ in ours.events():  # what happens just now may still come; then it ends
                continue
        assert ours.lagged


async def _streamed(hub: LiveHub, workspace_id: UUID, after: Position | None = None) -> tuple[asyncio.Task[None], list[bytes]]:
    pieces: list[bytes] = []

    async def send(message: Any) -> None:
        pieces.append(message.get("body", b""))
        if not message.get("more_body", True):
            pieces.append(b"END")

    never: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(stream(hub, workspace_id, ["conversation"], after, lambda: never, send))
    async with asyncio.timeout(10):
        while len(pieces) < 2:  # noqa: ASYNC110 - it begins by saying hello
            await asyncio.sleep(0.005)
    return task, pieces


async def test_a_stream_ends_at_shutdown(live: Log, workspace_id: UUID) -> None:
    task, pieces = await _streamed(live.hub, workspace_id)
    live.hub.end_all()
    await asyncio.wait_for(task, 5)
    assert pieces[-1] == b"END"


async def test_a_stream_tells_who_lagged_to_reload_and_ends(live: Log, workspace_id: UUID) -> None:
    await live.emit(workspace_id, 1)
    task, pieces = await _streamed(live.hub, workspace_id, Position(1, 5))
    await asyncio.wait_for(task, 5)
    assert b"event: reload" in b"".join(pieces)
    assert pieces[-1] == b"END"


async def test_after_a_lost_connection_the_hub_goes_on_where_it_was(live: Log, workspace_id: UUID) -> None:
    async with live.hub.subscribe(workspace_id, ["conversation"]) as ours:
        await live.emit(workspace_id, 1)
        assert await heard(ours, 1) == [1]
        with suppress(psycopg.Error):
            async with live.database.everywhere() as work:
                await work.run(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
        await live.emit(workspace_id, 2)
        assert await heard(ours, 1) == [2]


async def test_what_a_key_missed_is_read_from_the_log_up_to_where_subscribers_are(live: Log, workspace_id: UUID) -> None:
    me = new_id()
    async with live.hub.subscribe(None, ["visitor"]) as all_of_them:
        await live.emit(workspace_id, 1, 2, topic="visitor", key=me)
        await live.emit(workspace_id, 3, topic="visitor")
        await live.emit(workspace_id, 4, topic="conversation", key=me)
        await live.emit(workspace_id, 5, topic="visitor", key=me)
        first = await asyncio.wait_for(all_of_them.queue.get(), 10)
        assert await heard(all_of_them, 3) == [2, 3, 5]
    assert first is not None
    missed = await live.hub.missed(workspace_id, "visitor", me, first.position, 10)
    assert missed is not None
    assert [event.payload["n"] for event in missed.events] == [2, 5]
    assert missed.up_to == live.hub.position == missed.events[-1].position
    assert await live.hub.missed(workspace_id, "visitor", me, first.position, 1) is None, "Too much to make up for."


@pytest.mark.parametrize("place", [Position(1, 5), Position(2**61, 1)])
async def test_what_was_missed_since_a_place_that_is_not_in_the_log_is_not_known(
    live: Log, workspace_id: UUID, place: Position
) -> None:
    key = new_id()
    async with live.hub.subscribe(None, ["visitor"]) as all_of_them:
        await live.emit(workspace_id, 1, topic="visitor", key=key)
        await heard(all_of_them, 1)
    assert await live.hub.missed(workspace_id, "visitor", key, place, 10) is None
