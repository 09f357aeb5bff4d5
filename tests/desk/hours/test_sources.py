"""Calendars that are followed: read every day, kept as they were when they cannot be had, and ours at an address that can end."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.desk.hours import (
    Calendar,
    CalendarClock,
    StoredCalendar,
    Timetables,
    add_source,
    find_calendar,
    path_of,
    publish_calendar,
    published_calendar,
    read_address,
    read_file,
    remove_source,
    save_calendar,
    week_of,
    withdraw_calendar,
)
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.http import Guard, Outside
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.staff import found_workspace

SAFE = Safe(b"k" * 32)
OFFICE = Calendar(zone="Europe/Berlin", week=week_of({day: [("08:00", "17:00")] for day in range(5)}))
FRIDAY = datetime(2026, 12, 4, 10, tzinfo=UTC)


def ics(*days: str) -> bytes:
    events = "".join(f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{day}\r\nSUMMARY:Zu\r\nEND:VEVENT\r\n" for day in days)
    return f"BEGIN:VCALENDAR\r\n{events}END:VCALENDAR\r\n".encode()


@dataclass
class Other:
    """A calendar program elsewhere, and a company that follows it."""

    database: Database
    clock: SetClock
    outside: Outside
    workspace_id: UUID
    url: str = ""
    status: int = 200
    says: bytes = field(default_factory=lambda: ics("20261204"))

    async def answer(self, _: web.Request) -> web.Response:
        return web.Response(status=self.status, body=self.says, content_type="text/calendar")

    async def follow(self) -> UUID:
        async with self.database.work(self.workspace_id) as work:
            calendar_id = await save_calendar(work, name="Büro", calendar=OFFICE)
        followed = await read_address(OFFICE, self.clock, self.outside, self.url)
        async with self.database.work(self.workspace_id) as work:
            await add_source(work, SAFE, calendar_id, followed)
        return calendar_id

    async def calendar(self, calendar_id: UUID) -> StoredCalendar:
        async with self.database.work(self.workspace_id) as work:
            return await find_calendar(work, calendar_id)

    async def a_day_later(self) -> int:
        self.clock.advance(timedelta(days=1))
        return await CalendarClock(self.database, self.outside, SAFE, Locks(self.database.dsn)).read_due()

    async def told(self) -> int:
        async with self.database.work(self.workspace_id) as work:
            return int(
                await work.value(
                    "SELECT count(*) FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = 'desk'"
                    " AND payload ->> 'what' = 'calendar'"
                )
            )


@asynccontextmanager
async def _serving(other: Other) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{secret}.ics", other.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        await runner.cleanup()


@pytest_asyncio.fixture
async def other(fresh_dsn: str, workspace_id: UUID) -> AsyncIterator[Other]:
    """The other program, reachable although it stands on our own machine."""
    clock = SetClock(datetime(2026, 11, 29, 12, tzinfo=UTC))
    database = Database(fresh_dsn, clock=clock)
    await database.open()
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün Räder", language="de", time_zone="Europe/Berlin")
    other = Other(database, clock, Outside(), workspace_id)
    async with _serving(other) as url:
        other.outside = Outside(Guard([], [("127.0.0.1", int(url.rsplit(":", 1)[1]))]))
        other.url = f"{url}/geheim.ics"
        yield other
    await other.outside.close()
    await database.close()


async def test_what_an_address_says_closes_and_follows_it_every_day(other: Other) -> None:
    calendar_id = await other.follow()
    async with other.database.work(other.workspace_id) as work:
        assert not (await Timetables().default(work)).is_open(FRIDAY)
    other.says = ics("20261207")
    before = await other.told()
    assert await other.a_day_later() == 1
    assert [one.first for one in (await other.calendar(calendar_id)).effective.closures] == [date(2026, 12, 7)]
    assert await other.told() == before + 1
    assert await other.a_day_later() == 1
    assert await other.told() == before + 1  # nothing new, nobody is told
    async with other.database.work(other.workspace_id) as work:
        assert (await Timetables().default(work)).is_open(FRIDAY)
        assert b"geheim" not in (await work.value("SELECT sealed FROM calendar_source"))
        source = (await find_calendar(work, calendar_id)).sources[0]
        await remove_source(work, calendar_id, source.id)
        assert (await find_calendar(work, calendar_id)).effective == OFFICE


@pytest.mark.parametrize(
    ("status", "says", "why"),
    [
        (500, b"", "The address answered 500."),
        (404, b"", "The address answered 404."),
        (403, b"", "This calendar is not public (403)"),
        (200, b"<html>Please sign in</html>", "This is not an iCalendar file."),
    ],
)
async def test_an_address_that_breaks_counts_as_before_and_says_so(other: Other, status: int, says: bytes, why: str) -> None:
    calendar_id = await other.follow()
    read_at = (await other.calendar(calendar_id)).sources[0].read_at
    good, other.status, other.says = other.says, status, says
    assert await other.a_day_later() == 1
    source = (await other.calendar(calendar_id)).sources[0]
    assert source.trouble.startswith(why)
    assert (len(source.closures), source.read_at) == (1, read_at)
    other.status, other.says = 200, good
    other.clock.advance(timedelta(hours=2))
    assert await CalendarClock(other.database, other.outside, SAFE, Locks(other.database.dsn)).read_due() == 1
    assert (await other.calendar(calendar_id)).sources[0].trouble == ""


async def test_our_own_network_is_not_asked(other: Other) -> None:
    outside = Outside()
    with pytest.raises(Invalid) as caught:
        await read_address(OFFICE, other.clock, outside, other.url)
    assert caught.value.field == "address"
    await outside.close()


@pytest.mark.parametrize("address", ["", "file:///etc/passwd", "ftp://example.com/x.ics", "https://", "https://[", "kalender"])
async def test_what_is_no_address_is_refused(other: Other, address: str) -> None:
    with pytest.raises(Invalid, match="https:// or webcal://"):
        await read_address(OFFICE, other.clock, other.outside, address)


async def test_a_file_moves_on_with_the_date_and_what_would_close_everything_is_refused(other: Other) -> None:
    yearly = (
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDTSTART;VALUE=DATE:20201224\r\nRRULE:FREQ=YEARLY\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )
    async with other.database.work(other.workspace_id) as work:
        calendar_id = await save_calendar(work, name="Büro", calendar=OFFICE)
    followed = await read_file(OFFICE, other.clock, "weihnachten.ics", yearly)
    async with other.database.work(other.workspace_id) as work:
        await add_source(work, SAFE, calendar_id, followed)
    other.clock.advance(timedelta(days=700))
    assert await other.a_day_later() == 1
    years = [one.first.year for one in (await other.calendar(calendar_id)).sources[0].closures]
    assert years == [2028, 2029]
    never = yearly.replace(b"RRULE:FREQ=YEARLY", b"DTEND;VALUE=DATE:21000101")
    followed = await read_file(OFFICE, other.clock, "nie.ics", never)
    with pytest.raises(Invalid, match="nothing would ever be open") as caught:
        async with other.database.work(other.workspace_id) as work:
            await add_source(work, SAFE, calendar_id, followed)
    assert caught.value.field == "file"


async def test_an_address_of_ours_is_known_to_whoever_was_told_it_until_it_is_renewed_or_ends(other: Other) -> None:
    async with other.database.work(other.workspace_id) as work:
        calendar_id = await save_calendar(work, name="Büro", calendar=OFFICE)
        assert path_of(SAFE, other.workspace_id, await find_calendar(work, calendar_id)) == ""
        known = []
        for _ in range(2):
            await publish_calendar(work, calendar_id)
            known.append(path_of(SAFE, other.workspace_id, await find_calendar(work, calendar_id)).rpartition("/")[2])
        assert known[0] != known[1]
        assert (await published_calendar(work, SAFE, calendar_id, known[1])).id == calendar_id
        for wrong in (known[0], "", "x.ics", "ä" * 30):
            with pytest.raises(NotFound):
                await published_calendar(work, SAFE, calendar_id, wrong)
        await withdraw_calendar(work, calendar_id)
        await publish_calendar(work, calendar_id)
        assert path_of(SAFE, other.workspace_id, await find_calendar(work, calendar_id)).rpartition("/")[2] not in known
        await withdraw_calendar(work, calendar_id)
        with pytest.raises(NotFound):
            await published_calendar(work, SAFE, calendar_id, known[1])
