"""Persons, accounts, journal, desk, staff, search and live events over the API."""

import asyncio
import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec
import openapi_spec_validator
import pytest
from tests.web.api.conftest import Company, Program, new

from oase.channels.contract import Raw
from oase.conversations import Indexer
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, Position
from oase.kernel.locks import Locks
from oase.kernel.permissions import Permission
from oase.web.api import document
from oase.web.published import EVENT_TYPES, publish


async def test_a_person_is_made_found_and_changed(program: Program) -> None:
    given = {
        "name": "Änne Köhler",
        "organisation": "Muster GmbH",
        "identities": [{"kind": "email", "value": "Aenne@Example.com"}],
    }
    made = await program("POST", "/persons", given)
    assert made.status == 201, made.body
    path = f"/persons/{made.body['id']}"
    assert [one["value"] for one in (await program("GET", f"{path}/identities")).body["data"]] == ["aenne@example.com"]
    changed = await program("PATCH", path, {"name": "Änne Strauß", "fields": {"vip": True}, "blocked": True})
    facts = {name: changed.body[name] for name in ("name", "organisation", "fields", "blocked")}
    assert facts == {"name": "Änne Strauß", "organisation": "Muster GmbH", "fields": {"vip": True}, "blocked": True}
    assert (await program("GET", "/persons")).body["data"][0] == changed.body
    assert (await program("PATCH", path, {})).body == changed.body


async def test_an_address_has_one_owner(program: Program) -> None:
    identity = {"kind": "phone", "value": "+49 30 23125177"}
    first = (await program("POST", "/persons", {"name": "Anna", "identities": [identity]})).body
    other = (await program("POST", "/persons", {"name": "Bernd"})).body
    assert (await program("POST", f"/persons/{other['id']}/identities", identity)).status == 409
    assert (await program("POST", f"/persons/{first['id']}/identities", {"kind": "phone", "value": "abc"})).status == 422


async def test_two_persons_become_one_and_two_again(program: Program) -> None:
    ids = [(await program("POST", "/persons", {"name": name})).body["id"] for name in ("Anna Müller", "A. Müller")]
    merged = await program("POST", f"/persons/{ids[0]}/merge", {"person_id": ids[1]})
    assert merged.status == 200, merged.body
    assert (await program("GET", f"/persons/{ids[1]}")).body["merged_into"] == ids[0]
    assert (await program("POST", f"/persons/{ids[0]}/unmerge", {"merge_id": merged.body["merge_id"]})).status == 200
    assert (await program("GET", f"/persons/{ids[1]}")).body["merged_into"] is None


async def test_who_looks_like_the_same_person_is_suggested_until_told_apart(program: Program) -> None:
    anna, other = [(await program("POST", "/persons", {"name": name})).body["id"] for name in ("Anna Müller", "Anna MÜLLER")]
    (found,) = (await program("GET", f"/persons/{anna}/duplicates")).body["data"]
    assert (found["person_id"], found["reason"]) == (other, "name")
    path = f"/persons/{anna}/distinct-from/{other}"
    assert (await program("PUT", path)).status == 204
    assert (await program("GET", f"/persons/{anna}/duplicates")).body["data"] == []
    assert (await program("DELETE", path)).status == 204
    assert len((await program("GET", f"/persons/{anna}/duplicates")).body["data"]) == 1
    assert (await program("PUT", f"/persons/{anna}/distinct-from/{UUID(int=1)}")).status == 404
    merged = (await program("POST", f"/persons/{anna}/merge", {"person_id": other})).body
    (merge,) = (await program("GET", f"/persons/{anna}/merges")).body["data"]
    assert (merge["id"], merge["merged_id"], merge["merged_name"]) == (merged["merge_id"], other, "Anna MÜLLER")


async def test_a_delivery_of_the_journal_is_read_and_replayed(company: Company, program: Program) -> None:
    raw = Raw(body=b'{"x":1}', headers={"content-type": "application/json"}, received_at=company.services.clock.now())
    await company.services.journal.accept(company.workspace_id, company.whatsapp, "whatsapp", raw)
    (entry,) = (await program("GET", "/journal?state=new")).body["data"]
    read = (await program("GET", f"/journal/{entry['id']}")).body
    assert (read["entry"], read["body_base64"]) == (entry, "eyJ4IjoxfQ==")
    replayed = await program("POST", f"/journal/{entry['id']}/replay")
    assert (replayed.status, replayed.body) == (202, {"replayed": 0})  # it waits already


