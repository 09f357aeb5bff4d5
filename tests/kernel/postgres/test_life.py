"""A server starts, serves and stops."""

import asyncio
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from oase.kernel.postgres import EmbeddedPostgres, PostgresError, PostgresFailed


async def test_first_start_makes_role_and_database_and_a_later_start_finds_the_rows(
    tmp_path: Path, binaries: Path | None, ask: Any
) -> None:
    server = EmbeddedPostgres(tmp_path / "postgres", binaries=binaries)
    await server.start()
    try:
        await ask(server.dsn(), "CREATE TABLE note (body text)")
        await ask(server.dsn(), "INSERT INTO note VALUES ('Grüße aus Köln 🌴')")
        assert await ask(server.dsn(), "SHOW fsync") == "on"
        assert await ask(server.dsn(), "SHOW synchronous_commit") == "on"
    finally:
        await server.stop()
    assert server.pid is None

    await server.start()
    try:
        assert await ask(server.dsn(), "SELECT body FROM note") == "Grüße aus Köln 🌴"
        assert await ask(server.dsn(), "SELECT current_user || '@' || current_database()") == "oase@oase"
    finally:
        await server.stop()


async def test_row_level_security_binds_the_role_although_it_owns_the_table(tmp_path: Path, running: Any, ask: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        await ask(server.dsn(), "CREATE TABLE note (body text)")
        await ask(server.dsn(), "INSERT INTO note VALUES ('Zoë')")
        await ask(server.dsn(), "ALTER TABLE note ENABLE ROW LEVEL SECURITY")
        await ask(server.dsn(), "ALTER TABLE note FORCE ROW LEVEL SECURITY")
        assert await ask(server.dsn(), "SELECT count(*) FROM note") == 0
        assert await ask(server.dsn("postgres"), "SELECT count(*) FROM note") == 1


async def test_the_cluster_has_checksums_utc_and_a_locale_that_does_not_depend_on_the_machine(
    tmp_path: Path, binaries: Path | None, running: Any, ask: Any
) -> None:
    async with running(tmp_path / "postgres", binaries=binaries) as server:
        assert await ask(server.dsn("postgres"), "SHOW data_checksums") == "on"
        assert await ask(server.dsn(), "SHOW timezone") == "UTC"
        assert await ask(server.dsn(), "SELECT lower('ÄÖÜ ÉÈ')") == "äöü éè"
        assert await ask(server.dsn(), "SELECT 'Z' < 'a'")
        words = "SELECT count(*) FROM ts_parse('default', 'Müller – grüßt 🌴') WHERE tokid <> 12"
        assert await ask(server.dsn(), words) == 2  # a dash or a palm is no word
        provider = await ask(server.dsn(), "SELECT datlocprovider::text FROM pg_database WHERE datname = 'oase'")
        assert provider == ("c" if binaries else "b")


async def test_nobody_else_can_reach_the_server(tmp_path: Path, running: Any, ask: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        assert await ask(server.dsn("postgres"), "SHOW listen_addresses") == ""
        socket = Path(str(psycopg.conninfo.conninfo_to_dict(server.dsn())["host"]))
        assert mode(socket) == 0o700
        assert mode(tmp_path / "postgres" / "cluster") == 0o700
        with pytest.raises(psycopg.OperationalError, match=r"[Pp]eer authentication failed"):
            await ask(server.dsn("pg_monitor"), "SELECT 1")


async def test_settings_are_taken_and_a_wrong_one_is_named(tmp_path: Path, running: Any, ask: Any) -> None:
    async with running(tmp_path / "postgres", settings={"max_connections": "33", "cluster_name": "Müllers 'Oase'"}) as server:
        assert await ask(server.dsn(), "SHOW max_connections") == "33"
        assert await ask(server.dsn(), "SHOW fsync") == "off"
    with pytest.raises(PostgresFailed, match="palm_trees") as caught:
        async with running(tmp_path / "postgres", settings={"palm_trees": "12"}):
            pass
    assert "palm_trees" in caught.value.log
    async with running(tmp_path / "postgres") as server:  # nothing is left locked
        assert await ask(server.dsn(), "SELECT 1") == 1


async def test_an_administrators_own_settings_win_but_cannot_open_the_server_to_the_network(
    tmp_path: Path, running: Any, ask: Any
) -> None:
    folder = tmp_path / "postgres"
    async with running(folder):
        pass
    (folder / "cluster" / "local.conf").write_text("work_mem = '7MB'\nlisten_addresses = '*'\n")
    (folder / "cluster" / "local.conf").chmod(0o644)
    async with running(folder) as server:
        assert await ask(server.dsn(), "SHOW work_mem") == "7MB"
        assert await ask(server.dsn("postgres"), "SHOW listen_addresses") == ""


async def test_variables_of_the_environment_for_other_servers_do_no_harm(
    tmp_path: Path, running: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"PGPORT": "6543", "PGDATA": "/nowhere", "PGUSER": "x", "PGHOST": "db.example"}.items():
        monkeypatch.setenv(name, value)
    async with running(tmp_path / "postgres") as server:
        assert await ask(server.dsn(), "SELECT 1") == 1


async def test_a_folder_may_have_a_long_and_odd_name(tmp_path: Path, running: Any, ask: Any) -> None:
    folder = tmp_path / "Kundendienst, 'Süd' \"neu\" 🌴" / ("sehr-" * 20) / "postgres"
    async with running(folder) as server:
        assert await ask(server.dsn(), "SELECT 1") == 1
        assert (folder / "cluster" / "PG_VERSION").exists()


async def test_one_server_holds_many_databases(tmp_path: Path, running: Any, ask: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        await server.create_database("eins")
        await ask(server.dsn(database="eins"), "CREATE TABLE palm (id int)")
        await server.create_database("zwei", template="eins")
        assert await ask(server.dsn(database="zwei"), "SELECT count(*) FROM palm") == 0
        await server.drop_database("eins")
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            await ask(server.dsn(database="eins"), "SELECT 1")


async def test_stop_ends_open_connections_and_may_be_called_twice(tmp_path: Path, running: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        connection = await psycopg.AsyncConnection.connect(server.dsn())
        try:
            waiting = asyncio.ensure_future(connection.execute("SELECT pg_sleep(3600)"))
            await server.stop()
            await server.stop()
            with pytest.raises(psycopg.OperationalError):
                await waiting
        finally:
            await connection.close()


async def test_a_second_start_of_the_same_object_is_refused(tmp_path: Path, running: Any, ask: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        with pytest.raises(PostgresError, match="already started"):
            await server.start()
        assert await ask(server.dsn(), "SELECT 1") == 1


async def test_a_cancelled_start_leaves_nothing_behind(tmp_path: Path, running: Any, ask: Any, until: Any) -> None:
    folder = tmp_path / "postgres"
    starting = asyncio.ensure_future(EmbeddedPostgres(folder, durable=False).start())
    await until((folder / "cluster.new" / "base").exists)
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    async with running(folder) as server:
        assert await ask(server.dsn(), "SELECT 1") == 1


async def test_programs_that_are_none_are_refused_in_a_sentence(tmp_path: Path, running: Any) -> None:
    with pytest.raises(PostgresFailed, match="cannot be run"):
        async with running(tmp_path / "postgres", binaries=tmp_path):
            pass


async def test_a_cluster_of_another_version_is_refused_with_advice(tmp_path: Path, running: Any, debian: Path) -> None:
    async with running(tmp_path / "postgres", binaries=debian):
        pass
    with pytest.raises(PostgresFailed, match=r"made by PostgreSQL 15.*backup"):
        async with running(tmp_path / "postgres"):
            pass


async def test_the_log_is_kept_small(tmp_path: Path, running: Any) -> None:
    folder = tmp_path / "postgres"
    async with running(folder):
        pass
    for _ in range(4):
        os.truncate(folder / "postgres.log", 6_000_000)
        async with running(folder):
            pass
    assert (folder / "postgres.log").stat().st_size < 1_000_000
    assert sorted(path.name for path in folder.glob("postgres.log.*")) == ["postgres.log.1", "postgres.log.2"]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_package_can_be_imported_where_there_are_neither_flock_nor_users() -> None:
    code = "import sys; sys.modules.update(fcntl=None, pwd=None); import oase.kernel.postgres"
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0
