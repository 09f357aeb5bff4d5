"""Deleting files together with the rows that name them: not before the commit, and surely after it.

work: DELETE the row, doom(keys) ── commit ──> remove_doomed: delete the file, then forget its key
a crash in between: the key is still there, and deleting what is gone is no error
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from oase.kernel.blobs import Blobs
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id

_BATCH: Final = 200


async def doom(work: UnitOfWork, keys: Sequence[str]) -> None:
    """Files that nothing names any more once this transaction is committed."""
    if keys:
        await work.run(
            "INSERT INTO blob_removal (workspace_id, id, key, at) SELECT %(workspace_id)s, d.id, d.key, %(now)s"
            " FROM unnest(%(ids)b::uuid[], %(keys)b::text[]) AS d (id, key)",
            {"ids": [new_id() for _ in keys], "keys": list(keys), "now": work.clock.now()},
        )


async def remove_doomed(database: Database, blobs: Blobs) -> int:
    """Deletes the files that are to go, of all workspaces; gives their number. Raises Unavailable; the next call goes on."""
    removed = 0
    while found := await _next(database):
        await blobs.delete(*[key for _, _, key in found])
        async with database.everywhere() as work:
            await work.run(
                "DELETE FROM blob_removal b USING unnest(%(workspaces)b::uuid[], %(ids)b::uuid[]) AS d (workspace_id, id)"
                " WHERE b.workspace_id = d.workspace_id AND b.id = d.id",
                {"workspaces": [workspace for workspace, _, _ in found], "ids": [one for _, one, _ in found]},
            )
        removed += len(found)
    return removed


async def _next(database: Database) -> list[tuple[UUID, UUID, str]]:
    async with database.everywhere() as work:
        rows = await work.tuples(
            "SELECT workspace_id, id, key FROM blob_removal ORDER BY workspace_id, id LIMIT %(limit)s", {"limit": _BATCH}
        )
    return [(workspace_id, one, key) for workspace_id, one, key in rows]
