"""What the rules of routing know: settings, items, agents. Times are seconds of one clock, whichever the caller takes."""

from collections.abc import Hashable, Mapping
from typing import Any, Literal

from msgspec import Struct

Cell = Hashable
"""What somebody must be able to do for an item, as one value: a `Need`, or anything else that the caller's `fits` understands."""

AgentId = Hashable
ItemId = Hashable

NOBODY: frozenset[AgentId] = frozenset()


class Manner(Struct, frozen=True, kw_only=True):
    """How a channel is worked on."""

    at_once: int = 1  # so many open conversations fill one agent; more than one: each takes its share of the same room
    packed: bool = True  # and who holds one gets the next, and no call meanwhile
    alone: bool = False  # not while the agent holds other open conversations of such channels (a call)
    parks: bool = False  # may push a mail in progress aside
    parkable: bool = False  # may be pushed aside
    second_promise: float = 3600.0  # how much later a promise is that had to be made anew
    callback_after: float = float("inf")  # a callback is offered to whom a longer wait than this is foretold


class Settings(Struct, frozen=True, kw_only=True):
    """The parameters of the rules; the defaults are flat: half or double changes the result by less than half a point."""

    manners: dict[str, Manner]
    head_start: float = 300.0  # seconds, divided by the number of people on shift who can do it
    parks_at_most: int = 6  # how often one mail may be pushed aside
    calm: float = 3600.0  # mails are pushed aside only while the oldest one that waits has more working time than this left
    handed_on: float = 2 * 3600.0  # what was laid aside waits for who began it only while more of it than this is left
    mail_ahead: float = 3 * 3600.0  # by how much sooner mails count as due where overload sacrifices calls and chats
    answer_takes: float = 1.5  # a mail is promised anew when less is left than so many times what its answer takes at the mean
    overload: Literal["protect_live", "protect_mail"] = "protect_live"  # what is late when more comes than people can answer
    at_once_within: float = 150.0  # an item promised within so many seconds is wanted at once
    priority: float = 900.0  # by how much each step of priority puts an item ahead of its promise
    offer_again: float = 60.0  # who declined is asked again after this at the earliest, and only if nobody else can do it


class Need(Struct, frozen=True, kw_only=True):
    """What an item needs of an agent: the cell of a real desk. `skills`: each with the level that it takes at least, sorted."""

    channel: str
    team: Hashable = None
    or_team: Hashable = None  # who may do it, too
    skills: tuple[tuple[Hashable, int], ...] = ()


class Skills(Struct, frozen=True, kw_only=True):
    """An agent as the rules know them: what they hold, not what they do at the moment."""

    id: AgentId
    levels: Mapping[Hashable, int] = {}  # of skills, 1 to 5
    teams: frozenset[Hashable] = frozenset()
    at_once: Mapping[str, int] = {}  # how many of a channel fill them, where it is not its manner's; 0: not this channel


class Item(Struct, kw_only=True, eq=False):
    """Something that waits for an answer. `due` is what was promised, `key` orders what waits."""

    id: ItemId
    conversation: Hashable
    cell: Cell
    channel: str
    arrived: float
    due: float
    owner: AgentId | None = None  # who answered first keeps it while on duty
    bound: bool = False  # somebody gave it to the owner: it waits for them, on duty or not, until its promise ends
    given: bool = False  # bound also while the owner is gone; what they chose themselves goes to others then
    priority: int = 0  # 1 and more: ahead of its promise
    pull_only: bool = False  # nobody is offered it; somebody takes it
    wider: Cell = None  # what it needs from `widens_at` on (overflow into another team)
    widens_at: float = float("inf")
    begin_by: float = 0.0  # its promise can no longer be kept from then on
    promises: int = 1
    parked: int = 0
    declined: frozenset[AgentId] = NOBODY  # who does not want it
    again_at: float = 0.0  # when those may be asked again
    with_: AgentId | None = None  # whom it is offered to, or who works on it
    started: float | None = None  # when work on it began
    look_at: float = float("inf")  # when time alone changes something about it
    key: float = 0.0
    place: Any = None  # the queue in which it waits
    kind: Any = None  # what is known of its cell

    @property
    def waiting(self) -> bool:
        """Whether it waits for somebody to begin."""
        return self.place is not None

    def __lt__(self, other: "Item") -> bool:
        return (self.key, self.id) < (other.key, other.id)


def fits(agent: Skills, cell: Cell) -> int:
    """How well an agent fits a `Need`: 0 not at all, else the lowest of their levels in what it takes (1 if it takes nothing)."""
    if not isinstance(cell, Need) or agent.at_once.get(cell.channel) == 0:
        return 0
    if cell.team is not None and agent.teams.isdisjoint((cell.team, cell.or_team)):
        return 0
    lowest = 5 if cell.skills else 1
    for skill, least in cell.skills:
        level = agent.levels.get(skill, 0)
        if level < least:
            return 0
        lowest = min(lowest, level)
    return lowest
