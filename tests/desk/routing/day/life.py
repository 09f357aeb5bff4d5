"""A day at the desk, in windows of a few seconds: what customers and agents do, and what they make of what is decided.

customers of the bench's world, its roster --acts--> whoever decides --decisions--> who begins, who lays aside, who says nothing in time

All chance is drawn from one seed. Times are seconds of the day; agents and customers go by their numbers.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from math import ceil
from typing import Final, Literal, NamedTuple

from bench.routing.scenario import scenario
from bench.routing.world import DAY, Channel, Customer, Worker, customers

WINDOW: Final = 30
"""Whoever decides hears of everything that happened in so many seconds at once, and agents need as long to say that they begin."""
OPENS: Final = 8 * 3600
ENDS: Final = 18 * 3600 + 1200
_TUESDAY: Final = 1
_DECLINES: Final = 0.02  # of what agents are asked for
_SAYS_NOTHING: Final = 0.005
_DROPS_OFF: Final = 0.003  # in each window
_RAISED: Final = 0.03  # of what customers write
_GIVEN: Final = 0.01
_BACK_AFTER: Final = 300
_IN_TURN: Final[dict[Channel, int]] = {"chat": 0, "messenger": 1, "mail": 2}

State = Literal["online", "busy", "away"]


class Decision(NamedTuple):
    """offered, begun (their own: nobody is asked), or how such a thing ends without them: parked, returned, withdrawn, expired, done."""

    what: str
    agent: int
    customer: int


@dataclass(frozen=True, slots=True)
class Writes:
    """A customer writes, for the first time or again."""

    customer: Customer
    number: int
    at: int


@dataclass(frozen=True, slots=True)
class Leaves:
    """A customer has waited long enough; somebody closes the conversation."""

    customer: int


@dataclass(frozen=True, slots=True)
class Raised:
    """Somebody says that it is more urgent than others."""

    customer: int


@dataclass(frozen=True, slots=True)
class Given:
    """A lead gives what waits to an agent."""

    customer: int
    agent: int


@dataclass(frozen=True, slots=True)
class Answers:
    """An agent answers; `last`: and that settles it."""

    agent: int
    customer: int
    last: bool


@dataclass(frozen=True, slots=True)
class Replies:
    """An agent begins what they were asked for, or does not want it."""

    agent: int
    customer: int
    accepts: bool


@dataclass(frozen=True, slots=True)
class Says:
    """An agent says what they do."""

    agent: int
    state: State


Act = Writes | Leaves | Raised | Given | Answers | Replies | Says


@dataclass(frozen=True, slots=True)
class _Back:
    """An agent is there again who should be."""

    agent: int


@dataclass(slots=True)
class _Work:
    """What an agent was asked for, or works on; `number` tells it from what they had before."""

    customer: int
    number: int
    begun: int | None = None
    seconds: float = 0.0


def people_of(seed: int, until: int = ENDS) -> list[Customer]:
    """Those who come on a Tuesday: chats, messengers and mails of the bench's world, about 2,400 a day."""
    world = scenario("text-only").at(0.95)
    came = [one for one in customers(world, seed) if one.at // DAY == _TUESDAY and one.at % DAY < until]
    return [replace(one, id=number, at=one.at % DAY) for number, one in enumerate(came)]


class Day:
    """What happens next follows from what was decided."""

    def __init__(self, people: Sequence[Customer], workers: Sequence[Worker], seed: int) -> None:
        self.people = people
        self._chance = random.Random(seed)
        self._later: list[tuple[float, int, Act | _Back | int]] = []  # an act, or the number of a work that is done then
        self._count = 0
        self._asked: dict[int, int] = {}  # by customer: how many answers they have
        self._waiting: set[int] = set()  # nobody has begun with them
        self._left: dict[int, float] = {}  # seconds of work that is left on what was laid aside
        self._work: dict[int, _Work] = {}  # by agent
        self._there: set[int] = set()  # by roster
        self._ending: set[int] = set()  # who goes as soon as they have nothing in hand
        for one in people:
            self._at(one.at, Writes(one, 0, ceil(one.at)))
        for worker in workers:
            for start, end in worker.presence:
                self._at(start, Says(worker.id, "online"))
                self._at(end, Says(worker.id, "away"))

    def acts(self, now: int) -> list[Act]:
        """What has happened until now: what ends first, customers by channel."""
        happened = [*self._lost_network(now), *self._happened(now)]
        for agent in sorted(self._ending - self._work.keys()):
            self._ending.discard(agent)
            happened.append(Says(agent, "away"))
        writes = [one for one in happened if isinstance(one, Writes)]
        others = [one for one in happened if not isinstance(one, Writes)]
        return [*others, *sorted(writes, key=lambda one: (_IN_TURN[one.customer.channel], one.at, one.customer.id))]

    def follows(self, decisions: Sequence[Decision], now: int) -> None:
        """Agents hear what was decided."""
        for what, agent, customer in decisions:
            if what == "offered":
                self._work[agent] = _Work(customer, self._next())
                self._replies(agent, customer, now)
            elif what == "begun":
                self._work[agent] = _Work(customer, self._next())
                self._begins(agent, now)
            elif what != "done":
                self._loses(agent, customer, what, now)

    # --- what happens ---

    def _happened(self, now: int) -> Iterator[Act]:
        """One thing at most happens to what waits in one window: of two, nobody but the database knew the order."""
        touched: set[int] = set()
        while self._later and self._later[0][0] <= now:
            _, _, what = heappop(self._later)
            if isinstance(what, int):
                yield from self._answers(what, now)
            elif isinstance(what, _Back):
                if what.agent in self._there:
                    yield Says(what.agent, "online")
            elif isinstance(what, Says):
                yield from self._says(what.agent, what.state)
            elif isinstance(what, Writes):
                touched.add(what.customer.id)
                yield from self._now(what, now)
            elif what.customer in touched:
                self._at(now + 1, what)
            elif self._still(what):
                touched.add(what.customer)
                yield from self._now(what, now)

    def _still(self, act: Act) -> bool:
        """Whether what somebody was about to do can still be done."""
        match act:
            case Leaves(customer):
                return customer in self._waiting and customer not in self._asked
            case Raised(customer) | Given(customer):
                return customer in self._waiting and all(one.customer != customer for one in self._work.values())
            case Replies(agent, customer):
                work = self._work.get(agent)
                return work is not None and work.customer == customer and work.begun is None
        return True

    def _now(self, act: Act, now: int) -> Iterator[Act]:
        match act:
            case Writes(customer, number, at):
                self._waiting.add(customer.id)
                if number == 0 and customer.patience < DAY:
                    self._at(at + max(customer.patience, 2 * WINDOW), Leaves(customer.id))
                self._meddled_with(customer, at)
            case Leaves(customer):
                self._waiting.discard(customer)
            case Replies(agent, _, accepts):
                if accepts:
                    self._begins(agent, now)
                else:
                    del self._work[agent]
        yield act

    def _says(self, agent: int, state: State) -> Iterator[Says]:
        """By the roster, or back after a while: whoever has something in hand ends it first."""
        if state == "away":
            self._there.discard(agent)
            self._ending.add(agent)
            if agent in self._work:
                yield Says(agent, "busy")
        else:
            self._there.add(agent)
            self._ending.discard(agent)
            yield Says(agent, "online")

    def _meddled_with(self, customer: Customer, at: int) -> None:
        """A lead looks at some of what waits."""
        chance = self._chance.random()
        if chance < _RAISED:
            self._at(at + self._chance.uniform(WINDOW, 300), Raised(customer.id))
        elif chance < _RAISED + _GIVEN and self._there:
            self._at(at + self._chance.uniform(WINDOW, 300), Given(customer.id, self._chance.choice(sorted(self._there))))

    def _lost_network(self, now: int) -> Iterator[Says]:
        """Somebody drops off in the middle of work, and is back after some minutes."""
        if self._work and self._chance.random() < _DROPS_OFF:
            agent = self._chance.choice(sorted(self._work))
            if agent in self._there:
                self._at(now + _BACK_AFTER, _Back(agent))
                yield Says(agent, "away")

    def _answers(self, number: int, now: int) -> Iterator[Act]:
        agent = next((one for one, work in self._work.items() if work.number == number), None)
        if agent is None:
            return
        customer = self.people[self._work.pop(agent).customer]
        place = self._asked[customer.id] = self._asked.get(customer.id, 0) + 1
        last = place == len(customer.works)
        if not last:
            at = now + max(1, ceil(customer.thinks[place - 1]))
            self._at(at, Writes(customer, place, at))
        yield Answers(agent, customer.id, last)

    # --- what agents make of decisions ---

    def _replies(self, agent: int, customer: int, now: int) -> None:
        chance = self._chance.random()
        if chance < _SAYS_NOTHING:
            return
        self._at(now + WINDOW, Replies(agent, customer, chance > _SAYS_NOTHING + _DECLINES))

    def _begins(self, agent: int, now: int) -> None:
        work = self._work[agent]
        self._waiting.discard(work.customer)
        customer = self.people[work.customer]
        work.begun, work.seconds = now, self._left.pop(customer.id, customer.works[self._asked.get(customer.id, 0)])
        self._at(now + work.seconds, work.number)

    def _loses(self, agent: int, customer: int, what: str, now: int) -> None:
        work = self._work.get(agent)
        if work is None or work.customer != customer:
            return
        del self._work[agent]
        if work.begun is not None:
            self._left[customer] = max(1.0, work.seconds - (now - work.begun))
            self._waiting.add(customer)
        if what == "expired" and agent in self._there:
            self._at(now + _BACK_AFTER, _Back(agent))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _at(self, when: float, what: Act | _Back | int) -> None:
        heappush(self._later, (when, self._next(), what))
