"""The clockwork: what happens because time passes. One process at a time does it.

every few seconds   snoozed conversations wake
every half minute   visitors who have left get unread answers by mail
every few minutes   what has outlived its retention goes
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from oase.channels import AccountBook
from oase.conversations import carry_on_by_mail, forget_stale_devices, sweep_uploads, wake_snoozed
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.idempotency import forget_old as forget_answers
from oase.kernel.locks import Locks
from oase.kernel.removal import remove_doomed
from oase.kernel.retention import Rule, sweep
from oase.kernel.ticks import keep_ticking
from oase.staff import clean_up, list_workspaces

_TICK: Final = timedelta(seconds=5)
_MAIL_EVERY: Final = 6  # ticks
_SWEEP_EVERY: Final = 60  # ticks
_LIVE_LOG_KEPT: Final = timedelta(hours=24)
_PARKED_KEPT: Final = timedelta(days=7)
_UPLOADS_AT_ONCE: Final = 500
_SNOOZED: Final = "SELECT DISTINCT workspace_id FROM conversation WHERE state = 'snoozed' AND snoozed_until <= %(now)s"


class Clockwork:
    """Turns until cancelled."""

    def __init__(
        self, database: Database, book: AccountBook, blobs: Blobs, locks: Locks, rules: Sequence[Rule], session_length: timedelta
    ) -> None:
        self._database = database
        self._book = book
        self._blobs = blobs
        self._locks = locks
        self._rules = rules
        self._session_length = session_length

    async def run(self) -> None:
        """One tick after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "clockwork", _TICK, self._turn)

    async def _turn(self, tick: int) -> None:
        await self._wake()
        if tick % _MAIL_EVERY == 0:
            await carry_on_by_mail(self._database, self._book)
        if tick % _SWEEP_EVERY == 0:
            await self._sweep()

    async def _wake(self) -> None:
        """Conversations whose time has come, each workspace in a transaction of its own."""
        async with self._database.everywhere() as work:
            rows = await work.tuples(_SNOOZED, {"now": work.clock.now()})
        for (workspace_id,) in rows:
            async with self._database.work(workspace_id) as work:
                await wake_snoozed(work)

    async def _sweep(self) -> None:
        """What lived shortly, then what the workspaces' rules say. The newest old live event stays: it tells who was away too long."""
        async with self._database.everywhere() as work:
            now = work.clock.now()
            await work.run(
                "DELETE FROM live_event WHERE (xid, id) < (SELECT xid, id FROM live_event WHERE at < %(before)s"
                " ORDER BY xid DESC, id DESC LIMIT 1)",
                {"before": now - _LIVE_LOG_KEPT},
            )
            await forget_answers(work)
            await work.run("DELETE FROM parked_receipt WHERE created_at < %(before)s", {"before": now - _PARKED_KEPT})
            await forget_stale_devices(work, now)
        await clean_up(self._database, idle=self._session_length)
        for workspace in await list_workspaces(self._database):
            async with self._database.work(workspace.id) as work:
                await sweep_uploads(work, _UPLOADS_AT_ONCE)
            await sweep(self._database, workspace.id, self._rules, workspace.settings)
        await remove_doomed(self._database, self._blobs)
