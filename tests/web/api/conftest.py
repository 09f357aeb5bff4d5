"""The API over real HTTP: a server with everything real behind it, and a program with a token."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import aiohttp
import pytest_asyncio
from tests.web.served import served

from oase.channels import AccountBook, create_account
from oase.conversations import Journal
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SystemClock
from oase.kernel.db import Database
from oase.kernel.http import Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub, Relay
from oase.kernel.permissions import Permission
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.kernel.waiting import end
from oase.main.keeping import PARTS, RULES
from oase.staff import add_agent, create_api_token, found_workspace
from oase.web import api
from oase.web.services import Services


@dataclass
class Answer:
    """An answer, read."""

    status: int
    body: Any
    headers: dict[str, str]


class Program:
    """A program that calls the API."""

    def __init__(self, session: aiohttp.ClientSession, token: str = "") -> None:
        self._session = session
        self.token = token

    async def __call__(self, method: str, path: str, body: Any = None, **more: Any) -> Answer:
        """One request below /api/v1; keyword arguments are headers, with _ for -, or `raw` for the bytes of the body."""
        sent: dict[str, Any] = (
            {"data": io.BytesIO(more.pop("raw"))} if "raw" in more else {"json": body} if body is not None else {}
        )
        headers = {name.replace("_", "-"): value for name, value in more.items()}
        if self.token:
            headers.setdefault("authorization", f"Bearer {self.token}")
        if "data" in sent:
            headers.setdefault("content-type", "application/json")
        async with self._session.request(method, f"/api/v1{path}", headers=headers, **sent) as response:
            content = await response.read()
            read = await response.json(content_type=None) if "json" in response.headers.get("content-type", "") else content
            return Answer(response.status, read, {name.lower(): value for name, value in response.headers.items()})


@dataclass
class Company:
    """A workspace with a WhatsApp and a mail account, an administrator and the server that serves it."""

    url: str
    services: Services
    workspace_id: UUID
    agent_id: UUID
    whatsapp: UUID
    session: aiohttp.ClientSession

    async def program(self, *permissions: Permission) -> Program:
        """A program that may do this; without any: everything."""
        async with self.services.database.work(self.workspace_id) as work:
            held = frozenset(Permission)
            secret, _ = await create_api_token(
                work, name="Kasse", permissions=permissions or held, created_by=self.agent_id, held=held
            )
        return Program(self.session, secret.reveal())


@pytest_asyncio.fixture
async def company(database: Database) -> AsyncIterator[Company]:
    """A company, served for this test."""
    safe, blobs = Safe(b"k" * 32), in_memory()
    book, hub, outside = AccountBook(database, safe, "https://support.example.com"), LiveHub(database), Outside()
    services = Services(
        settings=Settings(), database=database, live=hub, safe=safe, clock=SystemClock(), book=book,
        journal=Journal(database, blobs), blobs=blobs, outside=outside, rules=RULES, parts=PARTS,
    )  # fmt: skip
    workspace_id, agent_id = new_id(), new_id()
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Muster GmbH", slug=f"muster-{workspace_id.hex}")
        await add_agent(
            work,
            agent_id,
            name="Änne Köhler",
            email=f"aenne@{workspace_id.hex}.example",
            password_hash="",
            roles=("administrator",),
        )
        given = {
            "phone_number_id": "106540352242922", "waba_id": "102290129340398", "access_token": "EAAtest",
            "app_secret": "app-secret-of-the-test", "verify_token": "verify-me",
        }  # fmt: skip
        whatsapp = await create_account(work, safe, "whatsapp", "WhatsApp Berlin", given)
    relay = Relay(database)
    tasks = [asyncio.create_task(part) for part in (hub.run(), relay.run())]
    await hub.ready.wait()
    try:
        async with served(services, handlers=api.handlers) as url, aiohttp.ClientSession(url) as session:
            yield Company(url, services, workspace_id, agent_id, whatsapp, session)
    finally:
        await end(tasks, again_after=2)
        database.on_commit.clear()
        await outside.close()


@pytest_asyncio.fixture
async def program(company: Company) -> Program:
    """A program that may do everything."""
    return await company.program()


@pytest_asyncio.fixture
async def begun(company: Company, program: Program) -> dict[str, Any]:
    """A conversation that Änne's customer began."""
    answer = await program("POST", "/conversations", new(company))
    assert answer.status == 201, answer.body
    body: dict[str, Any] = answer.body
    return body


def new(company: Company, text: str = "Die Kiste kam zerdrückt an 😕", **more: Any) -> dict[str, Any]:
    """What starts a conversation."""
    first = {"text": text, **more.pop("message", {})}
    return {"account_id": str(company.whatsapp), "address": "+49 1522 8817386", "name": "Jürgen Groß", "message": first, **more}
