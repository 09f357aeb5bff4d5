"""Answering in public: below one comment or to everybody; its author in private, with both conversations linked; undone exactly."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
import pytest
import pytest_asyncio

from oase.channels import AccountBook
from oase.channels.contract import Say, Thread
from oase.conversations import (
    Answer,
    Author,
    CannotAnswer,
    TemplateUse,
    WindowClosed,
    cancel,
    origins_of,
    retry,
    say,
)
from oase.conversations.actions.deliveries import look_again
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.types import Planned
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe

from . import page as page_channel
from .conftest import TakeIn
from .page import AT, BORIS, POST, comment, posts, writes
from .test_public import Wall, open_wall

ANNE = Author(name="Änne Köhler")


@pytest_asyncio.fixture
async def wall(
    shared_dsn: str, clock: SetClock, safe: Safe, workspace_id: UUID, take_in: TakeIn, monkeypatch: pytest.MonkeyPatch
) -> Any:
    """A page with a post and three comments, ten minutes after them by a clock that stands."""
    page_channel.installed(monkeypatch)
    clock.advance(AT + timedelta(minutes=10) - clock.now())
    database = Database(shared_dsn, clock=clock, connections=4)
    await database.open()
    wall = await open_wall(database, safe, workspace_id, take_in)
    await wall.hears(posts())
    await wall.hears(comment(1, "Was kostet das rote?"), comment(2, "Das wüsste ich auch gern", BORIS, below="c-1", minutes=1))
    await wall.hears(comment(3, "Und das blaue?", minutes=2))
    yield wall
    await database.close()


async def answer(wall: Wall, book: AccountBook, text: str, to: str = "", **more: Any) -> UUID:
    """An agent answers, to everybody or a comment by its external id; nothing is held for an undo unless told."""
    reply_to = await wall.value("SELECT id FROM message WHERE external_id = %(to)s", to=to) if to else None
    given = Answer(**{"client_key": new_id(), "text": text, "undo": timedelta(0), "reply_to_id": reply_to, **more})
    async with wall.database.work(wall.workspace_id) as work:
        conversation = await work.value("SELECT id FROM conversation WHERE kind = 'public' ORDER BY number LIMIT 1")
        return await say(work, book, ANNE, conversation, given)


async def outbounds(wall: Wall) -> list[Say]:
    """What is in the queue, in its order."""
    rows = await wall.rows("SELECT outbound FROM delivery ORDER BY id")
    said = [msgspec.convert(row[0], Planned).outbound for row in rows]
    return [one for one in said if isinstance(one, Say)]


async def test_an_answer_below_a_comment_goes_to_its_thread_and_settles_only_its_author(wall: Wall, book: AccountBook) -> None:
    message_id = await answer(wall, book, "2.390 € 🙂", "c-1")
    (out,) = await outbounds(wall)
    envelope = out.envelope
    assert (envelope.thread, envelope.reply_to, envelope.to, envelope.to_name, envelope.about) == (
        "post-1", "c-1", "aylin", "Aylin Öztürk", "",
    )  # fmt: skip
    assert await wall.waiting() == ["Das wüsste ich auch gern", "Und das blaue?"]
    facts = await wall.rows(
        "SELECT state, waiting_count, due_at, identity_id, person_id, first_line, first_line_by FROM conversation"
    )
    assert facts == [("open", 2, AT + timedelta(hours=24, minutes=1), None, None, "2.390 € 🙂", "out")]
    assert await wall.value("SELECT branch FROM message WHERE id = %(id)s", id=message_id) == "c-1"


async def test_an_answer_to_everybody_stands_beside_the_comments_and_its_answers_find_it(wall: Wall, book: AccountBook) -> None:
    message_id = await answer(wall, book, "Alle Preise stehen jetzt im Laden-Profil.")
    (out,) = await outbounds(wall)
    assert (out.envelope.thread, out.envelope.reply_to, out.envelope.to) == ("post-1", "", "")
    assert len(await wall.waiting()) == 3
    async with wall.database.work(wall.workspace_id) as work:
        await deliveries.record(work, message_id, "sent", "o-77", AT, "")
    await wall.hears(comment(4, "Danke!", BORIS, below="o-77", minutes=11))
    branches = await wall.rows("SELECT DISTINCT branch FROM message WHERE external_id IN ('o-77', 'c-4')")
    assert len(branches) == 1


async def test_the_last_answer_lets_the_conversation_wait_and_one_that_solves_solves_only_then(
    wall: Wall, book: AccountBook
) -> None:
    await answer(wall, book, "2.390 €", "c-1", then="solved")
    assert await wall.value("SELECT state FROM conversation") == "open"
    await answer(wall, book, "Siehe oben 🙂", "c-2")
    await answer(wall, book, "Auch 2.390 €", "c-3", then="solved")
    assert await wall.rows("SELECT state, due_at, waiting_count FROM conversation") == [("solved", None, 0)]


async def test_undoing_a_public_answer_lets_those_wait_again_whom_it_answered(wall: Wall, book: AccountBook) -> None:
    before = await wall.rows("SELECT state, due_at, waiting_since, waiting_count FROM conversation")
    message_id = await answer(wall, book, "2.390 €", "c-1", undo=timedelta(seconds=5))
    async with wall.database.work(wall.workspace_id) as work:
        await cancel(work, message_id)
    assert await wall.rows("SELECT state, due_at, waiting_since, waiting_count FROM conversation") == before
    assert len(await wall.waiting()) == 3


async def test_a_public_answer_that_failed_lets_those_wait_again_and_trying_again_answers_them(
    wall: Wall, book: AccountBook
) -> None:
    before = await wall.rows("SELECT state, due_at, waiting_since, waiting_count FROM conversation")
    message_id = await answer(wall, book, "2.390 €", "c-1")
    between = await wall.rows("SELECT state, due_at, waiting_since, waiting_count FROM conversation")
    async with wall.database.work(wall.workspace_id) as work:  # comments are written down by the machine's own clock
        await work.run("UPDATE message SET created_at = now() WHERE id = %(id)s", {"id": message_id})
    await wall.hears(comment(4, "👍", BORIS, minutes=3, asks=False))
    async with wall.database.work(wall.workspace_id) as work:
        await work.run("UPDATE delivery SET state = 'failed'")
        await look_again(work, message_id)
    assert await wall.rows("SELECT state, due_at, waiting_since, waiting_count FROM conversation") == before
    assert len(await wall.waiting()) == 3
    async with wall.database.work(wall.workspace_id) as work:
        await retry(work, message_id)
    assert await wall.rows("SELECT state, waiting_since, waiting_count FROM conversation") == [
        (s, w, n) for s, _, w, n in between
    ]
    assert await wall.waiting() == ["Das wüsste ich auch gern", "Und das blaue?"]


async def test_the_author_of_a_comment_is_answered_in_private_and_both_conversations_know_of_each_other(
    wall: Wall, book: AccountBook
) -> None:
    await answer(wall, book, "Wir machen Ihnen ein Angebot.", "c-1", audience="private")
    (out,) = await outbounds(wall)
    assert (out.envelope.thread, out.envelope.reply_to, out.envelope.to, out.envelope.about) == ("", "", "aylin", "c-1")
    assert await wall.rows("SELECT kind, state, message_count FROM conversation ORDER BY number") == [
        ("public", "open", 4), ("private", "waiting", 1),
    ]  # fmt: skip
    assert await wall.waiting() == ["Das wüsste ich auch gern", "Und das blaue?"]
    assert await wall.value("SELECT data->'settled'->>'by' FROM message WHERE external_id = 'c-1'") == "Änne Köhler"
    private = await wall.value("SELECT id FROM conversation WHERE kind = 'private'")
    async with wall.database.work(wall.workspace_id) as work:
        (origin,) = await origins_of(work, private)
    assert (origin.title, origin.author_name, origin.text) == (POST.title, "Aylin Öztürk", "Was kostet das rote?")
    assert await wall.rows("SELECT kind, data->>'number' FROM message WHERE direction = 'event'") == [
        ("from_public", str(origin.number))
    ]
    await wall.hears(writes(1, "Gern!", minutes=12))
    assert await wall.rows("SELECT state, message_count FROM conversation WHERE kind = 'private'") == [("open", 2)]


async def test_whoever_wrote_in_private_just_now_is_answered_there_and_not_about_the_comment(
    wall: Wall, book: AccountBook
) -> None:
    await wall.hears(writes(1, "Ich habe es schon als Nachricht geschickt", minutes=5))
    await answer(wall, book, "Hier das Angebot.", "c-1", audience="private")
    (out,) = await outbounds(wall)
    assert (out.envelope.about, out.envelope.to) == ("", "aylin")
    assert await wall.value("SELECT count(*) FROM conversation WHERE kind = 'private'") == 1


async def test_undoing_a_private_answer_leaves_neither_line_nor_work_behind(wall: Wall, book: AccountBook) -> None:
    before = await wall.rows("SELECT state, due_at, waiting_count FROM conversation")
    message_id = await answer(wall, book, "Ein Angebot", "c-1", audience="private", undo=timedelta(seconds=5))
    async with wall.database.work(wall.workspace_id) as work:
        await cancel(work, message_id)
    assert await wall.rows("SELECT state, due_at, waiting_count FROM conversation WHERE kind = 'public'") == before
    assert await wall.rows("SELECT state FROM conversation WHERE kind = 'private'") == [("solved",)]
    assert await wall.value("SELECT count(*) FROM conversation_link") == 0
    assert await wall.value("SELECT count(*) FROM message WHERE direction = 'event'") == 0


async def test_a_comment_of_a_week_ago_can_be_answered_in_public_only(wall: Wall, book: AccountBook, clock: SetClock) -> None:
    clock.advance(timedelta(days=7))
    with pytest.raises(WindowClosed, match="168 hours"):
        await answer(wall, book, "Ein Angebot", "c-1", audience="private")
    await answer(wall, book, "2.390 €", "c-1")
    assert len(await outbounds(wall)) == 1


async def test_a_long_public_answer_is_measured_by_the_place_and_not_by_the_messenger(wall: Wall, book: AccountBook) -> None:
    words = "Das ist eine lange Geschichte. " * 100  # 3,100 characters: two messages, but one comment
    await answer(wall, book, words, "c-1")
    assert len(await outbounds(wall)) == 1
    await answer(wall, book, words, "c-3", audience="private")
    assert [out.envelope.about for out in (await outbounds(wall))[1:]] == ["c-3", ""]


@pytest.mark.parametrize(
    ("to", "more", "error"),
    [
        ("", {"audience": "private"}, "Choose the message"),
        ("post-1", {"audience": "private"}, "our own side"),
        ("c-1", {"account_id": new_id()}, "Another account"),
        ("c-1", {"template": TemplateUse(name="t", language="de"), "text": ""}, "no single receiver"),
    ],
)
async def test_what_makes_no_sense_in_public_is_refused_in_words(
    wall: Wall, book: AccountBook, to: str, more: dict[str, Any], error: str
) -> None:
    with pytest.raises((Invalid, CannotAnswer), match=error):
        await answer(wall, book, more.pop("text", "Hallo"), to, **more)
    assert await outbounds(wall) == []


async def test_nothing_of_a_private_conversation_is_said_in_public(wall: Wall, book: AccountBook) -> None:
    await wall.hears(writes(1, "Hallo", minutes=5))
    private = await wall.value("SELECT id FROM conversation WHERE kind = 'private'")
    async with wall.database.work(wall.workspace_id) as work:
        with pytest.raises(Invalid, match="is private"):
            await say(work, book, ANNE, private, Answer(client_key=new_id(), text="Hallo alle", audience="public"))


async def test_a_message_of_another_thread_is_not_answered_here(wall: Wall, book: AccountBook) -> None:
    await wall.hears(comment(9, "Auch hier?", thread=Thread(external_id="post-2")))
    with pytest.raises(Invalid, match="not in this conversation"):
        await answer(wall, book, "Ja", "c-9")
