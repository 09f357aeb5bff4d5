"""Arithmetic with working time, exact to the microsecond, by tables of a year each.

A table holds the open spans of one year as instants, and how much was worked before each: whatever is asked is two searches in it.
Instants are whole microseconds since 1970 in UTC; daylight saving, windows over midnight and days that differ are settled when
a table is made.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from oase.desk.hours.calendar import Calendar, Day, Window
from oase.desk.hours.holiday import closing_holidays
from oase.desk.hours.spans import Span, joined, without

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_BEYOND: Final = 10**9
"""More than the number of any day."""
_FURTHEST: Final = 20
"""Years in which an opening hour is looked for."""


class NeverOpen(ValueError):
    """The calendar has no opening hour from then on."""


class _Year(Struct, frozen=True):
    """Open spans of one year (of UTC), and the sum of all before each; `total` of all."""

    starts: Sequence[int]
    ends: Sequence[int]
    before: Sequence[int]
    total: int

    def worked(self, instant: int) -> int:
        """Working time from the year's beginning to an instant."""
        place = bisect_right(self.starts, instant) - 1
        if place < 0:
            return 0
        return self.before[place] + min(instant, self.ends[place]) - self.starts[place]

    def reached(self, amount: int) -> int:
        """The first instant at which so much (more than nothing, at most all) has been worked."""
        place = bisect_right(self.before, amount - 1) - 1
        return self.starts[place] + amount - self.before[place]


