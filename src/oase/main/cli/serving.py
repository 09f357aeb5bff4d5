"""The web part of a process: listens, serves, ends in order."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from oase.kernel.errors import OaseError
from oase.main.house import House
from oase.main.sandbox import open_sandbox
from oase.main.web import Front
from oase.staff import is_set_up


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the process decides when to stop."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Captures none: `stop_event` does, and a signal that is raised once more would cut off the house's end."""
        yield


async def serve_web(house: House, stop: asyncio.Event) -> None:
    """Serves pages, API, webhooks and streams until `stop`; raises OaseError where nothing could listen."""
    settings = house.settings
    async with open_sandbox(house) as sandbox:
        front = Front(house, sandbox)
        config = uvicorn.Config(
            front,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            proxy_headers=bool(settings.trusted_proxies),
            forwarded_allow_ips=[str(network) for network in settings.trusted_proxies],
            timeout_graceful_shutdown=3,
            server_header=False,
            lifespan="on",
        )
        server = _Server(config)
        serving = asyncio.create_task(server.serve())
        stopping = asyncio.create_task(stop.wait())
        while not server.started and not serving.done():  # noqa: ASYNC110 - uvicorn tells it in no other way
            await asyncio.sleep(0.02)
        if serving.done():
            raise OaseError(f"Nothing could listen on {settings.host}:{settings.port}. Is another program using it?")
        await _say_hello(house)
        await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        front.close_streams()
        await serving


async def _say_hello(house: House) -> None:
    print(f"\n  Oase is ready:  {house.settings.url}\n")
    for line in await _first_steps(house):
        print(f"  {line}")
    print(flush=True)


async def _first_steps(house: House) -> list[str]:
    if not await is_set_up(house.database):
        return ["Open it in a browser to set it up."]
    if not house.settings.demo:
        return []
    from oase.main.demo import demo_lines  # a long story

    return await demo_lines(house)
