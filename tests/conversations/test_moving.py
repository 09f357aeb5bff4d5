"""An answer goes over another channel than the conversation: its window, and the story that the customer finds there."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from oase.channels import AccountBook, create_account
from oase.conversations import Author, heard_over, say
from oase.conversations.errors import WindowClosed
from oase.conversations.repository import lock_conversation
from oase.conversations.story import story
from oase.conversations.types import Answer
from oase.kernel.db import Database
from oase.kernel.i18n import translator
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe
from oase.people import add_address, change_person, left_addresses

from .conftest import TakeIn, delivery, text

SOPHIE = Author(name="Sophie Klein")
MAIL = {
    "address": "service@lindgruen.example", "sender_name": "Lindgrün", "incoming": "receiver", "smtp_host": "127.0.0.1",
    "smtp_security": "none", "smtp_sign_in": False,
}  # fmt: skip


async def _one(database: Database, workspace_id: UUID) -> Any:
    async with database.work(workspace_id) as work:
        return await work.row("SELECT id, person_id FROM conversation WHERE workspace_id = %(workspace_id)s")


async def _said(database: Database, workspace_id: UUID) -> str:
    async with database.work(workspace_id) as work:
        found = await work.value(
            "SELECT text FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'out' ORDER BY id DESC LIMIT 1"
        )
        return str(found)


async def test_the_customer_finds_what_was_said_so_far_below_the_answer_on_the_other_channel(
    database: Database, workspace_id: UUID, safe: Safe, book: AccountBook, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Grüß Gott, mein Rad quietscht 🚲"), text(2, "Was kostet\ndas?")))
    found = await _one(database, workspace_id)
    async with database.work(workspace_id) as work:
        mail = await create_account(work, safe, "email", "Post", MAIL)
    async with database.work(workspace_id) as work:
        await change_person(work, found["person_id"], {"language": "de"})
        identity = await add_address(work, found["person_id"], "email", "jürgen@example.com")
        answer = Answer(client_key=new_id(), text="Rund 20 Euro.", account_id=mail, identity_id=identity, story=True)
        await say(work, book, SOPHIE, found["id"], answer)
    lines = (await _said(database, workspace_id)).splitlines()
    assert lines[:3] == ["Rund 20 Euro.", "", "Unser Gespräch bisher:"]
    assert [line.rpartition(": ")[2] for line in lines[3:]] == ["Grüß Gott, mein Rad quietscht 🚲", "Was kostet das?"]
    assert all(line.startswith("– Sie, ") for line in lines[3:])


async def test_nothing_is_added_where_everything_was_said_on_the_same_account(
    database: Database, workspace_id: UUID, book: AccountBook, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Hallo", at=int(datetime.now().timestamp()))))  # noqa: DTZ005
    found = await _one(database, workspace_id)
    async with database.work(workspace_id) as work:
        await say(work, book, SOPHIE, found["id"], Answer(client_key=new_id(), text="Guten Tag!", story=True))
    assert await _said(database, workspace_id) == "Guten Tag!"


def test_long_messages_are_shortened_and_ours_carry_their_author() -> None:
    at = datetime.fromisoformat("2026-11-24T09:30:00+00:00")
    rows = [
        {"direction": "in", "author_name": "Zoë", "text": "Where is it? " * 40, "at": at},
        {"direction": "out", "author_name": "Sophie Klein", "text": "On its way", "at": at},
    ]
    first, second = story(rows, translator("en")).splitlines()[1:]
    assert first.endswith("…")
    assert len(first) < 200
    assert second.startswith("– Sophie Klein, ")


async def test_a_reply_window_counts_from_what_came_over_that_very_channel(
    database: Database, workspace_id: UUID, safe: Safe, book: AccountBook, whatsapp: UUID, take_in: TakeIn
) -> None:
    async with database.work(workspace_id) as work:
        mail = await create_account(work, safe, "email", "Post", MAIL)
    now = database.clock.now()
    await take_in(whatsapp, delivery(text(1, "Hallo", at=int((now - timedelta(hours=30)).timestamp()))))
    found = await _one(database, workspace_id)
    async with database.work(workspace_id) as work:  # by mail they wrote a minute ago
        identity = await add_address(work, found["person_id"], "email", "zoë@example.com")
        phone = await work.value("SELECT identity_id FROM conversation WHERE workspace_id = %(workspace_id)s")
        await work.run(
            "UPDATE conversation SET account_id = %(mail)s, identity_id = %(identity)s, channel = 'email', last_in_at = %(now)s"
            " WHERE workspace_id = %(workspace_id)s",
            {"mail": mail, "identity": identity, "now": now},
        )
        conversation = await lock_conversation(work, found["id"])
        assert await heard_over(work, conversation, mail, identity) == now
        heard = await heard_over(work, conversation, whatsapp, phone)
        assert heard is not None
        assert now - heard > timedelta(hours=29)
        with pytest.raises(WindowClosed):
            await say(
                work, book, SOPHIE, found["id"], Answer(client_key=new_id(), text="Hi", account_id=whatsapp, identity_id=phone)
            )


async def test_addresses_that_somebody_wrote_down_are_ways_to_answer_unless_they_are_somebodys(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn
) -> None:
    await take_in(whatsapp, delivery(text(1, "Hallo")))
    person = (await _one(database, workspace_id))["person_id"]
    async with database.work(workspace_id) as work:
        await change_person(work, person, {"fields": {"email": " Änne.Köhler@Example.com ", "phone": "+49 30 / 23125-100"}})
        assert await left_addresses(work, person) == [("email", "änne.köhler@example.com"), ("phone", "+493023125100")]
        await add_address(work, person, "email", "änne.köhler@example.com")
        await change_person(work, person, {"fields": {"phone": "ruft lieber selbst an"}})
        assert await left_addresses(work, person) == []
