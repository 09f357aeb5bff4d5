"""Deliveries that only say where something stands: followed once, again when told again, and never in the way of others."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.channels import AccountBook, adapter, create_account
from oase.channels.contract import Raw
from oase.conversations import IntakeWorker, Journal, PointerWorker, replay_deliveries
from oase.kernel.blobs import Blobs
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe

TARGET = "https://www.lindgruen.example/winterreifen"


class Mentions:
    """A stranger's site, our endpoint behind it, and the workers."""

    def __init__(self, database: Database, book: AccountBook, blobs: Blobs, clock: SetClock, workspace_id: UUID) -> None:
        self.database, self.book, self.blobs, self.clock, self.workspace_id = database, book, blobs, clock, workspace_id
        self.base, self.status, self.html, self.asked = "", 200, "", 0
        self.account_id = workspace_id
        self.journal = Journal(database, blobs)
        self.pointers: PointerWorker
        self.intake: IntakeWorker

    async def page(self, request: web.Request) -> web.Response:
        """Any page of the site."""
        self.asked += 1
        return web.Response(text=self.html, status=self.status, content_type="text/html")

    def says(self, words: str, link: str = TARGET) -> None:
        """What the page says from now on."""
        self.html = (
            f'<article class="h-entry"><a class="u-in-reply-to" href="{link}">↩</a><p class="e-content">{words}</p></article>'
        )

    async def told(self, path: str = "/1", target: str = TARGET) -> None:
        """Our endpoint is told."""
        body = f"source={self.base}{path}&target={target}".encode()
        raw = Raw(body=body, received_at=self.clock.now())
        dedup = adapter("webmention").dedup_key(raw)
        await self.journal.accept(self.workspace_id, self.account_id, "webmention", raw, dedup=dedup, points=True)

    async def work(self) -> int:
        """Follows what is due and takes in what was found; gives how often the site was asked."""
        before = self.asked
        await self.pointers.drain()
        while await self.intake.take_batch(self.workspace_id, self.account_id):
            pass
        return self.asked - before

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """What the database says."""
        async with self.database.work(self.workspace_id) as work:
            return await work.rows(statement)

    async def messages(self) -> list[dict[str, Any]]:
        """What was said."""
        return await self.rows(
            "SELECT text, edited_at IS NOT NULL AS edited, deleted_at IS NOT NULL AS deleted, wants_answer FROM message ORDER BY id"
        )

    async def pointer(self) -> dict[str, Any]:
        """The newest pointer."""
        found = await self.rows(
            "SELECT id, state, why, attempts, items FROM journal WHERE method = 'POST' ORDER BY id DESC LIMIT 1"
        )
        return found[0]


@pytest_asyncio.fixture
async def mentions(shared_dsn: str, safe: Safe, blobs: Blobs, clock: SetClock, workspace_id: UUID) -> AsyncIterator[Mentions]:
    """Everything, at a clock that stands."""
    database = Database(shared_dsn, clock=clock, connections=4)
    await database.open()
    book = AccountBook(database, safe, "https://support.example.com")
    mentions, application = Mentions(database, book, blobs, clock, workspace_id), web.Application()
    application.router.add_get("/{tail:.*}", mentions.page)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    mentions.base = f"http://127.0.0.1:{port}"
    async with database.work(workspace_id) as work:
        given = {"pages": ["https://www.lindgruen.example"]}
        mentions.account_id = await create_account(work, safe, "webmention", "Website", given)
    async with Outside(Guard(endpoints=[("127.0.0.1", port)])) as outside:
        hub, locks = LiveHub(database), Locks(database.dsn)
        mentions.pointers = PointerWorker(database, book, blobs, outside, hub)
        mentions.intake = IntakeWorker(database, book, blobs, hub, locks)
        yield mentions
        await locks.close()
    await runner.cleanup()
    await database.close()


async def test_a_mention_becomes_a_message_in_the_conversation_of_our_page(mentions: Mentions) -> None:
    mentions.says("Wie laut sind Spikes?")
    await mentions.told()
    assert await mentions.work() == 1
    assert await mentions.messages() == [
        {"text": "Wie laut sind Spikes?", "edited": False, "deleted": False, "wants_answer": True}
    ]
    (conversation,) = await mentions.rows("SELECT kind, thread_external_id, subject FROM conversation")
    assert conversation == {"kind": "public", "thread_external_id": TARGET, "subject": "www.lindgruen.example/winterreifen"}
    states = await mentions.rows("SELECT method, state, items FROM journal ORDER BY id")
    assert states == [{"method": "POST", "state": "done", "items": 1}, {"method": "GET", "state": "done", "items": 2}]


