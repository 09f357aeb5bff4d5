"""`oase journal`: what the outside world delivered, and what became of it."""

import os
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

from cyclopts import App, Parameter
from rich.console import Console

from oase.kernel.blobs import open_blobs
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.settings import load
from oase.main.cli.running import run_async
from oase.main.house import database_of

app = App(name="journal", help="What the outside world delivered, and what became of it.")
console = Console()


@app.command(name="list")
def listing(
    state: Annotated[str, Parameter(help="new, pointed, done, partial, quarantined, or trouble (the last two)")] = "",
    limit: int = 50,
) -> None:
    """List deliveries, the newest first."""
    from oase.conversations import journal_listing

    async def work() -> None:
        print(f"{'received (UTC)':<19}  {'id':<36}  {'channel':<10}  {'state':<11}  {'items':>5}  {'bytes':>9}  why")
        async with database_of(load(os.environ, Path.cwd()), "either") as dsn:
            database = Database(dsn, connections=2)
            await database.open()
            for workspace_id in await _workspaces(database):
                async with database.work(workspace_id) as unit:
                    for row in await journal_listing(unit, state=state, limit=limit):
                        when = f"{row.received_at:%Y-%m-%d %H:%M:%S}"
                        facts = f"{row.channel:<10}  {row.state:<11}  {row.items:>5}  {row.size_bytes:>9}  {row.why}"
                        print(f"{when}  {row.id}  {facts.rstrip()}")
            await database.close()

    run_async(work())


@app.command
def show(delivery: UUID, *, raw: bool = False) -> None:
    """Show one delivery with its raw bytes. With --raw only the bytes, for a file or a pipe."""
    from oase.conversations import journal_entry, quarantined_items

    settings = load(os.environ, Path.cwd())

    async def work() -> None:
        async with database_of(settings, "either") as dsn:
            async with _unit(dsn, delivery) as unit:
                row = await journal_entry(unit, delivery)
                items = await quarantined_items(unit, delivery)
            assert row is not None  # noqa: S101 - _unit found it
            body = await open_blobs(settings).get(row.blob_key) if row.blob_key else row.body or b""
        if raw:
            os.write(1, body)
            return
        console.print(f"{row.received_at:%Y-%m-%d %H:%M:%S} UTC  {row.channel}  {row.state}  {row.why}")
        for item in items:
            console.print(f"  put aside: {item['place']}: {item['why']}", markup=False)
        console.print(dict(row.headers))
        console.print(body.decode("utf-8", "backslashreplace"), markup=False, highlight=False)

    run_async(work())


@app.command
def replay(*deliveries: UUID) -> None:
    """Take deliveries in once more, after a mend. What is in its place already is recognised and not doubled."""
    from oase.conversations import journal_replay

    async def work() -> None:
        async with database_of(load(os.environ, Path.cwd()), "either") as dsn:
            count = 0
            for delivery in deliveries:
                async with _unit(dsn, delivery) as unit:
                    count += await journal_replay(unit, [delivery])
                    account_id = await unit.value("SELECT account_id FROM journal WHERE id = %(id)s", {"id": delivery})
                    unit.emit("journal", account_id)
                    unit.audit("journal.replayed", subject="journal", subject_id=delivery)
        print(f"{count} put back; a running worker takes them in at once.")

    run_async(work())


class _unit:
    """A unit of work in the workspace that a delivery belongs to."""

    def __init__(self, dsn: str, delivery: UUID) -> None:
        self._database = Database(dsn, connections=2)
        self._delivery = delivery
        self._context: Any = None

    async def __aenter__(self) -> UnitOfWork:
        await self._database.open()
        async with self._database.everywhere() as work:
            workspace_id = await work.value("SELECT workspace_id FROM journal WHERE id = %(id)s", {"id": self._delivery})
        if workspace_id is None:
            await self._database.close()
            raise NotFound(f"There is no delivery {self._delivery} in the journal.")
        self._context = self._database.work(workspace_id)
        unit: UnitOfWork = await self._context.__aenter__()
        return unit

    async def __aexit__(self, *error: Any) -> None:
        await self._context.__aexit__(*error)
        await self._database.close()


async def _workspaces(database: Database) -> list[UUID]:
    from oase.staff import list_workspaces

    return [one.id for one in await list_workspaces(database)]
