"""The delivery worker: gives every account with something to send its lane, one process at a time per lane.

live event "delivery" (and a look every second) --> lane --> until nothing is due
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

import psycopg
import structlog

from oase.channels import AccountBook
from oase.conversations.delivery import repository
from oase.conversations.delivery.lane import Lane
from oase.conversations.delivery.rules import Paces
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks, lock_key
from oase.kernel.waiting import end

_LOOK_SECONDS: Final = 1.0
log = structlog.get_logger()


class DeliveryWorker:
    """Sends what is queued, for all workspaces."""

    def __init__(
        self,
        database: Database,
        book: AccountBook,
        read_blob: Callable[[str], Awaitable[bytes]],
        outside: Outside,
        hub: LiveHub,
        locks: Locks,
    ) -> None:
        self._database = database
        self._book = book
        self._read_blob = read_blob
        self._outside = outside
        self._hub = hub
        self._locks = locks
        self._lanes: dict[UUID, Lane] = {}
        self._paces: dict[UUID, Paces] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Works until cancelled; what is under way gets a moment to end."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._look())
        finally:
            await end(self._tasks)

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, ["delivery", "account"]) as subscription:
                async for event in subscription.events():
                    if event.topic == "account":
                        self._book.forget(event.key)
                    else:
                        self._wake(event.key)
            await asyncio.sleep(0.05)

    async def _look(self) -> None:
        while True:
            try:
                await self._locks.check()
                async with self._database.everywhere() as work:
                    found = await repository.lanes(work)
                for _, account_id in found:
                    self._wake(account_id)
            except (OaseError, psycopg.Error) as error:
                log.warning("delivery.cannot_look", error=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    def _wake(self, account_id: UUID) -> None:
        if (lane := self._lanes.get(account_id)) is not None:
            lane.kick.set()
            return
        task = asyncio.create_task(self._lane(account_id))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _lane(self, account_id: UUID) -> None:
        account = await self._book.get(account_id)
        if account is None or not account.enabled or account.state == "needs_sign_in" or account_id in self._lanes:
            return
        if not account.ready(self._database.clock.now()):
            return  # its access token is being renewed
        paces = self._paces.setdefault(account_id, Paces(account.manifest))
        lane = self._lanes[account_id] = Lane(self._database, self._read_blob, self._outside, account, paces)
        key = lock_key("delivery", account_id)
        try:
            generation = await self._locks.take(key)
            if generation is None:
                return  # another process has the lane
            try:
                await lane.recover()
                await lane.run(lambda: self._locks.holds(generation))
            finally:
                await self._locks.give_back(key)
        except (OaseError, psycopg.Error, OSError) as error:
            log.warning("delivery.lane_interrupted", account_id=str(account_id), error=str(error))
            await asyncio.sleep(0.2)
        finally:
            self._lanes.pop(account_id, None)
