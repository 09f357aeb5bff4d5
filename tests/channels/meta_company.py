"""A company on one of Meta's simulated places: its adapter at work, its door for webhooks. For the tests of Facebook and Instagram."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import Any, TypeVar

from aiohttp import web
from msgspec.structs import replace
from tests.channels.caller import Caller

from oase.channels.contract import Account, Adapter, Address, Again, Envelope, Event, Forged, Malformed, Raw, Refused
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Secret
from oase.sandbox.meta.base import MetaPlatform

NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
JPEG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffd9")
E = TypeVar("E", bound=Event)


class Company(Caller):
    """The adapter at work, and every event that its webhook has brought so far."""

    def __init__(self, adapter: Adapter, account: Account, outside: Outside) -> None:
        super().__init__(adapter, account, outside, lambda: NOW)
        self.heard: list[Event] = []
        self.bodies: list[bytes] = []
        self.forged = 0
        self.malformed = 0
        self._news = asyncio.Condition()

    async def take(self, request: web.Request) -> web.Response:
        """The door: a handshake, or a delivery."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = Raw(body=await request.read(), headers=headers, query=dict(request.query), method=request.method, received_at=NOW)
        greeting = self.adapter.greet(raw, self.account)
        if greeting is not None:
            return web.Response(status=greeting.status, body=greeting.body)
        try:
            self.adapter.verify(raw, self.account)
        except Forged:
            self.forged += 1
            return web.Response(status=403)
        async with self._news:
            self.bodies.append(raw.body)
            try:
                self.heard += self.adapter.parse(raw, self.account)
            except Malformed:
                self.malformed += 1
            self._news.notify_all()
        return web.Response()

    async def whois(self, address: str) -> Address | Again | Refused:
        """What the provider knows of somebody."""
        found = await self._steps(lambda replies: self.adapter.whois(address, self.account, replies))
        assert isinstance(found, Address | Again | Refused)
        return found

    async def until(self, kind: type[E], count: int = 1, where: Callable[[Any], bool] = lambda event: True) -> list[E]:
        """Waits for that many events of a kind, and gives them."""

        def found() -> list[E]:
            return [one for one in self.heard if isinstance(one, kind) and where(one)]

        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: len(found()) >= count)
        return found()


def account_of(platform: MetaPlatform, channel: str, **more: Any) -> Account:
    """The account as its form would hold it."""
    keys = platform.keys
    settings = {"page_id": keys.page_id, "app_id": keys.app_id, "base_url": f"{platform.base_url}/graph", **more}
    return Account(
        id="1",
        channel=channel,
        settings=settings,
        secrets={
            "access_token": (Secret(keys.access_token),),
            "app_secret": (Secret(keys.app_secret),),
            "verify_token": (Secret("Bestätigung 7"),),
        },
    )


@asynccontextmanager
async def connected(adapter: Adapter, account: Account) -> AsyncIterator[Company]:
    """A company that was tested and to whose door Meta delivers."""
    async with Outside(Guard(networks=[ip_network("127.0.0.0/8")])) as outside:
        company = Company(adapter, account, outside)
        app = web.Application()
        app.router.add_route("*", "/hooks", company.take)
        runner = web.AppRunner(app)
        await runner.setup()
        try:
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
            company.account = replace(company.account, webhook_url=url)
            checked = await company.check()
            assert checked.ok, checked.summary
            told = await company.subscribe()
            assert told.ok, told.summary
            yield company
        finally:
            await runner.cleanup()


def envelope(to: str, **more: Any) -> Envelope:
    """To somebody."""
    return Envelope(**{"id": "0193f0a2-7c11-7d3e-9b1a-3f4e5d6c7b8a", "to": to, "at": NOW, **more})
