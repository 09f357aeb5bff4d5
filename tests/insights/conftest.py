"""A company whose customers write and are answered, at a clock that is moved on; and what measures it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.conversations.conftest import NUMBER_ID, SECRET, delivery, text

from oase.channels import AccountBook, create_account
from oase.conversations import Answer, Author, IntakeWorker, Journal, Went, said_elsewhere
from oase.desk.hours import Timetables
from oase.insights import WaitFeed
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.staff import found_workspace

SAFE = Safe(b"k" * 32)


@dataclass
class Company:
    """The company. Every customer has a phone number of their own."""

    database: Database
    clock: SetClock
    workspace_id: UUID
    account_id: UUID
    book: AccountBook
    journal: Journal
    intake: IntakeWorker
    feed: WaitFeed
    sent: int = 0

    def work(self) -> Any:
        return self.database.work(self.workspace_id)

    async def asks(self, customer: int = 1) -> UUID:
        """A customer writes now; gives the conversation."""
        self.sent += 1
        at = int(self.clock.now().timestamp()) - self.sent
        raw = delivery(text(self.sent, f"Frage {self.sent}", f"49152288{customer:05d}", at=at))
        await self.journal.accept(self.workspace_id, self.account_id, "whatsapp", raw)
        while await self.intake.take_batch(self.workspace_id, self.account_id):
            continue
        async with self.work() as work:
            found: UUID = await work.value(
                "SELECT conversation_id FROM message WHERE workspace_id = %(workspace_id)s AND text = %(words)s",
                {"words": f"Frage {self.sent}"},
            )
        return found

    async def answers(self, conversation_id: UUID, *, automatic: bool = False) -> None:
        """An agent answers now, and the provider has it at once."""
        went = Went(external_id=f"wamid.{new_id().hex}", at=self.clock.now())
        answer = Answer(client_key=new_id(), text="Gern.", undo=timedelta(0), automatic=automatic)
        async with self.work() as work:
            await said_elsewhere(work, self.book, Author(name="Anna"), conversation_id, answer, went)

    async def waits(self) -> list[tuple[str, str, int | None]]:
        """Kind, outcome and seconds of everything measured, the oldest first."""
        await self._visible()
        await self.feed.catch_up()
        async with self.work() as work:
            return await work.tuples(
                "SELECT kind, outcome, extract(epoch FROM ended_at - asked_at)::int FROM wait"
                " WHERE workspace_id = %(workspace_id)s ORDER BY asked_at, id"
            )

    async def _visible(self) -> None:
        """Waits until the log shows all that happened: nothing older is under way in this server, such as its own cleaning up."""
        statement = "SELECT EXISTS (SELECT FROM live_event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))"
        async with asyncio.timeout(20), self.database.everywhere() as work:
            while await work.value(statement):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.02)

    async def measured(self, count: int, seconds: int, *, asked_at: datetime, **given: Any) -> None:
        """So many cases as if they had been measured: asked around a moment, answered after so many seconds."""
        rows = {"channel": "whatsapp", "outcome": "answered", "promised": 900, **given}
        async with self.work() as work:
            await work.run(
                "INSERT INTO wait (workspace_id, id, conversation_id, channel, public, kind, asked_at, due_at, ended_at, outcome,"
                " working_seconds) SELECT %(workspace_id)s, gen_random_uuid(), gen_random_uuid(), %(channel)s, false, 'first', a.at,"
                " a.at + make_interval(secs => %(promised)s), CASE WHEN %(outcome)s <> 'waiting' THEN a.at + make_interval(secs =>"
                " %(seconds)s) END, %(outcome)s, CASE WHEN %(outcome)s <> 'waiting' THEN %(seconds)s END"
                " FROM generate_series(1, %(count)s) AS n, LATERAL (SELECT %(at)s + make_interval(secs => n) AS at) AS a",
                {"count": count, "seconds": seconds, "at": asked_at, **rows},
            )


@asynccontextmanager
async def open_company(dsn: str, workspace_id: UUID, clock: SetClock, slug: str) -> AsyncIterator[Company]:
    """The company, on a Tuesday morning; its feed follows already."""
    database = Database(dsn, clock=clock)
    await database.open()
    locks, hub, blobs = Locks(dsn), LiveHub(database), in_memory()
    book = AccountBook(database, SAFE, "https://support.example.com")
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün Räder", language="de", time_zone="Europe/Berlin", slug=slug)
        given = {"phone_number_id": NUMBER_ID, "waba_id": "1", "access_token": "t", "app_secret": SECRET, "verify_token": "v"}
        account_id = await create_account(work, SAFE, "whatsapp", "WhatsApp", given)
    company = Company(
        database, clock, workspace_id, account_id, book, Journal(database, blobs),
        IntakeWorker(database, book, blobs, hub, locks), WaitFeed(database, hub, locks, Timetables()),
    )  # fmt: skip
    await company.feed.catch_up()
    yield company
    await locks.close()
    await database.close()


@pytest_asyncio.fixture
async def company(shared_dsn: str, workspace_id: UUID, clock: SetClock) -> AsyncIterator[Company]:
    """The company, beside those of other tests."""
    async with open_company(shared_dsn, workspace_id, clock, f"lindgruen-{workspace_id.hex}") as company:
        yield company
