"""What is held or asked for all the time, each in one process at a time: listeners (IMAP, XMPP, SMPP …), and pollers (`poller`).

accounts --(every few seconds, and when one changes)--> the missing are started, the changed started anew, the gone stopped
listener breaks --> its account is *down*, with the reason; it comes back with back-off, and no other account feels it
"""

import asyncio
from collections.abc import Callable, Sequence
from ssl import SSLContext
from typing import Final, Literal
from uuid import UUID

import psycopg
import structlog

from oase.channels import AccountBook, StoredAccount, adapter
from oase.channels.contract import ChannelError, Raw
from oase.conversations import AccountSink, Journal
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.errors import OaseError, Unavailable
from oase.kernel.http import Outside
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks, lock_key
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.kernel.waiting import awakened, end
from oase.main.poller import PAUSES_SECONDS, Poller, asks

_LOOK_SECONDS: Final = 5.0
Way = Literal["listen", "poll"]
log = structlog.get_logger()


class AccountDoor:
    """What a channel's own server is given: the accounts of that channel, and the journal."""

    def __init__(
        self, channel: str, settings: Settings, book: AccountBook, journal: Journal, tls: Callable[[], SSLContext] | None
    ) -> None:
        self.host = settings.mail_receiver_host
        self.port = settings.mail_receiver_port
        self.limit_bytes = settings.upload_limit_mb * 1_000_000
        self.tls = tls
        self._channel = channel
        self._book = book
        self._journal = journal

    async def resolve(self, setting: str, value: str) -> str | None:
        """The id of the enabled account whose setting is, or holds, this value."""
        for account in await self._book.enabled():
            found = account.account.settings.get(setting) if account.channel == self._channel else None
            values = found if isinstance(found, (list, tuple)) else [found] if found else []
            if value.casefold() in {str(one).casefold() for one in values}:
                return str(account.id)
        return None

    async def deliver(self, account_id: str, raw: Raw) -> None:
        """Stores a delivery for an account; returns when it is durable."""
        account = await self._book.get(UUID(account_id))
        if account is None:
            raise Unavailable("The account has just been removed.")
        await self._journal.accept(account.workspace_id, account.id, account.channel, raw)


class Connectors:
    """Keeps the listeners and pollers of all accounts running."""

    def __init__(
        self, database: Database, book: AccountBook, blobs: Blobs, safe: Safe, outside: Outside, hub: LiveHub, locks: Locks
    ) -> None:
        self._database = database
        self._book = book
        self._blobs = blobs
        self._safe = safe
        self._outside = outside
        self._hub = hub
        self._locks = locks
        self._running: dict[tuple[UUID, Way], tuple[StoredAccount, asyncio.Task[None]]] = {}
        self._look_now = asyncio.Event()
        self._recovered: set[UUID] = set()

    async def run(self) -> None:
        """Works until cancelled; then every listener and poller ends."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                while True:
                    self._look_now.clear()
                    try:
                        await self._match(await self._book.enabled())
                    except (OaseError, psycopg.Error, OSError) as error:
                        log.warning("connectors.cannot_look", error=str(error))
                    await awakened(self._look_now, _LOOK_SECONDS)
        finally:
            await end(task for _, task in self._running.values())

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, ["account"]) as subscription:
                async for event in subscription.events():
                    if event.payload.get("what") == "recovered":  # a test found it well: nobody waits to sign in any longer
                        self._recovered.add(event.key)
                    if event.payload.get("what") != "state":
                        self._look_now.set()
            await asyncio.sleep(0.05)

    async def _match(self, accounts: Sequence[StoredAccount]) -> None:
        """What runs becomes what the accounts, as they are now, want."""
        wanted: dict[tuple[UUID, Way], StoredAccount] = {(one.id, "listen"): one for one in accounts if one.manifest.listens}
        wanted |= {(one.id, "poll"): one for one in accounts if asks(one)}
        recovered, self._recovered = self._recovered, set()
        for which, (known, task) in list(self._running.items()):
            new = wanted.get(which)
            if new is None or new.account != known.account or task.done() or which[0] in recovered:
                await end([task])
                del self._running[which]
        for which, account in wanted.items():
            if which not in self._running:
                task = asyncio.create_task(self._hold(account, which[1]), name=f"{which[1]} {account.name}")
                self._running[which] = (account, task)

    async def _hold(self, account: StoredAccount, way: Way) -> None:
        key = lock_key(way, account.id)
        generation = await self._locks.take(key)
        if generation is None:
            return  # another process does it; we look again in a moment
        sink = AccountSink(self._database, self._blobs, self._safe, self._book, account)
        try:
            if way == "poll":
                poller = Poller(self._outside, self._database.clock, account, sink)
                await poller.run(lambda: self._locks.holds(generation))
            else:
                await self._listen(account, sink, lambda: self._locks.holds(generation))
        finally:
            await self._locks.give_back(key)

    async def _listen(self, account: StoredAccount, sink: AccountSink, may_go_on: Callable[[], bool]) -> None:
        failures = 0
        while may_go_on():
            started = asyncio.get_running_loop().time()
            try:
                await adapter(account.channel).listen(account.account, sink)
            except (ChannelError, OaseError, psycopg.Error, OSError) as error:
                log.warning("connectors.listener_broke", account_id=str(account.id), error=str(error))
                await self._tell(sink, str(error))
            lasted = asyncio.get_running_loop().time() - started
            failures = 0 if lasted > 60 else failures + 1
            await asyncio.sleep(PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS)) - 1])

    async def _tell(self, sink: AccountSink, why: str) -> None:
        try:
            await sink.state("down", why)
        except (OaseError, psycopg.Error) as error:
            log.warning("connectors.cannot_tell", error=str(error))
