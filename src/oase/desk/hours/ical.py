"""iCalendar files (RFC 5545) of others, read: what they say is closed.

    text ──icalendar──> events ──dateutil: repeated, within two years──> whole days: closures      hours of a day: pauses

Cancelled events are nothing. Whole days close whatever their "free or busy" says, since calendars of holidays call theirs free; of
events with a time only those that block it do. A pure function, but slow for large files: call it in a thread.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from msgspec import Struct

from oase.desk.hours.calendar import Closure, InvalidCalendar, Pause
from oase.kernel.i18n import message

Event = Mapping[str, Any]
"""An event of the library, whose values are one of thirty types."""
BYTES: Final = 5_000_000
AHEAD: Final = timedelta(days=731)
BEHIND: Final = timedelta(days=31)
_MOST: Final = 5_000  # closures and pauses together
_SECONDS: Final = 5.0  # of work
_RULE_SECONDS = 2.0  # of one rule
_OFTEN: Final = {"SECONDLY", "MINUTELY", "HOURLY"}
_OLDEST: Final = 1900
_NAME_LENGTH: Final = 120


class Events(Struct, frozen=True, kw_only=True):
    """What a file says of the time asked about; `unreadable` counts entries that nobody could make sense of."""

    closures: tuple[Closure, ...] = ()
    pauses: tuple[Pause, ...] = ()
    unreadable: int = 0


def read_events(content: bytes, zone: ZoneInfo, today: date) -> Events:
    """What an iCalendar file says of the next two years (and the last month). Times without a zone are those of `zone`.

    Raises InvalidCalendar with a sentence for whoever gave the file.
    """
    if len(content) > BYTES:
        raise InvalidCalendar(message("This calendar is larger than 5 MB."))
    return _Reading(zone, today - BEHIND, today + AHEAD).read(_parsed(content))


def _parsed(content: bytes) -> Sequence[Event]:
    import icalendar  # its import is slow: only who follows calendars waits for it

    if b"BEGIN:VCALENDAR" not in content[:10_000].upper():
        raise InvalidCalendar(message("This is not an iCalendar file. Such files end in .ics and begin with BEGIN:VCALENDAR."))
    try:
        calendars = icalendar.Calendar.from_ical(content, multiple=True)
    except Exception:  # the library raises what it likes
        calendars = []
    if not calendars:  # none that ends: a file that broke off must not look like one that closes nothing
        raise InvalidCalendar(message("This iCalendar file is damaged and cannot be read."))
    return [event for one in calendars for event in one.walk("VEVENT")]


class _Reading:
    """One reading: its window, its zone, how long it has taken."""

    def __init__(self, zone: ZoneInfo, first: date, last: date) -> None:
        self._zone, self._first, self._last = zone, first, last
        self._until = time.monotonic() + _SECONDS
        self._masters: Mapping[str, Event] = {}
        self._changed: Sequence[Event] = ()  # "this and following"

    def read(self, events: Sequence[Event]) -> Events:
        moved = _moved(events)
        self._masters = {str(one.get("UID", "")): one for one in events if "RECURRENCE-ID" not in one}
        self._changed = [one for one in events if _goes_on(one)]
        closures: dict[Closure, None] = {}
        pauses: dict[Pause, None] = {}
        unreadable = 0
        for event in events:
            try:
                for found in self._of(event, moved):
                    if isinstance(found, Closure):
                        closures[found] = None
                    else:
                        pauses[found] = None
            except Exception:  # libraries raise what they like; one entry must not cost the others
                unreadable += 1
            if len(closures) + len(pauses) > _MOST:
                raise InvalidCalendar(message("This calendar closes more than 5,000 times in two years. Is it the right one?"))
            if time.monotonic() > self._until:
                raise InvalidCalendar(message("This calendar repeats itself in ways that take too long to work out."))
        return Events(closures=tuple(closures), pauses=tuple(pauses), unreadable=unreadable)

    def _of(self, event: Event, moved: Mapping[str, set[Any]]) -> Iterator[Closure | Pause]:
        if str(event.get("STATUS", "")).upper() == "CANCELLED":
            return
        name = str(event.get("SUMMARY", "")).strip()[:_NAME_LENGTH]
        start = event["DTSTART"].dt
        length = _length(event, start)
        skipped = moved.get(str(event.get("UID", "")), set()) if "RECURRENCE-ID" not in event else set()
        whole = not isinstance(start, datetime)
        if not whole and (str(event.get("TRANSP", "")).upper() == "TRANSPARENT" or length <= timedelta(0)):
            return
        times = self._following(event, start, moved) if _goes_on(event) else self._times(event, start, length)
        for at in times:
            if at in skipped or ("RECURRENCE-ID" not in event and at >= self._end_of(event, at)):
                continue
            if whole:
                yield Closure(first=at, last=at + max(length, timedelta(days=1)) - timedelta(days=1), name=name)
            else:
                begin = self._instant(at)
                yield Pause(start=begin, end=begin + length, name=name)

    def _end_of(self, event: Event, at: Any) -> Any:
        """From when another entry says what is with this one and all that follow; a moment after `at` where none does."""
        uid, own = event.get("UID"), event["RECURRENCE-ID"].dt if "RECURRENCE-ID" in event else None
        cuts = [one["RECURRENCE-ID"].dt for one in self._changed if one.get("UID") == uid]
        return min((one for one in cuts if own is None or one > own), default=at + timedelta(days=1))

    def _following(self, event: Event, start: Any, moved: Mapping[str, set[Any]]) -> Iterator[Any]:
        """When an entry for "this and following" begins: the times of what it changes from there on, moved as far as it is itself."""
        uid, own = str(event.get("UID", "")), event["RECURRENCE-ID"].dt
        master = self._masters[uid]
        zone = start.tzinfo if isinstance(start, datetime) else None
        by = _wall(start, zone) - _wall(own, zone)
        first = master["DTSTART"].dt
        for at in self._times(master, first, _length(master, first)):
            if at < own or at >= self._end_of(event, at) or (at != own and at in moved.get(uid, set())):
                continue
            there = _wall(at, zone) + by
            yield there.replace(tzinfo=zone) if isinstance(start, datetime) else there.date()

    def _times(self, event: Event, start: Any, length: timedelta) -> Iterator[Any]:
        """When the event begins, each time within the window: dates, or moments as the event says them."""
        low = datetime(self._first.year, self._first.month, self._first.day) - length  # noqa: DTZ001 - as clocks on the wall
        high = datetime(self._last.year, self._last.month, self._last.day)  # noqa: DTZ001
        zone = start.tzinfo if isinstance(start, datetime) else None
        excepted = {_wall(one, zone) for one in _listed(event, "EXDATE")}
        found = {_wall(start, zone)} if "RRULE" not in event else set(_repeated(event, _wall(start, zone), zone, high))
        for one in sorted((found | {_wall(one, zone) for one in _listed(event, "RDATE")}) - excepted):
            if low <= one <= high:
                yield one.replace(tzinfo=zone) if isinstance(start, datetime) else one.date()

    def _instant(self, at: datetime) -> datetime:
        return (at if at.tzinfo else at.replace(tzinfo=self._zone)).astimezone(UTC)


def _length(event: Event, start: Any) -> timedelta:
    """How long an event lasts: by its end, its duration, or as the standard says for none. Real time, not that of the wall."""
    if "DTEND" in event:
        end = event["DTEND"].dt
        if isinstance(start, datetime) and not isinstance(end, datetime):
            end = datetime(end.year, end.month, end.day, tzinfo=start.tzinfo)
        if isinstance(start, datetime) and start.tzinfo and end.tzinfo:
            return timedelta(seconds=end.timestamp() - start.timestamp())
        length: timedelta = end - start
        return length
    if "DURATION" in event:
        return timedelta(seconds=event["DURATION"].dt.total_seconds())
    return timedelta(0) if isinstance(start, datetime) else timedelta(days=1)


def _repeated(event: Event, start: datetime, zone: Any, until: datetime) -> Iterator[datetime]:
    """Each time of a rule, from its beginning to the end of the window, as clocks on the wall."""
    from dateutil.rrule import rrulestr

    rule = dict(event["RRULE"])
    if start.year < _OLDEST or str(rule.get("FREQ", [""])[0]).upper() in _OFTEN:
        raise ValueError("a rule that is too old or repeats too often")
    if "UNTIL" in rule:
        until = min(until, _wall(rule.pop("UNTIL")[0], zone, end_of_day=True))
    text = ";".join(f"{name}={','.join(_word(one) for one in values)}" for name, values in rule.items())
    rule_itself = rrulestr(text, dtstart=start)
    rule_itself.__class__ = _bounded(time.monotonic() + _RULE_SECONDS)
    for one in rule_itself:
        if one > until:
            return
        yield one


def _bounded(until: float) -> type:
    """A rule that gives up: the library looks for a day that never comes (30 February) until the year 9999, and cannot be told to stop.

    It asks for these weekdays once for each month that it looks at, found or not.
    """
    from dateutil.rrule import rrule

    class Bounded(rrule):  # type: ignore[misc]
        @property
        def _bynweekday(self) -> Any:
            if time.monotonic() > until:
                raise ValueError("a rule that takes too long")
            return self.__dict__["_bynweekday"]

    return Bounded


def _word(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def _wall(at: Any, zone: Any, *, end_of_day: bool = False) -> datetime:
    """A date or moment as the clock on the wall of a zone shows it."""
    if not isinstance(at, datetime):
        clock = timedelta(hours=23, minutes=59, seconds=59) if end_of_day else timedelta(0)
        return datetime(at.year, at.month, at.day) + clock  # noqa: DTZ001
    if at.tzinfo is not None and zone is not None:
        at = at.astimezone(zone)
    wall: datetime = at.replace(tzinfo=None)
    return wall


def _listed(event: Event, name: str) -> list[Any]:
    """The dates and moments of EXDATE or RDATE; of periods, their beginnings."""
    given = event.get(name, [])
    values = [one.dt for each in (given if isinstance(given, list) else [given]) for one in each.dts]
    return [one[0] if isinstance(one, tuple) else one for one in values]


def _goes_on(event: Event) -> bool:
    """Whether an entry says something else of a time and of all that follow it."""
    return "RECURRENCE-ID" in event and str(event["RECURRENCE-ID"].params.get("RANGE", "")).upper() == "THISANDFUTURE"


def _moved(events: Sequence[Event]) -> dict[str, set[Any]]:
    """By the id of an event that repeats: the times at which another entry says something else."""
    found: dict[str, set[Any]] = {}
    for event in events:
        if "RECURRENCE-ID" in event:
            found.setdefault(str(event.get("UID", "")), set()).add(event["RECURRENCE-ID"].dt)
    return found
