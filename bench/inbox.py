"""How many inbox pages of 50 rows one server process gives: `python -m bench.inbox [--conversations 200000] [--messages 1000000]`.

embedded PostgreSQL (durable) <- one uvicorn process with the pages <- 8 clients, each asking for the next page when it has one

`--folder` keeps the database for the next run. Beside it, in the same run: how long the page's statements take alone.
"""

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import aiohttp
import uvicorn

from bench.data import fill
from bench.ground import quantile, say
from oase.channels import AccountBook
from oase.conversations import Journal, inbox_page, queue_counts, view_of
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SystemClock
from oase.kernel.collector import collect_seldom
from oase.kernel.db import Database
from oase.kernel.http import Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Safe
from oase.kernel.settings import Settings
from oase.main.migrate import migrate
from oase.main.sign_in import SessionResolver
from oase.staff import add_agent, found_workspace, list_agents
from oase.staff.actions.sessions import open_session
from oase.staff.types import Visit
from oase.web import inbox
from oase.web.app import make_app
from oase.web.services import Services

CLIENTS = 8
PORT = 8533


def serve(dsn: str) -> None:
    """The server process."""
    collect_seldom()
    database, safe, blobs = Database(dsn), Safe(b"k" * 32), in_memory()
    services = Services(
        settings=Settings(),
        database=database,
        live=LiveHub(database),
        safe=safe,
        clock=SystemClock(),
        book=AccountBook(database, safe, "https://support.example.com"),
        journal=Journal(database, blobs),
        blobs=blobs,
        outside=cast("Outside", None),
    )
    app = make_app(services, SessionResolver(database, timedelta(days=1)), handlers=inbox.handlers, on_startup=[database.open])
    uvicorn.run(app, port=PORT, log_level="error", access_log=False, ws="none")


async def prepare(database: Database, conversations: int, messages: int) -> tuple[UUID, str, UUID]:
    """The company with its past, and a session of one agent: workspace, token, agent."""
    async with database.everywhere() as work:
        workspace_id = await work.value("SELECT id FROM workspace LIMIT 1")
    if workspace_id is None:
        workspace_id = new_id()
        async with database.work(workspace_id) as work:
            await found_workspace(work, name="Muster GmbH", language="de")
            await add_agent(work, new_id(), name="Änne Köhler", email="a@example.com", password_hash="", roles=("administrator",))
        began = time.perf_counter()
        await fill(database, workspace_id, conversations=conversations, messages=messages)
        print(f"filled in {time.perf_counter() - began:.0f} s")
    async with database.work(workspace_id) as work:
        agent = next(one for one in await list_agents(work) if one.email == "a@example.com")
        session = await open_session(work, agent.id, Visit())
    return workspace_id, session.token.reveal(), agent.id


async def statements(database: Database, workspace_id: UUID, agent_id: UUID) -> None:
    """The page's own queries, one after the other."""
    for name in ("open", "unassigned", "mine", "waiting", "solved", "channel-email"):
        view = view_of(name, agent_id)
        assert view is not None
        taken = []
        for _ in range(30):
            async with database.work(workspace_id) as work:
                began = time.perf_counter()
                rows, _next = await inbox_page(work, view, agent_id)
                taken.append(time.perf_counter() - began)
        print(f"  list {name:<14} {statistics.median(taken) * 1000:6.1f} ms   {len(rows)} rows")
    taken = []
    for _ in range(30):
        async with database.work(workspace_id) as work:
            began = time.perf_counter()
            await queue_counts(work, agent_id, [])
            taken.append(time.perf_counter() - began)
    print(f"  counts              {statistics.median(taken) * 1000:6.1f} ms")


def cpu_seconds(pid: int) -> float:
    """What the server process has used so far."""
    parts = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


async def load(token: str, path: str, seconds: float, pid: int) -> dict[str, float | str]:
    """Eight clients, closed loop; gives the figures."""
    used = cpu_seconds(pid)
    taken: list[float] = []
    sizes: set[int] = set()
    end = time.perf_counter() + seconds

    async def client(session: aiohttp.ClientSession) -> None:
        while time.perf_counter() < end:
            began = time.perf_counter()
            async with session.get(f"http://127.0.0.1:{PORT}{path}") as response:
                body = await response.read()
                assert response.status == 200, body[:300]
                sizes.add(len(body))
            taken.append(time.perf_counter() - began)

    headers = {"cookie": f"oase={token}", "accept-encoding": "gzip"}
    async with aiohttp.ClientSession(headers=headers, auto_decompress=False) as session:
        await asyncio.gather(*(client(session) for _ in range(CLIENTS)))
    used = (cpu_seconds(pid) - used) / len(taken) * 1000
    return {
        "page": path,
        "per_second": len(taken) / seconds,
        "p50_ms": quantile(taken, 0.5) * 1000,
        "p99_ms": quantile(taken, 0.99) * 1000,
        "processor_ms": used,
        "kb": max(sizes) / 1000,
    }


@asynccontextmanager
async def server(dsn: str) -> AsyncIterator[int]:
    """The server in a process of its own, ready."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.inbox", "--serve", dsn)
    try:
        async with aiohttp.ClientSession() as session:
            for _ in range(100):
                try:
                    async with session.get(f"http://127.0.0.1:{PORT}/assets/x/nothing"):
                        break
                except aiohttp.ClientConnectionError:
                    await asyncio.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


async def main(arguments: Any) -> None:
    """Fills, serves, asks."""
    folder = arguments.folder or tempfile.mkdtemp(prefix="oase-bench-")
    async with EmbeddedPostgres(Path(folder) / "postgres") as postgres:
        await migrate(postgres.dsn())
        database = Database(postgres.dsn())
        await database.open()
        workspace_id, token, agent_id = await prepare(database, arguments.conversations, arguments.messages)
        print(f"{os.cpu_count()} cores, {arguments.conversations} conversations, {arguments.messages} messages")
        await statements(database, workspace_id, agent_id)
        async with server(postgres.dsn()) as pid:
            for path in ("/inbox/open", "/inbox/unassigned", "/inbox/waiting"):
                await load(token, path, 2, pid)  # warms up
                say("inbox", **await load(token, path, arguments.seconds, pid))
        await database.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--folder", default="")
    parser.add_argument("--serve", default="")
    given = parser.parse_args()
    if given.serve:
        serve(given.serve)
    else:
        asyncio.run(main(given))
