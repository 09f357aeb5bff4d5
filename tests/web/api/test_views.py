"""Saved views over the API."""

from typing import Any
from uuid import uuid4

import pytest
from tests.web.api.conftest import Company, Program, new

from oase.kernel.permissions import Permission
from oase.staff import Visit
from oase.staff.actions.sessions import open_session

URGENT = {"name": "Dringendes", "query": "is:open priority:urgent", "shared": "all"}


async def test_a_view_is_kept_once_changed_deleted_and_brought_back(program: Program) -> None:
    made = await program("POST", "/views", URGENT, idempotency_key="dringend")
    assert made.status == 201, made.body
    assert (await program("POST", "/views", URGENT, idempotency_key="dringend")).body == made.body
    path = made.headers["location"].removeprefix("/api/v1")
    assert (await program("GET", path)).body == made.body
    team = (await program("POST", "/teams", {"name": "Versand"})).body["id"]
    changed = await program("PATCH", path, {"name": "Sehr dringend", "team_id": team})
    facts = {name: changed.body[name] for name in ("name", "query", "shared", "team_id")}
    assert facts == {"name": "Sehr dringend", "query": URGENT["query"], "shared": "team", "team_id": team}
    assert (await program("DELETE", path)).status == 204
    assert (await program("GET", "/views")).body["data"] == []
    assert (await program("POST", f"{path}/restore")).body == changed.body
    entries = (await program("GET", "/audit-log?subject=view")).body["data"]
    assert [one["act"] for one in entries] == ["view.brought_back", "view.deleted", "view.changed", "view.created"]


async def test_what_is_in_a_view_comes_in_pages_as_the_inbox_shows_it(company: Company, program: Program) -> None:
    numbers = []
    for priority in ("urgent", "normal", "urgent", "urgent"):
        numbers.append((await program("POST", "/conversations", {**new(company), "priority": priority})).body["number"])
    view = (await program("POST", "/views", URGENT)).body["id"]
    first = (await program("GET", f"/views/{view}/conversations?limit=2")).body
    rest = (await program("GET", f"/views/{view}/conversations?limit=2&cursor={first['next']}")).body
    due = [one["number"] for one in [*first["data"], *rest["data"]]]
    assert due == [numbers[0], numbers[2], numbers[3]]
    assert rest["next"] is None
    assert first["data"][0] == (await program("GET", f"/conversations/{first['data'][0]['id']}")).body
    assert (await program("GET", f"/views/{uuid4()}/conversations")).status == 404
    assert (await program("GET", f"/views/{view}/conversations?cursor=none")).status == 422


async def test_a_view_follows_its_tag(program: Program) -> None:
    tags = [(await program("POST", "/tags", {"name": name})).body["id"] for name in ("Garantie", "Gewähr")]
    view = (await program("POST", "/views", {**URGENT, "query": "is:open tag:Garantie"})).body["id"]
    await program("PATCH", f"/tags/{tags[0]}", {"name": "Garantie 2026"})
    assert (await program("GET", f"/views/{view}")).body["query"] == 'is:open tag:"Garantie 2026"'
    merged = await program("POST", f"/tags/{tags[0]}/merge", {"into_id": tags[1]})
    assert merged.status == 200, merged.body
    assert (await program("GET", f"/views/{view}")).body["query"] == 'is:open tag:"Gewähr"'


async def test_views_have_an_order(program: Program) -> None:
    ids = [(await program("POST", "/views", {**URGENT, "name": name})).body["id"] for name in ("Eins", "Zwei")]
    moved = await program("POST", f"/views/{ids[1]}/move", {"direction": "up"})
    assert [one["name"] for one in moved.body["data"]] == ["Zwei", "Eins"]
    assert (await program("GET", "/views")).body == moved.body


@pytest.mark.parametrize(
    ("change", "status", "pointer"),
    [
        ({"query": "Kiste"}, 422, "#/query"),
        ({"query": "is:offn"}, 422, "#/query"),
        ({"name": "x" * 61}, 422, "#/name"),
        ({"shared": "none"}, 422, "#/shared"),
        ({"shared": "team"}, 422, "#/team_id"),
        ({"shared": "team", "team_id": str(uuid4())}, 404, ""),
    ],
)
async def test_a_view_that_cannot_be_is_refused(program: Program, change: dict[str, Any], status: int, pointer: str) -> None:
    answer = await program("POST", "/views", {**URGENT, **change})
    assert answer.status == status, answer.body
    assert [one["pointer"] for one in answer.body.get("errors", [])] == ([pointer] if pointer else [])


async def test_who_may_not_share_changes_nothing_that_is_shared(company: Company, program: Program) -> None:
    made = (await program("POST", "/views", URGENT)).body
    reader = await company.program(Permission.CONVERSATION_READ)
    assert (await reader("GET", "/views")).body["data"] == [made]
    assert (await reader("POST", "/views", URGENT)).status == 403
    assert (await reader("PATCH", f"/views/{made['id']}", {"name": "Meins"})).status == 403
    assert (await reader("DELETE", f"/views/{made['id']}")).status == 403
    assert (await program("GET", f"/views/{uuid4()}")).status == 404


async def test_an_agent_keeps_views_that_nobody_else_sees(company: Company, program: Program) -> None:
    async with company.services.database.work(company.workspace_id) as work:
        session = await open_session(work, company.agent_id, Visit())
    own = {"cookie": f"oase={session.token.reveal()}", "sec_fetch_site": "same-origin"}
    page = Program(company.session)
    made = await page("POST", "/views", {"name": "Meine", "query": "assignee:me"}, **own)
    assert (made.status, made.body["shared"], made.body["agent_id"]) == (201, "none", str(company.agent_id))
    path = f"/views/{made.body['id']}"
    assert [one["name"] for one in (await page("GET", "/views", **own)).body["data"]] == ["Meine"]
    assert (await program("GET", "/views")).body["data"] == []
    assert (await program("PATCH", path, {"name": "Fremd"})).status == 404
    assert (await page("PATCH", path, {"query": "is:open assignee:me"}, **own)).body["query"] == "is:open assignee:me"
