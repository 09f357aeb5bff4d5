"""A desk with everything real: database, live log, intake, pages over HTTP, Chromium; customers write by signed WhatsApp deliveries."""

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page
from tests.looks import DESK, PHONE
from tests.servers.chromium import complaints
from tests.web.served import served

from oase.channels import AccountBook, create_account
from oase.channels.contract import Raw
from oase.conversations import IntakeWorker, Journal
from oase.conversations import jobs as conversation_jobs
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SystemClock
from oase.kernel.db import Database
from oase.kernel.http import Outside
from oase.kernel.ids import new_id
from oase.kernel.jobs import Jobs
from oase.kernel.live import LiveHub, Relay
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe, Secret
from oase.kernel.settings import Settings
from oase.kernel.waiting import end
from oase.staff import SetUp, add_agent, hash_password, set_up, sign_in
from oase.staff.types import NewSession, Visit
from oase.web import duty, inbox, notices, search, setup, signin
from oase.web.services import Services

PASSWORD = "Ein ruhiger Satz 2026"
HANDLERS = [*inbox.handlers, *duty.handlers, *notices.handlers, *search.handlers, *signin.handlers, *setup.handlers]


@dataclass
class Desk:
    """A company with two agents, one WhatsApp number, and its pages at `url`."""

    url: str
    database: Database
    services: Services
    workspace_id: UUID
    account_id: UUID
    tokens: dict[str, str]
    worker: IntakeWorker
    sent: int = 0
    pages: list[Page] = field(default_factory=list)

    async def writes(
        self, name: str, text: str, *, phone: str = "4915228817386", at: datetime | None = None, **extra: Any
    ) -> None:
        """A customer writes; the message is taken in."""
        self.sent += 1
        message = {"from": phone, "id": f"wamid.{self.sent:05d}", "timestamp": str(int((at or datetime.now(UTC)).timestamp()))}
        message |= extra if "type" in extra else {"type": "text", "text": {"body": text}, **extra}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "493023125100", "phone_number_id": "106540352242922"},
            "contacts": [{"profile": {"name": name}, "wa_id": phone}],
            "messages": [message],
        }
        entry = {"id": "102290129340398", "changes": [{"field": "messages", "value": value}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        signature = hmac.new(b"app-secret-of-the-test", body, hashlib.sha256).hexdigest()
        raw = Raw(body=body, headers={"x-hub-signature-256": f"sha256={signature}"}, received_at=datetime.now(UTC))
        await self.services.journal.accept(self.workspace_id, self.account_id, "whatsapp", raw)
        while await self.worker.take_batch(self.workspace_id, self.account_id):
            continue

    async def value(self, statement: str, **parameters: Any) -> Any:
        """One value out of the database."""
        async with self.database.work(self.workspace_id) as work:
            return await work.value(statement, parameters)


@pytest_asyncio.fixture(scope="session")
async def deferring(shared_dsn: str) -> AsyncIterator[None]:
    """Jobs can be deferred, in whichever database; nobody works on them. (Tasks belong to the first application for good.)"""
    jobs = Jobs(shared_dsn, {"conversations": conversation_jobs}, connections=1)
    await jobs.open()
    yield
    await jobs.close()


@pytest_asyncio.fixture
async def desk(fresh_database: Database, deferring: None) -> AsyncIterator[Desk]:
    """The desk, open for this test."""
    safe, blobs = Safe(b"k" * 32), in_memory()
    book, hub = AccountBook(fresh_database, safe, "https://support.example.com"), LiveHub(fresh_database)
    settings = Settings()
    services = Services(
        settings=settings,
        database=fresh_database,
        live=hub,
        safe=safe,
        clock=SystemClock(),
        book=book,
        journal=Journal(fresh_database, blobs),
        blobs=blobs,
        outside=cast("Outside", None),
    )
    workspace_id, tokens = await _staff(fresh_database, safe)
    async with fresh_database.work(workspace_id) as work:
        given = {
            "phone_number_id": "106540352242922", "waba_id": "102290129340398", "access_token": "EAAtest",
            "app_secret": "app-secret-of-the-test", "verify_token": "verify-me",
        }  # fmt: skip
        account_id = await create_account(work, safe, "whatsapp", "WhatsApp Berlin", given)
    locks = Locks(fresh_database.dsn)
    worker = IntakeWorker(fresh_database, book, blobs, hub, locks)
    tasks = [asyncio.create_task(part) for part in (hub.run(), Relay(fresh_database).run())]
    await hub.ready.wait()
    async with served(services, handlers=HANDLERS) as url:
        yield Desk(url, fresh_database, services, workspace_id, account_id, tokens, worker)
    await end(tasks, again_after=2)
    await locks.close()


async def _staff(database: Database, safe: Safe) -> tuple[UUID, dict[str, str]]:
    visit = Visit(address="192.0.2.1", user_agent="test")
    given = SetUp(
        workspace_name="Muster GmbH", name="Änne Köhler", email="aenne@example.com", password=Secret(PASSWORD), language="de"
    )
    first = await set_up(database, given, visit)
    hashed = await hash_password(Secret(PASSWORD))
    async with database.work(first.workspace_id) as work:
        await add_agent(work, new_id(), name="Ben Öztürk", email="ben@example.com", password_hash=hashed, roles=("agent",))
    second = await sign_in(database, safe, email="ben@example.com", password=Secret(PASSWORD), visit=visit)
    assert isinstance(second, NewSession)
    return first.workspace_id, {"Änne": first.token.reveal(), "Ben": second.token.reveal()}


class Screens:
    """Opens pages for agents and watches them: an error in the console fails the test."""

    def __init__(self, browser: Browser, desk: Desk) -> None:
        self._browser = browser
        self._desk = desk
        self._contexts: list[BrowserContext] = []
        self.troubles: list[str] = []

    async def open(self, path: str, *, agent: str = "Änne", phone: bool = False, dark: bool = False, locale: str = "de") -> Page:
        """A page of this agent."""
        context = await self._browser.new_context(
            viewport=PHONE if phone else DESK,
            color_scheme="dark" if dark else "light",
            locale=locale,
            reduced_motion="reduce",
        )
        self._contexts.append(context)
        complaints(context, self.troubles)
        if agent:
            await context.add_cookies([{"name": "oase", "value": self._desk.tokens[agent], "url": self._desk.url}])
        page = await context.new_page()
        await page.goto(self._desk.url + path)
        return page

    async def close(self) -> None:
        """Closes everything that was opened."""
        for context in self._contexts:
            await context.close()


@pytest_asyncio.fixture
async def screens(browser: Browser, desk: Desk) -> AsyncIterator[Screens]:
    """Pages for agents."""
    screens = Screens(browser, desk)
    yield screens
    await screens.close()
    assert screens.troubles == []


async def settled(page: Page) -> None:
    """Waits until the page hears live events and has nothing more to ask."""
    await page.wait_for_selector('#inbox[data-live="on"]', state="attached")
    end = time.monotonic() + 8
    while time.monotonic() < end:
        if await page.evaluate("document.getElementById('inbox').dataset.busy !== 'yes'"):
            return
        await page.wait_for_timeout(30)
    raise AssertionError("The page does not come to rest.")
