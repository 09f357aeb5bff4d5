"""What changes on a desk: agents and their skills, declined offers, work taken, given and returned; and why it came so."""

from typing import Any

import msgspec
import pytest

from oase.desk.routing.rules import (
    AgentChanged,
    AgentGone,
    AgentState,
    Because,
    Command,
    ConversationClosed,
    ConversationHeld,
    Item,
    ItemArrived,
    ItemChanged,
    ItemWithdrawn,
    Learnt,
    Manner,
    Need,
    Offer,
    OfferCallback,
    OfferDeclined,
    Park,
    Promised,
    Pulled,
    Quote,
    Reason,
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

MANNERS = {
    "phone": Manner(alone=True, parks=True, second_promise=300.0, callback_after=60.0),
    "chat": Manner(at_once=3, second_promise=900.0),
    "messenger": Manner(),
    "mail": Manner(parkable=True, second_promise=86_400.0),
}
PROMISED = {"phone": 60.0, "chat": 120.0, "messenger": 900.0, "mail": 86_400.0}


class Floor:
    """A desk at a moment; what is decided is returned, and offers are open until `starts`."""

    def __init__(self, *people: Skills) -> None:
        self.router, self.now = Router(Settings(manners=MANNERS)), 0.0
        for one in people:
            self.does(AgentChanged(one), AgentState(one.id, True))

    def does(self, *events: Any) -> list[Command]:
        return [command for event in events for command in self.router.handle(event, self.now)]

    def comes(self, name: str, channel: str = "messenger", need: Need | None = None, **more: Any) -> list[Command]:
        given = {
            "id": name, "conversation": name, "cell": need or Need(channel=channel), "channel": channel, "arrived": self.now,
            "due": self.now + PROMISED[channel],
        }  # fmt: skip
        return self.does(ItemArrived(Item(**{**given, **more})))

    def works(self, name: str, channel: str = "messenger", **more: Any) -> None:
        (offer,) = (one for one in self.comes(name, channel, **more) if isinstance(one, Offer))
        self.does(WorkStarted(name, offer.agent))

    def why(self, item: str, agent: str) -> Reason:
        return self.router.why(item, agent, self.now)


def offers(commands: list[Command]) -> list[tuple[Any, Any]]:
    return [(one.item, one.agent) for one in commands if isinstance(one, Offer)]


def skilled(name: str, **more: Any) -> Skills:
    return Skills(id=name, **more)


FRENCH = Need(channel="messenger", skills=(("fr", 2),))


# --- agents ---


def test_who_is_hired_or_learns_something_gets_at_once_what_they_can_do_now() -> None:
    floor = Floor(skilled("anna"))
    floor.comes("french", need=FRENCH)
    assert floor.router.nobody_for() == {FRENCH: 1}
    assert floor.why("french", "anna") == Reason(because=Because.LACKS_SKILL, needs="fr", limit=2, has=0)
    assert offers(floor.does(AgentChanged(skilled("anna", levels={"fr": 1})))) == []
    assert offers(floor.does(AgentChanged(skilled("anna", levels={"fr": 2})))) == [("french", "anna")]
    assert floor.router.nobody_for() == {}
    floor.comes("french too", need=FRENCH)
    assert offers(floor.does(AgentChanged(skilled("ben", levels={"fr": 5})), AgentState("ben", True))) == [("french too", "ben")]


def test_all_that_somebody_had_who_drops_off_goes_to_others() -> None:
    floor = Floor(skilled("anna", levels={"fr": 3}))
    floor.works("work", need=FRENCH)
    floor.comes("own", owner="anna")
    floor.does(AgentChanged(skilled("ben", levels={"fr": 3})), AgentState("ben", True))
    assert floor.does(AgentGone("anna"))[0] == Withdraw("work", "anna")
    assert floor.why("own", "anna").because == Because.UNKNOWN_AGENT
    assert {floor.why(name, "ben").because for name in ("own", "work")} == {Because.HAS_IT, Because.AT_WORK}
    assert floor.does(AgentState("anna", True)) == []  # nobody knows anna


def test_of_two_whose_skills_are_missed_as_much_the_better_one_is_asked() -> None:
    floor = Floor(skilled("anna", levels={"fr": 2}), skilled("ben", levels={"fr": 4}))
    floor.works("of a new kind", need=FRENCH)
    floor.does(WorkDone("of a new kind", "anna"))
    floor.now = 60.0
    floor.works("first", need=FRENCH)
    assert floor.why("first", "ben").because == Because.HAS_IT
    assert offers(floor.comes("second", need=FRENCH)) == [("second", "anna")]


def test_each_agent_has_as_much_room_for_chats_as_is_said_of_them() -> None:
    floor = Floor(skilled("anna", at_once={"chat": 1}), skilled("ben", at_once={"chat": 0}))
    floor.works("c1", "chat")
    floor.does(WorkDone("c1", "anna", True))
    assert offers(floor.comes("c2", "chat")) == []
    assert floor.why("c2", "anna") == Reason(because=Because.CHATS_FULL, has=1, limit=1)
    assert floor.why("c2", "ben") == Reason(because=Because.LACKS_CHANNEL, needs="chat")


# --- offers ---


def test_who_declines_is_asked_again_only_after_a_while_and_if_nobody_else_can_do_it() -> None:
    floor = Floor(skilled("anna"), skilled("ben"))
    assert offers(floor.comes("m")) == [("m", "anna")]
    assert offers(floor.does(OfferDeclined("m", "anna"))) == [("m", "ben")]
    assert offers(floor.does(OfferDeclined("m", "ben"))) == []
    assert floor.why("m", "ben").because == Because.DECLINED
    assert offers(floor.comes("other")) == [("other", "anna")]  # whoever declined one thing gets others
    floor.now = 130.0
    assert offers(floor.does(Tick())) == [("m", "ben")]


def test_an_offer_that_nobody_accepted_yet_makes_way_for_a_call_and_is_made_to_others() -> None:
    floor = Floor(skilled("anna"))
    floor.comes("mail", "mail")
    assert floor.comes("call", "phone")[0] == Withdraw("mail", "anna")
    assert floor.why("mail", "anna").because == Because.LATER
    assert floor.why("call", "anna").decided == Offer("call", "anna", 5, 60.0, 0.0, 1, 0)


def test_a_promise_changed_from_outside_orders_anew() -> None:
    floor = Floor(skilled("anna"))
    floor.works("work")
    floor.comes("a"), floor.comes("b")
    floor.does(Promised("b", 100.0))
    assert offers(floor.does(WorkDone("work", "anna"))) == [("b", "anna")]


def test_priority_puts_an_item_a_quarter_of_an_hour_ahead_of_its_promise() -> None:
    floor = Floor(skilled("anna"))
    floor.works("work")
    floor.comes("normal", due=1000.0), floor.comes("vip", due=1800.0, priority=1), floor.comes("late vip", due=2000.0, priority=1)
    order = [offers(floor.does(WorkDone(one, "anna")))[0][0] for one in ("work", "vip", "normal")]
    assert order == ["vip", "normal", "late vip"]


def test_what_waits_long_enough_may_be_done_by_others() -> None:
    floor = Floor(skilled("anna", teams=frozenset({"sales"})))
    wanted = Need(channel="messenger", team="service")
    floor.comes("m", need=wanted, wider=Need(channel="messenger"), widens_at=120.0)
    assert floor.why("m", "anna") == Reason(because=Because.LACKS_TEAM, needs="service")
    floor.now = 120.0
    widened, offer = floor.does(Tick())
    assert widened == Widened("m", Need(channel="messenger"))
    assert offers([offer]) == [("m", "anna")]


def test_a_callback_is_offered_to_who_would_wait_longer_than_a_minute() -> None:
    floor = Floor(skilled("anna"))
    floor.works("call 1", "phone")
    told = floor.comes("call 2", "phone")
    assert [one.item for one in told if isinstance(one, OfferCallback)] == ["call 2"]
    assert not [one for one in floor.comes("m") if isinstance(one, OfferCallback)]


# --- by hand ---


def test_what_a_team_takes_by_itself_is_ordered_and_quoted_but_offered_to_nobody() -> None:
    floor = Floor(skilled("anna"))
    told = [*floor.comes("later", pull_only=True, due=900.0), *floor.comes("sooner", pull_only=True, due=300.0)]
    assert [type(one).__name__ for one in told] == ["Quote", "Quote"]
    assert floor.why("sooner", "anna").because == Because.PULL_ONLY
    assert floor.does(Pulled("anna")) == [Offer("sooner", "anna", 0, 300.0, 300.0, 1, 1)]
    floor.does(WorkStarted("sooner", "anna"))
    assert offers(floor.does(WorkDone("sooner", "anna"))) == []
    assert offers(floor.does(ItemChanged(item="later", cell=Need(channel="messenger")))) == [("later", "anna")]


def test_who_takes_something_lays_aside_what_they_do_and_takes_it_from_who_was_asked() -> None:
    floor = Floor(skilled("anna"))
    floor.works("work")
    floor.does(AgentChanged(skilled("ben")), AgentState("ben", True))
    floor.comes("wanted")
    told = floor.does(Pulled("anna", "wanted"))
    assert told == [Withdraw("wanted", "ben"), Park("work", "anna"), Offer("wanted", "anna", 0, 900.0, 0.0, 2)]
    floor.does(WorkStarted("wanted", "anna"))
    assert floor.why("work", "ben") == Reason(because=Because.KEPT, agent="anna", due=900.0)
    assert offers(floor.does(WorkDone("wanted", "anna"))) == [("work", "anna")]


def test_what_is_given_to_somebody_waits_for_them_even_if_they_are_away_until_its_promise_ends() -> None:
    floor = Floor(skilled("anna"), skilled("ben"))
    floor.does(AgentState("ben", False))
    floor.works("m")
    assert floor.does(Reassigned("m", "ben")) == [Withdraw("m", "anna")]
    assert floor.why("m", "anna").because == Because.KEPT
    floor.now = 900.0
    assert floor.does(Tick()) == [Repromise("m", 4500.0), Offer("m", "anna", 1, 4500.0, 0.0, 1, 1)]
    floor.does(Reassigned("m", "ben"))
    assert offers(floor.does(AgentState("ben", True))) == [("m", "ben")]
    assert offers(floor.does(Reassigned("m", None))) == [("m", "anna")]


def test_an_answer_without_a_word_before_settles_the_item_and_leaves_the_rest() -> None:
    floor = Floor(skilled("anna"))
    floor.works("work")
    floor.comes("quick")
    assert floor.does(WorkDone("quick", "anna")) == []
    assert floor.why("quick", "anna").because == Because.UNKNOWN_ITEM
    assert floor.why("work", "anna").because == Because.HAS_IT


def test_open_conversations_of_several_channels_share_the_same_room() -> None:
    floor = Floor(skilled("anna"))
    manners = {**MANNERS, "messenger": Manner(at_once=5, packed=False)}
    floor.router = Router(Settings(manners=manners), [skilled("anna")])
    floor.does(AgentState("anna", True), ConversationHeld("m1", "anna", "messenger"), ConversationHeld("m2", "anna", "messenger"))
    floor.works("c1", "chat")
    floor.does(WorkDone("c1", "anna", True))
    assert offers(floor.comes("c2", "chat")) == []  # two of five and two of three are more than one
    assert floor.why("c2", "anna") == Reason(because=Because.FULL, has=73, limit=33)
    assert floor.why("c2", "anna").because == Because.FULL
    assert offers(floor.does(ConversationClosed("m1"))) == [("c2", "anna")]
    assert offers(floor.does(WorkDone("c2", "anna"), ConversationHeld("m1", "ben", "messenger"))) == []
    assert offers(floor.comes("m3")) == [("m3", "anna")]


def test_who_has_messenger_conversations_only_is_in_no_chat() -> None:
    people = [skilled("anna"), skilled("ben")]
    router = Router(Settings(manners={**MANNERS, "messenger": Manner(at_once=5, packed=False)}), people)
    for event in (AgentState("anna", True), AgentState("ben", True), ConversationHeld("m1", "anna", "messenger")):
        router.handle(event, 0.0)
    assert router.desk.crowd.empty.bit_count() == 2
    router.handle(ConversationHeld("c1", "ben", "chat"), 0.0)
    given = Item(id="c2", conversation="c2", cell=Need(channel="chat"), channel="chat", arrived=0.0, due=120.0)
    assert offers(list(router.handle(ItemArrived(given), 0.0))) == [("c2", "ben")]


# --- why ---


def test_each_sentence_is_named_by_the_offer_that_it_decided() -> None:
    floor = Floor(skilled("anna"))
    (first,) = floor.comes("first")
    assert first == Offer("first", "anna", 1, 900.0, 0.0, 1, 1)
    floor.does(WorkStarted("first", "anna"))
    floor.comes("second", due=700.0), floor.comes("own", owner="anna", due=300.0)
    assert [one.rule for one in floor.does(WorkDone("first", "anna")) if isinstance(one, Offer)] == [2]
    floor.does(WorkStarted("own", "anna"))
    floor.now = 800.0
    floor.does(Tick())
    assert [one.rule for one in floor.does(WorkDone("own", "anna")) if isinstance(one, Offer)] == [3]
    floor.does(AgentChanged(skilled("ben")))
    assert floor.does(AgentState("ben", True)) == []
    assert [one.rule for one in floor.comes("third") if isinstance(one, Offer)] == [1]


def test_why_not_names_what_stands_between() -> None:
    floor = Floor(skilled("anna"), skilled("ben"))
    floor.does(AgentState("ben", False))
    floor.works("mail", "mail")
    floor.comes("later", due=2000.0)
    assert floor.why("later", "ben").because == Because.OFF_DUTY
    assert floor.why("later", "anna") == Reason(because=Because.HAS_TIME, item="mail", due=2000.0, could=1)
    floor.comes("old mail", "mail", due=1000.0)
    floor.comes("call", "phone")
    assert floor.why("call", "anna") == Reason(because=Because.NOT_CALM, item="old mail", other_due=1000.0, could=1)
    floor.does(WorkDone("mail", "anna"))
    told = floor.why("later", "anna")
    assert (told.because, told.item, told.due, told.other_due) == (Because.LATER, "call", 2000.0, 60.0)
    floor.does(WorkStarted("call", "anna"))
    floor.comes("sooner", due=30.0)
    assert floor.why("sooner", "anna").because == Because.AT_WORK


@pytest.mark.parametrize("event", [WorkStarted("x", "y"), WorkDone("x", "y"), OfferDeclined("x", "y"), Pulled("y"), Pulled("y", "x"),
                                   Promised("x", 1.0), Reassigned("x", "y"), AgentGone("y"), AgentState("y", True)])  # fmt: skip
def test_who_or_what_is_unknown_changes_nothing(event: Any) -> None:
    assert Floor().does(event) == []


def test_where_mails_are_protected_they_count_as_due_three_hours_sooner() -> None:
    order = {}
    for overload in ("protect_live", "protect_mail"):
        floor = Floor(skilled("anna"))
        floor.router = Router(Settings(manners=MANNERS, overload=overload), [skilled("anna")])  # type: ignore[arg-type]
        floor.does(AgentState("anna", True))
        floor.works("work")
        floor.comes("messenger", due=3600.0), floor.comes("mail", "mail", due=3 * 3600.0 + 1800.0)
        assert floor.router.desk.calm(0.0) == (overload == "protect_live")
        order[overload] = offers(floor.does(WorkDone("work", "anna")))[0][0]
    assert order == {"protect_live": "messenger", "protect_mail": "mail"}


def test_what_was_learnt_of_waiting_goes_on_in_another_process() -> None:
    floor = Floor(skilled("anna"))
    floor.works("work")
    for number in range(600):
        floor.comes(f"m{number}")
        floor.now += 1.0
    floor.does(WorkDone("work", "anna"))
    learnt = msgspec.json.decode(msgspec.json.encode(floor.router.quotes.learnt()), type=Learnt)
    router, _ = Router.restored(
        Settings(manners=MANNERS), [skilled("anna")], 600.0, on_duty=["anna"], items=[], held={}, learnt=learnt
    )
    assert router.quotes.learnt() == floor.router.quotes.learnt()
    assert learnt.quotes == 600
    assert learnt.seconds == {"messenger": 600.0}


def test_nothing_comes_of_what_is_foretold_to_nobody() -> None:
    floor = Floor(skilled("anna"))
    floor.router.quotes.foretell("messenger", 0.0, able=1, on_duty=1)
    assert floor.router.quotes.learnt() == Learnt()


# --- as it stands ---


def test_a_desk_is_built_from_how_it_stands_and_goes_on_as_if_it_had_been_there() -> None:
    def waits(name: str, **more: Any) -> Item:
        given = {"id": name, "conversation": name, "cell": Need(channel="chat"), "channel": "chat", "arrived": 0.0, "due": 120.0}
        return Item(**{**given, **more})

    items = [
        waits("free"), waits("anna's", owner="anna"), waits("at work", with_="anna", started=5.0), waits("asked", with_="ben"),
        waits("who is away", owner="carl", due=100.0), waits("taken only", pull_only=True), waits("second", promises=2, due=90.0),
    ]  # fmt: skip
    people = [skilled("anna"), skilled("ben"), skilled("carl"), skilled("dora", at_once={"chat": 1})]
    router, commands = Router.restored(
        Settings(manners=MANNERS),
        people,
        10.0,
        on_duty=["anna", "ben", "dora"],
        items=items,
        held={"at work": ("anna", "chat"), "x": ("dora", "chat")},
    )
    assert commands == []  # who is free has no room
    assert [(one.rule, one.item) for one in router.handle(WorkDone("at work", "anna", True), 20.0) if isinstance(one, Offer)] == [
        (3, "second")
    ]
    told = router.handle(OfferDeclined("asked", "ben"), 30.0)
    assert offers(list(told)) == [("who is away", "ben")]
    assert router.why("anna's", "ben", 30.0) == Reason(because=Because.KEPT, agent="anna", due=120.0)
    assert offers(list(router.handle(Pulled("dora", "taken only"), 30.0))) == [("taken only", "dora")]


def test_a_mail_that_was_laid_aside_before_another_process_began_is_handed_on_too() -> None:
    aside = Item(
        id="mail", conversation="mail", cell=Need(channel="mail"), channel="mail", arrived=0.0, due=7300.0, owner="anna", parked=1
    )
    call = Item(id="call", conversation="call", cell=Need(channel="phone"), channel="phone", arrived=0.0, due=60.0, with_="anna")
    router, told = Router.restored(
        Settings(manners=MANNERS), [skilled("anna"), skilled("ben")], 0.0, on_duty=["anna", "ben"], items=[aside, call], held={}
    )
    assert offers(list(told)) == []
    assert offers(list(router.handle(Tick(), 50.0))) == []
    assert offers(list(router.handle(Tick(), 150.0))) == [("mail", "ben")]


def test_a_class_of_contacts_that_is_new_goes_on_with_what_its_channel_has_learnt() -> None:
    floor = Floor(*(skilled(f"a{number}") for number in range(5)), skilled("polyglot", levels={"pl": 1}))
    for number in range(5):
        floor.works(f"work {number}")
    floor.works("more work")
    many = Need(channel="messenger")
    for number in range(600):  # all wait longer than was said
        floor.comes(f"m{number}", need=many), floor.does(ItemWithdrawn(f"m{number - 2}"))
        floor.now += 900.0
    (known,) = (one for one in floor.comes("known", need=many) if isinstance(one, Quote))
    (new,) = (one for one in floor.comes("new", need=Need(channel="messenger", skills=(("pl", 1),))) if isinstance(one, Quote))
    assert not new.usually
    assert new.p90 == known.p90 > 900.0
    (chat,) = (one for one in floor.comes("chat", "chat") if isinstance(one, Quote))
    assert chat.usually  # nobody knows anything of chats
