"""The virtual clock: one week of the world under one rule."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any, Protocol

from bench.routing.said import Said
from bench.routing.world import DAY, DAYS, Customer, Worker, World
from oase.desk.routing.rules import (
    AgentState,
    Command,
    Event,
    Item,
    ItemArrived,
    ItemWithdrawn,
    Offer,
    Park,
    Quote,
    Tick,
    WorkDone,
    WorkStarted,
)

FOLLOW_UP_WITHIN = 180.0
"""What is promised to a further question in a conversation that is under way."""


class Rule(Protocol):
    """What decides."""

    def handle(self, event: Event, now: float) -> Sequence[Command]: ...


@dataclass(slots=True)
class Fate:
    """What became of a customer: when somebody turned to them (a mail: when the answer went), how long further questions waited."""

    customer: Customer
    answered: float | None = None
    follow_ups: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Busy:
    """An agent at work: on what, until when; `number` tells a work that was laid aside from the one after it."""

    item: Item
    started: float
    seconds: float
    number: int


class Week:
    """Runs customers against a rule."""

    def __init__(self, world: World, workers: Sequence[Worker], people: Sequence[Customer], rule: Rule) -> None:
        self._world, self._workers, self._rule = world, workers, rule
        self.fates = [Fate(one) for one in people]
        self._events: list[tuple[float, int, Callable[..., None], Any]] = []
        self._count = 0
        self._items: dict[int, Item] = {}  # by id: customer * 100 + number of the answer
        self._busy: dict[int, _Busy] = {}
        self._left: dict[int, float] = {}  # seconds of work left on items that were laid aside
        self._chats: dict[int, set[int]] = {one.id: set() for one in workers}  # open chats by who holds them
        self._holder: dict[int, int] = {}
        self.said, self._there = Said(), 0
        for customer in people:
            self._at(customer.at, self._comes, customer)
        for day in range(DAYS):
            for worker in workers:
                for start, end in world.presence(worker, day):
                    self._at(day * DAY + start, self._presence, (worker.id, True))
                    self._at(day * DAY + end, self._presence, (worker.id, False))
            for minute in range(8 * 60, 18 * 60):
                self._at(day * DAY + minute * 60.0, self._tick, None)

    def run(self) -> list[Fate]:
        """Lets everything happen."""
        while self._events:
            now, _, what, subject = heappop(self._events)
            what(now, subject)
        self.said.over(DAYS * DAY)
        return self.fates

    def _at(self, when: float, what: Callable[..., None], subject: Any) -> None:
        self._count += 1
        heappush(self._events, (when, self._count, what, subject))

    def _tell(self, event: Event, now: float) -> None:
        for command in self._rule.handle(event, now):
            if isinstance(command, Park):
                self._park(command, now)
            elif isinstance(command, Offer):
                self._start(command, now)
            elif isinstance(command, Quote):
                self.said.quoted(command, self._items[command.item].channel, now, self._busy_now())  # type: ignore[index]

    def _comes(self, now: float, customer: Customer) -> None:
        self._wait(customer, 0, now, self._world.promised(customer), None)
        if now + customer.patience < DAYS * DAY:
            self._at(now + customer.patience, self._leaves, customer)

    def _wait(self, customer: Customer, number: int, now: float, due: float, owner: int | None) -> None:
        item = Item(
            id=customer.id * 100 + number, conversation=customer.id, cell=customer.cell, channel=customer.channel,
            arrived=now, due=due, owner=owner,
        )  # fmt: skip
        self._items[item.id] = item
        self._tell(ItemArrived(item), now)

    def _leaves(self, now: float, customer: Customer) -> None:
        if self.fates[customer.id].answered is None:
            self._items.pop(customer.id * 100, None)
            self.said.left(customer.id * 100, now)
            self._tell(ItemWithdrawn(customer.id * 100), now)

    def _start(self, command: Offer, now: float) -> None:
        item, agent = self._items[command.item], int(command.agent)  # type: ignore[call-overload]
        customer, number = self.fates[item.conversation].customer, item.id % 100  # type: ignore[index, operator]
        fate = self.fates[customer.id]
        if number == 0 and customer.channel != "mail":
            fate.answered = now
        elif number and item.id not in self._left:
            fate.follow_ups.append(now - item.arrived)
        if customer.channel == "chat":
            before = self._holder.get(customer.id)
            if before is not None:
                self._chats[before].discard(customer.id)
            self._holder[customer.id] = agent
            self._chats[agent].add(customer.id)
        self.said.answered(item.id, now)
        others = len(self._chats[agent] - {customer.id})
        seconds = self._left.pop(item.id, None)
        if seconds is None:
            seconds = customer.works[number] * (1 + self._world.further_chat * others)
        self._count += 1
        self._busy[agent] = _Busy(item, now, seconds, self._count)
        self._at(now + seconds, self._done, (agent, self._count))
        self._tell(WorkStarted(item.id, agent), now)

    def _park(self, command: Park, now: float) -> None:
        busy = self._busy.pop(int(command.agent))  # type: ignore[call-overload]
        self._left[busy.item.id] = busy.seconds - (now - busy.started) + self._world.parking  # type: ignore[index]

    def _done(self, now: float, subject: tuple[int, int]) -> None:
        agent, number = subject
        busy = self._busy.get(agent)
        if busy is None or busy.number != number:
            return
        del self._busy[agent]
        item = self._items.pop(busy.item.id)  # type: ignore[call-overload]
        customer, place = self.fates[item.conversation].customer, item.id % 100 + 1
        if customer.channel == "mail":
            self.fates[customer.id].answered = now
        going_on = place < len(customer.works)
        if going_on:
            self._at(now + customer.thinks[place - 1], self._asks_again, (customer, place, agent))
        elif customer.channel == "chat":
            self._chats[self._holder.pop(customer.id)].discard(customer.id)
        self._tell(WorkDone(item.id, agent, going_on), now)

    def _asks_again(self, now: float, subject: tuple[Customer, int, int]) -> None:
        customer, place, agent = subject
        self._wait(customer, place, now, now + FOLLOW_UP_WITHIN, agent)

    def _busy_now(self) -> bool:
        """Whether twice as many wait as there are people."""
        return len(self._items) - len(self._busy) > 2 * self._there

    def _presence(self, now: float, subject: tuple[int, bool]) -> None:
        self._there += 1 if subject[1] else -1
        self._tell(AgentState(*subject), now)

    def _tick(self, now: float, _: None) -> None:
        self._tell(Tick(), now)
