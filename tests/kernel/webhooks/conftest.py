"""A program that is told by webhooks: a real HTTP server that remembers what it got and answers as the test wants."""

import asyncio
import base64
import hashlib
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from ipaddress import ip_network
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe, Secret
from oase.kernel.webhooks import Published, Webhook, WebhookFeed, WebhookSender, create_webhook

KNOWN = ("message.received", "conversation.solved", "webhook.test")


@dataclass
class Program:
    """What arrived, and what is answered."""

    url: str = ""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    slow: asyncio.Event | None = None
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def take(self, request: web.Request) -> web.Response:
        """Remembers a delivery."""
        self.got.append(({name.lower(): value for name, value in request.headers.items()}, await request.read()))
        if self.slow is not None:
            await self.slow.wait()
        return web.Response(status=self.status, headers=self.headers, text="as you wish")

    @property
    def ids(self) -> list[str]:
        """The webhook-id of each delivery."""
        return [headers["webhook-id"] for headers, _ in self.got]


def verified(secret: Secret, headers: dict[str, str], body: bytes) -> bool:
    """As the Standard Webhooks libraries verify: written from the specification, not from our own code."""
    key = base64.b64decode(secret.reveal().removeprefix("whsec_"))
    content = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), body])
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, given) for given in headers["webhook-signature"].split(" "))


@pytest_asyncio.fixture
async def program() -> AsyncIterator[Program]:
    """A program that listens on this machine."""
    program = Program()
    app = web.Application()
    app.router.add_post("/hook", program.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    program.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield program
    await runner.cleanup()


@pytest_asyncio.fixture
async def clocked(shared_dsn: str, clock: SetClock) -> AsyncIterator[Database]:
    """The shared database under a clock that the test moves."""
    database = Database(shared_dsn, clock=clock)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def safe() -> Safe:
    """A safe with a key of the test's own."""
    return Safe(b"k" * 32)


@pytest_asyncio.fixture
async def sender(clocked: Database, safe: Safe) -> AsyncIterator[WebhookSender]:
    """Sends to this machine, which the guard would refuse otherwise."""
    outside = Outside(Guard([ip_network("127.0.0.0/8")]))  # type: ignore[list-item]
    yield WebhookSender(clocked, outside, safe, LiveHub(clocked))
    await outside.close()


def publish(event: LiveEvent) -> list[Published]:
    """What the tests' events are told as."""
    return [Published(type=event.payload["type"], data={"key": str(event.key)})] if "type" in event.payload else []


@pytest.fixture
def feed(clocked: Database) -> WebhookFeed:
    """Makes deliveries of what the tests emit."""
    return WebhookFeed(clocked, LiveHub(clocked), Locks(clocked.dsn), publish=publish, topics=["thing"])


Make = Callable[..., Awaitable[tuple[Webhook, Secret]]]


@pytest.fixture
def make(clocked: Database, workspace_id: UUID, safe: Safe, program: Program) -> Make:
    """Makes a webhook of the workspace."""

    async def made(*events: str, url: str = "") -> tuple[Webhook, Secret]:
        async with clocked.work(workspace_id) as work:
            return await create_webhook(work, safe, url=url or program.url, events=events, known=KNOWN)

    return made
