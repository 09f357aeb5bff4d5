"""Tasks: told once to whom they concern when they are due, listed, done, taken away."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from oase.conversations import Author, NoConversation
from oase.desk import NoTask, TaskFilter, Who, change_task, count_plans, list_tasks, remove_task, set_task_done, waiting_for
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.main.keeping import PARTS
from oase.people import NoPerson, create_person, erase_person
from oase.staff import delete_team, save_team

from .conftest import Plans


async def test_whoever_is_to_do_it_is_told_once_when_it_is_due(plans: Plans) -> None:
    conversation = await plans.desk.writes("Bitte rufen Sie mich an.")
    await plans.asks(conversation, "Wegen der Gabel zurückrufen")
    await plans.later(minutes=119)
    assert "task" not in await plans.desk.told("Sophie")
    await plans.later(minutes=1)
    await plans.later(minutes=1)
    assert (await plans.desk.told("Sophie")).count("task") == 1
    assert "task" not in await plans.desk.told("Anna")
    words = await plans.desk.value("SELECT words FROM notification WHERE kind = 'task'")
    assert words == "Wegen der Gabel zurückrufen"


async def test_a_team_is_told_as_a_whole(plans: Plans) -> None:
    async with plans.desk.work() as work:
        members = [plans.desk.agents[name] for name in ("Sophie", "Ted")]
        team = await save_team(work, name="Werkstatt", members=members)
    conversation = await plans.desk.writes("Rahmen gebrochen")
    await plans.asks(conversation, "Rahmen prüfen", who=Who(team_id=team))
    await plans.later(hours=2)
    assert [name for name in plans.desk.agents if "task" in await plans.desk.told(name)] == ["Sophie", "Ted"]
    async with plans.desk.work() as work:
        assert await count_plans(work, plans.desk.agents["Ted"], [team]) == (1, 0)
        assert await count_plans(work, plans.desk.agents["Anna"], []) == (0, 0)


async def test_one_that_is_done_before_tells_nobody(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    task = await plans.asks(conversation, "Zurückrufen")
    async with plans.desk.work() as work:
        await set_task_done(work, Author(id=plans.desk.agents["Sophie"], name="Sophie"), task.id, done=True)
    await plans.later(hours=3)
    assert "task" not in await plans.desk.told("Sophie")
    async with plans.desk.work() as work:
        assert [one.id for one in await list_tasks(work, TaskFilter(done=True))] == [task.id]
        await set_task_done(work, Author(), task.id, done=False)
        assert [one.done_at for one in await list_tasks(work, TaskFilter(conversation_id=conversation))] == [None]


async def test_with_another_moment_it_is_told_again(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    task = await plans.asks(conversation, "Zurückrufen")
    await plans.later(hours=2)
    async with plans.desk.work() as work:
        who = Who(agent_id=plans.desk.agents["Ted"])
        await change_task(work, task.id, {"what": "Doch später", "due_at": plans.now() + timedelta(hours=1), "who": who})
    await plans.later(hours=1)
    assert "task" in await plans.desk.told("Ted")


async def test_about_a_person_it_leads_to_their_newest_conversation(plans: Plans) -> None:
    conversation = await plans.desk.writes("Hallo")
    person: UUID = await plans.desk.value("SELECT person_id FROM conversation")
    task = await plans.asks(conversation, "Geburtstag", conversation_id=None, person_id=person)
    await plans.later(hours=2)
    assert await plans.desk.told("Sophie") != []
    assert await plans.desk.value("SELECT conversation_id FROM notification WHERE kind = 'task'") == conversation
    async with plans.desk.work() as work:
        (found,) = await list_tasks(work, TaskFilter(person_id=person))
        assert (found.id, found.person) == (task.id, "Jürgen Groß")
        await remove_task(work, task.id)
        with pytest.raises(NoTask):
            await remove_task(work, task.id)


async def test_about_a_person_without_a_conversation_it_leads_to_where_one_begins(plans: Plans) -> None:
    async with plans.desk.work() as work:
        person = await create_person(work, "Neue Kundin")
    task = await plans.asks(new_id(), "Begrüßen", conversation_id=None, person_id=person)
    await plans.desk.browser("Sophie")
    await plans.later(hours=2)
    assert await plans.desk.told("Sophie") == ["task"]
    (pushed,) = await plans.desk.pushed()
    assert (pushed["path"], pushed["body"]) == (f"/conversations/new?person={person}", "Neue Kundin: Begrüßen")
    async with plans.desk.work() as work:
        assert await waiting_for(work, plans.desk.agents["Sophie"]) == 1
        (found,) = await list_tasks(work, TaskFilter(agent_id=plans.desk.agents["Sophie"]))
        assert (found.id, found.person) == (task.id, "Neue Kundin")
        await set_task_done(work, Author(id=plans.desk.agents["Sophie"], name="Sophie"), task.id, done=True)
    assert await plans.desk.told("Sophie", unseen=True) == []
    async with plans.desk.work() as work:
        await erase_person(work, PARTS, person)
    assert await plans.desk.told("Sophie") == []


async def test_what_a_team_that_is_gone_was_to_do_stands_in_the_list_of_whoever_leads(plans: Plans) -> None:
    async with plans.desk.work() as work:
        team, other = [await save_team(work, name=name, members=[]) for name in ("Werkstatt", "Verkauf")]
    conversation = await plans.desk.writes("Rahmen gebrochen")
    await plans.asks(conversation, "Anrufen", of="Sophie")
    await plans.asks(conversation, "Angebot schreiben", who=Who(team_id=other))
    task = await plans.asks(conversation, "Rahmen prüfen", who=Who(team_id=team))
    async with plans.desk.work() as work:
        await delete_team(work, team)
        mine, lead = (
            TaskFilter(agent_id=plans.desk.agents["Ted"]),
            TaskFilter(agent_id=plans.desk.agents["Ted"], known_teams=(other,)),
        )
        assert (await list_tasks(work, mine), [one.id for one in await list_tasks(work, lead)]) == ([], [task.id])
        assert [(await count_plans(work, plans.desk.agents["Ted"], [], known))[0] for known in (None, [other])] == [0, 1]
        await delete_team(work, other)
        assert await count_plans(work, plans.desk.agents["Ted"], [], []) == (2, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"what": "   "}, "what"),
        ({"what": "x" * 501}, "what"),
        ({"due_at": -1}, "due_at"),
        ({"due_at": 24 * 365 * 20}, "due_at"),
        ({"who": Who()}, "who"),
        ({"who": Who(agent_id=UUID(int=5), team_id=UUID(int=6))}, "who"),
        ({"who": Who(team_id=UUID(int=6))}, "who"),
        ({"conversation_id": None}, "conversation_id"),
    ],
)
async def test_what_cannot_be_is_refused_with_its_field(plans: Plans, wrong: dict[str, Any], field: str) -> None:
    conversation = await plans.desk.writes("Hallo")
    if "due_at" in wrong:
        wrong = {"due_at": plans.now() + timedelta(hours=wrong["due_at"])}
    with pytest.raises(Invalid) as error:
        await plans.asks(conversation, **{"what": "Zurückrufen", **wrong})
    assert error.value.field == field


async def test_what_is_not_there_is_said(plans: Plans) -> None:
    with pytest.raises(NoConversation):
        await plans.asks(new_id(), "Zurückrufen")
    with pytest.raises(NoPerson):
        await plans.asks(new_id(), "Zurückrufen", conversation_id=None, person_id=new_id())


async def test_the_same_request_twice_is_one_task(plans: Plans) -> None:
    conversation, key = await plans.desk.writes("Hallo"), new_id()
    assert (await plans.asks(conversation, "Einmal", task_id=key)).id == (
        await plans.asks(conversation, "Einmal", task_id=key)
    ).id
    async with plans.desk.work() as work:
        assert len(await list_tasks(work, TaskFilter(conversation_id=conversation))) == 1
