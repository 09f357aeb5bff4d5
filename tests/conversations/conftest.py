"""What the tests of conversations share: a WhatsApp account, deliveries as Meta sends them, and the parts that work on them."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, create_account
from oase.channels.contract import Raw
from oase.conversations import IntakeWorker, Journal
from oase.kernel.blobs import Blobs, in_memory
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe

from .counter import Counter
from .provider import open_provider

SECRET = "app-secret-of-the-test"
NUMBER_ID = "106540352242922"


@pytest.fixture
def safe() -> Safe:
    """A safe with a key of the test's own."""
    return Safe(b"k" * 32)


@pytest.fixture
def blobs() -> Blobs:
    """Files in memory."""
    return in_memory()


@pytest.fixture
def book(database: Database, safe: Safe) -> AccountBook:
    """The accounts at hand."""
    return AccountBook(database, safe, "https://support.example.com")


@pytest_asyncio.fixture
async def whatsapp(database: Database, safe: Safe, workspace_id: UUID) -> UUID:
    """A WhatsApp account of the workspace."""
    async with database.work(workspace_id) as work:
        given = {
            "phone_number_id": NUMBER_ID,
            "waba_id": "102290129340398",
            "access_token": "EAAtest",
            "app_secret": SECRET,
            "verify_token": "verify-me",
        }
        return await create_account(work, safe, "whatsapp", "WhatsApp Berlin", given)


def delivery(
    *messages: dict[str, Any],
    statuses: list[dict[str, Any]] | None = None,
    name: str = "Jürgen Groß",
    number_id: str = NUMBER_ID,
) -> Raw:
    """A signed delivery of the Cloud API with these messages."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "493023125100", "phone_number_id": number_id},
    }
    if messages:
        value["contacts"] = [{"profile": {"name": name}, "wa_id": one} for one in sorted({m["from"] for m in messages})]
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = statuses
    change = {"field": "messages", "value": value}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}).encode()
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signature}", "content-type": "application/json"}
    return Raw(body=body, headers=headers, received_at=datetime(2026, 11, 24, 9, 30, tzinfo=UTC))


def text(number: int, words: str, sender: str = "4915228817386", at: int = 1795512600) -> dict[str, Any]:
    """A text message as Meta sends it; `number` makes its id."""
    return {"from": sender, "id": f"wamid.{number:05d}", "timestamp": str(at + number), "type": "text", "text": {"body": words}}


@pytest_asyncio.fixture
async def counter(shared_dsn: str, clock: SetClock, safe: Safe, blobs: Blobs, workspace_id: UUID) -> AsyncIterator[Counter]:
    """Everything that a lane needs, at a clock that stands."""
    database = Database(shared_dsn, clock=clock, connections=4)
    await database.open()
    book = AccountBook(database, safe, "https://support.example.com")
    outside = Outside(Guard(networks=[ip_network("127.0.0.0/8")]))
    async with open_provider() as provider:
        given = {
            "phone_number_id": NUMBER_ID, "waba_id": "102290129340398", "access_token": "EAAtest", "app_secret": SECRET,
            "verify_token": "verify-me", "base_url": provider.url,
        }  # fmt: skip
        async with database.work(workspace_id) as work:
            account_id = await create_account(work, safe, "whatsapp", "WhatsApp Berlin", given)
        yield Counter(database, book, blobs, outside, provider, account_id, clock, workspace_id)
    await outside.close()
    await database.close()


TakeIn = Callable[..., Awaitable[None]]


@pytest_asyncio.fixture
async def take_in(database: Database, book: AccountBook, blobs: Blobs, workspace_id: UUID) -> AsyncIterator[TakeIn]:
    """Puts deliveries into the journal and takes everything in."""
    journal = Journal(database, blobs)
    locks = Locks(database.dsn)
    worker = IntakeWorker(database, book, blobs, LiveHub(database), locks)

    async def run(account_id: UUID, *raws: Raw) -> None:
        account = await book.get(account_id)
        assert account is not None
        for raw in raws:
            await journal.accept(workspace_id, account_id, account.channel, raw)
        while await worker.take_batch(workspace_id, account_id):
            continue

    yield run
    await locks.close()
