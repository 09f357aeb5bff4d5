"""The rules of routing: events in, commands out. No I/O, no wall clock, no chance.

1. A free agent gets, among what waits for them and what they can do, the item whose promise comes first.
2. Nothing is bound to a person before work starts; who answered first keeps the conversation while on duty.
3. A promise that cannot be kept is made anew once, and the item re-enters the order there.
4. What few people on duty can do has a head start; of several free agents the one whose skills are missed least is asked; chats are
   packed on those who chat already.
5. A call, an item wanted at once or a reply in one's own chat may push a mail aside, while the oldest mail has time enough.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence

from oase.desk.routing.rules.crowd import Agent, Crowd
from oase.desk.routing.rules.queues import Promises, Queue, Queues
from oase.desk.routing.rules.quotes import Quotes
from oase.desk.routing.rules.types import (
    AgentId,
    AgentState,
    Command,
    ConversationClosed,
    Event,
    Item,
    ItemArrived,
    ItemId,
    ItemWithdrawn,
    Manner,
    Offer,
    Park,
    Repromise,
    Settings,
    Skills,
    Tick,
    WorkDone,
    WorkStarted,
)


class Router:
    """The state of one workspace's desk, and what follows from what happens.

    `worked` gives the working time until a moment, in which waiting is quoted; without it all time counts.
    """

    def __init__(self, settings: Settings, skills: Iterable[Skills], worked: Callable[[float], float] = float) -> None:
        self.settings = settings
        self.quotes = Quotes()
        self._worked = worked
        self._crowd = Crowd(skills)
        self._queues = Queues()
        self._promises = Promises()
        self._parkable = Queue()  # all that waits and may be laid aside, for its oldest
        self._items: dict[ItemId, Item] = {}
        self._held: dict[Hashable, AgentId] = {}  # open conversations that take a place, and whose they are

    def handle(self, event: Event, now: float) -> Sequence[Command]:
        """What is to be done because of an event at a moment; moments never go back."""
        commands: list[Command] = []
        self.quotes.passes(self._worked(now))
        self._renew_promises(now, commands)
        match event:
            case ItemArrived(item):
                self._arrived(item, now, commands)
            case ItemWithdrawn(item_id):
                self._withdrawn(item_id, now, commands)
            case AgentState(agent_id, available):
                self._state(self._crowd.by_id[agent_id], available, now, commands)
            case WorkStarted(item_id, agent_id):
                self._started(self._items[item_id], self._crowd.by_id[agent_id], now)
            case WorkDone(item_id, agent_id, still_open):
                self._done(item_id, self._crowd.by_id[agent_id], still_open, now, commands)
            case ConversationClosed(conversation):
                self._closed(conversation, now, commands)
            case Tick():
                pass
        return commands

    # --- events ---

    def _arrived(self, item: Item, now: float, commands: list[Command]) -> None:
        self._items[item.id] = item
        owner = self._crowd.by_id.get(item.owner) if item.owner is not None else None
        if owner is not None and not owner.available:
            item.owner = owner = None
        agent = self._somebody_for(item, now) if owner is None else self._turning(owner, now)
        if agent is not None:
            self._offer(item, agent, commands)
            return
        if owner is None and item.promises == 1 and not item.parked:
            crowd = self._crowd
            commands.append(self.quotes.quote(item, crowd.how_many(item.cell), crowd.on_duty.bit_count(), self._worked(now)))
        self._wait(item, owner)

    def _withdrawn(self, item_id: ItemId, now: float, commands: list[Command]) -> None:
        item = self._items.pop(item_id, None)
        if item is None:
            return
        self._waits_no_more(item)
        self.quotes.left(item_id)
        agent = self._crowd.by_id.get(item.with_) if item.with_ is not None else None
        if agent is not None and agent.work is item:
            agent.work = None
            self._settle(agent)
            self._let_go(item.conversation)
            if agent.available:
                self._turn_to_next(agent, now, commands)
            return
        self._closed(item.conversation, now, commands)

    def _state(self, agent: Agent, available: bool, now: float, commands: list[Command]) -> None:
        agent.available = available
        self._settle(agent)
        if available:
            if agent.work is None:
                self._turn_to_next(agent, now, commands)
            return
        for item in list(agent.own.items()):  # others take over what waits for them alone
            self._waits_no_more(item)
            item.owner = None
            self._arrived(item, now, commands)
        agent.own = Queue()

    def _started(self, item: Item, agent: Agent, now: float) -> None:
        self._waits_no_more(item)
        self.quotes.answered(item.id)
        agent.work, item.started, item.with_ = item, now, agent.id
        if self._takes_a_place(item) and self._held.get(item.conversation) != agent.id:
            self._let_go(item.conversation)
            self._held[item.conversation] = agent.id
            self._crowd.hold(agent, +1)
        self._settle(agent)

    def _done(self, item_id: ItemId, agent: Agent, still_open: bool, now: float, commands: list[Command]) -> None:
        item = self._items.pop(item_id)
        agent.work = None
        self.quotes.worked(item.channel, now - item.started)
        if not still_open:
            self._let_go(item.conversation)
        self._settle(agent)
        if agent.available:
            self._turn_to_next(agent, now, commands)

    def _closed(self, conversation: Hashable, now: float, commands: list[Command]) -> None:
        agent = self._let_go(conversation)
        if agent is not None and agent.available and agent.work is None:
            self._turn_to_next(agent, now, commands)

    # --- rule 3 ---

    def _renew_promises(self, now: float, commands: list[Command]) -> None:
        for item in self._promises.broken(now):
            if item.promises > 1:
                continue
            item.promises = 2
            self._waits_no_more(item)
            item.due = now + self._manner(item).second_promise
            self._wait(item, self._crowd.by_id.get(item.owner) if item.owner is not None else None)
            commands.append(Repromise(item.id, item.due))

    # --- rules 1, 2 and 4: from the agent's side ---

    def _turn_to_next(self, agent: Agent, now: float, commands: list[Command]) -> None:
        best, best_key = agent.own.first(), float("inf")
        if best is not None:
            best_key = best.due
        for cell in agent.cells:
            item = self._queues[cell].first()
            if item is None:
                continue
            key = item.due - self._head_start(cell)
            if key < best_key and self._fits(agent, item):
                best, best_key = item, key
        if best is not None:
            self._offer(best, agent, commands)

    def _head_start(self, cell: Hashable) -> float:
        return self.settings.head_start / max(1, self._crowd.how_many(cell))

    def _fits(self, agent: Agent, item: Item) -> bool:
        manner = self._manner(item)
        if manner.alone:
            return agent.held == 0
        return manner.at_once == 1 or agent.held < manner.at_once

    # --- rules 4 and 5: from the item's side ---

    def _somebody_for(self, item: Item, now: float) -> Agent | None:
        crowd, manner = self._crowd, self._manner(item)
        able = crowd.able(item.cell)
        free = able & crowd.free
        if manner.alone:
            free &= crowd.holding(0, 0)
        elif manner.at_once > 1:
            packed = free & crowd.holding(1, manner.at_once - 1)
            free = packed or free & crowd.holding(0, 0)
        if free:
            return crowd.lowest(free)
        if not (manner.parks or item.due - item.arrived <= self.settings.at_once_within) or not self._calm(now):
            return None
        writing = able & crowd.writing
        if manner.alone:
            writing &= crowd.holding(0, 0)
        elif manner.at_once > 1:
            writing &= crowd.holding(0, manner.at_once - 1)
        return crowd.lowest(writing)

    def _turning(self, owner: Agent, now: float) -> Agent | None:
        """Who keeps the conversation, if they can turn to it at once."""
        can = owner.work is None or (owner.bit & self._crowd.writing and self._calm(now))
        return owner if can else None

    def _calm(self, now: float) -> bool:
        oldest = self._parkable.first()
        return oldest is None or oldest.due - now > self.settings.calm

    # --- small steps ---

    def _offer(self, item: Item, agent: Agent, commands: list[Command]) -> None:
        if agent.work is not None:
            aside = agent.work
            aside.parked += 1
            aside.owner, aside.with_ = agent.id, None
            agent.work = None
            commands.append(Park(aside.id, agent.id))
            self._wait(aside, agent)
        self._waits_no_more(item)
        agent.work, item.with_ = item, agent.id
        self._settle(agent)
        commands.append(Offer(item.id, agent.id))

    def _waits_no_more(self, item: Item) -> None:
        if item.waiting:
            item.waiting = False
            self.quotes.waits_no_more(item.due)

    def _wait(self, item: Item, owner: Agent | None) -> None:
        item.waiting = True
        self.quotes.waits(item.due)
        (owner.own if owner is not None else self._queues[item.cell]).put(item)
        self._promises.put(item)
        if self._manner(item).parkable:
            self._parkable.put(item)

    def _settle(self, agent: Agent) -> None:
        work = agent.work
        parkable = work is not None and self._manner(work).parkable and work.parked < self.settings.parks_at_most
        self._crowd.update(agent, parkable=parkable)

    def _let_go(self, conversation: Hashable) -> Agent | None:
        holder = self._held.pop(conversation, None)
        if holder is None:
            return None
        agent = self._crowd.by_id[holder]
        self._crowd.hold(agent, -1)
        return agent

    def _takes_a_place(self, item: Item) -> bool:
        return self._manner(item).at_once > 1

    def _manner(self, item: Item) -> Manner:
        return self.settings.manners[item.channel]
