"""The company of the desk's tests, and the feed that promises."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.desk.conftest import Desk

from oase.conversations import Answer, Author, say
from oase.desk.hours import Calendar, Timetables, save_calendar, week_of
from oase.desk.promises import Policy, PromiseFeed, history
from oase.desk.promises import repository as stored
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks

BERLIN = Calendar(zone="Europe/Berlin", week=week_of({day: [("08:00", "18:00")] for day in range(5)}))


@dataclass
class Promising:
    """What tests do and ask."""

    desk: Desk
    feed: PromiseFeed
    locks: Locks

    async def says(self, conversation_id: UUID, text: str = "Gern!", **extra: Any) -> UUID:
        """Anna answers, and nobody can take it back."""
        answer = Answer(client_key=new_id(), text=text, **{"undo": timedelta(0), **extra})
        async with self.desk.work() as work:
            return await say(
                work, self.desk.intake._book, Author(id=self.desk.agents["Anna"], name="Anna"), conversation_id, answer
            )

    async def promises(self, conversation_id: UUID) -> list[Any]:
        """The history, the oldest first, after all that happened was seen."""
        await self.feed.catch_up()
        async with self.desk.work() as work:
            return list(reversed(await history(work, conversation_id)))

    async def due(self, conversation_id: UUID) -> datetime | None:
        """What the conversation says."""
        await self.feed.catch_up()
        found: datetime | None = await self.desk.value("SELECT due_at FROM conversation WHERE id = %(id)s", id=conversation_id)
        return found

    async def edit(self, **policy: Any) -> None:
        """The workspace promises something else from now on."""
        async with self.desk.work() as work:
            now = await stored.policy(work)
            assert await stored.put_policy(work, Policy(version=now.version, **policy))
            work.emit("desk", work.workspace_id, {"what": "targets"})

    async def opens(self, calendar: Calendar, *teams: UUID, default: bool = False) -> None:
        """Opening hours of teams, or of the company."""
        async with self.desk.work() as work:
            known = await work.value(
                "SELECT id FROM calendar WHERE workspace_id = %(workspace_id)s AND is_default = %(d)s", {"d": default}
            )
            await save_calendar(
                work, name=f"Hours {default}", calendar=calendar, team_ids=teams, is_default=default, calendar_id=known
            )


@pytest_asyncio.fixture
async def promising(desk: Desk) -> AsyncIterator[Promising]:
    """The company with its feed at the end of what happened."""
    locks = Locks(desk.database.dsn)
    made = Promising(desk, PromiseFeed(desk.database, LiveHub(desk.database), locks, Timetables()), locks)
    await made.feed.catch_up()
    yield made
    await locks.close()
