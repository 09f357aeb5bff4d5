"""Working time: what people expect of a calendar, held by examples and by the laws of arithmetic."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from oase.desk.hours import Calendar, Closure, Day, InvalidCalendar, NeverOpen, Timetable, Window, standing, week_of

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = {day: [("08:00", "12:00"), ("13:00", "17:30")] for day in range(5)}
HOUR = timedelta(hours=1)


def table(week: dict[int, list[tuple[str, str]]] = OFFICE, *, zone: str = "Europe/Berlin", **more: Any) -> Timetable:
    return Timetable(Calendar(zone=zone, week=week_of(week), **more))


def at(*moment: int) -> datetime:
    return datetime(*moment, tzinfo=BERLIN)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("start", "amount", "end"),
    [
        (at(2026, 11, 23, 11, 30), HOUR, at(2026, 11, 23, 13, 30)),  # over the lunch break
        (at(2026, 11, 27, 17, 0), HOUR, at(2026, 11, 30, 8, 30)),  # over the weekend
        (at(2026, 11, 28, 10, 0), HOUR, at(2026, 11, 30, 9, 0)),  # said on a Saturday
        (at(2026, 11, 23, 16, 30), HOUR, at(2026, 11, 23, 17, 30)),  # to the last second of a day
        (at(2026, 12, 31, 17, 0), HOUR, at(2027, 1, 1, 8, 30)),  # over the year's end
        (at(2026, 11, 22, 3, 0), timedelta(0), at(2026, 11, 22, 3, 0)),  # nothing is nothing
    ],
)
def test_working_time_is_added(start: datetime, amount: timedelta, end: datetime) -> None:
    assert table().add_working_time(start, amount) == end
    assert table().working_time_between(start, end) == amount


def test_a_night_is_an_hour_shorter_in_spring_and_longer_in_autumn() -> None:
    night = table({day: [("22:00", "06:00")] for day in range(7)})
    assert night.working_time_between(at(2026, 3, 28, 12), at(2026, 3, 29, 12)) == 7 * HOUR
    assert night.working_time_between(at(2026, 10, 24, 12), at(2026, 10, 25, 12)) == 9 * HOUR
    assert night.add_working_time(at(2026, 10, 24, 22), 9 * HOUR) == at(2026, 10, 25, 6)


def test_a_window_that_the_clock_jumps_over_is_none_and_one_it_shows_twice_lasts_to_its_second_end() -> None:
    short = table({6: [("02:15", "02:45")]})
    assert short.working_time_between(at(2026, 3, 29, 0), at(2026, 3, 29, 12)) == timedelta(0)
    assert short.working_time_between(at(2026, 10, 25, 0), at(2026, 10, 25, 12)) == timedelta(minutes=90)
    half = table({6: [("02:30", "04:00")]})
    assert half.next_opening(at(2026, 3, 29, 0)) == datetime(2026, 3, 29, 1, tzinfo=UTC)  # the jump itself: 03:00 in summer time


def test_an_hour_is_an_hour_while_clocks_are_put_forward_or_back() -> None:
    always = table({day: [("00:00", "00:00")] for day in range(7)})
    for before in (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 0, 15, tzinfo=UTC), at(2026, 10, 25, 2, 30)):
        due = always.add_working_time(before, HOUR)
        assert due.astimezone(UTC) - before.astimezone(UTC) == HOUR
        assert always.working_time_between(before, due) == HOUR
    early = table({6: [("01:00", "04:00")]})
    assert early.add_working_time(at(2026, 3, 29, 1, 30), HOUR) == at(2026, 3, 29, 3, 30)  # from 02:00 to 03:00 there is no time
    autumn = early.add_working_time(at(2026, 10, 25, 1, 30), HOUR).astimezone(UTC)
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # the first 02:30
    assert early.working_time_between(at(2026, 10, 25, 0), at(2026, 10, 25, 12)) == 4 * HOUR


def test_what_was_promised_before_the_zone_changed_keeps_its_moment_and_what_is_left_of_it() -> None:
    berlin, lisbon = table(), table(zone="Europe/Lisbon")
    made = at(2026, 11, 23, 16, 30)
    due = berlin.add_working_time(made, 2 * HOUR)
    assert due == at(2026, 11, 24, 9)
    moved = at(2026, 11, 23, 17, 0)  # the same hours on the wall, an hour later for everybody else
    assert due.astimezone(UTC) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert lisbon.working_time_between(moved, due) == 1.5 * HOUR  # until 18:30 of Berlin; the next day has not begun there
    assert lisbon.add_working_time(moved, 2 * HOUR) == at(2026, 11, 24, 9, 30)


def test_days_are_stronger_than_closures_and_these_than_holidays() -> None:
    special = Day(on=date(2026, 12, 24), windows=(Window(9 * 3600, 12 * 3600),), name="Heiligabend")
    unity = Day(on=date(2026, 10, 3), windows=(Window(10 * 3600, 14 * 3600),), name="Tag der offenen Tür")
    closed = Closure(first=date(2026, 12, 21), last=date(2027, 1, 3), name="Betriebsferien")
    shop = table(days=(special, unity), closures=(closed,), country="DE", region="BE")
    assert shop.working_time_between(at(2026, 12, 21), at(2027, 1, 4)) == 3 * HOUR
    assert shop.working_time_between(at(2026, 10, 3), at(2026, 10, 4)) == 4 * HOUR
    assert shop.working_time_between(at(2026, 5, 1), at(2026, 5, 2)) == timedelta(0)  # Labour Day, a Friday


def test_holidays_are_those_of_the_federal_state() -> None:
    epiphany = at(2026, 1, 6), at(2026, 1, 7)
    assert table(country="DE", region="BY").working_time_between(*epiphany) == timedelta(0)
    assert table(country="DE", region="BE").working_time_between(*epiphany) == 8.5 * HOUR


def test_a_holiday_that_is_worked_is_a_day_like_any_other_every_year() -> None:
    shop = table(country="DE", region="BY", worked=("Heilige Drei Könige", "Erster Mai"))
    for year in (2026, 2027, 2028):
        assert shop.working_time_between(at(year, 1, 6), at(year, 1, 7)) == 8.5 * HOUR
    assert shop.working_time_between(at(2027, 1, 1), at(2027, 1, 2)) == timedelta(0)
    assert standing(shop, at(2027, 1, 6, 3)).why == ""
    assert standing(shop, at(2027, 1, 1, 3)).why == "Neujahr"


def test_a_date_of_two_holidays_is_worked_if_both_are() -> None:
    both = at(2008, 5, 1), at(2008, 5, 2)  # Labour Day was Ascension Day, too
    assert table(country="DE", worked=("Erster Mai",)).working_time_between(*both) == timedelta(0)
    assert table(country="DE", worked=("Erster Mai", "Christi Himmelfahrt")).working_time_between(*both) == 8.5 * HOUR


def test_open_ends_with_the_windows_end() -> None:
    shop = table()
    assert [shop.is_open(at(2026, 11, 23, *clock)) for clock in ((7, 59), (8, 0), (11, 59), (12, 0), (13, 0), (17, 30))] == [
        False, True, True, False, True, False,
    ]  # fmt: skip
    assert shop.next_opening(at(2026, 11, 23, 12)) == at(2026, 11, 23, 13)
    assert shop.next_opening(at(2026, 11, 23, 9)) == at(2026, 11, 23, 9)


def test_the_answer_comes_in_the_zone_of_the_question() -> None:
    asked = datetime(2026, 11, 23, 10, tzinfo=UTC)
    assert table().add_working_time(asked, 2 * HOUR).tzinfo is UTC
    assert table().add_working_time(asked, 2 * HOUR) == at(2026, 11, 23, 14)


def test_a_calendar_without_an_open_hour_says_so() -> None:
    with pytest.raises(NeverOpen):
        table({}).add_working_time(at(2026, 11, 23), HOUR)
    with pytest.raises(NeverOpen):
        table({}).next_opening(at(2026, 11, 23))
    assert table({}).working_time_between(at(2026, 1, 1), at(2027, 1, 1)) == timedelta(0)


def test_a_calendar_that_is_open_once_is_open_that_once() -> None:
    once = table({}, days=(Day(on=date(2027, 6, 1), windows=(Window(0, 3600),)),))
    assert once.add_working_time(at(2026, 11, 23), HOUR) == at(2027, 6, 1, 1)
    with pytest.raises(NeverOpen):
        once.add_working_time(at(2026, 11, 23), 2 * HOUR)


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        (lambda: table({0: [("08:00", "12:00"), ("11:00", "13:00")]}), "overlap"),
        (lambda: table({0: [("22:00", "06:00"), ("23:00", "23:30")]}), "overlap"),
        (lambda: table(zone="Europe/Atlantis"), "Europe/Atlantis"),
        (lambda: table({0: [("8 Uhr", "12:00")]}), "8 Uhr"),
        (lambda: table({0: [("25:00", "12:00")]}), "within a day"),
        (lambda: Calendar(zone="UTC", week=()), "seven days"),
        (lambda: table(days=(Day(on=date(2026, 1, 2)), Day(on=date(2026, 1, 2)))), "twice"),
        (lambda: table(closures=(Closure(first=date(2026, 1, 2), last=date(2026, 1, 1)),)), "before it begins"),
        (lambda: table(country="DE", region="XX").is_open(at(2026, 1, 1)), "DE-XX"),
    ],
)
def test_what_cannot_be_a_calendar_is_refused_with_the_reason(wrong: Any, why: str) -> None:
    with pytest.raises(InvalidCalendar, match=why):
        wrong()


def test_working_time_cannot_be_taken_away_and_runs_backwards_with_a_sign() -> None:
    with pytest.raises(ValueError, match="taken away"):
        table().add_working_time(at(2026, 11, 23), -HOUR)
    assert table().working_time_between(at(2026, 11, 23, 10), at(2026, 11, 23, 9)) == -HOUR


# --- the laws ---

QUARTERS = st.lists(st.integers(0, 95), min_size=2, max_size=6, unique=True).map(sorted)


def _windows(quarters: list[int]) -> tuple[Window, ...]:
    """Windows from some quarters of a day: every other gap is open. None begins or ends where clocks jump."""
    times = [one * 900 for one in quarters if not 1 * 3600 < one * 900 < 4 * 3600]
    return tuple(Window(start, end) for start, end in zip(times[::2], times[1::2], strict=False))


CALENDARS = st.builds(
    lambda zone, week, off: Calendar(
        zone=zone,
        week=tuple(_windows(one) for one in week),
        closures=tuple(Closure(first=day, last=day + timedelta(days=3)) for day in off),
    ),
    st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "UTC", "Australia/Lord_Howe", "Pacific/Apia"]),
    st.lists(QUARTERS, min_size=7, max_size=7),
    st.lists(st.dates(date(2025, 1, 1), date(2027, 12, 1)), max_size=3),
).filter(lambda one: any(one.week))
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds it
AMOUNTS = st.timedeltas(timedelta(0), timedelta(hours=700))


@given(CALENDARS, MOMENTS, AMOUNTS, AMOUNTS)
@settings(max_examples=60, deadline=None)
def test_adding_is_inverse_to_measuring_additive_and_monotone(
    calendar: Calendar, start: datetime, first: timedelta, second: timedelta
) -> None:
    shop = Timetable(calendar)
    reached = shop.add_working_time(start, first)
    assert shop.working_time_between(start, reached) == first
    both = shop.add_working_time(start, first + second)
    assert shop.add_working_time(reached, second) == both
    assert both >= reached >= start
    assert shop.working_time_between(start, reached) + shop.working_time_between(reached, both) == first + second


@given(CALENDARS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), AMOUNTS)
@settings(max_examples=60, deadline=None)
def test_who_asks_later_is_promised_no_earlier(calendar: Calendar, start: datetime, later: timedelta, amount: timedelta) -> None:
    shop = Timetable(calendar)
    assert shop.add_working_time(start + later, amount) >= shop.add_working_time(start, amount)


@given(CALENDARS, MOMENTS)
@settings(max_examples=60, deadline=None)
def test_measuring_agrees_with_a_clock_on_the_wall(calendar: Calendar, start: datetime) -> None:
    shop, zone = Timetable(calendar), ZoneInfo(calendar.zone)
    begin = start.replace(minute=0, second=0, microsecond=0)
    open_quarters = 0
    for quarter in range(4 * 24 * 4):
        moment = begin + timedelta(minutes=15 * quarter)
        wall = moment.astimezone(zone)
        seconds = wall.hour * 3600 + wall.minute * 60
        open_now = any(one.start <= seconds < one.end for one in shop.windows_on(wall.date()))
        assert shop.is_open(moment) == open_now
        open_quarters += open_now
    assert shop.working_time_between(begin, begin + timedelta(days=4)) == timedelta(minutes=15 * open_quarters)
