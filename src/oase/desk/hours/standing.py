"""How a calendar stands at a moment: open until when, or closed, why and until when. For people, not for arithmetic."""

from datetime import date, datetime

from msgspec import Struct

from oase.desk.hours.calendar import Calendar
from oase.desk.hours.holiday import closing_holidays, holidays_of
from oase.desk.hours.timetable import NeverOpen, Timetable


class Standing(Struct, frozen=True, kw_only=True):
    """`until`: when that changes, None if no change is in sight; `why`: the name of the day's holiday or closure, if it has one."""

    is_open: bool
    until: datetime | None = None
    why: str = ""


def standing(timetable: Timetable, now: datetime, language: str = "") -> Standing:
    """How it stands; names of holidays in this language where they have one."""
    if timetable.is_open(now):
        return Standing(is_open=True, until=timetable.open_until(now))
    local = now.astimezone(timetable.calendar.clock())
    why = named(timetable.calendar, local.date(), language)
    try:
        return Standing(is_open=False, until=timetable.next_opening(now), why=why)
    except NeverOpen:
        return Standing(is_open=False, why=why)


def named(calendar: Calendar, day: date, language: str = "") -> str:
    """The name of a day that differs from its weekday; empty for a usual one, and for one without a name."""
    own = next((one for one in calendar.days if one.on == day), None)
    if own is not None:
        return own.name
    closure = next((one.name for one in calendar.closures if one.first <= day <= one.last), None)
    if closure is not None:
        return closure
    if day not in closing_holidays(calendar.country, calendar.region, calendar.worked, day.year):
        return ""
    return holidays_of(calendar.country, calendar.region, day.year, language).get(day, "")
