"""A WhatsApp account at a provider of ours, with a lane that a test runs by hand and a clock that stands."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from oase.channels import AccountBook
from oase.channels.contract import Limits, Receipt
from oase.conversations import Answer, Author, say
from oase.conversations.delivery.lane import Lane
from oase.conversations.delivery.receipts import apply_receipts
from oase.conversations.delivery.rules import Paces
from oase.kernel.blobs import Blobs
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Outside
from oase.kernel.ids import new_id
from oase.kernel.waiting import end

from .provider import Provider

PERSON = "INSERT INTO person (workspace_id, id, name, created_at, updated_at) VALUES (%(workspace_id)s, %(id)s, %(name)s, %(now)s, %(now)s)"
IDENTITY = (
    "INSERT INTO identity (workspace_id, id, person_id, kind, value, name, created_at, last_seen_at)"
    " VALUES (%(workspace_id)s, %(id)s, %(person)s, 'phone', %(value)s, '', %(now)s, %(now)s)"
)
CONVERSATION = (
    "INSERT INTO conversation (workspace_id, id, number, person_id, identity_id, account_id, channel, subject, state, token, last_at,"
    " last_in_at, created_at, due_at) VALUES (%(workspace_id)s, %(id)s, nextval('conversation_number'), %(person)s, %(identity)s,"
    " %(account)s, 'whatsapp', '', 'open', %(token)s, %(now)s, %(now)s, %(now)s, %(now)s)"
)


@dataclass
class Counter:
    """A WhatsApp account at a provider of ours, with persons who have just written."""

    database: Database
    book: AccountBook
    blobs: Blobs
    outside: Outside
    provider: Provider
    account_id: UUID
    clock: SetClock
    workspace_id: UUID
    paces: Paces | None = None

    async def person(self, value: str = "+4915228817386") -> UUID:
        """The conversation of somebody new."""
        ids = {"id": new_id(), "person": new_id(), "identity": new_id()}
        now = self.clock.now()
        async with self.database.work(self.workspace_id) as work:
            await work.run(PERSON, {"id": ids["person"], "name": "Zoë Österreicher", "now": now})
            await work.run(IDENTITY, {"id": ids["identity"], "person": ids["person"], "value": value, "now": now})
            await work.run(CONVERSATION, {**ids, "account": self.account_id, "token": ids["id"].hex, "now": now})
        return ids["id"]

    async def says(self, conversation_id: UUID, text: str, **more: Any) -> UUID:
        """An agent answers; nothing is held for an undo."""
        answer = Answer(**{"client_key": new_id(), "text": text, "undo": timedelta(0), **more})
        async with self.database.work(self.workspace_id) as work:
            return await say(work, self.book, Author(name="Ayşe Yılmaz"), conversation_id, answer)

    async def lane(self) -> Lane:
        """The account's lane as it is now."""
        self.book.forget(self.account_id)
        account = await self.book.get(self.account_id)
        assert account is not None
        self.paces = self.paces or Paces(account.manifest)
        return Lane(self.database, self.blobs.get, self.outside, account, self.paces)

    async def goes_at(self, limits: Limits) -> None:
        """The account has these limits."""
        account = await self.book.get(self.account_id)
        assert account is not None
        self.paces = Paces(replace(account.manifest, limits=limits))

    async def sends(self) -> None:
        """The lane runs until nothing is due by the clock, or it ends by itself."""
        running = asyncio.create_task((await self.lane()).run(lambda: True))
        async with asyncio.timeout(20):
            while not running.done() and (self.provider.at_once or await self.due()):
                await asyncio.wait([running], timeout=0.02)
        await end([running], again_after=2)

    async def due(self) -> bool:
        """Whether something is on its way or may go now."""
        async with self.database.work(self.workspace_id) as work:
            statement = (
                "SELECT EXISTS (SELECT FROM delivery q WHERE state = 'sending' OR (state = 'queued' AND next_at <= %(now)s AND NOT EXISTS"
                " (SELECT FROM delivery e WHERE e.recipient = q.recipient AND e.id < q.id AND e.state = 'queued' AND e.attempts > 0)))"
            )
            return bool(await work.value(statement, {"now": self.clock.now()}))

    async def sends_for_a_moment(self) -> None:
        """The lane takes one look."""
        looks = iter([True, False])
        await (await self.lane()).run(lambda: next(looks))

    async def fates(self) -> list[tuple[str, str, int]]:
        """State, the provider's words and attempts of every delivery, in their order."""
        async with self.database.work(self.workspace_id) as work:
            return await work.tuples("SELECT state, why, attempts FROM delivery ORDER BY id")  # type: ignore[return-value]

    async def states(self) -> list[str]:
        """State of every delivery."""
        return [state for state, _, _ in await self.fates()]

    async def receives(self, *receipts: Receipt) -> None:
        """What the provider tells later."""
        account = await self.book.get(self.account_id)
        assert account is not None
        async with self.database.work(self.workspace_id) as work:
            await apply_receipts(work, account, receipts)
