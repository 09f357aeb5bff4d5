"""A running sandbox, an endpoint that receives its webhooks, and a business that talks to it."""

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest_asyncio
import uvicorn
from aiohttp import web
from tests.servers.mail import free_port

from oase.kernel.clock import Clock, SystemClock
from oase.sandbox import MailboxSettings, Sandbox, SandboxSettings, WhatsAppSettings, create_app
from oase.sandbox.places import Platform

SECRET = "a secret of the app"
TOKEN = "EAAtest"
AYLIN = "493023125201"
JUERGEN = "4915228817386"


class Endpoint:
    """A business's webhook endpoint: keeps what comes, answers what the test wants."""

    def __init__(self) -> None:
        self.url = ""
        self.posts: list[tuple[bytes, str]] = []
        self.statuses: list[int] = []
        self.always = 200
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        """Keeps a webhook; answers a handshake."""
        if request.method == "GET":
            good = request.query.get("hub.verify_token") == "the verify token"
            return web.Response(text=request.query.get("hub.challenge", ""), status=200 if good else 403)
        raw = await request.read()
        async with self._news:
            self.posts.append((raw, request.headers["X-Hub-Signature-256"]))
            self._news.notify_all()
        return web.Response(status=self.statuses.pop(0) if self.statuses else self.always)

    async def until(self, condition: Callable[[], bool], seconds: float = 10.0) -> None:
        """Waits until the condition holds; it is looked at after every webhook."""
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)

    def genuine(self, place: int) -> bool:
        """Whether the signature of a webhook is right."""
        raw, signed = self.posts[place]
        return hmac.compare_digest("sha256=" + hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest(), signed)

    def values(self) -> list[dict[str, Any]]:
        """The `value` of every change so far, in order."""
        bodies = [json.loads(raw) for raw, _ in self.posts]
        return [change["value"] for body in bodies for entry in body["entry"] for change in entry["changes"]]

    def messages(self) -> list[dict[str, Any]]:
        """All messages so far."""
        return [message for value in self.values() for message in value.get("messages", [])]

    def states(self) -> list[str]:
        """All statuses so far."""
        return [status["status"] for value in self.values() for status in value.get("statuses", [])]


class World:
    """A sandbox behind HTTP with one business number, seen from the business and from its customers."""

    def __init__(self, sandbox: Sandbox, base: str, client: aiohttp.ClientSession, number_id: str) -> None:
        self.sandbox, self.base, self.client, self.number_id = sandbox, base, client, number_id
        self.account_id = sandbox.whatsapp.store.number(number_id).account_id
        self.graph = f"{base}/graph/v23.0"

    async def ask(self, method: str, path: str, body: Any = None, token: str = TOKEN) -> tuple[int, Any]:
        """A request to Graph."""
        headers = {"Authorization": f"Bearer {token}"}
        async with self.client.request(method, f"{self.graph}/{path}", json=body, headers=headers) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text.startswith(("{", "[")) else text

    async def say(self, text: str = "Guten Tag", to: str = AYLIN, **more: Any) -> tuple[int, Any]:
        """A text of the business."""
        return await self.send(type="text", text={"body": text}, to=to, **more)

    async def send(self, to: str = AYLIN, **message: Any) -> tuple[int, Any]:
        """A message of the business."""
        body = {"messaging_product": "whatsapp", "recipient_type": "individual", "to": to, **message}
        return await self.ask("POST", f"{self.number_id}/messages", body)

    async def control(self, method: str, path: str, body: Any = None, status: int | None = None) -> Any:
        """A request to the control interface."""
        async with self.client.request(method, f"{self.base}/control/{path}", json=body) as answer:
            text = await answer.text()
            assert answer.status == status if status else answer.status < 300, text
            return json.loads(text) if text else None

    async def write(self, text: str = "Grüß Gott", who: str = AYLIN, **more: Any) -> Any:
        """A text of a customer, which also opens the 24-hour window."""
        return await self.control("POST", f"customers/{who}/messages", {"text": text, **more})

    async def upload(self, data: bytes, mime_type: str, filename: str) -> str:
        """A file of a customer; gives its media id."""
        headers = {"Content-Type": mime_type}
        address = f"{self.base}/control/media?filename={filename}"
        async with self.client.post(address, data=data, headers=headers) as answer:
            return str((await answer.json())["id"])


@pytest_asyncio.fixture
async def endpoint() -> AsyncIterator[Endpoint]:
    """An endpoint on a free port."""
    endpoint = Endpoint()
    app = web.Application()
    app.router.add_route("*", "/hook", endpoint.take)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    endpoint.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield endpoint
    await runner.cleanup()


class Server(uvicorn.Server):
    """A server that says when it is ready."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Opens the port."""
        await super().startup(sockets)
        self.ready.set()


class Starter:
    """Starts sandboxes with settings of the test's own."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._running: list[tuple[Server, asyncio.Task[None], aiohttp.ClientSession]] = []

    async def __call__(
        self,
        clock: Clock | None = None,
        mailbox: MailboxSettings | None = None,
        platforms: tuple[type[Platform], ...] = (),
        **settings: Any,
    ) -> World:
        """A running sandbox with one number and two customers."""
        port = free_port()
        usual: dict[str, Any] = {
            "public_url": f"http://127.0.0.1:{port}/sandbox",
            "app_secret": SECRET,
            "access_token": TOKEN,
            "status_delay_seconds": 0.0,
            "retry_first_seconds": 0.01,
            "retry_cap_seconds": 0.05,
        }
        whatsapp = WhatsAppSettings(**(usual | settings))
        parts = {"whatsapp": whatsapp, "mailbox": mailbox or MailboxSettings(), "platforms": platforms}
        sandbox = Sandbox(SandboxSettings(**parts, public_url=usual["public_url"]), clock or SystemClock())
        number = sandbox.seed(webhook_url=self._endpoint.url)
        config = uvicorn.Config(
            create_app(sandbox), host="127.0.0.1", port=port, log_config=None, ws="none", timeout_graceful_shutdown=1
        )
        server = Server(config)
        task = asyncio.create_task(server.serve())
        client = aiohttp.ClientSession()
        self._running.append((server, task, client))
        await asyncio.wait_for(server.ready.wait(), 10)
        return World(sandbox, f"http://127.0.0.1:{port}/sandbox", client, number.id)

    async def stop(self) -> None:
        """Ends them all."""
        for server, task, client in self._running:
            await client.close()
            server.should_exit = True
            await task


@pytest_asyncio.fixture
async def start(endpoint: Endpoint) -> AsyncIterator[Starter]:
    """Starts sandboxes."""
    starter = Starter(endpoint)
    yield starter
    await starter.stop()


@pytest_asyncio.fixture
async def world(start: Starter) -> World:
    """A sandbox with the usual settings."""
    return await start()
