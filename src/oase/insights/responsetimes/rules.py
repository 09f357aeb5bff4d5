"""What may be said of measured waits. Pure."""

from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

import msgspec

from oase.desk.hours import NeverOpen, Timetable, always_open
from oase.desk.routing import Expected as Foretold
from oase.insights.responsetimes.types import LEAST_CASES, Choice, Expected, Measured, Opening

REFRESHED: Final = timedelta(minutes=5)
KEY: Final = "response_times"
"""The name of the choice among the settings of a workspace."""
_LATELY: Final = 5  # cases of the past hour that say that it takes longer today
_CROWD: Final = 3  # who wait now, and have waited long already
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS: Final = (
    *(_MINUTE * one for one in (1, 2, 3, 4, 5, 7, 10, 15, 20, 30, 45)),
    *(_HOUR * one for one in (1, 2, 3, 4, 5, 6, 8, 10, 12, 18)),
    *(_DAY * one for one in (1, 2, 3, 4, 5, 7, 14)),
)
"""Spans that are said. Of what lies between, the longer one is said, so that more is kept than is said."""


def as_of(now: datetime) -> datetime:
    """The moment for which figures are made: the same for five minutes, in every process."""
    return datetime.fromtimestamp(now.timestamp() // REFRESHED.total_seconds() * REFRESHED.total_seconds(), tz=now.tzinfo)


def choice_in(settings: Mapping[str, Any]) -> Choice:
    """What the workspace chose; nothing is public until somebody switches it on."""
    try:
        return msgspec.convert(settings.get(KEY) or {}, Choice)
    except msgspec.ValidationError:
        return Choice()


def expected(measured: Measured, now: datetime, timetable: Timetable | None, live: Foretold | None = None) -> Expected:
    """What can be said on a channel to somebody who writes now.

    What routing foretells, once it has learnt it; without that the waits of this time of the week, of as many as there are, and
    longer where the past hour, or those who wait, say so.
    """
    if timetable is not None and not timetable.is_open(now):
        return Expected(channel=measured.channel, opens_at=_opening(timetable, now))
    if live is not None and not live.usually:
        return _said(measured, now, timetable, ceil(live.p90), source="routing")
    return _from_measured(measured, now, timetable)


def _from_measured(measured: Measured, now: datetime, timetable: Timetable | None) -> Expected:
    seconds, count = usual(measured)
    if seconds is None:
        return Expected(channel=measured.channel, count=count)
    lately, slow = measured.lately
    if lately >= _LATELY and slow is not None:
        seconds = max(seconds, slow)
    if measured.waiting >= _CROWD and measured.middle_asked_at is not None:
        waited = _between(timetable, measured.middle_asked_at, now)
        seconds = max(seconds, round(waited.total_seconds()))
    return _said(measured, now, timetable, seconds, source="measured", count=count)


def _said(
    measured: Measured,
    now: datetime,
    timetable: Timetable | None,
    seconds: int,
    *,
    source: Literal["routing", "measured"],
    count: int = 0,
) -> Expected:
    said = rounded_up(seconds)
    by = _later(timetable, now, timedelta(seconds=said))
    zone = ZoneInfo(timetable.calendar.zone) if timetable is not None else None
    same_day = zone is None or by.astimezone(zone).date() == now.astimezone(zone).date()
    return Expected(channel=measured.channel, source=source, seconds=said, count=count, by=by, same_day=same_day)


def usual(measured: Measured) -> tuple[int | None, int]:
    """The waits that are most alike, of those that are enough; and their number."""
    for count, seconds in (measured.alike, measured.near, measured.all):
        if count >= LEAST_CASES and seconds is not None:
            return seconds, count
    return None, measured.all[0]


def rounded_up(seconds: int) -> int:
    """Up to the next span that is said."""
    place = bisect_left(_STEPS, seconds)
    return _STEPS[place] if place < len(_STEPS) else -(-seconds // _DAY) * _DAY


def kept(timetable: Timetable) -> Timetable | None:
    """The opening hours of a company that says some; None for one that said nothing: it is not told to be open day and night."""
    return None if timetable.calendar == always_open(timetable.calendar.zone) else timetable


def opening(timetable: Timetable | None, now: datetime) -> Opening | None:
    """The hours of a usual week, and whether somebody works now."""
    if timetable is None:
        return None
    week = tuple(tuple((_clock(one.start), _clock(one.end)) for one in day) for day in timetable.calendar.week)
    open_now = timetable.is_open(now)
    opens_at = None if open_now else _opening(timetable, now)
    return Opening(zone=timetable.calendar.zone, week=week, open_now=open_now, opens_at=opens_at)


def _clock(seconds: int) -> str:
    return f"{seconds // _HOUR:02d}:{seconds % _HOUR // _MINUTE:02d}"


def _opening(timetable: Timetable, now: datetime) -> datetime | None:
    try:
        return timetable.next_opening(now)
    except NeverOpen:
        return None


def _between(timetable: Timetable | None, start: datetime, end: datetime) -> timedelta:
    return end - start if timetable is None else timetable.working_time_between(start, end)


def _later(timetable: Timetable | None, now: datetime, span: timedelta) -> datetime:
    try:
        return now + span if timetable is None else timetable.add_working_time(now, span)
    except NeverOpen:
        return now + span
