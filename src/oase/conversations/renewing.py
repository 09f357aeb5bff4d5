"""Access tokens that end soon: renewed before they do, by one process at a time, since many refresh tokens count only once.

accounts --(every few seconds, and when one changes)--> due? --lock--> adapter.renew, call by call --> Renewed: kept with the account
    Refused --> the account needs somebody to sign in        no answer, or later --> tried again with back-off
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import psycopg
import structlog

from oase.channels import AccountBook, StoredAccount, adapter, keep_renewed, set_account_state, set_needs_sign_in, token_times
from oase.channels.contract import Account, Again, Call, NoReply, Refused, Renewed, Reply
from oase.conversations.delivery.wire import perform
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks, lock_key
from oase.kernel.secrets import Safe
from oase.kernel.waiting import awakened, end

_LOOK_SECONDS: Final = 2.0
_STEPS: Final = 10
_LATER: Final = tuple(timedelta(seconds=s) for s in (1, 2, 5, 15, 60, 300))
_ONCE_AN: Final = timedelta(hours=1)  # a token that was refused is renewed; when the next one is, too, somebody must look
log = structlog.get_logger()


def due(account: StoredAccount, now: datetime, last_rescue: datetime | None) -> bool:
    """Whether the account's token is to be renewed: none there, two thirds of its time over, or refused by the provider."""
    times = token_times(account.account)
    if not account.manifest.renews or times is None:
        return account.manifest.renews
    issued, until = times
    if now >= issued + (until - issued) * 2 / 3:
        return True
    refused = account.state == "needs_sign_in" and account.state_since >= issued
    return refused and (last_rescue is None or now - last_rescue >= _ONCE_AN)


class Renewer:
    """Keeps the access tokens of all accounts fresh."""

    def __init__(self, database: Database, book: AccountBook, safe: Safe, outside: Outside, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._book = book
        self._safe = safe
        self._outside = outside
        self._hub = hub
        self._locks = locks
        self._running: dict[UUID, asyncio.Task[None]] = {}
        self._refused: dict[UUID, Account] = {}  # as it was: nothing changes until somebody changes it
        self._failures: dict[UUID, tuple[int, datetime]] = {}  # how many, and not before
        self._rescued: dict[UUID, datetime] = {}
        self._look_now = asyncio.Event()

    async def run(self) -> None:
        """Works until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                while True:
                    self._look_now.clear()
                    try:
                        await self.look()
                    except (OaseError, psycopg.Error, OSError) as error:
                        log.warning("renewer.cannot_look", error=str(error))
                    await awakened(self._look_now, _LOOK_SECONDS)
        finally:
            await end(self._running.values())

    async def look(self) -> Sequence[asyncio.Task[None]]:
        """Begins what is due, each account by itself."""
        now = self._database.clock.now()
        for account in await self._book.enabled():
            if account.id not in self._running and self._may(account, now):
                task = asyncio.create_task(self._renew(account), name=f"renewal {account.name}")
                self._running[account.id] = task
                task.add_done_callback(partial(self._ended, account.id))
        return list(self._running.values())

    def _ended(self, account_id: UUID, _task: asyncio.Task[None]) -> None:
        self._running.pop(account_id, None)

    def _may(self, account: StoredAccount, now: datetime) -> bool:
        _, not_before = self._failures.get(account.id, (0, now))
        refused = self._refused.get(account.id) == account.account
        return now >= not_before and not refused and due(account, now, self._rescued.get(account.id))

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, ["account"]) as subscription:
                async for _ in subscription.events():
                    self._look_now.set()
            await asyncio.sleep(0.05)

    async def _renew(self, account: StoredAccount) -> None:
        key = lock_key("renew", account.id)
        if await self._locks.take(key) is None:
            return  # another process is at it
        try:
            fresh = next((one for one in await self._book.enabled() if one.id == account.id), None)
            if fresh is not None and self._may(fresh, self._database.clock.now()):
                await self._keep(fresh, await self._ask(fresh))
        except (OaseError, psycopg.Error, OSError) as error:
            log.warning("renewer.failed", account_id=str(account.id), error=str(error))
            self._later(account, timedelta(0))
        except Exception:  # a fault of the adapter must not stop the others
            log.exception("renewer.adapter_failed", account_id=str(account.id), channel=account.channel)
            self._later(account, _LATER[-1])
        finally:
            await self._locks.give_back(key)

    async def _ask(self, account: StoredAccount) -> Renewed | Again | Refused:
        replies: list[Reply | NoReply] = []
        for _step in range(_STEPS):
            step = adapter(account.channel).renew(account.account, tuple(replies))
            if not isinstance(step, Call):
                return step
            replies.append(await perform(self._outside, account, step))
        raise RuntimeError(f"Renewing a token of {account.channel} does not come to an end.")

    async def _keep(self, account: StoredAccount, result: Renewed | Again | Refused) -> None:
        if isinstance(result, Again):
            log.info("renewer.later", account_id=str(account.id), why=str(result.why))
            self._later(account, result.after if result.account else timedelta(0))  # a message may wait, a token is needed soon
            return
        async with self._database.work(account.workspace_id) as work:
            if isinstance(result, Refused):
                self._refused[account.id] = account.account
                await set_needs_sign_in(work, account, str(result.why))
                return
            await keep_renewed(work, self._safe, account.id, result.secrets, result.lasts)
            if account.state == "needs_sign_in":
                self._rescued[account.id] = work.clock.now()
                await set_account_state(work, account.id, "up")
        self._failures.pop(account.id, None)
        self._refused.pop(account.id, None)

    def _later(self, account: StoredAccount, after: timedelta) -> None:
        failures, _ = self._failures.get(account.id, (0, None))
        wait = max(after, _LATER[min(failures, len(_LATER) - 1)])
        self._failures[account.id] = (failures + 1, self._database.clock.now() + wait)
