"""Which timetable counts for whom, and what a process knows of it while calendars change."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.desk.hours import Calendar, Closure, Day, Timetables, Window, find_calendar, remove_calendar, save_calendar, week_of
from oase.kernel.db import Database
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.live import LiveHub, Relay
from oase.staff import change_workspace, delete_team, found_workspace, save_team

OFFICE = week_of({day: [("08:00", "17:00")] for day in range(5)})
MONDAY = datetime(2026, 11, 23, 10, tzinfo=UTC)
SUNDAY = datetime(2026, 11, 22, 10, tzinfo=UTC)


def office(**more: Any) -> Calendar:
    return Calendar(**{"zone": "Europe/Berlin", "week": OFFICE, **more})


@pytest_asyncio.fixture
async def company(database: Database, workspace_id: UUID) -> UUID:
    """A workspace in Berlin."""
    async with database.work(workspace_id) as work:
        await found_workspace(work, name=f"Lindgrün {workspace_id}", language="de", time_zone="Europe/Berlin")
    return workspace_id


@pytest_asyncio.fixture
async def hub(database: Database) -> AsyncIterator[LiveHub]:
    """The live log, running."""
    hub, relay = LiveHub(database), Relay(database)
    tasks = [asyncio.create_task(hub.run()), asyncio.create_task(relay.run())]
    await hub.ready.wait()
    yield hub
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_without_a_calendar_everything_is_always_open(database: Database, company: UUID) -> None:
    async with database.work(company) as work:
        timetable = await Timetables().of_team(work, None)
    assert timetable.calendar.zone == "Europe/Berlin"
    for spring in (SUNDAY, datetime(2026, 3, 29, 0, 30, tzinfo=UTC)):
        assert timetable.is_open(spring)
        assert timetable.add_working_time(spring, timedelta(days=9)) == spring + timedelta(days=9)


async def test_a_team_works_by_its_own_calendar_and_the_others_by_the_default(database: Database, company: UUID) -> None:
    async with database.work(company) as work:
        sunday, rest = [await save_team(work, name=name, members=[], leads=[]) for name in ("Sonntag", "Rest")]
        await save_calendar(work, name="Büro", calendar=office())
        weekend = week_of({6: [("09:00", "14:00")]})
        own = await save_calendar(work, name="Sonntags", calendar=office(week=weekend), team_ids=[sunday])
        found = await find_calendar(work, own)
        assert (found.is_default, found.team_ids) == (False, [sunday])
        tables = Timetables()
        opened = [(await tables.of_team(work, one)).is_open(SUNDAY) for one in (sunday, rest, None)]
        assert opened == [True, False, False]
        assert (await tables.default(work)).is_open(MONDAY)
        await delete_team(work, sunday)
        assert not (await tables.of_team(work, sunday)).is_open(SUNDAY)
        assert list((await find_calendar(work, own)).team_ids) == []


async def test_a_process_keeps_what_it_knows_until_it_hears_of_a_change(database: Database, company: UUID, hub: LiveHub) -> None:
    tables = Timetables()
    listening = asyncio.create_task(tables.run(hub))
    async with database.work(company) as work:
        calendar_id = await save_calendar(work, name="Büro", calendar=office())

    async def zone() -> str:
        async with database.work(company) as work:
            return (await tables.default(work)).calendar.zone

    async def comes(expected: str) -> None:
        async with asyncio.timeout(20):
            while await zone() != expected:  # noqa: ASYNC110 - the log tells the process, which tells nobody
                await asyncio.sleep(0.01)

    await comes("Europe/Berlin")
    async with asyncio.timeout(20):
        while True:  # until it is kept
            async with database.work(company) as work:
                first, second = await tables.default(work), await tables.default(work)
            if first is second:
                break
            await asyncio.sleep(0.01)
    async with database.work(company) as work:
        await save_calendar(work, name="Büro", calendar=office(zone="Asia/Tokyo"), is_default=True, calendar_id=calendar_id)
    await comes("Asia/Tokyo")
    async with database.work(company) as work:
        await remove_calendar(work, calendar_id)
    await comes("Europe/Berlin")
    async with database.work(company) as work:
        await change_workspace(work, name=f"Lindgrün {company}", language="de", time_zone="Europe/Vienna")
    await comes("Europe/Vienna")
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)
    async with database.work(company) as work:
        assert await tables.default(work) is not await tables.default(work)


async def test_there_is_one_default_calendar_and_names_are_taken_once(database: Database, company: UUID) -> None:
    async with database.work(company) as work:
        first = await save_calendar(work, name="Büro", calendar=office())
        second = await save_calendar(work, name="Laden", calendar=office(), is_default=True)
        assert [(await find_calendar(work, one)).is_default for one in (first, second)] == [False, True]
    with pytest.raises(Conflict, match="Laden"):
        async with database.work(company) as work:
            await save_calendar(work, name=" Laden ", calendar=office())
    with pytest.raises(NotFound):
        async with database.work(company) as work:
            await save_calendar(work, name="Weg", calendar=office(), calendar_id=company)


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"week": week_of({})}, "week", "no opening hour"),
        ({"week": week_of({}), "days": (Day(on=SUNDAY.date(), windows=(Window(0, 3600),)),)}, "week", "no opening hour"),
        ({"country": "DE", "region": "XX"}, "country", "DE-XX"),
        ({"closures": (Closure(first=SUNDAY.date(), last=SUNDAY.date().replace(year=2046)),)}, "closures", "ten years"),
    ],
)
async def test_by_what_nothing_could_be_promised_is_refused(
    database: Database, company: UUID, clock: Any, wrong: dict[str, Any], field: str, why: str
) -> None:
    with pytest.raises(Invalid, match=why) as caught:
        async with database.work(company) as work:
            work.clock = clock
            await save_calendar(work, name="Nie", calendar=office(**wrong))
    assert caught.value.field == field


async def test_what_a_newer_version_wrote_is_left_out_and_named(database: Database, company: UUID) -> None:
    async with database.work(company) as work:
        calendar_id = await save_calendar(work, name="Büro", calendar=office(country="DE", region="BY"))
        await work.run(
            "UPDATE calendar SET zone = 'Mars/Olympus', region = 'XX', days = '[{\"when\": 1}]', closures = '[[]]',"
            " week = jsonb_set(week, '{0}', '\"noon\"') WHERE workspace_id = %(workspace_id)s"
        )
        found = await find_calendar(work, calendar_id)
        timetable = await Timetables().default(work)
    assert (found.calendar.zone, found.calendar.country, found.calendar.region) == ("Europe/Berlin", "DE", "")
    assert [trouble.split(":")[0] for trouble in found.troubles] == [
        "The time zone “Mars/Olympus” is not known. Europe/Berlin is used.",
        "The times of Monday cannot be read",
        "A day that differs cannot be read.",
        "A closure cannot be read.",
        "No holidays are known for DE-XX.",
    ]
    assert not timetable.is_open(MONDAY)
    assert timetable.is_open(MONDAY + timedelta(days=1))


async def test_a_calendar_whose_last_hour_has_passed_holds_nothing_up(database: Database, company: UUID) -> None:
    async with database.work(company) as work:
        await save_calendar(work, name="Büro", calendar=office())
        await work.run("UPDATE calendar SET week = '[]' WHERE workspace_id = %(workspace_id)s")
        assert (await Timetables().default(work)).is_open(SUNDAY)
