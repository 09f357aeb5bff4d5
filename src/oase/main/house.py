"""The house: every running part of a process, made in one place and started in order.

database (ours or given) --> migrated --> pool --> live hub, relay --> accounts, journal, outgoing HTTP, files
web: pages, hooks, streams      work: intake, delivery, files, jobs, clockwork      connect: listeners, mail receiver
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Any, Final, Literal

import psycopg
import structlog

from oase.channels import AccountBook
from oase.channels.registry import all_adapters
from oase.conversations import (
    DeliveryWorker,
    DevicePush,
    FileWorker,
    Indexer,
    IntakeWorker,
    Introducer,
    Journal,
    PointerWorker,
    Renewer,
    UnreachedFeed,
)
from oase.conversations import jobs as conversation_jobs
from oase.desk import NotificationClock, NotificationFeed, OutboundClock, PushSender
from oase.desk.automations import AutomationClock, AutomationFeed, Means
from oase.desk.hours import CalendarClock, Timetables
from oase.desk.presence import PresenceClock
from oase.desk.promises import PromiseClock, PromiseFeed
from oase.desk.routing import Routing
from oase.desk.waits import WaitClock
from oase.insights import WaitFeed
from oase.kernel.blobs import Blobs, open_blobs
from oase.kernel.clock import Clock, SystemClock
from oase.kernel.db import Database
from oase.kernel.errors import Unavailable
from oase.kernel.http import Guard, Outside
from oase.kernel.jobs import Jobs
from oase.kernel.live import LiveHub, Relay
from oase.kernel.locks import Locks
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Safe, load_key
from oase.kernel.settings import Settings
from oase.kernel.tls import receiver_certificate
from oase.kernel.waiting import end
from oase.kernel.webhooks import WebhookFeed, WebhookSender
from oase.main.caretaker import Caretaker
from oase.main.clockwork import Clockwork
from oase.main.connectors import AccountDoor, Connectors
from oase.main.keeping import RULES
from oase.main.migrate import migrate
from oase.web.published import TOPICS, publish

_PATIENCE_SECONDS: Final = 60
_AGAIN_SECONDS: Final = 3.0  # before a part that failed begins again
Part = Callable[[], Coroutine[Any, Any, None]]
DatabaseMode = Literal["own", "running", "either"]
"""Our own PostgreSQL: started by this process, by another one (`oase run`, `oase database`), or whichever is the case."""
log = structlog.get_logger()


class House:
    """The parts that every process has. Opened by `open_house`."""

    def __init__(self, settings: Settings, dsn: str) -> None:
        self.settings = settings
        self.clock: Clock = SystemClock()
        self.safe = Safe(load_key(settings.data_dir, settings.secret_key.reveal()))
        self.database = Database(dsn, clock=self.clock, connections=settings.database_connections)
        self.hub = LiveHub(self.database)
        self.relay = Relay(self.database)
        self.locks = Locks(dsn)
        self.blobs: Blobs = open_blobs(settings)
        self.book = AccountBook(self.database, self.safe, settings.url)
        self.journal = Journal(self.database, self.blobs)
        self.timetables = Timetables()
        self.outside = Outside(
            _guard(settings),
            connections=settings.outgoing_connections,
            connections_per_host=settings.outgoing_connections_per_host,
        )
        for one in all_adapters().values():
            one.go_out_by(self.outside)
        self.jobs = Jobs(dsn, {"conversations": conversation_jobs}, connections=3)
        self._tasks: list[asyncio.Task[None]] = []

    def begin(self, name: str, part: Part) -> None:
        """Runs a part in the background until the house closes. One that fails is loud and begins again: a house that goes on
        without its live updates or its delivery would look well and be ill."""
        self._tasks.append(asyncio.create_task(_kept(name, part), name=name))

    def begin_work(self) -> None:
        """What a worker process does."""
        self.begin("intake", IntakeWorker(self.database, self.book, self.blobs, self.hub, self.locks).run)
        sender = DeliveryWorker(self.database, self.book, self.blobs.get, self.outside, self.hub, self.locks)
        self.begin("delivery", sender.run)
        self.begin("renewer", Renewer(self.database, self.book, self.safe, self.outside, self.hub, self.locks).run)
        self.begin("unreached", UnreachedFeed(self.database, self.hub, self.locks).run)
        self.begin("names", Introducer(self.database, self.book, self.outside, self.hub, self.locks).run)
        self.begin("files", FileWorker(self.database, self.book, self.blobs, self.outside, self.hub).run)
        self.begin("pointers", PointerWorker(self.database, self.book, self.blobs, self.outside, self.hub).run)
        self.begin("webhooks", WebhookSender(self.database, self.outside, self.safe, self.hub).run)
        feed = WebhookFeed(self.database, self.hub, self.locks, publish=publish, topics=TOPICS)
        self.begin("webhook feed", feed.run)
        self.begin("promises", PromiseFeed(self.database, self.hub, self.locks, self.timetables).run)
        self.begin("promises clock", PromiseClock(self.database, self.locks, self.timetables).run)
        self.begin("notifications", NotificationFeed(self.database, self.hub, self.locks).run)
        means = Means(self.book, self.timetables)
        self.begin("automations", AutomationFeed(self.database, self.hub, self.locks, means).run)
        self.begin("automations clock", AutomationClock(self.database, self.settings, self.locks, means).run)
        self.begin("waits", WaitFeed(self.database, self.hub, self.locks, self.timetables).run)
        self.begin("waits clock", WaitClock(self.database, self.book, self.locks, self.timetables).run)
        self.begin("push", PushSender(self.database, self.outside, self.safe, self.settings, self.hub).run)
        devices = DevicePush(self.database, self.book, self.hub, self.outside, self.safe, self.settings)
        self.begin("devices", devices.run)
        self.begin("notifications clock", NotificationClock(self.database, self.settings, self.locks).run)
        self.begin("presence clock", PresenceClock(self.database, self.locks).run)
        self.begin("outbound", OutboundClock(self.database, self.book, self.locks).run)
        self.begin("routing", Routing(self.database, self.book, self.timetables, self.hub, self.locks).run)
        self.begin("calendars", CalendarClock(self.database, self.outside, self.safe, self.locks).run)
        self.begin("caretaker", Caretaker(self.database, self.book, self.outside, self.locks).run)
        self.begin("search", Indexer(self.database, self.hub, self.locks).run)
        clockwork = Clockwork(self.database, self.book, self.blobs, self.locks, RULES, self.settings.session_length)
        self.begin("clockwork", clockwork.run)
        self.begin("jobs", lambda: self.jobs.work({"services": self}, concurrency=self.settings.job_concurrency))

    def begin_connecting(self) -> None:
        """What a connector process does. Raises BadCertificate where the mail receiver's cannot be used."""
        certificate = receiver_certificate(self.settings) if self.settings.mail_receiver_port else None
        connectors = Connectors(self.database, self.book, self.blobs, self.safe, self.outside, self.hub, self.locks)
        self.begin("connectors", connectors.run)
        for channel, one in all_adapters().items():
            if one.manifest.serves and self.settings.mail_receiver_port:
                tls = certificate.context if certificate else None
                door = AccountDoor(channel, self.settings, self.book, self.journal, tls)
                self.begin(f"{channel} server", partial(one.serve, door))

    async def close(self) -> None:
        """Ends every part; what is under way gets a moment."""
        self.hub.end_all()
        await end(reversed(self._tasks))
        await self.locks.close()
        await self.outside.close()
        await self.jobs.close()
        await self.database.close()


