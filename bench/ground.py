"""The ground of the benches: a durable database of our own, an installation's processes beside it, and figures printed alike."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from oase.channels import create_account
from oase.kernel.collector import collect_seldom
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.postgres import EmbeddedPostgres
from oase.kernel.secrets import Safe, load_key
from oase.main.migrate import migrate

BIN = Path(sys.executable).parent
APP_SECRET = "sandbox-app-secret"
NUMBER_ID = "106540352242922"


@dataclass
class Ground:
    """A migrated database, durable as in production, with one workspace."""

    folder: Path
    dsn: str
    database: Database
    safe: Safe
    workspace_id: UUID

    async def whatsapp(self, base_url: str = "http://127.0.0.1:9/graph", number_id: str = NUMBER_ID) -> UUID:
        """A WhatsApp account whose provider lies at this address."""
        given = {
            "phone_number_id": number_id, "waba_id": "102290129340398", "access_token": "EAAsandbox",
            "app_secret": APP_SECRET, "verify_token": "sandbox-verify-token", "base_url": base_url,
        }  # fmt: skip
        async with self.database.work(self.workspace_id) as work:
            return await create_account(work, self.safe, "whatsapp", f"WhatsApp {number_id}", given)

    def environment(self, port: int) -> dict[str, str]:
        """The environment of a process of this installation."""
        return {
            **os.environ,
            "OASE_DATA_DIR": str(self.folder),
            "OASE_DATABASE_URL": self.dsn,
            "OASE_PORT": str(port),
            "OASE_DEMO": "0",
            "OASE_SANDBOX": "0",
            "OASE_LOG_LEVEL": "warning",
            "OASE_ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8",
        }


@contextlib.asynccontextmanager
async def open_folder() -> AsyncIterator[Path]:
    """A folder that goes with the bench (TMPDIR chooses the disk)."""
    with tempfile.TemporaryDirectory(prefix="oase-bench-") as name:
        yield Path(name)


@contextlib.asynccontextmanager
async def open_ground() -> AsyncIterator[Ground]:
    """Starts the database in a temporary folder (TMPDIR chooses the disk); this process is set as the program's are."""
    collect_seldom()
    with tempfile.TemporaryDirectory(prefix="oase-bench-") as name:
        folder = Path(name)
        async with EmbeddedPostgres(folder / "postgres") as server:
            await migrate(server.dsn())
            database = Database(server.dsn())
            await database.open()
            try:
                yield Ground(folder, server.dsn(), database, Safe(load_key(folder)), new_id())
            finally:
                await database.close()


@contextlib.asynccontextmanager
async def process(command: Sequence[str], environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that ends with the bench."""
    running = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        yield running
    finally:
        running.terminate()
        try:
            await asyncio.wait_for(running.wait(), 10)
        except TimeoutError:
            running.kill()
            await running.wait()


async def listens(port: int, seconds: float = 120) -> None:
    """Waits until something answers on a port."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()
            return
        except OSError:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which this share lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def say(bench: str, **figures: float | str) -> None:
    """One line for people, one for programs; with the machine's load, since figures of a busy machine say little."""
    figures |= {"load": os.getloadavg()[0]}
    shown = "  ".join(
        f"{name} {value:,.1f}" if isinstance(value, float) else f"{name} {value}" for name, value in figures.items()
    )
    print(f"{bench:<10} {shown}")
    print("#json " + json.dumps({"bench": bench, **figures}), flush=True)
