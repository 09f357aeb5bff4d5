"""Times as Meta writes them, and ids for what has none."""

from datetime import UTC, datetime
from hashlib import sha256

import msgspec

_MILLISECONDS = 100_000_000_000  # larger numbers are not seconds: the year 5138


def moment(stamp: float | int | str | None, otherwise: datetime) -> datetime:
    """A time of Meta's (seconds, in some places milliseconds, since 1970). Raises ValueError or OverflowError."""
    if stamp is None or stamp == "":
        return otherwise
    seconds = float(stamp)
    try:
        return datetime.fromtimestamp(seconds / 1000 if seconds > _MILLISECONDS else seconds, UTC)
    except OSError as error:
        raise ValueError("The time is out of range.") from error


def digest(content: bytes | msgspec.Raw) -> str:
    """Stands for the id of an item that has none: the same when it is delivered again."""
    return sha256(bytes(content)).hexdigest()[:32]
