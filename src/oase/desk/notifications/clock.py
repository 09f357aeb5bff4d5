"""What agents are told because time passes. One process at a time does it.

every 20 s      answers that are due soon --> live event "due", which the feed takes like everything else
every minute    mails about what waits, and about accounts that need somebody
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oase.conversations import due_soon
from oase.desk.notifications.accounts import account_letters
from oase.desk.notifications.digest import digests
from oase.desk.notifications.rules import WARN_BEFORE, warns_from
from oase.kernel.db import Database
from oase.kernel.locks import Locks
from oase.kernel.mailer import Letter, send_letters
from oase.kernel.settings import Settings
from oase.kernel.ticks import keep_ticking
from oase.staff import list_workspaces

_TICK: Final = timedelta(seconds=20)
_MAIL_EVERY: Final = 3  # ticks


class NotificationClock:
    """Turns until cancelled."""

    def __init__(self, database: Database, settings: Settings, locks: Locks) -> None:
        self._database = database
        self._settings = settings
        self._locks = locks
        self._warned: dict[tuple[UUID, datetime], None] = {}

    async def run(self) -> None:
        """One tick after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "notifications clock", _TICK, self._turn)

    async def _turn(self, tick: int) -> None:
        await self.warn()
        if tick % _MAIL_EVERY == 0:
            await send_letters(self._settings, self._database.clock, await self.mails())

    async def warn(self) -> int:
        """Says of answers that are due soon; of each due time once. (After a restart again: the feed takes it once.)"""
        now, told = self._database.clock.now(), 0
        self._warned = {key: None for key in self._warned if key[1] > now}
        for workspace in await list_workspaces(self._database):
            async with self._database.work(workspace.id) as work:
                for due in await due_soon(work, now + WARN_BEFORE):
                    key = (due.conversation_id, due.due_at)
                    if key in self._warned or now < warns_from(due.due_at, due.waiting_since):
                        continue
                    self._warned[key] = None
                    facts = {"agent": str(due.agent_id), "at": due.due_at.isoformat()}
                    work.emit("due", due.conversation_id, facts)
                    told += 1
        return told

    async def mails(self) -> list[Letter]:
        """The mails that are due; none where no mail can be sent."""
        if not self._settings.smtp_url:
            return []
        letters: list[Letter] = []
        for workspace in await list_workspaces(self._database):
            async with self._database.work(workspace.id) as work:
                letters += await digests(work, self._settings.url)
                letters += await account_letters(work, self._settings.url)
        return letters
