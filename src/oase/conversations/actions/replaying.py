"""Deliveries of the journal are taken in once more."""

from collections.abc import Sequence
from uuid import UUID

from oase.conversations.journal import repository as journal
from oase.kernel.db import UnitOfWork


async def replay_deliveries(work: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Puts deliveries back into their lanes and wakes the workers; what is in place already is not doubled."""
    found = [row for one in dict.fromkeys(ids) if (row := await journal.find(work, one)) is not None]
    count = await journal.replay(work, sorted(row.id for row in found))
    for row in found:
        work.audit("journal.replayed", subject="journal", subject_id=row.id, channel=row.channel)
    for account_id in sorted({row.account_id for row in found}):
        work.emit("journal", account_id)
    return count
