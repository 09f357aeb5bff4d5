"""Who is there: sets of agents as bits of whole numbers, so that "the free ones who can do this" is one operation.

Agents who can do least stand at the lowest bits: the lowest of a set is the one whose skills are missed least. What can be done at all
is learnt from the items: whether an agent fits a cell is asked once, when either is new.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from msgspec import Struct, field

from oase.desk.routing.rules.queues import Queue, Shelf
from oase.desk.routing.rules.types import AgentId, Cell, Item, Manner, Skills

Fits = Callable[[Skills, Cell], int]
"""How well an agent fits a cell: 0 not at all, else a level."""

_FULL: Final = 1 + 1e-9


class Kind(Struct, eq=False):
    """A cell: who can do it, and what waits for them."""

    cell: Cell
    able: int = 0
    levels: dict[int, int] = field(default_factory=dict)  # who fits on which level, the best first
    on_duty: int = 0  # how many of the able are there
    head_start: float = 0.0
    queue: Queue = field(default_factory=Queue)
    declined: Shelf = field(default_factory=Shelf)  # by somebody
    taken: Queue = field(default_factory=Queue)  # nobody is offered this

    def put(self, item: Item) -> None:
        """An item waits for whoever can do it."""
        place = self.taken if item.pull_only else self.declined if item.declined else self.queue
        place.put(item)

    def waiting(self) -> int:
        """How many items wait."""
        return len(self.queue) + len(self.declined.entries) + len(self.taken)


class Agent(Struct, kw_only=True, eq=False):
    """An agent while the rules run. `own` holds what only they get: replies in their conversations, what they laid aside."""

    id: AgentId
    skills: Skills
    bit: int = 0
    kinds: dict[Kind, int] = field(default_factory=dict)  # what they can do, and on which level
    available: bool = False
    work: Item | None = None  # offered or under way
    parkable: bool = False  # and whether that may be laid aside
    holds: dict[str, int] = field(default_factory=dict)  # open conversations by channel, of those of which several fit
    chats: int = 0  # how many of them are packed
    own: Queue = field(default_factory=Queue)


class Crowd:
    """All agents. `free`: available and without work; `writing`: at something that may be laid aside; `empty`: in no open chat."""

    def __init__(self, manners: Mapping[str, Manner], head_start: float, fits: Fits) -> None:
        self._channels = tuple(manners)
        self._manners = {name: one for name, one in manners.items() if one.at_once > 1}
        self._head_start, self._fits = head_start, fits
        self.by_id: dict[AgentId, Agent] = {}
        self._agents: list[Agent | None] = []  # by bit
        self._equals: list[int] = []  # by bit: all whose skills are missed as much
        self._kinds: dict[Cell, Kind] = {}
        self.on_duty = self.free = self.writing = self.empty = 0
        self.room: dict[str, int] = dict.fromkeys(self._manners, 0)  # who can hold one more
        self._stale = False

    # --- who there is, and what they can do ---

    def kind(self, cell: Cell) -> Kind:
        """What is known of a cell; asks for all agents when it is new."""
        found = self._kinds.get(cell)
        if found is None:
            found = self._kinds[cell] = Kind(cell)
            for agent in self.by_id.values():
                self._learn(agent, found)
            self._counted(found)
            self._stale = True
        return found

    def cells(self) -> list[Cell]:
        """What is known of cells, in the order in which they came up."""
        return list(self._kinds)

    def left_alone(self) -> Mapping[Cell, int]:
        """Of each cell that nobody on duty can do, how many items wait."""
        counted = {kind.cell: kind.waiting() for kind in self._kinds.values() if not kind.on_duty}
        return {cell: number for cell, number in counted.items() if number}

    def everybody(self) -> Iterator[Agent]:
        """All agents, those first whose skills are missed least."""
        return iter([one for one in self._agents if one is not None])

    def put(self, skills: Skills) -> Agent:
        """A new agent, or one who holds something else now; they keep what they do."""
        agent = self.by_id.get(skills.id)
        if agent is None:
            agent = self.by_id[skills.id] = Agent(id=skills.id, skills=skills, bit=1 << len(self._agents))
            self._agents.append(agent)
            self._equals.append(agent.bit)
        else:
            self._forget(agent)
            agent.skills = skills
        for kind in self._kinds.values():
            self._learn(agent, kind)
            self._counted(kind)
        self.update(agent)
        self._places(agent)
        self._stale = True
        return agent

    def absent(self, agent_id: AgentId) -> Agent:
        """Somebody who is not there and can do nothing at the moment, for whom something waits all the same."""
        return self.put(Skills(id=agent_id, at_once=dict.fromkeys(self._channels, 0)))

    def remove(self, agent: Agent) -> None:
        """Nobody knows the agent any more."""
        agent.available = False
        self.update(agent)
        self._forget(agent)
        self.empty &= ~agent.bit
        for channel in self.room:
            self.room[channel] &= ~agent.bit
        del self.by_id[agent.id]
        self._agents[agent.bit.bit_length() - 1] = None
        self._stale = True

    def _learn(self, agent: Agent, kind: Kind) -> None:
        level = self._fits(agent.skills, kind.cell)
        if level:
            kind.able |= agent.bit
            kind.levels = _best_first({**kind.levels, level: kind.levels.get(level, 0) | agent.bit})
            agent.kinds[kind] = level

    def _forget(self, agent: Agent) -> None:
        for kind in agent.kinds:
            kind.able &= ~agent.bit
            kind.levels = {level: who & ~agent.bit for level, who in kind.levels.items()}
            self._counted(kind)
        agent.kinds = {}

    def _counted(self, kind: Kind) -> None:
        kind.on_duty = (kind.able & self.on_duty).bit_count()
        kind.head_start = self._head_start / max(1, kind.on_duty)

    # --- their order ---

    def in_order(self) -> bool:
        """Puts agents anew into the order of how rare what they can do is in all; ties by id. Whether anything had changed."""
        if not self._stale:
            return False
        self._stale = False
        numbers = {kind: kind.able.bit_count() for kind in self._kinds.values()}
        rare = {one.id: round(sum(1 / numbers[kind] for kind in one.kinds), 9) for one in self.by_id.values()}
        ordered = sorted(self.by_id.values(), key=lambda one: (rare[one.id], one.id))
        places = {kind: place for place, kind in enumerate(sorted(numbers, key=lambda one: repr(one.cell)))}
        for kind in numbers:
            kind.able, kind.levels = 0, {}
        self.on_duty = self.free = self.writing = self.empty = 0
        self.room = dict.fromkeys(self._manners, 0)
        equals: dict[float, int] = {}
        for place, agent in enumerate(ordered):
            agent.bit = 1 << place
            agent.kinds = dict(sorted(agent.kinds.items(), key=lambda one: places[one[0]]))
            equals[rare[agent.id]] = equals.get(rare[agent.id], 0) | agent.bit
            for kind, level in agent.kinds.items():
                kind.able |= agent.bit
                kind.levels[level] = kind.levels.get(level, 0) | agent.bit
            self._sets(agent)
            self._places(agent)
        self._agents, self._equals = list(ordered), [equals[rare[agent.id]] for agent in ordered]
        for kind in numbers:
            kind.levels = _best_first(kind.levels)
        return True

    # --- what they do ---

    def hold(self, agent: Agent, channel: str, change: int) -> None:
        """An agent holds one open conversation of a channel more, or one fewer."""
        agent.holds[channel] = agent.holds.get(channel, 0) + change
        agent.chats = sum(number for name, number in agent.holds.items() if self._manners[name].packed)
        self._places(agent)

    def update(self, agent: Agent) -> None:
        """Puts an agent into the sets where they belong now."""
        if self._sets(agent):
            for kind in agent.kinds:
                self._counted(kind)

    def _sets(self, agent: Agent) -> bool:
        """Whether the agent has come or gone."""
        bit, there = agent.bit, agent.available
        if (self.free & bit != 0) != (there and agent.work is None):
            self.free ^= bit
        if (self.writing & bit != 0) != (there and agent.parkable):
            self.writing ^= bit
        if (self.on_duty & bit != 0) == there:
            return False
        self.on_duty ^= bit
        return True

    def _places(self, agent: Agent) -> None:
        bit = agent.bit
        self.empty = self.empty & ~bit if agent.chats else self.empty | bit
        load = self.load(agent)
        for channel, who in self.room.items():
            most = self.at_once(agent, channel)
            self.room[channel] = who | bit if most and load + 1 / most < _FULL else who & ~bit

    def load(self, agent: Agent) -> float:
        """How full an agent is of open conversations: two of three chats and one of five messenger conversations are 13/15."""
        return sum(number / max(1, self.at_once(agent, channel)) for channel, number in agent.holds.items())

    def at_once(self, agent: Agent, channel: str) -> int:
        """How many open conversations of a channel of which several fit fill an agent."""
        return agent.skills.at_once.get(channel, self._manners[channel].at_once)

    # --- who is asked ---

    def best(self, among: int, kind: Kind) -> Agent | None:
        """The one whose skills are missed least; of several who are missed as much the one who fits best."""
        if not among:
            return None
        lowest = among & -among
        if len(kind.levels) > 1:
            among &= self._equals[lowest.bit_length() - 1]
            for who in kind.levels.values():
                if among & who:
                    lowest = among & who & -(among & who)
                    break
        return self._agents[lowest.bit_length() - 1]

    def without(self, among: int, ids: Iterable[AgentId]) -> int:
        """A set without some agents."""
        for one in ids:
            agent = self.by_id.get(one)
            if agent is not None:
                among &= ~agent.bit
        return among


def _best_first(levels: dict[int, int]) -> dict[int, int]:
    return dict(sorted(levels.items(), reverse=True))
