"""Stories with everything real: Synapse, a whole house, and a customer who writes with matrix-nio."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from nio import AsyncClient, AsyncClientConfig, JoinError, RoomCreateResponse, RoomSendResponse, UploadResponse
from tests.channels.story import MESSAGES, Desk, open_house
from tests.servers.synapse import Synapse, missing, synapse

pytestmark = [pytest.mark.servers, pytest.mark.xdist_group("synapse")]


@pytest.fixture(scope="session")
def homeserver() -> Iterator[Synapse]:
    if why := missing():
        pytest.skip(why)
    with synapse() as running:
        yield running


class Customer:
    """A person with a Matrix program that others wrote."""

    def __init__(self, client: AsyncClient, support: str) -> None:
        self.client, self.support = client, support
        self.room = ""
        self.events: list[dict[str, Any]] = []

    async def open_chat(self) -> None:
        """Invites the company into a direct chat."""
        made = await self.client.room_create(is_direct=True, invite=[self.support])
        assert isinstance(made, RoomCreateResponse), made
        self.room = made.room_id

    async def send(self, content: dict[str, Any], type: str = "m.room.message") -> str:
        """Sends an event; its id."""
        sent = await self.client.room_send(self.room, type, content)
        assert isinstance(sent, RoomSendResponse), sent
        return sent.event_id

    async def write(self, text: str) -> str:
        """Writes a text."""
        return await self.send({"msgtype": "m.text", "body": text})

    async def hears(self, type: str = "m.room.message") -> dict[str, Any]:
        """The next event of the company's of that type."""
        async with asyncio.timeout(30):
            while True:
                for event in self.events:
                    if event["type"] == type and event["sender"] == self.support:
                        self.events.remove(event)
                        return event
                news = await self.client.sync(timeout=5000)
                rooms: Any = getattr(news, "rooms", None)
                for room in rooms.join.values() if rooms else ():
                    self.events += [event.source for event in room.timeline.events]


@pytest_asyncio.fixture
async def desk(fresh_dsn: str, tmp_path: Path, workspace_id: UUID) -> AsyncIterator[Desk]:
    async with open_house(fresh_dsn, tmp_path) as house:
        yield Desk(house, workspace_id)


@pytest_asyncio.fixture
async def support(desk: Desk, homeserver: Synapse, workspace_id: UUID) -> dict[str, Any]:
    """The company's user, connected."""
    user = await asyncio.to_thread(homeserver.register, f"support-{workspace_id.hex[-8:]}", "Muster GmbH")
    given = {"homeserver": homeserver.base, "user_id": user["user_id"], "access_token": user["access_token"]}
    await desk.connect("matrix", given)
    await desk.until("SELECT id FROM account WHERE cursor <> '{}'")
    return user


@pytest_asyncio.fixture
async def anna(homeserver: Synapse, support: dict[str, Any], workspace_id: UUID) -> AsyncIterator[Customer]:
    user = await asyncio.to_thread(homeserver.register, f"anna-{workspace_id.hex[-8:]}", "Anna Özdemir 🧡")
    client = AsyncClient(homeserver.base, user["user_id"], config=AsyncClientConfig(encryption_enabled=False))
    client.restore_login(user["user_id"], user["device_id"], user["access_token"])
    yield Customer(client, support["user_id"])
    await client.close()


