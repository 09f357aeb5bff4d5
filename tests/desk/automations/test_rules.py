"""Rules do what they say: once, in their order, never around in a circle, and loudly when they cannot."""

from datetime import timedelta
from uuid import UUID

import pytest
from tests.statements import statements

from oase.conversations import remove_snippet
from oase.conversations.conditions import Condition
from oase.desk.automations import Act, When, all_rules, find_rule, save_rule
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, Position
from oase.staff import delete_team, save_team

from .conftest import Ground

BROKEN = Condition(what="words", how="has", values=("kaputt", "defekt"))


async def test_a_rule_changes_what_it_fits_and_nothing_else(ground: Ground) -> None:
    async with ground.desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=())
    await ground.rule(
        "Reparatur", "opened", Act(do="tag", value="Reparatur"), Act(do="team", value=str(team)), Act(do="priority", value="1"),
        Act(do="assign", value=str(ground.desk.agents["Ted"])), if_=(BROKEN,),
    )  # fmt: skip
    hit = await ground.desk.writes("Die Bremse ist kaputt.")
    other = await ground.desk.writes("Haben Sie Kindersitze?", phone="4915228817002")
    await ground.feed.catch_up()
    fits = {"state": "open", "tags": ["Reparatur"], "team_id": team, "assignee_id": ground.desk.agents["Ted"], "priority": 1}
    assert (await ground.facts(hit), (await ground.facts(other))["tags"]) == (fits, [])


async def test_what_a_rule_did_stands_in_the_timeline_with_its_name(ground: Ground) -> None:
    await ground.rule("Reparatur", "opened", Act(do="tag", value="Reparatur"), if_=(BROKEN,))
    hit = await ground.desk.writes("Alles kaputt")
    await ground.feed.catch_up()
    async with ground.desk.work() as work:
        rows = await work.tuples(
            "SELECT kind, author_name, data->>'name' FROM message WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s"
            " AND direction = 'event' ORDER BY at, id",
            {"id": hit},
        )
    assert rows == [("automation", "Reparatur", "Reparatur"), ("tagged", "Reparatur", None)]


async def test_an_event_that_comes_again_does_nothing_again(ground: Ground) -> None:
    snippet = await ground.snippet(de="Danke, {{person.first_name}}!")
    await ground.rule("Dank", "opened", Act(do="answer", value=str(snippet)), Act(do="note", value="Bitte ansehen."))
    hit = await ground.desk.writes("Hallo?")
    events: list[LiveEvent] = []
    original = ground.feed.handle

    async def kept(given: object) -> None:
        events.extend(given)  # type: ignore[arg-type]
        await original(given)  # type: ignore[arg-type]

    ground.feed.handle = kept  # type: ignore[method-assign, assignment]
    await ground.feed.catch_up()
    await original(events)
    async with ground.desk.work() as work:
        await work.run("DELETE FROM automation_mark WHERE workspace_id = %(workspace_id)s")
    await original(events)
    assert (await ground.said(hit), await ground.said(hit, "note")) == (["Danke, Jürgen!"], ["Bitte ansehen."])


async def test_rules_see_what_those_above_them_did_and_may_end_it(ground: Ground) -> None:
    tagged = Condition(what="tag", values=("A",))
    await ground.rule("Erste", "opened", Act(do="tag", value="A"))
    await ground.rule("Zweite", "opened", Act(do="tag", value="B"), if_=(tagged,), stop=True)
    await ground.rule("Dritte", "opened", Act(do="tag", value="C"))
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    assert (await ground.facts(hit))["tags"] == ["A", "B"]


async def test_rules_that_set_each_other_off_end_and_it_is_written_down(ground: Ground) -> None:
    first = await ground.rule("Zu", When(what="state", to=("open",)), Act(do="state", value="solved"))
    second = await ground.rule("Auf", When(what="state", to=("solved",)), Act(do="state", value="open"))
    hit = await ground.desk.writes("Hallo?")
    async with ground.desk.work() as work:
        from oase.conversations import Author, set_state

        await set_state(work, Author(name="Anna"), hit, "solved")
    for _ in range(4):
        await ground.desk.visible()
        await ground.feed.catch_up()
    assert [one[:2] for one in await ground.outcomes()] == [("Auf", "done"), ("Zu", "done"), ("Auf", "stopped")]
    async with ground.desk.work() as work:
        from oase.desk.automations import tallies

        assert (await tallies(work))[second.id].last_chain == [str(second.id), str(first.id)]


