"""Between the database and the rules: facts become events, commands become what is to be written. Pure.

    crew ----------------> AgentChanged, AgentState, AgentGone
    standing, live offer -> ItemArrived, WorkStarted, WorkDone, Reassigned …     --Router--> Offer, Withdraw, Park, Repromise, Quote

It compares what it knows with what stands: a fact that comes twice changes nothing, one that was missed is seen the next time.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from heapq import heappop, heappush
from typing import Final, TypeGuard, cast
from uuid import UUID

from msgspec import Struct

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
    Learnt,
    Need,
    Offer,
    OfferDeclined,
    Park,
    Promised,
    Pulled,
    Quote,
    Reassigned,
    Repromise,
    Router,
    Settings,
    Skills,
    Tick,
    Withdraw,
    WorkDone,
    WorkStarted,
)
from oase.desk.routing.types import Began, Decisions, Ended, Expected, LiveOffer, OfferState, Quoted, Renewed

_FAR: Final = datetime(9999, 1, 1, tzinfo=UTC)
_NINE_OF_TEN: Final = 2.3
"""Nine of ten answers take no longer than so many times the mean, where they vary as much as they may (exponential)."""
SILENT: Final[Mapping[str, timedelta]] = {"live": timedelta(minutes=10), "messaging": timedelta(minutes=20)}
"""A conversation of this pace in which nobody says anything for so long takes nobody's room any more; others never do."""


class Fact(Struct, frozen=True, kw_only=True):
    """A conversation as routing sees it; `since` is None where nobody waits."""

    id: UUID
    pace: str
    team_id: UUID | None
    need: Need
    since: datetime | None
    due_at: datetime | None
    last_at: datetime
    assignee_id: UUID | None
    priority: int
    pull_only: bool
    wider: Need | None  # what it needs after a while
    wider_after: timedelta
    given_at: datetime | None = None  # somebody gave it to its agent while it waited
    talks: bool  # between two, and neither snoozed nor solved: it takes room while something is said
    closed: bool


class Mate(Struct, frozen=True, kw_only=True):
    """Somebody on duty. `free`: gets new work; otherwise they keep what is theirs."""

    skills: Skills
    free: bool


class Past(Struct, frozen=True, kw_only=True):
    """What a workspace's desk was when somebody else led."""

    crew: Mapping[UUID, Mate]
    facts: Sequence[Fact]  # of what waits
    live: Sequence[LiveOffer]
    under_way: Sequence[Fact] = ()  # what somebody has and in which something was said lately
    parked: Mapping[UUID, int] = {}  # how often what waits was laid aside
    begun: Mapping[UUID, datetime] = {}  # when those who have what waits began with it
    renewed: frozenset[UUID] = frozenset()  # what was promised a second time
    refused: Mapping[UUID, Sequence[tuple[UUID, datetime]]] = {}  # who did not want what waits, and when, the first first
    learnt: Learnt | None = None
    needs: Sequence[Need] = ()  # what conversations took of agents until now


class _Known(Struct, kw_only=True):
    """A stretch of waiting as the rules know it. `agent_id`: whom it is offered to, or who works on it."""

    item: Item
    fact: Fact
    agent_id: UUID | None = None
    working: bool = False


