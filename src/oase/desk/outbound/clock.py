"""What happens because time passes: tasks are due, scheduled messages go. One process at a time does it, every five seconds."""

from datetime import timedelta
from typing import Final

from oase.channels import AccountBook
from oase.desk.outbound.confirming import confirm_wishes
from oase.desk.outbound.scheduled import cancel_answered, send_due
from oase.desk.outbound.scheduled_repository import busy_workspaces
from oase.desk.outbound.tasks import tell_due
from oase.kernel.db import Database
from oase.kernel.locks import Locks
from oase.kernel.ticks import keep_ticking
from oase.people import wishing_workspaces

_TICK: Final = timedelta(seconds=5)


class OutboundClock:
    """Turns until cancelled."""

    def __init__(self, database: Database, book: AccountBook, locks: Locks) -> None:
        self._database = database
        self._book = book
        self._locks = locks

    async def run(self) -> None:
        """One tick after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "outbound", _TICK, lambda _: self.turn())

    async def turn(self) -> None:
        """One tick: in each workspace that has something, what was answered is cancelled, what is due is told and said, STOP and
        START are confirmed."""
        async with self._database.everywhere() as work:
            workspaces = sorted({*await busy_workspaces(work), *await wishing_workspaces(work)})
        for workspace_id in workspaces:
            async with self._database.work(workspace_id) as work:
                await cancel_answered(work)
                await tell_due(work)
            async with self._database.work(workspace_id) as work:
                await confirm_wishes(work, self._book)
            await send_due(self._database, self._book, workspace_id)
