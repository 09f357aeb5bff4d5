"""Files of messages: fetched after the message is stored, from the provider or out of the delivery's own bytes.

attachment *pending* --lease--> fetch (several steps over guarded HTTP, the last one streamed) or extract --> blob --> *stored*,
                                the conversation is told
                                not now: again with back-off · never: *failed*, with the reason

Files of one delivery are leased, read and settled together: a mail may have thousands.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import psycopg
import structlog
from msgspec import Struct

from oase.channels import AccountBook, StoredAccount, adapter
from oase.channels.contract import Again, Call, ChannelError, File, Media, NoReply, Raw, Refused, Reply
from oase.conversations.delivery.rules import back_off
from oase.conversations.delivery.wire import download, perform
from oase.conversations.journal import repository as journal
from oase.kernel.batches import Batch
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.http import AnswerTooLarge, Outside
from oase.kernel.i18n import message
from oase.kernel.live import LiveHub
from oase.kernel.waiting import awakened

_AT_ONCE: Final = 8
_SETTLED_TOGETHER: Final = 500
_LEASE: Final = timedelta(minutes=3)
_LOOK_SECONDS: Final = 5.0
_STEPS: Final = 4
_FILE_BYTES: Final = 110_000_000  # the largest that any channel carries is 100 MB
_TOO_LARGE: Final = message("The file is larger than %(n)s MB.", n=_FILE_BYTES // 1_000_000)
_NO_ACCOUNT: Final = Refused(why=message("The account over which it came does not exist any more."))
_NOT_KEPT: Final = Refused(why=message("Its delivery is not kept any more."))
log = structlog.get_logger()


class _Wanted(Struct, frozen=True, kw_only=True):
    """A file to fetch."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    account_id: UUID
    journal_id: UUID | None
    media: dict[str, object]
    attempts: int
    received_at: datetime | None = None


class _Fate(Struct, frozen=True, kw_only=True):
    """What becomes of an attachment."""

    id: UUID
    state: str = "pending"
    why: str = ""
    blob_key: str = ""
    size: int | None = None
    type: str = ""
    next_at: datetime | None = None


_FATES: Final = Batch(id="uuid", state="text", why="text", blob_key="text", size="bigint", type="text", next_at="timestamptz")
Outcome = File | Again | Refused


def _by_delivery(wanted: Sequence[_Wanted]) -> list[list[_Wanted]]:
    """Files that lie in the same delivery together, since it is read once for all of them; others one by one."""
    groups: dict[UUID, list[_Wanted]] = {}
    for one in wanted:
        key = one.journal_id if one.journal_id and one.media.get("source") == "raw" else one.id
        groups.setdefault(key, []).append(one)
    return list(groups.values())


