"""The pure core alone: the same day, told to `Router` event by event, with nothing between.

acts of a window --events, as the service tells them: who is there, what happened, who is gone, time--> Router --commands--> decisions

What the service adds to the rules is written here a second time, in as few words as it takes: whose own something is begins at once; an
offer runs out; whoever says nothing is away; what was promised anew counts in full minutes; a silent chat takes nobody's place.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Final

from bench.routing.world import Channel, Customer
from msgspec.structs import replace
from tests.desk.routing.day.cast import PACES, PROMISED, SECOND, Cast, Made, Said
from tests.desk.routing.day.life import OPENS, Act, Answers, Decision, Given, Leaves, Raised, Replies, Says, State, Writes

from oase.desk.routing.dispatcher import SILENT
from oase.desk.routing.facts import MANNERS
from oase.desk.routing.rules import (
    AgentChanged,
    AgentGone,
    AgentState,
    Command,
    ConversationClosed,
    ConversationHeld,
    Event,
    Item,
    ItemArrived,
    ItemChanged,
    ItemWithdrawn,
    Need,
    Offer,
    OfferDeclined,
    Park,
    Promised,
    Quote,
    Reassigned,
    Repromise,
    Router,
    Settings,
    Tick,
    Withdraw,
    WorkDone,
    WorkStarted,
)
from oase.desk.routing.rules.types import AgentId

_THINKS: Final = 45  # seconds, before an offer runs out


@dataclass
class _Talk:
    """A conversation. `agent`: whom it is offered to, or who works on it."""

    customer: int
    number: int  # in the order in which they began
    cell: Need
    channel: Channel
    item: Item | None = None  # while somebody waits
    said: float = 0.0
    assignee: int | None = None
    priority: int = 0
    agent: int | None = None
    working: bool = False
    settled: bool = False


@dataclass
class Alone:
    """Decides by the rules alone; `offers` and `said` remember why, and what customers were told."""

    cast: Cast
    offers: list[Made] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)

    def __post_init__(self) -> None:
        manners = {pace: replace(one, second_promise=SECOND[pace]) for pace, one in MANNERS.items()}
        opened = self.cast.begins + OPENS
        always = lambda moment: moment - opened  # noqa: E731 - as the calendar of a company that never closes
        self.router = Router(Settings(manners=dict(manners)), worked=always)
        self.now = 0.0
        self._numbers = {one.id: number for number, one in enumerate(self.cast.agents)}
        self._talks: dict[int, _Talk] = {}
        self._by_item: dict[Hashable, _Talk] = {}
        self._states: dict[int, State] = {}
        self._crew: dict[int, bool] = {}  # who is there, and whether they get new work
        self._silent_from: dict[
            int, float
        ] = {}  # conversations that take their agent's room, and until when if nobody says anything
        self._asked: dict[int, float] = {}  # when offers that nobody has answered yet were made
        self._heard: dict[
            int, float | None
        ] = {}  # what was decided is heard with what happens next; of a new promise, when it ends
        self._ended: dict[int, Decision] = {}
        self._began: dict[int, Made] = {}
        self._renewed: dict[int, float] = {}

    def decide(self, acts: Sequence[Act], now: int) -> list[Decision]:
        """What follows from a window's acts."""
        self.now = float(self.cast.begins + now)
        self._ended, self._began, self._renewed = {}, {}, {}
        happened: dict[int, list[Act]] = {customer: [] for customer in self._heard}
        for act in acts:
            if isinstance(act, Says):
                self._states[act.agent] = act.state
            else:
                happened.setdefault(act.customer.id if isinstance(act, Writes) else act.customer, []).append(act)
        gone = self._who_is_there()
        for customer, its in happened.items():
            self._see(customer, its)
        for agent in gone:
            del self._crew[agent]
            self._tell(AgentGone(self._id(agent)))
        self._time_passes()
        for act in acts:
            if isinstance(act, Replies) and not act.accepts:
                self._ended.pop(act.customer, None)  # declined before it could be taken away
        self._asked |= {customer: self.now for customer, made in self._began.items() if made.decision.what == "offered"}
        self._heard = {**dict.fromkeys([*self._ended, *self._began]), **self._renewed}
        self.offers += self._began.values()
        self.said += [Said(customer, self.now, (_full_minute(due),)) for customer, due in self._renewed.items()]
        return [*self._ended.values(), *(made.decision for made in self._began.values())]

    # --- what happened ---

    def _who_is_there(self) -> list[int]:
        """Who comes, and who gets nothing new any more; gives who is gone."""
        there = {agent: state == "online" for agent, state in sorted(self._states.items()) if state != "away"}
        gone = [agent for agent in self._crew if agent not in there]
        for agent in gone:
            self._tell(AgentState(self._id(agent), False))
        for agent, free in there.items():
            before = self._crew.get(agent)
            self._crew[agent] = free
            if before is None:
                self._tell(AgentChanged(self.cast.agents[agent]))
                for customer in [one for one in self._silent_from if self._talks[one].assignee == agent]:
                    self._keep_room(self._talks[customer])
            if free != bool(before):
                self._tell(AgentState(self._id(agent), free))
        return gone

    def _see(self, customer: int, acts: Sequence[Act]) -> None:
        due = self._heard.get(customer)
        if due is not None:
            self._talks[customer].said = due - SECOND[PACES[self._talks[customer].channel]]
        for act in (one for one in acts if not isinstance(one, Raised)):
            self._happens(act)
        talk = self._talks[customer]
        item = talk.item
        if due is not None and item is not None and item.promises > 1 and item.due != _full_minute(due):
            self._tell(Promised(item.id, _full_minute(due)))
        for act in (one for one in acts if isinstance(one, Raised)):
            self._happens(act)
        self._keep_room(talk)

    def _keep_room(self, talk: _Talk) -> None:
        """Whoever has a conversation has less room for others while something is said in it."""
        lasts = SILENT.get(talk.cell.channel)
        if lasts is None or talk.settled or talk.assignee is None or talk.said + lasts.total_seconds() <= self.now:
            self._silent_from.pop(talk.customer, None)
            if talk.customer in self.router.desk.held:
                self._tell(ConversationClosed(talk.customer))
            return
        self._silent_from[talk.customer] = talk.said + lasts.total_seconds()
        if talk.assignee not in self._crew:
            if talk.customer in self.router.desk.held:
                self._tell(ConversationClosed(talk.customer))
        elif self.router.desk.holder(talk.customer) != self._id(talk.assignee):
            self._tell(ConversationHeld(talk.customer, self._id(talk.assignee), talk.cell.channel))

    def _happens(self, act: Act) -> None:
        match act:
            case Writes(customer, _, at):
                self._writes(self._talk(customer), float(self.cast.begins + at))
            case Leaves(customer):
                self._ends(self._talks[customer], settled=True)
            case Answers(_, customer, last):
                self._talks[customer].said = self.now
                self._ends(self._talks[customer], settled=last)
            case Replies(agent, customer, accepts):
                self._replies(self._talks[customer], agent, accepts=accepts)
            case Given(customer, agent):
                self._given(self._talks[customer], agent)
            case Raised(customer):
                talk = self._talks[customer]
                if talk.item is not None and not talk.priority:
                    self._tell(ItemChanged(item=talk.item.id, cell=talk.cell, priority=1))
                talk.priority = 1

    def _talk(self, customer: Customer) -> _Talk:
        known = self._talks.get(customer.id)
        if known is None:
            need = self.cast.need(customer.cell)
            known = self._talks[customer.id] = _Talk(customer.id, len(self._talks), need, customer.channel)
        return known

    def _writes(self, talk: _Talk, at: float) -> None:
        owner = None if talk.assignee is None else self._id(talk.assignee)
        talk.said = at
        talk.item = Item(
            id=(at, talk.number), conversation=talk.customer, cell=talk.cell, channel=talk.cell.channel, arrived=at,
            due=at + PROMISED[talk.channel], owner=owner, priority=talk.priority,
        )  # fmt: skip
        self._by_item[talk.item.id] = talk
        self._tell(ItemArrived(talk.item))

    def _ends(self, talk: _Talk, *, settled: bool) -> None:
        """Answered, or closed without an answer."""
        talk.settled = settled
        item, agent, working = talk.item, talk.agent, talk.working
        assert item is not None
        del self._by_item[item.id]
        self._renewed.pop(talk.customer, None)
        if agent is not None:
            self._end(talk, "done" if working else "withdrawn")
        talk.item, talk.agent, talk.working = None, None, False
        if working and agent is not None:
            self._tell(WorkDone(item.id, self._id(agent), open=not settled))
        elif talk.assignee in self._crew and not settled:
            self._tell(WorkDone(item.id, self._id(talk.assignee), open=True))
        else:
            self._tell(ItemWithdrawn(item.id))

    def _replies(self, talk: _Talk, agent: int, *, accepts: bool) -> None:
        self._asked.pop(talk.customer, None)
        if not accepts:
            if talk.item is not None and talk.agent is not None and not talk.working and talk.customer not in self._began:
                self._declined(talk)
        elif talk.item is not None and talk.agent == agent and not talk.working:
            talk.assignee, talk.working = agent, True
            self._tell(WorkStarted(talk.item.id, self._id(agent)))
        else:
            self._given(talk, agent)

    def _given(self, talk: _Talk, agent: int) -> None:
        before, talk.assignee = talk.assignee, agent
        if agent not in (before, talk.agent) and talk.item is not None:
            self._tell(Reassigned(talk.item.id, self._id(agent)))

    def _declined(self, talk: _Talk) -> None:
        item, agent, talk.agent = talk.item, talk.agent, None
        if item is not None and agent is not None:
            self._tell(OfferDeclined(item.id, self._id(agent)))

    def _time_passes(self) -> None:
        for customer in [one for one, at in self._asked.items() if at + _THINKS <= self.now]:
            talk, agent = self._talks[customer], self._talks[customer].agent
            self._asked.pop(customer)
            if agent is not None:
                self._end(talk, "expired")
                self._declined(talk)
                self._states[agent] = "away"
        silent = [(until, self._talks[one].number, one) for one, until in self._silent_from.items() if until <= self.now]
        for _, _, customer in sorted(silent):
            del self._silent_from[customer]
            self._tell(ConversationClosed(customer))
        self._tell(Tick())

    # --- what is decided ---

    def _tell(self, event: Event) -> None:
        for command in self.router.handle(event, self.now):
            talk = self._by_item.get(command.item)
            if talk is not None:
                self._take(command, talk)

    def _take(self, command: Command, talk: _Talk) -> None:
        match command:
            case Offer():
                self._offered(command, talk)
            case Withdraw():
                self._end(talk, "returned" if talk.working else "withdrawn")
                talk.agent, talk.working = None, False
            case Park():
                self._end(talk, "parked")
                talk.agent, talk.working = None, False
            case Repromise(_, due):
                self._renewed[talk.customer] = due
            case Quote(_, p50, p80, p90):
                self.said.append(Said(talk.customer, self.now, (p50, p80, p90)))

    def _offered(self, offer: Offer, talk: _Talk) -> None:
        assert talk.item is not None
        agent = self._numbers[offer.agent]
        talk.agent, talk.working = agent, talk.assignee == agent
        why = {"due": offer.due, "head_start": offer.head_start, "could": offer.could, "free": offer.free}
        decision = Decision("begun" if talk.working else "offered", agent, talk.customer)
        self._began[talk.customer] = Made(decision, talk.item.arrived, offer.rule, why)
        if talk.working:
            self._tell(WorkStarted(talk.item.id, self._id(agent)))

    def _end(self, talk: _Talk, what: str) -> None:
        """What was decided in the same moment was never told to anybody."""
        self._asked.pop(talk.customer, None)
        if self._began.pop(talk.customer, None) is None and talk.agent is not None:
            self._ended[talk.customer] = Decision(what, talk.agent, talk.customer)

    def _id(self, agent: int) -> AgentId:
        return self.cast.agents[agent].id


def _full_minute(moment: float) -> float:
    return 60.0 * ceil(moment / 60.0)
