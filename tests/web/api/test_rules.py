"""Rules and macros for programs: written, ordered, switched, tried, done; mistakes named by their place."""

from typing import Any

import pytest

from oase.desk.automations import Means, save_macro
from oase.desk.automations.types import Act
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission

from .conftest import Company, Program

WORDS = {"what": "words", "values": ["zerdrückt"], "how": "has"}
NEW = {
    "name": "Reklamation",
    "when": {"what": "received"},
    "groups": [{"conditions": [WORDS]}],
    "acts": [{"do": "priority", "value": "high"}, {"do": "tag", "value": "Reklamation"}],
}


async def test_a_rule_is_written_changed_switched_and_deleted(program: Program) -> None:
    made = await program("POST", "/rules", NEW, idempotency_key="eins")
    assert (made.status, made.body["state"], made.body["version"]) == (201, "draft", 1), made.body
    assert (await program("POST", "/rules", NEW, idempotency_key="eins")).body == made.body
    assert [one["value"] for one in made.body["acts"]] == ["high", "Reklamation"]
    path = f"/rules/{made.body['id']}"
    changed = await program("PATCH", path, {"name": "Ärger", "when": {"what": "unanswered", "minutes": 90}})
    assert {**made.body, **{name: changed.body[name] for name in ("name", "when", "version", "changed_at")}} == changed.body
    on = await program("POST", f"{path}/switch", {"on": True})
    assert (on.body["state"], on.body["version"], on.body["on_since"] is None) == ("on", 2, False)
    assert (await program("GET", path)).body == on.body
    assert (await program("GET", "/rules")).body["data"] == [on.body]
    assert (await program("GET", f"{path}/runs")).body == {"data": [], "next": None}
    audit = (await program("GET", "/audit-log")).body["data"]
    assert [one["act"] for one in audit[:3]] == ["automation.switched_on", "automation.changed", "automation.created"]
    assert (await program("DELETE", path)).status == 204
    assert [(await program("GET", one)).status for one in (path, f"{path}/runs")] == [404, 404]


async def test_rules_are_put_in_order(program: Program) -> None:
    ids = [(await program("POST", "/rules", {**NEW, "name": name})).body["id"] for name in ("A", "B", "C")]
    ordered = await program("PUT", "/rules/order", {"rule_ids": [ids[2], ids[0]]})
    assert [one["name"] for one in ordered.body["data"]] == ["C", "A", "B"]
    assert (await program("PUT", "/rules/order", {"rule_ids": [str(new_id())]})).status == 404


async def test_a_rule_is_tried_on_the_past(program: Program, begun: dict[str, Any]) -> None:
    path = f"/rules/{(await program('POST', '/rules', NEW)).body['id']}/trials"
    trial = await program("POST", path)
    assert (trial.status, trial.body["total"], trial.body["done"]) == (201, 1, False), trial.body
    for _ in range(4):
        done = await program("POST", f"{path}/{trial.body['id']}/step")
    assert (done.body["done"], done.body["hit_count"], done.body["hits"]) == (True, 1, [begun["conversation_id"]])
    assert (await program("GET", f"{path}/{trial.body['id']}")).body == done.body
    assert (await program("GET", f"{path}/{new_id()}")).status == 404


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"when": {"what": "weather"}}, "#/when/what"),
        ({"when": {"what": "waited"}}, "#/when"),
        ({"groups": [{"conditions": [WORDS, {"what": "weather", "values": ["rain"]}]}]}, "#/groups/0/conditions/1"),
        ({"groups": [{"conditions": [{"what": "team", "values": [str(new_id())]}]}]}, "#/groups/0/conditions/0"),
        ({"acts": []}, "#/acts"),
        ({"acts": [NEW["acts"][1], {"do": "priority", "value": "hot"}]}, "#/acts/1"),
    ],
)
async def test_what_is_wrong_is_named(program: Program, changes: dict[str, Any], pointer: str) -> None:
    wrong = await program("POST", "/rules", {**NEW, **changes})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (422, pointer), wrong.body


async def test_a_macro_shows_what_it_changes_and_does_it_for_whoever_may(
    company: Company, program: Program, begun: dict[str, Any]
) -> None:
    made = await program(
        "POST", "/macros", {"name": "Bruch", "acts": [*NEW["acts"], {"do": "note", "value": "Ersatz bestellt."}]}
    )
    assert made.status == 201, made.body
    assert (await program("POST", "/macros", {"name": "Bruch", "acts": NEW["acts"]})).status == 409
    path, here = f"/macros/{made.body['id']}", f"/conversations/{begun['conversation_id']}"
    assert (await program("PATCH", path, {"name": "Bruchschaden"})).body == {**made.body, "name": "Bruchschaden"}
    effects = (await program("GET", here + path)).body["data"]
    assert [(one["act"]["value"], one["changes"]) for one in effects] == [
        ("high", True),
        ("Reklamation", True),
        ("Ersatz bestellt.", True),
    ]
    reader = await company.program(Permission.CONVERSATION_READ, Permission.CONVERSATION_ASSIGN)
    assert (await reader("POST", here + path)).status == 403
    for _ in range(2):
        done = await program("POST", here + path, idempotency_key="einmal")
        assert (done.status, done.body) == (200, {"message_id": None}), done.body
    now = (await program("GET", here)).body
    assert (now["priority"], now["tags"]) == ("high", ["Reklamation"])
    notes = [one for one in (await program("GET", f"{here}/messages")).body["data"] if one["direction"] == "note"]
    assert [one["text"] for one in notes] == ["Ersatz bestellt."]
    assert (await program("DELETE", path)).status == 204
    assert (await program("GET", path)).status == 404


async def test_a_program_is_nobody_whom_a_macro_could_give_it_to(
    company: Company, program: Program, begun: dict[str, Any]
) -> None:
    async with company.services.database.work(company.workspace_id) as work:
        means = Means(company.services.book, company.services.timetables)
        macro = await save_macro(work, means, name="Meins", acts=[Act(do="assign", value="me")])
    refused = await program("POST", f"/conversations/{begun['conversation_id']}/macros/{macro}")
    assert (refused.status, "only an agent" in refused.body["detail"]) == (409, True)
