"""Pure decisions of delivery: when to try again, how fast a lane may go. No I/O, no clock, no chance."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Accepted, Again, Limits, Manifest, Outcome, Refused
from oase.conversations.delivery.types import IN_COPY, Delivery, Fate

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
        return _fate(
            delivery,
            outcome.state,
            external_id=outcome.external_id or None,
            why=outcome.note,
            code=IN_COPY if outcome.note else "",
        )
    if isinstance(outcome, Refused):
        if outcome.sign_in:  # not the message's fault: it waits in the queue until somebody signs in again
            return _fate(delivery, "queued", why=outcome.why, code=outcome.code, next_at=now)
        return _fate(delivery, "failed", why=outcome.why, code=outcome.code)
    if isinstance(outcome, Again) or delivery.kind == "act":  # done twice it does no harm: what is unclear is done again
        pause = back_off(delivery.attempts, delivery.id)
        if pause is None:
            return _fate(delivery, "failed", why=outcome.why)
        after = outcome.after if isinstance(outcome, Again) else pause
        return _fate(delivery, "queued", why=outcome.why, next_at=now + max(pause, after))
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
        kind=delivery.kind,
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

    def room(self, now: float) -> int:
        """How many may go now."""
        self.level = min(self.capacity, self.level + (now - self.at) / self.interval)
        self.at = now
        return int(self.level + 1e-9)

    def full(self, now: float) -> bool:
        """Whether it is as if nothing had gone."""
        self.room(now)
        return self.level >= self.capacity - 1e-9

    def wait(self, now: float) -> float:
        """Seconds until one may go; 0 = now."""
        return 0.0 if self.room(now) else (1 - self.level) * self.interval

    def take(self, now: float) -> None:
        """One goes."""
        self.room(now)
        self.level -= 1


class Pace:
    """How fast one side of an account may go: overall, to each person, in public to each place, and after a refusal for haste.

    Times are seconds of a steady clock.
    """

    def __init__(self, limits: Limits, *, one_by_one: bool = False) -> None:
        """`one_by_one`: where an interval is kept, one leaves after the other, since several persons share a public place."""
        self._limits = limits
        self._most = 1 if one_by_one and limits.pair_interval is not None else 1_000_000
        self._all = _whole(limits.messages_per_second) if limits.messages_per_second else None
        self._pairs: dict[str, Bucket] = {}
        self._paused_until = 0.0

    def room(self, now: float, most: int) -> int:
        """How many may go now: at most `most`."""
        if now < self._paused_until:
            return 0
        return min(most, self._most, self._all.room(now) if self._all else most)

    def held(self, now: float) -> list[str]:
        """To whom nothing may go now."""
        self._pairs = {who: pair for who, pair in self._pairs.items() if not pair.full(now)}
        return [who for who, pair in self._pairs.items() if not pair.room(now)]

    def take(self, recipient: str, now: float) -> None:
        """One goes to this person, or this public place."""
        if self._all:
            self._all.take(now)
        interval = self._limits.pair_interval
        if interval is not None:
            burst = float(self._limits.pair_burst)
            fresh = Bucket(capacity=burst, interval=interval.total_seconds(), level=burst, at=now)
            self._pairs.setdefault(recipient, fresh).take(now)

    def pause(self, until: float) -> None:
        """The provider wants nothing until then."""
        self._paused_until = max(self._paused_until, until)

    def wait(self, now: float) -> float:
        """Seconds until anything may go to anybody; 0 = now."""
        pause = max(0.0, self._paused_until - now)
        return max(pause, self._all.wait(now)) if self._all else pause

    def wait_for_held(self, now: float) -> float:
        """Seconds until something may go to one of those who are held; 0 = nobody is held."""
        return min((seconds for pair in self._pairs.values() if (seconds := pair.wait(now)) > 0), default=0.0)


class Paces:
    """How fast an account may go, in private and in public, each by its own limits.

    They outlive the lane, which ends whenever there is nothing to send.
    """

    def __init__(self, manifest: Manifest) -> None:
        """`sides`: public or not; None where the channel has one side only."""
        self.sides: dict[bool | None, Pace] = {None: Pace(manifest.limits)}
        if manifest.public is not None:
            self.sides = {False: Pace(manifest.limits), True: Pace(manifest.public.limits, one_by_one=True)}

    def side_of(self, delivery: Delivery) -> bool | None:
        """The side on which it goes."""
        return bool(delivery.thread) if len(self.sides) > 1 else None

    def take(self, delivery: Delivery, now: float) -> None:
        """This one goes."""
        side = self.side_of(delivery)
        self.sides[side].take(delivery.thread if side else delivery.recipient, now)

    def pause(self, until: float) -> None:
        """The provider wants nothing from this account until then."""
        for pace in self.sides.values():
            pace.pause(until)

    def wait(self, now: float) -> float:
        """Seconds until a limit lets something go that it holds up now; 0 = none does."""
        waits = [pace.wait(now) or pace.wait_for_held(now) for pace in self.sides.values()]
        return min((seconds for seconds in waits if seconds > 0), default=0.0)


def _whole(rate: float) -> Bucket:
    """A few may go at once, so that not each needs a turn of its own, and the rest at a rate that keeps every second below
    `rate` wherever it begins, with a little left for what arrives closer together than it left."""
    burst = max(1, rate // 12)
    steady = rate - burst - rate / 80 if burst > 1 else rate * 0.99
    return Bucket(capacity=float(burst), interval=1 / steady, level=float(burst), at=0.0)
