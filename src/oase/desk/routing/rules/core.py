"""The rules of routing: events in, commands out. No I/O, no wall clock, no chance.

1. A free agent gets, among what waits for them and what they can do, the item whose promise comes first.
2. Nothing is bound to a person before work starts; who answered first keeps the conversation while on duty.
3. A promise that cannot be kept is made anew once, and the item re-enters the order there. That of a mail cannot be kept any more when
   too little time is left to write the answer.
4. What few people on duty can do has a head start; of several free agents the one whose skills are missed least is asked; chats are
   packed on those who chat already.
5. A call, an item wanted at once or a reply in one's own chat may push a mail aside, while the oldest mail has time enough. Who began
   it goes on with it, unless it is due soon: then whoever is free does.

Beside them: an agent who declines is not asked again while anybody else can do it; what a team only takes is ordered, but nobody is
offered it; what has waited long enough may be done by others, too; and people may take, give and return whatever they want.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

from oase.desk.routing.rules.choice import ASKED_FOR, next_for
from oase.desk.routing.rules.crowd import Agent, Fits
from oase.desk.routing.rules.desk import Desk, Held
from oase.desk.routing.rules.events import (
    AgentChanged,
    AgentGone,
    AgentState,
    Command,
    ConversationClosed,
    ConversationHeld,
    Event,
    ItemArrived,
    ItemChanged,
    ItemWithdrawn,
    Offer,
    OfferCallback,
    OfferDeclined,
    Promised,
    Pulled,
    Reassigned,
    Tick,
    Withdraw,
    WorkDone,
    WorkStarted,
)
from oase.desk.routing.rules.passing import AT_ONCE, WITH_TICK, look_again, renew_promises
from oase.desk.routing.rules.placing import ask, make_way, others_left, place, refused, replace, taken_from, turn
from oase.desk.routing.rules.quotes import Learnt, Quotes
from oase.desk.routing.rules.types import AgentId, Cell, Item, ItemId, Settings, Skills, fits
from oase.desk.routing.rules.why import Reason, why

_REORDER: Final = 60.0
"""Seconds after which agents are put in order anew, if what can be done has changed."""


class Router:
    """One workspace's desk, and what follows from what happens.

    `fits` says how well an agent fits a cell (0: not at all); `cells` are those that are known beforehand. `worked` gives the working
    time until a moment, in which waiting is quoted; without it all time counts.
    """

    def __init__(
        self,
        settings: Settings,
        agents: Iterable[Skills] = (),
        *,
        fits: Fits = fits,
        cells: Iterable[Cell] = (),
        worked: Callable[[float], float] = float,
    ) -> None:
        self.desk = Desk(settings, agents, fits, worked)
        for cell in cells:
            self.desk.crowd.kind(cell)
        self.desk.crowd.in_order()
        self._ordered_at = float("-inf")

    @classmethod
    def restored(
        cls,
        settings: Settings,
        agents: Iterable[Skills],
        now: float,
        *,
        on_duty: Iterable[AgentId],
        items: Iterable[Item],
        held: Mapping[Hashable, Held],
        fits: Fits = fits,
        cells: Iterable[Cell] = (),
        worked: Callable[[float], float] = float,
        learnt: Learnt | None = None,
    ) -> "tuple[Router, Sequence[Command]]":
        """A desk as it stands, and what follows at once.

        `items`: all that wait, are offered (`with_`) or worked on (`started`, too); `held`: open conversations of channels of which one
        agent may hold several, by whose they are, and which channel. Nothing is quoted to who waits already;
        `learnt`: what another process learnt of waiting (`quotes.learnt()`).
        """
        items = sorted(items, key=lambda one: one.id)  # type: ignore[arg-type, return-value]
        router = cls(settings, agents, fits=fits, cells=[*cells, *{item.cell: None for item in items}], worked=worked)
        desk = router.desk
        if learnt is not None:
            desk.quotes.go_on(learnt)
        desk.found(on_duty, held, items)
        commands: list[Command] = []
        for agent in desk.crowd.everybody():
            turn(desk, agent, now, commands)
        return router, commands

    @property
    def quotes(self) -> Quotes:
        """What was said of waiting, and what was learnt."""
        return self.desk.quotes

    def handle(self, event: Event, now: float) -> Sequence[Command]:
        """What is to be done because of an event at a moment; moments never go back. Who or what is unknown changes nothing."""
        commands: list[Command] = []
        desk, what = self.desk, type(event)
        if now >= self._ordered_at + _REORDER and desk.crowd.in_order():
            self._ordered_at = now
        most = WITH_TICK if what is Tick else AT_ONCE
        desk.quotes.passes(desk.worked(now), most)
        renew_promises(desk, now, commands, most)
        look_again(desk, now, commands, most)
        _ACTS[what](self, event, now, commands)
        return commands

    def cells(self) -> Sequence[Cell]:
        """What items needed until now: what agents can do of it says whose skills are missed least."""
        return self.desk.crowd.cells()

    def why(self, item_id: ItemId, agent_id: AgentId, now: float) -> Reason:
        """Why an agent has an item, or has it not."""
        return why(self.desk, item_id, agent_id, now)

    def nobody_for(self) -> Mapping[Cell, int]:
        """How many items wait of each cell that nobody on duty can do."""
        return self.desk.crowd.left_alone()

    # --- what comes and goes ---

    def _arrived(self, event: ItemArrived, now: float, commands: list[Command]) -> None:
        desk, item = self.desk, event.item
        if item.id in desk.items:
            return
        desk.items[item.id] = item
        desk.look_at(item)
        if place(desk, item, now, commands) or item.owner is not None or item.promises > 1 or item.parked:
            return
        quote = desk.quotes.quote(item, desk.kind(item).on_duty, desk.crowd.on_duty.bit_count(), desk.worked(now))
        commands.append(quote)
        if quote.p50 > desk.manner(item).callback_after:
            commands.append(OfferCallback(item.id, quote.p50))

    def _withdrawn(self, event: ItemWithdrawn, now: float, commands: list[Command]) -> None:
        desk = self.desk
        item = desk.items.pop(event.item, None)
        if item is None:
            return
        desk.waits_no_more(item)
        desk.decided.pop(item.id, None)
        desk.quotes.left(item.id)
        for agent in (taken_from(desk, item, commands), desk.let_go(item.conversation)):
            turn(desk, agent, now, commands)

    def _changed(self, event: ItemChanged, now: float, commands: list[Command]) -> None:
        item = self.desk.items.get(event.item)
        if item is None:
            return
        item.cell, item.pull_only, item.priority = event.cell, event.pull_only, event.priority
        item.kind, item.wider, item.widens_at = None, event.wider, event.widens_at
        self.desk.look_at(item)
        if item.waiting:
            replace(self.desk, item, now, commands)

    def _promised(self, event: Promised, now: float, commands: list[Command]) -> None:
        item = self.desk.items.get(event.item)
        if item is None:
            return
        item.due = event.due
        if item.waiting:
            replace(self.desk, item, now, commands)

    # --- agents ---

    def _state(self, event: AgentState, now: float, commands: list[Command]) -> None:
        desk = self.desk
        agent = desk.agent(event.agent)
        if agent is None:
            return
        agent.available = event.available
        desk.settle(agent)
        if event.available:
            turn(desk, agent, now, commands)
            return
        for item in agent.own.items():  # others take over what waits for them alone, unless somebody gave it to them
            if not item.bound:
                replace(desk, item, now, commands)
        others_left(desk, agent.kinds, now, commands)

    def _learnt(self, event: AgentChanged, now: float, commands: list[Command]) -> None:
        turn(self.desk, self.desk.crowd.put(event.agent), now, commands)

    def _gone(self, event: AgentGone, now: float, commands: list[Command]) -> None:
        agent = self.desk.agent(event.agent)
        if agent is None:
            return
        desk, own, work = self.desk, list(agent.own.items()), agent.work
        for conversation in [one for one, (holder, _) in desk.held.items() if holder == agent.id]:
            del desk.held[conversation]
        kinds = agent.kinds
        desk.crowd.remove(agent)
        if work is not None:
            desk.decided.pop(work.id, None)
            commands.append(Withdraw(work.id, agent.id))
            own.append(work)
        for item in sorted(own):
            item.bound = item.given
            replace(desk, item, now, commands)
        others_left(desk, kinds, now, commands)

    # --- work ---

    def _started(self, event: WorkStarted, now: float, commands: list[Command]) -> None:
        desk = self.desk
        item, agent = desk.items.get(event.item), desk.agent(event.agent)
        if item is None or agent is None:
            return
        others: list[Agent | None] = []
        before = None
        if agent.work is not item:  # by hand
            others.append(taken_from(desk, item, commands))
            before = make_way(desk, agent, commands)
        desk.waits_no_more(item)
        desk.quotes.answered(item.id)
        agent.work, item.with_, item.bound, item.given = item, agent.id, False, False
        item.started = now if item.started is None else item.started
        others.append(desk.hold(item.conversation, item.channel, agent))
        desk.settle(agent)
        if before is not None:
            place(desk, before, now, commands, but=agent.id)
        for one in others:
            turn(desk, one, now, commands)

    def _done(self, event: WorkDone, now: float, commands: list[Command]) -> None:
        desk = self.desk
        item, agent = desk.items.get(event.item), desk.agent(event.agent)
        if item is None or agent is None:
            return
        others: list[Agent | None] = [agent]
        if agent.work is item:
            agent.work = None
            if item.started is not None:
                desk.quotes.worked(item.channel, now - item.started)
        else:  # answered without a word before
            others.append(taken_from(desk, item, commands))
            desk.waits_no_more(item)
            desk.quotes.answered(item.id)
        del desk.items[item.id]
        desk.decided.pop(item.id, None)
        others.append(desk.hold(item.conversation, item.channel, agent) if event.open else desk.let_go(item.conversation))
        desk.settle(agent)
        for one in others:
            turn(desk, one, now, commands)

    def _declined(self, event: OfferDeclined, now: float, commands: list[Command]) -> None:
        desk = self.desk
        item, agent = desk.items.get(event.item), desk.agent(event.agent)
        if item is None or agent is None or agent.work is not item:
            return
        taken_from(desk, item)
        if desk.holder(item.conversation) == agent.id:
            desk.let_go(item.conversation)
        refused(desk, item, agent, now)
        place(desk, item, now, commands)
        turn(desk, agent, now, commands)

    def _pulled(self, event: Pulled, now: float, commands: list[Command]) -> None:
        desk = self.desk
        agent = desk.agent(event.agent)
        if agent is None:
            return
        if event.item is None:
            found = next_for(desk, agent, now, pulls=True) if agent.work is None else None
            if found is not None:
                desk.offer(found[1], found[0], agent, commands)
            return
        item = desk.items.get(event.item)
        if item is None or item.with_ == agent.id:
            return
        other = taken_from(desk, item, commands)
        ask(desk, Offer(item.id, agent.id, ASKED_FOR, item.due, 0.0, desk.kind(item).on_duty), item, agent, now, commands)
        turn(desk, other, now, commands)

    def _opened(self, event: ConversationHeld, now: float, commands: list[Command]) -> None:
        agent = self.desk.agent(event.agent)
        before = (
            self.desk.hold(event.conversation, event.channel, agent)
            if agent is not None
            else self.desk.let_go(event.conversation)
        )
        turn(self.desk, before, now, commands)

    def _closed(self, event: ConversationClosed, now: float, commands: list[Command]) -> None:
        turn(self.desk, self.desk.let_go(event.conversation), now, commands)

    def _reassigned(self, event: Reassigned, now: float, commands: list[Command]) -> None:
        desk = self.desk
        item, agent = desk.items.get(event.item), desk.agent(event.agent)
        if item is None or (agent is not None and item.with_ == agent.id):
            return
        before = taken_from(desk, item, commands)
        item.owner = event.agent
        item.bound = item.given = event.agent is not None
        if event.agent is not None:
            item.declined -= {event.agent}
        elif before is not None:
            refused(desk, item, before, now)
        holder = desk.let_go(item.conversation) if desk.holder(item.conversation) != item.owner else None
        replace(desk, item, now, commands)
        for one in (before, holder):
            turn(desk, one, now, commands)

    def _passed(self, event: Tick, now: float, commands: list[Command]) -> None:
        """What was laid aside and is due soon waits for its writer no longer; the rest is seen to with every event."""
        for _ in range(WITH_TICK):
            item = self.desk.due_soon(now)
            if item is None:
                return
            if item.owner is not None and not item.bound:
                item.owner = None
                replace(self.desk, item, now, commands)


_ACTS: Final[Mapping[type, Callable[[Router, Any, float, list[Command]], None]]] = {
    ItemArrived: Router._arrived,
    ItemWithdrawn: Router._withdrawn,
    ItemChanged: Router._changed,
    Promised: Router._promised,
    Reassigned: Router._reassigned,
    AgentChanged: Router._learnt,
    AgentState: Router._state,
    AgentGone: Router._gone,
    WorkStarted: Router._started,
    OfferDeclined: Router._declined,
    Pulled: Router._pulled,
    WorkDone: Router._done,
    ConversationHeld: Router._opened,
    ConversationClosed: Router._closed,
    Tick: Router._passed,
}
