"""The form of a calendar: what was typed, and the calendar that it means.

    browser: week.0.start=08:00, week.0.end=17:00, closures.1.first=2026-12-24, days.2.start=… --read--> Typed --calendar--> Calendar
    stored calendar --typed_of--> Typed, as the browser shows it

Rows carry a number that only keeps their cells together; times of a day are pairs in the order in which they were sent.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import zip_longest
from typing import Any, Final, TypeVar

from msgspec import Struct

from oase.desk.hours import (
    Calendar,
    Closure,
    Day,
    InvalidCalendar,
    StoredCalendar,
    Window,
    holiday_names,
    holidays_between,
    holidays_of,
    is_worked,
    windows_of,
    zone_of,
)
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Message, message

Pairs = Sequence[tuple[str, str]]
Times = list[tuple[str, str]]
Wrong = dict[str, str]
T = TypeVar("T")
YEAR: Final = timedelta(days=365)
"""How far ahead holidays are listed and can be switched off."""
_MOST_ROWS: Final = 1_000


class Row(Struct, kw_only=True):
    """A closure (`first`, `last`) or a day with other hours (`on`, `times`), as it was typed."""

    first: str = ""
    last: str = ""
    on: str = ""
    name: str = ""
    times: Times = []


class Typed(Struct, kw_only=True):
    """A form, as it was typed. `worked`: names of holidays on which is worked nevertheless, in their country's language."""

    name: str = ""
    zone: str = ""
    country: str = ""
    region: str = ""
    is_default: bool = False
    teams: list[str] = []
    week: list[Times] = []
    closures: Mapping[str, Row] = {}
    days: Mapping[str, Row] = {}
    worked: list[str] = []


def read(pairs: Pairs) -> Typed:
    """What was sent."""
    texts = {name: value.strip() for name, value in pairs}
    return Typed(
        name=texts.get("name", ""),
        zone=texts.get("zone", ""),
        country=texts.get("country", ""),
        region=texts.get("region", "") if texts.get("region_of", texts.get("country")) == texts.get("country") else "",
        is_default="is_default" in texts,
        teams=[value for name, value in pairs if name == "teams"],
        week=[_times(pairs, f"week.{number}.") for number in range(7)],
        closures=_rows(pairs, "closures"),
        days=_rows(pairs, "days"),
        worked=[part for name, value in pairs if name == "worked" for part in holiday_names(value)],
    )


def typed_of(stored: StoredCalendar) -> Typed:
    """What is stored."""
    calendar = stored.calendar
    closures = sorted(calendar.closures, key=lambda one: one.first)
    days = sorted((one for one in calendar.days if not one.usual), key=lambda one: one.on)
    return Typed(
        name=stored.name,
        zone=calendar.zone,
        country=calendar.country,
        region=calendar.region,
        is_default=stored.is_default,
        teams=[str(one) for one in stored.team_ids],
        week=[_shown(windows) for windows in calendar.week],
        closures=_numbered(Row(first=one.first.isoformat(), last=one.last.isoformat(), name=one.name) for one in closures),
        days=_numbered(Row(on=one.on.isoformat(), name=one.name, times=_shown(one.windows)) for one in days),
        worked=[*calendar.worked, *_for_once(calendar)],
    )


def _for_once(calendar: Calendar) -> list[str]:
    """The holidays on dates that are worked although one falls on them."""
    dates = [one.on for one in calendar.days if one.usual]
    names = [holidays_of(calendar.country, calendar.region, day.year).get(day, "") for day in dates]
    return [part for name in names if name for part in holiday_names(name)]


