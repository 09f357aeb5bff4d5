"""Jobs through bad days of the database."""

import asyncio
from collections.abc import AsyncIterator
from uuid import UUID

import psycopg
import pytest_asyncio

from oase.kernel.db import Database
from oase.kernel.jobs import Blueprint, Jobs
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.waiting import end


class Ground:
    """Jobs with one task, which says a word to the test."""

    def __init__(self, dsn: str) -> None:
        self.said: asyncio.Queue[str] = asyncio.Queue()
        blueprint = Blueprint()

        @blueprint.task(name="say")
        async def say(word: str) -> None:
            self.said.put_nowait(word)

        self.say = say
        self.blueprint = blueprint
        self.jobs = Jobs(dsn, {"test": blueprint})


@pytest_asyncio.fixture
async def ground(fresh_dsn: str) -> AsyncIterator[Ground]:
    ground = Ground(fresh_dsn)
    await ground.jobs.open()
    yield ground
    await ground.jobs.close()


async def hang_up(postgres: EmbeddedPostgres, dsn: str, *, and_stay_away: bool = False) -> None:
    """Ends all connections to the database, as its restart does."""
    name = psycopg.conninfo.conninfo_to_dict(dsn)["dbname"]
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        if and_stay_away:
            await connection.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        await connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])


async def test_jobs_go_on_after_the_database_hung_up(
    fresh_dsn: str, fresh_database: Database, ground: Ground, postgres: EmbeddedPostgres, workspace_id: UUID
) -> None:
    working = asyncio.create_task(ground.jobs.work({}))
    for word in ("vorher", "nachher"):
        async with fresh_database.work(workspace_id) as work:
            await work.defer(ground.say, word=word)
        async with asyncio.timeout(15):
            assert await ground.said.get() == word
        await hang_up(postgres, fresh_dsn)
    assert not working.done()
    await end([working], again_after=2)


async def test_a_worker_ends_soon_even_when_the_database_is_gone(
    fresh_dsn: str, ground: Ground, postgres: EmbeddedPostgres
) -> None:
    working = asyncio.create_task(ground.jobs.work({}))
    await asyncio.sleep(1)  # it has begun: nothing tells
    await hang_up(postgres, fresh_dsn, and_stay_away=True)
    working.cancel()
    done, _ = await asyncio.wait([working], timeout=8)
    assert done
    assert working.cancelled()


async def test_a_further_application_in_one_process_gives_tasks_the_same_names(ground: Ground, fresh_dsn: str) -> None:
    for _ in range(3):
        Jobs(fresh_dsn, {"test": ground.blueprint})
    assert ground.say.name == "test:say"
    assert set(ground.blueprint.tasks) == {"test:say"}