async def test_told_three_times_at_once_it_is_followed_once_and_told_later_nothing_is_doubled(mentions: Mentions) -> None:
    mentions.says("Moin")
    for _ in range(3):
        await mentions.told()
    await mentions.work()
    assert mentions.asked == 1
    mentions.clock.advance(timedelta(hours=1))
    await mentions.told()
    await mentions.work()
    assert mentions.asked == 2
    assert await mentions.messages() == [{"text": "Moin", "edited": False, "deleted": False, "wants_answer": True}]


async def test_a_page_that_changes_there_and_back_is_shown_as_it_is_now(mentions: Mentions) -> None:
    for words in ("Gut.", "Doch nicht gut.", "Gut."):
        mentions.says(words)
        await mentions.told()
        mentions.clock.advance(timedelta(minutes=1))
        await mentions.work()
    (message,) = await mentions.messages()
    assert (message["text"], message["edited"]) == ("Gut.", True)


@pytest.mark.parametrize("gone", ["410", "link"])
async def test_a_page_that_is_gone_or_links_to_us_no_more_takes_the_message_back(mentions: Mentions, gone: str) -> None:
    mentions.says("Moin")
    await mentions.told()
    await mentions.work()
    mentions.status = 410 if gone == "410" else 200
    mentions.says("Moin", link="https://andere.example/")
    mentions.clock.advance(timedelta(minutes=1))
    await mentions.told()
    await mentions.work()
    assert [one["deleted"] for one in await mentions.messages()] == [True]


async def test_a_page_that_does_not_link_to_us_is_nothing_and_troubles_nobody(mentions: Mentions) -> None:
    mentions.says("Werbung!", link="https://andere.example/")
    await mentions.told()
    await mentions.work()
    assert await mentions.messages() == []
    assert {row["state"] for row in await mentions.rows("SELECT state FROM journal")} == {"done"}


async def test_a_site_that_is_down_is_asked_again_later_and_at_last_put_aside_with_the_reason(mentions: Mentions) -> None:
    mentions.status = 503
    await mentions.told()
    assert await mentions.work() == 1
    assert await mentions.work() == 0, "Not at once."
    pointer = await mentions.pointer()
    assert (pointer["state"], pointer["why"]) == ("pointed", "The page answered with HTTP status 503.")
    for _ in range(5):
        mentions.clock.advance(timedelta(hours=2))
        await mentions.work()
    pointer = await mentions.pointer()
    assert (pointer["state"], pointer["attempts"]) == ("quarantined", 6)
    mentions.status = 200
    mentions.says("Da bin ich wieder")
    async with mentions.database.work(mentions.workspace_id) as work:
        assert await replay_deliveries(work, [pointer["id"]]) == 1
    await mentions.work()
    assert [one["text"] for one in await mentions.messages()] == ["Da bin ich wieder"]


async def test_a_page_in_a_private_network_is_not_asked_and_the_journal_says_so(mentions: Mentions) -> None:
    mentions.base = "http://127.0.0.1:9"
    await mentions.told()
    await mentions.work()
    pointer = await mentions.pointer()
    assert (pointer["state"], pointer["items"]) == ("done", 0)
    assert re.search("private network", pointer["why"])


async def test_a_site_that_fails_keeps_no_other_waiting(mentions: Mentions) -> None:
    good, mentions.base = mentions.base, "http://127.0.0.1:9"
    await mentions.told("/aus")
    mentions.base = good
    mentions.says("Ich bin da")
    await mentions.told("/an")
    assert await mentions.work() == 1
    assert [one["text"] for one in await mentions.messages()] == ["Ich bin da"]


async def test_a_worker_that_died_while_it_followed_loses_nothing(mentions: Mentions, monkeypatch: pytest.MonkeyPatch) -> None:
    async def dies(*_: object) -> None:
        raise RuntimeError("the machine is gone")

    mentions.says("Moin")
    await mentions.told()
    with monkeypatch.context() as patch, pytest.raises(RuntimeError, match="the machine is gone"):
        patch.setattr(mentions.pointers, "_settle", dies)
        await mentions.work()
    assert await mentions.work() == 0, "It is leased."
    mentions.clock.advance(timedelta(minutes=4))
    await mentions.work()
    assert [one["text"] for one in await mentions.messages()] == ["Moin"]


async def test_a_like_waits_for_no_answer_and_opens_nothing(mentions: Mentions) -> None:
    mentions.html = f'<p class="h-entry"><a class="u-like-of" href="{TARGET}"></a></p>'
    await mentions.told()
    await mentions.work()
    assert [(one["text"], one["wants_answer"]) for one in await mentions.messages()] == [("👍", False)]
    assert await mentions.rows("SELECT state, waiting_count FROM conversation") == [{"state": "waiting", "waiting_count": 0}]
    mentions.says("Und welche Größe?")
    await mentions.told("/2")
    await mentions.work()
    assert await mentions.rows("SELECT state, waiting_count FROM conversation") == [{"state": "open", "waiting_count": 1}]
