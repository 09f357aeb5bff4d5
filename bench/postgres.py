"""How fast the embedded PostgreSQL starts, comes back and goes away: `python bench/postgres.py [--binaries FOLDER]`.

Durable settings, in the folder given by TMPDIR. The kills happen under load: 8 connections that insert and commit.
"""

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg
import structlog
import uvloop

from oase.kernel.postgres import EmbeddedPostgres, locks

ROUNDS = 5
CLIENTS = 8
LOAD_ROWS = 500


async def insert(dsn: str, committed: list[int], client: int) -> None:
    """Inserts a row per transaction until the connection breaks; notes what was committed."""
    with contextlib.suppress(psycopg.Error):
        async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
            number = client
            while True:
                await connection.execute("INSERT INTO entry VALUES (%s)", [number])
                committed.append(number)
                number += CLIENTS


async def load(dsn: str, committed: list[int]) -> list[asyncio.Task[None]]:
    """Starts the load and returns when it is well under way."""
    first = max(committed, default=0) // CLIENTS * CLIENTS + 10 * CLIENTS
    wanted = len(committed) + LOAD_ROWS
    tasks = [asyncio.create_task(insert(dsn, committed, first + client)) for client in range(CLIENTS)]
    while len(committed) < wanted:  # noqa: ASYNC110
        await asyncio.sleep(0.001)
    return tasks


async def lost(dsn: str, committed: list[int]) -> int:
    """How many committed rows are missing."""
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        rows = await (await connection.execute("SELECT id FROM entry")).fetchall()
    return len(set(committed) - {row[0] for row in rows})


async def answers(dsn: str) -> None:
    """Returns at the first query that succeeds."""
    while True:
        with contextlib.suppress(psycopg.OperationalError):
            async with await psycopg.AsyncConnection.connect(dsn) as connection:
                await connection.execute("SELECT count(*) FROM entry")
                return
        await asyncio.sleep(0.002)


def memory_mib(lock: Path) -> float:
    """Proportional memory of all the server's processes."""
    kilobytes = 0
    for pid in locks.holders(lock):
        with contextlib.suppress(OSError):  # it ended meanwhile
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return kilobytes / 1024


def show(what: str, seconds: list[float], limit: float) -> None:
    print(f"{what:46} median {statistics.median(seconds):6.3f} s   worst {max(seconds):6.3f} s   (to reach: < {limit} s)")


async def starts(folder: Path, binaries: Path | None) -> None:
    first: list[float] = []
    later: list[float] = []
    stops: list[float] = []
    for number in range(ROUNDS):
        server = EmbeddedPostgres(folder / str(number), binaries=binaries)
        for figures in (first, later):
            began = time.perf_counter()
            await server.start()
            figures.append(time.perf_counter() - began)
            began = time.perf_counter()
            await server.stop()
            stops.append(time.perf_counter() - began)
    show("first start, with initdb", first, 3)
    show("later start", later, 0.5)
    show("stop", stops, 1)


async def postmaster_killed(folder: Path, binaries: Path | None) -> None:
    seconds: list[float] = []
    committed: list[int] = []
    missing = 0
    async with EmbeddedPostgres(folder, binaries=binaries) as server:
        async with await psycopg.AsyncConnection.connect(server.dsn()) as connection:
            await connection.execute("CREATE TABLE entry (id int PRIMARY KEY)")
        print(f"{'memory, idle':46} {memory_mib(folder / 'server.lock'):6.1f} MiB")
        for number in range(3):  # more within a minute would meet the pause that stops crash loops
            tasks = await load(server.dsn(), committed)
            if number == 0:
                print(f"{f'memory, {CLIENTS} connections inserting':46} {memory_mib(folder / 'server.lock'):6.1f} MiB")
            began = time.perf_counter()
            os.kill(server.pid or 0, signal.SIGKILL)
            await answers(server.dsn())
            seconds.append(time.perf_counter() - began)
            await asyncio.gather(*tasks)
            missing += await lost(server.dsn(), committed)
    show("postmaster killed -9 -> first answered query", seconds, 1)
    print(f"{'':46} {len(committed)} rows committed, {missing} lost")


async def parent_killed(folder: Path, binaries: Path | None) -> None:
    seconds: list[float] = []
    committed: list[int] = []
    missing = 0
    server = EmbeddedPostgres(folder, binaries=binaries)
    for number in range(ROUNDS):
        command = [sys.executable, __file__, "--hold", str(folder), *(["--binaries", str(binaries)] if binaries else [])]
        holder = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
        assert holder.stdout is not None
        await holder.stdout.readline()
        if number == 0:
            async with await psycopg.AsyncConnection.connect(server.dsn()) as connection:
                await connection.execute("CREATE TABLE entry (id int PRIMARY KEY)")
        missing += await lost(server.dsn(), committed)
        tasks = await load(server.dsn(), committed)
        began = time.perf_counter()
        holder.kill()
        while (lock := locks.try_lock(folder / "server.lock")) is None:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        seconds.append(time.perf_counter() - began)
        os.close(lock)
        clean = not (folder / "cluster" / "postmaster.pid").exists()
        assert clean, "not a clean shutdown"
        await asyncio.gather(holder.wait(), *tasks)
    async with server:
        missing += await lost(server.dsn(), committed)
    show("parent killed -9 -> last process gone, cleanly", seconds, 1)
    print(f"{'':46} {len(committed)} rows committed, {missing} lost, orphans: {len(locks.holders(folder / 'server.lock'))}")


async def hold(folder: Path, binaries: Path | None) -> None:
    async with EmbeddedPostgres(folder, binaries=binaries):
        print("ready", flush=True)
        await asyncio.Event().wait()


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--binaries", type=Path)
    parser.add_argument("--hold", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    if arguments.hold:
        await hold(arguments.hold, arguments.binaries)
        return
    with tempfile.TemporaryDirectory(prefix="oase-bench-") as name:
        await starts(Path(name), arguments.binaries)
        await postmaster_killed(Path(name) / "postmaster", arguments.binaries)
        await parent_killed(Path(name) / "parent", arguments.binaries)


if __name__ == "__main__":
    uvloop.run(main())
