"""The company of the desk's tests, with what agents plan."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.desk.conftest import SAFE, Desk

from oase.channels import AccountBook
from oase.conversations import Answer, Author
from oase.desk import OutboundClock, Scheduled, Task, When, Who, add_task, find_scheduled, schedule
from oase.kernel.ids import new_id
from oase.kernel.locks import Locks


@dataclass
class Plans:
    """What agents of the company plan, and the clock that sees to it."""

    desk: Desk
    book: AccountBook
    clock: OutboundClock

    async def schedules(self, conversation: UUID, words: str, *, by: str = "Anna", **changes: Any) -> Scheduled:
        """An agent writes something that goes in two hours, unless it is said otherwise."""
        when = When(at=changes.pop("at", self.now() + timedelta(hours=2)), waking=changes.pop("waking", False),
                    unless_answered=changes.pop("unless", True))  # fmt: skip
        author = Author(id=self.desk.agents[by], name=by)
        answer = Answer(**{"client_key": new_id(), "text": words, **changes})
        async with self.desk.work() as work:
            return await schedule(work, self.book, author, conversation, answer, when)

    async def asks(self, conversation: UUID, what: str, *, of: str = "Sophie", by: str = "Anna", **more: Any) -> Task:
        """An agent asks a colleague to do something in two hours, unless it is said otherwise."""
        facts = {
            "task_id": new_id(), "what": what, "who": Who(agent_id=self.desk.agents[of]), "due_at": self.now() + timedelta(hours=2),
            "conversation_id": conversation, **more,
        }  # fmt: skip
        async with self.desk.work() as work:
            return await add_task(work, Author(id=self.desk.agents[by], name=by), **facts)

    def now(self) -> datetime:
        return self.desk.clock.now()

    def at(self, moment: datetime) -> None:
        """It is this moment."""
        self.desk.clock.advance(moment - self.now())

    async def later(self, **span: float) -> None:
        """Time passes, and the clock turns."""
        self.desk.clock.advance(timedelta(**span))
        await self.clock.turn()

    async def state(self, one: Scheduled) -> str:
        async with self.desk.work() as work:
            return (await find_scheduled(work, one.id)).state

    async def said(self) -> list[str]:
        """What we said, the oldest first."""
        async with self.desk.work() as work:
            rows = await work.tuples(
                "SELECT text FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'out' ORDER BY at, id"
            )
        return [row[0] for row in rows]


@pytest_asyncio.fixture
async def plans(desk: Desk) -> AsyncIterator[Plans]:
    """The company, whose clock has not turned yet."""
    book, locks = AccountBook(desk.database, SAFE, "https://support.example.com"), Locks(desk.database.dsn)
    yield Plans(desk, book, OutboundClock(desk.database, book, locks))
    await locks.close()
