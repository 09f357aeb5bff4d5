"""Agents and roles over the API: invited, changed, kept out; nobody gives away more than they have."""

from typing import Any

import pytest
from tests.web.api.conftest import Company, Program

from oase.kernel.permissions import Permission

SMALL = (Permission.STAFF_READ, Permission.STAFF_WRITE, Permission.ROLE_WRITE, Permission.CONVERSATION_READ)


async def role(program: Program, key: str) -> str:
    found = (await program("GET", "/roles")).body["data"]
    return next(str(one["id"]) for one in found if one["key"] == key)


async def invitation(company: Company, program: Program, **more: Any) -> dict[str, Any]:
    roles = [await role(program, "agent")]
    return {"name": "Zoë van den Berg", "email": f"zoe@{company.workspace_id.hex}.example", "roles": roles, **more}


async def test_somebody_is_invited_once_and_without_a_mail_server_the_link_is_handed_over(
    company: Company, program: Program
) -> None:
    team = (await program("POST", "/teams", {"name": "Versand"})).body["id"]
    given = await invitation(company, program, teams=[team])
    made = await program("POST", "/agents", given, idempotency_key="zoe")
    assert made.status == 201, made.body
    agent = made.body["agent"]
    assert (agent["state"], agent["roles"], agent["teams"]) == ("invited", given["roles"], [team])
    assert "/invitation/" in made.body["link"]
    again = await program("POST", "/agents", given, idempotency_key="zoe")
    assert again.body == {"agent": agent, "link": None}
    assert (await program("POST", "/agents", given)).status == 409
    assert (await program("GET", made.headers["location"].removeprefix("/api/v1"))).body == agent
    entry = (await program("GET", "/audit-log?subject=agent&limit=1")).body["data"][0]
    assert (entry["act"], entry["actor_kind"]) == ("agent.invited", "token")


async def test_an_invitation_is_sent_again_and_withdrawn(company: Company, program: Program) -> None:
    made = (await program("POST", "/agents", await invitation(company, program))).body
    path = f"/agents/{made['agent']['id']}"
    again = await program("POST", f"{path}/invite")
    assert again.status == 200
    assert again.body["link"] != made["link"]
    assert (await program("DELETE", f"{path}/invitation")).status == 204
    assert (await program("GET", path)).body["state"] == "deactivated"
    assert (await program("GET", "/agents?state=deactivated")).body["data"][0]["name"] == "Zoë van den Berg"
    assert (await program("DELETE", f"/agents/{company.agent_id}/invitation")).status == 409
    assert (await program("POST", f"/agents/{company.agent_id}/invite")).status == 409


async def test_an_agent_is_changed_kept_out_and_let_in_again(company: Company, program: Program) -> None:
    agent = (await program("POST", "/agents", await invitation(company, program))).body["agent"]
    path, lead = f"/agents/{agent['id']}", await role(program, "team_lead")
    changed = await program("PATCH", path, {"name": "Zoë Berg", "roles": [lead], "active": False})
    assert (changed.body["name"], changed.body["roles"], changed.body["state"]) == ("Zoë Berg", [lead], "deactivated")
    assert (await program("PATCH", path, {"active": True})).body["state"] == "invited"
    assert (await program("PATCH", f"/agents/{company.agent_id}", {"active": False})).status == 409  # the last administrator
    assert (await program("DELETE", f"{path}/second-factor")).status == 204


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"roles": []}, "#/roles"),
        ({"email": "keine Adresse"}, "#/email"),
        ({"name": " "}, "#/name"),
        ({"active": "vielleicht"}, "#/active"),
    ],
)
async def test_what_is_wrong_with_an_agent_is_named(
    company: Company, program: Program, change: dict[str, Any], pointer: str
) -> None:
    answer = await program("PATCH", f"/agents/{company.agent_id}", change)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


async def test_nobody_gives_away_or_gets_at_more_than_they_have(company: Company, program: Program) -> None:
    small = await company.program(*SMALL)
    administrator = await role(program, "administrator")
    assert (await small("POST", "/agents", await invitation(company, program, roles=[administrator]))).status == 403
    given = await invitation(company, program, roles=[administrator])
    invited = (await program("POST", "/agents", given)).body["agent"]
    path = f"/agents/{invited['id']}"
    assert (await small("POST", f"{path}/invite")).status == 403
    assert (await small("DELETE", f"{path}/invitation")).status == 403
    assert (await small("PATCH", path, {"email": "boese@example.com"})).status == 403
    assert (await small("PATCH", path, {"active": False})).status == 403
    assert (await small("POST", "/roles", {"name": "Alles", "permissions": ["audit.read"]})).status == 403
    reader = await company.program(Permission.STAFF_READ)
    assert (await reader("PATCH", path, {"name": "Wer"})).status == 403


async def test_a_role_is_made_once_changed_and_deleted(program: Program) -> None:
    given = {"name": "Prüfer", "permissions": ["audit.read"]}
    made = await program("POST", "/roles", given, idempotency_key="pruefer")
    assert (await program("POST", "/roles", given, idempotency_key="pruefer")).body == made.body
    assert (made.status, made.body["permissions"]) == (201, ["audit.read"])
    path = made.headers["location"].removeprefix("/api/v1")
    changed = await program("PATCH", path, {"permissions": ["audit.read", "journal.read"]})
    assert (changed.body["name"], changed.body["permissions"]) == ("Prüfer", ["audit.read", "journal.read"])
    assert (await program("POST", "/roles", {**given, "permissions": ["alles"]})).status == 422
    assert (await program("DELETE", f"/roles/{await role(program, 'agent')}")).status == 409
    assert (await program("DELETE", path)).status == 204
    assert (await program("GET", path)).status == 404
