"""What a business calendar says: windows of each weekday, days that differ, the zone in which its clocks tick.

Times are seconds of the local day, as a clock on the wall shows them; a window may pass midnight (22:00 to 06:00).
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from oase.kernel.i18n import message

DAY: Final = 24 * 3600
"""Seconds of a day as the clock on the wall counts them."""


class InvalidCalendar(ValueError):
    """What was said cannot be a calendar; the sentence says why."""


class Window(Struct, frozen=True, order=True):
    """Open from `start` to `end`, in seconds since local midnight; an end that is not later belongs to the next day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not (0 <= self.start < DAY and 0 <= self.end <= DAY):
            raise InvalidCalendar(message("A window begins and ends within a day, between 00:00 and 24:00."))

    @property
    def last(self) -> int:
        """The end, in seconds since the midnight before the start."""
        return self.end if self.end > self.start else self.end + DAY


class Day(Struct, frozen=True, kw_only=True):
    """A date that differs from its weekday: other windows, or none. `name` is what is told about it.

    A `usual` one is open as its weekday is, although a holiday, closure or pause falls on it; it has no windows of its own.
    """

    on: date
    windows: tuple[Window, ...] = ()
    usual: bool = False
    name: str = ""


class Closure(Struct, frozen=True, kw_only=True):
    """Closed from the first to the last day, both included."""

    first: date
    last: date
    name: str = ""


class Pause(Struct, frozen=True, kw_only=True):
    """Closed from one moment to another, as an appointment in somebody's calendar says; both know their zone."""

    start: datetime
    end: datetime
    name: str = ""


class Calendar(Struct, frozen=True, kw_only=True):
    """When somebody works. `week` has seven days from Monday; `days` are stronger than all else: `closures`, `pauses`, holidays.

    Raises InvalidCalendar where a zone is unknown, a week has not seven days, windows of a day overlap or dates are given twice.
    """

    zone: str
    week: tuple[tuple[Window, ...], ...]
    days: tuple[Day, ...] = ()
    closures: tuple[Closure, ...] = ()
    pauses: tuple[Pause, ...] = ()
    country: str = ""  # whose public holidays are closed: ISO 3166 code; none without one
    region: str = ""  # federal state or the like: ISO 3166-2 code without the country
    worked: tuple[str, ...] = ()  # holidays that are days like any other, every year, by their names in the country's language

    def __post_init__(self) -> None:
        if len(self.week) != 7:
            raise InvalidCalendar(message("A week has seven days, not %(number)s.", number=len(self.week)))
        for windows in (*self.week, *(one.windows for one in self.days)):
            require_apart(windows)
        dates = [one.on for one in self.days]
        if len(set(dates)) != len(dates):
            raise InvalidCalendar(message("A date is given twice."))
        if any(one.last < one.first for one in self.closures):
            raise InvalidCalendar(message("A closure ends before it begins."))
        self.clock()

    def clock(self) -> ZoneInfo:
        """The zone; raises InvalidCalendar where nobody knows it."""
        return zone_of(self.zone)


def zone_of(name: str) -> ZoneInfo:
    """The time zone of a name of the IANA list; raises InvalidCalendar."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise InvalidCalendar(message("The time zone “%(zone)s” is not known.", zone=name)) from error


def week_of(windows: Mapping[int, Sequence[tuple[str, str]]]) -> tuple[tuple[Window, ...], ...]:
    """A week from its weekdays (0 is Monday) and times as people write them: `{0: [("08:00", "12:00"), ("13:00", "17:30")]}`."""
    return tuple(windows_of(windows.get(day, ())) for day in range(7))


def windows_of(times: Sequence[tuple[str, str]]) -> tuple[Window, ...]:
    """Windows of a day from times as people write them, in order; pairs that are left empty are none. Raises InvalidCalendar."""
    windows = sorted(Window(_seconds(start), _seconds(end)) for start, end in times if start or end)
    require_apart(windows)
    return tuple(windows)


def _seconds(clock: str) -> int:
    if not clock:
        raise InvalidCalendar(message("Please give both times, or neither."))
    hours, _, minutes = clock.partition(":")
    if not (hours.isdecimal() and minutes.isdecimal() and int(minutes) < 60):
        raise InvalidCalendar(message("“%(given)s” is not a time of day such as 08:30.", given=clock[:40]))
    return int(hours) * 3600 + int(minutes) * 60


def require_apart(windows: Sequence[Window]) -> None:
    """Raises InvalidCalendar where two windows of a day overlap."""
    ordered = sorted(windows)
    if any(later.start < earlier.last for earlier, later in pairwise(ordered)):
        raise InvalidCalendar(message("Two windows of a day overlap."))
