"""Messages, notes and files over the API."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio
from tests.web.api.conftest import Company, Program, new

from oase.conversations import jobs as conversation_jobs
from oase.kernel.jobs import Jobs
from oase.kernel.permissions import Permission


async def test_saying_something_queues_it(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}"
    said = await program("POST", f"{path}/messages", {"text": "Ein neues Paket ist unterwegs.", "undo_seconds": 30})
    assert said.status == 201, said.body
    assert [one["state"] for one in said.body["deliveries"]] == ["queued"]
    assert (await program("GET", path)).body["state"] == "waiting"
    assert (await program("GET", said.headers["location"].removeprefix("/api/v1"))).body == said.body


async def test_a_repeated_answer_is_said_once(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}/messages"
    first = await program("POST", path, {"text": "Einmal"}, idempotency_key="k")
    again = await program("POST", path, {"text": "Einmal"}, idempotency_key="k")
    assert first.body["id"] == again.body["id"]
    assert again.headers["idempotency-replayed"] == "true"
    directions = [one["direction"] for one in (await program("GET", path)).body["data"]]
    assert directions.count("out") == 1


async def test_a_failed_request_does_not_use_its_key_up(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}/messages"
    assert (await program("POST", path, {"text": " "}, idempotency_key="k")).status == 422
    assert (await program("POST", path, {"text": "Jetzt"}, idempotency_key="k")).status in (201, 422)


async def test_a_message_can_be_taken_back_while_it_is_queued(program: Program, begun: dict[str, Any]) -> None:
    said = await program("POST", f"/conversations/{begun['conversation_id']}/messages", {"text": "Ups", "undo_seconds": 30})
    back = await program("POST", f"/messages/{said.body['id']}/cancel")
    assert [one["state"] for one in back.body["deliveries"]] == ["cancelled"]
    assert (await program("POST", f"/messages/{said.body['id']}/cancel")).status == 409
    assert (await program("POST", f"/messages/{said.body['id']}/retry")).status == 409
    assert (await program("POST", f"/messages/{said.body['id']}/resolve", {"decision": "sent"})).status == 409
    assert (await program("POST", f"/messages/{uuid4()}/cancel")).status == 404


async def test_a_note_is_among_the_messages_and_goes_nowhere(program: Program, begun: dict[str, Any], company: Company) -> None:
    path = f"/conversations/{begun['conversation_id']}"
    made = await program("POST", f"{path}/notes", {"text": "Kulanz?", "mentions": [str(company.agent_id)]})
    assert (made.status, made.body["direction"], made.body["deliveries"]) == (201, "note", [])
    assert [one["direction"] for one in (await program("GET", f"{path}/messages")).body["data"]] == ["in", "note"]


async def test_pages_of_messages_follow_each_other_both_ways(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}"
    for n in range(4):
        await program("POST", f"{path}/notes", {"text": f"Notiz {n}"})
    for order in ("oldest", "newest"):
        seen: list[str] = []
        cursor = ""
        while cursor is not None:
            page = (await program("GET", f"{path}/messages?limit=2&order={order}{cursor and '&cursor=' + cursor}")).body
            seen += [one["text"] for one in page["data"]]
            cursor = page["next"]
        expected = ["Die Kiste kam zerdrückt an 😕", "Notiz 0", "Notiz 1", "Notiz 2", "Notiz 3"]
        assert seen == (expected if order == "oldest" else expected[::-1])


async def test_html_of_programs_is_cleaned(company: Company, program: Program) -> None:
    html = "<p onclick=alert(1)>Hallo<script>alert(1)</script> <b>Welt</b></p>"
    made = await program("POST", "/conversations", new(company, message={"html": html}))
    message = (await program("GET", f"/messages/{made.body['message_id']}")).body
    assert message["html"] == "<p>Hallo <b>Welt</b></p>"


async def test_a_file_goes_up_into_a_message_and_down_again(company: Company, program: Program) -> None:
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("file", b"\xff\xd8 picture", filename="Foto der Kiste.jpg", content_type="image/jpeg")
    headers = {"authorization": f"Bearer {program.token}"}
    async with company.session.post("/api/v1/attachments", data=form, headers=headers) as response:
        assert response.status == 201, await response.text()
        uploaded = await response.json()
    assert (uploaded["name"], uploaded["type"], uploaded["size_bytes"]) == ("Foto der Kiste.jpg", "image/jpeg", 10)
    made = await program("POST", "/conversations", new(company, message={"attachment_ids": [uploaded["id"]]}))
    message = (await program("GET", f"/messages/{made.body['message_id']}")).body
    assert [one["id"] for one in message["attachments"]] == [uploaded["id"]]
    content = await program("GET", f"/attachments/{uploaded['id']}/content")
    assert content.body == b"\xff\xd8 picture"
    assert content.headers["content-disposition"] == "attachment; filename*=UTF-8''Foto%20der%20Kiste.jpg"
    again = await program("POST", "/conversations", new(company, message={"attachment_ids": [uploaded["id"]]}))
    assert again.body["errors"][0]["pointer"] == "#/attachment_ids"


async def test_one_given_message_is_answered(company: Company, program: Program) -> None:
    begun = (await program("POST", "/conversations", new(company, message={"external_id": "wamid.1"}))).body
    path = f"/conversations/{begun['conversation_id']}/messages"
    said = await program("POST", path, {"text": "Welche Kiste?", "reply_to": begun["message_id"]})
    assert (said.status, said.body["in_reply_to"]) == (201, "wamid.1")
    other = (await program("POST", "/conversations", new(company))).body
    wrong = await program("POST", path, {"text": "Welche?", "reply_to": other["message_id"]})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (422, "#/reply_to")


async def test_a_location_and_contacts_are_sent_as_such(program: Program, begun: dict[str, Any]) -> None:
    path = f"/conversations/{begun['conversation_id']}/messages"
    place = {"latitude": 52.5163, "longitude": 13.3777, "name": "Brandenburger Tor"}
    said = await program("POST", path, {"location": place})
    assert (said.status, said.body["kind"], said.body["data"]["latitude"]) == (201, "location", 52.5163)
    card = {"name": "Werkstatt Lindgrün", "phones": ["+49 30 23125100"]}
    said = await program("POST", path, {"contacts": [card]})
    assert (said.status, said.body["kind"], said.body["text"]) == (201, "contacts", "Werkstatt Lindgrün · +49 30 23125100")


@pytest.mark.parametrize(
    ("given", "pointer"),
    [
        ({"location": {"latitude": 91, "longitude": 0}}, "#/location/latitude"),
        ({"location": {"latitude": 1, "longitude": 1}, "text": "Hier"}, "#/location"),
        ({"contacts": [{"name": "Ohne Nummer"}]}, "#/contacts"),
        ({"contacts": [{"name": "Zu viel", "phones": ["1"] * 11}]}, "#/contacts/0/phones"),
        ({"text": "Hallo", "copy_to": ["x" * 321]}, "#/copy_to/0"),
    ],
)
async def test_what_cannot_be_said_is_named(program: Program, begun: dict[str, Any], given: dict[str, Any], pointer: str) -> None:
    answer = await program("POST", f"/conversations/{begun['conversation_id']}/messages", given)
    assert (answer.status, answer.body["errors"][0]["pointer"]) == (422, pointer)


async def test_a_reaction_is_made_changed_and_taken_away(company: Company, program: Program) -> None:
    begun = (await program("POST", "/conversations", new(company, message={"external_id": "wamid.1"}))).body
    path = f"/messages/{begun['message_id']}/reaction"
    first = await program("PUT", path, {"emoji": "👍"}, idempotency_key="daumen")
    again = await program("PUT", path, {"emoji": "👍"}, idempotency_key="daumen")
    assert (first.status, again.body) == (200, first.body)
    assert [(one["kind"], one["emoji"], one["state"]) for one in first.body["deliveries"]] == [("reaction", "👍", "queued")]
    changed = (await program("PUT", path, {"emoji": "❤️"})).body["deliveries"]
    assert [(one["emoji"], one["state"]) for one in changed] == [("👍", "cancelled"), ("❤️", "queued")]
    gone = (await program("DELETE", path)).body["deliveries"]
    assert {one["state"] for one in gone} == {"cancelled"}
    wrong = await program("PUT", path, {"emoji": "ok"})
    assert (wrong.status, wrong.body["errors"][0]["pointer"]) == (422, "#/emoji")
    reader = await company.program(Permission.CONVERSATION_READ)
    assert (await reader("PUT", path, {"emoji": "👍"})).status == 403


async def test_what_did_not_fail_cannot_be_given_up(program: Program, begun: dict[str, Any]) -> None:
    said = await program("POST", f"/conversations/{begun['conversation_id']}/messages", {"text": "Ja"})
    assert (await program("POST", f"/messages/{said.body['id']}/drop")).status == 409


@pytest_asyncio.fixture
async def jobs(company: Company) -> AsyncIterator[None]:
    """What may wait a moment can be deferred."""
    kept = Jobs(company.services.database.dsn, {"conversations": conversation_jobs}, connections=1)
    await kept.open()
    yield
    await kept.close()


@pytest.mark.usefixtures("jobs")
async def test_a_program_shows_that_it_has_read_and_writes(company: Company, program: Program) -> None:
    begun = (await program("POST", "/conversations", new(company, message={"external_id": "wamid.1"}))).body
    path = f"/conversations/{begun['conversation_id']}"
    assert (await program("POST", f"{path}/read")).status == 204
    assert (await program("POST", f"{path}/typing", {})).status == 204
    async with company.services.database.work(company.workspace_id) as work:
        jobs = await work.tuples(
            "SELECT args->>'news' FROM procrastinate_jobs WHERE args->>'account_id' = %(id)s ORDER BY id",
            {"id": str(company.whatsapp)},
        )
    assert [news for (news,) in jobs] == ["read", "typing"]
    assert (await program("POST", f"{path}/unread")).status == 409
    assert (await program("POST", f"/conversations/{uuid4()}/typing", {})).status == 404
    reader = await company.program(Permission.CONVERSATION_READ)
    assert (await reader("POST", f"{path}/typing", {})).status == 403
