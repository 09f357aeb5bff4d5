"""How long an answer takes now, in one line: one-sided, as routing foretells it; no line where it says nothing."""

from datetime import datetime
from math import ceil

from oase.desk.routing import Expected
from oase.kernel.i18n import Translator


def wait_line(expected: Expected | None, reader: Translator) -> str:
    """ "Replies within 7 minutes", or "usually" while that is not learnt yet; hours from two of them on."""
    if expected is None:
        return ""
    minutes = 1 if expected.at_once else max(1, ceil(expected.p90 / 60))
    if minutes < 120:
        return (
            reader.ngettext("Usually replies within %(n)s minute", "Usually replies within %(n)s minutes", minutes)
            if expected.usually
            else reader.ngettext("Replies within %(n)s minute", "Replies within %(n)s minutes", minutes)
        )
    hours = ceil(minutes / 60)
    return (
        reader.ngettext("Usually replies within %(n)s hour", "Usually replies within %(n)s hours", hours)
        if expected.usually
        else reader.ngettext("Replies within %(n)s hour", "Replies within %(n)s hours", hours)
    )


def opens_line(opens: datetime | None, reader: Translator) -> str:
    """From when somebody answers again, while it is closed."""
    return reader.gettext("We answer again from %(time)s.", time=reader.date_time(opens, "short")) if opens else ""
