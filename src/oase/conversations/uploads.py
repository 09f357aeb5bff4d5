"""Files from the moment they are uploaded until they belong to a message; those that never do go.

agent: stored, a row of `attachment` without a message --two days (after `kept_until`: of a message that goes later)--> swept
visitor, form: about to be stored --expect_upload--> a row of `upload` --message taken in--> the row goes, the file is the message's
    reference over for two days, nothing of the account waits in the journal --> swept: the row goes, and the bytes after it
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.removal import doom

_GRACE: Final = timedelta(days=2)


async def expect_upload(work: UnitOfWork, account_id: UUID, key: str, until: datetime) -> None:
    """A visitor's file is about to be stored under this key; `until` then a message may name it."""
    await work.run(
        "INSERT INTO upload (workspace_id, id, account_id, blob_key, until, created_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(account)s, %(key)s, %(until)s, %(now)s)",
        {"id": new_id(), "account": account_id, "key": key, "until": until, "now": work.clock.now()},
    )


async def named(work: UnitOfWork, keys: Sequence[str]) -> None:
    """Messages have these files from now on."""
    await work.run("DELETE FROM upload WHERE workspace_id = %(workspace_id)s AND blob_key = ANY(%(keys)s)", {"keys": list(keys)})


async def keep_uploads(work: UnitOfWork, ids: Sequence[UUID], until: datetime) -> None:
    """An agent's files stay until then, though no message has them yet."""
    await work.run(
        "UPDATE attachment SET kept_until = %(until)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " AND message_id IS NULL",
        {"ids": list(ids), "until": until},
    )


async def sweep_uploads(work: UnitOfWork, limit: int) -> int:
    """Deletes files that never became part of a message, and gives their number."""
    before = work.clock.now() - _GRACE
    rows = await work.tuples(
        "DELETE FROM attachment WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM attachment"
        " WHERE workspace_id = %(workspace_id)s AND message_id IS NULL AND coalesce(kept_until, created_at) < %(before)s"
        " ORDER BY id LIMIT %(limit)s)"
        " RETURNING blob_key",
        {"before": before, "limit": limit},
    )
    rows += await _unnamed(work, before, limit)
    await doom(work, [key for (key,) in rows if key])
    return len(rows)


async def _unnamed(work: UnitOfWork, before: datetime, limit: int) -> list[tuple[str]]:
    """Files of visitors that no message named in time. What was delivered since and is not taken in, or could not be read, may
    name them: until it is, they stay."""
    since = "j.workspace_id = u.workspace_id AND j.account_id = u.account_id AND j.id > u.id"
    return await work.tuples(
        "DELETE FROM upload WHERE workspace_id = %(workspace_id)s AND id IN (SELECT u.id FROM upload u"
        " WHERE u.workspace_id = %(workspace_id)s AND u.until < %(before)s"
        f" AND NOT EXISTS (SELECT FROM journal j WHERE {since} AND j.state = 'new')"
        f" AND NOT EXISTS (SELECT FROM journal j WHERE {since} AND j.state IN ('partial', 'quarantined'))"
        " ORDER BY u.id LIMIT %(limit)s) RETURNING blob_key",
        {"before": before, "limit": limit},
    )
