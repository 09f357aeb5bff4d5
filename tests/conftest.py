"""Ground for all tests: one real PostgreSQL per worker, migrated once; a fresh workspace per test keeps tests apart."""

import gc
import os
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg
import pytest
import pytest_asyncio
from argon2 import PasswordHasher
from playwright.async_api import Browser, expect
from tests.servers.chromium import chromium

from oase.kernel.clock import SetClock
from oase.kernel.collector import collect_seldom, pass_over_what_is_there
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.main.migrate import migrate
from oase.staff import passwords

expect.set_options(timeout=15_000)  # an answer waits five seconds for an undo, and the machine may be busy
os.environ.setdefault("OASE_SPECS", str(Path(__file__).resolve().parents[2] / "shared" / "specs"))


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests are found, and stay: looking through them for garbage took a second of each of hundreds of collections."""
    gc.disable()
    try:
        return (yield)
    finally:
        pass_over_what_is_there()
        collect_seldom()
        gc.enable()


@pytest.fixture(scope="session", autouse=True)
def slow_hasher() -> Iterator[PasswordHasher]:
    """The house's own hashing, in whose place one works that costs next to nothing: hundreds of tests sign somebody in."""
    slow = passwords._HASHER
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield slow


@pytest.fixture(scope="session")
def specs() -> Path:
    """The providers' published descriptions; tests that need them step aside where they are absent."""
    folder = Path(os.environ["OASE_SPECS"])
    if not folder.is_dir():
        pytest.skip("The providers' published descriptions are not here (OASE_SPECS).")
    return folder


@pytest_asyncio.fixture(scope="session")
async def postgres() -> AsyncIterator[EmbeddedPostgres]:
    """The embedded PostgreSQL of this test run, without fsync, in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="oase-test-") as folder:
        server = EmbeddedPostgres(Path(folder) / "postgres", durable=False, settings={"max_connections": "200"})
        await server.start()
        try:
            yield server
        finally:
            await server.stop()


async def make_database(postgres: EmbeddedPostgres, name: str, template: str = "") -> str:
    """Makes a database, a copy of `template` where one is named; gives its address."""
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        await connection.execute(
            f"CREATE DATABASE {name} OWNER oase" + (f" TEMPLATE {template} STRATEGY FILE_COPY" if template else "")
        )
    return postgres.dsn("oase").replace("dbname=oase", f"dbname={name}")


@pytest_asyncio.fixture(scope="session")
async def template_database(postgres: EmbeddedPostgres) -> str:
    """The name of a migrated, empty database that others are copied from."""
    dsn = await make_database(postgres, "oase_template")
    await migrate(dsn)
    return "oase_template"


@pytest_asyncio.fixture(scope="session")
async def shared_dsn(postgres: EmbeddedPostgres, template_database: str) -> str:
    """One migrated database for all tests of this worker; each test has a workspace of its own in it."""
    return await make_database(postgres, "oase_shared", template_database)


@pytest_asyncio.fixture(scope="session")
async def database(shared_dsn: str) -> AsyncIterator[Database]:
    """The shared database, open."""
    database = Database(shared_dsn)
    await database.open()
    yield database
    await database.close()


@pytest_asyncio.fixture
async def fresh_dsn(postgres: EmbeddedPostgres, template_database: str) -> AsyncIterator[str]:
    """A database of the test's own, migrated and empty."""
    name = f"fresh_{new_id().hex}"
    yield await make_database(postgres, name, template_database)
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def another_dsn(postgres: EmbeddedPostgres) -> AsyncIterator[str]:
    """One more database of the test's own, entirely empty."""
    name = f"another_{new_id().hex}"
    yield await make_database(postgres, name)
    async with await psycopg.AsyncConnection.connect(postgres.dsn("postgres"), autocommit=True) as connection:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest_asyncio.fixture
async def fresh_database(fresh_dsn: str) -> AsyncIterator[Database]:
    """A database of the test's own, open."""
    database = Database(fresh_dsn)
    await database.open()
    yield database
    await database.close()


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One browser for all tests of this worker."""
    async with chromium() as browser:
        yield browser


@pytest.fixture
def workspace_id() -> UUID:
    """An id for a workspace of the test's own."""
    return new_id()


@pytest.fixture
def clock() -> Iterator[SetClock]:
    """A clock that stands at a Tuesday morning in November."""
    yield SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
