"""Due clocks and short moments, for lists. `static/js/due.js` says the same words in the browser as time goes on."""

from datetime import datetime, timedelta
from typing import Final

from oase.kernel.i18n import Translator

SOON: Final = timedelta(minutes=30)
_MINUTE: Final = 60
_HOUR: Final = 3_600
_DAY: Final = 86_400


def due_text(reader: Translator, at: datetime, now: datetime) -> str:
    """How long until a promise ends: "12 min", "3 h", "2 d"; "now" in the minutes around it; after it "−8 min"."""
    seconds = int((at - now).total_seconds())
    sign, span = ("−", -seconds) if seconds < 0 else ("", seconds)
    if span < _MINUTE:
        return reader.gettext("now")
    if span < _HOUR:
        return sign + reader.gettext("%(n)s min", n=span // _MINUTE)
    if span < 2 * _DAY:
        return sign + reader.gettext("%(n)s h", n=span // _HOUR)
    return sign + reader.gettext("%(n)s d", n=span // _DAY)


def due_class(at: datetime, now: datetime) -> str:
    """Its colour: red once it is over, amber shortly before."""
    return "due-over" if at < now else "due-soon" if at - now < SOON else ""


def due_title(reader: Translator, at: datetime) -> str:
    """The promise in a sentence."""
    return reader.gettext("Answer promised by %(time)s", time=reader.date_time(at, "short"))


def moment_short(reader: Translator, moment: datetime, now: datetime) -> str:
    """A near moment: the time today; weekday and time within a week; otherwise day, month and time."""
    then, today = moment.astimezone(reader.zone), now.astimezone(reader.zone)
    if then.date() == today.date():
        return reader.time(moment)
    if timedelta(0) < then.date() - today.date() < timedelta(days=7):
        return f"{reader.weekday(moment)[:2]} {reader.time(moment)}"
    return f"{reader.day_and_month(moment)}, {reader.time(moment)}"
