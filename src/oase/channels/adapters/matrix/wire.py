"""What of Matrix's JSON several files read: objects, texts and numbers that may not be what they should be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def moment(stamp: object, otherwise: datetime) -> datetime:
    """A time in milliseconds since 1970; `otherwise` where it is none that can be."""
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return otherwise
    try:
        return datetime.fromtimestamp(stamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
