"""A provider that answers as it is told: what it took, when, and how many requests were there at once."""

import asyncio
import time
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Answering = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Provider:
    """Graph's `messages` on a port of this machine. `script` holds answers for the next requests; then it accepts."""

    url: str = ""
    taken: list[dict[str, Any]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    script: deque[Answering] = field(default_factory=deque)
    at_once: int = 0
    most_at_once: int = 0
    to_one_at_once: int = 0
    gate: asyncio.Event | None = None
    _to: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))

    async def take(self, request: web.Request) -> web.StreamResponse:
        """One message."""
        body = await request.json()
        self.moments.append(time.monotonic())
        self.at_once += 1
        self._to[body["to"]] += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.to_one_at_once = max(self.to_one_at_once, self._to[body["to"]])
        try:
            if self.gate is not None:
                await self.gate.wait()
            if self.script:
                return await self.script.popleft()(request)
            self.taken.append(body)
            return web.json_response({"messages": [{"id": f"wamid.out.{len(self.taken)}"}]})
        finally:
            self.at_once -= 1
            self._to[body["to"]] -= 1

    @property
    def texts(self) -> list[str]:
        """What it took, in its order."""
        return [body["text"]["body"] for body in self.taken]


def graph_error(status: int, code: int, words: str = "(#) says the provider") -> Answering:
    """An error as Graph words it."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.json_response({"error": {"message": words, "type": "OAuthException", "code": code}}, status=status)

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    """The line breaks after the request was read: nobody can tell whether it was taken."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@asynccontextmanager
async def open_provider() -> AsyncIterator[Provider]:
    """Listens on a free port."""
    provider = Provider()
    application = web.Application()
    application.router.add_post("/{tail:.*}", provider.take)
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        await runner.cleanup()
