"""Who leads: every worker process tries, one has the lock of a workspace, and another takes over within seconds when that dies.

advisory lock of the workspace --> epoch + 1 --> Leader.restore --> live log: batches --> Leader.step
lock lost, deposed: lets go     an error: restored     too slow for the log: restored
"""

import asyncio
from typing import Final
from uuid import UUID

import psycopg
import structlog

from oase.channels import AccountBook
from oase.desk.hours import Timetables
from oase.desk.routing import repository
from oase.desk.routing.errors import Deposed
from oase.desk.routing.leader import TOPICS, Changed, Leader
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.live import LiveEvent, LiveHub, Subscription
from oase.kernel.locks import Locks, lock_key
from oase.kernel.waiting import end
from oase.staff import list_workspaces

_LOOK_SECONDS: Final = 0.5
_TICK_SECONDS: Final = 1.0
_BATCH: Final = 200
log = structlog.get_logger()


class Routing:
    """Leads every workspace that nobody else leads, until cancelled."""

    def __init__(self, database: Database, book: AccountBook, timetables: Timetables, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._book = book
        self._timetables = timetables
        self._hub = hub
        self._locks = locks
        self._led: dict[UUID, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Looks for workspaces without a leader, twice a second."""
        try:
            while True:
                try:
                    for workspace in await list_workspaces(self._database):
                        await self._lead(workspace.id)
                    await self._locks.check()
                except (OaseError, psycopg.Error, OSError) as error:
                    log.warning("routing.interrupted", error=str(error))
                await asyncio.sleep(_LOOK_SECONDS)
        finally:
            await end(self._led.values())

    async def _lead(self, workspace_id: UUID) -> None:
        task = self._led.get(workspace_id)
        if task is not None and not task.done():
            return
        key = lock_key("routing", workspace_id)
        generation = await self._locks.take(key)
        if generation is not None:
            self._led[workspace_id] = asyncio.create_task(self._led_by_us(workspace_id, key, generation), name="routing leader")

    async def _led_by_us(self, workspace_id: UUID, key: int, generation: int) -> None:
        try:
            async with self._database.work(workspace_id) as work:
                epoch = await repository.next_epoch(work)
            leader = Leader(self._database, self._book, self._timetables, workspace_id, epoch)
            log.info("routing.leads", workspace=str(workspace_id), epoch=epoch)
            while self._locks.holds(generation):
                try:
                    await self._follow(leader, generation)
                except (OaseError, psycopg.Error, OSError) as error:
                    log.warning("routing.begins_anew", workspace=str(workspace_id), error=str(error))
                    await asyncio.sleep(_TICK_SECONDS)
        except Deposed:
            log.warning("routing.deposed", workspace=str(workspace_id))
        finally:
            await self._locks.give_back(key)

    async def _follow(self, leader: Leader, generation: int) -> None:
        """From what stands to what happens, until the lock is lost or the log was too quick."""
        async with self._hub.subscribe(leader.workspace_id, TOPICS) as subscription:
            await leader.restore()
            while self._locks.holds(generation) and not subscription.lagged:
                events = await _batch(subscription)
                if events or leader.waits:
                    await leader.step(Changed.of(events))


async def _batch(subscription: Subscription) -> list[LiveEvent]:
    """What happened, at once as far as it has come; nothing after a second in which nothing did."""
    events: list[LiveEvent] = []
    try:
        async with asyncio.timeout(_TICK_SECONDS):
            first = await subscription.queue.get()
    except TimeoutError:
        return events
    while first is not None:
        events.append(first)
        if len(events) >= _BATCH or subscription.queue.empty():
            break
        first = subscription.queue.get_nowait()
    return events
