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


async def test_a_skill_is_given_and_when_it_goes_its_page_says_who_waits_for_it(company: Company) -> None:
    ben = company.agents["agent"]
    made = await company.post("/admin/skills/new", {"kind": "language", "code": "tr", f"level.{ben}": "4"}, role="team_lead")
    assert made.status == 303, made.words
    listed = await company.get("/admin/skills", role="team_lead")
    assert "Turkish" in listed.words or "Türkisch" in listed.words
    (skill,) = await company.rows("SELECT id, name FROM skill WHERE workspace_id = %(workspace_id)s")
    page = await company.get(f"/admin/skills/{skill['id']}")
    assert 'value="4" selected' in page.text and "No conversation waits" in page.words
    again = await company.post("/admin/skills/new", {"kind": "language", "code": "tr"})
    assert again.status == 422 and "already" in again.words
    assert (await company.post("/admin/skills/new", {"kind": "product", "name": "Räder", f"level.{ben}": "9"})).status == 422
    assert (await company.post(f"/admin/skills/{skill['id']}/delete", {"confirm": skill["name"]})).status == 303
    assert await company.rows("SELECT id FROM agent_skill WHERE workspace_id = %(workspace_id)s") == []


async def test_what_waits_for_a_skill_is_named_also_where_nobody_is(company: Company) -> None:
    account = await company.connect("email", "Service", address="service@example.com", incoming="receiver", smtp_host="x")
    await company.arrives(
        account,
        "email",
        b"From: jana@example.com\r\nTo: service@example.com\r\nMessage-ID: <1@example.com>\r\n\r\nBremse defekt.\r\n",
    )
    made = await company.post("/admin/skills/new", {"kind": "channel", "code": "email"})
    assert made.status == 303, made.words
    (skill,) = await company.rows("SELECT id FROM skill WHERE workspace_id = %(workspace_id)s")
    assert "1 conversation waits" in (await company.get(f"/admin/skills/{skill['id']}")).words
    await company.rows(
        "UPDATE conversation SET kind = 'public', person_id = NULL, identity_id = NULL, thread_external_id = 'post-7'"
        " WHERE workspace_id = %(workspace_id)s RETURNING id"
    )
    page = await company.get(f"/admin/skills/{skill['id']}")
    assert page.status == 200 and "In public" in page.words


async def test_what_an_agent_can_do_and_takes_on_stands_on_their_page(company: Company) -> None:
    ben = company.agents["agent"]
    await company.post("/admin/skills/new", {"kind": "own", "name": "Rahmenbau", "code": "rahmen"})
    (skill,) = await company.rows("SELECT id FROM skill WHERE workspace_id = %(workspace_id)s")
    saved = await company.post(f"/admin/agents/{ben}/desk", {f"level.{skill['id']}": "5", "live": "2", "messaging": ""})
    assert saved.status == 303
    page = await company.get(f"/admin/agents/{ben}")
    assert 'value="5" selected' in page.text and 'id="live" name="live" type="number" value="2"' in page.text
    assert (await company.post(f"/admin/agents/{ben}/desk", {"live": "900"})).status == 422


async def test_a_team_says_how_it_gets_its_work(company: Company) -> None:
    for name in ("Werkstatt", "Verkauf"):
        await company.post("/admin/teams/new", {"name": name})
    teams = {
        row["name"]: row["id"] for row in await company.rows("SELECT id, name FROM team WHERE workspace_id = %(workspace_id)s")
    }
    path = f"/admin/teams/{teams['Werkstatt']}"
    given = {"pull_only": "yes", "accept_seconds": "60", "overflow_team_id": str(teams["Verkauf"]), "overflow_after_minutes": "5"}
    assert (await company.post(f"{path}/desk", given)).status == 303
    page = await company.get(path)
    assert 'value="60"' in page.text and f'value="{teams["Verkauf"]}" selected' in page.text
    wrong = await company.post(f"{path}/desk", {**given, "accept_seconds": "5"})
    assert wrong.status == 422 and "from 10 to 600" in wrong.words


async def test_overload_capacity_and_reasons_are_settings(company: Company) -> None:
    given = {"overload": "protect_mail", "live": "2", "messaging": "4", "idle_minutes": "0", "reasons": "Kaffee\n\nKind krank"}
    assert (await company.post("/admin/presence", given, role="team_lead")).status == 303
    page = await company.get("/admin/presence")
    assert 'value="protect_mail" checked' in page.text and "Kaffee\nKind krank</textarea>" in page.text
    assert (await company.post("/admin/presence", {**given, "live": "viele"})).status == 422
    assert (await company.get("/admin/presence", role="agent")).status == 403


async def test_shifts_stand_in_the_table_of_their_week(company: Company) -> None:
    ben = company.agents["agent"]
    common = {"whose": f"agent:{ben}", "begins": "22:00", "ends": "06:00", "break_begins": "01:00", "break_ends": "01:30"}
    assert (await company.post("/admin/shifts", [*common.items(), ("weekdays", "0"), ("weekdays", "1")])).status == 303
    week = await company.get("/admin/shifts?week=2026-11-25")
    assert week.text.count("22:00–06:00</span>") == 2 and "01:00–01:30" in week.words and "Ben Öztürk" in week.words
    assert (await company.post("/admin/shifts", {"whose": f"agent:{ben}", "day": "2026-11-23", "off": "yes"})).status == 303
    assert (await company.get("/admin/shifts?week=2026-11-25")).text.count("22:00–06:00</span>") == 1
    assert (await company.post("/admin/shifts", common)).status == 422
    (row,) = await company.rows("SELECT id FROM shift WHERE workspace_id = %(workspace_id)s AND day IS NOT NULL")
    assert (await company.post(f"/admin/shifts/{row['id']}/delete")).status == 303
    assert (await company.get("/admin/shifts?week=quatsch")).status == 200