async def test_five_thousand_events_cost_as_many_statements_as_fifty(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    await ground.rule("Reparatur", "received", Act(do="tag", value="Reparatur"), if_=(BROKEN,))
    await ground.rule("Wichtig", "received", Act(do="priority", value="2"), if_=(BROKEN,))
    hits = [await ground.desk.writes("kaputt", phone=f"4915228{number:06}") for number in range(3)]
    async with ground.desk.work() as work:
        messages = dict(
            await work.tuples(
                "SELECT conversation_id, id FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'in'"
            )
        )
    counts = []
    for size in (50, 5_000):
        for one in hits:
            await ground.tags(one)
        events = [
            LiveEvent(
                Position(10**9 * size, number), ground.desk.workspace_id, "conversation", hits[number % 3],
                {"what": "received", "messages": [str(messages[hits[number % 3]])]}, ground.desk.clock.now(),
            )
            for number in range(size)
        ]  # fmt: skip
        with statements(monkeypatch) as sent:
            await ground.feed.handle(events)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[1] <= 24
    assert [(await ground.facts(one))["tags"] for one in hits] == [["Reparatur"]] * 3


@pytest.mark.parametrize("gone", ["team", "snippet"])
async def test_a_rule_that_names_what_is_gone_is_switched_off_with_its_reason(ground: Ground, gone: str) -> None:
    snippet = await ground.snippet(de="Danke!")
    async with ground.desk.work() as work:
        team = await save_team(work, name="Werkstatt", members=())
    act = Act(do="team", value=str(team)) if gone == "team" else Act(do="answer", value=str(snippet))
    rule = await ground.rule("Kaputt", "opened", act, Act(do="tag", value="X"))
    async with ground.desk.work() as work:
        await (delete_team(work, team) if gone == "team" else remove_snippet(work, snippet))
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    async with ground.desk.work() as work:
        found = await find_rule(work, rule.id)
        notice = await work.value(
            "SELECT payload->>'text' FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = 'notice' AND key = %(id)s",
            {"id": rule.id},
        )
    assert (found.state, "deleted" in found.why, found.why in notice, (await ground.facts(hit))["tags"]) == (
        "broken",
        True,
        True,
        [],
    )


async def test_machines_and_the_public_get_no_answer_and_nobody_too_many(ground: Ground) -> None:
    snippet = await ground.snippet(de="Danke!")
    await ground.rule("Dank", "received", Act(do="answer", value=str(snippet)))
    hit = await ground.desk.writes("Eins")
    await ground.feed.catch_up()
    await ground.desk.writes("Zwei")
    await ground.feed.catch_up()
    assert (await ground.said(hit), [one[1:] for one in await ground.outcomes()][-1][0]) == (["Danke!"], "done")
    await _a_day_later(ground)
    await ground.desk.writes("Drei")
    await ground.feed.catch_up()
    assert await ground.said(hit) == ["Danke!", "Danke!"]
    async with ground.desk.work() as work:
        await work.run(
            "UPDATE message SET automatic = 'auto_reply' WHERE workspace_id = %(workspace_id)s AND direction = 'in'",
        )
    await _a_day_later(ground)
    async with ground.desk.work() as work:
        message = await work.value("SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND text = 'Drei'")
        work.emit("conversation", hit, {"what": "received", "messages": [str(message)]})
    await ground.feed.catch_up()
    assert (len(await ground.said(hit)), (await ground.outcomes())[-1][2]) == (2, "Not answered: a machine wrote.")


async def _a_day_later(ground: Ground) -> None:
    """What rules answered lies back (the log's moments are the database's, so the clock stays)."""
    async with ground.desk.work() as work:
        back = {"by": timedelta(hours=25)}
        await work.run("UPDATE automation_run SET answered_at = answered_at - %(by)s WHERE workspace_id = %(workspace_id)s", back)


async def test_a_draft_does_nothing_and_a_version_stands_in_the_audit_log(ground: Ground) -> None:
    async with ground.desk.work() as work:
        act = Act(do="tag", value="X")
        rule = await save_rule(work, ground.book, name="Entwurf", when=When(what="opened"), groups=(), acts=(act,))
        await save_rule(work, ground.book, name="Entwurf 2", when=When(what="opened"), groups=(), acts=(act,), rule_id=rule.id)
    hit = await ground.desk.writes("Hallo?")
    await ground.feed.catch_up()
    async with ground.desk.work() as work:
        kept = await work.tuples(
            "SELECT act, data->>'version' FROM audit_entry WHERE workspace_id = %(workspace_id)s AND subject = 'automation' ORDER BY id"
        )
        rules = await all_rules(work)
    assert ((await ground.facts(hit))["tags"], [one.state for one in rules]) == ([], ["draft"])
    assert kept == [("automation.created", "1"), ("automation.changed", "2")]


@pytest.mark.parametrize(
    ("when", "acts", "condition", "field"),
    [
        (When(what="waited"), (Act(do="tag", value="X"),), None, "when"),
        (When(what="opened"), (), None, "acts"),
        (When(what="opened"), (Act(do="team", value=str(UUID(int=5))),), None, "act-0"),
        (When(what="opened"), (Act(do="tag", value=" "),), None, "act-0"),
        (When(what="opened"), (Act(do="tag", value="X"),), Condition(what="words", how="has", values=("…",)), "group-0-0"),
        (When(what="opened"), (Act(do="tag", value="X"),), Condition(what="weather", values=("rain",)), "group-0-0"),
        (When(what="opened"), (Act(do="tag", value="X"),), Condition(what="field", key="none", values=("1",)), "group-0-0"),
    ],
)
async def test_what_makes_no_rule_is_said_where_it_is_wrong(
    ground: Ground, when: When, acts: tuple[Act, ...], condition: Condition | None, field: str
) -> None:
    from oase.conversations.conditions import Group

    groups = (Group(conditions=(condition,)),) if condition else ()
    with pytest.raises(Invalid) as caught:
        async with ground.desk.work() as work:
            await save_rule(work, ground.book, name=str(new_id()), when=when, groups=groups, acts=acts)
    assert caught.value.field == field
