"""Due clocks and short moments, for lists. `static/js/due.js` says the same words in the browser as time goes on."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

from oase.desk.hours import Timetable
from oase.kernel.i18n import Translator

SOON: Final = timedelta(minutes=30)
_SHORT: Final = {"de": 2, "en": 3}  # letters of a weekday: Mo, Mon
_WEEKS: Final = timedelta(weeks=8)
_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


def due_text(reader: Translator, at: datetime, now: datetime) -> str:
    """How long until a promise ends: "12 min", "3 h"; on another day when that is: "Mon 09:20", since nobody works the night
    between; "now" in the minutes around it; after it "−8 min"."""
    if later := due_later(reader, at, now):
        return later
    seconds = int((at - now).total_seconds())
    sign, span = ("−", -seconds) if seconds < 0 else ("", seconds)
    if span < _MINUTE:
        return reader.gettext("now")
    if span < _HOUR:
        return sign + reader.gettext("%(n)s min", n=span // _MINUTE)
    if span < 2 * _DAY:
        return sign + reader.gettext("%(n)s h", n=span // _HOUR)
    return sign + reader.gettext("%(n)s d", n=span // _DAY)


def due_later(reader: Translator, at: datetime, now: datetime) -> str:
    """When a promise ends, if that is on a later day of the reader's."""
    later = at > now and at.astimezone(reader.zone).date() > now.astimezone(reader.zone).date()
    return moment_short(reader, at, now) if later else ""


def wait_text(reader: Translator, since: datetime, now: datetime) -> str:
    """How long somebody has waited: "under 1 min", "12 min", "3 h", "2 d"."""
    span = int((now - since).total_seconds())
    if span < _MINUTE:
        return reader.gettext("under 1 min")
    if span < _HOUR:
        return reader.gettext("%(n)s min", n=span // _MINUTE)
    return reader.gettext("%(n)s h", n=span // _HOUR) if span < 2 * _DAY else reader.gettext("%(n)s d", n=span // _DAY)


class Worked(Struct, frozen=True, kw_only=True):
    """How a promise stands in opening hours: what is left of them, and from when that is little."""

    left: timedelta
    soon_at: datetime


def worked(timetable: Timetable | None, at: datetime | None, now: datetime) -> Worked | None:
    """How a promise stands; None where nothing is due any more, or it is open until then."""
    if timetable is None or at is None or at <= now:
        return None
    left = timetable.working_time_between(now, at)
    if left == at - now:
        return None
    return Worked(left=left, soon_at=at - SOON if timetable.working_time_between(at - SOON, at) >= SOON else _soon(timetable, at))


def _soon(timetable: Timetable, at: datetime) -> datetime:
    """The moment at which the last opening hours before a promise ends become few; to the minute."""
    low, high = at - _WEEKS, at
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if timetable.working_time_between(middle, at) >= SOON else (low, middle)
    return low


def due_class(at: datetime, now: datetime, worked: Worked | None = None) -> str:
    """Its colour: red once it is over, amber while little of the opening hours before it is left."""
    soon_at = worked.soon_at if worked else at - SOON
    return "due-over" if at < now else "due-soon" if now > soon_at else ""


def due_title(reader: Translator, at: datetime, worked: Worked | None = None) -> str:
    """The promise in a sentence, with what is left of the opening hours."""
    time = reader.date_time(at, "short")
    if worked is None:
        return reader.gettext("Answer promised by %(time)s", time=time)
    left = reader.duration(worked.left) if worked.left >= timedelta(minutes=1) else reader.gettext("less than a minute")
    return reader.gettext("Answer promised by %(time)s; %(left)s of opening hours left", time=time, left=left)


def moment_short(reader: Translator, moment: datetime, now: datetime) -> str:
    """A near moment: the time today; weekday and time within a week; otherwise day, month and time."""
    then, today = moment.astimezone(reader.zone), now.astimezone(reader.zone)
    if then.date() == today.date():
        return reader.time(moment)
    if timedelta(0) < then.date() - today.date() < timedelta(days=7):
        return f"{reader.weekday(moment)[: _SHORT[reader.language]]} {reader.time(moment)}"
    return f"{reader.day_and_month(moment)}, {reader.time(moment)}"
