"""Pure decisions of delivery: when to try again, how fast a lane may go. No I/O, no clock, no chance."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Accepted, Again, Limits, Outcome, Refused
from oase.conversations.delivery.types import Delivery, Fate

_STEPS: Final = tuple(timedelta(seconds=s) for s in (5, 15, 60, 300, 900, 3600, 3600, 3600, 7200, 7200, 14400, 14400))
UNDO: Final = timedelta(seconds=5)


def back_off(attempts: int, delivery_id: UUID) -> timedelta | None:
    """How long to wait after so many attempts, with up to a quarter of jitter from the id; None: give up."""
    if attempts > len(_STEPS):
        return None
    step = _STEPS[max(attempts, 1) - 1]
    return step + step * ((delivery_id.int & 0xFF) / 0x400)


def fate_of(delivery: Delivery, outcome: Outcome, now: datetime) -> Fate:
    """What an outcome means for the delivery. `attempts` counts the one that gave the outcome."""
    if isinstance(outcome, Accepted):
        return _fate(delivery, outcome.state, external_id=outcome.external_id or None, why=outcome.note)
    if isinstance(outcome, Refused):
        if outcome.sign_in:  # not the message's fault: it waits in the queue until somebody signs in again
            return _fate(delivery, "queued", why=outcome.why, code=outcome.code, next_at=now)
        return _fate(delivery, "failed", why=outcome.why, code=outcome.code)
    if isinstance(outcome, Again):
        pause = back_off(delivery.attempts, delivery.id)
        if pause is None:
            return _fate(delivery, "failed", why=outcome.why)
        return _fate(delivery, "queued", why=outcome.why, next_at=now + max(pause, outcome.after))
    return _fate(delivery, "unknown", why=outcome.why)


def _fate(
    delivery: Delivery,
    state: str,
    *,
    external_id: str | None = None,
    why: str = "",
    code: str = "",
    next_at: datetime | None = None,
) -> Fate:
    return Fate(
        delivery_id=delivery.id,
        message_id=delivery.message_id,
        conversation_id=delivery.conversation_id,
        part=delivery.part,
        state=state,  # type: ignore[arg-type]
        external_id=external_id,
        code=code[:100],
        why=why[:500],
        next_at=next_at,
    )


class Bucket(Struct):
    """A token bucket: `capacity` at once, then one each `interval` (in seconds). `level` is as of `at` (seconds)."""

    capacity: float
    interval: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one may go; 0 = now."""
        self.level = min(self.capacity, self.level + (now - self.at) / self.interval)
        self.at = now
        return 0.0 if self.level >= 1 - 1e-9 else (1 - self.level) * self.interval

    def take(self) -> None:
        """One goes."""
        self.level -= 1


class Pace:
    """How fast an account's lane may go: overall and to each person. Times are seconds of a steady clock."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        rate = limits.messages_per_second
        # a second's allowance minus what a window that slides across could double: never more than `rate` in any second
        self._all = Bucket(capacity=1.0, interval=1 / rate, level=1.0, at=0.0) if rate else None
        self._pairs: dict[str, Bucket] = {}

    def wait(self, recipient: str, now: float) -> tuple[float, bool]:
        """Seconds until a message to this person may go, and whether it is the person's limit that holds it."""
        pair = self._pair(recipient, now)
        if pair is not None and (seconds := pair.wait(now)) > 0:
            return seconds, True
        return (self._all.wait(now) if self._all else 0.0), False

    def take(self, recipient: str, now: float) -> None:
        """One goes to this person."""
        if self._all:
            self._all.take()
        pair = self._pair(recipient, now)
        if pair is not None:
            pair.take()

    def _pair(self, recipient: str, now: float) -> Bucket | None:
        interval = self._limits.pair_interval
        if interval is None:
            return None
        if recipient not in self._pairs:
            if len(self._pairs) > 5_000:
                self._pairs = {key: one for key, one in self._pairs.items() if one.wait(now) > 0 or one.level < one.capacity}
            burst = float(self._limits.pair_burst)
            self._pairs[recipient] = Bucket(capacity=burst, interval=interval.total_seconds(), level=burst, at=now)
        return self._pairs[recipient]
