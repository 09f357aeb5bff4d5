"""A company with everything real behind its pages: database, sessions, live log; and the simulated WhatsApp on the same server."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

import aiohttp
import pytest
import pytest_asyncio
from litestar import Litestar
from playwright.async_api import Browser, Page
from tests.looks import DESK
from tests.servers.chromium import complaints
from tests.web.served import served

from oase.channels import AccountBook, AccountState, create_account, set_account_state
from oase.channels.contract import Raw
from oase.conversations import IntakeWorker, Journal
from oase.conversations import jobs as conversation_jobs
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SystemClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.jobs import Jobs
from oase.kernel.live import LiveHub, Relay
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe, Secret
from oase.kernel.settings import Settings
from oase.kernel.waiting import end
from oase.main.keeping import PARTS, RULES
from oase.sandbox import Sandbox, SandboxSettings, WhatsAppSettings, sandbox_routes
from oase.staff import add_agent, found_workspace, hash_password, sign_in
from oase.staff.types import NewSession, Visit
from oase.web.services import Services

PASSWORD = Secret("Ein ruhiger Satz 2026")
PEOPLE = {"administrator": "Änne Köhler", "team_lead": "Murat Yıldız", "agent": "Ben Öztürk"}
TOKEN = "EAAsandbox"


@dataclass
class Answer:
    """An answer, read."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def words(self) -> str:
        """What a reader sees, on one line."""
        plain = re.sub(r"<(script|style).*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL)
        return " ".join(plain.replace("&amp;", "&").replace("&#34;", '"').replace("&#39;", "'").split())

    @property
    def to(self) -> str:
        """Where it sends the browser."""
        return self.headers.get("location") or self.headers.get("hx-redirect", "")


@dataclass
class Company:
    """A workspace with three people, served at `url`."""

    url: str
    services: Services
    workspace_id: UUID
    tokens: dict[str, str]
    agents: dict[str, UUID]
    session: aiohttp.ClientSession
    worker: IntakeWorker
    beside: socket.socket  # where a provider of the test's own can be reached

    async def get(self, path: str, *, role: str = "administrator", **headers: str) -> Answer:
        """A page, as this person sees it."""
        return await self._ask("GET", path, role, headers)

    async def post(self, path: str, fields: Any = (), *, role: str = "administrator", script: bool = False) -> Answer:
        """A form, sent by this person; `script`: by our own script in the page."""
        pairs = list(fields.items() if isinstance(fields, dict) else fields)
        return await self._ask("POST", path, role, {"hx-request": "true"} if script else {}, data=aiohttp.FormData(pairs))

    async def _ask(self, method: str, path: str, role: str, headers: dict[str, str], **more: Any) -> Answer:
        cookies = {"cookie": f"oase={self.tokens[role]}", "accept": "text/html"}
        async with self.session.request(method, path, headers={**cookies, **headers}, allow_redirects=False, **more) as answer:
            text = (await answer.read()).decode("utf-8", "replace")
            return Answer(answer.status, text, {name.lower(): value for name, value in answer.headers.items()})

    async def connect(self, channel: str, name: str, **given: Any) -> UUID:
        """An account, made without its page."""
        async with self.services.database.work(self.workspace_id) as work:
            return await create_account(work, self.services.safe, channel, name, given)

    async def account(self, account_id: UUID) -> Any:
        """An account as it is stored, opened."""
        async with self.services.database.work(self.workspace_id) as work:
            return next(one for one in await self.services.book.of_workspace(work) if one.id == account_id)

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """What the database says."""
        async with self.services.database.work(self.workspace_id) as work:
            return await work.rows(statement, parameters)

    async def arrives(self, account_id: UUID, channel: str, body: bytes) -> UUID:
        """A delivery comes and is taken in; the journal's id of it."""
        raw = Raw(body=body, method="LMTP" if channel == "email" else "POST", received_at=datetime.now(UTC))
        await self.services.journal.accept(self.workspace_id, account_id, channel, raw)
        while await self.worker.take_batch(self.workspace_id, account_id):
            continue
        found = await self.rows(
            "SELECT id FROM journal WHERE workspace_id = %(workspace_id)s AND account_id = %(account)s ORDER BY id DESC LIMIT 1",
            account=account_id,
        )
        return UUID(str(found[0]["id"]))

    async def another_session(self, role: str) -> str:
        """This person signs in once more, with another browser."""
        visit = Visit(address=f"2001:db8:{new_id().hex[-4:]}::2", user_agent="another")
        email = f"{role}@{self.workspace_id.hex}.example"
        session = await sign_in(self.services.database, self.services.safe, email=email, password=PASSWORD, visit=visit)
        assert isinstance(session, NewSession)
        return session.token.reveal()

    async def falls(self, account_id: UUID, state: AccountState, why: str) -> None:
        """The account's connection is lost."""
        async with self.services.database.work(self.workspace_id) as work:
            await set_account_state(work, account_id, state, why)

    async def acts(self) -> list[str]:
        """What the audit log says, oldest first."""
        return [
            row["act"] for row in await self.rows("SELECT act FROM audit_entry WHERE workspace_id = %(workspace_id)s ORDER BY id")
        ]


@pytest_asyncio.fixture(scope="session")
async def password_hash() -> str:
    """Hashed once."""
    return await hash_password(PASSWORD)


@pytest_asyncio.fixture(scope="session")
async def deferring(shared_dsn: str) -> AsyncIterator[None]:
    """Jobs can be deferred; nobody works on them."""
    jobs = Jobs(shared_dsn, {"conversations": conversation_jobs}, connections=1)
    await jobs.open()
    yield
    await jobs.close()


@pytest_asyncio.fixture
async def company(database: Database, password_hash: str, deferring: None) -> AsyncIterator[Company]:
    """A company of the test's own."""
    safe, blobs, listener = Safe(b"k" * 32), in_memory(), socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    hub, book = LiveHub(database), AccountBook(database, safe, f"http://127.0.0.1:{port}")
    beside = socket.create_server(("127.0.0.1", 0))
    outside = Outside(Guard([], [("127.0.0.1", port), ("127.0.0.1", beside.getsockname()[1])]))
    services = Services(
        settings=Settings(port=port), database=database, live=hub, safe=safe, clock=SystemClock(), book=book,
        journal=Journal(database, blobs), blobs=blobs, outside=outside, rules=RULES, parts=PARTS,
    )  # fmt: skip
    workspace_id, agents, tokens = await _staff(database, safe, password_hash)
    locks = Locks(database.dsn)
    worker = IntakeWorker(database, book, blobs, hub, locks)
    tasks = [asyncio.create_task(part) for part in (hub.run(), Relay(database).run())]
    await hub.ready.wait()
    try:
        async with _served(services, listener) as url, aiohttp.ClientSession(url) as session:
            yield Company(url, services, workspace_id, tokens, agents, session, worker, beside)
    finally:
        await end(tasks, again_after=2)
        database.on_commit.clear()
        await locks.close()
        await outside.close()
        beside.close()


async def _staff(database: Database, safe: Safe, password_hash: str) -> tuple[UUID, dict[str, UUID], dict[str, str]]:
    workspace_id, agents, tokens = new_id(), {}, {}
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Muster GmbH", slug=f"muster-{workspace_id.hex}")
        for role, name in PEOPLE.items():
            agents[role] = new_id()
            email = f"{role}@{workspace_id.hex}.example"
            await add_agent(work, agents[role], name=name, email=email, password_hash=password_hash, roles=(role,), language="en")
    for role in PEOPLE:
        visit = Visit(address=f"2001:db8:{new_id().hex[-4:]}::1", user_agent="test")
        session = await sign_in(database, safe, email=f"{role}@{workspace_id.hex}.example", password=PASSWORD, visit=visit)
        assert isinstance(session, NewSession)
        tokens[role] = session.token.reveal()
    return workspace_id, agents, tokens


@asynccontextmanager
async def _served(services: Services, listener: socket.socket) -> AsyncIterator[str]:
    url = f"http://127.0.0.1:{services.settings.port}"
    sandbox = Sandbox(SandboxSettings(whatsapp=WhatsAppSettings(public_url=f"{url}/sandbox")))
    sandbox.seed()

    @cache
    def simulated() -> Litestar:  # few tests ask it
        return Litestar(route_handlers=sandbox_routes(sandbox), openapi_config=None)

    await sandbox.whatsapp.start()
    try:
        async with served(services, beside=lambda path: simulated() if path.startswith("/sandbox") else None, listener=listener):
            yield url
    finally:
        await sandbox.whatsapp.stop()


@pytest.fixture
def whatsapp(company: Company) -> dict[str, str]:
    """What an administrator types to connect the simulated WhatsApp."""
    return {
        "account_name": "WhatsApp Berlin",
        "phone_number_id": "106540352242922",
        "waba_id": "102290129340398",
        "access_token": TOKEN,
        "app_secret": "sandbox-app-secret",
        "base_url": f"{company.url}/sandbox/graph",
    }


@asynccontextmanager
async def screen(browser: Browser, company: Company) -> AsyncIterator[Page]:
    """The administrator's browser; an error in its console fails the test."""
    context = await browser.new_context(viewport=DESK, reduced_motion="reduce")
    context.set_default_timeout(15_000)
    await context.add_cookies([{"name": "oase", "value": company.tokens["administrator"], "url": company.url}])
    page, troubles = await context.new_page(), complaints(context, but="422")
    yield page
    await context.close()
    assert troubles == []
