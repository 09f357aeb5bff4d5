"""Following the live log: nothing is missed, whoever dies; what was pruned away is noticed."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub, Relay
from oase.kernel.locks import Locks
from oase.kernel.waiting import end


class Diary:
    """What a follower was told."""

    def __init__(self) -> None:
        self.told: list[UUID] = []
        self.begun = 0
        self.new = asyncio.Event()

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Writes it down."""
        self.told += [event.key for event in events]
        self.new.set()

    async def begin(self) -> None:
        """Counts."""
        self.begun += 1


def follower(database: Database) -> Follower:
    return Follower(database, LiveHub(database), Locks(database.dsn), "diary", ["page"])


async def emit(database: Database, workspace_id: UUID, topic: str = "page") -> UUID:
    key = uuid4()
    async with database.work(workspace_id) as work:
        work.emit(topic, key)
    return key


async def test_events_are_told_in_their_order_and_only_those_wanted(fresh_database: Database, workspace_id: UUID) -> None:
    diary, one = Diary(), follower(fresh_database)
    await one.start(diary.begin)
    keys = [await emit(fresh_database, workspace_id) for _ in range(3)]
    await emit(fresh_database, workspace_id, "other")
    await one.step(diary.handle)
    await one.step(diary.handle)
    assert (diary.told, diary.begun) == (keys, 1)


async def test_an_event_whose_transaction_commits_late_is_not_skipped(fresh_database: Database, workspace_id: UUID) -> None:
    diary, one = Diary(), follower(fresh_database)
    await one.start(diary.begin)
    late = uuid4()
    async with fresh_database.work(workspace_id) as work:
        await work.run(
            "INSERT INTO live_event (workspace_id, topic, key, payload) VALUES (%(workspace_id)s, 'page', %(key)s, '{}')",
            {"key": late},
        )
        early = await emit(fresh_database, workspace_id)
        await one.step(diary.handle)
    await one.step(diary.handle)
    assert sorted(diary.told) == sorted([late, early])


async def test_a_successor_goes_on_and_what_was_not_noted_is_told_again(fresh_database: Database, workspace_id: UUID) -> None:
    diary, first = Diary(), follower(fresh_database)
    await first.start(diary.begin)
    key = await emit(fresh_database, workspace_id)

    async def dies(events: Sequence[LiveEvent]) -> None:
        await diary.handle(events)
        raise ConnectionError("killed")

    with pytest.raises(ConnectionError):
        await first.step(dies)
    second = follower(fresh_database)
    await second.start(diary.begin)
    await second.step(diary.handle)
    assert (diary.told, diary.begun) == ([key, key], 1)


async def test_who_was_away_longer_than_the_log_is_kept_begins_anew(fresh_dsn: str, workspace_id: UUID, clock: SetClock) -> None:
    database = Database(fresh_dsn, clock=clock)
    await database.open()
    diary = Diary()
    await follower(database).start(diary.begin)
    for _ in range(3):
        await emit(database, workspace_id)
    clock.advance(timedelta(days=2))
    async with database.everywhere() as work:
        await work.run("DELETE FROM live_event WHERE id < (SELECT max(id) FROM live_event)")
    await follower(database).start(diary.begin)
    assert diary.begun == 2
    await database.close()


async def test_while_it_runs_it_hears_of_events_at_once(fresh_database: Database, workspace_id: UUID) -> None:
    hub, diary, locks = LiveHub(fresh_database), Diary(), Locks(fresh_database.dsn)
    one = Follower(fresh_database, hub, locks, "diary", ["page"])
    parts = (hub.run(), Relay(fresh_database).run(), one.run(diary.handle, diary.begin))
    tasks = [asyncio.create_task(part) for part in parts]
    await hub.ready.wait()
    async with asyncio.timeout(10), fresh_database.everywhere() as work:  # it begins where the log stands: after that it hears
        while not await work.value("SELECT count(*) FROM follower_position"):  # noqa: ASYNC110 - another task writes it
            await asyncio.sleep(0.01)
    key = await emit(fresh_database, workspace_id)
    await asyncio.wait_for(diary.new.wait(), 5)
    assert diary.told == [key]
    await end(tasks, again_after=2)
    await locks.close()