async def test_what_stands_around(company: Company, program: Program) -> None:
    await program("POST", "/conversations", new(company, tags=["vip"]))
    assert [one["name"] for one in (await program("GET", "/tags")).body["data"]] == ["vip"]
    for path in ("/snippets", "/custom-fields", "/teams", "/webhooks"):
        assert (await program("GET", path)).body == {"data": [], "next": None}, path
    (agent,) = (await program("GET", "/agents")).body["data"]
    assert agent["name"] == "Änne Köhler"
    assert (await program("GET", f"/agents/{agent['id']}")).body == agent


async def test_the_search_finds_what_was_said(company: Company, program: Program, begun: dict[str, Any]) -> None:
    await Indexer(company.services.database, company.services.live, Locks(company.services.database.dsn)).catch_up()
    found = (await program("GET", "/search?q=kisten%20from:groß")).body
    assert [one["number"] for one in found["conversations"]] == [begun["number"]]
    assert {"text": "Kiste", "hit": True} in found["conversations"][0]["snippet"]


async def test_what_happens_is_told_on_a_stream_that_goes_on_where_it_was(company: Company, program: Program) -> None:
    headers = {"authorization": f"Bearer {program.token}"}
    seen: list[tuple[str, dict[str, Any]]] = []
    last = ""

    async def read(wanted: int, **more: str) -> None:
        nonlocal last
        async with company.session.get("/api/v1/events", headers={**headers, **more}) as stream:
            assert stream.headers["content-type"].startswith("text/event-stream")
            name = ""
            async for line in stream.content:
                key, _, value = line.decode().rstrip("\n").partition(": ")
                if key == "id":
                    last = value
                elif key == "event":
                    name = value
                elif key == "data" and name != "hello":
                    seen.append((name, json.loads(value)))
                    if len(seen) == wanted:
                        return
                elif key == "data":
                    opened.set()

    opened = asyncio.Event()
    reading = asyncio.create_task(read(2))
    await asyncio.wait_for(opened.wait(), 5)
    begun = (await program("POST", "/conversations", new(company))).body
    await asyncio.wait_for(reading, 5)
    assert [name for name, _ in seen] == ["conversation.opened", "message.received"]
    assert seen[1][1]["message_id"] == begun["message_id"]
    await program("PATCH", f"/conversations/{begun['conversation_id']}", {"state": "solved"})
    seen.clear()
    await asyncio.wait_for(read(1, **{"last-event-id": last}), 5)
    assert seen == [
        (
            "conversation.solved",
            {"conversation_id": begun["conversation_id"], "url": f"/api/v1/conversations/{begun['conversation_id']}"},
        )
    ]


@pytest.mark.parametrize(
    ("topic", "payload", "types"),
    [
        ("conversation", {"what": "opened", "messages": ["m"]}, ["conversation.opened", "message.received"]),
        ("conversation", {"what": "received", "messages": ["m", "n"], "reopened": True},
         ["conversation.reopened", "message.received", "message.received"]),
        ("conversation", {"what": "assigned", "agent": "a"}, ["conversation.assigned"]),
        ("conversation", {"what": "assigned", "agent": None}, ["conversation.unassigned"]),
        ("conversation", {"what": "delivery", "messages": ["m"], "state": "sent"}, ["message.delivery_changed", "message.sent"]),
        ("conversation", {"what": "state", "state": "solved"}, ["conversation.solved"]),
        ("conversation", {"what": "noted", "messages": ["m"]}, ["note.added"]),
        ("conversation", {"what": "something new"}, []),
        ("person", {"what": "merged", "into": "p"}, ["person.merged"]),
        ("account", {"what": "state", "state": "down"}, ["account.state_changed"]),
        ("notice", {"kind": "quality", "text": "…", "serious": True}, ["account.notice"]),
        ("notice", {"kind": "webhook", "text": "…"}, []),
        ("offer", {"what": "made", "conversation": "c"}, ["offer.made"]),
        ("offer", {"what": "expired", "conversation": "c"}, ["offer.expired"]),
        ("offer", {"what": "wants"}, []),
        ("duty", {"state": "break", "reason": "Arzt", "since": "2026-11-03T12:00:00+00:00"}, ["agent.duty_changed"]),
        ("typing", {}, []),
    ],
)  # fmt: skip
def test_events_of_the_log_become_types_that_programs_know(topic: str, payload: dict[str, Any], types: list[str]) -> None:
    told = list(publish(LiveEvent(Position(1, 1), new_id(), topic, new_id(), payload)))
    assert [one.type for one in told] == types
    assert set(types) <= set(EVENT_TYPES)
    assert not any("reason" in one.data for one in told)


