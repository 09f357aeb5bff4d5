"""The intake worker: drains the journal, one ordered lane per account, several accounts at a time.

    live event "journal" (and a look every few seconds) --> lane of the account --> read, parse, take --> until it is empty

One process at a time holds an account's lane (an advisory lock that dies with the process), so messages of one sender are
taken in the order in which they arrived. A batch that fails is tried row by row: only the row at fault is quarantined.
"""

import asyncio
from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

import psycopg
import structlog

from oase.channels import AccountBook, StoredAccount, adapter
from oase.channels.contract import Malformed, Raw
from oase.conversations.intake.take import Parsed, take
from oase.conversations.journal import repository as journal
from oase.conversations.journal.types import JournalRow
from oase.kernel.db import Database
from oase.kernel.errors import OaseError, Unavailable
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks, lock_key

_BATCH: Final = 200
_BATCH_BYTES: Final = 2 * 1024 * 1024
_LANES_AT_ONCE: Final = 4
_LOOK_SECONDS: Final = 3.0
_RETRIES: Final = 5
log = structlog.get_logger()


class BlobSource(Protocol):
    """Where large bodies lie."""

    async def get(self, key: str) -> bytes:
        """The bytes under the key."""
        ...


class IntakeWorker:
    """Takes in what the journal holds, for all workspaces."""

    def __init__(self, database: Database, book: AccountBook, blobs: BlobSource, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._book = book
        self._blobs = blobs
        self._hub = hub
        self._locks = locks
        self._lanes: dict[UUID, asyncio.Task[None]] = {}
        self._again: set[UUID] = set()
        self._room = asyncio.Semaphore(_LANES_AT_ONCE)

    async def run(self) -> None:
        """Works until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._follow())
                group.create_task(self._look())
        finally:
            for lane in self._lanes.values():
                lane.cancel()

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, ["journal"]) as subscription:
                async for event in subscription.events():
                    self._wake(event.workspace_id, event.key)
            await asyncio.sleep(0.05)

    async def _look(self) -> None:
        """Finds what nobody told of: after a start, a lost connection, a killed neighbour."""
        while True:
            try:
                async with self._database.everywhere() as work:
                    for workspace_id, account_id in await journal.lanes(work):
                        self._wake(workspace_id, account_id)
            except (OaseError, psycopg.Error) as error:
                log.warning("intake.cannot_look", error=str(error))
            await asyncio.sleep(_LOOK_SECONDS)

    def _wake(self, workspace_id: UUID, account_id: UUID) -> None:
        if account_id in self._lanes:
            self._again.add(account_id)
            return
        task = asyncio.create_task(self._lane(workspace_id, account_id))
        self._lanes[account_id] = task
        task.add_done_callback(lambda _: self._lanes.pop(account_id, None))

    async def _lane(self, workspace_id: UUID, account_id: UUID) -> None:
        async with self._room:
            key = lock_key("intake", account_id)
            if await self._locks.take(key) is None:
                return  # another process holds the lane; `_look` comes by again
            try:
                while True:
                    self._again.discard(account_id)
                    if not await self.take_batch(workspace_id, account_id) and account_id not in self._again:
                        return
            except (OaseError, psycopg.Error, OSError) as error:
                log.warning("intake.lane_interrupted", account_id=str(account_id), error=str(error))
                await asyncio.sleep(0.2)
            finally:
                await self._locks.give_back(key)

    async def take_batch(self, workspace_id: UUID, account_id: UUID) -> int:
        """Takes in the oldest deliveries of an account. Gives how many rows there were."""
        account = await self._book.get(account_id)
        async with self._database.work(workspace_id) as work:
            rows = _bounded(await journal.next_batch(work, account_id, _BATCH))
            if rows and account is None:
                fates = [(row.id, "quarantined", "Its account does not exist any more.", 0) for row in rows]
                await journal.finish(work, fates)  # type: ignore[arg-type]
        if not rows or account is None:
            return len(rows)
        raws = [await self._raw(row) for row in rows]
        parsed = await asyncio.to_thread(_parse, account, list(zip(rows, raws, strict=True)))
        await self._take(account, parsed)
        return len(rows)

    async def _raw(self, row: JournalRow) -> Raw:
        body = await self._blobs.get(row.blob_key) if row.blob_key else row.body or b""
        return Raw(body=body, headers=row.headers, query=row.query, method=row.method, received_at=row.received_at)

    async def _take(self, account: StoredAccount, parsed: Sequence[Parsed]) -> None:
        try:
            await self._once(account, parsed)
        except (psycopg.DataError, psycopg.IntegrityError, psycopg.ProgrammingError, ValueError, TypeError, KeyError) as error:
            if len(parsed) > 1:
                for one in parsed:
                    await self._take(account, [one])
                return
            log.error("intake.quarantined", journal_id=str(parsed[0].journal_id), error=repr(error))
            why = f"It could not be stored: {type(error).__name__}: {error}"
            await self._once(account, [Parsed(journal_id=parsed[0].journal_id, why=why[:800])])

    async def _once(self, account: StoredAccount, parsed: Sequence[Parsed]) -> None:
        for attempt in range(_RETRIES):
            try:
                async with self._database.work(account.workspace_id) as work:
                    await take(work, account, parsed)
                return
            except (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure) as error:
                log.info("intake.batch_repeated", attempt=attempt, error=str(error).splitlines()[0])
            except psycopg.errors.UniqueViolation:  # the same message came over another lane at this moment
                if attempt == _RETRIES - 1:
                    raise
        raise Unavailable("The batch kept colliding with other work; it waits in its lane.")


def _bounded(rows: list[JournalRow]) -> list[JournalRow]:
    """The first rows that together are not too large; at least one."""
    total = 0
    taken: list[JournalRow] = []
    for row in rows:
        total += row.size_bytes
        if taken and total > _BATCH_BYTES:
            break
        taken.append(row)
    return taken


def _parse(account: StoredAccount, batch: Sequence[tuple[JournalRow, Raw]]) -> list[Parsed]:
    """Pure reading, in a thread: a mail of 20 MB must not stop the others."""
    reader = adapter(account.channel)
    parsed = []
    for row, raw in batch:
        try:
            parsed.append(Parsed(journal_id=row.id, events=tuple(reader.parse(raw, account.account))))
        except Malformed as error:
            parsed.append(Parsed(journal_id=row.id, why=str(error)))
        except Exception as error:  # a fault of the adapter: this row waits for its mending, its neighbours go on
            log.exception("intake.adapter_failed", journal_id=str(row.id), channel=account.channel)
            parsed.append(Parsed(journal_id=row.id, why=f"The adapter failed: {type(error).__name__}: {error}"))
    return parsed
