"""A calendar as an iCalendar file (RFC 5545), for other programs to follow: open hours as events, closed days by their names.

Each opening is an event of its own, in UTC, so that no program has to know our zone or what differs; a year of them is some
hundred short events. They are marked as free: whoever follows the calendar is not busy while a shop is open.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final
from uuid import UUID

from oase.desk.hours.holiday import closing_holidays
from oase.desk.hours.timetable import Timetable

_BEHIND: Final = timedelta(days=7)
_AHEAD: Final = timedelta(days=365)
_LINE: Final = 73  # octets after which a line is folded, its break not counted


def write_calendar(timetable: Timetable, calendar_id: UUID, name: str, now: datetime, *, opened: str, closed: str) -> bytes:
    """The file. `opened` and `closed` are what events are called that have no name of their own."""
    today = now.astimezone(timetable.calendar.clock()).date()
    stamp = f"{today:%Y%m%d}T000000Z"
    lines = [
        "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Oase//Opening hours//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH",
        f"X-WR-CALNAME:{_text(name)}", f"X-WR-TIMEZONE:{timetable.calendar.zone}", "REFRESH-INTERVAL;VALUE=DURATION:PT12H",
    ]  # fmt: skip
    for start, end in _openings(timetable, today):
        lines += [
            "BEGIN:VEVENT", f"UID:{start}-{calendar_id}", f"DTSTAMP:{stamp}", f"DTSTART:{start}", f"DTEND:{end}",
            f"SUMMARY:{_text(opened)}", "TRANSP:TRANSPARENT", "END:VEVENT",
        ]  # fmt: skip
    for first, last, why in _closings(timetable, today):
        after = last + timedelta(days=1)
        lines += [
            "BEGIN:VEVENT", f"UID:{first:%Y%m%d}-{calendar_id}", f"DTSTAMP:{stamp}", f"DTSTART;VALUE=DATE:{first:%Y%m%d}",
            f"DTEND;VALUE=DATE:{after:%Y%m%d}", f"SUMMARY:{_text(f'{closed}: {why}' if why else closed)}", "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]  # fmt: skip
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"]).encode()


def _openings(timetable: Timetable, today: date) -> Iterator[tuple[str, str]]:
    """Each stretch of opening hours; one without an end in sight ends with the year."""
    zone = timetable.calendar.clock()
    at = datetime.combine(today - _BEHIND, datetime.min.time(), zone)
    last = datetime.combine(today + _AHEAD, datetime.min.time(), zone)
    for start, end in timetable.open_spans(at, last):
        yield f"{start.astimezone(UTC):%Y%m%dT%H%M%SZ}", f"{end.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _closings(timetable: Timetable, today: date) -> Iterator[tuple[date, date, str]]:
    """Days on which a usual weekday would be open, and this one is not: closures as a whole, other days one by one."""
    calendar = timetable.calendar
    low, high = today - _BEHIND, today + _AHEAD
    for closure in calendar.closures:
        if closure.last >= low and closure.first <= high:
            yield closure.first, closure.last, closure.name
    own = {one.on: one for one in calendar.days}
    for day, one in own.items():
        if low <= day <= high and not one.windows and not one.usual:
            yield day, day, one.name
    for year in range(low.year, high.year + 1):
        for day, name in closing_holidays(calendar.country, calendar.region, calendar.worked, year).items():
            if low <= day <= high and day not in own and not any(one.first <= day <= one.last for one in calendar.closures):
                yield day, day, name


def _text(value: str) -> str:
    """A text value: what would end it or part it is escaped, and control characters go (RFC 5545, 3.3.11)."""
    for sign in ("\\", ";", ","):
        value = value.replace(sign, f"\\{sign}")
    return "".join(sign for sign in value.replace("\r\n", "\n").replace("\n", "\\n") if sign >= " ")


def _folded(line: str) -> str:
    """A line in pieces of at most 75 octets, none of which parts a character (RFC 5545, 3.1)."""
    pieces, size = [""], 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > _LINE:
            pieces.append("")
            size = 0
        pieces[-1] += sign
        size += octets
    return "\r\n ".join(pieces)
