"""Backup and restore: one file with the database and the blobs, whatever PostgreSQL they come from or go to.

    one snapshot (REPEATABLE READ) --COPY table by table--> tar.gz: manifest.json, tables/<name>.copy, blobs/<key>, secret.key
    restore: an empty, migrated database <--COPY-- tables in the order of their references; blobs; sequences set on

The key that opens secrets at rest is part of the file, or the restored accounts would be locked out: keep the file safe.
"""

import io
import json
import tarfile
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import AsyncConnection, sql

from oase.kernel.blobs import Blobs
from oase.kernel.errors import OaseError
from oase.main.migrate import HEAD, migrate
from oase.main.schema import all_tables

_FORMAT: Final = 1
_SHORT_LIVED: Final = frozenset({"live_event"})  # positions in it belong to the old server's transactions
Progress = Callable[[str, int, int], None]
"""What is being done, how much of it is done, out of how much."""


class BackupError(OaseError):
    """The backup cannot be made or restored; the message says why and what to do."""


async def write_backup(dsn: str, blobs: Blobs, key_file: Path, target: Path, progress: Progress) -> int:
    """Writes everything into one file and gives its size in bytes. The file appears only when it is whole."""
    partial = target.with_name(target.name + ".part")
    with tarfile.open(partial, "w:gz", compresslevel=6) as archive:
        counts = await _write_tables(dsn, archive, progress)
        keys = [key async for key, _ in blobs.keys()]  # noqa: SIM118 - not a mapping
        for number, key in enumerate(keys):
            progress("files", number, len(keys))
            _add(archive, f"blobs/{key}", await blobs.get(key))
        if key_file.exists():
            _add(archive, "secret.key", key_file.read_bytes())
        manifest = {
            "format": _FORMAT,
            "schema": HEAD,
            "made_at": datetime.now(UTC).isoformat(),
            "rows": counts,
            "files": len(keys),
        }
        _add(archive, "manifest.json", json.dumps(manifest, indent=1).encode())
    partial.replace(target)
    target.chmod(0o600)
    return target.stat().st_size


async def _write_tables(dsn: str, archive: tarfile.TarFile, progress: Progress) -> dict[str, int]:
    counts: dict[str, int] = {}
    tables = [table.name for table in all_tables().sorted_tables if table.name not in _SHORT_LIVED]
    async with _connection(dsn) as connection:
        await connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL oase.workspace = 'everywhere'")
        for number, table in enumerate(tables):
            progress("tables", number, len(tables))
            columns = await _columns(connection, table)
            with tempfile.TemporaryFile() as spool:
                async with connection.cursor().copy(
                    sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT").format(_list(columns), sql.Identifier(table))
                ) as copy:
                    async for chunk in copy:
                        spool.write(chunk)
                counts[table] = _add_file(archive, f"tables/{table}.copy", spool)
            _add(archive, f"tables/{table}.columns", json.dumps(columns).encode())
        await connection.execute("COMMIT")
    return counts


async def restore_backup(dsn: str, blobs: Blobs, key_file: Path, source: Path, progress: Progress) -> dict[str, Any]:
    """Puts a backup into an empty installation and gives its manifest. Raises BackupError rather than mix two."""
    with tarfile.open(source, "r:gz") as archive:
        members = {member.name: member for member in archive.getmembers()}
        manifest = _manifest(archive, members)
        await migrate(dsn)
        async with _connection(dsn) as connection:
            await connection.execute("BEGIN; SET LOCAL oase.workspace = 'everywhere'")
            if await _has_rows(connection):
                raise BackupError("This installation is not empty. Restore into a fresh data folder or a fresh database.")
            await _read_tables(connection, archive, members, progress)
            await connection.execute("COMMIT")
        files = [name for name in members if name.startswith("blobs/")]
        for number, name in enumerate(files):
            progress("files", number, len(files))
            await blobs.put(name.removeprefix("blobs/"), _read(archive, members[name]))
        if "secret.key" in members:
            _write_key(key_file, _read(archive, members["secret.key"]))
    return manifest


def _manifest(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo]) -> dict[str, Any]:
    if "manifest.json" not in members:
        raise BackupError("This file is no whole backup of Oase: its manifest is missing.")
    manifest: dict[str, Any] = json.loads(_read(archive, members["manifest.json"]))
    if manifest["format"] > _FORMAT or manifest["schema"] > HEAD:
        raise BackupError("This backup was made by a newer Oase. Install that version, or a later one, first.")
    return manifest


async def _read_tables(
    connection: AsyncConnection[Any], archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], progress: Progress
) -> None:
    tables = [table for table in all_tables().sorted_tables if f"tables/{table.name}.copy" in members]
    for number, table in enumerate(tables):
        progress("tables", number, len(tables))
        name = sql.Identifier(table.name)
        columns = json.loads(_read(archive, members[f"tables/{table.name}.columns"]))
        if table.info.get("secured"):  # COPY FROM does not go through row-level security; back on before the commit
            await connection.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(name))
        content = archive.extractfile(members[f"tables/{table.name}.copy"])
        async with connection.cursor().copy(sql.SQL("COPY {} ({}) FROM STDIN").format(name, _list(columns))) as copy:
            while content is not None and (chunk := content.read(1 << 20)):
                await copy.write(chunk)
        if table.info.get("secured"):
            await connection.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(name))
    await connection.execute(
        "SELECT setval('conversation_number', greatest(1000, coalesce((SELECT max(number) FROM conversation), 1000)))"
    )


async def _has_rows(connection: AsyncConnection[Any]) -> bool:
    row = await (await connection.execute("SELECT EXISTS (SELECT FROM workspace)")).fetchone()
    return bool(row and row[0])


async def _columns(connection: AsyncConnection[Any], table: str) -> list[str]:
    rows = await (
        await connection.execute(
            "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
            " AND attgenerated = '' ORDER BY attnum",
            [table],
        )
    ).fetchall()
    return [row[0] for row in rows]


def _list(columns: list[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


@asynccontextmanager
async def _connection(dsn: str) -> AsyncIterator[AsyncConnection[Any]]:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        yield connection


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    info = tarfile.TarInfo(name)
    info.size, info.mode = len(content), 0o600
    archive.addfile(info, io.BytesIO(content))


def _add_file(archive: tarfile.TarFile, name: str, spool: Any) -> int:
    info = tarfile.TarInfo(name)
    info.size, info.mode = spool.tell(), 0o600
    spool.seek(0)
    rows: int = sum(chunk.count(b"\n") for chunk in iter(lambda: spool.read(1 << 20), b""))
    spool.seek(0)
    archive.addfile(info, spool)
    return rows


def _read(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    content = archive.extractfile(member)
    return content.read() if content else b""


def _write_key(file: Path, key: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(key)
    file.chmod(0o600)
