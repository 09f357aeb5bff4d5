"""A backup brings everything back, into another server; it never mixes with what is there."""

from pathlib import Path
from uuid import uuid4

import pytest

from oase.channels import AccountBook, create_account
from oase.kernel.blobs import in_folder
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, load_key
from oase.main.backup import BackupError, restore_backup, write_backup
from oase.main.schema import all_tables
from oase.people import Seen, recognise
from oase.staff import found_workspace


def _quiet(_what: str, _done: int, _of: int) -> None:
    return None


async def _fill(database: Database, safe: Safe) -> None:
    for name in ("Müller & Söhne", "Ğ-Werke"):
        async with database.work(new_id()) as work:
            await found_workspace(work, name=name, slug=f"w-{uuid4().hex}")
            await create_account(work, safe, "webchat", "Chat", {"company": name})
            await recognise(work, [Seen(kind="email", value="jürgen@example.com", name="Jürgen\tGroß\n\\N 😕")])


async def _content(database: Database) -> dict[str, list[tuple[object, ...]]]:
    tables = [table.name for table in all_tables().sorted_tables if table.name != "live_event"]
    async with database.everywhere() as work:
        return {table: sorted(await work.tuples(f"SELECT t::text FROM {table} t")) for table in tables}


async def test_everything_is_back_after_a_restore(
    fresh_database: Database, fresh_dsn: str, tmp_path: Path, another_dsn: str
) -> None:
    safe = Safe(load_key(tmp_path / "old"))
    await _fill(fresh_database, safe)
    old, new = in_folder(tmp_path / "old/blobs"), in_folder(tmp_path / "new/blobs")
    await old.put("files/a/b", b"\x00\xff Bild")
    await write_backup(fresh_dsn, old, tmp_path / "old/secret.key", tmp_path / "oase.backup", _quiet)
    await restore_backup(another_dsn, new, tmp_path / "new/secret.key", tmp_path / "oase.backup", _quiet)
    restored = Database(another_dsn)
    await restored.open()
    try:
        assert await _content(restored) == await _content(fresh_database)
        accounts = await AccountBook(restored, Safe(load_key(tmp_path / "new")), "https://support.example.com").enabled()
    finally:
        await restored.close()
    assert await new.get("files/a/b") == b"\x00\xff Bild"
    assert all(one.account.secret("session_secret") for one in accounts)


async def test_a_restored_workspace_is_still_closed_to_others(
    fresh_database: Database, fresh_dsn: str, tmp_path: Path, another_dsn: str
) -> None:
    await _fill(fresh_database, Safe(load_key(tmp_path)))
    await write_backup(fresh_dsn, in_folder(tmp_path / "b"), tmp_path / "secret.key", tmp_path / "oase.backup", _quiet)
    await restore_backup(another_dsn, in_folder(tmp_path / "c"), tmp_path / "k", tmp_path / "oase.backup", _quiet)
    restored = Database(another_dsn)
    await restored.open()
    async with restored.work(new_id()) as work:
        assert await work.value("SELECT count(*) FROM person") == 0
    await restored.close()


async def test_a_restore_into_an_installation_in_use_is_refused(fresh_database: Database, fresh_dsn: str, tmp_path: Path) -> None:
    await _fill(fresh_database, Safe(load_key(tmp_path)))
    blobs = in_folder(tmp_path / "blobs")
    await write_backup(fresh_dsn, blobs, tmp_path / "secret.key", tmp_path / "oase.backup", _quiet)
    with pytest.raises(BackupError, match="not empty"):
        await restore_backup(fresh_dsn, blobs, tmp_path / "secret.key", tmp_path / "oase.backup", _quiet)
