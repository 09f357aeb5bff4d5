"""Once a day each calendar that is followed is read again; what cannot be had is tried every two hours, and counts as before."""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from oase.desk.hours import sourcing
from oase.desk.hours.following import reread
from oase.desk.hours.queries import find_calendar
from oase.desk.hours.sources import EVERY
from oase.kernel.db import Database
from oase.kernel.errors import NotFound
from oase.kernel.http import Outside
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.kernel.ticks import keep_ticking

_TICK: Final = timedelta(minutes=1)
_AGAIN: Final = timedelta(hours=2)
_AT_ONCE: Final = 20
log = structlog.get_logger()


class CalendarClock:
    """Reads what is due, in one process at a time."""

    def __init__(self, database: Database, outside: Outside, safe: Safe, locks: Locks) -> None:
        self._database = database
        self._outside = outside
        self._safe = safe
        self._locks = locks

    async def run(self) -> None:
        """One tick after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "calendars", _TICK, self._turn)

    async def _turn(self, _tick: int) -> None:
        await self.read_due()

    async def read_due(self) -> int:
        """Reads the sources that are due; gives their number."""
        async with self._database.everywhere() as work:
            due = await sourcing.due_now(work, _AT_ONCE)
        for workspace_id, calendar_id, source_id in due:
            await self._read(workspace_id, calendar_id, source_id)
        return len(due)

    async def _read(self, workspace_id: UUID, calendar_id: UUID, source_id: UUID) -> None:
        async with self._database.work(workspace_id) as work:
            try:
                calendar = (await find_calendar(work, calendar_id)).calendar
            except NotFound:
                return  # removed meanwhile, and its sources with it
            found = await sourcing.stored(work, source_id)
        if found is None:
            return
        due = sourcing.Due(
            workspace_id=workspace_id, id=source_id, calendar_id=calendar_id, sealed=found[0], content=found[1], calendar=calendar
        )
        reading = await reread(self._outside, self._safe, self._database.clock, due)
        if reading.trouble:
            log.warning("hours.source_trouble", source=str(source_id), why=reading.trouble)
        async with self._database.work(workspace_id) as work:
            next_at = work.clock.now() + (EVERY if reading.fresh else _AGAIN)
            if await sourcing.keep(work, source_id, reading, next_at):
                work.emit("desk", calendar_id, {"what": "calendar"})
