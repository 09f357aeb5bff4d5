"""Calendars in words: "Open now, until 17:30", "Mo–Fr 08:00–17:00"."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from typing import Final

from oase.desk.hours import Standing, Window
from oase.kernel.i18n import Translator, translator

_MONDAY: Final = date(2026, 11, 23)


def standing_words(reader: Translator, now_is: Standing, now: datetime, zone: str) -> str:
    """How a calendar stands, in its own zone, which is named if the reader has another."""
    local = translator(reader.language, zone)
    if now_is.until is None:
        return reader.gettext("Always open.") if now_is.is_open else reader.gettext("Closed, without an end.")
    when = _when(local, now_is.until, now)
    if zone != reader.time_zone:
        when += f" ({zone.replace('_', ' ')})"
    if now_is.is_open:
        return reader.gettext("Open now, until %(when)s.", when=when)
    if now_is.why:
        return reader.gettext("Closed now (%(why)s). Opens %(when)s.", why=now_is.why, when=when)
    return reader.gettext("Closed now. Opens %(when)s.", when=when)


def _when(local: Translator, moment: datetime, now: datetime) -> str:
    then, today = moment.astimezone(local.zone).date(), now.astimezone(local.zone).date()
    if then == today:
        return local.time(moment)
    if then - today < timedelta(days=7):
        return f"{local.weekday(moment)} {local.time(moment)}"
    return f"{local.weekday(moment)}, {local.date(moment)}, {local.time(moment)}"


def week_words(reader: Translator, week: Sequence[Sequence[Window]]) -> str:
    """The opening hours of a week on a line; days that are alike in a row are one."""
    parts = []
    for windows, numbers in groupby(range(7), key=lambda number: tuple(week[number])):
        if not windows:
            continue
        days = list(numbers)
        name = weekday_short(reader, days[0])
        if len(days) > 1:
            name += f"–{weekday_short(reader, days[-1])}"
        parts.append(f"{name} {times_words(reader, windows)}")
    return " · ".join(parts)


def times_words(reader: Translator, windows: Sequence[Window]) -> str:
    """The opening hours of a day: "08:00–12:00, 13:00–17:30"."""
    if any(one.last - one.start == 24 * 3600 for one in windows):
        return reader.gettext("all day")
    return ", ".join(f"{_time(reader, one.start)}–{_time(reader, one.end)}" for one in windows)


def weekday(reader: Translator, number: int) -> str:
    """The name of a weekday; 0 is Monday."""
    return reader.weekday(_MONDAY + timedelta(days=number))


def weekday_short(reader: Translator, number: int) -> str:
    """Its beginning, as calendars have it."""
    return weekday(reader, number)[: 2 if reader.language == "de" else 3]


def day_words(reader: Translator, day: date) -> str:
    """A date with its weekday: "Fr, 25.12.2026"."""
    return f"{weekday_short(reader, day.weekday())}, {reader.date(day)}"


def _time(reader: Translator, seconds: int) -> str:
    moment = datetime(2026, 11, 23, tzinfo=UTC) + timedelta(seconds=seconds)
    return translator(reader.language).time(moment)
