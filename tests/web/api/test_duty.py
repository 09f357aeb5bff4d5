"""What agents do and can do, how teams get their work, and shifts, over the API."""

from tests.web.api.conftest import Program


async def test_a_program_says_what_an_agent_does_and_that_they_are_there(program: Program) -> None:
    agent = (await program("GET", "/agents")).body["data"][0]["id"]
    assert (await program("GET", f"/agents/{agent}/duty")).body["state"] == "away"
    changed = await program("PATCH", f"/agents/{agent}/duty", {"state": "break", "reason": "Mittag"})
    assert (changed.status, changed.body["state"], changed.body["reason"]) == (200, "break", "Mittag")
    beaten = (await program("POST", f"/agents/{agent}/duty/beat", {"acted": True})).body
    assert beaten["seen_at"] >= changed.body["seen_at"] and beaten["since"] == changed.body["since"]
    assert (await program("GET", "/duty")).body["data"] == [beaten]
    assert (await program("PATCH", f"/agents/{agent}/duty", {"state": "asleep"})).status == 422
    lasting = {"state": "break", "began_at": changed.body["since"], "ended_at": None}
    assert (await program("GET", f"/agents/{agent}/duty/history")).body["data"] == [lasting]


async def test_skills_are_made_held_changed_and_deleted(program: Program) -> None:
    agent = (await program("GET", "/agents")).body["data"][0]["id"]
    made = await program("POST", "/skills", {"kind": "language", "name": "Türkisch", "code": "tr"})
    assert made.status == 201, made.body
    held = {"skills": [{"skill_id": made.body["id"], "level": 4}]}
    assert (await program("PATCH", f"/agents/{agent}/skills", held)).body == held
    assert (await program("GET", f"/agents/{agent}/skills")).body == held
    renamed = (await program("PATCH", f"/skills/{made.body['id']}", {"name": "Türkçe"})).body
    assert (renamed["name"], renamed["code"]) == ("Türkçe", "tr")
    assert (await program("POST", "/skills", {"kind": "language", "name": "Türkçe", "code": "az"})).status == 409
    assert (await program("DELETE", f"/skills/{made.body['id']}")).status == 204
    assert (await program("GET", "/skills")).body["data"] == []


async def test_how_a_team_gets_its_work_and_its_shifts(program: Program) -> None:
    team = (await program("POST", "/teams", {"name": "Werkstatt"})).body["id"]
    wanted = {"pull_only": True, "accept_seconds": 60, "overflow_team_id": None, "overflow_after_seconds": 0}
    assert (await program("PATCH", f"/teams/{team}/routing", wanted)).body == wanted
    assert (await program("GET", f"/teams/{team}/routing")).body == wanted
    given = {"team_id": team, "weekday": 0, "begins": 480, "ends": 990, "breaks": [[720, 750]]}
    made = await program("POST", "/shifts", given)
    assert made.status == 201, made.body
    once = await program("POST", "/shifts", {"team_id": team, "day": "2026-12-24", "begins": 0, "ends": 0})
    assert [one["id"] for one in (await program("GET", "/shifts?from=2026-12-01&to=2026-12-23")).body["data"]] == [
        made.body["id"]
    ]
    assert len((await program("GET", "/shifts")).body["data"]) == 2
    assert (await program("POST", "/shifts", {**given, "ends": 400})).status == 422
    assert (await program("DELETE", f"/shifts/{once.body['id']}")).status == 204
