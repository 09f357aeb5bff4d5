"""What agents do: the switch on every page, the beat of open pages, and what leads set about it."""

import msgspec

from oase.desk.presence import DutyRules, set_duty_rules

from .conftest import Company


async def test_somebody_who_never_said_so_is_away_and_their_pages_may_rest(company: Company) -> None:
    beaten = msgspec.json.decode((await company.post("/duty/beat", {"acted": "1"}, role="agent")).text)
    assert beaten == {"key": "away  ", "beats": False, "idle": False}
    switch = await company.get("/duty", role="agent")
    assert 'data-key="away  "' in switch.text and "data-hint" not in switch.text


async def test_the_switch_says_what_one_does_since_when_and_why(company: Company) -> None:
    assert (await company.post("/duty", {"state": "break", "reason": "Mittag"}, role="agent")).status == 204
    beaten = msgspec.json.decode((await company.post("/duty/beat", role="agent")).text)
    switch = await company.get("/duty", role="agent")
    assert beaten["beats"] and beaten["key"].startswith("break ") and beaten["key"].endswith(" Mittag")
    assert f'data-key="{beaten["key"].replace("+", "&#43;")}"' in switch.text.replace("+", "&#43;")
    assert "On a break: Mittag since" in switch.words or "Pause: Mittag seit" in switch.words
    assert (await company.post("/duty", {"state": "asleep"}, role="agent", script=True)).status == 422


async def test_reasons_are_those_of_the_workspace(company: Company) -> None:
    async with company.services.database.work(company.workspace_id) as work:
        await set_duty_rules(work, DutyRules(reasons=("Kaffee <3",), away_reasons=("Messe",)))
    switch = await company.get("/duty", role="agent")
    assert "Kaffee &lt;3" in switch.text and 'data-reason="Messe"' in switch.text and "Lunch" not in switch.text


async def test_whoever_left_without_a_word_is_asked_whether_they_are_here(company: Company) -> None:
    await company.post("/duty", {"state": "online"}, role="agent")
    await company.rows(
        "UPDATE agent_duty SET state = 'away', left_by = 'unseen', back_to = 'online', since = since - interval '2 hours'"
        " WHERE workspace_id = %(workspace_id)s RETURNING id"
    )
    beaten = msgspec.json.decode((await company.post("/duty/beat", role="agent")).text)
    assert beaten["key"].startswith("away")
    assert "data-hint" in (await company.get("/duty", role="agent")).text


async def test_names_in_the_list_of_agents_come_with_what_they_do_once_anybody_says_so(company: Company) -> None:
    assert "duty-dot" not in (await company.get("/admin/agents")).text
    await company.post("/duty", {"state": "busy"}, role="agent")
    assert 'class="duty-dot" data-state="busy"' in (await company.get("/admin/agents")).text
