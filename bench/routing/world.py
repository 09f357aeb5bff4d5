"""The world: who works when, who can do what, and which customers come with which patience. All times in seconds since Monday 00:00.

Every customer carries all chance that concerns them (arrival, work, thinking, patience), drawn before any rule is asked: each rule meets
the same customers (common random numbers).
"""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

Channel = Literal["phone", "chat", "messenger", "mail"]
Cell = tuple[str, str, Channel]

DAY: Final = 86_400.0
OPEN, CLOSE = 8 * 3600.0, 18 * 3600.0
DAYS: Final = 6
"""Five days whose customers count, and a Monday on which the rest of them is answered beside new ones."""


@dataclass(frozen=True, slots=True)
class World:
    """What a scenario may change."""

    load: float = 0.95
    shares: dict[Channel, float] = field(default_factory=lambda: {"phone": 0.25, "chat": 0.12, "messenger": 0.23, "mail": 0.40})
    languages: dict[str, float] = field(default_factory=lambda: {"de": 0.80, "en": 0.14, "fr": 0.06})
    products: dict[str, float] = field(default_factory=lambda: {"city": 0.55, "cargo": 0.30, "race": 0.15})
    technical: str = "race"  # takes 1.35 times as long
    weekday: Sequence[float] = (1.12, 1.06, 1.00, 0.94, 0.88, 0.0)
    day_cv: float = 0.08
    parking: float = 30.0  # seconds that it costs to find back into a mail
    further_chat: float = 0.06  # more effort for each other open chat
    size: int = 32
    speakers: int = 7  # of 32, of French
    longer: float = 1.0  # how much longer each answer takes; the fewer come
    ill: Sequence[float] | None = None  # day and second of it, from which on every other one is not there
    campaign: Sequence[float] | None = None  # day, from, until, and how many times as many come
    promises: dict[Channel, float] = field(default_factory=dict)  # what is promised where customers' own deadlines are unknown

    def contacts(self) -> float:
        """A day's contacts that are as much work as there are people: 2,408 for the 13,560 minutes of 32."""
        each = sum(share * _MEANS[channel] * _REPLIES[channel] for channel, share in self.shares.items()) * self.longer
        each *= 1 + 0.35 * self.products[self.technical]
        return sum(end - start for one in roster(self.size) for start, end in one.presence) / each

    def presence(self, worker: "Worker", day: int) -> Sequence[tuple[float, float]]:
        """When somebody is there on a day, in seconds of it."""
        if self.ill is None or day != self.ill[0] or worker.id % 2:
            return worker.presence
        until = self.ill[1]
        return [(start, min(end, until)) for start, end in worker.presence if start < until]

    def promised(self, customer: "Customer") -> float:
        """What is promised to a customer: when they want it, if that is known."""
        within = self.promises.get(customer.channel)
        return due_of(customer) if within is None else customer.at + within


@dataclass(slots=True)
class Customer:
    """One contact. `works` are the seconds of each answer, `thinks` those before each further question."""

    id: int
    at: float
    cell: Cell
    wants: float  # seconds to the first answer
    patience: float  # seconds until they leave unanswered
    works: tuple[float, ...]
    thinks: tuple[float, ...]
    counted: bool

    @property
    def channel(self) -> Channel:
        return self.cell[2]


@dataclass(frozen=True, slots=True)
class Worker:
    """An agent of the roster: what they can do, and when they are there on each day (seconds of the day)."""

    id: int
    languages: frozenset[str]
    products: frozenset[str]
    channels: frozenset[Channel]
    presence: tuple[tuple[float, float], ...]

    def can(self, cell: Cell) -> bool:
        return cell[0] in self.languages and cell[1] in self.products and cell[2] in self.channels


_PROFILE: Final = (2.9, 3.9, 4.9, 5.9, 6.6, 6.8, 6.6, 6.1, 5.3, 4.8, 4.9, 5.4, 5.8, 5.9, 5.5, 4.9, 4.2, 3.6, 3.1, 2.6)
"""How much of a day comes in each half hour from 08:00: two humps."""

_MEANS: Final[dict[Channel, float]] = {"phone": 330.0, "chat": 60.0, "messenger": 90.0, "mail": 360.0}
_REPLIES: Final[dict[Channel, float]] = {"phone": 1.0, "chat": 4.5, "messenger": 3.0, "mail": 1.0}
_THINKS: Final[dict[Channel, float]] = {"phone": 0.0, "chat": 60.0, "messenger": 600.0, "mail": 0.0}
_EARLY: Final[dict[Channel, float]] = {"phone": 0.0, "chat": 0.0, "messenger": 0.10, "mail": 0.25}
_WANTS: Final[dict[Channel, tuple[tuple[float, float], ...]]] = {
    "phone": ((60.0, 1.0),),
    "chat": ((120.0, 0.25), (900.0, 0.65), (3600.0, 0.10)),
    "messenger": ((120.0, 0.025), (900.0, 0.545), (3600.0, 0.43)),
    "mail": ((DAY, 1.0),),
}


_SKILLED: Final = {"en": 16, "fr": 7, "cargo": 16, "race": 13, "phone": 24, "written": 26}
"""How many of 32 have a skill; everybody speaks German, knows city bikes and answers mails."""


def roster(size: int = 32, speakers: int = 7) -> list[Worker]:
    """The team of the base scenario, or a smaller one of the same mix: 13,560 minutes a day for 32.

    Three of four work eight hours with half an hour's break (early from 08:00 or late until 18:00), one of four six with a quarter.
    Who has which skill is drawn once for all, evenly over the shifts.
    """
    skills = _skills(size, {**_SKILLED, "fr": speakers})
    return [_worker(number, skills) for number in range(size)]


