"""A visitor who left before our answer gets it by mail, once."""

from datetime import timedelta
from uuid import UUID

import pytest_asyncio

from oase.channels import AccountBook, create_account
from oase.conversations import carry_on_by_mail
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe


@pytest_asyncio.fixture
async def answered(fresh_database: Database, safe: Safe, workspace_id: UUID) -> UUID:
    """A web chat in which our answer is six minutes old and unread; the visitor has left a mail address."""
    async with fresh_database.work(workspace_id) as work:
        chat = await create_account(work, safe, "webchat", "Shop", {"company": "Lindgrün"})
        await create_account(work, safe, "email", "Post", {
            "address": "service@lindgruen.example", "sender_name": "Lindgrün", "incoming": "receiver", "smtp_host": "127.0.0.1",
            "smtp_security": "none", "smtp_sign_in": False,
        })  # fmt: skip
        ids = {name: new_id() for name in ("person", "identity", "conversation", "question", "answer", "delivery")}
        now = work.clock.now()
        known = {**ids, "chat": chat, "now": now, "earlier": now - timedelta(minutes=6), "before": now - timedelta(minutes=9)}
        for statement in (
            "INSERT INTO person (workspace_id, id, name, language, fields, created_at, updated_at) VALUES (%(workspace_id)s,"
            " %(person)s, 'Jürgen', 'de', '{\"email\": \"Juergen@Example.com\"}', %(now)s, %(now)s)",
            "INSERT INTO identity (workspace_id, id, person_id, kind, value, created_at, last_seen_at) VALUES (%(workspace_id)s,"
            " %(identity)s, %(person)s, 'visitor', 'v-1', %(now)s, %(now)s)",
            "INSERT INTO conversation (workspace_id, id, number, person_id, identity_id, account_id, channel, state, token, last_at,"
            " last_in_at, created_at) VALUES (%(workspace_id)s, %(conversation)s, nextval('conversation_number'), %(person)s,"
            " %(identity)s, %(chat)s, 'webchat', 'waiting', %(conversation)s::text, %(earlier)s, %(before)s, %(before)s)",
            "INSERT INTO message (workspace_id, id, conversation_id, direction, kind, channel, account_id, identity_id, author_name,"
            " text, at, created_at) VALUES (%(workspace_id)s, %(answer)s, %(conversation)s, 'out', 'text', 'webchat', %(chat)s,"
            " %(identity)s, 'Sophie', 'Ihr Rad ist fertig 🚲', %(earlier)s, %(earlier)s)",
            "INSERT INTO delivery (workspace_id, id, message_id, conversation_id, account_id, recipient, part, outbound, state,"
            " next_at, created_at, sent_at) VALUES (%(workspace_id)s, %(delivery)s, %(answer)s, %(conversation)s, %(chat)s, 'v-1',"
            " 0, '{}', 'sent', %(earlier)s, %(earlier)s, %(earlier)s)",
        ):
            await work.run(statement, known)
    return workspace_id


async def test_an_unread_answer_goes_by_mail_in_the_visitors_language(
    fresh_database: Database, safe: Safe, answered: UUID
) -> None:
    assert await carry_on_by_mail(fresh_database, AccountBook(fresh_database, safe, "https://support.example.com")) == 1
    async with fresh_database.work(answered) as work:
        recipient, outbound = (await work.tuples("SELECT recipient, outbound->'outbound' FROM delivery WHERE state = 'queued'"))[
            0
        ]
    assert recipient == "juergen@example.com"
    assert outbound["envelope"]["subject"] == "Unsere Antwort auf Ihren Chat mit Lindgrün"
    assert "Ihr Rad ist fertig 🚲" in outbound["text"]


async def test_an_answer_is_mailed_only_once(fresh_database: Database, safe: Safe, answered: UUID) -> None:
    book = AccountBook(fresh_database, safe, "https://support.example.com")
    await carry_on_by_mail(fresh_database, book)
    assert await carry_on_by_mail(fresh_database, book) == 0


async def test_an_answer_that_was_read_is_not_mailed(fresh_database: Database, safe: Safe, answered: UUID) -> None:
    async with fresh_database.work(answered) as work:
        await work.run("UPDATE delivery SET state = 'read' WHERE workspace_id = %(workspace_id)s")
    assert await carry_on_by_mail(fresh_database, AccountBook(fresh_database, safe, "https://support.example.com")) == 0


