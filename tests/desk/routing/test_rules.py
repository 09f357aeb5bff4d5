"""The five sentences of routing, each as a small scene; and what must not confuse it."""

from collections.abc import Mapping
from typing import Any

from oase.desk.routing.rules import (
    AgentState,
    ConversationClosed,
    Item,
    ItemArrived,
    ItemChanged,
    ItemWithdrawn,
    Manner,
    Offer,
    Park,
    Quote,
    Repromise,
    Router,
    Settings,
    Skills,
    Tick,
    WorkDone,
    WorkStarted,
)

MANNERS = {
    "phone": Manner(alone=True, parks=True, second_promise=300.0),
    "chat": Manner(at_once=3, second_promise=900.0),
    "messenger": Manner(second_promise=3600.0),
    "mail": Manner(parkable=True, second_promise=86_400.0),
}
HOUR, DAY = 3600.0, 86_400.0
PROMISED = {"phone": 60.0, "chat": 120.0, "messenger": 900.0, "mail": DAY}


def cells(*languages: str) -> frozenset[tuple[str, str]]:
    return frozenset((language, channel) for language in languages for channel in PROMISED)


def router(people: Mapping[str, frozenset[tuple[str, str]]]) -> Router:
    return Router(
        Settings(manners=MANNERS),
        [Skills(id=name) for name in people],
        fits=lambda agent, cell: int(cell in people[str(agent.id)]),
        cells=sorted({cell for able in people.values() for cell in able}),
    )


class Scene:
    """A desk with agents on duty; offers are accepted at once. `told` is what was decided, in words."""

    def __init__(self, **people: frozenset[tuple[str, str]]) -> None:
        self.router = router(people)
        self.now = 0.0
        self.told: list[tuple[Any, ...]] = []
        for name in people:
            self.does(AgentState(name, True))

    def does(self, event: Any) -> "Scene":
        for command in self.router.handle(event, self.now):
            match command:
                case Offer(item, agent):
                    self.told.append((agent, item))
                    self.router.handle(WorkStarted(item, agent), self.now)
                case Park(item, agent):
                    self.told.append((agent, "lays aside", item))
                case Repromise(item, due):
                    self.told.append((item, "promised anew", due))
                case Quote():
                    pass
        return self

    def comes(self, name: str, channel: str, language: str = "de", **more: Any) -> "Scene":
        due = self.now + more.pop("within", PROMISED[channel])
        given = {
            "id": name,
            "conversation": name,
            "cell": (language, channel),
            "channel": channel,
            "arrived": self.now,
            "due": due,
        }
        return self.does(ItemArrived(Item(**{**given, **more})))

    def done(self, name: str, agent: str, *, still_open: bool = False) -> "Scene":
        return self.does(WorkDone(name, agent, still_open))

    def after(self, seconds: float) -> "Scene":
        self.now += seconds
        return self.does(Tick())


# --- 1: the earliest promise ---


def test_a_free_agent_gets_what_was_promised_first_not_what_came_first() -> None:
    scene = (
        Scene(anna=cells("de")).comes("m1", "messenger").comes("mail", "mail").after(10).comes("m2", "messenger", within=120.0)
    )
    assert scene.comes("call", "phone").done("m1", "anna").told[-1] == ("anna", "call")
    assert scene.done("call", "anna").told[-1] == ("anna", "m2")
    assert scene.done("m2", "anna").told[-1] == ("anna", "mail")


# --- 2: nothing is bound before work starts; who answered keeps the conversation ---


def test_a_reply_goes_to_who_answered_first_even_if_others_are_free() -> None:
    scene = Scene(anna=cells("de"), ben=cells("de"))
    scene.comes("m", "messenger")
    holder = scene.told[-1][0]
    scene.done("m", holder, still_open=True).comes("m again", "messenger", conversation="m", owner=holder)
    assert scene.told[-1] == (holder, "m again")


