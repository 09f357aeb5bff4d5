"""`python -m bench.routing.speed`: how long one decision takes with 500 agents and 10,000 waiting, beside a heap that only orders.

Processor time, so that a busy machine says the same; what else runs on it still costs caches, and so the worst.
"""

import random
from collections.abc import Callable, Iterator
from heapq import heapify, heappushpop
from statistics import quantiles
from time import thread_time_ns
from typing import Final

from bench.ground import say
from oase.desk.routing.rules import (
    AgentState,
    Event,
    Item,
    ItemArrived,
    Manner,
    Need,
    Offer,
    OfferDeclined,
    Promised,
    Router,
    Settings,
    Skills,
    Tick,
    WorkDone,
    WorkStarted,
)
from oase.kernel.collector import collect_seldom, pass_over_what_is_there

AGENTS, WAITING, EVENTS, BURST = 500, 10_000, 30_000, 2_000
CHANNELS: Final = {
    "phone": Manner(alone=True, parks=True, second_promise=300.0),
    "chat": Manner(at_once=3, second_promise=900.0),
    "messenger": Manner(),
    "mail": Manner(parkable=True, second_promise=3 * 86_400.0),
}
LANGUAGES: Final = ("de", "en", "fr", "it", "pl")
PRODUCTS: Final = ("city", "cargo", "race")
NEEDS: Final = [
    Need(channel=channel, skills=((language, 1), (product, 1)))
    for channel in CHANNELS
    for language in LANGUAGES
    for product in PRODUCTS
]


def people(chance: random.Random) -> list[Skills]:
    """Everybody speaks one language at least, and knows one product."""
    found = []
    for number in range(AGENTS):
        holds = [
            "de",
            *chance.sample(LANGUAGES[1:], chance.choice((0, 1, 1, 2))),
            "city",
            *chance.sample(PRODUCTS[1:], number % 3),
        ]
        found.append(Skills(id=number, levels={skill: chance.randint(1, 5) for skill in holds}, at_once={"phone": number % 4}))
    return found


def waiting(chance: random.Random, number: int, now: float) -> Item:
    """Something new. Their promises end evenly over a day, but those of one burst all in one moment."""
    need = chance.choice(NEEDS)
    due = now + (chance.uniform(60.0, 86_400.0) if number > BURST else 1000.0)
    return Item(id=number, conversation=number, cell=need, channel=need.channel, arrived=now, due=due)


class Floor:
    """A day at the desk: as much comes as is answered."""

    def __init__(self) -> None:
        self.chance, self.now, self.number = random.Random(1), 0.0, WAITING
        items = [waiting(self.chance, number, 0.0) for number in range(WAITING)]
        self.work: dict[object, object] = {}
        self.count = WAITING

        def begin() -> tuple[Router, object]:
            return Router.restored(
                Settings(manners=CHANNELS), people(self.chance), 0.0, on_duty=range(AGENTS), items=items, held={}, cells=NEEDS
            )

        before = thread_time_ns()
        self.router, commands = begin()
        self.restored = (thread_time_ns() - before) / 1e6
        self._accept(commands)

    def events(self) -> Iterator[Event]:
        """What happens, without end."""
        chance = self.chance
        while True:
            self.now += chance.expovariate(10.0)
            agent = chance.choice(list(self.work)) if self.work else None
            act = chance.random()
            if act < 0.46 or agent is None:
                self.number += 1
                yield ItemArrived(waiting(chance, self.number, self.now))
            elif act < 0.92:
                yield WorkDone(self.work.pop(agent), agent)
            elif act < 0.94:
                yield OfferDeclined(self.work.pop(agent), agent)
            elif act < 0.96:
                yield AgentState(agent, chance.random() < 0.8)
            elif act < 0.98:
                yield Promised(chance.randrange(self.number), self.now + 3600.0)
            else:
                yield Tick()

    def run(self, events: int) -> tuple[list[float], list[float]]:
        """Microseconds of each event for which somebody waits, and of each tick."""
        took, ticks, coming, handle = [], [], self.events(), self.router.handle
        for _ in range(events):
            event = next(coming)
            before = thread_time_ns()
            commands = handle(event, self.now)
            (ticks if isinstance(event, Tick) else took).append((thread_time_ns() - before) / 1000)
            self._accept(commands)
        return took, ticks

    def _accept(self, commands: object) -> None:
        for command in commands:  # type: ignore[attr-defined]
            if isinstance(command, Offer):
                self.work[command.agent] = command.item
                self.router.handle(WorkStarted(command.item, command.agent), self.now)
            elif type(command).__name__ in ("Park", "Withdraw"):
                self.work.pop(command.agent, None)


def limit() -> list[float]:
    """A heap of all that waits, which gives the first for each that comes, and counts who could do it."""
    chance = random.Random(1)
    heap = [(chance.random(), number) for number in range(WAITING)]
    heapify(heap)
    able = [chance.getrandbits(AGENTS) for _ in NEEDS]
    took = []
    for number in range(EVENTS):
        entry = (chance.random(), number)
        before = thread_time_ns()
        heappushpop(heap, entry)
        (able[number % len(able)] & able[0]).bit_count()
        took.append((thread_time_ns() - before) / 1000)
    return took


def main() -> None:
    """Says what came out."""
    collect_seldom()
    floor = Floor()
    floor.run(5_000)
    pass_over_what_is_there()
    took, ticks = floor.run(EVENTS)
    least = limit()

    def at(values: list[float], share: int) -> float:
        return quantiles(values, n=1000)[share - 1]

    measure: Callable[[int], float] = lambda share: round(at(took, share), 1)  # noqa: E731
    say(
        bench="routing: a decision", agents=AGENTS, waiting=len(floor.router.desk.items), p50_us=measure(500), p99_us=measure(990),
        p999_us=measure(999), worst_us=round(max(took), 1), worst_tick_us=round(max(ticks), 1), reach_p99_us=50.0,
        limit_p99_us=round(at(least, 990), 2), ratio=round(at(took, 990) / at(least, 990), 1), rebuilt_ms=round(floor.restored, 1),
        reach_rebuilt_ms=500.0,
    )  # fmt: skip


if __name__ == "__main__":
    main()
