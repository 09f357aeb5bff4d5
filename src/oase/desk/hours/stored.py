"""From columns to calendars and back. What a newer version wrote, or a library no longer knows, is left out and named, never raised."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from typing import Any, TypeVar

import msgspec

from oase.desk.hours.calendar import Calendar, Closure, Day, InvalidCalendar, Pause, Window, require_apart, zone_of
from oase.desk.hours.holiday import holidays_of
from oase.kernel.i18n import Message, message

T = TypeVar("T")
Week = tuple[tuple[Window, ...], ...]
_WEEKDAYS = (
    message("Monday"), message("Tuesday"), message("Wednesday"), message("Thursday"), message("Friday"),
    message("Saturday"), message("Sunday"),
)  # fmt: skip


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What the columns of a calendar say."""

    zone: str
    week: Any
    days: Any
    closures: Any
    country: str
    region: str
    worked: Any


def columns_of(calendar: Calendar) -> dict[str, Any]:
    """The columns of a calendar, ready for JSON."""
    return {
        "zone": calendar.zone,
        "week": [[[one.start, one.end] for one in windows] for windows in calendar.week],
        "days": msgspec.to_builtins([{**msgspec.structs.asdict(one), "windows": _plain(one.windows)} for one in calendar.days]),
        "closures": msgspec.to_builtins(calendar.closures),
        "country": calendar.country,
        "region": calendar.region,
        "worked": list(calendar.worked),
    }


def calendar_of(row: Row, zone: str, year: int) -> tuple[Calendar, list[Message]]:
    """The calendar of a row, and what of it had to be left out. `zone` stands in for an unknown one; holidays are tried by `year`."""
    troubles: list[Message] = []
    if not _known_zone(row.zone):
        troubles.append(message("The time zone “%(zone)s” is not known. %(other)s is used.", zone=row.zone, other=zone))
    week = tuple(_weekday(row.week, number, troubles) for number in range(7))
    days = tuple({one.on: one for one in _days(row.days, troubles)}.values())
    closures = tuple(_each(Closure, row.closures, message("A closure cannot be read."), troubles))
    country, region = _place(row.country, row.region, year, troubles)
    calendar = Calendar(
        zone=row.zone if _known_zone(row.zone) else zone, week=week, days=days,
        closures=tuple(one for one in closures if one.first <= one.last), country=country, region=region,
        worked=tuple(name for name in row.worked if isinstance(name, str)) if isinstance(row.worked, list) else (),
    )  # fmt: skip
    return calendar, troubles


def closures_of(stored: Any) -> tuple[Closure, ...]:
    """Closures that a source said; what cannot be read is passed over, it comes anew with the next reading."""
    return tuple(one for one in _each(Closure, stored, message("A closure cannot be read."), []) if one.first <= one.last)


def pauses_of(stored: Any) -> tuple[Pause, ...]:
    """As `closures_of`."""
    found = _each(Pause, stored, message("A closure cannot be read."), [])
    return tuple(one for one in found if one.start.tzinfo is not None and one.end.tzinfo is not None)


def _plain(windows: tuple[Window, ...]) -> list[list[int]]:
    return [[one.start, one.end] for one in windows]


def _known_zone(name: str) -> bool:
    with suppress(InvalidCalendar):
        zone_of(name)
        return True
    return False


def _windows(stored: Any) -> tuple[Window, ...]:
    """Raises ValueError or TypeError for anything but pairs of numbers that make windows apart from each other."""
    pairs = msgspec.convert(stored, list[tuple[int, int]])
    windows = tuple(Window(start, end) for start, end in pairs)
    require_apart(windows)
    return windows


def _weekday(stored: Any, number: int, troubles: list[Message]) -> tuple[Window, ...]:
    try:
        return _windows(stored[number])
    except (ValueError, TypeError, LookupError):
        troubles.append(message("The times of %(day)s cannot be read: closed on that day.", day=_WEEKDAYS[number]))
        return ()


def _days(stored: Any, troubles: list[Message]) -> Iterator[Day]:
    for one in stored if isinstance(stored, list) else ():
        try:
            on = date.fromisoformat(one["on"])
            yield Day(on=on, windows=_windows(one["windows"]), usual=one.get("usual") is True, name=str(one.get("name", "")))
        except (ValueError, TypeError, LookupError, AttributeError):
            troubles.append(message("A day that differs cannot be read."))


def _each(kind: type[T], stored: Any, trouble: Message, troubles: list[Message]) -> Iterator[T]:
    for one in stored if isinstance(stored, list) else ():
        try:
            yield msgspec.convert(one, kind)
        except (ValueError, TypeError):
            troubles.append(trouble)


def _place(country: str, region: str, year: int, troubles: list[Message]) -> tuple[str, str]:
    """Of country and region, as much as is known."""
    for known in ((country, region), (country, "")):
        try:
            holidays_of(*known, year)
        except InvalidCalendar as error:
            troubles.append(error.args[0])
        else:
            return known
    return "", ""
