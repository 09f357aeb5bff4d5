"""Files of messages: fetched after the message is stored, from the provider or out of the delivery's own bytes.

attachment *pending* --lease--> fetch (several steps over guarded HTTP) or extract --> blob --> *stored*, the conversation is told
                                not now: again with back-off · never: *failed*, with the reason
"""

import asyncio
from collections.abc import Sequence
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
from oase.conversations.delivery.wire import perform
from oase.conversations.journal import repository as journal
from oase.kernel.blobs import Blobs
from oase.kernel.db import Database
from oase.kernel.errors import OaseError
from oase.kernel.http import Outside
from oase.kernel.live import LiveHub

_AT_ONCE: Final = 8
_LEASE: Final = timedelta(minutes=3)
_LOOK_SECONDS: Final = 5.0
_STEPS: Final = 4
_FILE_BYTES: Final = 110_000_000  # the largest that any channel carries is 100 MB
_NO_ACCOUNT: Final = Refused(why="The account over which it came does not exist any more.")
_NOT_KEPT: Final = Refused(why="Its delivery is not kept any more.")
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
                    found = await self._turn()
                except (OaseError, psycopg.Error, OSError) as error:
                    log.warning("files.interrupted", error=str(error))
                    found = 0
                if not found:
                    try:
                        await asyncio.wait_for(self._wake.wait(), _LOOK_SECONDS)
                    except TimeoutError:
                        continue

    async def _follow(self) -> None:
        while True:
            async with self._hub.subscribe(None, ["attachments"]) as subscription:
                async for _ in subscription.events():
                    self._wake.set()
            await asyncio.sleep(0.05)

    async def _turn(self) -> int:
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
        async with self._database.work(workspace_id) as work:
            return await work.all(
                _Wanted,
                # materialized: run again for each row of the join, the sub-select would lease more than it should
                "WITH next AS MATERIALIZED (SELECT id FROM attachment"
                " WHERE workspace_id = %(workspace_id)s AND state = 'pending' AND next_at <= %(now)s"
                " ORDER BY next_at LIMIT 32 FOR UPDATE SKIP LOCKED)"
                " UPDATE attachment a SET next_at = %(lease)s, attempts = a.attempts + 1 FROM next, message m"
                " WHERE a.workspace_id = %(workspace_id)s AND a.id = next.id AND m.workspace_id = a.workspace_id AND m.id = a.message_id"
                " RETURNING a.id, a.message_id, m.conversation_id, a.account_id, a.journal_id, a.media, a.attempts",
                {"now": work.clock.now(), "lease": work.clock.now() + _LEASE},
            )

    async def _fetch(self, workspace_id: UUID, together: Sequence[_Wanted]) -> None:
        """Files of one delivery, or one of a provider."""
        async with self._room:
            account = await self._book.get(together[0].account_id)
            outcomes: Sequence[File | Again | Refused]
            try:
                outcomes = await self._bytes(account, together) if account else [_NO_ACCOUNT] * len(together)
            except ChannelError as error:
                outcomes = [Refused(why=str(error))] * len(together)
            except OaseError as error:
                outcomes = [Again(why=str(error))] * len(together)
            for wanted, outcome in zip(together, outcomes, strict=True):
                await self._settle(workspace_id, wanted, outcome)

    async def _bytes(self, account: StoredAccount, together: Sequence[_Wanted]) -> Sequence[File | Again | Refused]:
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
            replies.append(await perform(self._outside, account, step, limit_bytes=_FILE_BYTES))
        return [Refused(why="The provider needs more steps than expected.")]

    async def _raw(self, workspace_id: UUID, wanted: _Wanted) -> Raw | None:
        async with self._database.work(workspace_id) as work:
            row = await journal.find(work, wanted.journal_id) if wanted.journal_id else None
        if row is None:
            return None
        body = await self._blobs.get(row.blob_key) if row.blob_key else row.body or b""
        return Raw(body=body, headers=row.headers, query=row.query, method=row.method, received_at=row.received_at)

    async def _settle(self, workspace_id: UUID, wanted: _Wanted, outcome: File | Again | Refused) -> None:
        changes: dict[str, object] = {"state": "pending", "why": "", "blob_key": "", "size": None, "type": "", "next_at": None}
        if isinstance(outcome, File):
            key = f"files/{workspace_id}/{wanted.id}"
            await self._blobs.put(key, outcome.content, outcome.type)
            changes |= {"state": "stored", "blob_key": key, "size": len(outcome.content), "type": outcome.type}
        elif isinstance(outcome, Again) and (pause := back_off(wanted.attempts, wanted.id)) is not None:
            changes |= {"why": outcome.why[:500], "next_at": self._database.clock.now() + max(pause, outcome.after)}
        else:
            changes |= {"state": "failed", "why": outcome.why[:500]}
        async with self._database.work(workspace_id) as work:
            await work.run(
                "UPDATE attachment SET state = %(state)s, why = %(why)s, blob_key = %(blob_key)s,"
                " size_bytes = coalesce(%(size)s::bigint, size_bytes), type = coalesce(nullif(%(type)s, ''), type),"
                " next_at = %(next_at)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
                {"id": wanted.id, **changes},
            )
            if changes["state"] != "pending":
                work.emit("conversation", wanted.conversation_id, {"what": "file", "messages": [str(wanted.message_id)]})
