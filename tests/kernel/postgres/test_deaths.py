"""Processes die; committed rows do not, and nothing is left running."""

import asyncio
import contextlib
import functools
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from oase.kernel.postgres import locks
from oase.kernel.postgres.binaries import wheel_folder
from oase.kernel.postgres.supervisor import pause_before_restart

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the death signal and /proc are Linux'")
BUSY = "SELECT count(*) FROM generate_series(1, 1e15::bigint)"  # never looks whether its postmaster lives


@contextlib.asynccontextmanager
async def busy(dsn: str, ask: Any) -> AsyncIterator[Awaitable[Any]]:
    """A connection whose query keeps a processor busy."""
    connection = await psycopg.AsyncConnection.connect(dsn, autocommit=True)
    query = asyncio.ensure_future(connection.execute(BUSY))
    async with asyncio.timeout(30):
        while not await ask(dsn, "SELECT count(*) FROM pg_stat_activity WHERE state = 'active' AND query = %s", BUSY):
            pass
    try:
        yield query
    finally:
        with contextlib.suppress(psycopg.Error):
            await query
        await connection.close()


def cluster_state(folder: Path, binaries: Path | None) -> str:
    control = (binaries or wheel_folder()) / "pg_controldata"
    text = subprocess.run([control, folder / "cluster"], capture_output=True, text=True, check=True, env={"LANG": "C"}).stdout
    return next(line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("Database cluster state"))


async def test_a_killed_parent_takes_its_server_along_cleanly(
    open_folder: Path, hold: Any, until: Any, ask: Any, binaries: Path | None
) -> None:
    folder = open_folder / "postgres"
    holder = hold(*([folder, binaries] if binaries else [folder]))
    report = await holder.report()
    async with busy(report["dsn"], ask):
        assert len(locks.holders(folder / "server.lock")) > 3
        holder.end()
        await until(lambda: not locks.holders(folder / "server.lock"))
    await until(lambda: not Path(f"/proc/{report['pid']}").exists())
    assert cluster_state(folder, binaries) == "shut down"
    assert not (folder / "cluster" / "postmaster.pid").exists()


async def test_after_a_killed_parent_the_folder_can_be_started_at_once(open_folder: Path, hold: Any, ask: Any) -> None:
    for number in range(3):
        holder = hold(open_folder / "postgres")
        report = await holder.report()
        await ask(report["dsn"], "CREATE TABLE IF NOT EXISTS note (body int)")
        await ask(report["dsn"], "INSERT INTO note VALUES (%s)", number)
        assert await ask(report["dsn"], "SELECT count(*) FROM note") == number + 1
        holder.end()


async def test_a_killed_postmaster_is_back_with_all_committed_rows_although_a_query_of_it_runs_on(
    tmp_path: Path, running: Any, until: Any, ask: Any, binaries: Path | None
) -> None:
    back = asyncio.Event()
    async with running(tmp_path / "postgres", binaries=binaries, on_restart=back.set) as server:
        await ask(server.dsn(), "CREATE TABLE note AS SELECT generate_series(1, 10000) AS body")
        killed = server.pid
        async with busy(server.dsn(), ask):
            os.kill(killed, signal.SIGKILL)
            async with asyncio.timeout(30):
                await back.wait()
        assert server.pid != killed
        assert await ask(server.dsn(), "SELECT count(*) FROM note") == 10000


async def test_a_postmaster_killed_again_and_again_comes_back(tmp_path: Path, running: Any, ask: Any) -> None:
    back = asyncio.Event()
    async with running(tmp_path / "postgres", on_restart=back.set) as server:
        await ask(server.dsn(), "CREATE TABLE note (body int)")
        for number in range(4):
            await ask(server.dsn(), "INSERT INTO note VALUES (%s)", number)
            back.clear()
            os.kill(server.pid, signal.SIGKILL)
            async with asyncio.timeout(30):
                await back.wait()
        assert await ask(server.dsn(), "SELECT count(*) FROM note") == 4


async def test_a_server_that_cannot_start_is_tried_again_until_the_cause_is_gone(
    tmp_path: Path, running: Any, until: Any, ask: Any
) -> None:
    folder = tmp_path / "postgres"
    control, away = folder / "cluster" / "global" / "pg_control", folder / "cluster" / "global" / "away"
    back = asyncio.Event()
    async with running(folder, on_restart=back.set) as server:
        await ask(server.dsn(), "CREATE TABLE note AS SELECT 'Ærø' AS body")
        control.rename(away)
        os.kill(server.pid, signal.SIGKILL)
        await until(lambda: (folder / "postgres.log").read_text().count("could not find the database system") >= 2)
        assert not back.is_set()
        away.rename(control)
        async with asyncio.timeout(30):
            await back.wait()
        assert await ask(server.dsn(), "SELECT body FROM note") == "Ærø"


async def test_a_failing_hook_does_not_end_the_watch(tmp_path: Path, running: Any, ask: Any, until: Any) -> None:
    calls: list[int] = []

    def hook() -> None:
        calls.append(1)
        raise ValueError("not our fault")

    async with running(tmp_path / "postgres", on_restart=hook) as server:
        for number in (1, 2):
            os.kill(server.pid, signal.SIGKILL)
            await until(functools.partial(_longer, calls, number))
        assert await ask(server.dsn(), "SELECT 1") == 1


def _longer(calls: list[int], number: int) -> bool:
    return len(calls) >= number


async def test_a_killed_backend_costs_only_the_open_connections(tmp_path: Path, running: Any, ask: Any, until: Any) -> None:
    async with running(tmp_path / "postgres") as server:
        await ask(server.dsn(), "CREATE TABLE note AS SELECT 'Żółć' AS body")
        postmaster = server.pid
        connection = await psycopg.AsyncConnection.connect(server.dsn())
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with pytest.raises(psycopg.OperationalError):
            await connection.execute("SELECT 1")
        await connection.close()

        async with asyncio.timeout(30):
            body = None
            while body is None:
                with contextlib.suppress(psycopg.OperationalError):  # "in recovery mode"
                    body = await ask(server.dsn(), "SELECT body FROM note")
        assert body == "Żółć"
        assert server.pid == postmaster


async def test_stop_during_a_restart_leaves_nothing_running(tmp_path: Path, running: Any, until: Any) -> None:
    folder = tmp_path / "postgres"
    async with running(folder) as server:
        killed = server.pid
        os.kill(killed, signal.SIGKILL)
        await until(lambda: server.pid not in (killed, None))
        await server.stop()
        assert locks.holders(folder / "server.lock") == []


def test_restarts_cost_no_time_at_first_and_then_ever_more_up_to_half_a_minute() -> None:
    pauses = [pause_before_restart(exits) for exits in range(1, 14)]
    assert pauses[:3] == [0, 0, 0]
    assert pauses[3:6] == [0.5, 1, 2]
    assert pauses[-1] == 30
    assert pauses == sorted(pauses)
