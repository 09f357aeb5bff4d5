"""Whatever happens in whichever order: nothing is offered to two, forgotten, or left lying while somebody could do it."""

from collections.abc import Hashable
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from msgspec import structs

from oase.desk.routing.rules import (
    AgentChanged,
    AgentGone,
    AgentState,
    ConversationClosed,
    Item,
    ItemArrived,
    ItemChanged,
    ItemWithdrawn,
    Manner,
    Need,
    Offer,
    OfferDeclined,
    Park,
    Promised,
    Pulled,
    Reassigned,
    Repromise,
    Router,
    Settings,
    Skills,
    Tick,
    Widened,
    Withdraw,
    WorkDone,
    WorkStarted,
)
from oase.desk.routing.rules.types import fits

MANNERS = {
    "phone": Manner(alone=True, parks=True, second_promise=300.0),
    "chat": Manner(at_once=3, second_promise=900.0),
    "mail": Manner(parkable=True, second_promise=86_400.0),
}
PROMISED = {"phone": 60.0, "chat": 120.0, "mail": 7200.0}
CHANNELS, AGENTS = list(PROMISED), [f"a{number}" for number in range(5)]
ACTS = [
    *["comes"] * 8, *["answer"] * 6, *["accept"] * 6, "decline", "decline", "leaves", "closes", "on", "on", "off", "gone", "hired",
    "pulls", "takes", "by hand", "given", "to all", "promised", "changed", "direct",
]  # fmt: skip


