"""Who is there: sets of agents as bits of whole numbers, so that "the free ones who can do this" is one operation.

Agents who can do least stand at the lowest bits: the lowest of a set is the one whose skills are missed least.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from oase.desk.routing.rules.queues import Queue
from oase.desk.routing.rules.types import AgentId, Cell, Item, Skills


class Agent(Struct, kw_only=True, eq=False):
    """An agent while the rules run. `own` holds what only they get: replies in their conversations, what they laid aside."""

    id: AgentId
    bit: int
    cells: Sequence[Cell]
    available: bool = False
    work: Item | None = None  # offered or under way
    held: int = 0  # open conversations of channels of which several fit
    own: Queue


class Crowd:
    """All agents. `free`: available and without work; `writing`: at something that may be laid aside."""

    def __init__(self, skills: Iterable[Skills]) -> None:
        ordered = _least_missed_first(list(skills))
        self.agents = [
            Agent(id=one.id, bit=1 << place, cells=sorted(one.cells, key=repr), own=Queue()) for place, one in enumerate(ordered)
        ]
        self.by_id = {one.id: one for one in self.agents}
        self._able: dict[Cell, int] = {}
        for agent in self.agents:
            for cell in agent.cells:
                self._able[cell] = self._able.get(cell, 0) | agent.bit
        self.on_duty = self.free = self.writing = 0
        self._holding = {0: (1 << len(self.agents)) - 1}  # by the number of open conversations

    def able(self, cell: Cell) -> int:
        """Who can do it, on duty or not."""
        return self._able.get(cell, 0)

    def how_many(self, cell: Cell) -> int:
        """How many on duty can do it."""
        return (self.able(cell) & self.on_duty).bit_count()

    def holding(self, fewest: int, most: int) -> int:
        """Who holds so many open conversations."""
        found = 0
        for count in range(fewest, most + 1):
            found |= self._holding.get(count, 0)
        return found

    def hold(self, agent: Agent, change: int) -> None:
        """An agent holds one open conversation more, or one fewer."""
        self._holding[agent.held] &= ~agent.bit
        agent.held = max(0, agent.held + change)
        self._holding[agent.held] = self._holding.get(agent.held, 0) | agent.bit

    def update(self, agent: Agent, *, parkable: bool) -> None:
        """Puts an agent into the sets where they belong now."""
        bit = agent.bit
        self.on_duty = self.on_duty | bit if agent.available else self.on_duty & ~bit
        self.free = self.free | bit if agent.available and agent.work is None else self.free & ~bit
        self.writing = self.writing | bit if agent.available and parkable else self.writing & ~bit

    def lowest(self, among: int) -> Agent | None:
        """The one whose skills are missed least."""
        return self.agents[(among & -among).bit_length() - 1] if among else None


def _least_missed_first(skills: list[Skills]) -> list[Skills]:
    """By how rare what they can do is in all; ties by id."""
    numbers: dict[Cell, int] = {}
    for one in skills:
        for cell in one.cells:
            numbers[cell] = numbers.get(cell, 0) + 1
    return sorted(skills, key=lambda one: (round(sum(1 / numbers[cell] for cell in one.cells), 9), one.id))
