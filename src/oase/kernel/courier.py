"""A courier takes what is due out of a table that is a queue, and sees to it outside: webhooks, web push, what deliveries point at.

workspaces with something due --lease (one transaction each)--> as many at once as there is room --> bring, outside of transactions
                              some of each, so that none fills the room alone

Any number of processes may; a lease keeps others away. Who dies between bringing and writing it down has it brought again.
"""

import asyncio
from abc import ABC, abstractmethod
from typing import ClassVar, Final, Generic, TypeVar
from uuid import UUID

import psycopg
import structlog

from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.live import LiveHub
from oase.kernel.waiting import awakened

_LOOK_SECONDS: Final = 2.0
D = TypeVar("D")
log = structlog.get_logger()


class Courier(ABC, Generic[D]):
    """Brings what is due. `topic`: live events that say that something may be; `at_once`: how many are under way in a process."""

    at_once: ClassVar[int] = 32

    def __init__(self, database: Database, hub: LiveHub, topic: str) -> None:
        self.database = database
        self._hub = hub
        self._topic = topic
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @abstractmethod
    async def workspaces(self, work: UnitOfWork) -> list[UUID]:
        """Where something is due; in a unit of work that works everywhere."""

    @abstractmethod
    async def lease(self, work: UnitOfWork, limit: int) -> list[D]:
        """Takes at most so many for this process."""

    @abstractmethod
    async def bring(self, workspace_id: UUID, due: D) -> None:
        """Brings one and writes down what came of it; an error leaves it to the end of its lease."""

    async def run(self) -> None:
        """Works until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            while True:
                self._wake.clear()
                found = 0
                try:
                    found = await self.turn()
                except (OaseError, psycopg.Error, OSError) as error:
                    log.warning("courier.interrupted", topic=self._topic, error=str(error))
                if not found:
                    await awakened(self._wake, _LOOK_SECONDS)

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, [self._topic]) as subscription:
                async for _ in subscription.events():
                    self._wake.set()
            await asyncio.sleep(0.05)

    async def turn(self) -> int:
        """Begins to bring what is due, as far as there is room. Gives how many were begun."""
        begun = 0
        async with self.database.everywhere() as work:
            workspaces = await self.workspaces(work)
        for place, workspace_id in enumerate(workspaces):
            room = self.at_once - len(self._tasks)
            if room <= 0:
                break
            async with self.database.work(workspace_id) as work:
                due = await self.lease(work, max(room // (len(workspaces) - place), 1))
            for one in due:
                task = asyncio.create_task(self._bring(workspace_id, one))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            begun += len(due)
        return begun

    async def drain(self) -> None:
        """Brings until nothing is due and everything under way has ended: for tests and shutdown."""
        while await self.turn() or self._tasks:
            await asyncio.gather(*self._tasks)

    async def _bring(self, workspace_id: UUID, due: D) -> None:
        try:
            await self.bring(workspace_id, due)
        except (OaseError, psycopg.Error, OSError) as error:
            log.warning("courier.not_settled", topic=self._topic, error=str(error))
        finally:
            self._wake.set()
