"""The way into the journal: what the outside sends is durable before it is acknowledged.

    accept ─┐
    accept ─┼─ waiting ──(a slot is free)──> one INSERT, one COMMIT ──> all of them return
    accept ─┘

Natural batching: there is no timer. At most two commits are under way; whatever arrives meanwhile shares the next one.
"""

import asyncio
import hashlib
from collections import deque
from typing import Final, Protocol
from uuid import UUID

import psycopg

from oase.channels.contract import Raw
from oase.conversations.journal import repository
from oase.conversations.journal.types import Arrival
from oase.kernel.db import Database
from oase.kernel.ids import new_id

_SLOTS: Final = 2
_AT_MOST: Final = 200
_INLINE_BYTES: Final = 128 * 1024


class BlobStore(Protocol):
    """Where large bodies lie."""

    async def put(self, key: str, content: bytes) -> object:
        """Stores the bytes durably under the key."""
        ...


class Journal:
    """The journal's writer of this process."""

    def __init__(self, database: Database, blobs: BlobStore) -> None:
        self._database = database
        self._blobs = blobs
        self._waiting: deque[tuple[Arrival, asyncio.Future[None]]] = deque()
        self._busy = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(
        self, workspace_id: UUID, account_id: UUID, channel: str, raw: Raw, *, dedup: bytes | None = None, points: bool = False
    ) -> None:
        """Returns when the delivery is durable; one that is there already is fine, too. Raises Unavailable.

        `points`: it only says where something stands (`manifest.points`), which the pointer worker fetches.
        """
        key = dedup or hashlib.blake2b(raw.body, digest_size=16).digest()
        arrival_id = new_id()
        blob_key = await journal_blob(self._blobs, workspace_id, arrival_id, raw.body)
        arrival = Arrival(arrival_id, workspace_id, account_id, channel, key, raw, blob_key, points)
        durable: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, durable))
        if self._busy < _SLOTS:
            self._busy += 1
            task = asyncio.create_task(self._write())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        await durable

    async def _write(self) -> None:
        try:
            while self._waiting:
                batch = [self._waiting.popleft() for _ in range(min(_AT_MOST, len(self._waiting)))]
                await self._commit(batch)
        finally:
            self._busy -= 1

    async def _commit(self, batch: list[tuple[Arrival, asyncio.Future[None]]]) -> None:
        """Every waiting sender hears how it ended; a delivery that the database refuses harms no other of its batch."""
        try:
            async with self._database.everywhere() as work:
                await repository.insert(work, [arrival for arrival, _ in batch])
                for workspace_id, account_id, points in {(a.workspace_id, a.account_id, a.points): None for a, _ in batch}:
                    work.emit("pointers" if points else "journal", account_id, workspace_id=workspace_id)
        except (psycopg.DataError, ValueError) as error:
            if len(batch) == 1:
                _tell(batch, error)
            for one in batch if len(batch) > 1 else ():
                await self._commit([one])
        except Exception as error:
            _tell(batch, error)
        else:
            _tell(batch, None)


def _tell(batch: list[tuple[Arrival, asyncio.Future[None]]], error: Exception | None) -> None:
    for _, durable in batch:
        if durable.done():
            continue
        if error is None:
            durable.set_result(None)
        else:
            durable.set_exception(error)


async def journal_blob(blobs: BlobStore, workspace_id: UUID, arrival_id: UUID, body: bytes) -> str:
    """Puts a large body into a blob and gives its key; empty for a small one, which lies in the row."""
    if len(body) <= _INLINE_BYTES:
        return ""
    key = f"journal/{workspace_id}/{arrival_id}"
    await blobs.put(key, body)
    return key
