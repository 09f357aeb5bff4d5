"""Uploads that never became a message: they go, rows and bytes.

upload, old --closed (no message can take it any more), committed--> its bytes go --> its row goes

In this order a crash at any moment leaves a row that the next sweep finds again: no bytes stay without a row, and no message
can have a file without bytes.
"""

from datetime import timedelta
from typing import Final

from oase.kernel.blobs import Blobs
from oase.kernel.db import Database

_PORTION: Final = 500


async def sweep_uploads(database: Database, blobs: Blobs, kept: timedelta) -> int:
    """Deletes uploads older than `kept` that belong to no message; gives how many."""
    async with database.everywhere() as work:
        before = work.clock.now() - kept
        await work.run(
            "UPDATE attachment SET state = 'failed', why = 'It was never sent.'"
            " WHERE message_id IS NULL AND state = 'stored' AND created_at < %(before)s",
            {"before": before},
        )
    swept = 0
    while True:
        async with database.everywhere() as work:
            rows = await work.tuples(
                "SELECT id, blob_key FROM attachment WHERE message_id IS NULL AND state = 'failed' AND created_at < %(before)s"
                " ORDER BY id LIMIT %(limit)s",
                {"before": before, "limit": _PORTION},
            )
        if not rows:
            return swept
        await blobs.delete(*(key for _, key in rows if key))
        async with database.everywhere() as work:
            await work.run("DELETE FROM attachment WHERE id = ANY(%(ids)s)", {"ids": [row[0] for row in rows]})
        swept += len(rows)