def test_who_goes_home_leaves_the_conversation_to_others() -> None:
    scene = Scene(anna=cells("de"), ben=cells("de"))
    scene.comes("m", "messenger")
    holder = scene.told[-1][0]
    other = "ben" if holder == "anna" else "anna"
    scene.comes("work", "messenger").comes("waits for the holder", "messenger", conversation="x", owner=holder)
    scene.does(AgentState(holder, False)).done("work", other)
    assert scene.told[-1] == (other, "waits for the holder")
    scene.comes("later", "messenger", conversation="m", owner=holder).done("waits for the holder", other)
    assert scene.told[-1] == (other, "later")


# --- 3: one second promise ---


def test_a_broken_promise_is_made_anew_once_and_stands_behind_those_that_can_be_kept() -> None:
    scene = Scene(anna=cells("de")).comes("at work", "messenger").comes("late", "chat")
    scene.after(121)
    assert scene.told[-1] == ("late", "promised anew", 121 + 900.0)
    scene.comes("in time", "messenger", within=600.0).done("at work", "anna")
    assert scene.told[-1] == ("anna", "in time")
    scene.after(1000).comes("newer", "messenger", within=3600.0).done("in time", "anna")
    assert scene.told[-1] == ("anna", "late")  # it keeps its place there, and is promised nothing a third time
    assert [one for one in scene.told if "promised anew" in one] == [("late", "promised anew", 1021.0)]


def answers_a_mail(scene: Scene, seconds: float) -> None:
    """Anna answers a mail, and it takes so long."""
    scene.comes("first", "mail").after(seconds).done("first", "anna")


def test_a_mail_is_promised_anew_when_its_answer_can_no_longer_be_written_in_time() -> None:
    scene = Scene(anna=cells("de"))
    answers_a_mail(scene, 400.0)
    scene.comes("at work", "messenger").comes("mail", "mail", within=HOUR)
    begun = scene.now
    scene.after(HOUR - 600 - 1)
    assert scene.told[-1] == ("anna", "at work")
    scene.after(1)
    assert scene.told[-1] == ("mail", "promised anew", begun + HOUR - 600 + DAY)
    scene.comes("other mail", "mail", within=2 * HOUR).done("at work", "anna")
    assert scene.told[-1] == ("anna", "other mail")  # not what would be late all the same


def test_what_is_answered_at_once_is_promised_anew_at_its_end_only() -> None:
    scene = Scene(anna=cells("de"))
    scene.comes("first", "messenger").after(400.0).done("first", "anna").comes("at work", "messenger").comes("late", "messenger")
    scene.after(899)
    assert scene.told[-1] == ("anna", "at work")
    scene.after(1)
    assert scene.told[-1][:2] == ("late", "promised anew")


def test_where_answers_take_hours_nothing_is_promised_anew_before_three_quarters_of_its_time_have_passed() -> None:
    scene = Scene(anna=cells("de"))
    answers_a_mail(scene, 5 * HOUR)
    scene.comes("at work", "messenger").comes("mail", "mail", within=4 * HOUR)
    scene.after(3 * HOUR - 1)
    assert scene.told[-1] == ("anna", "at work")
    scene.after(1)
    assert scene.told[-1][:2] == ("mail", "promised anew")


# --- 4: scarce skills, packed chats ---


def test_of_two_free_agents_the_one_whose_skills_are_missed_least_is_asked() -> None:
    scene = Scene(anna=cells("de", "fr"), ben=cells("de")).comes("german", "messenger")
    assert scene.told[-1] == ("ben", "german")
    assert scene.comes("french", "messenger", "fr").told[-1] == ("anna", "french")


def test_what_few_can_do_has_a_head_start() -> None:
    scene = Scene(anna=cells("de", "fr"), **{f"b{number}": cells("de") for number in range(4)})
    scene.comes("french", "messenger", "fr").told.clear()
    for number in range(4):
        scene.comes(f"g{number}", "messenger")
    scene.comes("german", "messenger", within=800.0).comes("french too", "messenger", "fr", within=900.0)
    assert scene.done("french", "anna").told[-1] == ("anna", "french too")


