"""Working time as a clock: it stands still while nobody works, and a changed calendar never turns it back."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from oase.desk.hours import Calendar, Timetable, WorkedTime, always_open, week_of

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Timetable(
    Calendar(zone="Europe/Berlin", week=week_of({day: [("08:00", "12:00"), ("13:00", "18:00")] for day in range(5)}))
)
FRIDAY = datetime(2026, 11, 27, 17, 55, tzinfo=BERLIN)


def test_it_says_what_the_timetable_says_at_every_moment() -> None:
    worked, began = WorkedTime(OFFICE), FRIDAY
    assert worked(began.timestamp()) == 0
    for minutes in range(0, 6 * 1440, 7):
        moment = began + timedelta(minutes=minutes)
        assert abs(worked(moment.timestamp()) - OFFICE.working_time_between(began, moment).total_seconds()) < 0.001


def test_another_calendar_changes_how_it_goes_on_and_not_what_has_passed() -> None:
    worked = WorkedTime(OFFICE)
    worked(FRIDAY.timestamp())
    worked.follow(Timetable(always_open("UTC")), FRIDAY + timedelta(hours=1))
    assert worked((FRIDAY + timedelta(hours=1)).timestamp()) == 300
    assert worked((FRIDAY + timedelta(hours=3)).timestamp()) == 300 + 7200


def test_where_nobody_ever_works_nothing_passes() -> None:
    worked = WorkedTime(Timetable(Calendar(zone="UTC", week=week_of({}))))
    assert worked(FRIDAY.timestamp()) == worked((FRIDAY + timedelta(days=9)).timestamp()) == 0
