"""Looks for who waits in silence, every fifteen seconds, in one process at a time."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from oase.channels import AccountBook
from oase.desk.hours import Timetables
from oase.desk.waits.telling import tell_waits
from oase.kernel.db import Database
from oase.kernel.locks import Locks
from oase.kernel.ticks import keep_ticking
from oase.staff import list_workspaces

_TICK: Final = timedelta(seconds=15)
_REMEMBERED: Final = 10_000


class WaitClock:
    """Turns until cancelled."""

    def __init__(self, database: Database, book: AccountBook, locks: Locks, timetables: Timetables) -> None:
        self._database = database
        self._book = book
        self._locks = locks
        self._timetables = timetables
        self._passed_over: set[UUID] = set()

    async def run(self) -> None:
        """One turn after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "waits clock", _TICK, self._turn)

    async def _turn(self, _: int) -> None:
        await self.turn()

    async def turn(self) -> int:
        """Says what is to be said now in all workspaces; gives how often."""
        if len(self._passed_over) > _REMEMBERED:
            self._passed_over.clear()
        told = 0
        for workspace in await list_workspaces(self._database):
            async with self._database.work(workspace.id) as work:
                told += await tell_waits(work, self._book, self._timetables, self._passed_over)
        return told