def test_the_description_is_valid_and_complete() -> None:
    described = msgspec.json.decode(document())
    openapi_spec_validator.validate(described)
    operations = [operation for path in described["paths"].values() for operation in path.values()]
    assert described["openapi"].startswith("3.1")
    assert all(operation["summary"] and operation["description"] and operation["x-permission"] for operation in operations)
    assert described["components"]["schemas"]["NewConversation"]["additionalProperties"] is False


def test_the_description_says_every_limit_of_what_comes_in() -> None:
    described = msgspec.json.decode(document())
    schemas = {name: one for name, one in described["components"]["schemas"].items() if one.get("additionalProperties") is False}
    for path, item in described["paths"].items():
        for method, operation in item.items():
            schemas |= {f"{method} {path} {one['name']}": one["schema"] for one in operation.get("parameters", ())}
    assert [found for name, schema in schemas.items() for found in unlimited(schema, name)] == []


def unlimited(schema: dict[str, Any], place: str) -> Iterator[str]:
    """Where a list, a map or a text may be as long as it likes."""
    limits = {
        "array": {"maxItems"},
        "object": {"maxProperties", "properties"},
        "string": {"maxLength", "enum", "format", "pattern"},
    }
    types = schema.get("type", ())
    for one in [types] if isinstance(types, str) else types:
        if one in limits and not limits[one] & schema.keys():
            yield f"{place}: {one}"
    own = {name: value for name, value in schema.items() if name not in ("oneOf", "anyOf")}
    for one in (*schema.get("oneOf", ()), *schema.get("anyOf", ())):
        yield from unlimited({**own, **one}, place)
    for name, one in schema.get("properties", {}).items():
        yield from unlimited(one, f"{place}/{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from unlimited(schema[name], f"{place}/{name}")


async def test_the_description_is_there_for_everybody(company: Company) -> None:
    answer = await Program(company.session)("GET", "/openapi.json")
    assert (answer.status, answer.body["info"]["title"]) == (200, "Oase")


async def test_a_desk_is_furnished_by_a_program(company: Company, program: Program) -> None:
    tag = (await program("POST", "/tags", {"name": "Reklamation", "color": "#B91C1C"})).body
    assert (tag["name"], tag["color"]) == ("Reklamation", "#b91c1c")
    await program("POST", "/conversations", new(company, tags=["Reklamation"]))
    assert (await program("PATCH", f"/tags/{tag['id']}", {"name": "Beschwerde"})).body["name"] == "Beschwerde"
    assert (await program("GET", "/conversations")).body["data"][0]["tags"] == ["Beschwerde"]
    other = (await program("POST", "/tags", {"name": "Ärger"})).body
    assert (await program("POST", f"/tags/{tag['id']}/merge", {"into_id": other["id"]})).body == other
    assert (await program("DELETE", f"/tags/{other['id']}")).status == 204
    assert (await program("GET", "/tags")).body["data"] == []
    snippet = await program(
        "POST", "/snippets", {"shortcut": "/Versand", "name": "Versand", "texts": {"de": "Hallo {{person.name}}"}}
    )
    assert (snippet.status, snippet.body["shortcut"]) == (201, "versand")
    path = f"/snippets/{snippet.body['id']}"
    wrong = await program("PATCH", path, {"texts": {"de": "Hallo {{kunde}}"}})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (422, "#/texts/de")
    assert (await program("PATCH", path, {"name": "Versand heute"})).body == {**snippet.body, "name": "Versand heute"}
    assert (await program("DELETE", path)).status == 204
    assert (await program("GET", path)).status == 404


async def test_a_custom_field_is_made_once_however_often_the_request_comes(program: Program) -> None:
    given = {"subject": "person", "kind": "choice", "labels": {"de": "Größe", "en": "Size"}, "choices": ["S", "M"]}
    made = await program("POST", "/custom-fields", given, idempotency_key="groesse")
    again = await program("POST", "/custom-fields", given, idempotency_key="groesse")
    assert (made.status, again.body) == (201, made.body)
    assert made.body["key"] == "size"
    path = f"/custom-fields/{made.body['id']}"
    assert (await program("PATCH", path, {"choices": ["S", "M", "L"]})).body["choices"] == ["S", "M", "L"]
    assert (await program("PATCH", path, {"labels": {}})).body["errors"][0]["pointer"] == "#/labels/de"
    assert (await program("DELETE", path)).status == 204


async def test_a_team_is_made_changed_and_deleted_and_the_audit_log_says_so(company: Company, program: Program) -> None:
    agent = str(company.agent_id)
    made = await program("POST", "/teams", {"name": "Rückläufer", "leads": [agent]})
    assert (made.body["members"], made.body["leads"]) == ([agent], [agent])
    path = f"/teams/{made.body['id']}"
    assert (await program("PATCH", path, {"description": "Was zurückkommt"})).body["members"] == [agent]
    assert (await program("PATCH", path, {"members": [str(new_id())]})).status == 422
    assert (await program("DELETE", path)).status == 204
    entries = (await program("GET", "/audit-log?subject=team&limit=1")).body
    assert (entries["data"][0]["act"], entries["data"][0]["data"]["name"]) == ("team.deleted", "Rückläufer")
    assert (await program("GET", f"/audit-log?subject=team&cursor={entries['next']}")).body["data"][0]["act"] == "team.saved"


async def test_a_person_is_given_out_and_erased_by_a_program(company: Company, program: Program) -> None:
    started = (await program("POST", "/conversations", new(company))).body
    path = f"/persons/{started['person_id']}"
    archive = await program("POST", f"{path}/export")
    assert (archive.status, archive.headers["content-type"], archive.body[:2]) == (200, "application/zip", b"PK")
    reader = await company.program(Permission.PERSON_READ)
    assert (await reader("DELETE", path)).status == 403
    assert (await program("DELETE", path)).status == 204
    assert (await program("GET", path)).status == 404
    assert (await program("GET", f"/conversations/{started['conversation_id']}")).status == 404


async def test_fields_have_an_order(program: Program) -> None:
    given = [{"subject": "person", "kind": "text", "labels": {"en": name}} for name in ("First", "Second")]
    ids = [(await program("POST", "/custom-fields", one)).body["id"] for one in given]
    moved = await program("POST", f"/custom-fields/{ids[1]}/move", {"direction": "up"})
    assert [one["id"] for one in moved.body["data"]] == ids[::-1]
    assert (await program("GET", "/custom-fields")).body == moved.body
    assert (await program("POST", f"/custom-fields/{new_id()}/move", {"direction": "up"})).status == 404


async def test_the_workspace_is_read_and_changed(company: Company, program: Program) -> None:
    before = (await program("GET", "/workspace")).body
    assert (before["id"], before["name"]) == (str(company.workspace_id), "Muster GmbH")
    given = {"name": "Müller & Söhne", "time_zone": "Europe/Zurich"}
    assert (await program("PATCH", "/workspace", given)).body == {**before, **given}
    assert (await program("PATCH", "/workspace", {"time_zone": "Mars/Olympus"})).status == 422
    assert (await (await company.program(Permission.CONVERSATION_READ))("PATCH", "/workspace", given)).status == 403


async def test_a_token_is_revoked_by_a_program(company: Company, program: Program) -> None:
    reader = await company.program(Permission.CONVERSATION_READ)
    (newest, _) = (await program("GET", "/tokens")).body["data"]
    assert (newest["name"], newest["permissions"]) == ("Kasse", ["conversation.read"])
    assert reader.token not in json.dumps(newest)
    assert (await reader("DELETE", f"/tokens/{newest['id']}")).status == 403
    assert (await program("DELETE", f"/tokens/{newest['id']}")).status == 204
    assert (await program("DELETE", f"/tokens/{newest['id']}")).status == 404
