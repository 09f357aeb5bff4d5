"""Reference rules: what other desks do. Frozen; written for the team of a bench, not for speed.

round_robin        each item goes into the personal inbox of the next one who can do it; they work it off, live channels first
capacity_push      pushed to the least loaded who still has room: open conversations and mails count as one each; the rest waits
channel_priority   one queue, bound when work starts; calls before chats before messengers before mails, then first come first served
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field

from bench.routing.world import Cell, Worker
from oase.desk.routing.rules import (
    AgentState,
    Command,
    ConversationClosed,
    Event,
    Item,
    ItemArrived,
    ItemWithdrawn,
    Offer,
    WorkDone,
    WorkStarted,
)

_RANK = {"phone": 0, "chat": 1, "messenger": 2, "mail": 3}
_CHATS_AT_ONCE = 3
_ROOM = 5
"""How many open items a commercial desk gives one agent by default."""


@dataclass(slots=True)
class _Agent:
    worker: Worker
    there: bool = False
    work: Item | None = None
    chats: set[Hashable] = field(default_factory=set)
    open: set[Hashable] = field(default_factory=set)  # conversations whose customer may go on
    inbox: list[Item] = field(default_factory=list)
    idle_since: float = 0.0

    def fits(self, item: Item) -> bool:
        if item.channel == "phone":
            return not self.chats
        return item.channel != "chat" or item.conversation in self.chats or len(self.chats) < _CHATS_AT_ONCE


class _Waiting:
    """What waits, by cell and there in its order: who came first, then who has waited here longer."""

    def __init__(self) -> None:
        self._places: dict[Hashable, tuple[Cell, tuple[float, int, Item]]] = {}
        self._cells: dict[Cell, list[tuple[float, int, Item]]] = {}
        self._count = 0

    def put(self, item: Item) -> None:
        self._count += 1
        entry = (item.arrived, self._count, item)
        self._places[item.id] = (item.cell, entry)  # type: ignore[assignment]
        insort(self._cells.setdefault(item.cell, []), entry)  # type: ignore[arg-type]

    def pop(self, item_id: Hashable) -> Item | None:
        cell, entry = self._places.pop(item_id, (None, None))
        if cell is None or entry is None:
            return None
        found = self._cells[cell]
        del found[bisect_left(found, entry)]
        return entry[2]

    def first(self, worker: Worker, fits: Callable[[Item], bool]) -> Item | None:
        """The first by channel and arrival that somebody can do and may begin."""
        best: tuple[int, float, int, Item] | None = None
        for cell, found in self._cells.items():
            if not found or not worker.can(cell):
                continue
            for arrived, number, item in found:
                if fits(item):
                    entry = (_RANK[item.channel], arrived, number, item)
                    best = entry if best is None or entry < best else best
                    break
                if item.channel != "chat":  # whether others may be begun depends on the agent alone
                    break
        return None if best is None else best[3]


def _order(item: Item) -> tuple[int, float]:
    return _RANK[item.channel], item.arrived


class _Desk:
    """What the rules share: who is there, what waits, and that an agent ends what was begun."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        self.agents = {one.id: _Agent(one) for one in workers}
        self.waiting = _Waiting()

    def handle(self, event: Event, now: float) -> Sequence[Command]:
        """As the rules under test."""
        commands: list[Command] = []
        match event:
            case ItemArrived(item):
                self.arrived(item, commands)
            case ItemWithdrawn(item_id):
                self._withdrawn(item_id, commands)
            case AgentState(agent_id, available):
                self._state(self.agents[agent_id], available, now, commands)  # type: ignore[index]
            case WorkStarted(_, agent_id):
                agent = self.agents[agent_id]  # type: ignore[index]
                if agent.work is not None:
                    self._takes(agent, agent.work)
            case WorkDone(_, agent_id, still_open):
                agent = self.agents[agent_id]  # type: ignore[index]
                if agent.work is not None and not still_open:
                    agent.chats.discard(agent.work.conversation)
                    agent.open.discard(agent.work.conversation)
                self._free(agent, now, commands)
            case ConversationClosed(conversation):
                self._ends(conversation)
        return commands

    def _takes(self, agent: _Agent, item: Item) -> None:
        self._ends(item.conversation)
        agent.open.add(item.conversation)
        if item.channel == "chat":
            agent.chats.add(item.conversation)

    def _ends(self, conversation: Hashable) -> None:
        for one in self.agents.values():
            one.chats.discard(conversation)
            one.open.discard(conversation)

    def arrived(self, item: Item, commands: list[Command]) -> None:
        raise NotImplementedError

    def left(self, agent: _Agent, commands: list[Command]) -> None:
        """Somebody went home or has a break: what they leave behind."""

    def has_room(self, agent: _Agent, commands: list[Command]) -> None:
        """An agent ended something, came, or was left by a customer."""

    def pool(self, agent: _Agent) -> Item | None:
        """What an agent may work on first, apart from their inbox."""
        return None

    def offer(self, item: Item, agent: _Agent, commands: list[Command]) -> None:
        """Work begins at once."""
        self.waiting.pop(item.id)
        if item in agent.inbox:
            agent.inbox.remove(item)
        agent.work = item
        commands.append(Offer(item.id, agent.worker.id))

    def next_for(self, agent: _Agent, commands: list[Command]) -> None:
        """A free agent goes on with the first by channel and arrival."""
        if not agent.there or agent.work is not None:
            return
        pooled = self.pool(agent)
        mine = [one for one in agent.inbox if agent.fits(one)]
        chosen = min(mine if pooled is None else [*mine, pooled], key=_order, default=None)
        if chosen is not None:
            self.offer(chosen, agent, commands)

    def able(self, item: Item, *, free: bool = False) -> list[_Agent]:
        """Who is there and can do it."""
        return [one for one in self.agents.values() if one.there and one.worker.can(item.cell) and not (free and one.work)]  # type: ignore[arg-type]

    def _free(self, agent: _Agent, now: float, commands: list[Command]) -> None:
        agent.work, agent.idle_since = None, now
        self.has_room(agent, commands)
        self.next_for(agent, commands)

    def _withdrawn(self, item_id: Hashable, commands: list[Command]) -> None:
        if self.waiting.pop(item_id) is not None:
            return
        for agent in self.agents.values():
            kept = [one for one in agent.inbox if one.id != item_id]
            if len(kept) < len(agent.inbox):
                agent.inbox = kept
                self.has_room(agent, commands)

    def _state(self, agent: _Agent, available: bool, now: float, commands: list[Command]) -> None:
        agent.there, agent.idle_since = available, now
        if available:
            self.has_room(agent, commands)
            self.next_for(agent, commands)
        else:
            self.left(agent, commands)


