"""What a provider wants to have back for a message of its own is kept with it, and goes along with the answer and the sign of reading."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, create_account
from oase.channels.contract import Raw
from oase.conversations import Author, say
from oase.conversations.signals import show_read
from oase.conversations.types import Answer
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe

from .conftest import TakeIn

AT = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
SECRET = "channel-secret-of-line"


def written(number: int, text: str) -> dict[str, Any]:
    """A message of a customer's, as LINE delivers it."""
    said = {"type": "text", "id": str(number), "text": text, "quoteToken": f"quote-{number}", "markAsReadToken": f"read-{number}"}
    moment = int(AT.timestamp() * 1000) + number
    source = {"type": "user", "userId": "U4af4980629b0c1d2e3f4a5b6c7d8e9f0"}
    return {
        "type": "message",
        "mode": "active",
        "timestamp": moment,
        "source": source,
        "webhookEventId": f"e{number}",
        "message": said,
    }


def delivery(events: Sequence[dict[str, Any]]) -> Raw:
    """Signed as LINE signs."""
    body = json.dumps({"destination": "U0", "events": list(events)}).encode()
    digest = base64.b64encode(hmac.digest(SECRET.encode(), body, hashlib.sha256)).decode()
    return Raw(body=body, headers={"x-line-signature": digest}, received_at=AT)


@pytest_asyncio.fixture
async def line(database: Database, book: AccountBook, safe: Safe, workspace_id: UUID) -> UUID:
    """An account at LINE."""
    given = {"access_token": "geheim", "channel_secret": SECRET, "base_url": "https://api.line.example"}
    async with database.work(workspace_id) as work:
        return await create_account(work, safe, "line", "LINE", given)


async def test_an_answer_to_one_message_takes_its_tokens_along(
    database: Database, book: AccountBook, take_in: TakeIn, workspace_id: UUID, line: UUID
) -> None:
    await take_in(line, delivery([written(1, "Ist Größe 42 da?"), written(2, "Und in Blau?")]))
    async with database.work(workspace_id) as work:
        (first, conversation), _ = await work.tuples("SELECT id, conversation_id FROM message ORDER BY at")
        answer = Answer(client_key=new_id(), text="Ja, ein Paar.", reply_to_id=first)
        await say(work, book, Author(name="Mia Musterfrau"), conversation, answer)
        outbound = await work.value("SELECT outbound FROM delivery")
    envelope = outbound["outbound"]["envelope"]
    assert (envelope["reply_to"], envelope["tokens"]) == ("1", {"quoteToken": "quote-1", "markAsReadToken": "read-1"})


async def test_an_answer_to_none_has_none(
    database: Database, book: AccountBook, take_in: TakeIn, workspace_id: UUID, line: UUID
) -> None:
    await take_in(line, delivery([written(1, "Ist Größe 42 da?")]))
    async with database.work(workspace_id) as work:
        conversation = await work.value("SELECT conversation_id FROM message")
        await say(work, book, Author(name="Mia Musterfrau"), conversation, Answer(client_key=new_id(), text="Ja, ein Paar."))
        outbound = await work.value("SELECT outbound FROM delivery")
    assert not outbound["outbound"]["envelope"].get("tokens")


async def test_the_sign_of_reading_takes_the_newest_messages_tokens_along(
    database: Database, book: AccountBook, take_in: TakeIn, workspace_id: UUID, line: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_in(line, delivery([written(1, "Ist Größe 42 da?"), written(2, "Und in Blau?")]))
    jobs: list[dict[str, Any]] = []

    async def keep(work: UnitOfWork, task: object, **given: Any) -> None:
        jobs.append(given)

    monkeypatch.setattr(UnitOfWork, "defer", keep)
    async with database.work(workspace_id) as work:
        await show_read(work, book, await work.value("SELECT conversation_id FROM message LIMIT 1"))
    (told,) = jobs
    assert (told["external_id"], told["news"]) == ("2", "read")
    assert told["tokens"] == {"quoteToken": "quote-2", "markAsReadToken": "read-2"}