async def test_an_address_of_somebody_else_is_not_written_to(fresh_database: Database, safe: Safe, answered: UUID) -> None:
    async with fresh_database.work(answered) as work:
        other = new_id()
        now = work.clock.now()
        await work.run(
            "INSERT INTO person (workspace_id, id, created_at, updated_at) VALUES (%(workspace_id)s, %(id)s, %(now)s, %(now)s)",
            {"id": other, "now": now},
        )
        await work.run(
            "INSERT INTO identity (workspace_id, id, person_id, kind, value, created_at, last_seen_at) VALUES (%(workspace_id)s,"
            " %(id)s, %(person)s, 'email', 'juergen@example.com', %(now)s, %(now)s)",
            {"id": new_id(), "person": other, "now": now},
        )
    assert await carry_on_by_mail(fresh_database, AccountBook(fresh_database, safe, "https://support.example.com")) == 0


async def test_what_oase_said_by_itself_is_no_answer_and_the_promise_stands(
    fresh_database: Database, safe: Safe, answered: UUID
) -> None:
    async with fresh_database.work(answered) as work:
        due = work.clock.now() + timedelta(minutes=9)
        await work.run("UPDATE message SET automatic = 'auto_reply', author_name = 'Lindgrün', text = 'Bis 02:28 Uhr 🙂'")
        await work.run(
            "UPDATE conversation SET state = 'open', due_at = %(due)s, waiting_since = last_in_at, first_line = 'Gibt es ihn in XS?'",
            {"due": due},
        )
    book = AccountBook(fresh_database, safe, "https://support.example.com")
    assert await carry_on_by_mail(fresh_database, book) == 1
    async with fresh_database.work(answered) as work:
        outbound, state, due_at, waiting, line, channel = (
            await work.tuples(
                "SELECT d.outbound->'outbound', c.state, c.due_at, c.waiting_since IS NOT NULL, c.first_line, c.channel"
                " FROM delivery d JOIN conversation c ON c.id = d.conversation_id WHERE d.state = 'queued'"
            )
        )[0]
    assert outbound["envelope"]["subject"] == "Ihr Chat mit Lindgrün"
    assert outbound["envelope"]["from_name"] == "Lindgrün"
    assert outbound["automatic"]
    assert "Bis 02:28 Uhr 🙂" in outbound["text"]
    assert "Antwort da war" not in outbound["text"]
    assert (state, due_at, waiting, line, channel) == ("open", due, True, "Gibt es ihn in XS?", "email")


async def test_an_answer_goes_without_what_oase_had_said_before_it(fresh_database: Database, safe: Safe, answered: UUID) -> None:
    async with fresh_database.work(answered) as work:
        ids = {"message": new_id(), "delivery": new_id(), "before": work.clock.now() - timedelta(minutes=8)}
        await work.run(
            "INSERT INTO message (workspace_id, id, conversation_id, direction, kind, channel, account_id, author_name, automatic, text,"
            " at, created_at) SELECT workspace_id, %(message)s, conversation_id, 'out', 'text', 'webchat', account_id, 'Zubehör GmbH',"
            " 'auto_reply', 'Bis 02:28 Uhr', %(before)s, %(before)s FROM message",
            ids,
        )
        await work.run(
            "INSERT INTO delivery (workspace_id, id, message_id, conversation_id, account_id, recipient, part, outbound, state, next_at,"
            " created_at, sent_at) SELECT workspace_id, %(delivery)s, %(message)s, conversation_id, account_id, recipient, 0, '{}',"
            " 'sent', %(before)s, %(before)s, %(before)s FROM delivery",
            ids,
        )
    book = AccountBook(fresh_database, safe, "https://support.example.com")
    assert await carry_on_by_mail(fresh_database, book) == 1
    assert await carry_on_by_mail(fresh_database, book) == 0
    async with fresh_database.work(answered) as work:
        outbound = await work.value("SELECT outbound->'outbound' FROM delivery WHERE state = 'queued'")
    assert outbound["envelope"]["from_name"] == "Sophie"
    assert "Ihr Rad ist fertig 🚲" in outbound["text"]
    assert "02:28" not in outbound["text"]
