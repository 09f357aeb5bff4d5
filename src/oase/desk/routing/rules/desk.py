"""The state of one workspace's desk, and the small steps by which it changes."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Final

from oase.desk.routing.rules.crowd import Agent, Crowd, Fits, Kind
from oase.desk.routing.rules.events import Command, Offer, Park
from oase.desk.routing.rules.queues import Dues, Timers
from oase.desk.routing.rules.quotes import Quotes
from oase.desk.routing.rules.types import AgentId, Item, ItemId, Manner, Settings, Skills

Held = tuple[AgentId, str]

_MOST_OF_IT: Final = 0.25
"""Of the time that was promised: where answers take long, nothing is promised anew before three quarters of it have passed."""
_AHEAD: Final = 14 * 86_400.0
"""Nobody asks for the opening hours of the years until a promise that was never made."""


class Desk:
    """Who is there, what waits, who works on what, and what was said of waiting."""

    def __init__(self, settings: Settings, agents: Iterable[Skills], fits: Fits, worked: Callable[[float], float]) -> None:
        self.settings, self.worked = settings, worked
        self.mail_ahead = settings.mail_ahead if settings.overload == "protect_mail" else 0.0
        self.quotes = Quotes()
        self.crowd = Crowd(settings.manners, settings.head_start, fits)
        for one in agents:
            self.crowd.put(one)
        self.items: dict[ItemId, Item] = {}
        self.held: dict[Hashable, Held] = {}  # open conversations that take room, whose they are, and of which channel
        self.promises = Dues()
        self.parkable = Dues()  # all that waits and may be laid aside, for its oldest
        self.laid_aside = Dues()  # what waits for who began it
        self.timers = Timers()
        self.decided: dict[ItemId, Offer] = {}  # how those who have something got it

    def manner(self, item: Item) -> Manner:
        """How the item's channel is worked on."""
        return self.settings.manners[item.channel]

    def kind(self, item: Item) -> Kind:
        """What the item needs."""
        kind: Kind | None = item.kind
        if kind is None:
            kind = item.kind = self.crowd.kind(item.cell)
        return kind

    def key(self, item: Item) -> float:
        """What orders items: the promise, and before it what has priority, or is to be protected."""
        ahead = self.mail_ahead if self.mail_ahead and self.manner(item).parkable else 0.0
        return item.due - ahead - item.priority * self.settings.priority

    def _begin_by(self, item: Item) -> float:
        """Until when somebody must turn to an item: a mail is answered when its answer has gone, and that takes a while."""
        if not self.manner(item).parkable:
            return item.due
        takes = self.settings.answer_takes * self.quotes.takes(item.channel)
        return item.due - min(takes, (item.due - item.arrived) * _MOST_OF_IT)

    def calm(self, now: float) -> bool:
        """Whether mails may be laid aside."""
        oldest = self.parkable.first()
        return oldest is None or self._left(oldest, now) > self.settings.calm

    def due_soon(self, now: float) -> Item | None:
        """What was laid aside and has so little time left that it waits for its writer no longer; each once."""
        item = self.laid_aside.first()
        if item is None or self._left(item, now) > self.settings.handed_on:
            return None
        self.laid_aside.drop()
        return item

    def _left(self, item: Item, now: float) -> float:
        """The working time that is left for a mail, as far as two weeks show it."""
        until = self.worked(min(item.due, now + _AHEAD))
        return until - self.worked(now) - self.mail_ahead

    def agent(self, agent_id: AgentId | None) -> Agent | None:
        """An agent, if known."""
        return self.crowd.by_id.get(agent_id) if agent_id is not None else None

    # --- as it was before a process began ---

    def found(self, on_duty: Iterable[AgentId], held: Mapping[Hashable, Held], items: Iterable[Item]) -> None:
        """Who is there, whose open conversations take a place, and what waits, is offered or worked on."""
        for agent in map(self.agent, on_duty):
            if agent is not None:
                agent.available = True
                self.settle(agent)
        for conversation, (holder, channel) in held.items():
            agent = self.agent(holder)
            if agent is not None:
                self.hold(conversation, channel, agent)
        for item in items:
            self._found(item)

    def _found(self, item: Item) -> None:
        """Who has several by hand, works on the first of them; the others wait for them."""
        self.items[item.id] = item
        agent, owner = self.agent(item.with_), self.agent(item.owner)
        if agent is not None and agent.work is None:
            agent.work = item
            self.settle(agent)
            return
        owner = agent or owner
        if owner is None and item.given and item.owner is not None:
            owner = self.crowd.absent(item.owner)
        if owner is not None and not owner.available and not item.bound:
            owner = None
        item.owner = owner.id if owner is not None else None
        self.wait(item, owner)
        self.look_at(item, item.again_at or float("inf"))

    # --- waiting ---

    def wait(self, item: Item, owner: Agent | None) -> None:
        """An item waits: for its owner, or for whoever can do it."""
        item.with_, item.started, item.key = None, None, self.key(item)
        item.begin_by = self._begin_by(item)
        if owner is not None:
            owner.own.put(item)
        else:
            self.kind(item).put(item)
        self.quotes.waits(item.key)
        self.promises.put(item)
        if self.manner(item).parkable:
            self.parkable.put(item)
        if item.parked and owner is not None:
            self.laid_aside.put(item)

    def look_at(self, item: Item, moment: float = float("inf")) -> None:
        """An item is looked at again at a moment, or when it may be done by others if that is sooner."""
        moment = min(moment, item.widens_at)
        if moment < float("inf"):
            self.timers.set(moment, item)

    def waits_no_more(self, item: Item) -> None:
        """It is with somebody, gone, or about to wait elsewhere."""
        if item.place is not None:
            item.place.leave(item)
            self.quotes.waits_no_more(item.key)

    # --- work ---

    def offer(self, command: Offer, item: Item, agent: Agent, commands: list[Command]) -> None:
        """An agent is asked who has nothing else now."""
        self.waits_no_more(item)
        agent.work, item.with_, item.started = item, agent.id, None
        self.settle(agent)
        self.decided[item.id] = command
        commands.append(command)

    def lay_aside(self, agent: Agent, commands: list[Command]) -> None:
        """What an agent works on waits for them."""
        aside = agent.work
        if aside is not None:
            aside.parked += 1
            aside.owner, aside.bound, agent.work = agent.id, not agent.available, None
            commands.append(Park(aside.id, agent.id))
            self.wait(aside, agent)

    def settle(self, agent: Agent) -> None:
        """Puts an agent into the sets where they belong by what they do."""
        work = agent.work
        agent.parkable = work is not None and self.manner(work).parkable and work.parked < self.settings.parks_at_most
        self.crowd.update(agent)

    def hold(self, conversation: Hashable, channel: str, agent: Agent) -> Agent | None:
        """An open conversation takes some of the agent's room, if its channel is one of which several fit; whose it took before."""
        if self.settings.manners[channel].at_once == 1 or self.held.get(conversation) == (agent.id, channel):
            return None
        before = self.let_go(conversation)
        self.held[conversation] = agent.id, channel
        self.crowd.hold(agent, channel, +1)
        return before

    def holder(self, conversation: Hashable) -> AgentId | None:
        """Whose room an open conversation takes."""
        found = self.held.get(conversation)
        return found[0] if found else None

    def let_go(self, conversation: Hashable) -> Agent | None:
        """A conversation takes nobody's room any more; whose it took."""
        holder, channel = self.held.pop(conversation, (None, ""))
        agent = self.agent(holder)
        if agent is not None:
            self.crowd.hold(agent, channel, -1)
        return agent