def test_chats_are_packed_on_who_chats_already_up_to_three_and_calls_go_to_who_does_not() -> None:
    scene = Scene(anna=cells("de"), ben=cells("de"))
    for number in range(4):
        scene.comes(f"c{number}", "chat")
        scene.done(f"c{number}", scene.told[-1][0], still_open=True)
    first = scene.told[0][0]
    assert [agent for agent, _ in scene.told] == [first] * 3 + ["ben" if first == "anna" else "anna"]
    scene.told.clear()
    assert scene.comes("call", "phone").told == []  # both chat
    other = "ben" if first == "anna" else "anna"
    assert scene.does(ConversationClosed("c3")).told == [(other, "call")]


# --- 5: mails are laid aside ---


def test_a_call_pushes_a_mail_aside_and_the_same_agent_goes_on_with_it() -> None:
    scene = Scene(anna=cells("de")).comes("mail", "mail").comes("call", "phone")
    assert scene.told[1:] == [("anna", "lays aside", "mail"), ("anna", "call")]
    assert scene.done("call", "anna").told[-1] == ("anna", "mail")


def test_a_mail_is_laid_aside_six_times_at_most() -> None:
    scene = Scene(anna=cells("de")).comes("mail", "mail")
    for number in range(7):
        scene.comes(f"call {number}", "phone")
        if scene.told[-1] == ("anna", f"call {number}"):
            scene.done(f"call {number}", "anna")
    assert [one[1] for one in scene.told].count("lays aside") == 6
    assert scene.done("mail", "anna").told[-1] == ("anna", "call 6")


def test_no_mail_is_laid_aside_while_another_one_is_nearly_late() -> None:
    scene = Scene(anna=cells("de")).comes("mail", "mail").comes("old mail", "mail", within=0.5 * HOUR).comes("call", "phone")
    assert scene.told == [("anna", "mail")]


def test_a_reply_in_ones_own_chat_pushes_a_mail_aside_but_a_messenger_that_has_time_does_not() -> None:
    scene = Scene(anna=cells("de")).comes("chat", "chat").done("chat", "anna", still_open=True).comes("mail", "mail")
    assert scene.comes("messenger", "messenger").told[-1] == ("anna", "mail")
    scene.comes("chat again", "chat", conversation="chat", owner="anna")
    assert scene.told[-2:] == [("anna", "lays aside", "mail"), ("anna", "chat again")]


def test_what_was_laid_aside_is_everybodys_when_it_is_due_soon() -> None:
    scene = Scene(anna=cells("de"), ben=cells("de"))
    scene.comes("ben's", "messenger").comes("mail", "mail", within=3 * HOUR)
    writer, other = scene.told[1][0], scene.told[0][0]
    scene.comes("call", "phone")
    assert scene.told[-1] == (writer, "call")
    scene.after(0.5 * HOUR).done("ben's", other).comes("more", "messenger")
    assert scene.told[-1] == (other, "more")  # two and a half hours are left: the mail waits for who began it
    scene.after(0.6 * HOUR).done("more", other)
    assert scene.told[-1] == (other, "mail")


def test_what_was_laid_aside_and_then_tagged_is_everybodys_all_the_same_when_it_is_due_soon() -> None:
    scene = Scene(anna=cells("de"), ben=cells("de"))
    scene.comes("ben's", "messenger").comes("mail", "mail", within=3 * HOUR).comes("call", "phone")
    other = scene.told[0][0]
    scene.comes("other mail", "mail").done("ben's", other).after(400).done(
        "other mail", other
    )  # now it is known what a mail takes
    scene.does(ItemChanged(item="mail", cell=("de", "mail"))).comes("more", "messenger")
    assert scene.told[-1] == (other, "more")
    scene.after(1.1 * HOUR).done("more", other)
    assert scene.told[-1] == (other, "mail")


