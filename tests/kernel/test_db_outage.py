"""After an outage the database is used again at once."""

import asyncio
import time
from pathlib import Path

import psycopg
import pytest

from oase.kernel.db import Database
from oase.kernel.errors import Unavailable
from oase.kernel.postgres import EmbeddedPostgres

_END_ALL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
)


async def test_units_of_work_go_on_soon_after_an_outage_of_several_seconds(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    await server.start()
    database = Database(server.dsn(), connections=4)
    await database.open()
    try:
        async with database.connection() as connection:
            await connection.execute("SELECT 1")
        await server.stop()
        with pytest.raises(Unavailable):
            async with database.connection() as connection:  # waits its time, in vain
                await connection.execute("SELECT 1")
        waiting = [asyncio.create_task(_answers(database)) for _ in range(6)]
        await server.start()
        back = time.monotonic()
        await asyncio.gather(*waiting)
        assert time.monotonic() - back < 5
    finally:
        await database.close()
        await server.stop()


async def _answers(database: Database) -> None:
    async with database.connection() as connection:
        await connection.execute("SELECT 1")


async def test_a_server_that_was_replaced_while_nobody_asked_is_no_failure(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    await server.start()
    database = Database(server.dsn(), connections=1)
    await database.open()
    try:
        await _answers(database)
        await server.stop()
        await server.start()
        await _answers(database)  # the kept connection leads nowhere any more
    finally:
        await database.close()
        await server.stop()


async def test_connections_that_the_server_ends_as_they_are_taken_are_no_failure(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", durable=False)
    await server.start()
    database = Database(server.dsn(), connections=4)
    await database.open()
    try:
        async with await psycopg.AsyncConnection.connect(server.dsn(), autocommit=True) as other:
            for _ in range(20):
                await asyncio.gather(*(_works(database) for _ in range(4)))
                await other.execute(_END_ALL)
                await asyncio.gather(*(_works(database) for _ in range(4)))  # some end before BEGIN, some by it
    finally:
        await database.close()
        await server.stop()


async def _works(database: Database) -> None:
    async with database.everywhere() as work:
        assert await work.value("SELECT 1") == 1
