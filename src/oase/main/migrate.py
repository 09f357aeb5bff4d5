"""Brings the database to this version's schema, with Alembic; several processes may start at once."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Final

import psycopg

from oase.kernel.errors import OaseError

HEAD: Final = "0001"
_ADDRESS: Final = "OASE_MIGRATE_ADDRESS"
_LOCK: Final = 0x6F61_7365_0002


class MigrationFailed(OaseError):
    """The schema is as it was before."""


class SchemaTooNew(OaseError):
    """The database was written by a newer Oase."""


async def schema_version(dsn: str) -> str | None:
    """The version that the database has; None if it is empty."""
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        if (await (await connection.execute("SELECT to_regclass('alembic_version')")).fetchone()) == (None,):
            return None
        row = await (await connection.execute("SELECT version_num FROM alembic_version")).fetchone()
        return str(row[0]) if row else None


async def migrate(dsn: str) -> bool:
    """Runs what is missing; True if something was. Raises SchemaTooNew rather than work on what it does not know."""
    version = await schema_version(dsn)
    if version == HEAD:
        return False
    if version is not None and version > HEAD:
        raise SchemaTooNew(f"The database has schema {version}, this Oase knows {HEAD}. Start the newer Oase again.")
    await _upgrade_apart(dsn)
    return True


async def _upgrade_apart(dsn: str) -> None:
    """In a process of its own: Alembic and SQLAlchemy take 20 MB, which nobody needs afterwards."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "oase.main.migrate", env={**os.environ, _ADDRESS: dsn}, stderr=asyncio.subprocess.PIPE
    )
    _, said = await process.communicate()
    if process.returncode:
        raise MigrationFailed(f"The database could not be brought to schema {HEAD}: {said.decode(errors='replace')[-2000:]}")


def _upgrade(dsn: str) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine, text

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(dsn))
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": _LOCK})
            connection.commit()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            connection.commit()
    finally:
        engine.dispose()


if __name__ == "__main__":
    _upgrade(os.environ[_ADDRESS])
