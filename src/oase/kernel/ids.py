"""Ids: UUIDv7 (RFC 9562), so that ids sort by the time they were made.

Within a process they rise strictly: 48 bits of milliseconds, then a 42-bit counter that starts at random each
millisecond, then 32 random bits. A clock that jumps back does not break the order.
"""

import os
import threading
import time
from datetime import datetime
from uuid import UUID

_COUNTER_BITS = 42
_lock = threading.Lock()
_last = 0  # (milliseconds << 42) | counter


def new_id() -> UUID:
    """A new id, greater than every earlier one of this process."""
    global _last  # noqa: PLW0603 - the sequence is one per process by definition
    random = int.from_bytes(os.urandom(9))
    with _lock:
        fresh = (time.time_ns() // 1_000_000) << _COUNTER_BITS | (random >> 31) & ((1 << (_COUNTER_BITS - 1)) - 1)
        _last = fresh if fresh > _last else _last + 1
        value = _last
    milliseconds, counter = value >> _COUNTER_BITS, value & ((1 << _COUNTER_BITS) - 1)
    return UUID(
        int=milliseconds << 80
        | 0x7 << 76
        | (counter >> 30) << 64
        | 0b10 << 62
        | (counter & ((1 << 30) - 1)) << 32
        | random & 0xFFFFFFFF
    )


def milliseconds_of(value: UUID) -> int:
    """The moment inside a UUIDv7, in milliseconds since 1970."""
    return value.int >> 80


def first_id_of(moment: datetime) -> UUID:
    """The smallest id that can be made at this moment: for ranges of time over ids."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)
