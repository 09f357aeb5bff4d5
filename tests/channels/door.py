"""Oase's door for webhooks, without the core: what a provider delivers is greeted, checked, read once and acknowledged."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from aiohttp import web
from tests.channels.caller import Caller

from oase.channels.contract import Answer, Event, Forged, Raw

T = TypeVar("T")


class Door:
    """Where a caller's account hears. `events`: of genuine deliveries, each once; `keys`: of all of them; `url`: the door's address."""

    def __init__(self, caller: Caller) -> None:
        self._caller, self.url = caller, ""
        self.events: list[Event] = []
        self.keys: list[bytes] = []
        self.forged = 0

    async def take(self, request: web.Request) -> web.Response:
        """One delivery."""
        adapter, account = self._caller.adapter, self._caller.account
        headers = {name.lower(): value for name, value in request.headers.items()}
        raw = Raw(
            body=await request.read(), headers=headers, query=dict(request.query), method=request.method, received_at=self._caller.now()
        )  # fmt: skip
        if greeting := adapter.greet(raw, account):
            return _response(greeting)
        try:
            adapter.verify(raw, account)
        except Forged:
            self.forged += 1
            return web.Response(status=403)
        key = adapter.dedup_key(raw) or raw.body
        self.events += adapter.parse(raw, account) if key not in self.keys else []
        self.keys.append(key)
        acknowledged = adapter.acknowledge(raw, account)
        return _response(acknowledged) if acknowledged else web.Response()

    def heard(self, kind: type[T]) -> list[T]:
        """The events of a kind."""
        return [one for one in self.events if isinstance(one, kind)]


def _response(answer: Answer) -> web.Response:
    return web.Response(status=answer.status, body=answer.body, headers={"content-type": answer.type})


@asynccontextmanager
async def opened(caller: Caller, *beside: web.AbstractRouteDef) -> AsyncIterator[Door]:
    """A door on a free port, at `/hooks`; with other routes of the company `beside` it."""
    door = Door(caller)
    app = web.Application()
    app.router.add_route("*", "/hooks", door.take)
    app.router.add_routes(beside)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        door.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hooks"
        yield door
    finally:
        await runner.cleanup()
