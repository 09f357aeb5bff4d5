"""How long we wait: as a server asks us to, or as an account's settings say."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from oase.channels.contract import Account, Reply

SHORTEST: Final = timedelta(seconds=1)
LONGEST: Final = timedelta(hours=6)


def asked_wait(reply: Reply, otherwise: timedelta, now: datetime | None = None) -> timedelta:
    """The wait that Retry-After asks for (RFC 9110, 10.2.3: seconds, or a date by the server's own clock), a second at the least."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return bounded(timedelta(seconds=int(asked[:9])))
    until, here = moment(asked), moment(reply.headers.get("date", "")) or now
    return bounded(until - here) if until and here else otherwise


def bounded(wait: timedelta) -> timedelta:
    """A wait that somebody else asks for: never none, never for ever."""
    return min(max(wait, SHORTEST), LONGEST)


def wait_until(header: str, reply: Reply, otherwise: timedelta) -> timedelta:
    """Until the moment that a header of the reply names, by the server's own clock; without both, as `asked_wait`."""
    until, here = moment(reply.headers.get(header, "")), moment(reply.headers.get("date", ""))
    return bounded(until - here) if until and here else asked_wait(reply, otherwise)


def moment(text: str) -> datetime | None:
    """A time as headers write it: like HTTP's dates, in ISO 8601, or in seconds since 1970; None for anything else."""
    try:
        if text.isascii() and text.isdigit():
            return datetime.fromtimestamp(int(text[:12]), UTC)
        found = datetime.fromisoformat(text) if text[4:5] == "-" else parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError, OSError):
        return None
    return found.replace(tzinfo=found.tzinfo or UTC)


def pause_of(account: Account, usual: timedelta) -> timedelta:
    """The wait between two rounds of asking: the account's setting `interval`, in seconds, or what is usual."""
    seconds = account.settings.get("interval")
    return timedelta(seconds=min(max(seconds, 1), 3_600)) if isinstance(seconds, int | float) else usual
