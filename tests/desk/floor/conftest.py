"""An empty desk."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest_asyncio
from tests.desk.floor.ground import Prepared

from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.staff import found_workspace


@pytest_asyncio.fixture
async def prepared(shared_dsn: str, clock: SetClock, workspace_id: UUID) -> AsyncIterator[Prepared]:
    """A workspace with one customer, in which nothing waits and nobody works."""
    database = Database(shared_dsn, clock=clock, connections=3)
    await database.open()
    person_id = new_id()
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Muster GmbH", slug=f"muster-{workspace_id.hex}")
        await work.run(
            "INSERT INTO person (workspace_id, id, name, created_at, updated_at) VALUES (%(workspace_id)s, %(id)s, 'Jürgen Groß',"
            " %(now)s, %(now)s)",
            {"id": person_id, "now": clock.now()},
        )
    yield Prepared(database, clock, workspace_id, person_id)
    await database.close()
