"""How long we wait: as a server asks us to, or as an account's settings say."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from oase.channels.contract import Account, Reply

LONGEST: Final = timedelta(hours=6)


def asked_wait(reply: Reply, otherwise: timedelta, now: datetime | None = None) -> timedelta:
    """The wait that Retry-After asks for (RFC 9110, 10.2.3: seconds or a date, which needs `now`), never less than `otherwise`."""
    asked = reply.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdigit():
        return max(otherwise, min(timedelta(seconds=int(asked[:9])), LONGEST))
    if now is None or not asked:
        return otherwise
    try:
        until = parsedate_to_datetime(asked)
        return max(otherwise, min(until.replace(tzinfo=until.tzinfo or UTC) - now, LONGEST))
    except (ValueError, TypeError, OverflowError):
        return otherwise


def pause_of(account: Account, usual: timedelta) -> timedelta:
    """The wait between two rounds of asking: the account's setting `interval`, in seconds, or what is usual."""
    seconds = account.settings.get("interval")
    return timedelta(seconds=min(max(seconds, 1), 3_600)) if isinstance(seconds, int | float) else usual