class Day:
    """A desk, and beside it what must be true of it."""

    def __init__(self) -> None:
        self.router = Router(Settings(manners=MANNERS))
        self.now, self.count = 0.0, 0
        self.agents: dict[str, Skills] = {}
        self.there: set[str] = set()
        self.offered: dict[str, str] = {}  # agent: item
        self.working: dict[str, str] = {}
        self.items: dict[str, Item] = {}
        self.held: dict[Hashable, str] = {}
        self.declined: set[tuple[str, str]] = set()
        self.renewed: set[str] = set()

    def tell(self, event: Any, *, pulls: str = "", gone: str = "") -> bool:
        commands = self.router.handle(event, self.now)
        for command in commands:
            match command:
                case Offer(item, agent):
                    self.asked(str(item), str(agent), pulled=agent == pulls)
                case Park(item, agent):
                    assert self.working.pop(str(agent)) == item
                case Withdraw(item, agent):
                    assert (self.working.pop(str(agent), None) or self.offered.pop(str(agent), None)) == item
                case Repromise(item, _):
                    assert item not in self.renewed
                    self.renewed.add(str(item))
                case Widened(_, cell):
                    assert isinstance(cell, Need)
        self.items.pop(gone, None)
        self.holds()
        return bool(commands)

    def asked(self, item_id: str, agent: str, *, pulled: bool) -> None:
        assert agent in self.agents
        assert agent not in self.offered
        assert agent not in self.working
        assert item_id not in {*self.offered.values(), *self.working.values()}
        item = self.items[item_id]
        if not pulled:
            assert agent in self.there
        if not pulled and item.owner != agent:
            assert not item.pull_only
            assert self.can(agent, item)
            others = [one for one in self.there if fits(self.agents[one], item.cell) and (one, item_id) not in self.declined]
            assert (agent, item_id) not in self.declined or not others
        self.offered[agent] = item_id

    def can(self, agent: str, item: Item) -> bool:
        """Whether an agent has the skill, and room."""
        held = [conversation for conversation, one in self.held.items() if one == agent]
        if item.channel == "phone" and held:
            return False
        if item.channel == "chat" and len(held) >= self.agents[agent].at_once.get("chat", 3):
            return False
        return bool(fits(self.agents[agent], item.cell))

    def holds(self) -> None:
        """Nobody who is idle could do what waits; and the rules believe what is true."""
        taken = {**self.offered, **self.working}
        assert {str(one.id): str(one.work.id) for one in self.router.desk.crowd.by_id.values() if one.work is not None} == taken
        assert set(self.router.desk.items) == set(self.items)
        waiting = [item for item in self.items.values() if item.id not in taken.values()]
        assert all(item.waiting for item in waiting)
        for agent in self.there - set(taken):
            for item in waiting:
                if item.owner == agent:
                    raise AssertionError(f"{agent} is idle, and {item.id} waits for nobody else")
                if item.owner is None and not item.pull_only and (agent, item.id) not in self.declined:
                    assert not self.can(agent, item), f"{agent} is idle, and {item.id} waits"

    # --- what happens ---

    def does(self, act: str, chance: int) -> None:  # noqa: PLR0912
        agent = AGENTS[chance % 5]
        items = sorted(self.items)
        item = items[chance % len(items)] if items else ""
        self.now += chance % 97
        while self.tell(Tick()):
            pass
        match act:
            case "comes":
                self.comes(chance)
            case "hired":
                self.hired(agent, chance)
            case "on" | "off" if agent in self.agents:
                (self.there.add if act == "on" else self.there.discard)(agent)
                self.tell(AgentState(agent, act == "on"))
            case "gone" if agent in self.agents:
                self.gone(agent)
            case "accept" if agent in self.offered:
                self.begins(agent, self.offered.pop(agent))
            case "decline" if agent in self.offered:
                self.declines(agent)
            case "answer" if agent in self.working:
                self.answers(agent, self.working.pop(agent), still_open=chance % 3 == 0)
            case "direct" if item and agent in self.agents and item not in {*self.offered.values(), *self.working.values()}:
                self.answers(agent, item, still_open=False)
            case "leaves" if item:
                self.leaves(item)
            case "closes" if self.held:
                conversation = sorted(map(str, self.held))[chance % len(self.held)]
                del self.held[conversation]
                self.tell(ConversationClosed(conversation))
            case "pulls" if agent in self.agents:
                self.tell(Pulled(agent), pulls=agent)
            case "takes" if item and agent in self.agents:
                self.tell(Pulled(agent, item), pulls=agent)
                assert item in (self.offered.get(agent), self.working.get(agent))
            case "by hand" if item and agent in self.agents:
                self.begins(agent, item)
            case "given" | "to all" if item:
                self.given(item, agent if act == "given" and agent in self.agents else None)
            case "promised" if item:
                self.tell(Promised(item, self.now + chance % 4000))
            case "changed" if item:
                need = structs.replace(self.need(chance), channel=self.items[item].channel)
                self.tell(ItemChanged(item=item, cell=need, pull_only=chance % 11 == 0, priority=chance % 2))
            case _:
                self.tell(Tick())

    def need(self, chance: int) -> Need:
        skills = ((("fr", 1 + chance % 3),), (), (("en", 2),))[chance % 3]
        return Need(channel=CHANNELS[chance % 7 % 3], team=(None, "x", "y")[chance % 5 % 3], skills=skills)

    def comes(self, chance: int) -> None:
        need = self.need(chance)
        self.count += 1
        name = f"i{self.count}"
        item = Item(
            id=name, conversation=name, cell=need, channel=need.channel, arrived=self.now, due=self.now + PROMISED[need.channel],
            owner=AGENTS[chance % 5] if chance % 6 == 0 else None, priority=int(chance % 13 == 0), pull_only=chance % 17 == 0,
        )  # fmt: skip
        if chance % 4 == 0:
            item.wider, item.widens_at = Need(channel=need.channel), self.now + 100
        self.items[name] = item
        self.tell(ItemArrived(item))

    def hired(self, agent: str, chance: int) -> None:
        self.agents[agent] = Skills(
            id=agent,
            levels={"fr": chance % 4, "en": chance % 7 % 4},
            teams=frozenset("xy"[: chance % 3]),
            at_once={"chat": chance % 4},
        )
        self.tell(AgentChanged(self.agents[agent]))

    def gone(self, agent: str) -> None:
        self.there.discard(agent)
        self.held = {conversation: one for conversation, one in self.held.items() if one != agent}
        self.tell(AgentGone(agent))
        del self.agents[agent]

    def begins(self, agent: str, item_id: str) -> None:
        item = self.items[item_id]
        mine = self.router.desk.crowd.by_id[agent].work is item
        if mine:
            self.offered.pop(agent, None)
        if item.channel == "chat":
            self.held[item.conversation] = agent
        for command in self.router.handle(WorkStarted(item_id, agent), self.now):
            match command:
                case Withdraw(one, who):
                    assert (self.working.pop(str(who), None) or self.offered.pop(str(who), None)) == one
                case Park(one, who):
                    assert self.working.pop(str(who)) == one
                case Repromise(one, _):
                    self.renewed.add(str(one))
                case Offer(one, who):
                    self.asked(str(one), str(who), pulled=False)
        self.working[agent] = item_id
        self.holds()

    def declines(self, agent: str) -> None:
        item = self.offered.pop(agent)
        self.refused(agent, item)
        if self.held.get(self.items[item].conversation) == agent:
            del self.held[self.items[item].conversation]
        self.tell(OfferDeclined(item, agent))

    def refused(self, agent: str, item: str) -> None:
        """Whoever was asked a second time is the only one who is asked last."""
        if (agent, item) in self.declined:
            self.declined = {one for one in self.declined if one[1] != item}
        self.declined.add((agent, item))

    def answers(self, agent: str, item_id: str, *, still_open: bool) -> None:
        item = self.items[item_id]
        self.held.pop(item.conversation, None)
        if still_open and item.channel == "chat":
            self.held[item.conversation] = agent
        self.tell(WorkDone(item_id, agent, still_open), gone=item_id)

    def leaves(self, item_id: str) -> None:
        item = self.items[item_id]
        self.held.pop(item.conversation, None)
        self.tell(ItemWithdrawn(item_id), gone=item_id)

    def given(self, item_id: str, agent: str | None) -> None:
        taken = {what: who for who, what in {**self.offered, **self.working}.items()}
        if agent is not None and taken.get(item_id) == agent:
            return
        conversation = self.items[item_id].conversation
        if self.held.get(conversation) not in (None, agent):
            del self.held[conversation]
        if agent is not None:
            self.declined.discard((agent, item_id))
        elif item_id in taken:
            self.refused(taken[item_id], item_id)
        self.tell(Reassigned(item_id, agent))


@given(st.lists(st.tuples(st.sampled_from(ACTS), st.integers(0, 10**6)), min_size=20, max_size=150))
@settings(max_examples=60, deadline=None, phases=[Phase.explicit, Phase.generate])  # a day of many acts shrinks for minutes
def test_nothing_is_offered_twice_forgotten_or_left_lying(happens: list[tuple[str, int]]) -> None:
    day = Day()
    for number, agent in enumerate(AGENTS[:4]):
        day.hired(agent, number * 1017 + 7)
        day.does("on", number)
    for act, chance in happens:
        day.does(act, chance)
