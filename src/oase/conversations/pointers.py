"""Deliveries that only say where something stands: it is fetched, and becomes a delivery of its own.

pointer *pointed* --lease--> follow -> call --perform--> reply -> follow -> … Raw: into the journal, the pointer is *done*
                             not now: again with back-off, at last put aside · nothing to take in: *done*, with the reason

Strangers send pointers: what they lead to never keeps a provider's delivery waiting, nor takes more than its share at once.
From the moment it is followed, the same pointer may come again: what stands there may have changed since.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from oase.channels import AccountBook, StoredAccount, adapter
from oase.channels.contract import Again, Call, NoReply, Raw, Refused, Reply
from oase.conversations.delivery.rules import back_off
from oase.conversations.delivery.wire import perform
from oase.conversations.journal import BlobStore
from oase.conversations.journal import repository as journal
from oase.conversations.journal.types import Arrival, JournalRow
from oase.conversations.journal.writer import journal_blob
from oase.kernel.courier import Courier
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub

_LEASE: Final = timedelta(minutes=3)
_STEPS: Final = 6
_ATTEMPTS: Final = 6  # within half an hour
_NO_ACCOUNT: Final = Refused(why=message("The account over which it came does not exist any more."))
Outcome = Raw | Again | Refused
log = structlog.get_logger()


class PointerWorker(Courier[JournalRow]):
    """Fetches what deliveries point at, for all workspaces."""

    at_once = 8

    def __init__(self, database: Database, book: AccountBook, blobs: BlobStore, outside: Outside, hub: LiveHub) -> None:
        super().__init__(database, hub, "pointers")
        self._book = book
        self._blobs = blobs
        self._outside = outside

    async def workspaces(self, work: UnitOfWork) -> list[UUID]:
        """Where a pointer is due."""
        return await journal.pointing_workspaces(work)

    async def lease(self, work: UnitOfWork, limit: int) -> list[JournalRow]:
        """Those that are due longest."""
        return await journal.lease_pointers(work, limit, work.clock.now() + _LEASE)

    async def bring(self, workspace_id: UUID, due: JournalRow) -> None:
        """One attempt."""
        account = await self._book.get(due.account_id)
        outcome: Outcome
        try:
            outcome = await self._found(account, due) if account else _NO_ACCOUNT
        except OaseError as error:
            outcome = Again(why=str(error))
        except Exception as error:  # a fault of the adapter: it waits for its mending, its neighbours go on
            log.exception("pointers.adapter_failed", journal_id=str(due.id), channel=due.channel)
            outcome = Again(why=message("The adapter failed: %(why)s", why=f"{type(error).__name__}: {error}"))
        await self._settle(workspace_id, due, outcome)

    async def _found(self, account: StoredAccount, row: JournalRow) -> Outcome:
        raw = Raw(body=row.body or b"", headers=row.headers, query=row.query, method=row.method, received_at=row.received_at)
        replies: list[Reply | NoReply] = []
        for _ in range(_STEPS):
            step = adapter(account.channel).follow(raw, account.account, self.database.clock.now(), tuple(replies))
            if not isinstance(step, Call):
                return step
            replies.append(await perform(self._outside, account, step))
        return Refused(why=message("The provider needs more steps than expected."))

    async def _settle(self, workspace_id: UUID, row: JournalRow, outcome: Outcome) -> None:
        """Its fate, and with it what was found: both or neither."""
        arrival_id, found = new_id(), list[Arrival]()
        if isinstance(outcome, Raw):
            blob_key = await journal_blob(self._blobs, workspace_id, arrival_id, outcome.body)
            found = [Arrival(arrival_id, workspace_id, row.account_id, row.channel, arrival_id.bytes, outcome, blob_key)]
        async with self.database.work(workspace_id) as work:
            if found:
                await journal.insert(work, found)
                work.emit("journal", row.account_id)
            pause = back_off(row.attempts, row.id) if row.attempts < _ATTEMPTS else None
            if isinstance(outcome, Again) and pause is not None:
                await journal.follow_later(work, row.id, work.clock.now() + max(pause, outcome.after), outcome.why)
            else:
                why = "" if isinstance(outcome, Raw) else outcome.why
                await journal.followed(work, row.id, "quarantined" if isinstance(outcome, Again) else "done", why, len(found))