def test_a_mail_is_nearly_late_by_the_hours_that_are_worked_not_by_those_of_the_night() -> None:
    def offered(at: float, *, due: float) -> list[Any]:
        """Who gets a call at a moment of a day that is worked from 8 to 18, beside a mail that waits."""
        desk = Router(
            Settings(manners=MANNERS),
            [Skills(id="anna")],
            fits=lambda _agent, _cell: 1,
            worked=lambda moment: moment // DAY * 10 * HOUR + min(max(moment % DAY - 8 * HOUR, 0.0), 10 * HOUR),
        )
        desk.handle(AgentState("anna", True), at)
        for name, channel, ends in (("begun", "mail", 5 * DAY), ("old", "mail", due), ("call", "phone", at + 60.0)):
            item = Item(id=name, conversation=name, cell=("de", channel), channel=channel, arrived=at, due=ends)
            told = desk.handle(ItemArrived(item), at)
            for offer in (one for one in told if isinstance(one, Offer)):
                desk.handle(WorkStarted(offer.item, offer.agent), at)
        return [one.item for one in told if isinstance(one, Offer)]

    assert offered(16.5 * HOUR, due=DAY + 8 * HOUR) == ["call"]
    assert offered(17.5 * HOUR, due=DAY + 8 * HOUR) == []
    assert offered(17.5 * HOUR, due=DAY + 9 * HOUR) == ["call"]


# --- what must not confuse it ---


def test_who_took_twenty_chats_by_hand_gets_none_on_top_and_is_free_again_behind_them() -> None:
    scene = Scene(anna=cells("de"))
    for number in range(20):
        scene.comes(f"c{number}", "chat")
        if scene.told[-1] != ("anna", f"c{number}"):
            scene.does(WorkStarted(f"c{number}", "anna"))  # a fourth and further ones are taken by hand
        scene.done(f"c{number}", "anna", still_open=True)
    assert scene.told == [("anna", "c0"), ("anna", "c1"), ("anna", "c2")]
    for number in range(20):
        scene.does(ConversationClosed(f"c{number}"))
    assert scene.comes("call", "phone").told[-1] == ("anna", "call")


def test_what_nobody_can_do_waits_and_others_are_served() -> None:
    scene = Scene(anna=cells("de")).comes("polish", "messenger", "pl").comes("german", "messenger")
    assert scene.told == [("anna", "german")]


def test_a_customer_who_leaves_frees_who_was_asked() -> None:
    scene = Scene(anna=cells("de")).comes("call", "phone").comes("next", "messenger")
    assert scene.does(ItemWithdrawn("call")).told[-1] == ("anna", "next")
    scene.does(ItemWithdrawn("never heard of"))
    scene.comes("waits", "messenger").does(ItemWithdrawn("waits")).done("next", "anna")
    assert scene.told[-1] == ("anna", "next")


def test_an_agent_who_stops_gets_nothing_more_and_ends_what_was_begun() -> None:
    scene = Scene(anna=cells("de")).comes("first", "messenger").comes("second", "messenger")
    scene.does(AgentState("anna", False)).done("first", "anna")
    assert scene.told == [("anna", "first")]
    assert scene.does(AgentState("anna", True)).told[-1] == ("anna", "second")


def test_quotes_are_said_to_who_has_to_wait_and_only_to_them() -> None:
    desk = router({"anna": cells("de")})
    desk.handle(AgentState("anna", True), 0.0)

    def arrives(name: str) -> list[Any]:
        item = Item(id=name, conversation=name, cell=("de", "messenger"), channel="messenger", arrived=0.0, due=900.0)
        return list(desk.handle(ItemArrived(item), 0.0))

    assert [type(one) for one in arrives("a")] == [Offer]
    (quote,) = arrives("b")
    assert isinstance(quote, Quote)
    assert 0 < quote.p50 <= quote.p80 <= quote.p90
    assert quote.usually
