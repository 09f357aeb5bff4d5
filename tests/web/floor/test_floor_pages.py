"""The floor over HTTP: who may see it, what a lead does there, what the wallboard keeps to itself."""

import asyncio
import json
from typing import Any
from uuid import UUID

from tests.web.admin.conftest import Company

from oase.desk.presence import set_state
from oase.kernel.ids import new_id


async def waits(company: Company, to: str = "", name: str = "Jürgen Groß") -> UUID:
    """A customer waits, and the promise ends in ten minutes."""
    conversation_id, person_id = new_id(), new_id()
    async with company.services.database.work(company.workspace_id) as work:
        await work.run(
            "INSERT INTO person (workspace_id, id, name, created_at, updated_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(name)s, now(), now())",
            {"id": person_id, "name": name},
        )
        await work.run(
            "INSERT INTO conversation (workspace_id, id, number, person_id, channel, state, assignee_id, due_at, waiting_since, last_at,"
            " token, created_at, first_line) VALUES (%(workspace_id)s, %(id)s, nextval('conversation_number'), %(person)s, 'whatsapp',"
            " 'open', %(to)s, now() + interval '10 minutes', now(), now(), %(token)s, now(), 'Wo ist mein Rad?')",
            {"id": conversation_id, "person": person_id, "to": company.agents[to] if to else None, "token": conversation_id.hex},
        )
    return conversation_id


async def is_on_duty(company: Company, role: str) -> UUID:
    agent_id = company.agents[role]
    async with company.services.database.work(company.workspace_id) as work:
        await set_state(work, agent_id, "online")
    return agent_id


async def assignee(company: Company, conversation_id: UUID) -> Any:
    return (await company.rows("SELECT assignee_id FROM conversation WHERE id = %(id)s", id=conversation_id))[0]["assignee_id"]


def toast(answer: Any) -> dict[str, str]:
    told: dict[str, str] = json.loads(answer.headers["hx-trigger"])["oase:toast"]
    return told


async def test_the_floor_is_for_those_who_may_see_reports(company: Company) -> None:
    conversation_id, agent_id = await waits(company), await is_on_duty(company, "agent")
    page = await company.get("/floor", role="team_lead")
    assert page.status == 200
    assert "Jürgen Groß" in page.words
    assert "Ben Öztürk" in page.words
    part = await company.get("/floor", role="team_lead", **{"hx-request": "true"})
    assert "<html" not in part.text
    for path in ("/floor", "/floor/wall", "/floor/walls"):
        assert (await company.get(path, role="agent")).status == 403, path
    for path in (
        f"/floor/conversations/{conversation_id}/give", f"/floor/agents/{agent_id}/whisper", f"/floor/agents/{agent_id}/state",
        "/floor/walls",
    ):  # fmt: skip
        answer = await company.post(path, {"agent": str(agent_id), "text": "Hallo", "state": "away", "name": "x"}, role="agent")
        assert answer.status == 403, path
    assert await assignee(company, conversation_id) is None


async def test_a_conversation_that_is_dropped_twice_is_given_once_and_comes_back_by_undo(company: Company) -> None:
    conversation_id, agent_id = await waits(company, to="team_lead"), await is_on_duty(company, "agent")
    lead = company.agents["team_lead"]
    path, form = f"/floor/conversations/{conversation_id}/give", {"agent": str(agent_id), "seen_with": str(lead)}
    first, second = await company.post(path, form, role="team_lead"), await company.post(path, form, role="team_lead")
    assert (first.status, second.status) == (204, 204)
    assert await assignee(company, conversation_id) == agent_id
    assert "undo" not in toast(second)
    assert (await company.post(toast(first)["undo"], role="team_lead")).status == 204
    assert await assignee(company, conversation_id) == lead
    late = await company.post(path, {"agent": "", "seen_with": str(agent_id)}, role="team_lead")
    assert late.status == 409
    assert await assignee(company, conversation_id) == lead


async def test_a_lead_sends_somebody_on_a_break_and_back(company: Company) -> None:
    agent_id = await is_on_duty(company, "agent")
    path = f"/floor/agents/{agent_id}/state"
    done = await company.post(path, {"state": "break", "reason": "Mittag"}, role="team_lead")
    assert done.status == 204
    assert "On a break · Mittag" in (await company.get("/floor", role="team_lead")).words
    await company.post(toast(done)["undo"], role="team_lead")
    assert (await company.rows("SELECT state FROM agent_duty WHERE id = %(id)s", id=agent_id)) == [{"state": "online"}]
    assert (await company.post(path, {"state": "asleep"}, role="team_lead")).status == 422
    assert "agent.duty_set" in await company.acts()


