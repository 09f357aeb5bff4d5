"""Expected wait, said to the customer: how long nine of ten wait at most. No training: what comes true corrects what is said next.

The guess is what waits before somebody, times what an answer takes, by those on duty. For each class of contacts (channel, and
whether few have the skills) a factor for each share says how far the guess is off; each quote that is kept or broken moves it, so
that in the long run the promised share is kept (stochastic approximation of a quantile: H. Robbins, S. Monro, 1951). A new class goes
on with what its channel has learnt.
A quote counts as broken in the moment in which it passes, not when the customer is served at last: so a shift of load is learnt soon.
"""

from heapq import heappop, heappush
from math import exp
from typing import Final

from msgspec import Struct

from oase.desk.routing.rules.events import Quote
from oase.desk.routing.rules.queues import Ranks
from oase.desk.routing.rules.types import Item, ItemId

SHARES: Final = (0.5, 0.8, 0.9)
"""Of how many it is said that they wait no longer."""

_FIRST_FACTOR: Final = 2.0
_LEARNING: Final = 500
"""Quotes of a desk during which it says "usually"."""
_LEARNING_CHANNEL: Final = 30
"""The same of a channel, in quotes that are known to have been kept or broken: one that is new to a desk says no more than it knows."""
_STEP_FIRST, _STEP_LAST, _STEP_FADES = 0.4, 0.04, 40
_FURTHEST: Final = 50.0
"""No guess is further off."""
_UNKNOWN: Final = 180.0
"""Seconds that an answer takes before anything is known of it."""
_LEAST: Final = 10.0
"""Seconds; no guess is shorter."""


_Class = tuple[str, bool]
"""Channel, and whether few can do it."""


class _Open(Struct, eq=False, gc=False):
    """A quote that is neither kept nor broken."""

    guess: float
    since: float
    kind: _Class
    said: tuple[float, ...]
    broken: int = 0  # how many of the three have passed


class _Factors:
    """How far the guesses of one class are off."""

    __slots__ = ("seen", "values")

    def __init__(self, like: "_Factors | None") -> None:
        self.values: list[float] = list(like.values) if like is not None else [_FIRST_FACTOR] * len(SHARES)
        self.seen = [0] * len(SHARES)

    def said(self, guess: float) -> tuple[float, float, float]:
        """What is said where this is guessed: never less for a greater share."""
        first, second, third = self.values
        p50 = guess * first
        p80 = max(p50, guess * second)
        return p50, p80, max(p80, guess * third)

    def learn(self, place: int, *, kept: bool) -> None:
        share = SHARES[place]
        step = max(_STEP_LAST, _STEP_FIRST / (1 + self.seen[place] / _STEP_FADES))
        value = self.values[place] * exp(-step * (1 - share) if kept else step * share)
        self.values[place] = min(max(value, 1 / _FURTHEST), _FURTHEST)
        self.seen[place] += 1


class LearntClass(Struct, frozen=True):
    """How far off the guesses of one class are: of each share the factor, and how many quotes taught it."""

    channel: str
    few: bool
    factors: tuple[float, ...]
    seen: tuple[int, ...]


class Learnt(Struct, frozen=True):
    """What another process may go on with, as data."""

    quotes: int = 0
    seconds: dict[str, float] = {}  # what an answer takes, by channel
    classes: tuple[LearntClass, ...] = ()


class Quotes:
    """All that was quoted and is still open, and what was learnt."""

    def __init__(self) -> None:
        self._dues = Ranks()  # of all that waits
        self._means: dict[str, float] = {}
        self._factors: dict[_Class, _Factors] = {}
        self._open: dict[ItemId, _Open] = {}
        self._passes: list[tuple[float, ItemId]] = []
        self._count = 0

    def learnt(self) -> Learnt:
        """What was learnt until now."""
        classes = [LearntClass(*kind, tuple(one.values), tuple(one.seen)) for kind, one in self._factors.items()]
        return Learnt(self._count, dict(self._means), tuple(classes))

    def go_on(self, learnt: Learnt) -> None:
        """Goes on with what another process has learnt."""
        self._count, self._means = learnt.quotes, dict(learnt.seconds)
        for one in learnt.classes:
            factors = self._factors[one.channel, one.few] = _Factors(None)
            factors.values, factors.seen = list(one.factors), list(one.seen)

    def waits(self, due: float) -> None:
        """Something waits under a promise."""
        self._dues.add(due)

    def waits_no_more(self, due: float) -> None:
        """Something that waited under it does not any more."""
        self._dues.remove(due)

    def worked(self, channel: str, seconds: float) -> None:
        """How long an answer took."""
        before = self._means.get(channel)
        self._means[channel] = seconds if before is None else before + (seconds - before) * 0.02

    def takes(self, channel: str) -> float:
        """How long an answer takes once somebody has turned to the customer, as far as that is known."""
        return self._means.get(channel, _UNKNOWN)

    def quote(self, item: Item, able: int, on_duty: int, now: float) -> Quote:
        """What can be said to somebody who has begun to wait. `able`: how many on duty can do it."""
        guess, kind, factors = self._guessed(item.channel, item.key, able, on_duty)
        said = factors.said(guess)
        self._factors[kind] = factors
        self._open[item.id] = _Open(guess, now, kind, said)
        heappush(self._passes, (now + said[0], item.id))
        self._count += 1
        return Quote(item.id, *said, usually=not self._is_learnt(item.channel))

    def foretell(self, channel: str, key: float, able: int, on_duty: int) -> tuple[tuple[float, float, float], bool]:
        """What would be said to somebody who came now, and whether that is learnt yet. Nothing comes of it."""
        guess, _, factors = self._guessed(channel, key, able, on_duty)
        return factors.said(guess), self._is_learnt(channel)

    def _is_learnt(self, channel: str) -> bool:
        if self._count <= _LEARNING:
            return False
        few, many = self._factors.get((channel, True)), self._factors.get((channel, False))
        return (few.seen[-1] if few else 0) + (many.seen[-1] if many else 0) >= _LEARNING_CHANNEL

    def _guessed(self, channel: str, key: float, able: int, on_duty: int) -> tuple[float, _Class, _Factors]:
        """The guess, the class of contacts that it belongs to, and how far its guesses are off."""
        ahead = self._dues.below(key)
        guess = max(_LEAST, (ahead + 1) * self._means.get(channel, _UNKNOWN) / max(1, on_duty))
        kind = (channel, able <= 3)
        return guess, kind, self._factors.get(kind) or _Factors(self._factors.get((channel, able > 3)))

    def passes(self, now: float, most: int) -> None:
        """Time has passed: quotes that end while their customer still waits are broken; so many are seen to at once."""
        for _ in range(most):
            if not self._passes or self._passes[0][0] >= now:
                return
            item_id = heappop(self._passes)[1]
            one = self._open.get(item_id)
            if one is None:
                continue
            self._factors[one.kind].learn(one.broken, kept=False)
            one.broken += 1
            if one.broken < len(SHARES):
                heappush(self._passes, (one.since + one.said[one.broken], item_id))

    def answered(self, item_id: ItemId) -> None:
        """Somebody turns to the customer: what has not passed was kept."""
        one = self._open.pop(item_id, None)
        if one is not None:
            for place in range(one.broken, len(SHARES)):
                self._factors[one.kind].learn(place, kept=True)

    def left(self, item_id: ItemId) -> None:
        """The customer gave up: nobody knows whether the rest would have been kept."""
        self._open.pop(item_id, None)