class FileWorker:
    """Fetches the files of what came in, for all workspaces."""

    def __init__(self, database: Database, book: AccountBook, blobs: Blobs, outside: Outside, hub: LiveHub) -> None:
        self._database = database
        self._book = book
        self._blobs = blobs
        self._outside = outside
        self._hub = hub
        self._wake = asyncio.Event()
        self._room = asyncio.Semaphore(_AT_ONCE)

    async def run(self) -> None:
        """Works until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follow())
            while True:
                self._wake.clear()
                try:
                    found = await self.turn()
                except (OaseError, psycopg.Error, OSError) as error:
                    log.warning("files.interrupted", error=str(error))
                    found = 0
                if not found:
                    await awakened(self._wake, _LOOK_SECONDS)

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, ["attachments"]) as subscription:
                async for _ in subscription.events():
                    self._wake.set()
            await asyncio.sleep(0.05)

    async def turn(self) -> int:
        """Fetches what is due now. Gives how many files there were, fetched or not."""
        async with self._database.everywhere() as work:
            workspaces = [
                row[0]
                for row in await work.tuples(
                    "SELECT DISTINCT workspace_id FROM attachment WHERE state = 'pending' AND next_at <= %(now)s",
                    {"now": work.clock.now()},
                )
            ]
        found = 0
        for workspace_id in workspaces:
            wanted = await self._lease(workspace_id)
            found += len(wanted)
            async with asyncio.TaskGroup() as group:
                for together in _by_delivery(wanted):
                    group.create_task(self._fetch(workspace_id, together))
        return found

    async def _lease(self, workspace_id: UUID) -> list[_Wanted]:
        """What is due next, and with a file of a delivery all others of it that are due."""
        async with self._database.work(workspace_id) as work:
            return await work.all(
                _Wanted,
                # materialized: run again for each row of the join, the sub-selects would lease more than they should
                "WITH first AS MATERIALIZED (SELECT id, journal_id FROM attachment"
                " WHERE workspace_id = %(workspace_id)s AND state = 'pending' AND next_at <= %(now)s"
                " ORDER BY next_at LIMIT 32 FOR UPDATE SKIP LOCKED),"
                " next AS MATERIALIZED (SELECT id FROM attachment"
                " WHERE workspace_id = %(workspace_id)s AND state = 'pending' AND next_at <= %(now)s"
                " AND (id IN (SELECT id FROM first) OR (media->>'source' = 'raw' AND journal_id IN (SELECT journal_id FROM first)))"
                " ORDER BY id FOR UPDATE SKIP LOCKED)"
                " UPDATE attachment a SET next_at = %(lease)s, attempts = a.attempts + 1 FROM next, message m"
                " WHERE a.workspace_id = %(workspace_id)s AND a.id = next.id AND m.workspace_id = a.workspace_id AND m.id = a.message_id"
                " RETURNING a.id, a.message_id, m.conversation_id, a.account_id, a.journal_id, a.media, a.attempts",
                {"now": work.clock.now(), "lease": work.clock.now() + _LEASE},
            )

    async def _fetch(self, workspace_id: UUID, together: Sequence[_Wanted]) -> None:
        """Files of one delivery, or one of a provider."""
        async with self._room:
            account = await self._book.get(together[0].account_id)
            outcomes: Sequence[Outcome]
            try:
                outcomes = await self._bytes(account, together) if account else [_NO_ACCOUNT] * len(together)
            except ChannelError as error:
                outcomes = [Refused(why=str(error))] * len(together)
            except AnswerTooLarge:
                outcomes = [Refused(why=_TOO_LARGE)] * len(together)
            except OaseError as error:
                outcomes = [Again(why=str(error))] * len(together)
            pairs = list(zip(together, outcomes, strict=True))
            for start in range(0, len(pairs), _SETTLED_TOGETHER):
                await self._settle(workspace_id, pairs[start : start + _SETTLED_TOGETHER])

    async def _bytes(self, account: StoredAccount, together: Sequence[_Wanted]) -> Sequence[Outcome]:
        media = [msgspec.convert(one.media, Media) for one in together]
        channel = adapter(account.channel)
        if media[0].source == "raw":
            raw = await self._raw(account.workspace_id, together[0])
            return await asyncio.to_thread(channel.extract_all, raw, media) if raw else [_NOT_KEPT] * len(together)
        replies: list[Reply | NoReply] = []
        for _ in range(_STEPS):
            step = channel.fetch(media[0], account.account, replies)
            if not isinstance(step, Call):
                return [step]
            replies.append(await self._step(account, step, _key(account.workspace_id, together[0].id), media[0].type))
        return [Refused(why=message("The provider needs more steps than expected."))]

    async def _step(self, account: StoredAccount, call: Call, key: str, type: str) -> Reply | NoReply:
        """One call; the file itself goes straight to its place, never wholly into memory."""
        if not call.download or (account.manifest.wire == "own" and not call.url.startswith(("https:", "http:"))):
            return await perform(self._outside, account, call)

        async def keep(chunks: AsyncIterator[bytes]) -> int:
            return await self._blobs.put(key, chunks, type)

        return await download(self._outside, call, keep, limit_bytes=_FILE_BYTES)

    async def _raw(self, workspace_id: UUID, wanted: _Wanted) -> Raw | None:
        async with self._database.work(workspace_id) as work:
            row = await journal.find(work, wanted.journal_id) if wanted.journal_id else None
        if row is None:
            return None
        body = await self._blobs.get(row.blob_key) if row.blob_key else row.body or b""
        return Raw(body=body, headers=row.headers, query=row.query, method=row.method, received_at=row.received_at)

    async def _settle(self, workspace_id: UUID, pairs: Sequence[tuple[_Wanted, Outcome]]) -> None:
        """Bytes first, then the fates of all of them in one transaction."""
        files = [(_key(workspace_id, one.id), file) for one, file in pairs if isinstance(file, File) and file.content]
        await self._blobs.put_all([(key, file.content, file.type) for key, file in files])
        fates = sorted((self._fate(workspace_id, wanted, outcome) for wanted, outcome in pairs), key=lambda one: one.id)
        async with self._database.work(workspace_id) as work:
            await work.run(
                "UPDATE attachment a SET state = n.state, why = n.why, blob_key = n.blob_key,"
                " size_bytes = coalesce(n.size, a.size_bytes), type = coalesce(nullif(n.type, ''), a.type), next_at = n.next_at"
                f" FROM {_FATES.rows} WHERE a.workspace_id = %(workspace_id)s AND a.id = n.id",
                _FATES.values(fates),
            )
            ended = {one.id for one in fates if one.state != "pending"}
            messages = {wanted.message_id: wanted.conversation_id for wanted, _ in pairs if wanted.id in ended}
            for message_id, conversation_id in messages.items():
                work.emit("conversation", conversation_id, {"what": "file", "messages": [str(message_id)]})

    def _fate(self, workspace_id: UUID, wanted: _Wanted, outcome: Outcome) -> _Fate:
        if isinstance(outcome, File):
            key, size = _key(workspace_id, wanted.id), outcome.size_bytes
            return _Fate(id=wanted.id, state="stored", blob_key=key, size=size, type=outcome.type)
        if isinstance(outcome, Again) and (pause := back_off(wanted.attempts, wanted.id)) is not None:
            return _Fate(id=wanted.id, why=outcome.why[:500], next_at=self._database.clock.now() + max(pause, outcome.after))
        return _Fate(id=wanted.id, state="failed", why=outcome.why[:500])


def _key(workspace_id: UUID, attachment_id: UUID) -> str:
    return f"files/{workspace_id}/{attachment_id}"