@asynccontextmanager
async def open_house(settings: Settings, database: DatabaseMode = "own") -> AsyncIterator[House]:
    """The parts of a process, with the database up and migrated."""
    async with AsyncExitStack() as stack:
        dsn = await stack.enter_async_context(database_of(settings, database))
        await _reachable(dsn)
        await migrate(settings.database_admin_url.reveal() or dsn)
        house = House(settings, dsn)
        await house.database.open()
        await house.jobs.open()
        stack.push_async_callback(house.close)
        house.begin("live hub", house.hub.run)
        house.begin("relay", house.relay.run)
        house.begin("accounts", lambda: house.book.run(house.hub))
        house.begin("timetables", lambda: house.timetables.run(house.hub))
        async with asyncio.timeout(30):
            await house.hub.ready.wait()
        yield house


async def _reachable(dsn: str) -> None:
    """Waits for a database that is just starting (or being restarted); raises Unavailable when it does not come."""
    for attempt in range(_PATIENCE_SECONDS):
        try:
            async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=5):
                return
        except psycopg.OperationalError as error:
            if attempt == _PATIENCE_SECONDS - 1:
                raise Unavailable(f"The database does not answer: {error}") from error
            if attempt % 10 == 0:
                log.warning("house.waits_for_database", error=str(error).splitlines()[0])
            await asyncio.sleep(1)


@asynccontextmanager
async def database_of(settings: Settings, mode: DatabaseMode) -> AsyncIterator[str]:
    """The database's address: the one that was set, or our own: started and stopped with us, or running already."""
    if settings.database_url:
        yield settings.database_url.reveal()
        return
    server = EmbeddedPostgres(settings.data_dir / "postgres", binaries=settings.postgres_binaries)
    if mode == "running" or (mode == "either" and await _answers(server.dsn())):
        yield server.dsn()
        return
    async with server:
        yield server.dsn()


async def _answers(dsn: str) -> bool:
    try:
        async with await psycopg.AsyncConnection.connect(dsn, connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False


def _guard(settings: Settings) -> Guard:
    """Outgoing requests may not reach our own network, but for what the administrator allows and our own sandbox."""
    return Guard(settings.allow_private_networks, [("127.0.0.1", settings.port)] if settings.sandbox else [])


async def _kept(name: str, part: Part) -> None:
    """Runs a part to its end, however often it fails on the way."""
    while True:
        try:
            return await part()
        except Exception as error:
            log.exception("house.part_failed", part=name, error=repr(error))
        await asyncio.sleep(_AGAIN_SECONDS)
