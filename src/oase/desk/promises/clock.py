"""What happens to promises because time passes: escalation steps, every twenty seconds, in one process at a time."""

from datetime import timedelta
from typing import Final

from oase.desk.hours import Timetables
from oase.desk.promises.escalation import escalate
from oase.kernel.db import Database
from oase.kernel.locks import Locks
from oase.kernel.ticks import keep_ticking
from oase.staff import list_workspaces

_TICK: Final = timedelta(seconds=20)


class PromiseClock:
    """Turns until cancelled."""

    def __init__(self, database: Database, locks: Locks, timetables: Timetables) -> None:
        self._database = database
        self._locks = locks
        self._timetables = timetables

    async def run(self) -> None:
        """One turn after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "promises clock", _TICK, self._turn)

    async def _turn(self, _: int) -> None:
        await self.turn()

    async def turn(self) -> int:
        """Takes the steps that are to be taken now in all workspaces; gives how many."""
        taken = 0
        for workspace in await list_workspaces(self._database):
            async with self._database.work(workspace.id) as work:
                taken += await escalate(work, self._timetables)
        return taken
