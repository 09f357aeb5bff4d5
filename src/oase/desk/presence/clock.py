"""What presence does because time passes: who gives no sign is away. One process at a time looks, every ten seconds."""

from datetime import timedelta
from typing import Final

from oase.desk.presence import repository
from oase.desk.presence.actions import let_go
from oase.desk.presence.rules import UNSEEN_AFTER
from oase.kernel.db import Database
from oase.kernel.locks import Locks
from oase.kernel.ticks import keep_ticking

_TICK: Final = timedelta(seconds=10)
_FIRST: Final = UNSEEN_AFTER // _TICK  # turns: after a standstill of the house its pages get the time to come back


class PresenceClock:
    """Turns until cancelled."""

    def __init__(self, database: Database, locks: Locks) -> None:
        self._database = database
        self._locks = locks

    async def run(self) -> None:
        """One turn after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "presence clock", _TICK, self._turn)

    async def _turn(self, number: int) -> None:
        await self.turn(number)

    async def turn(self, number: int) -> int:
        """Sends away who is silent; gives how many that were."""
        if number < _FIRST:
            return 0
        async with self._database.everywhere() as work:
            workspaces = await repository.workspaces_on_duty(work)
        gone = 0
        for workspace_id in workspaces:
            async with self._database.work(workspace_id) as work:
                gone += len(await let_go(work))
        return gone
