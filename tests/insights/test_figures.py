"""What may be said of measured waits: shares with their counts, and what is expected now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from oase.desk.hours import Calendar, Timetable, Timetables, week_of
from oase.desk.routing import Expected as Foretold
from oase.insights import Choice, Line, Share, as_of, choose, figures, report
from oase.insights.responsetimes.repository import measured
from oase.insights.responsetimes.rules import expected, opening, rounded_up
from oase.insights.responsetimes.types import Measured
from oase.kernel.errors import Invalid
from oase.staff import find_workspace

from .conftest import Company

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Timetable(Calendar(zone="Europe/Berlin", week=week_of({day: [("08:00", "18:00")] for day in range(5)})))
TUESDAY = datetime(2026, 11, 24, 10, 30, tzinfo=BERLIN)
NOTHING = (0, None)


def known(**given: object) -> Measured:
    """What was measured; nothing but for what is given."""
    nothing = {"alike": NOTHING, "near": NOTHING, "all": NOTHING, "lately": NOTHING, "waiting": 0, "middle_asked_at": None}
    return Measured(channel="whatsapp", **{**nothing, **given})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "seconds", "count"),
    [
        ({"alike": (20, 400), "near": (90, 100), "all": (900, 50)}, 420, 20),
        ({"alike": (19, 400), "near": (20, 100), "all": (900, 50)}, 120, 20),
        ({"alike": (19, 400), "near": (19, 100), "all": (20, 50)}, 60, 20),
        ({"all": (19, 50)}, None, 19),
        ({"all": (30, 50), "lately": (5, 700)}, 900, 30),
        ({"all": (30, 50), "lately": (4, 700)}, 60, 30),
        ({"all": (30, 900), "lately": (9, 60)}, 900, 30),
        ({"all": (30, 50), "waiting": 3, "middle_asked_at": TUESDAY - timedelta(minutes=25)}, 1800, 30),
        ({"all": (30, 50), "waiting": 2, "middle_asked_at": TUESDAY - timedelta(minutes=25)}, 60, 30),
    ],
)
def test_what_is_expected_follows_the_cases_most_alike_and_what_is_slower_today(
    given: dict[str, object], seconds: int | None, count: int
) -> None:
    found = expected(known(**given), TUESDAY, OFFICE)
    assert (found.seconds, found.count) == (seconds, count)


@pytest.mark.parametrize(
    ("live", "source", "seconds", "count"),
    [
        (Foretold(p50=60, p90=250, usually=False, at_once=False), "routing", 300, 0),
        (Foretold(p50=40, p90=50, usually=False, at_once=True), "routing", 60, 0),
        (Foretold(p50=60, p90=250, usually=True, at_once=False), "measured", 900, 30),
        (None, "measured", 900, 30),
    ],
)
def test_what_routing_has_learnt_comes_before_what_was_measured(
    live: Foretold | None, source: str, seconds: int, count: int
) -> None:
    found = expected(known(all=(30, 800)), TUESDAY, OFFICE, live)
    assert (found.source, found.seconds, found.count) == (source, seconds, count)
    assert expected(known(all=(30, 800)), TUESDAY.replace(hour=20), OFFICE, live).seconds is None


def test_who_has_waited_through_the_night_has_waited_for_opening_hours_only() -> None:
    monday = datetime(2026, 11, 30, 8, 1, tzinfo=BERLIN)
    found = expected(known(all=(30, 50), waiting=40, middle_asked_at=monday - timedelta(days=2)), monday, OFFICE)
    assert found.seconds == 60


def test_what_does_not_end_today_is_said_with_its_day() -> None:
    friday = datetime(2026, 11, 27, 17, 30, tzinfo=BERLIN)
    found = expected(known(all=(30, 3600)), friday, OFFICE)
    assert not found.same_day
    assert found.by == datetime(2026, 11, 30, 8, 30, tzinfo=BERLIN)


def test_outside_opening_hours_it_is_said_when_somebody_answers_again() -> None:
    saturday = datetime(2026, 11, 28, 12, 0, tzinfo=BERLIN)
    found = expected(known(all=(30, 60)), saturday, OFFICE)
    assert found.seconds is None
    assert found.opens_at == datetime(2026, 11, 30, 8, 0, tzinfo=BERLIN)
    assert opening(OFFICE, saturday) is not None


def test_on_the_day_on_which_clocks_change_working_time_is_what_a_clock_on_the_wall_shows() -> None:
    sunday = Timetable(Calendar(zone="Europe/Berlin", week=week_of({6: [("00:00", "24:00")]})))
    night = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)  # at three it is two again
    found = expected(known(all=(30, 2 * 3600)), night, sunday)
    assert found.by is not None
    assert found.by.astimezone(UTC) - night.astimezone(UTC) == timedelta(hours=2)
    assert found.by.astimezone(BERLIN).strftime("%H:%M") == "02:30"


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, 60), (60, 60), (61, 120), (420, 420), (421, 600), (90_000, 172_800), (10**7, 10_022_400)]
)
def test_spans_are_rounded_up(seconds: int, said: int) -> None:
    assert rounded_up(seconds) == said


def test_shares_are_rounded_down_and_need_twenty_cases() -> None:
    assert Share(kept=199, count=200).percent == 99
    assert not Share(kept=19, count=19).enough
    assert Share(kept=0, count=0).percent == 0


def test_figures_are_made_for_the_same_moment_in_every_process() -> None:
    assert as_of(datetime(2026, 11, 24, 9, 34, 59, tzinfo=UTC)) == datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def line(found: tuple[Line, ...], days: int, by: str = "") -> Line:
    """The line of a range."""
    return next(one for one in found if one.days == days and one.by == by)


async def test_a_case_counts_once_its_fate_is_decided(company: Company) -> None:
    now = company.clock.now()
    await company.measured(18, 600, asked_at=now - timedelta(days=2))  # in a quarter of an hour
    await company.measured(4, 3000, asked_at=now - timedelta(days=2))  # in an hour, after the promise
    await company.measured(3, 0, asked_at=now - timedelta(minutes=30), outcome="waiting")  # for a quarter of an hour already
    await company.measured(2, 0, asked_at=now - timedelta(minutes=5), outcome="waiting")  # nobody knows yet
    await company.measured(5, 60, asked_at=now - timedelta(days=1), outcome="closed")  # nothing was owed any more
    await company.measured(7, 600, asked_at=now - timedelta(days=20))
    async with company.work() as work:
        found = (await report(work, Timetables(), now)).lines
    week = line(found, 7)
    assert (week.asked, week.waiting, week.closed, week.answered) == (32, 5, 5, 22)
    assert week.quarter == Share(kept=18, count=25)
    assert week.hour == Share(kept=22, count=22)
    assert week.promise == Share(kept=18, count=25)
    assert line(found, 28).quarter == Share(kept=25, count=32)
    assert line(found, 28, "channel").channel == "whatsapp"
    assert line(found, 28, "team").team_id is None


async def test_measured_waits_are_those_of_this_time_of_the_week(company: Company) -> None:
    now = company.clock.now()  # Tuesday, 10:30 in Berlin
    await company.measured(20, 300, asked_at=now - timedelta(days=7))
    await company.measured(20, 900, asked_at=now - timedelta(days=6))
    await company.measured(20, 9_000, asked_at=now - timedelta(days=7, hours=5))
    async with company.work() as work:
        found = (await measured(work, now, "Europe/Berlin", ["whatsapp", "email"]))["whatsapp"]
    assert (found.alike, found.near, found.all) == ((20, 300), (40, 900), (60, 9_000))


async def test_after_the_clocks_changed_the_time_of_day_is_still_that_of_the_clock(company: Company) -> None:
    now = datetime(2026, 10, 27, 9, 0, tzinfo=BERLIN)
    await company.measured(20, 300, asked_at=datetime(2026, 10, 20, 9, 0, tzinfo=BERLIN))  # in summer time
    async with company.work() as work:
        found = (await measured(work, now, "Europe/Berlin", ["whatsapp"]))["whatsapp"]
    assert found.alike == (20, 300)


async def test_of_a_workspace_without_any_case_nothing_is_said(company: Company) -> None:
    async with company.work() as work:
        await choose(work, Choice(on=True, channels=("whatsapp", "unknown")), ["whatsapp", "email"])
        workspace = await find_workspace(work)
        assert workspace is not None
        found = await figures(work, workspace, Timetables(), company.clock.now())
    assert found.overall == ()
    assert [(one.channel, one.lines, one.expected.seconds) for one in found.channels] == [("whatsapp", (), None)]


async def test_something_public_needs_a_channel(company: Company) -> None:
    async with company.work() as work:
        with pytest.raises(Invalid):
            await choose(work, Choice(on=True, channels=("unknown",)), ["whatsapp"])
