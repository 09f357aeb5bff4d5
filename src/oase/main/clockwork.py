"""The clockwork: what happens because time passes. One process at a time does it.

every few seconds   snoozed conversations wake
every half minute   visitors who have left get unread answers by mail
every few minutes   what has outlived its retention goes
"""

import asyncio
from datetime import timedelta
from typing import Final
from uuid import UUID

import psycopg
import structlog

from oase.channels import AccountBook
from oase.conversations import carry_on_by_mail, sweep_uploads, wake_snoozed
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.idempotency import forget_old as forget_answers
from oase.kernel.locks import Locks, lock_key
from oase.kernel.webhooks import forget_old as forget_webhook_log
from oase.staff import clean_up

_TICK_SECONDS: Final = 5.0
_MAIL_EVERY: Final = 6  # ticks
_SWEEP_EVERY: Final = 60  # ticks
_LIVE_LOG_KEPT: Final = timedelta(hours=24)
_PARKED_KEPT: Final = timedelta(days=7)
_UPLOADS_KEPT: Final = timedelta(days=2)
_WEBHOOK_LOG_KEPT: Final = timedelta(days=30)
_KEY: Final = lock_key("clockwork", UUID(int=0))
log = structlog.get_logger()


class Clockwork:
    """Turns until cancelled."""

    def __init__(self, database: Database, book: AccountBook, blobs: Blobs, locks: Locks, session_length: timedelta) -> None:
        self._database = database
        self._book = book
        self._blobs = blobs
        self._locks = locks
        self._session_length = session_length

    async def run(self) -> None:
        """One tick after the other, in the process that holds the lock."""
        generation: int | None = None
        tick = 0
        while True:
            await asyncio.sleep(_TICK_SECONDS)
            try:
                if generation is None or not self._locks.holds(generation):
                    generation = await self._locks.take(_KEY)
                if generation is not None:
                    await self._wake()
                    if tick % _MAIL_EVERY == 0:
                        await carry_on_by_mail(self._database, self._book)
                    if tick % _SWEEP_EVERY == 0:
                        await self._sweep()
                    tick += 1
            except (OaseError, psycopg.Error, OSError) as error:
                log.warning("clockwork.interrupted", error=str(error))

    async def _wake(self) -> None:
        async with self._database.everywhere() as work:
            rows = await work.tuples(
                "SELECT DISTINCT workspace_id FROM conversation WHERE state = 'snoozed' AND snoozed_until <= %(now)s",
                {"now": work.clock.now()},
            )
        for (workspace_id,) in rows:
            async with self._database.work(workspace_id) as work:
                await wake_snoozed(work)

    async def _sweep(self) -> None:
        """Short-lived rows. The newest of the old live events stays: it tells late readers that they were away too long."""
        async with self._database.everywhere() as work:
            now = work.clock.now()
            await work.run(
                "DELETE FROM live_event WHERE (xid, id) < (SELECT xid, id FROM live_event WHERE at < %(before)s"
                " ORDER BY xid DESC, id DESC LIMIT 1)",
                {"before": now - _LIVE_LOG_KEPT},
            )
            await forget_answers(work)
            await forget_webhook_log(work, _WEBHOOK_LOG_KEPT)
            await work.run("DELETE FROM parked_receipt WHERE created_at < %(before)s", {"before": now - _PARKED_KEPT})
        await sweep_uploads(self._database, self._blobs, _UPLOADS_KEPT)
        await clean_up(self._database, idle=self._session_length)
