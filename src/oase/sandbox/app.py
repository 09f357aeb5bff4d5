"""The sandbox as one object, its routes, and as an application of its own.

Oase ── POST /messages ──▶ /sandbox/graph ─┐
Oase ◀── signed webhooks ── delivery ◀─────┤ WhatsApp (state) ◀── /sandbox/phone (a person), /sandbox/control (tests, load)
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec
from litestar import Litestar, Router
from litestar.types import ASGIApp

from oase.kernel.clock import Clock, SystemClock
from oase.sandbox.installed import PLATFORMS
from oase.sandbox.live import Hub
from oase.sandbox.mailbox import Mailbox, MailboxSettings
from oase.sandbox.mailbox.routes import mailbox_router
from oase.sandbox.pages import page_routes
from oase.sandbox.places import Platform, places_router
from oase.sandbox.whatsapp import Number, WhatsApp, WhatsAppSettings
from oase.sandbox.whatsapp.answers import with_cuts
from oase.sandbox.whatsapp.routes import whatsapp_routes


class SandboxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of the whole sandbox."""

    whatsapp: WhatsAppSettings = WhatsAppSettings()
    mailbox: MailboxSettings = MailboxSettings()
    platforms: tuple[type[Platform], ...] = PLATFORMS
    public_url: str = "http://127.0.0.1:8420/sandbox"  # where the sandbox answers, without a slash at its end


class Sandbox:
    """Simulated providers with their state. Use `start` before and `stop` after."""

    def __init__(self, settings: SandboxSettings | None = None, clock: Clock | None = None) -> None:
        self.settings = settings or SandboxSettings()
        self.clock = clock or SystemClock()
        self.hub = Hub()
        self.own_app = ""  # the address of the company's own app, where Oase serves one
        self.whatsapp = WhatsApp(self.settings.whatsapp, self.clock, self.hub)
        self.mailbox = Mailbox(self.settings.mailbox, self.clock, self.hub)
        public_url = self.settings.public_url
        self.platforms: dict[str, Platform] = {
            one.id: one(self.clock, self.hub, f"{public_url}/{one.id}") for one in self.settings.platforms
        }

    def seed(self, *, webhook_url: str = "") -> Number:
        """The usual inhabitants: one business number and three customers (numbers reserved for fiction)."""
        number = self.whatsapp.add_number(
            display="+49 30 23125 100",
            name="Lindgrün Fahrräder",
            number_id="106540352242922",
            account_id="102290129340398",
            webhook_url=webhook_url,
        )
        for wa_id, name in (("493023125201", "Aylin Özdemir"), ("12025550123", "Sam O’Neill"), ("4915228817386", "Jürgen Groß")):
            self.whatsapp.store.add_customer(wa_id, name)
        for platform in self.platforms.values():
            platform.seed()
        return number

    async def start(self) -> None:
        """Starts what works in the background."""
        await self.whatsapp.start()
        await self.mailbox.start()
        for platform in self.platforms.values():
            await platform.start()

    async def stop(self) -> None:
        """Ends all streams and background work."""
        self.hub.close()
        await self.whatsapp.stop()
        await self.mailbox.stop()
        for platform in self.platforms.values():
            await platform.stop()


def sandbox_routes(sandbox: Sandbox) -> list[Router]:
    """Everything below `/sandbox`, to be mounted in an application of Litestar."""
    platforms = sandbox.platforms
    return [
        *whatsapp_routes(sandbox.whatsapp),
        mailbox_router(sandbox.mailbox),
        places_router(platforms),
        *(one.router() for one in platforms.values()),
        *page_routes(sandbox.hub, platforms, lambda: sandbox.own_app),
    ]


def create_app(sandbox: Sandbox) -> ASGIApp:
    """The sandbox as an application of its own, which starts and stops the sandbox."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        await sandbox.start()
        try:
            yield
        finally:
            await sandbox.stop()

    app = Litestar(route_handlers=sandbox_routes(sandbox), lifespan=[lifespan], openapi_config=None, logging_config=None)
    return with_cuts(app)