class RoundRobin(_Desk):
    """Personal inboxes, filled in turn. What somebody leaves behind waits until they are back."""

    def __init__(self, workers: Sequence[Worker]) -> None:
        super().__init__(workers)
        self._turn = 0

    def arrived(self, item: Item, commands: list[Command]) -> None:
        owner = self.agents.get(item.owner) if item.owner is not None else None  # type: ignore[call-overload]
        if owner is None:
            able = self.able(item) or [one for one in self.agents.values() if one.worker.can(item.cell)]  # type: ignore[arg-type]
            if not able:
                return  # nobody in the team can do it, on duty or not
            self._turn += 1
            owner = able[self._turn % len(able)]
        owner.inbox.append(item)
        self.next_for(owner, commands)


class _Central(_Desk):
    """What waits is in one queue; further questions wait for who answered first, while they are there."""

    def arrived(self, item: Item, commands: list[Command]) -> None:
        owner = self.agents.get(item.owner) if item.owner is not None else None  # type: ignore[call-overload]
        if owner is not None and owner.there:
            owner.inbox.append(item)
            self.next_for(owner, commands)
            return
        self.waiting.put(item)
        self.place(item, commands)

    def place(self, item: Item, commands: list[Command]) -> None:
        raise NotImplementedError

    def left(self, agent: _Agent, commands: list[Command]) -> None:
        behind, agent.inbox = agent.inbox, []
        for item in behind:
            self.waiting.put(item)
            self.place(item, commands)


class ChannelPriority(_Central):
    """Bound when work starts; the agent who is idle longest is asked."""

    def place(self, item: Item, commands: list[Command]) -> None:
        free = [one for one in self.able(item, free=True) if one.fits(item)]
        if free:
            self.offer(item, min(free, key=lambda one: (one.idle_since, one.worker.id)), commands)

    def pool(self, agent: _Agent) -> Item | None:
        return self.waiting.first(agent.worker, agent.fits)


class CapacityPush(_Central):
    """Pushed into the inbox of the least loaded who has room; a call needs somebody without other work."""

    def place(self, item: Item, commands: list[Command]) -> None:
        able = [one for one in self.able(item) if self._has_room(one, item)]
        if able:
            self._push(item, min(able, key=lambda one: (self._load(one), one.worker.id)), commands)

    def has_room(self, agent: _Agent, commands: list[Command]) -> None:
        while agent.there:
            calls, room = agent.work is None and not agent.chats, self._load(agent) < _ROOM
            if not calls and not room:
                return
            found = self.waiting.first(
                agent.worker, lambda one, calls=calls, room=room: calls if one.channel == "phone" else room and agent.fits(one)
            )
            if found is None:
                return
            self._push(found, agent, commands)

    def _push(self, item: Item, agent: _Agent, commands: list[Command]) -> None:
        self.waiting.pop(item.id)
        agent.inbox.append(item)
        self.next_for(agent, commands)

    def _load(self, agent: _Agent) -> int:
        return len({one.conversation for one in agent.inbox} | agent.open)

    def _has_room(self, agent: _Agent, item: Item) -> bool:
        if item.channel == "phone":
            return agent.work is None and not agent.chats
        return self._load(agent) < _ROOM and agent.fits(item)


RIVALS: dict[str, Callable[[Sequence[Worker]], _Desk]] = {
    "round robin": RoundRobin,
    "capacity push": CapacityPush,
    "channel priority": ChannelPriority,
}
