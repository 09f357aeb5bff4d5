"""Messages, notes and files over the API."""

from typing import Any
from uuid import uuid4

import aiohttp
from tests.web.api.conftest import Company, Program, new


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