def calendar(typed: Typed, today: date, kept: Calendar | None = None) -> tuple[Calendar | None, Wrong]:
    """The calendar that was meant, and what is wrong by field. `kept`: as stored; days that are worked for once stay so."""
    wrong: Wrong = {}
    none: tuple[Window, ...] = ()
    week = tuple(_try(wrong, f"week.{number}", none, windows_of, times) for number, times in enumerate(typed.week))
    closures = [_try(wrong, f"closures.{key}", None, _closure, row) for key, row in typed.closures.items()]
    days = [_try(wrong, f"days.{key}", None, _day, row) for key, row in typed.days.items()]
    _try(wrong, "zone", None, zone_of, typed.zone)
    nothing: tuple[tuple[str, ...], Mapping[date, Day]] = ((), {})
    worked, once = _try(wrong, "country", nothing, _worked, typed, today, kept)
    own = [one for one in days if one is not None]
    for key, one in zip(typed.days, days, strict=True):
        if one is not None and sum(other.on == one.on for other in own) > 1:
            wrong[f"days.{key}"] = message("This date is given twice.")
    if wrong:
        return None, wrong
    taken = {one.on for one in own}
    return Calendar(
        zone=typed.zone,
        week=week,
        days=(*own, *(one for day, one in once.items() if day not in taken)),
        closures=tuple(one for one in closures if one is not None),
        country=typed.country,
        region=typed.region,
        worked=worked,
    ), {}


def _worked(typed: Typed, today: date, kept: Calendar | None) -> tuple[tuple[str, ...], Mapping[date, Day]]:
    """The holidays that are worked every year, and the dates that are worked for once."""
    listed = holidays_between(typed.country, typed.region, today, today + YEAR)
    ticked = {day: name for day, name in listed.items() if is_worked(name, typed.worked)}
    always = kept.worked if kept else ()
    once = {
        one.on: one
        for one in (kept.days if kept else ())
        if one.usual and (one.on not in listed or (one.on in ticked and not is_worked(ticked[one.on], always)))
    }
    return tuple(sorted({name for day, names in ticked.items() if day not in once for name in holiday_names(names)})), once


def _closure(row: Row) -> Closure | None:
    if not (row.first or row.last):
        if row.name:
            raise InvalidCalendar(message("Please give a date."))
        return None
    first = _date(row.first or row.last)
    last = _date(row.last or row.first)
    if last < first:
        raise InvalidCalendar(message("The last day comes before the first."))
    return Closure(first=first, last=last, name=row.name[:120])


def _day(row: Row) -> Day | None:
    windows = windows_of(row.times)
    if not (row.on or windows or row.name):
        return None
    if not row.on:
        raise InvalidCalendar(message("Please give a date."))
    return Day(on=_date(row.on), windows=windows, name=row.name[:120])


def _date(text: str) -> date:
    with suppress(ValueError):
        found = date.fromisoformat(text)
        if 2000 <= found.year <= 2200:
            return found
    raise InvalidCalendar(message("“%(given)s” is not a date of this century.", given=text[:40]))


def _try(wrong: Wrong, field: str, instead: T, make: Callable[..., T], *given: Any) -> T:
    try:
        return make(*given)
    except InvalidCalendar as error:
        wrong[field] = error.args[0]
        return instead


def _times(pairs: Pairs, prefix: str) -> Times:
    starts = [value.strip() for name, value in pairs if name == f"{prefix}start"]
    ends = [value.strip() for name, value in pairs if name == f"{prefix}end"]
    return [pair for pair in zip_longest(starts, ends, fillvalue="") if any(pair)]


def _rows(pairs: Pairs, group: str) -> dict[str, Row]:
    found: dict[str, Row] = {}
    for name, value in pairs:
        start, _, rest = name.partition(".")
        number, _, column = rest.partition(".")
        if start != group or not number.isdigit() or (number not in found and len(found) >= _MOST_ROWS):
            continue
        row = found.setdefault(number, Row(times=_times(pairs, f"{group}.{number}.") if group == "days" else []))
        if column in ("first", "last", "on", "name"):
            setattr(row, column, value.strip())
    return found


def _numbered(rows: Any) -> dict[str, Row]:
    return {str(number): row for number, row in enumerate(rows)}


def _shown(windows: Sequence[Window]) -> Times:
    return [(clock(one.start), clock(one.end)) for one in windows]


def clock(seconds: int) -> str:
    """A time of day as a browser's field takes it; 24:00 is 00:00 there."""
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"


def at_field(error: Invalid) -> Wrong:
    """What the desk refused, by the field of the form."""
    text: Message | str = error.args[0]
    return {error.field: text}
