"""The desk with its database: who gets what, what becomes of offers, and who may decide."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace
from tests.desk.routing.conftest import Floor
from tests.statements import statements

from oase.conversations import assign, set_priority, set_state, set_team
from oase.desk.hours import Calendar, Closure, save_calendar, week_of
from oase.desk.presence import TeamDesk, set_capacity, set_overload, set_team_desk
from oase.desk.promises import change_policy
from oase.desk.routing import Because, OfferGone, accept, expected_waits, laid_aside, stranded, take_up, why_not
from oase.desk.routing.errors import Deposed
from oase.staff import save_skill, save_team, set_skills


async def questions(floor: Floor, *words: str) -> list[Any]:
    """Several customers write, one after the other."""
    found = []
    for number, one in enumerate(words):
        found.append(await floor.desk.writes(one, phone=f"491522881{number:04}"))
        floor.desk.clock.advance(timedelta(seconds=5))
    return found


async def test_who_comes_online_is_offered_what_was_promised_first(floor: Floor) -> None:
    await questions(floor, "Erstens", "Zweitens")
    assert await floor.offered() == {}
    await floor.comes("Anna")
    assert await floor.offered() == {"Anna": ("Erstens", "made")}
    await floor.comes("Sophie")
    assert await floor.offered() == {"Anna": ("Erstens", "made"), "Sophie": ("Zweitens", "made")}


async def test_who_accepts_has_the_conversation_and_gets_the_next_when_it_is_answered(floor: Floor) -> None:
    first, _ = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    assert await floor.accepts("Anna") == first
    assert await floor.desk.value("SELECT assignee_id FROM conversation WHERE id = %(id)s", id=first) == floor.desk.agents["Anna"]
    assert await floor.offered() == {"Anna": ("Erstens", "working")}
    await floor.answers("Anna", first)
    assert await floor.offered() == {"Anna": ("Zweitens", "made")}
    assert await floor.ends() == [("Anna", "done")]


async def test_a_further_question_comes_back_to_who_answered_without_being_asked(floor: Floor) -> None:
    (first,) = await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.comes("Sophie")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    await floor.answers("Anna", first)
    await floor.goes_on()
    await floor.desk.writes("Nachfrage", phone="4915228810000")
    assert await floor.offered() == {"Anna": ("Nachfrage", "working")}


async def test_what_is_declined_goes_to_somebody_else(floor: Floor) -> None:
    await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.comes("Sophie")
    await floor.declines("Anna")
    assert await floor.offered() == {"Sophie": ("Erstens", "made")}
    assert await floor.ends() == [("Anna", "declined")]


async def test_who_says_nothing_is_away_and_the_offer_goes_on(floor: Floor) -> None:
    await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.comes("Sophie")
    await floor.goes_on()
    await floor.accepts("Sophie")
    await floor.passes(seconds=50)
    duty = await floor.desk.value("SELECT state FROM agent_duty WHERE id = %(id)s", id=floor.desk.agents["Anna"])
    assert (duty, await floor.ends()) == ("away", [("Anna", "expired")])
    assert await floor.offered() == {"Sophie": ("Zweitens", "working")}


async def test_an_offer_that_is_over_cannot_be_accepted(floor: Floor) -> None:
    (first,) = await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.goes_on()
    async with floor.desk.work() as work:
        await set_state(work, floor.author("Sophie"), first, "solved")
    offer = await floor.desk.value("SELECT id FROM offer WHERE state = 'made'")
    await floor.goes_on()
    with pytest.raises(OfferGone):
        async with floor.desk.work() as work:
            await accept(work, floor.author("Anna"), offer)


async def test_who_drops_off_loses_what_they_had_to_others(floor: Floor) -> None:
    await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    await floor.comes("Sophie")
    await floor.comes("Anna", "away")
    assert await floor.offered() == {"Sophie": ("Erstens", "made")}
    assert await floor.ends() == [("Anna", "returned")]


async def test_what_somebody_is_given_by_hand_is_theirs(floor: Floor) -> None:
    first, _ = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.comes("Sophie")
    await floor.goes_on()
    await floor.accepts("Sophie")
    await floor.goes_on()
    async with floor.desk.work() as work:
        await assign(work, floor.author("Ted"), first, floor.desk.agents["Sophie"], assignee="Sophie")
    assert await floor.offered() == {"Sophie": ("Zweitens", "working")}
    await floor.answers("Sophie", (await floor.desk.value("SELECT conversation_id FROM offer WHERE state = 'working'")))
    assert await floor.offered() == {"Sophie": ("Erstens", "working")}


async def test_what_somebody_away_is_given_by_hand_waits_for_them_whoever_leads(floor: Floor) -> None:
    (first,) = await questions(floor, "Erstens")
    await floor.promised()
    async with floor.desk.work() as work:
        await assign(work, floor.author("Sophie"), first, floor.desk.agents["Ted"], assignee="Ted")
    await floor.comes("Anna")
    assert await floor.offered() == {}
    floor.leader = await floor.another_leader()
    assert await floor.offered() == {}
    await floor.comes("Ted")
    await floor.goes_on()
    await floor.comes("Ted", "away")  # having begun, and left: it is everybody's
    assert await floor.offered() == {"Anna": ("Erstens", "made")}
    before = await floor.offered()
    floor.leader = await floor.another_leader()
    assert await floor.offered() == before


async def test_what_was_given_to_somebody_who_leaves_waits_for_them_until_its_promise_ends(floor: Floor) -> None:
    first, _ = await questions(floor, "Erstens", "Zweitens")
    await floor.promised()
    await floor.comes("Ted", "busy")
    await floor.goes_on()
    async with floor.desk.work() as work:
        await assign(work, floor.author("Sophie"), first, floor.desk.agents["Ted"], assignee="Ted")
    await floor.goes_on()
    await floor.comes("Ted", "away")
    await floor.comes("Anna")
    assert await floor.offered() == {"Anna": ("Zweitens", "made")}
    floor.leader = await floor.another_leader()
    await floor.comes("Sophie")
    assert await floor.offered() == {"Anna": ("Zweitens", "made")}
    await floor.passes(minutes=16)
    await floor.comes("Sophie")
    await floor.goes_on()
    assert await floor.desk.value("SELECT count(*) FROM offer WHERE conversation_id = %(id)s AND state = 'made'", id=first) == 1


async def test_messenger_conversations_fill_an_agent_while_something_is_said_in_them(floor: Floor) -> None:
    async with floor.desk.work() as work:
        await set_capacity(work, floor.desk.agents["Anna"], live=None, messaging=1)
    first, second = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    await floor.answers("Anna", first)
    assert await floor.offered() == {}
    async with floor.desk.work() as work:
        reason = await why_not(work, second, floor.desk.agents["Anna"])
    assert (reason.because, reason.has, reason.limit) == (Because.CHATS_FULL, 1, 1)
    floor.leader = await floor.another_leader()
    assert await floor.offered() == {}
    await floor.comes("Anna", "break")
    await floor.goes_on()
    await floor.comes("Anna")
    assert await floor.offered() == {}  # what she talks about is not forgotten
    await floor.passes(minutes=21)
    assert await floor.offered() == {"Anna": ("Zweitens", "made")}


async def test_what_was_laid_aside_is_known_as_such_until_its_agent_goes_on_with_it(floor: Floor) -> None:
    first, second = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    async with floor.desk.work() as work:
        await assign(work, floor.author("Ted"), second, floor.desk.agents["Anna"], assignee="Anna")

    async def aside() -> list[tuple[Any, Any]]:
        await floor.goes_on()
        async with floor.desk.work() as work:
            return [(one.conversation_id, one.instead_id) for one in await laid_aside(work, [first, second])]

    async def wants(name: str, conversation_id: Any) -> None:
        async with floor.desk.work() as work:
            await take_up(work, floor.desk.agents[name], conversation_id)

    assert await aside() == []
    await wants("Sophie", second)  # not hers
    assert await aside() == []
    await wants("Anna", second)
    assert await aside() == [(first, second)]
    await wants("Anna", first)
    assert await aside() == [(second, first)]
    await floor.answers("Anna", first)
    assert await floor.offered() == {"Anna": ("Zweitens", "working")}
    assert await aside() == []


async def test_a_leader_that_was_deposed_writes_nothing(floor: Floor) -> None:
    await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.another_leader()
    with pytest.raises(Deposed):
        await floor.leader.step(await floor.news())
    assert await floor.desk.value("SELECT count(*) FROM offer") == 1  # the new one's


async def test_whoever_takes_over_goes_on_where_the_other_was(floor: Floor) -> None:
    await questions(floor, "Erstens", "Zweitens", "Drittens")
    await floor.comes("Anna")
    await floor.comes("Sophie")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    before = await floor.offered()
    floor.leader = await floor.another_leader()
    assert await floor.offered() == before == {"Anna": ("Erstens", "working"), "Sophie": ("Zweitens", "made")}
    await floor.comes("Ted")
    assert (await floor.offered())["Ted"] == ("Drittens", "made")
    assert await floor.ends() == []


async def test_what_was_offered_a_moment_ago_is_not_taken_for_declined(floor: Floor) -> None:
    (first,) = await questions(floor, "Erstens")
    await floor.goes_on()
    await floor.comes("Anna")
    changed = await floor.news()
    changed.conversations[first] = None  # something else happened to it in the same batch
    await floor.leader.step(changed)
    await floor.comes("Sophie")
    assert await floor.offered() == {"Anna": ("Erstens", "made")}
    assert await floor.ends() == []


async def test_a_batch_costs_the_same_however_much_comes(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    await questions(floor, *(f"Frage {number}" for number in range(3)))
    changed = await floor.news()
    floor.desk.clock.advance(timedelta(minutes=2))  # what is done every minute is done both times
    with statements(monkeypatch) as few:
        await floor.leader.step(changed)
    await questions(floor, *(f"Noch eine {number}" for number in range(100, 120)))
    changed = await floor.news()
    with statements(monkeypatch) as many:
        await floor.leader.step(changed)
    assert len(many) <= len(few)


async def test_what_nobody_on_duty_can_do_is_said_and_said_again_when_it_is_over(floor: Floor) -> None:
    first, _ = await questions(floor, "Erstens", "Zweitens")
    async with floor.desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=[floor.desk.agents["Ted"]])
        await set_team(work, floor.author("Ted"), first, team, team="Werkstatt")
    assert await alone(floor) == []  # at night nobody is there: that is no news
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    assert await alone(floor) == [(team, 1)]
    await floor.comes("Ted")
    assert await alone(floor) == []


async def alone(floor: Floor) -> list[tuple[Any, int]]:
    """What nobody can do, after a while."""
    await floor.goes_on()
    await floor.passes(seconds=6)
    async with floor.desk.work() as work:
        return [(one.team_id, one.count) for one in await stranded(work)]


async def test_who_writes_in_a_language_gets_somebody_who_speaks_it(floor: Floor) -> None:
    async with floor.desk.work() as work:
        for name, code, who in (("Deutsch", "de", "Anna"), ("Türkçe", "tr", "Sophie")):
            skill = await save_skill(work, kind="language", name=name, code=code)
            await set_skills(work, floor.desk.agents[who], {skill.id: 3})
    await floor.comes("Anna")
    await floor.goes_on()
    await questions(floor, "Merhaba, bisikletimi ne zaman alabilirim? Fren çok ses çıkarıyor.")
    assert await floor.offered() == {}
    await floor.comes("Sophie")
    assert await floor.offered() == {"Sophie": ("Merhaba,", "made")}


async def test_why_somebody_does_not_have_it_is_one_cause_with_its_inputs(floor: Floor) -> None:
    first, second = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()

    async def cause(name: str, conversation_id: Any) -> Any:
        async with floor.desk.work() as work:
            return await why_not(work, conversation_id, floor.desk.agents[name])

    assert (await cause("Anna", first)).because == Because.HAS_IT
    assert (await cause("Anna", second)).because == Because.AT_WORK
    assert (await cause("Sophie", second)).because == Because.UNKNOWN_AGENT
    await floor.comes("Sophie", "busy")
    taken = await cause("Sophie", first)
    assert (taken.because, taken.agent) == (Because.TAKEN, floor.desk.agents["Anna"])
    assert (await cause("Sophie", second)).because == Because.OFF_DUTY


async def test_what_cannot_be_on_time_gets_one_second_promise_that_the_customer_is_told(floor: Floor) -> None:
    (first,) = await questions(floor, "Wo bleibt mein Lastenrad? Ich warte seit letzter Woche darauf.")
    await floor.promised()
    await floor.passes(minutes=16)
    await floor.passes(minutes=1)
    rows = await floor.desk.value(
        "SELECT array_agg(number || ' ' || coalesce(outcome, 'stands') ORDER BY number) FROM promise WHERE conversation_id = %(id)s"
        " AND kind = 'first'",
        id=first,
    )
    assert rows == ["1 stands", "2 stands"]  # settled with the answer
    told = await floor.desk.value(
        "SELECT count(*) FROM message WHERE conversation_id = %(id)s AND direction = 'out' AND automatic <> ''", id=first
    )
    assert told == 1


async def test_a_promise_that_is_made_after_it_has_passed_gets_its_second_one_all_the_same(floor: Floor) -> None:
    (first,) = await questions(floor, "Hallo, ist jemand da?")
    await floor.passes(minutes=16)
    await floor.promised()
    await floor.passes(seconds=6)
    numbers = await floor.desk.value(
        "SELECT array_agg(number ORDER BY number) FROM promise WHERE conversation_id = %(id)s AND kind = 'first'", id=first
    )
    assert numbers == [1, 2]


async def test_what_the_workspace_sets_holds_for_what_waits_already_whoever_leads(floor: Floor) -> None:
    """Whoever led before it was set leads on: a second promise lasts as long as was said since."""
    (first,) = await questions(floor, "Wo bleibt mein Lastenrad? Ich warte seit letzter Woche darauf.")
    await floor.promised()
    await floor.goes_on()
    async with floor.desk.work() as work:
        await change_policy(work, "changed", lambda policy: replace(policy, second={"messaging": timedelta(hours=7)}))
        await set_overload(work, "protect_mail")
    await floor.goes_on()
    await floor.passes(minutes=16)
    settings = floor.leader._dispatcher.router.desk.settings
    assert (settings.overload, settings.manners["messaging"].second_promise) == ("protect_mail", 7 * 3600)
    due = await floor.desk.value("SELECT due_at FROM promise WHERE conversation_id = %(id)s AND number = 2", id=first)
    assert timedelta(hours=7) <= due - floor.desk.clock.now() < timedelta(hours=7, minutes=1)


async def test_how_long_one_waits_who_comes_now_is_said_while_somebody_is_on_duty(floor: Floor) -> None:
    async def said() -> dict[str, Any]:
        await floor.goes_on()
        await floor.passes(seconds=6)
        async with floor.desk.work() as work:
            return dict(await expected_waits(work))

    assert await said() == {}
    await floor.comes("Anna")
    free = (await said())["live"]
    assert free.at_once
    await questions(floor, *(f"Frage {number}" for number in range(8)))
    await floor.goes_on()
    await floor.accepts("Anna")
    busy = (await said())["messaging"]
    assert not busy.at_once and busy.usually and busy.p90 >= busy.p50 > free.p50
    await floor.comes("Anna", "away")
    assert await said() == {}


async def test_what_waits_too_long_may_be_done_by_another_team_and_still_by_its_own(floor: Floor) -> None:
    async with floor.desk.work() as work:
        own = await save_team(work, name="Werkstatt", members=[floor.desk.agents["Ted"]])
        other = await save_team(work, name="Verkauf", members=[floor.desk.agents["Anna"], floor.desk.agents["Sophie"]])
        await set_team_desk(work, own, TeamDesk(overflow_team_id=other, overflow_after_seconds=120))
    first, second = await questions(floor, "Erstens", "Zweitens")
    async with floor.desk.work() as work:
        for one in (first, second):
            await set_team(work, floor.author("Ted"), one, own, team="Werkstatt")
    await floor.comes("Anna")
    assert await floor.offered() == {}
    await floor.passes(seconds=121)
    assert await floor.offered() == {"Anna": ("Erstens", "made")}
    await floor.comes("Ted")
    assert (await floor.offered())["Ted"] == ("Zweitens", "made")


async def test_what_was_learnt_of_waiting_outlives_who_led(floor: Floor) -> None:
    await floor.comes("Anna")
    await questions(floor, "Erstens", "Zweitens")
    await floor.goes_on()
    await floor.passes(minutes=2)
    before = floor.leader._dispatcher.router.quotes.learnt()
    after = (await floor.another_leader())._dispatcher.router.quotes.learnt()
    assert before.quotes == 1 and after == before


async def test_what_the_leader_never_heard_of_is_found_within_a_minute(floor: Floor) -> None:
    await floor.comes("Anna")
    await floor.goes_on()
    await questions(floor, "Erstens")
    await floor.news()  # lost
    assert await floor.offered() == {}
    await floor.passes(seconds=61)
    assert await floor.offered() == {"Anna": ("Erstens", "made")}


async def test_what_is_foretold_is_not_broken_while_it_is_closed(floor: Floor) -> None:
    today = floor.desk.clock.now().date()
    closed = Closure(first=today - timedelta(days=1), last=today + timedelta(days=1))
    week = week_of({day: [("00:00", "24:00")] for day in range(7)})
    async with floor.desk.work() as work:
        known = await work.value("SELECT id FROM calendar WHERE workspace_id = %(workspace_id)s AND is_default")
        calendar = Calendar(zone="UTC", week=week, closures=(closed,))
        await save_calendar(work, name="Hours", calendar=calendar, team_ids=(), is_default=True, calendar_id=known)
    await floor.passes(minutes=2)
    await questions(floor, "Erstens")
    await floor.goes_on()
    await floor.passes(hours=3)
    learnt = floor.leader._dispatcher.router.quotes.learnt()
    assert learnt.quotes == 1 and all(sum(one.seen) == 0 for one in learnt.classes)


async def test_who_answers_and_goes_at_once_has_done_it(floor: Floor) -> None:
    first, _ = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    await floor.answers("Anna", first)
    await floor.comes("Anna", "away")
    await floor.comes("Sophie")
    assert await floor.offered() == {"Sophie": ("Zweitens", "made")}
    assert await floor.ends() == [("Anna", "done")]


async def test_what_is_begun_and_answered_before_the_leader_looks_is_done(floor: Floor) -> None:
    (first,) = await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.answers("Anna", first)
    await floor.goes_on()
    assert await floor.ends() == [("Anna", "done")]


async def test_what_changes_in_the_moment_in_which_it_is_offered_is_not_declined(floor: Floor) -> None:
    first, second = await questions(floor, "Erstens", "Zweitens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.accepts("Anna")
    await floor.goes_on()
    await floor.answers("Anna", first)
    async with floor.desk.work() as work:
        await set_priority(work, floor.author("Ted"), second, 1)
    assert await floor.offered() == {"Anna": ("Zweitens", "made")}


async def test_whoever_takes_over_knows_who_declined(floor: Floor) -> None:
    await questions(floor, "Erstens")
    await floor.comes("Anna")
    await floor.goes_on()
    await floor.declines("Anna")
    await floor.goes_on()
    floor.leader = await floor.another_leader()
    assert await floor.offered() == {}
    await floor.comes("Sophie")
    assert await floor.offered() == {"Sophie": ("Erstens", "made")}


async def test_whoever_takes_over_knows_whose_skills_are_missed_where_nothing_waits(floor: Floor) -> None:
    async with floor.desk.work() as work:
        german = await save_skill(work, kind="language", name="Deutsch", code="de")
        turkish = await save_skill(work, kind="language", name="Türkçe", code="tr")
        await set_skills(work, floor.desk.agents["Anna"], {german.id: 3, turkish.id: 3})
        await set_skills(work, floor.desk.agents["Sophie"], {german.id: 3})
    first, second = await questions(
        floor,
        "Merhaba, bisikletimi ne zaman alabilirim? Fren çok ses çıkarıyor.",
        "Guten Tag, wann kann ich mein Fahrrad abholen? Die Bremse quietscht sehr.",
    )
    await floor.goes_on()
    async with floor.desk.work() as work:
        for one in (first, second):
            await set_state(work, floor.author("Ted"), one, "solved")
    await floor.passes(seconds=61)
    floor.leader = await floor.another_leader()
    await floor.comes("Anna")
    await floor.comes("Sophie")
    await floor.goes_on()
    await floor.passes(seconds=61)  # once a minute agents are put in order
    await questions(floor, "Hallo, ich möchte gern wissen, wann mein Fahrrad fertig ist und was die Reparatur kostet.")
    assert await floor.offered() == {"Sophie": ("Hallo,", "made")}
