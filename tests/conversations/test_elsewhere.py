"""What our side said with another program: an answer like ours, in the right conversation, never twice."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, create_account
from oase.channels.contract import Address, Content, Deleted, Receipt, SaidElsewhere
from oase.conversations import Answer, Author, say, set_state
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.types import Fate
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe

from .test_taking_in import AT, AYLIN, Tell, conversations, says, tell, the, timed

__all__ = ["tell", "timed"]
MINUTE = timedelta(minutes=1)


def said(words: str, *, number: int = 1, at: datetime = AT, to: Address = AYLIN, subject: str = "", **more: Any) -> SaidElsewhere:
    content = Content(text=words, subject=subject)
    return SaidElsewhere(external_id=f"wamid.APP-{number}", to=to, at=at, content=content, **more)


async def messages(database: Database, workspace_id: UUID, columns: str = "direction, text") -> list[tuple[Any, ...]]:
    async with database.work(workspace_id) as work:
        return await work.tuples(f"SELECT {columns} FROM message WHERE direction <> 'event' ORDER BY at, id")


@pytest_asyncio.fixture
async def mailbox(database: Database, safe: Safe, workspace_id: UUID) -> UUID:
    async with database.work(workspace_id) as work:
        given = {"address": "support@firma.example", "imap_host": "imap.firma.example", "smtp_host": "smtp.firma.example"}
        return await create_account(work, safe, "email", "Support", {**given, "password": "geheim"})


KUNDE = Address(value="kunde@example.com", name="Jörg Özdemir")


async def test_an_answer_from_the_phone_stands_in_the_conversation_and_nothing_is_owed_any_more(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Wo bleibt mein Paket? 😕", number=1))
    await tell(said("Kommt morgen!", at=AT + MINUTE, author="Änne"))
    assert await messages(timed, workspace_id, "direction, text, author_id, author_name, data->'elsewhere'") == [
        ("in", "Wo bleibt mein Paket? 😕", None, "Aylin Öztürk", None),
        ("out", "Kommt morgen!", None, "Änne", True),
    ]
    columns = "ROW(state, due_at, waiting_since, first_line, first_line_by, message_count)::text"
    assert await the(timed, workspace_id, columns) == '(waiting,,,"Kommt morgen!",out,2)'
    async with timed.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM delivery") == 0


async def test_a_question_that_came_after_the_answer_still_waits_although_we_heard_of_the_answer_later(
    timed: Database, workspace_id: UUID, clock: SetClock, tell: Tell
) -> None:
    clock.advance(10 * MINUTE)
    await tell(says("Wo bleibt mein Paket?", number=1), says("Und die Rechnung?", number=2, at=AT + 5 * MINUTE))
    due = await the(timed, workspace_id, "due_at")
    await tell(said("Kommt morgen!", at=AT + MINUTE))
    assert await conversations(timed, workspace_id) == [("open", 3)]
    assert await the(timed, workspace_id, "due_at") == due
    assert await the(timed, workspace_id, "first_line") == "Und die Rechnung?"


async def test_question_and_answer_in_one_batch_leave_nothing_owed(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Haben Sie offen?", number=1), said("Bis 18 Uhr.", at=AT + MINUTE))
    assert await conversations(timed, workspace_id) == [("waiting", 2)]
    assert await the(timed, workspace_id, "due_at") is None


async def test_an_answer_elsewhere_wakes_nothing_that_is_solved(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Danke!", number=1))
    async with timed.work(workspace_id) as work:
        await set_state(work, Author(), await work.value("SELECT id FROM conversation"), "solved")
    await tell(said("Gern geschehen 🙂", at=AT + MINUTE))
    assert await conversations(timed, workspace_id) == [("solved", 2)]


async def test_to_somebody_who_never_wrote_a_conversation_is_opened_in_which_nothing_is_owed(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(said("Guten Tag, Ihr Termin ist bestätigt."))
    assert await conversations(timed, workspace_id) == [("waiting", 1)]
    await tell(says("Super, danke!", number=2, at=AT + MINUTE))
    assert await conversations(timed, workspace_id) == [("open", 2)]


async def test_the_same_message_heard_of_twice_stands_there_once(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(said("Kommt morgen!"), said("Kommt morgen!"))
    await tell(said("Kommt morgen!"))
    assert await messages(timed, workspace_id) == [("out", "Kommt morgen!")]


@pytest.mark.parametrize("known_by", ["the provider's id", "our id"])
async def test_a_copy_of_our_own_message_is_its_receipt_and_no_second_message(
    timed: Database, book: AccountBook, workspace_id: UUID, tell: Tell, known_by: str
) -> None:
    await tell(says("Wo bleibt mein Paket?", number=1))
    async with timed.work(workspace_id) as work:
        conversation_id = await work.value("SELECT id FROM conversation")
        await say(work, book, Author(name="Änne"), conversation_id, Answer(client_key=new_id(), text="Kommt morgen!"))
        delivery_id, message_id = (await work.tuples("UPDATE delivery SET state = 'unknown' RETURNING id, message_id"))[0]
        if known_by == "the provider's id":
            fate = Fate(
                delivery_id=delivery_id, message_id=message_id, conversation_id=conversation_id, part=0, state="unknown",
                external_id="wamid.APP-1", code="", why="", next_at=None,
            )  # fmt: skip
            await deliveries.write_fates(work, [fate])
    await tell(said("Kommt morgen!", our_id="" if known_by == "the provider's id" else str(delivery_id)))
    assert [text for _, text in await messages(timed, workspace_id)] == ["Wo bleibt mein Paket?", "Kommt morgen!"]
    async with timed.work(workspace_id) as work:
        assert await work.tuples("SELECT state, external_id FROM delivery") == [("sent", "wamid.APP-1")]


@pytest.mark.parametrize("state", ["sending", "unknown"])
async def test_a_copy_that_overtakes_the_answer_to_the_send_is_known_by_what_it_says(
    timed: Database, book: AccountBook, workspace_id: UUID, tell: Tell, state: str
) -> None:
    await tell(says("Wo bleibt mein Paket?", number=1))
    async with timed.work(workspace_id) as work:
        conversation_id = await work.value("SELECT id FROM conversation")
        await say(work, book, Author(name="Änne"), conversation_id, Answer(client_key=new_id(), text="Kommt  morgen!"))
        delivery_id, message_id = (await work.tuples(f"UPDATE delivery SET state = '{state}' RETURNING id, message_id"))[0]
    await tell(said("Kommt morgen!", at=AT + MINUTE), said("Kommt morgen!", number=2, at=AT + MINUTE))
    async with timed.work(workspace_id) as work:
        fate = Fate(
            delivery_id=delivery_id, message_id=message_id, conversation_id=conversation_id, part=0, state="sent",
            external_id="wamid.APP-1", code="", why="", next_at=None,
        )  # fmt: skip
        await deliveries.write_fates(work, [fate])
        assert await work.tuples("SELECT state, external_id FROM delivery") == [("sent", "wamid.APP-1")]
    assert await messages(timed, workspace_id, "text, external_id") == [
        ("Wo bleibt mein Paket?", "wamid.1"), ("Kommt  morgen!", "wamid.APP-1"), ("Kommt morgen!", "wamid.APP-2"),
    ]  # fmt: skip


async def test_an_answer_to_the_send_whose_copy_stands_there_already_holds_up_nothing(
    timed: Database, book: AccountBook, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Wo bleibt mein Paket?", number=1), said("Kommt heute!", at=AT + MINUTE))
    async with timed.work(workspace_id) as work:
        conversation_id = await work.value("SELECT id FROM conversation")
        await say(work, book, Author(name="Änne"), conversation_id, Answer(client_key=new_id(), text="Kommt morgen!"))
        delivery_id, message_id = (await work.tuples("UPDATE delivery SET state = 'sending' RETURNING id, message_id"))[0]
        fate = Fate(
            delivery_id=delivery_id, message_id=message_id, conversation_id=conversation_id, part=0, state="sent",
            external_id="wamid.APP-1", code="", why="", next_at=None,
        )  # fmt: skip
        await deliveries.write_fates(work, [fate])
        assert await work.tuples("SELECT state, external_id FROM delivery") == [("sent", "wamid.APP-1")]


async def test_what_was_taken_back_in_the_app_is_kept_and_marked(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(said("Falscher Chat"))
    await tell(Deleted(external_id="wamid.APP-1", at=AT + MINUTE))
    assert await messages(timed, workspace_id, "text, deleted_at IS NOT NULL") == [("Falscher Chat", True)]


async def test_a_receipt_of_what_was_said_elsewhere_harms_nothing(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(said("Kommt morgen!"))
    await tell(Receipt(external_id="wamid.APP-1", state="read", at=AT + MINUTE))
    assert await messages(timed, workspace_id) == [("out", "Kommt morgen!")]


async def test_a_mail_answered_elsewhere_goes_to_the_conversation_of_its_thread_and_its_address_stays(
    timed: Database, workspace_id: UUID, tell: Tell, mailbox: UUID
) -> None:
    subject = "Frage zu 4711"
    await tell(says("Wo bleibt meine Kiste?", number=1, sender=KUNDE, subject=subject), account_id=mailbox)
    to_supplier = said(
        "Bitte heute noch liefern", subject=f"WG: {subject}", reply_to="wamid.1", to=Address(value="lager@example.net")
    )
    await tell(to_supplier, account_id=mailbox)
    assert await conversations(timed, workspace_id) == [("waiting", 2)]
    async with timed.work(workspace_id) as work:
        address = await work.value("SELECT i.value FROM conversation c JOIN identity i ON i.id = c.identity_id")
    assert address == "kunde@example.com"


async def test_a_mail_of_another_subject_goes_to_its_recipients_conversation_and_answers_nothing(
    timed: Database, workspace_id: UUID, tell: Tell, mailbox: UUID
) -> None:
    await tell(says("Wo bleibt meine Kiste?", number=1, sender=KUNDE, subject="Frage zu 4711"), account_id=mailbox)
    due = await the(timed, workspace_id, "due_at")
    await tell(said("Einladung zum Hoffest", subject="Hoffest", to=KUNDE, at=AT + MINUTE), account_id=mailbox)
    assert await conversations(timed, workspace_id) == [("open", 2)]
    assert await the(timed, workspace_id, "due_at") == due


async def test_a_machines_mail_in_our_name_answers_nothing(
    timed: Database, workspace_id: UUID, tell: Tell, mailbox: UUID
) -> None:
    await tell(says("Wo bleibt meine Kiste?", number=1, sender=KUNDE, subject="Frage zu 4711"), account_id=mailbox)
    note = said("Wir haben geschlossen", subject="Automatische Antwort", reply_to="wamid.1", to=KUNDE, automatic="auto_reply")
    await tell(note, account_id=mailbox)
    assert await conversations(timed, workspace_id) == [("open", 2)]
    assert await the(timed, workspace_id, "due_at") is not None
