"""Conversations over the API: start, read, change, clash, merge, split, list."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.web.api.conftest import Company, Program, new

from oase.kernel.permissions import Permission


async def test_a_started_conversation_can_be_read(company: Company, program: Program) -> None:
    given = new(company, subject="Lieferung", tags=["Rücksendung"], fields={"order": "K-104233"}, priority="high")
    made = await program("POST", "/conversations", given)
    assert made.status == 201
    read = await program("GET", made.headers["location"].removeprefix("/api/v1"))
    facts = {
        name: read.body[name] for name in ("number", "subject", "tags", "fields", "priority", "state", "channel", "message_count")
    }
    assert facts == {
        "number": made.body["number"], "subject": "Lieferung", "tags": ["Rücksendung"], "fields": {"order": "K-104233"},
        "priority": "high", "state": "open", "channel": "whatsapp", "message_count": 1,
    }  # fmt: skip
    assert read.body["due_at"] is not None
    assert read.headers["etag"] == f'"{read.body["version"]}"'


async def test_the_person_is_found_again_by_the_address(company: Company, program: Program, begun: dict[str, Any]) -> None:
    again = await program("POST", "/conversations", new(company, "Noch etwas", address="+4915228817386"))
    assert again.body["person_id"] == begun["person_id"]
    assert again.body["conversation_id"] != begun["conversation_id"]


async def test_the_first_message_may_be_ours(company: Company, program: Program) -> None:
    template = {"name": "paket_unterwegs", "language": "de", "preview": "Ihr Paket ist unterwegs."}
    first: dict[str, Any] = new(company, "", message={"direction": "out", "template": template})
    refused = await program("POST", "/conversations", first)
    assert (refused.status, refused.body["errors"][0]["pointer"]) == (422, "#/grounds")  # WhatsApp demands consent
    first["grounds"] = {"basis": "consent", "note": "Haken bei der Bestellung"}
    made = await program("POST", "/conversations", first, idempotency_key="paket-1")
    assert made.status == 201, made.body
    assert (await program("POST", "/conversations", first, idempotency_key="paket-1")).body == made.body
    (kept,) = (await program("GET", f"/persons/{made.body['person_id']}/consents")).body["data"]
    assert (kept["basis"], kept["source"]) == ("consent", "Haken bei der Bestellung")
    back = await program("POST", f"/consents/{kept['id']}/withdraw")
    assert back.body["withdrawn_at"] is not None
    message = (await program("GET", f"/messages/{made.body['message_id']}")).body
    assert (message["direction"], message["text"]) == ("out", "Ihr Paket ist unterwegs.")
    assert [one["state"] for one in message["deliveries"]] == ["queued"]


async def test_where_only_a_template_may_begin_text_is_refused(company: Company, program: Program) -> None:
    grounds = {"basis": "consent", "note": "Im Laden"}
    answer = await program("POST", "/conversations", {**new(company, message={"direction": "out"}), "grounds": grounds})
    assert answer.status == 422
    assert "template" in answer.body["detail"]


async def test_a_repetition_gets_the_first_answer(company: Company, program: Program) -> None:
    given = new(company)
    first = await program("POST", "/conversations", given, idempotency_key="bestellung-1")
    again = await program("POST", "/conversations", given, idempotency_key="bestellung-1")
    other = await program("POST", "/conversations", given, idempotency_key="bestellung-2")
    assert first.body == again.body
    assert other.body["number"] != first.body["number"]


async def test_repetitions_at_the_same_moment_make_one_conversation(company: Company, program: Program) -> None:
    given = new(company)
    answers = await asyncio.gather(*(program("POST", "/conversations", given, idempotency_key="zugleich") for _ in range(8)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["number"] for answer in answers}) == 1


async def test_a_key_that_meant_something_else_is_refused(company: Company, program: Program) -> None:
    await program("POST", "/conversations", new(company), idempotency_key="einmal")
    answer = await program("POST", "/conversations", new(company, "Etwas anderes"), idempotency_key="einmal")
    assert answer.status == 422
    assert answer.body["errors"][0]["parameter"] == "Idempotency-Key"


async def test_one_bad_start_among_many_harms_no_other(company: Company, program: Program) -> None:
    await program("POST", "/conversations", new(company, message={"external_id": "K-1"}))
    bad = new(company, message={"external_id": "K-1"})
    answers = await asyncio.gather(
        *(program("POST", "/conversations", one) for one in [new(company), bad, new(company), new(company)])
    )
    assert sorted(answer.status for answer in answers) == [201, 201, 201, 422]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"state": "solved"}, {"state": "solved", "due_at": None}),
        ({"state": "waiting"}, {"state": "waiting"}),
        ({"priority": "urgent"}, {"priority": "urgent"}),
        ({"subject": "Neuer Titel"}, {"subject": "Neuer Titel"}),
        ({"tags": ["eins", "zwei"]}, {"tags": ["eins", "zwei"]}),
        ({"fields": {"order": "K-1", "old": None}}, {"fields": {"order": "K-1"}}),
        ({}, {"state": "open"}),
    ],
)
async def test_changes(program: Program, begun: dict[str, Any], change: dict[str, Any], expected: dict[str, Any]) -> None:
    answer = await program("PATCH", f"/conversations/{begun['conversation_id']}", change)
    assert answer.status == 200, answer.body
    assert {name: answer.body[name] for name in expected} == expected


async def test_assigning_and_taking_away(company: Company, program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}"
    assert (await program("PATCH", path, {"assignee_id": str(company.agent_id)})).body["assignee_id"] == str(company.agent_id)
    assert (await program("PATCH", path, {"assignee_id": None})).body["assignee_id"] is None
    assert (await program("PATCH", path, {"assignee_id": str(uuid4())})).status == 404


async def test_snoozing_needs_a_moment_ahead(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}"
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert (await program("PATCH", path, {"state": "snoozed", "snoozed_until": until})).body["state"] == "snoozed"
    answer = await program("PATCH", path, {"state": "snoozed"})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "#/snoozed_until")
    assert (await program("PATCH", path, {"state": "snoozed", "snoozed_until": "2020-01-01T00:00:00Z"})).status == 422


async def test_who_was_slower_is_told(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}"
    etag = (await program("GET", path)).headers["etag"]
    assert (await program("PATCH", path, {"subject": "Eins"}, if_match=etag)).status == 200
    late = await program("PATCH", path, {"subject": "Zwei"}, if_match=etag)
    assert (late.status, late.body["type"]) == (412, "/api/v1/problems/out-of-date")
    assert (await program("GET", path)).body["subject"] == "Eins"


async def test_merging_and_splitting(company: Company, program: Program, begun: dict[str, Any]) -> None:
    other = (await program("POST", "/conversations", new(company, "Gehört dazu"))).body
    path = f"/conversations/{begun['conversation_id']}"
    merged = await program("POST", f"{path}/merge", {"conversation_id": other["conversation_id"]})
    assert merged.body["message_count"] == 2
    assert (await program("GET", f"/conversations/{other['conversation_id']}")).body["merged_into"] == begun["conversation_id"]
    split = await program("POST", f"{path}/split", {"message_ids": [other["message_id"]]})
    assert (split.status, split.body["message_count"]) == (201, 1)


async def test_a_merge_is_undone_and_a_split_by_merging(company: Company, program: Program, begun: dict[str, Any]) -> None:
    other = (await program("POST", "/conversations", new(company, "Gehört doch nicht dazu"))).body
    path = f"/conversations/{begun['conversation_id']}"
    await program("POST", f"{path}/merge", {"conversation_id": other["conversation_id"]})
    (merge,) = (await program("GET", f"{path}/merges")).body["data"]
    assert (merge["merged_id"], merge["merged_number"]) == (other["conversation_id"], other["number"])
    undo = {"merge_id": merge["id"]}
    assert (await (await company.program(Permission.CONVERSATION_READ))("POST", f"{path}/unmerge", undo)).status == 403
    back = await program("POST", f"{path}/unmerge", undo, idempotency_key="auseinander")
    assert (back.status, back.body["message_count"]) == (200, 1)
    assert (await program("POST", f"{path}/unmerge", undo, idempotency_key="auseinander")).body == back.body
    assert (await program("POST", f"{path}/unmerge", undo)).status == 404
    assert (await program("GET", f"/conversations/{other['conversation_id']}")).body["merged_into"] is None
    assert (await program("GET", f"{path}/merges")).body["data"] == []


async def test_pages_of_a_list_follow_each_other(company: Company, program: Program) -> None:
    made = [(await program("POST", "/conversations", new(company, f"Nummer {n}"))).body["number"] for n in range(5)]
    seen: list[int] = []
    cursor = ""
    while True:
        page = (await program("GET", f"/conversations?limit=2{cursor}")).body
        seen += [one["number"] for one in page["data"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert sorted(seen) == sorted(made)


async def test_lists_are_filtered(company: Company, program: Program, begun: dict[str, Any]) -> None:
    other = (await program("POST", "/conversations", new(company, "Zwei", address="+4917640690123", tags=["vip"]))).body
    await program(
        "PATCH", f"/conversations/{other['conversation_id']}", {"state": "solved", "assignee_id": str(company.agent_id)}
    )

    async def numbers(filters: str) -> list[int]:
        answer = await program("GET", f"/conversations?{filters}")
        assert answer.status == 200, answer.body
        return [one["number"] for one in answer.body["data"]]

    assert await numbers("state=open") == [begun["number"]]
    assert await numbers("state=solved&state=waiting") == [other["number"]]
    assert await numbers("assignee=none") == [begun["number"]]
    assert await numbers(f"assignee={company.agent_id}") == [other["number"]]
    assert await numbers("tag=vip") == [other["number"]]
    assert await numbers(f"person={begun['person_id']}") == [begun["number"]]
    assert await numbers(f"number={other['number']}") == [other["number"]]
    assert await numbers(f"account={company.whatsapp}&channel=whatsapp&state=open") == [begun["number"]]
    assert await numbers("since=2099-01-01T00:00:00Z") == []
    assert (await program("GET", "/conversations?assignee=xyz")).body["errors"][0]["parameter"] == "assignee"


async def test_a_program_may_only_what_its_token_says(company: Company, begun: dict[str, Any]) -> None:
    reader = await company.program(Permission.CONVERSATION_READ)
    path = f"/conversations/{begun['conversation_id']}"
    assert (await reader("GET", path)).status == 200
    assert (await reader("POST", "/conversations", new(company))).status == 403
    assert (await reader("PATCH", path, {"state": "solved"})).body["type"] == "/api/v1/problems/not-allowed"
    assert (await reader("PATCH", path, {"subject": "Neu"})).status == 403
    assert (await reader("GET", "/persons")).status == 403


async def test_another_companys_conversation_does_not_exist(company: Company, program: Program) -> None:
    assert (await program("GET", f"/conversations/{UUID(int=5)}")).status == 404
    answer = await program("POST", "/conversations", {**new(company), "account_id": str(UUID(int=7))})
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, "#/account_id")