async def test_a_whisper_reaches_one_agent_who_reads_it(company: Company) -> None:
    agent_id = await is_on_duty(company, "agent")
    assert (
        await company.post(f"/floor/agents/{agent_id}/whisper", {"text": "Ruf <b>mich</b> an"}, role="team_lead")
    ).status == 204
    mine = await company.get("/whispers/mine", role="agent")
    assert "Ruf &lt;b&gt;mich" in mine.text
    assert "Murat Yıldız" in mine.words
    assert (await company.get("/whispers/mine")).text.strip() == ""
    whisper_id = mine.text.partition('data-reads="')[2].partition('"')[0]
    assert (await company.post(f"/whispers/{whisper_id}/read", role="agent")).status == 204
    assert (await company.get("/whispers/mine", role="agent")).text.strip() == ""


async def test_the_stream_of_a_lead_hears_what_the_whole_desk_does_and_that_of_an_agent_does_not(company: Company) -> None:
    heard: dict[str, list[bytes]] = {"team_lead": [], "agent": []}

    async def listen(role: str, ready: asyncio.Event) -> None:
        async with company.session.get("/live?of=floor", headers={"cookie": f"oase={company.tokens[role]}"}) as answer:
            async for line in answer.content:
                if line.startswith(b"event: "):
                    heard[role].append(line.strip())
                    ready.set()
                if line.strip() == b"event: notice":
                    return

    ready = [asyncio.Event(), asyncio.Event()]
    async with asyncio.TaskGroup() as group, asyncio.timeout(20):
        for role, event in zip(heard, ready, strict=True):
            group.create_task(listen(role, event))
        for event in ready:
            await event.wait()
        async with company.services.database.work(company.workspace_id) as work:
            work.emit("offer", company.agents["administrator"], {"what": "made"})
            work.emit("stranded", company.workspace_id, {"count": 3})
            work.emit("notice", new_id(), {})  # comes after them, to everybody
    assert heard["team_lead"] == [b"event: hello", b"event: offer", b"event: stranded", b"event: notice"]
    assert heard["agent"] == [b"event: hello", b"event: notice"]


async def test_the_address_of_a_wallboard_shows_figures_without_customers_until_it_is_ended(company: Company) -> None:
    await waits(company, to="agent", name="Geheime Kundin")
    await is_on_duty(company, "agent")
    page = await company.post("/floor/walls", {"name": "Halle 2", "team": ""}, role="team_lead")
    address = page.text.partition('id="address" value="')[2].partition('"')[0]
    path = "/wall/" + address.rpartition("/")[2]
    assert "wall_" not in (await company.get("/floor/walls", role="team_lead")).text
    async with company.session.get(path) as answer:
        shown = await answer.text()
    assert answer.status == 200
    assert "Ben Öztürk" in shown
    for kept in ("Geheime Kundin", "Wo ist mein Rad?"):
        assert kept not in shown
    wall_id = (await company.rows("SELECT id FROM wall"))[0]["id"]
    assert (await company.post(f"/floor/walls/{wall_id}/end", role="team_lead")).status == 303
    async with company.session.get(path) as answer:
        assert answer.status == 404
    assert (await company.post("/floor/walls", {"name": " "}, role="team_lead")).status == 422


async def test_programs_read_the_same_figures(company: Company) -> None:
    conversation_id, agent_id = await waits(company, to="agent"), await is_on_duty(company, "agent")
    answer = await company.get("/api/v1/floor", role="team_lead")
    figures = json.loads(answer.text)
    assert (figures["totals"]["waiting"], figures["totals"]["soon"], figures["totals"]["online"]) == (1, 1, 1)
    assert [one["conversation_id"] for one in figures["risk"]] == [str(conversation_id)]
    assert [(one["id"], one["held"]) for one in figures["agents"]] == [(str(agent_id), {"live": 0, "messaging": 1, "mail": 0})]
    assert (await company.get("/api/v1/floor", role="agent")).status == 403
    assert (await company.get(f"/api/v1/floor?team={new_id()}", role="team_lead")).status == 404
