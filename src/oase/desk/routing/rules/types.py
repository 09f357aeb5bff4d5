"""What the rules of routing are told, what they answer, and their settings. Times are seconds of one clock, whichever the caller takes."""

from collections.abc import Hashable

from msgspec import Struct

Cell = Hashable
"""What somebody must be able to do for an item: language, product, channel and the like, as one value."""

AgentId = Hashable
ItemId = Hashable


class Manner(Struct, frozen=True, kw_only=True):
    """How a channel is worked on."""

    at_once: int = 1  # open conversations of the channel that one agent may hold; more than one: they are packed
    alone: bool = False  # not while the agent holds other open conversations of such channels (a call)
    parks: bool = False  # may push a mail in progress aside
    parkable: bool = False  # may be pushed aside
    second_promise: float = 3600.0  # how much later a promise is that had to be made anew


class Settings(Struct, frozen=True, kw_only=True):
    """The parameters of the rules; the defaults are flat: half or double changes the result by less than half a point."""

    manners: dict[str, Manner]
    head_start: float = 300.0  # seconds, divided by the number of people on shift who can do it
    parks_at_most: int = 3  # how often one mail may be pushed aside
    calm: float = 3600.0  # mails are pushed aside only while the oldest one that waits has more than this left
    at_once_within: float = 150.0  # an item promised within so many seconds is wanted at once


class Item(Struct, kw_only=True, eq=False):
    """Something that waits for an answer. `key` orders what waits; `due` is what was promised."""

    id: ItemId
    conversation: Hashable
    cell: Cell
    channel: str
    arrived: float
    due: float
    owner: AgentId | None = None  # who answered first keeps it while on duty
    promises: int = 1
    parked: int = 0
    waiting: bool = False
    with_: AgentId | None = None  # whom it is offered to, or who works on it
    started: float = 0.0

    def __lt__(self, other: "Item") -> bool:
        return (self.due, self.id) < (other.due, other.id)


class Skills(Struct, frozen=True, kw_only=True):
    """An agent as the rules know them. `cells` is everything they can do."""

    id: AgentId
    cells: frozenset[Cell]


# --- what happens ---


class ItemArrived(Struct, frozen=True):
    """Something waits for an answer: a new contact, or a further question to who answered before."""

    item: Item


class ItemWithdrawn(Struct, frozen=True):
    """The customer left, or somebody else has answered."""

    item: ItemId


class AgentState(Struct, frozen=True):
    """An agent becomes available or stops being so; what they work on, they end."""

    agent: AgentId
    available: bool


class WorkStarted(Struct, frozen=True):
    """An offer was accepted, or an agent took something by hand."""

    item: ItemId
    agent: AgentId


class WorkDone(Struct, frozen=True):
    """Answered. `open`: the customer may go on."""

    item: ItemId
    agent: AgentId
    open: bool = False


class ConversationClosed(Struct, frozen=True):
    """It takes nobody's place any more."""

    conversation: Hashable


class Tick(Struct, frozen=True):
    """Time has passed."""


Event = ItemArrived | ItemWithdrawn | AgentState | WorkStarted | WorkDone | ConversationClosed | Tick


# --- what is to be done ---


class Quote(Struct, frozen=True):
    """How long the customer waits at most, in half, four fifths and nine tenths of all cases: seconds. `usually`: not learnt yet."""

    item: ItemId
    p50: float
    p80: float
    p90: float
    usually: bool


class Offer(Struct, frozen=True):
    """The agent is asked to begin; until an answer comes, nobody else is."""

    item: ItemId
    agent: AgentId


class Park(Struct, frozen=True):
    """The agent lays this aside, the draft is kept; an offer follows."""

    item: ItemId
    agent: AgentId


class Repromise(Struct, frozen=True):
    """The promise cannot be kept: the customer is told a second one."""

    item: ItemId
    due: float


Command = Offer | Park | Repromise | Quote
