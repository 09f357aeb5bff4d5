"""One folder, one owner; and what an earlier server left hurts nobody."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from oase.kernel.postgres import DataFolderInUse, EmbeddedPostgres, locks
from oase.kernel.postgres.account import server_account
from oase.kernel.postgres.places import Places

linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")


@pytest.fixture
def bystander(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of the server's user that has nothing to do with PostgreSQL."""
    account = server_account()
    user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.switch else {}
    process = subprocess.Popen(["/bin/sleep", "3600"], cwd="/", **user)  # type: ignore[call-overload]
    yield process
    process.kill()
    process.wait()


async def test_a_second_process_is_refused_by_name_of_the_folder_and_the_first_goes_on(
    open_folder: Path, hold: Any, ask: Any
) -> None:
    first = await hold(open_folder / "postgres").report()
    second = await hold(open_folder / "postgres").report()
    assert second["refused"] == "DataFolderInUse"
    assert str(open_folder / "postgres") in second["message"]
    assert "already used by another Oase" in second["message"]
    assert await ask(first["dsn"], "SELECT 1") == 1


async def test_a_second_object_in_the_same_process_is_refused(tmp_path: Path, running: Any, ask: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        with pytest.raises(DataFolderInUse, match="already used"):
            await EmbeddedPostgres(tmp_path / "postgres").start()
        assert await ask(server.dsn(), "SELECT 1") == 1


@linux
async def test_a_stale_pid_file_never_hurts_the_process_that_has_the_number_now(
    tmp_path: Path, running: Any, ask: Any, bystander: subprocess.Popen[bytes], binaries: Path | None
) -> None:
    folder = tmp_path / "postgres"
    async with running(folder, binaries=binaries) as server:
        stale = (folder / "cluster" / "postmaster.pid").read_text()
    (folder / "cluster" / "postmaster.pid").write_text(stale.replace(stale.splitlines()[0], str(bystander.pid), 1))
    async with running(folder, binaries=binaries) as server:
        assert await ask(server.dsn(), "SELECT 1") == 1
        assert server.pid != bystander.pid
    assert bystander.poll() is None


@linux
async def test_a_process_that_does_not_hold_our_lock_is_not_signalled(tmp_path: Path, bystander: subprocess.Popen[bytes]) -> None:
    (tmp_path / "server.lock").touch()
    assert not locks.signal_holder(tmp_path / "server.lock", bystander.pid, signal.SIGKILL)
    assert bystander.poll() is None


@linux
async def test_a_server_that_somebody_started_by_hand_is_respected(open_folder: Path, running: Any, until: Any, ask: Any) -> None:
    folder = open_folder / "postgres"
    async with running(folder) as server:
        program = server.programs / "postgres"
    account = server_account()
    user = {"user": account.uid, "group": account.gid, "extra_groups": []} if account.switch else {}
    by_hand = subprocess.Popen(  # type: ignore[call-overload]  # noqa: ASYNC220
        [program, "-D", folder / "cluster", "--listen_addresses=", "--unix_socket_directories=."],
        stderr=subprocess.DEVNULL,
        **user,
    )
    try:
        await until(lambda: "ready" in _text(folder / "cluster" / "postmaster.pid"))
        with pytest.raises(DataFolderInUse, match=f"process {by_hand.pid}"):
            await server.start()
        assert by_hand.poll() is None
    finally:
        by_hand.send_signal(signal.SIGINT)
        by_hand.wait()
    await server.start()
    await server.stop()


async def test_a_start_that_was_killed_half_way_is_done_anew(
    open_folder: Path, hold: Any, running: Any, until: Any, ask: Any
) -> None:
    folder = open_folder / "postgres"
    holder = hold(folder)
    await until((folder / "cluster.new" / "base").exists)
    holder.end()
    assert not (folder / "cluster").exists()
    async with running(folder) as server:
        assert await ask(server.dsn(), "SELECT 1") == 1
    assert not (folder / "cluster.new").exists()


@linux
async def test_an_orphan_that_missed_its_parents_death_is_ended_by_the_next_start(
    open_folder: Path, hold: Any, running: Any, ask: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "ORPHAN_SECONDS", 0.2)
    folder = open_folder / "postgres"
    holder = hold(folder)
    report = await holder.report()
    await ask(report["dsn"], "CREATE TABLE note AS SELECT 'Łódź' AS body")
    postmaster = report["pid"]
    assert locks.signal_holder(folder / "server.lock", postmaster, signal.SIGSTOP)  # deaf to everything but SIGKILL
    holder.end()
    assert postmaster in locks.holders(Places(folder=folder).server_lock)
    async with running(folder) as server:
        assert await ask(server.dsn(), "SELECT body FROM note") == "Łódź"
        assert postmaster not in locks.holders(Places(folder=folder).server_lock)


async def test_two_starts_at_once_on_a_new_folder_give_one_server(tmp_path: Path, ask: Any) -> None:
    servers = [EmbeddedPostgres(tmp_path / "postgres", durable=False) for _ in range(2)]
    results = await asyncio.gather(*(server.start() for server in servers), return_exceptions=True)
    try:
        assert sorted(type(result).__name__ for result in results) == ["DataFolderInUse", "NoneType"]
        assert await ask(servers[0].dsn(), "SELECT 1") == 1
    finally:
        for server in servers:
            await server.stop()


def _text(path: Path) -> str:
    try:
        return path.read_text()
    except FileNotFoundError:
        return ""
