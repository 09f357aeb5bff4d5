"""Where listeners put what they hear: the journal, with the listener's cursor in the same commit."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from oase.channels import (
    AccountBook,
    StoredAccount,
    adapter,
    cursor,
    keep_secret,
    set_account_state,
    set_cursor,
    set_needs_sign_in,
)
from oase.channels.contract import Raw
from oase.conversations.journal import repository
from oase.conversations.journal.types import Arrival
from oase.conversations.journal.writer import BlobStore, journal_blob
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, Secret


class AccountSink:
    """The sink of one account's listener."""

    def __init__(self, database: Database, blobs: BlobStore, safe: Safe, book: AccountBook, account: StoredAccount) -> None:
        self._database = database
        self._blobs = blobs
        self._safe = safe
        self._book = book
        self._account = account

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        """Stores these deliveries, in order, and the cursor with them; returns when all is durable."""
        arrivals = [await self._arrival(raw) for raw in raws]
        async with self._database.work(self._account.workspace_id) as work:
            if arrivals:
                await repository.insert(work, arrivals)
                work.emit("journal", self._account.id)
            if cursor is not None:
                await set_cursor(work, self._account.id, cursor)

    async def cursor(self) -> Mapping[str, Any]:
        """The cursor of the last delivery; empty at first."""
        async with self._database.work(self._account.workspace_id) as work:
            return await cursor(work, self._account.id)

    async def state(self, state: str, why: str = "") -> None:
        """Writes down how the connection is."""
        async with self._database.work(self._account.workspace_id) as work:
            if state == "needs_sign_in":
                await set_needs_sign_in(work, self._account, why)
            else:
                await set_account_state(work, self._account.id, state, why)  # type: ignore[arg-type]

    async def keep_secret(self, name: str, secret: Secret) -> None:
        """Keeps a secret that the provider renewed."""
        async with self._database.work(self._account.workspace_id) as work:
            await keep_secret(work, self._safe, self._account.id, name, secret)
        self._book.forget(self._account.id)

    async def _arrival(self, raw: Raw) -> Arrival:
        arrival_id = new_id()
        return Arrival(
            arrival_id,
            self._account.workspace_id,
            self._account.id,
            self._account.channel,
            adapter(self._account.channel).dedup_key(raw) or hashlib.blake2b(raw.body, digest_size=16).digest(),
            raw,
            await journal_blob(self._blobs, self._account.workspace_id, arrival_id, raw.body),
        )
