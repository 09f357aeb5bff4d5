"""From a provider's delivery to messages in conversations: everything has exactly one place."""

from uuid import UUID

from oase.kernel.db import Database

from .conftest import TakeIn, delivery, text


async def test_every_item_of_a_batch_becomes_a_message_of_its_sender(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Guten Tag, mein Paket fehlt 😕"), text(2, "Hallo?", sender="4917139200111")))
    async with database.work(workspace_id) as work:
        rows = await work.tuples("SELECT m.text, i.value, c.state FROM message m JOIN identity i ON i.id = m.identity_id"
                                 " JOIN conversation c ON c.id = m.conversation_id ORDER BY m.external_id")  # fmt: skip
    assert rows == [("Guten Tag, mein Paket fehlt 😕", "+4915228817386", "open"), ("Hallo?", "+4917139200111", "open")]


async def test_a_person_who_writes_again_goes_on_in_the_same_conversation(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Guten Tag")))
    await take_in(whatsapp, delivery(text(2, "Ist da jemand?")), delivery(text(3, "Die Bestellnummer ist 4711")))
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT message_count, first_line FROM conversation") == [(3, "Die Bestellnummer ist 4711")]


async def test_a_delivery_that_comes_three_times_is_stored_once(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    once, again = delivery(text(1, "Guten Tag")), delivery(text(1, "Guten Tag"), text(2, "Noch etwas"))
    await take_in(whatsapp, once, once)
    await take_in(whatsapp, again, once)
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT text FROM message ORDER BY at") == [("Guten Tag",), ("Noch etwas",)]


async def test_one_bad_item_is_put_aside_alone_and_its_neighbours_go_on(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    broken = {"from": "4915228817386", "id": "wamid.bad", "timestamp": "not a time", "type": "text", "text": {"body": "?"}}
    await take_in(whatsapp, delivery(text(1, "Erste"), broken, text(3, "Dritte")))
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT text FROM message ORDER BY at") == [("Erste",), ("Dritte",)]
        assert await work.value("SELECT state FROM journal") == "partial"
        assert (await work.value("SELECT place FROM quarantine")).endswith("messages/1")


async def test_bytes_that_cannot_be_read_are_quarantined_with_the_reason(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    good = delivery(text(1, "Guten Tag"))
    bad = type(good)(body=b"{\xff", headers=good.headers, received_at=good.received_at)
    await take_in(whatsapp, bad, good)
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT state, why <> '' FROM journal ORDER BY id") == [("quarantined", True), ("done", False)]


async def test_text_with_nul_characters_is_stored_with_a_visible_mark_in_their_place(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Grüße\u0000 aus Köln")))
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT text FROM message") == "Grüße\ufffd aus Köln"


async def test_a_changed_number_joins_two_persons_who_have_both_written_already(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Alt", sender="4915228817386")), delivery(text(2, "Neu", sender="4917139200111")))
    moved = {
        "from": "4915228817386",
        "id": "wamid.moved",
        "timestamp": "1795512700",
        "type": "system",
        "system": {"type": "user_changed_number", "body": "changed", "wa_id": "4917139200111", "new_wa_id": "4917139200111"},
    }
    await take_in(whatsapp, delivery(moved))
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT count(DISTINCT person_id) FROM identity WHERE kind = 'phone'") == 1
        assert await work.value("SELECT count(DISTINCT person_id) FROM conversation") == 1
