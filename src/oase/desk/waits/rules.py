"""From what routing foretells to what is true by the clock on the wall: opening hours count. Pure.

17:55, 7 minutes of work, closed from 18:00    -->  not "within 7 minutes", but "tomorrow from 08:00"
"""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from oase.desk.hours import NeverOpen, Timetable
from oase.desk.routing import Expected
from oase.desk.waits.types import Wait

_MINUTE: Final = 60


def foretold(seconds: float, now: datetime, timetable: Timetable, *, usually: bool) -> Wait:
    """An answer after so many seconds of working time at most, rounded up to minutes: never less than what was foretold."""
    whole = max(1, ceil(seconds / _MINUTE)) * _MINUTE
    try:
        by = _full_minute(timetable.add_working_time(now, timedelta(seconds=whole)))
    except NeverOpen:
        by = _full_minute(now + timedelta(seconds=whole))
    return Wait(seconds=whole, by=by, begins=_begins(timetable, now, by), usually=usually)


def outlook(expected: Expected | None, now: datetime, timetable: Timetable) -> Wait | None:
    """What can be said to somebody who writes now; None where routing foretells nothing in opening hours."""
    if expected is not None:
        return foretold(expected.p90, now, timetable, usually=expected.usually)
    if timetable.is_open(now):
        return None
    try:
        return Wait(begins=timetable.next_opening(now))
    except NeverOpen:
        return None


def is_worth_saying(wait: Wait, now: datetime, longer_than: timedelta) -> bool:
    """Whether it takes longer than that by the clock on the wall; the closed hours until then are part of it."""
    ends = wait.by or wait.begins
    return ends is not None and ends - now > longer_than


def _begins(timetable: Timetable, now: datetime, by: datetime) -> datetime | None:
    """With which opening the hours begin in which a moment lies; None if they are those of now."""
    until = timetable.open_until(now) if timetable.is_open(now) else now
    if until is None or (by <= until and by > now and timetable.is_open(now)):
        return None
    spans = list(timetable.open_spans(now, by))
    return spans[-1][0].astimezone(by.tzinfo) if spans else None


def _full_minute(moment: datetime) -> datetime:
    """What is said has minutes only."""
    short = moment.replace(second=0, microsecond=0)
    return short if short == moment else short + timedelta(seconds=_MINUTE)