async def test_a_customer_writes_is_answered_with_a_picture_and_reads_it(desk: Desk, anna: Customer) -> None:
    await anna.open_chat()
    question = await anna.write("Grüß Gott, ist die Größe 42 noch da? 🧡")
    (first,) = await desk.messages(1)
    assert (first["text"], first["external_id"]) == ("Grüß Gott, ist die Größe 42 noch da? 🧡", question)
    (person,) = await desk.ask("SELECT name FROM person")
    assert person["name"] == "Anna Özdemir 🧡"

    await desk.answer(first["conversation_id"], "Ja, ein Paar ist noch da.", reply_to=first["id"])
    heard = await anna.hears()
    assert heard["content"]["body"] == "Ja, ein Paar ist noch da."
    assert heard["content"]["m.relates_to"]["m.in_reply_to"]["event_id"] == question

    picture = await desk.upload("Schuh.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(20))
    await desk.answer(first["conversation_id"], "So sieht er aus.", files=[picture])
    shown = await anna.hears()
    assert (shown["content"]["msgtype"], shown["content"]["body"]) == ("m.image", "So sieht er aus.")
    fetched = await anna.client.download(shown["content"]["url"])
    assert getattr(fetched, "body", None) == b"\x89PNG\r\n\x1a\n" + bytes(20)

    await anna.client.room_read_markers(anna.room, shown["event_id"], shown["event_id"])
    await desk.until("SELECT id FROM delivery WHERE state = 'read'", 2)


async def test_files_edits_reactions_and_what_was_taken_back_arrive(desk: Desk, anna: Customer) -> None:
    await anna.open_chat()
    question = await anna.write("Ist er in Blu da?")
    (first,) = await desk.messages(1)
    correction = {"msgtype": "m.text", "body": "Ist er in Blau da?"}
    relation = {"rel_type": "m.replace", "event_id": question}
    await anna.send({"msgtype": "m.text", "body": "* Ist er in Blau da?", "m.new_content": correction, "m.relates_to": relation})
    await desk.until(MESSAGES, 1, lambda rows: rows[0]["text"] == "Ist er in Blau da?")

    uploaded, _ = await anna.client.upload(lambda *_: b"%PDF-1.7 Rechnung", "application/pdf", "Rechnung März.pdf", filesize=17)
    assert isinstance(uploaded, UploadResponse)
    where = {"url": uploaded.content_uri, "info": {"mimetype": "application/pdf"}}
    await anna.send({"msgtype": "m.file", "body": "Rechnung März.pdf", **where})
    (file,) = await desk.until("SELECT name, blob_key FROM attachment WHERE state = 'stored'")
    assert file["name"] == "Rechnung März.pdf"
    assert await desk.house.blobs.get(file["blob_key"]) == b"%PDF-1.7 Rechnung"

    thumb = await anna.send({"m.relates_to": {"rel_type": "m.annotation", "event_id": question, "key": "👍"}}, "m.reaction")
    await desk.until(MESSAGES, 2, lambda rows: "👍" in rows[0]["reactions"].values())
    await anna.client.room_redact(anna.room, thumb)
    await desk.until(MESSAGES, 2, lambda rows: not rows[0]["reactions"])
    await anna.client.room_redact(anna.room, question)
    rows = await desk.until(MESSAGES, 2, lambda rows: rows[0]["deleted_at"] is not None)
    assert rows[0]["id"] == first["id"]


async def test_nobody_changes_what_the_company_said(desk: Desk, anna: Customer) -> None:
    await anna.open_chat()
    await anna.write("Was kostet er?")
    (first,) = await desk.messages(1)
    await desk.answer(first["conversation_id"], "89 Euro.")
    said = await anna.hears()
    await desk.until("SELECT id FROM delivery WHERE state = 'sent'")
    forged = {"rel_type": "m.replace", "event_id": said["event_id"]}
    await anna.send(
        {"msgtype": "m.text", "body": "*", "m.new_content": {"msgtype": "m.text", "body": "9 Euro."}, "m.relates_to": forged}
    )
    await anna.write("Dann nehme ich ihn für 9 Euro.")
    rows = await desk.messages(3)
    assert [row["text"] for row in rows] == ["Was kostet er?", "89 Euro.", "Dann nehme ich ihn für 9 Euro."]


async def test_a_colleague_with_another_program_is_heard(
    desk: Desk, anna: Customer, support: dict[str, Any], homeserver: Synapse
) -> None:
    await anna.open_chat()
    await anna.write("Hallo?")
    (first,) = await desk.messages(1)
    colleague = AsyncClient(homeserver.base, support["user_id"])
    await colleague.login("geheim", device_name="Telefon des Chefs")
    await colleague.room_send(anna.room, "m.room.message", {"msgtype": "m.text", "body": "Ich kümmere mich."})
    rows = await desk.messages(2)
    await colleague.close()
    assert [(row["direction"], row["text"]) for row in rows] == [("in", "Hallo?"), ("out", "Ich kümmere mich.")]
    assert rows[1]["conversation_id"] == first["conversation_id"]


async def test_what_is_written_while_nobody_asks_is_there_afterwards(desk: Desk, anna: Customer) -> None:
    await anna.open_chat()
    await anna.write("Nummer 0")
    await desk.messages(1)
    await desk.switch(on=False)
    for number in range(1, 70):
        await anna.write(f"Nummer {number}")
    await desk.switch(on=True)
    rows = await desk.messages(70)
    assert [row["text"] for row in rows] == [f"Nummer {number}" for number in range(70)]


async def test_a_room_that_the_company_must_not_write_in_says_so(desk: Desk, anna: Customer) -> None:
    await anna.open_chat()
    await anna.write("Hallo")
    (first,) = await desk.messages(1)
    await anna.client.room_put_state(anna.room, "m.room.power_levels", {"events_default": 50, "users": {}})
    await desk.answer(first["conversation_id"], "Guten Tag!")
    (failed,) = await desk.until("SELECT code, why FROM delivery WHERE state = 'failed'")
    assert failed["code"] == "M_FORBIDDEN"
    assert "We may not write in this room" in failed["why"]


async def test_a_session_that_was_signed_out_needs_a_new_one_and_keeps_what_waits(
    desk: Desk, anna: Customer, support: dict[str, Any], homeserver: Synapse
) -> None:
    await anna.open_chat()
    await anna.write("Hallo")
    (first,) = await desk.messages(1)
    ours = AsyncClient(homeserver.base, support["user_id"])
    ours.restore_login(support["user_id"], support["device_id"], support["access_token"])
    await ours.logout()
    await ours.close()
    await anna.write("Sind Sie noch da?")  # ends the request that the server still holds
    (account,) = await desk.until("SELECT state_why FROM account WHERE state = 'needs_sign_in'")
    assert "does not accept our access token" in account["state_why"]
    await desk.answer(first["conversation_id"], "Guten Tag!")
    assert [row["state"] for row in await desk.ask("SELECT state FROM delivery")] == ["queued"]


async def test_a_group_is_not_entered_unless_it_is_wanted(
    desk: Desk, anna: Customer, support: dict[str, Any], homeserver: Synapse
) -> None:
    made = await anna.client.room_create(name="Alle Neuen", invite=[support["user_id"]])
    assert isinstance(made, RoomCreateResponse)
    await anna.open_chat()
    await anna.write("Hallo")
    await desk.messages(1)
    members = await anna.client.joined_members(made.room_id)
    assert [member.user_id for member in getattr(members, "members", [])] == [anna.client.user_id]
    assert not isinstance(members, JoinError)
