"""What the rules are told, and what they answer."""

from collections.abc import Hashable

from msgspec import Struct

from oase.desk.routing.rules.types import AgentId, Cell, Item, ItemId, Skills

# --- what happens ---


class ItemArrived(Struct, frozen=True, gc=False):
    """Something waits for an answer: a new contact, or a further question to who answered before."""

    item: Item


class ItemWithdrawn(Struct, frozen=True, gc=False):
    """The customer left, or the question is settled without an answer."""

    item: ItemId


class ItemChanged(Struct, frozen=True, kw_only=True, gc=False):
    """It needs something else, or is more or less urgent than others. Everything is as said here, not only what changed."""

    item: ItemId
    cell: Cell
    pull_only: bool = False
    priority: int = 0
    wider: Cell = None
    widens_at: float = float("inf")


class Promised(Struct, frozen=True, gc=False):
    """Its promise was changed from outside."""

    item: ItemId
    due: float


class Reassigned(Struct, frozen=True, gc=False):
    """Somebody gives it to an agent, for whom it then waits; `None`: back to all. Who has it has it no more."""

    item: ItemId
    agent: AgentId | None


class AgentChanged(Struct, frozen=True, gc=False):
    """A new agent, or what they hold is different now. Who is new is not on duty yet."""

    agent: Skills


class AgentState(Struct, frozen=True, gc=False):
    """An agent becomes available or stops being so; what they work on, they end."""

    agent: AgentId
    available: bool


class AgentGone(Struct, frozen=True, gc=False):
    """An agent dropped off and ends nothing: all that they had goes to others. Unknown until `AgentChanged`."""

    agent: AgentId


class WorkStarted(Struct, frozen=True, gc=False):
    """An offer was accepted, or an agent took something by hand."""

    item: ItemId
    agent: AgentId


class OfferDeclined(Struct, frozen=True, gc=False):
    """The agent does not want it, or said nothing in time."""

    item: ItemId
    agent: AgentId


class Pulled(Struct, frozen=True, gc=False):
    """An agent asks for an item; without one, for the next by the rules. An offer follows, if there is something."""

    agent: AgentId
    item: ItemId | None = None


class WorkDone(Struct, frozen=True, gc=False):
    """Answered. `open`: the customer may go on."""

    item: ItemId
    agent: AgentId
    open: bool = False


class ConversationHeld(Struct, frozen=True, gc=False):
    """An open conversation is an agent's, and takes some of their room, however it came to them."""

    conversation: Hashable
    agent: AgentId
    channel: str


class ConversationClosed(Struct, frozen=True, gc=False):
    """It takes nobody's room any more."""

    conversation: Hashable


class Tick(Struct, frozen=True, gc=False):
    """Time has passed."""


Event = (
    ItemArrived
    | ItemWithdrawn
    | ItemChanged
    | Promised
    | Reassigned
    | AgentChanged
    | AgentState
    | AgentGone
    | WorkStarted
    | OfferDeclined
    | Pulled
    | WorkDone
    | ConversationHeld
    | ConversationClosed
    | Tick
)


# --- what is to be done ---


class Quote(Struct, frozen=True, gc=False):
    """How long the customer waits at most, in half, four fifths and nine tenths of all cases: seconds. `usually`: not learnt yet."""

    item: ItemId
    p50: float
    p80: float
    p90: float
    usually: bool


class OfferCallback(Struct, frozen=True, gc=False):
    """Waiting takes long: the customer may hang up, keeps the place, and is called back."""

    item: ItemId
    wait: float  # seconds, as in half of all cases


class Offer(Struct, frozen=True, gc=False):
    """The agent is asked to begin; until an answer comes, nobody else is. The rest is why.

    `rule`: which of the five sentences decided; 0: the agent asked for it. `head_start`: seconds by which it was ahead of its promise.
    """

    item: ItemId
    agent: AgentId
    rule: int = 0
    due: float = 0.0
    head_start: float = 0.0
    could: int = 0  # how many on duty can do it
    free: int = 0  # how many of them were free, this agent included


class Withdraw(Struct, frozen=True, gc=False):
    """The agent has it no more, neither as an offer nor as work."""

    item: ItemId
    agent: AgentId


class Park(Struct, frozen=True, gc=False):
    """The agent lays this aside, the draft is kept; an offer follows, or work of their own choice."""

    item: ItemId
    agent: AgentId


class Repromise(Struct, frozen=True, gc=False):
    """The promise cannot be kept: the customer is told a second one."""

    item: ItemId
    due: float


class Widened(Struct, frozen=True, gc=False):
    """It waited long enough: others may do it too."""

    item: ItemId
    cell: Cell


Command = Offer | Withdraw | Park | Repromise | Widened | Quote | OfferCallback
