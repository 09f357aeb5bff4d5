"""The processes of an installation: all in one, or each by itself.

run = database + web + work + connect in one process      serve, work, connect: one part each, beside a database that runs
"""

import asyncio
import logging as stdlib
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog
import uvicorn

from oase.kernel import logging
from oase.kernel.errors import OaseError
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.settings import Settings, load
from oase.main.cli.running import run_async
from oase.main.demo_ports import with_demo_ports
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


def database() -> None:
    """Start our own PostgreSQL only, for `serve`, `work` and `connect` beside it."""
    settings = settings_of_process()

    async def hold() -> None:
        stop = _stop_event()
        async with EmbeddedPostgres(settings.data_dir / "postgres", binaries=settings.postgres_binaries) as server:
            log.info("database.ready", dsn=server.dsn())
            await stop.wait()

    run_async(hold())


def settings_of_process() -> Settings:
    """The settings of this environment and folder, with logging set up after them."""
    settings = with_demo_ports(load(os.environ, Path.cwd()))
    logging.set_up(form=settings.log_format, level=settings.log_level)
    for noisy in ("alembic", "psycopg.pool", "uvicorn", "procrastinate"):
        stdlib.getLogger(noisy).setLevel(stdlib.WARNING if noisy != "psycopg.pool" else stdlib.ERROR)
    return settings


def _start(part: Part, database: DatabaseMode = "running") -> None:
    settings = settings_of_process()

    async def live() -> None:
        stop = _stop_event()
        async with open_house(settings, database) as house:
            await part(house, stop)

    run_async(live())


def _stop_event() -> asyncio.Event:
    """Set by SIGTERM and SIGINT; a second one ends at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(number: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask, number)
    return stop


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


class _Server(uvicorn.Server):
    """uvicorn without signal handlers of its own: the process decides when to stop."""

    def install_signal_handlers(self) -> None:
        """Nothing: see `_stop_event`."""


async def _web(house: House, stop: asyncio.Event) -> None:
    from oase.main.sandbox import open_sandbox
    from oase.main.web import Front

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
    from oase.main.demo import demo_lines

    print(f"\n  Oase is ready:  {house.settings.url}\n")
    for line in await demo_lines(house):
        print(f"  {line}")
    print(flush=True)