class Dispatcher:
    """What the rules know of a workspace, and what they have decided since it was last asked."""

    def __init__(self, settings: Settings, worked: Callable[[float], float] = float) -> None:
        self._worked = worked
        self.router = Router(settings, worked=worked)
        self.known: dict[UUID, _Known] = {}
        self._by_item: dict[Hashable, _Known] = {}
        self._crew: dict[UUID, Mate] = {}
        self._parting: list[UUID] = []
        self._talks: dict[UUID, Fact] = {}  # conversations in which something was said lately, and whose they are
        self._silent: list[tuple[datetime, UUID]] = []  # a heap of when they are silent, if nobody says anything
        self._decided = Decisions()
        self._now = 0.0

    def decided(self) -> Decisions:
        """What has to be written since the last call."""
        found, self._decided = self._decided, Decisions()
        return found

    def restore(self, past: "Past", now: datetime) -> None:
        """Takes over: what is at work stays with whom it is, what was offered stays offered, and the rest is decided."""
        self._crew = dict(past.crew)
        live, at_work = {one.conversation_id: one for one in past.live}, set[UUID]()
        for fact in in_order(past.facts):
            known = self._known(fact, parked=past.parked.get(fact.id, 0), promises=2 if fact.id in past.renewed else 1)
            begun = past.begun.get(fact.id)
            if known.item.promises > 1 or (begun is not None and fact.given_at is not None and begun >= fact.given_at):
                known.item.bound = known.item.given = False
            for agent_id, at in past.refused.get(fact.id, ()):
                self._refused(known.item, agent_id, at, now)
            one = live.pop(fact.id, None)
            if one is not None and one.waiting_since == fact.since and one.agent_id in self._crew and one.agent_id not in at_work:
                at_work.add(one.agent_id)
                known.agent_id, known.working = one.agent_id, one.state == "working"
                known.item.with_, known.item.started = one.agent_id, one.begun_at.timestamp() if one.begun_at else None
            elif one is not None:
                self._decided.ended[fact.id] = Ended(conversation_id=fact.id, state="returned")
        for gone in live:
            self._decided.ended[gone] = Ended(conversation_id=gone, state="done")
        for fact in past.under_way:
            self._talked(fact, now)
        self._now = now.timestamp()
        self.router, commands = Router.restored(
            self.router.desk.settings,
            [mate.skills for mate in self._crew.values()],
            self._now,
            on_duty=[agent_id for agent_id, mate in self._crew.items() if mate.free],
            items=[known.item for known in self.known.values()],
            held={key: (one.assignee_id, one.pace) for key, one in self._talks.items() if one.assignee_id in self._crew},
            worked=self._worked,
            learnt=past.learnt,
            cells=past.needs,
        )
        for command in commands:
            self._take(command, now)

    def _refused(self, item: Item, agent_id: UUID, at: datetime, now: datetime) -> None:
        """Somebody did not want it: whoever was asked twice is asked last, as the rules have it."""
        item.declined = frozenset((agent_id,)) if agent_id in item.declined else item.declined | {agent_id}
        again_at = at.timestamp() + self.router.desk.settings.offer_again
        item.again_at = again_at if again_at > now.timestamp() else 0.0

    # --- what happens ---

    def crew(self, crew: Mapping[UUID, Mate], now: datetime) -> None:
        """Who is on duty now, and what they hold. Who is not any more gets nothing new, and `part`s when what they did last is seen."""
        self._parting = [one for one in self._crew if one not in crew]
        for gone in self._parting:
            self._tell(AgentState(gone, False), now)
        for agent_id, mate in crew.items():
            before = self._crew.get(agent_id)
            self._crew[agent_id] = mate
            if before is None or before.skills != mate.skills:
                self._tell(AgentChanged(mate.skills), now)
            if before is None:
                self._hold_again(agent_id, now)
            if mate.free != (before is not None and before.free):
                self._tell(AgentState(agent_id, mate.free), now)

    def part(self, now: datetime) -> None:
        """What those still had who are gone goes to others."""
        for gone in self._parting:
            self._tell(AgentGone(gone), now)
            del self._crew[gone]
        self._parting = []

    def see(self, fact: Fact, live: LiveOffer | None, now: datetime) -> None:
        """A conversation as it stands, and what is offered of it."""
        known = self.known.get(fact.id)
        if known is not None and fact.since != known.fact.since:
            self._ended(known, fact, live, now)
            known = None
        if known is not None:
            self._changed(known, fact, live, now)
        elif fact.since is not None:
            self._tell(ItemArrived(self._known(fact).item), now)
        self._keep_room(fact, now)

    def gone(self, conversation_id: UUID, now: datetime) -> None:
        """A conversation that is not there any more."""
        known = self._forget(conversation_id)
        if known is not None:
            self._tell(ItemWithdrawn(known.item.id), now)

    def ran_out(self, conversation_id: UUID, agent_id: UUID, now: datetime) -> bool:
        """Whom it is offered to said nothing in time; False if they have it no more."""
        known = self.known.get(conversation_id)
        if known is None or known.agent_id != agent_id or known.working:
            return False
        self._end(known, "expired")
        self._declined(known, agent_id, now)
        return True

    def team_of(self, conversation_id: UUID) -> UUID | None:
        """The team of a conversation that waits, as far as it has one."""
        known = self.known.get(conversation_id)
        return known.fact.team_id if known else None

    def wants(self, agent_id: UUID, conversation_id: UUID | None, now: datetime) -> None:
        """An agent asks for what comes next, or for one of theirs that waits."""
        known = self.known.get(conversation_id) if conversation_id else None
        if conversation_id is None:
            self._tell(Pulled(agent_id), now)
        elif known is not None and known.fact.assignee_id == agent_id:
            self._tell(Pulled(agent_id, known.item.id), now)

    def passes(self, now: datetime) -> None:
        """Time passes: conversations in which nobody speaks take nobody's room any more."""
        while self._silent and self._silent[0][0] <= now:
            fact = self._talks.get(heappop(self._silent)[1])
            if fact is not None and not self._talked(fact, now):
                self._tell(ConversationClosed(fact.id), now)
        self._tell(Tick(), now)

    def expected(self, within: Mapping[str, timedelta], now: datetime) -> dict[str, Expected]:
        """How long somebody would wait who came now, by pace and what is promised there; nothing while nobody is on duty."""
        desk = self.router.desk
        on_duty = desk.crowd.on_duty.bit_count()
        if not on_duty:
            return {}
        found = {}
        for pace, promised in within.items():
            said, learnt = desk.quotes.foretell(pace, (now + promised).timestamp(), on_duty, on_duty)
            takes, free = desk.quotes.takes(pace), bool(desk.crowd.free)
            p50, p90 = (takes, takes * _NINE_OF_TEN) if free else (said[0] + takes, said[2] + takes)
            found[pace] = Expected(p50=p50, p90=p90, usually=not learnt, at_once=free)
        return found

    def stranded(self) -> Mapping[Need, int]:
        """What waits for anybody although nobody on duty can do it, and how much of it: none while nobody is on duty at all."""
        return cast("Mapping[Need, int]", self.router.nobody_for()) if self.router.desk.crowd.on_duty else {}

    # --- one conversation ---

    def _known(self, fact: Fact, *, parked: int = 0, promises: int = 1) -> _Known:
        """A stretch of waiting that the rules shall know."""
        since = fact.since or _FAR
        item = Item(
            id=(since.timestamp(), fact.id), conversation=fact.id, cell=fact.need, channel=fact.pace, arrived=since.timestamp(),
            due=_seconds(fact.due_at), owner=fact.assignee_id, priority=fact.priority, pull_only=fact.pull_only,
            parked=parked, promises=promises, bound=fact.given_at is not None, given=fact.given_at is not None,
        )  # fmt: skip
        item.wider, item.widens_at = fact.wider, _widens_at(fact)
        known = self.known[fact.id] = self._by_item[item.id] = _Known(item=item, fact=fact)
        return known

    def _ended(self, known: _Known, fact: Fact, live: LiveOffer | None, now: datetime) -> None:
        """Answered, or settled without an answer."""
        if _has_begun(live, known):  # and answered before anybody looked
            self._tell(WorkStarted(known.item.id, live.agent_id), now)
            known.working = True
        self._forget(fact.id)
        self._decided.renewed = [one for one in self._decided.renewed if one.conversation_id != fact.id]
        if known.working and known.agent_id is not None:
            self._end(known, "done")
            self._tell(WorkDone(known.item.id, known.agent_id, open=not fact.closed), now)
            return
        if known.agent_id is not None:
            self._end(known, "withdrawn")
        if fact.assignee_id in self._crew and not fact.closed:
            self._tell(WorkDone(known.item.id, fact.assignee_id, open=True), now)
        else:
            self._tell(ItemWithdrawn(known.item.id), now)

    def _forget(self, conversation_id: UUID) -> _Known | None:
        known = self.known.pop(conversation_id, None)
        if known is not None:
            del self._by_item[known.item.id]
        return known

    def _changed(self, known: _Known, fact: Fact, live: LiveOffer | None, now: datetime) -> None:
        before, known.fact = known.fact, fact
        item = known.item
        if _has_begun(live, known):
            known.working = True
            self._tell(WorkStarted(item.id, live.agent_id), now)
        elif live is None and known.agent_id is not None and not known.working and fact.id not in self._decided.began:
            self._declined(known, known.agent_id, now)
        elif fact.assignee_id not in (before.assignee_id, known.agent_id):
            self._tell(Reassigned(item.id, fact.assignee_id), now)
        if fact.due_at != before.due_at and _seconds(fact.due_at) != item.due:
            self._tell(Promised(item.id, _seconds(fact.due_at)), now)
        if _asks(fact) != _asks(before):
            change = ItemChanged(
                item=item.id, cell=fact.need, pull_only=fact.pull_only, priority=fact.priority, wider=fact.wider,
                widens_at=_widens_at(fact),
            )  # fmt: skip
            self._tell(change, now)

    def _declined(self, known: _Known, agent_id: UUID, now: datetime) -> None:
        known.agent_id = None
        self._tell(OfferDeclined(known.item.id, agent_id), now)

    def _keep_room(self, fact: Fact, now: datetime) -> None:
        """Whose room a conversation takes: that of its agent while they talk, by what its row says and nothing else."""
        if not self._talked(fact, now) or fact.assignee_id not in self._crew:
            if fact.id in self.router.desk.held:
                self._tell(ConversationClosed(fact.id), now)
        elif self.router.desk.holder(fact.id) != fact.assignee_id:
            self._tell(ConversationHeld(fact.id, fact.assignee_id, fact.pace), now)

    def _hold_again(self, agent_id: UUID, now: datetime) -> None:
        """Somebody is back: what they talked about is not forgotten."""
        for fact in [one for one in self._talks.values() if one.assignee_id == agent_id]:
            self._keep_room(fact, now)

    def _talked(self, fact: Fact, now: datetime) -> bool:
        """Whether something was said lately in a conversation that is somebody's; notes until when that holds."""
        until = silent_from(fact)
        if until is None or until <= now:
            self._talks.pop(fact.id, None)
            return False
        before = self._talks.get(fact.id)
        self._talks[fact.id] = fact
        if before is None or before.last_at != fact.last_at:
            heappush(self._silent, (until, fact.id))
        return True

    # --- what is decided ---

    def _tell(self, event: Event, now: datetime) -> None:
        self._now = max(self._now, now.timestamp())  # clocks may jump back; the rules' time does not
        for command in self.router.handle(event, self._now):
            self._take(command, now)

    def _take(self, command: Command, now: datetime) -> None:
        known = self._by_item.get(command.item)
        if known is None:
            return
        match command:
            case Offer():
                self._offered(command, known, now)
            case Withdraw():
                self._end(known, "returned" if known.working else "withdrawn")
                known.agent_id, known.working = None, False
            case Park():
                self._end(known, "parked")
                known.agent_id, known.working = None, False
            case Repromise(_, due):
                self._decided.renewed.append(Renewed(conversation_id=known.fact.id, due_at=datetime.fromtimestamp(due, UTC)))
            case Quote():
                self._decided.quoted.append(self._quoted(command, known))

    def _offered(self, offer: Offer, known: _Known, now: datetime) -> None:
        fact, agent_id = known.fact, cast("UUID", offer.agent)
        own = fact.assignee_id == agent_id or offer.rule == 0
        known.agent_id, known.working = agent_id, own
        facts = {"due": offer.due, "head_start": offer.head_start, "could": offer.could, "free": offer.free}
        self._decided.began[fact.id] = Began(
            conversation_id=fact.id, waiting_since=fact.since or now, agent_id=agent_id, begun=own, rule=offer.rule, facts=facts
        )
        if own:
            self._tell(WorkStarted(known.item.id, agent_id), now)

    def _quoted(self, quote: Quote, known: _Known) -> Quoted:
        desk = self.router.desk
        return Quoted(
            conversation_id=known.fact.id, waiting_since=known.fact.since or _FAR, pace=known.fact.pace, p50=quote.p50, p80=quote.p80,
            p90=quote.p90, usually=quote.usually, busy=not desk.crowd.free,
            answer=desk.quotes.takes(known.fact.pace),
        )  # fmt: skip

    def _end(self, known: _Known, state: OfferState) -> None:
        """A live offer ends; one that was decided just now was never written."""
        if self._decided.began.pop(known.fact.id, None) is None:
            self._decided.ended[known.fact.id] = Ended(conversation_id=known.fact.id, state=state)


def silent_from(fact: Fact) -> datetime | None:
    """Until when a conversation takes its agent's room if nothing more is said; None: it takes nobody's."""
    lasts = SILENT.get(fact.pace) if fact.talks and fact.assignee_id is not None else None
    return fact.last_at + lasts if lasts else None


def _has_begun(live: LiveOffer | None, known: _Known) -> TypeGuard[LiveOffer]:
    """Whether the agent whom it was offered to has begun, which the rules do not know yet."""
    return live is not None and live.state == "working" and live.agent_id == known.agent_id and not known.working


def _asks(fact: Fact) -> tuple[object, ...]:
    """What orders a conversation among others, and says who may do it."""
    return fact.need, fact.pull_only, fact.priority, fact.wider, fact.wider_after


def _widens_at(fact: Fact) -> float:
    """From when others may do it, too."""
    return (fact.since + fact.wider_after).timestamp() if fact.wider is not None and fact.since is not None else float("inf")


def _seconds(at: datetime | None) -> float:
    return (at or _FAR).timestamp()


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """As they came: the rules decide the same whether they saw it happen or are told afterwards."""
    return sorted(facts, key=lambda one: (one.since or _FAR, one.id))
