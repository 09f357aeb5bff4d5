"""What is said of an expected answer, in a sentence that claims no more than was measured."""

from datetime import datetime, timedelta

from oase.insights import Expected
from oase.kernel.i18n import Message, Translator, message, messages

_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def sentence(expected: Expected, now: datetime, reader: Translator) -> str:
    """When an answer may be expected: "usually within 7 minutes". One-sided, since sooner is never wrong."""
    if expected.opens_at is not None:
        return reader.text(_opens(expected.opens_at, now, reader))
    if expected.seconds is None:
        return reader.text(message("not enough cases yet"))
    if not expected.same_day and expected.by is not None:
        day, time = reader.weekday(expected.by), reader.time(expected.by)
        return reader.text(message("usually by %(day)s, %(time)s", day=day, time=time))
    return reader.text(within(expected.seconds))


def within(seconds: int) -> Message:
    """A span of at most so many seconds, in whole minutes, hours or days."""
    if seconds <= _MINUTE:
        return message("usually within a minute")
    if seconds < _HOUR:
        return messages("usually within %(n)s minute", "usually within %(n)s minutes", -(-seconds // _MINUTE))
    if seconds == _HOUR:
        return message("usually within an hour")
    if seconds < _DAY:
        return messages("usually within %(n)s hour", "usually within %(n)s hours", -(-seconds // _HOUR))
    if seconds == _DAY:
        return message("usually within a day")
    return messages("usually within %(n)s day", "usually within %(n)s days", -(-seconds // _DAY))


def _opens(opens_at: datetime, now: datetime, reader: Translator) -> Message:
    day = opens_at.astimezone(reader.zone).date()
    today, time = now.astimezone(reader.zone).date(), reader.time(opens_at)
    if day == today:
        return message("we answer again today from %(time)s", time=time)
    if day - today == timedelta(days=1):
        return message("we answer again tomorrow from %(time)s", time=time)
    if day - today < timedelta(days=7):
        return message("we answer again on %(day)s from %(time)s", day=reader.weekday(day), time=time)
    return message("we answer again on %(day)s from %(time)s", day=reader.date(day, "long"), time=time)