def _worker(number: int, skills: dict[str, set[int]]) -> Worker:
    part_time, early = number % 4 == 3, (number // 4) % 2 == 0
    length, pause = (6 * 3600.0, 900.0) if part_time else (8 * 3600.0, 1800.0)
    start = OPEN if early else CLOSE - length
    middle = start + length / 2 + (number % 4 - 1.5 + (number // 8) % 2 * 0.5) * pause
    mine = {name for name, who in skills.items() if number in who}
    channels: list[Channel] = ["mail"]
    channels += ["chat", "messenger"] if "written" in mine else []
    channels += ["phone"] if "phone" in mine else []
    return Worker(
        id=number,
        languages=frozenset({"de"} | (mine & {"en", "fr"})),
        products=frozenset({"city"} | (mine & {"cargo", "race"})),
        channels=frozenset(channels),
        presence=((start, middle - pause / 2), (middle + pause / 2, start + length)),
    )


def _skills(size: int, skilled: dict[str, int]) -> dict[str, set[int]]:
    chance = random.Random(20_260_700)
    found: dict[str, set[int]] = {}
    for name, count in skilled.items():
        order: list[int] = []
        for shift in range(4):  # early and late, full and part time
            members = [one for one in range(size) if (one // 4) % 2 + 2 * (one % 4 == 3) == shift]
            chance.shuffle(members)
            order += members
        wanted, have = count * size / 32, 0
        found[name] = set()
        for place, member in enumerate(order, start=1):
            if round(wanted * place / size) > have:
                found[name].add(member)
                have += 1
    return found


def customers(world: World, seed: int) -> list[Customer]:
    """A week's customers and the Monday after, in the order of their arrival."""
    chance = random.Random(seed)
    found: list[tuple[float, Channel, int]] = []
    contacts = round(world.contacts())
    for day in range(DAYS):
        factor = world.weekday[day] * chance.gammavariate(1 / world.day_cv**2, world.day_cv**2)
        expected = contacts * world.load * factor
        for channel, share in world.shares.items():
            for _ in range(_poisson(chance, expected * share)):
                found.append((day * DAY + _moment(chance, channel), channel, day))
    found += _of_campaign(world, contacts, random.Random(-seed - 1))
    found.sort(key=lambda one: one[0])
    return [_customer(world, chance, number, *one) for number, one in enumerate(found)]


def _of_campaign(world: World, contacts: int, chance: random.Random) -> list[tuple[float, Channel, int]]:
    """Who comes beside the usual ones."""
    if world.campaign is None:
        return []
    day, start, end, times = world.campaign
    places = [OPEN + slot * 1800.0 for slot in range(len(_PROFILE))]
    usual = sum(weight for weight, place in zip(_PROFILE, places, strict=True) if start <= place < end) / sum(_PROFILE)
    expected = contacts * world.load * world.weekday[int(day)] * usual * (times - 1)
    return [
        (day * DAY + chance.uniform(start, end), channel, int(day))
        for channel, share in world.shares.items()
        for _ in range(_poisson(chance, expected * share))
    ]


def _customer(world: World, chance: random.Random, number: int, at: float, channel: Channel, day: int) -> Customer:
    language, product = _drawn(chance, world.languages.items()), _drawn(chance, world.products.items())
    wants = _drawn(chance, _WANTS[channel])
    replies = 1
    if _REPLIES[channel] > 1:
        replies = 1 + int(math.log(1 - chance.random()) / math.log(1 - 1 / _REPLIES[channel]))
    mean = _MEANS[channel] * world.longer * (1.35 if product == world.technical else 1.0)
    works = tuple(chance.gammavariate(2.0, mean / 2.0) for _ in range(replies))
    thinks = tuple(chance.expovariate(1 / _THINKS[channel]) for _ in range(replies - 1))
    patience = {
        "phone": chance.expovariate(1 / 300.0),
        "chat": wants * chance.lognormvariate(math.log(1.5), 0.5),
        "messenger": wants * chance.lognormvariate(math.log(3.0), 0.5),
        "mail": math.inf,
    }[channel]
    return Customer(number, at, (language, product, channel), wants, patience, works, thinks, day < 5)


def due_of(customer: Customer) -> float:
    """When the customer's own deadline ends; a weekend does not count for what is wanted within a day."""
    due = customer.at + customer.wants
    return due + 2 * DAY if customer.channel == "mail" and int(customer.at // DAY) == 4 else due


def worked(moment: float) -> float:
    """Opening time until a moment, in seconds."""
    day, within = divmod(moment, DAY)
    return day * (CLOSE - OPEN) + min(max(within - OPEN, 0.0), CLOSE - OPEN)


def _moment(chance: random.Random, channel: Channel) -> float:
    if chance.random() < _EARLY[channel]:
        return OPEN
    slot = chance.choices(range(len(_PROFILE)), _PROFILE)[0]
    return OPEN + (slot + chance.random()) * 1800.0


def _drawn(chance: random.Random, options: Sequence[tuple[object, float]]) -> object:  # type: ignore[misc]
    point, sum_ = chance.random(), 0.0
    for value, share in options:
        sum_ += share
        if point < sum_:
            return value
    return value


def _poisson(chance: random.Random, mean: float) -> int:
    """Large means only: rounded normal, never negative."""
    return max(0, round(chance.gauss(mean, math.sqrt(mean))))
