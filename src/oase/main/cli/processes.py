"""The processes of an installation: all in one, or each by itself.

run = database + web + work + connect in one process      serve, work, connect: one part each, beside a database that runs
"""

import asyncio
import os
from collections.abc import Awaitable, Callable

import structlog

from oase.kernel.collector import collect_seldom
from oase.main.cli.running import run_async, settings_of_process, stop_event
from oase.main.house import DatabaseMode, House, open_house

Part = Callable[[House, asyncio.Event], Awaitable[None]]
log = structlog.get_logger()


def run() -> None:
    """Start everything in one process: database, web, work and connections."""
    _start(_everything, "own")


def demo() -> None:
    """Start everything with the demonstration company and the sandbox, in a data folder of its own, which is thrown away."""
    import tempfile

    with tempfile.TemporaryDirectory(prefix="oase-demo-") as folder:
        os.environ |= {"OASE_DATA_DIR": folder, "OASE_DEMO": "1", "OASE_SANDBOX": "1"}
        _start(_everything, "own")


def serve() -> None:
    """Start the web part only: pages, API, webhooks, streams. Any number of these may run."""
    _start(_web)


def work() -> None:
    """Start a worker only: intake, delivery, files, jobs. Any number of these may run."""
    _start(_worker)


def connect() -> None:
    """Start the connections only: mailboxes and the mail receiver. One works, further ones stand by."""
    _start(_connector)


def _start(part: Part, database: DatabaseMode = "running") -> None:
    settings = settings_of_process()
    collect_seldom()

    async def live() -> None:
        stop = stop_event()
        async with open_house(settings, database) as house:
            await part(house, stop)

    run_async(live())


async def _everything(house: House, stop: asyncio.Event) -> None:
    house.begin_work()
    house.begin_connecting()
    await _web(house, stop)


async def _worker(house: House, stop: asyncio.Event) -> None:
    house.begin_work()
    log.info("worker.ready")
    await stop.wait()


async def _connector(house: House, stop: asyncio.Event) -> None:
    house.begin_connecting()
    log.info("connector.ready")
    await stop.wait()


async def _web(house: House, stop: asyncio.Event) -> None:
    from oase.main.cli.serving import serve_web  # pages and routes: what only this part of a process needs

    await serve_web(house, stop)