class Timetable:
    """A calendar, ready to be asked. Keeps the tables of the years that it was asked about."""

    def __init__(self, calendar: Calendar) -> None:
        self.calendar = calendar
        self._zone = calendar.clock()
        self._days: Mapping[date, Day] = {one.on: one for one in calendar.days}
        self._closed = joined((one.first.toordinal(), one.last.toordinal() + 1) for one in calendar.closures)
        self._pauses = joined((_instant(one.start), _instant(one.end)) for one in calendar.pauses)
        self._years: dict[int, _Year] = {}

    def prepare(self, year: int) -> None:
        """Makes the table of a year, for whoever cannot wait some milliseconds at the first question."""
        self._year(year)

    def is_open(self, at: datetime) -> bool:
        """Whether somebody works at that moment; a window's end is no longer open."""
        instant, year = _instant(at), self._year(at.astimezone(UTC).year)
        place = bisect_right(year.starts, instant) - 1
        return place >= 0 and instant < year.ends[place]

    def working_time_between(self, start: datetime, end: datetime) -> timedelta:
        """How much is worked from one moment to another; negative where the end comes first."""
        if end < start:
            return -self.working_time_between(end, start)
        first, last = start.astimezone(UTC).year, end.astimezone(UTC).year
        worked = sum(self._year(year).total for year in range(first, last))
        worked += self._year(last).worked(_instant(end)) - self._year(first).worked(_instant(start))
        return timedelta(microseconds=worked)

    def add_working_time(self, start: datetime, amount: timedelta) -> datetime:
        """The first moment at which so much has been worked since the start; the start itself for nothing.

        Raises ValueError for a negative amount, NeverOpen where the calendar does not hold so much.
        """
        left = amount // _MICROSECOND
        if left < 0:
            raise ValueError("Working time cannot be taken away.")
        if left == 0:
            return start
        year = start.astimezone(UTC).year
        left += self._year(year).worked(_instant(start))
        for one in self._from(year):
            if left <= one.total:
                return (_EPOCH + one.reached(left) * _MICROSECOND).astimezone(start.tzinfo)
            left -= one.total
        raise NeverOpen("There are not so many opening hours.")

    def next_opening(self, at: datetime) -> datetime:
        """The moment itself while open, otherwise the next at which somebody works. Raises NeverOpen."""
        instant = _instant(at)
        for one in self._from(at.astimezone(UTC).year):
            place = bisect_right(one.ends, instant)
            if place < len(one.starts):
                return (_EPOCH + max(one.starts[place], instant) * _MICROSECOND).astimezone(at.tzinfo)
        raise NeverOpen("There is no opening hour from then on.")

    def open_until(self, at: datetime) -> datetime | None:
        """The end of the opening hours at a moment that is one of them; None where no end is in sight for a year."""
        instant, year = _instant(at), at.astimezone(UTC).year
        for number in (year, year + 1):
            one = self._year(number)
            end = one.ends[bisect_right(one.starts, instant) - 1]
            instant = _instant(datetime(number + 1, 1, 1, tzinfo=UTC))
            if end < instant or not self.is_open(_EPOCH + instant * _MICROSECOND):
                return (_EPOCH + end * _MICROSECOND).astimezone(at.tzinfo)
        return None

    def open_spans(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The stretches of opening hours between two moments, cut at them; what touches is one."""
        low, high = _instant(start), _instant(end)
        years = [self._year(year) for year in range(start.astimezone(UTC).year, end.astimezone(UTC).year + 1)]
        spans = joined(
            (max(first, low), min(last, high)) for one in years for first, last in zip(one.starts, one.ends, strict=True)
        )
        for first, last in spans:
            yield _EPOCH + first * _MICROSECOND, _EPOCH + last * _MICROSECOND

    def windows_on(self, day: date) -> tuple[Window, ...]:
        """What a date of the calendar's zone has: its own windows, none when closed, or those of its weekday. Pauses are not seen."""
        own = self._days.get(day)
        if own is not None and not own.usual:
            return own.windows
        if own is None and (self._is_closed(day) or self._is_holiday(day)):
            return ()
        return self.calendar.week[day.weekday()]

    def _is_holiday(self, day: date) -> bool:
        own = self.calendar
        return day in closing_holidays(own.country, own.region, own.worked, day.year)

    def _is_closed(self, day: date) -> bool:
        place = bisect_right(self._closed, (day.toordinal(), _BEYOND)) - 1
        return place >= 0 and day.toordinal() < self._closed[place][1]

    def _from(self, year: int) -> Iterator[_Year]:
        for one in range(year, min(year + _FURTHEST, 9998)):
            yield self._year(one)

    def _year(self, year: int) -> _Year:
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = self._made(year)
        return found

    def _made(self, year: int) -> _Year:
        """The table of a year of UTC: its days with a margin, cut at its ends; spans that touch are one."""
        low, high = _instant(datetime(year, 1, 1, tzinfo=UTC)), _instant(datetime(year + 1, 1, 1, tzinfo=UTC))
        found: list[Span] = []
        for number in range(date(year, 1, 1).toordinal() - 2, date(year + 1, 1, 1).toordinal() + 2):
            day = date.fromordinal(number)
            for window in self.windows_on(day):
                span = _at(day, window.start, self._zone, 0), _at(day, window.last, self._zone, 1)
                found += [span] if day in self._days else without(span, self._pauses)
        spans = joined((max(start, low), min(end, high)) for start, end in found)
        sums = [0, *accumulate(end - start for start, end in spans)]
        return _Year([start for start, _ in spans], [end for _, end in spans], sums[:-1], sums[-1])


def _instant(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def _at(day: date, seconds: int, zone: ZoneInfo, fold: int) -> int:
    """The instant at which a clock on the wall shows so many seconds since the day's midnight.

    Where the clock shows it twice, the first (fold 0) or second (1); where it never does, the moment at which it jumps.
    """
    wall = datetime(day.year, day.month, day.day) + timedelta(seconds=seconds)  # noqa: DTZ001 - the zone comes next
    local = wall.replace(tzinfo=zone, fold=fold)
    there = local.astimezone(UTC)
    if there.astimezone(zone).replace(tzinfo=None) == wall:
        return _instant(there)
    early, late = sorted(wall.replace(tzinfo=zone, fold=one).astimezone(UTC) for one in (0, 1))
    return _jump(_instant(early), _instant(late), zone)


def _jump(low: int, high: int, zone: ZoneInfo) -> int:
    """The instant between two at which the zone's offset changes, to the second."""

    def offset(instant: int) -> timedelta | None:
        return (_EPOCH + instant * _MICROSECOND).astimezone(zone).utcoffset()

    before = offset(low)
    while high - low > _SECOND:
        middle = (low + high) // 2 // _SECOND * _SECOND
        middle = middle if middle > low else low + _SECOND
        low, high = (middle, high) if offset(middle) == before else (low, middle)
    return high
