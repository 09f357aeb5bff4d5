"""Taking in, whatever the channel: what continues a conversation, changes of what was said, workers beside each other, replay."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, adapter, create_account
from oase.channels.contract import Address, Content, Deleted, Edited, Event, Moved, Raw, Reacted, Received, Typing, Unknown
from oase.conversations import (
    Answer,
    Author,
    IntakeWorker,
    Journal,
    TemplateUse,
    WindowClosed,
    merge,
    replay_deliveries,
    say,
    set_state,
    snooze,
    split,
)
from oase.conversations.intake.take import Parsed, take
from oase.kernel.blobs import Blobs, in_memory
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.kernel.waiting import end

from .conftest import TakeIn, delivery, text

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
AYLIN = Address(value="+4915228817386", name="Aylin Öztürk")
Tell = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture
async def timed(shared_dsn: str, clock: SetClock) -> Any:
    """The shared database at a clock that is set."""
    database = Database(shared_dsn, clock=clock, connections=4)
    await database.open()
    yield database
    await database.close()


@pytest_asyncio.fixture
async def tell(timed: Database, book: AccountBook, workspace_id: UUID, whatsapp: UUID) -> Tell:
    """Takes events in as if an adapter had read them in one delivery."""
    journal = Journal(timed, in_memory())

    async def take_events(*events: Event, account_id: UUID | None = None) -> None:
        account = await book.get(account_id or whatsapp)
        assert account is not None
        raw = Raw(body=new_id().bytes, received_at=timed.clock.now())
        await journal.accept(workspace_id, account.id, account.channel, raw)
        async with timed.work(workspace_id) as work:
            row = await work.value("SELECT max(id::text)::uuid FROM journal WHERE state = 'new'")
            await take(work, account, [Parsed(journal_id=row, events=tuple(events))])

    return take_events


def says(words: str, *, number: int, sender: Address = AYLIN, at: datetime = AT, subject: str = "", **more: Any) -> Received:
    content = Content(text=words, subject=subject)
    return Received(external_id=f"wamid.{number}", sender=sender, at=at, content=content, **more)


async def conversations(database: Database, workspace_id: UUID) -> list[tuple[str, int]]:
    async with database.work(workspace_id) as work:
        return await work.tuples("SELECT state, message_count FROM conversation ORDER BY number")  # type: ignore[return-value]


async def the(database: Database, workspace_id: UUID, column: str = "id") -> Any:
    async with database.work(workspace_id) as work:
        return await work.value(f"SELECT {column} FROM conversation ORDER BY number LIMIT 1")


# --- what continues a conversation ---


@pytest.mark.parametrize(("days", "expected"), [(2.9, [("open", 2)]), (3.1, [("solved", 1), ("open", 1)])])
async def test_what_was_solved_only_just_is_opened_again_and_later_a_new_one_begins(
    timed: Database, workspace_id: UUID, clock: SetClock, tell: Tell, days: float, expected: Sequence[tuple[str, int]]
) -> None:
    await tell(says("Mein Paket fehlt", number=1))
    async with timed.work(workspace_id) as work:
        await set_state(work, Author(), await work.value("SELECT id FROM conversation"), "solved")
    clock.advance(timedelta(days=days))
    await tell(says("Es ist noch immer nicht da", number=2, at=AT + timedelta(days=days)))
    assert await conversations(timed, workspace_id) == expected


async def test_a_conversation_that_sleeps_wakes_when_the_customer_writes(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Bitte melden Sie sich im Dezember", number=1))
    async with timed.work(workspace_id) as work:
        await snooze(work, Author(), await work.value("SELECT id FROM conversation"), AT + timedelta(days=7))
    await tell(says("Doch schon jetzt, bitte", number=2, at=AT + timedelta(days=1)))
    assert await the(timed, workspace_id, "state, snoozed_until") == "open"
    assert await the(timed, workspace_id, "snoozed_until") is None


async def test_a_machines_answer_reopens_nothing_and_promises_nothing(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Guten Tag", number=1))
    async with timed.work(workspace_id) as work:
        await set_state(work, Author(), await work.value("SELECT id FROM conversation"), "solved")
    await tell(says("Ich bin bis 3. Dezember nicht im Büro.", number=2, automatic="auto_reply"))
    assert await conversations(timed, workspace_id) == [("solved", 2)]
    assert await the(timed, workspace_id, "due_at") is None


async def test_the_promise_is_the_oldest_waiting_messages(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Guten Tag", number=1))
    await tell(says("Hallo?", number=2, at=AT + timedelta(minutes=10)))
    assert await the(timed, workspace_id, "due_at") == AT + timedelta(minutes=15)


async def test_a_provider_whose_clock_is_ahead_puts_nothing_behind_our_answer(
    timed: Database, workspace_id: UUID, clock: SetClock, tell: Tell
) -> None:
    await tell(says("Ist der Steg noch frei?", number=1, at=AT + timedelta(minutes=7)))
    async with timed.work(workspace_id) as work:
        assert await work.value("SELECT at FROM message") == AT


async def test_an_item_of_an_unknown_kind_is_a_visible_placeholder(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(Unknown(kind="hologram", external_id="wamid.1", at=AT, sender=AYLIN))
    async with timed.work(workspace_id) as work:
        assert await work.tuples("SELECT kind, data->>'unknown' FROM message") == [("placeholder", "hologram")]


# --- merge and split ---


async def test_merged_conversations_are_one_and_answers_to_the_old_one_find_it(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    other = Address(value="+4917139200111", name="Aylin (dienstlich)")
    await tell(says("Privat", number=1), says("Dienstlich", number=2, sender=other))
    async with timed.work(workspace_id) as work:
        first, second = [row[0] for row in await work.tuples("SELECT id FROM conversation ORDER BY number")]
        token = await work.value("SELECT token FROM conversation WHERE id = %(id)s", {"id": second})
        await merge(work, Author(name="Ayşe"), first, second)
    await tell(says("Noch ein Wort zum alten Gespräch", number=3, sender=other, token=token, at=AT + timedelta(minutes=1)))
    async with timed.work(workspace_id) as work:
        rows = await work.tuples(
            "SELECT text FROM message WHERE conversation_id = %(id)s AND direction = 'in' ORDER BY at", {"id": first}
        )
    assert {row[0] for row in rows} == {"Privat", "Dienstlich", "Noch ein Wort zum alten Gespräch"}
    async with timed.work(workspace_id) as work:
        with pytest.raises(Invalid):
            await merge(work, Author(), second, first)
        with pytest.raises(Invalid):
            await merge(work, Author(), first, first)


async def test_messages_that_are_split_off_have_a_conversation_of_their_own(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Mein Paket fehlt", number=1), says("Und die Rechnung ist falsch", number=2, at=AT + timedelta(minutes=1)))
    async with timed.work(workspace_id) as work:
        conversation = await work.value("SELECT id FROM conversation")
        bill = await work.value("SELECT id FROM message WHERE external_id = 'wamid.2'")
        new = await split(work, Author(name="Ayşe"), conversation, [bill])
    async with timed.work(workspace_id) as work:
        statement = "SELECT text FROM message WHERE conversation_id = %(id)s AND direction = 'in'"
        assert await work.tuples(statement, {"id": new}) == [("Und die Rechnung ist falsch",)]
        assert await work.tuples(statement, {"id": conversation}) == [("Mein Paket fehlt",)]
    assert await conversations(timed, workspace_id) == [("open", 1), ("open", 1)]


# --- the window ---


async def test_after_a_day_only_a_template_can_be_said(
    timed: Database, workspace_id: UUID, tell: Tell, book: AccountBook, clock: SetClock
) -> None:
    await tell(says("Guten Tag", number=1))
    conversation = await the(timed, workspace_id)
    clock.advance(timedelta(hours=24, minutes=1))
    with pytest.raises(WindowClosed, match="24 hours"):
        async with timed.work(workspace_id) as work:
            await say(work, book, Author(), conversation, Answer(client_key=new_id(), text="Sie haben Post"))
    template = TemplateUse(
        name="paket_da", language="de", parameters={"body": ("Aylin",)}, preview="Hallo Aylin, Ihr Paket ist da."
    )
    async with timed.work(workspace_id) as work:
        await say(work, book, Author(), conversation, Answer(client_key=new_id(), template=template))
        assert await work.tuples("SELECT text FROM message WHERE direction = 'out'") == [("Hallo Aylin, Ihr Paket ist da.",)]


# --- edits, deletions, reactions, typing ---


async def test_an_edit_shows_the_new_text_and_keeps_the_old_one_and_an_older_edit_changes_nothing(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Bestellung 4711", number=1))
    for words, minutes in (("Bestellung 4712", 2), ("veraltet", 1)):
        await tell(Edited(external_id="wamid.1", content=Content(text=words), at=AT + timedelta(minutes=minutes)))
    async with timed.work(workspace_id) as work:
        assert await work.tuples("SELECT text, data->'earlier'->0->>'text' FROM message") == [
            ("Bestellung 4712", "Bestellung 4711")
        ]


async def test_a_message_that_was_taken_back_is_marked_and_its_words_go(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Upps", number=1))
    await tell(Deleted(external_id="wamid.1", at=AT + timedelta(minutes=1)))
    async with timed.work(workspace_id) as work:
        assert await work.tuples("SELECT text, deleted_at FROM message") == [("", AT + timedelta(minutes=1))]
        assert await work.value("SELECT first_line FROM conversation") == ""


async def test_reactions_are_one_per_person_and_can_be_taken_back(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Danke!", number=1))
    for emoji, expected in (("👍", {"+4915228817386": "👍"}), ("❤️", {"+4915228817386": "❤️"}), ("", {})):
        await tell(Reacted(external_id="wamid.1", sender=AYLIN, emoji=emoji, at=AT))
        async with timed.work(workspace_id) as work:
            assert await work.value("SELECT reactions FROM message") == expected


async def test_what_changes_an_unknown_message_changes_nothing_and_harms_nothing(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(
        Edited(external_id="wamid.nie", content=Content(text="x"), at=AT), Deleted(external_id="wamid.nie", at=AT),
        Reacted(external_id="wamid.nie", sender=AYLIN, emoji="👍", at=AT), says("Guten Tag", number=1),
    )  # fmt: skip
    assert await conversations(timed, workspace_id) == [("open", 1)]


async def test_typing_is_told_and_not_kept(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(Typing(sender=AYLIN, on=True, at=AT))
    async with timed.work(workspace_id) as work:
        told = "SELECT payload FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = 'typing'"
        assert await work.tuples(told) == [({"address": "+4915228817386", "on": True},)]
    assert await conversations(timed, workspace_id) == []


# --- people ---


async def test_an_alias_that_the_provider_vouches_for_joins_the_same_person(
    timed: Database, workspace_id: UUID, tell: Tell
) -> None:
    await tell(says("Guten Tag", number=1))
    hidden = Address(value="DE.1234567890", name="Aylin", aliases=(("phone", "+4915228817386"),))
    await tell(says("Jetzt ohne Nummer", number=2, sender=hidden, at=AT + timedelta(minutes=1)))
    async with timed.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM person") == 1
    assert await conversations(timed, workspace_id) == [("open", 2)]


async def test_who_has_moved_to_another_number_is_still_the_same_person(timed: Database, workspace_id: UUID, tell: Tell) -> None:
    await tell(says("Guten Tag", number=1))
    await tell(Moved(old="+4915228817386", new="+4917139200222", at=AT))
    await tell(says("Von der neuen Nummer", number=2, sender=Address(value="+4917139200222"), at=AT + timedelta(minutes=1)))
    assert await conversations(timed, workspace_id) == [("open", 2)]


# --- beside each other ---


async def test_two_workers_on_one_account_double_nothing_and_keep_each_senders_order(
    fresh_database: Database, safe: Safe, workspace_id: UUID
) -> None:
    account_id = await _account(fresh_database, safe, workspace_id, "106540352242922")
    book, blobs = AccountBook(fresh_database, safe, "https://support.example.com"), in_memory()
    journal, hub = Journal(fresh_database, blobs), LiveHub(fresh_database)
    locks = [Locks(fresh_database.dsn), Locks(fresh_database.dsn)]
    workers = [asyncio.create_task(IntakeWorker(fresh_database, book, blobs, hub, lock).run()) for lock in locks]
    for number in range(300):
        sender = f"4917139200{number % 10:03d}"
        await journal.accept(workspace_id, account_id, "whatsapp", delivery(text(number, str(number), sender=sender)))
    await _taken(fresh_database, 300)
    await end(workers, again_after=2)
    for lock in locks:
        await lock.close()
    async with fresh_database.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM message") == 300
        assert await work.value("SELECT count(*) FROM conversation") == 10
        rows = await work.tuples("SELECT conversation_id, text::int FROM message ORDER BY id")
    order: dict[UUID, list[int]] = {}
    for conversation, number in rows:
        order.setdefault(conversation, []).append(number)
    assert all(numbers == sorted(numbers) for numbers in order.values())


async def test_the_same_batch_taken_twice_at_once_is_taken_once(fresh_database: Database, safe: Safe, workspace_id: UUID) -> None:
    account_id = await _account(fresh_database, safe, workspace_id, "106540352242922")
    book, blobs = AccountBook(fresh_database, safe, "https://support.example.com"), in_memory()
    journal, locks = Journal(fresh_database, blobs), Locks(fresh_database.dsn)
    workers = [IntakeWorker(fresh_database, book, blobs, LiveHub(fresh_database), locks) for _ in range(4)]
    await asyncio.gather(*(journal.accept(workspace_id, account_id, "whatsapp", delivery(text(n, str(n)))) for n in range(100)))
    await asyncio.gather(*(worker.take_batch(workspace_id, account_id) for worker in workers))
    async with fresh_database.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM message") == 100
        assert await work.value("SELECT count(DISTINCT conversation_id) FROM message") == 1


async def test_lanes_with_the_same_persons_in_opposite_order_do_not_deadlock(
    fresh_database: Database, safe: Safe, workspace_id: UUID
) -> None:
    numbers = ["106540352242922", "106540352242933", "106540352242944"]
    accounts = [await _account(fresh_database, safe, workspace_id, number) for number in numbers]
    book, blobs = AccountBook(fresh_database, safe, "https://support.example.com"), in_memory()
    journal, locks = Journal(fresh_database, blobs), Locks(fresh_database.dsn)
    worker = IntakeWorker(fresh_database, book, blobs, LiveHub(fresh_database), locks)
    senders = [f"4917139200{number:03d}" for number in range(40)]
    for turn in range(6):
        for index, account_id in enumerate(accounts):
            order = senders if (index + turn) % 2 else senders[::-1]
            items = [text(turn * 1000 + index * 100 + place, "Guten Tag", sender=who) for place, who in enumerate(order)]
            await journal.accept(workspace_id, account_id, "whatsapp", delivery(*items, number_id=numbers[index]))
        async with asyncio.timeout(30):
            await asyncio.gather(*(worker.take_batch(workspace_id, account_id) for account_id in accounts))
    async with fresh_database.everywhere() as work:
        assert await work.value("SELECT count(*) FROM message") == 6 * 3 * 40
        assert await work.value("SELECT count(*) FROM person") == 40
        assert await work.value("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()") == 0
        assert await work.value("SELECT count(*) FROM journal WHERE state <> 'done'") == 0


async def _account(database: Database, safe: Safe, workspace_id: UUID, number_id: str) -> UUID:
    given = {
        "phone_number_id": number_id, "waba_id": "102290129340398", "access_token": "EAAtest", "app_secret": "geheim",
        "verify_token": "verify-me",
    }  # fmt: skip
    async with database.work(workspace_id) as work:
        return await create_account(work, safe, "whatsapp", f"WhatsApp {number_id}", given)


async def _taken(database: Database, count: int) -> None:
    async with asyncio.timeout(30):
        while True:
            async with database.everywhere() as work:
                if await work.value("SELECT count(*) FROM journal WHERE state = 'done'") == count:
                    return
            await asyncio.sleep(0.02)


# --- replay ---


async def test_what_an_adapter_could_not_read_is_in_its_place_after_the_fix_and_a_replay(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = adapter("whatsapp")

    def faulty(raw: Raw, account: Any) -> Any:
        """The version of the adapter that had the fault."""
        if b"kaputt" in raw.body:
            raise ZeroDivisionError("a fault of the adapter")
        return type(reader).parse(reader, raw, account)

    monkeypatch.setattr(reader, "parse", faulty, raising=False)
    await take_in(whatsapp, delivery(text(1, "Der Filter ist kaputt")), delivery(text(2, "Hallo?")))
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT text FROM message") == [("Hallo?",)]
        row, why = (await work.tuples("SELECT id, why FROM journal WHERE state = 'quarantined'"))[0]
        assert "a fault of the adapter" in why
    monkeypatch.undo()
    async with database.work(workspace_id) as work:
        assert await replay_deliveries(work, [row]) == 1
    await take_in(whatsapp)
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT text FROM message ORDER BY at") == [("Der Filter ist kaputt",), ("Hallo?",)]
        assert await work.value("SELECT count(*) FROM conversation") == 1
        assert await work.value("SELECT count(*) FROM journal WHERE state <> 'done'") == 0


async def test_a_replay_of_what_is_in_place_doubles_nothing(
    database: Database, workspace_id: UUID, whatsapp: UUID, take_in: TakeIn, blobs: Blobs
) -> None:
    await take_in(whatsapp, delivery(text(1, "Erste"), text(2, "Zweite")))
    async with database.work(workspace_id) as work:
        ids = [row[0] for row in await work.tuples("SELECT id FROM journal")]
        await replay_deliveries(work, ids)
    await take_in(whatsapp)
    async with database.work(workspace_id) as work:
        assert await work.tuples("SELECT message_count FROM conversation") == [(2,)]
