"""How a wait is said: one-sided, since sooner is never wrong, and no surer than it is known. Pure."""

from datetime import datetime, timedelta
from math import ceil
from typing import Final

from oase.desk.promises import fill, moment
from oase.desk.waits.types import Wait
from oase.kernel.i18n import Message, Translator, message, messages

REPLY: Final = message("Thank you for your message. {{wait}}")
_SOON_AFTER: Final = timedelta(hours=1)
"""Of what comes within this after an opening, the opening is said."""
_MINUTE, _HOUR = 60, 3600
_WEEK: Final = 7  # days
_IN_MINUTES: Final = 2 * _HOUR  # from here on hours are said


def sentence(wait: Wait, now: datetime, t: Translator) -> str:
    """For whoever has written: "You will have our answer by 2:20 PM.", "We answer tomorrow from 8:00 AM."."""
    if begins := _opening_said(wait):
        return t.text(opens(begins, now, t))
    if not wait.usually:
        return t.gettext("You will have our answer by %(when)s.", when=_by(wait, now, t))
    if wait.begins is not None:
        return t.gettext("We usually answer by %(when)s.", when=_by(wait, now, t))
    return t.text(_within(wait.seconds or _MINUTE))


def head_line(wait: Wait, now: datetime, t: Translator) -> str:
    """For whoever may write: "Replies within 7 minutes"."""
    if begins := _opening_said(wait):
        return t.text(opens(begins, now, t))
    if wait.begins is None:
        return t.text(_replies_within(wait.seconds or _MINUTE, usually=wait.usually))
    when = _by(wait, now, t)
    return t.gettext("Usually replies by %(when)s", when=when) if wait.usually else t.gettext("Replies by %(when)s", when=when)


def reply(own: str, wait: Wait, now: datetime, company: str, t: Translator) -> str:
    """The automatic reply: in the workspace's words, or ours."""
    values = {"wait": sentence(wait, now, t), "company": company}
    return fill(own.strip() or t.text(REPLY), values)


def _opening_said(wait: Wait) -> datetime | None:
    """The opening that is said in place of a moment: of what comes soon after it, or nobody can say more."""
    if wait.begins is not None and (wait.by is None or wait.by - wait.begins <= _SOON_AFTER):
        return wait.begins
    return None


def opens(begins: datetime, now: datetime, t: Translator) -> Message:
    """From when somebody answers: "We answer tomorrow from 8:00 AM."."""
    days, time = (begins.astimezone(t.zone).date() - now.astimezone(t.zone).date()).days, t.time(begins)
    if days == 0:
        return message("We answer today from %(time)s.", time=time)
    if days == 1:
        return message("We answer tomorrow from %(time)s.", time=time)
    day = t.weekday(begins) if days < _WEEK else t.date(begins, "long")
    return message("We answer on %(day)s from %(time)s.", day=day, time=time)


def _by(wait: Wait, now: datetime, t: Translator) -> str:
    return moment(wait.by or now, now, t)


def _within(seconds: int) -> Message:
    if seconds < _IN_MINUTES:
        return messages("We usually answer within %(n)s minute.", "We usually answer within %(n)s minutes.", seconds // _MINUTE)
    return messages("We usually answer within %(n)s hour.", "We usually answer within %(n)s hours.", ceil(seconds / _HOUR))


def _replies_within(seconds: int, *, usually: bool) -> Message:
    if seconds < _IN_MINUTES:
        minutes = seconds // _MINUTE
        if usually:
            return messages("Usually replies within %(n)s minute", "Usually replies within %(n)s minutes", minutes)
        return messages("Replies within %(n)s minute", "Replies within %(n)s minutes", minutes)
    hours = ceil(seconds / _HOUR)
    if usually:
        return messages("Usually replies within %(n)s hour", "Usually replies within %(n)s hours", hours)
    return messages("Replies within %(n)s hour", "Replies within %(n)s hours", hours)
