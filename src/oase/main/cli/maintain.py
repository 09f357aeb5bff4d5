"""Looking after an installation: migrate, backup, restore, doctor."""

import os
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from oase.kernel.blobs import open_blobs
from oase.kernel.settings import Settings, load
from oase.main.cli.running import run_async
from oase.main.house import database_of

console = Console(stderr=True)


def migrate() -> None:
    """Bring the database to this version's schema. (`run`, `serve`, `work` and `connect` do so by themselves.)"""
    from oase.main.migrate import migrate as run_migrations

    settings = load(os.environ, Path.cwd())

    async def work() -> None:
        async with database_of(settings, "either") as dsn:
            changed = await run_migrations(settings.database_admin_url.reveal() or dsn)
            print("The database was brought up to date." if changed else "The database is up to date.")

    run_async(work())


def backup(target: Annotated[Path | None, Parameter(help="The file to write.")] = None) -> None:
    """Write everything (database, files, key) into one file, while Oase goes on working.

    The file holds the key that opens the secrets of your accounts: keep it as safe as those.
    """
    from oase.main.backup import write_backup

    settings = load(os.environ, Path.cwd())
    file = target or Path(f"oase-{datetime.now():%Y-%m-%d-%H%M}.backup")  # noqa: DTZ005 - the administrator's own clock

    async def work() -> None:
        with _bar() as bar:
            async with database_of(settings, "either") as dsn:
                size = await write_backup(dsn, open_blobs(settings), _key(settings), file, _report(bar))
        print(f"{file}: {size / 1_000_000:.1f} MB")

    run_async(work())


def restore(source: Path) -> None:
    """Put a backup into this installation, which must be empty (a new data folder, or a new database)."""
    from oase.main.backup import restore_backup

    settings = load(os.environ, Path.cwd())

    async def work() -> None:
        with _bar() as bar:
            async with database_of(settings, "either") as dsn:
                manifest = await restore_backup(dsn, open_blobs(settings), _key(settings), source, _report(bar))
        print(
            f"Restored the backup of {manifest['made_at'][:16]}: {sum(manifest['rows'].values())} rows, {manifest['files']} files."
        )

    run_async(work())


def measure(
    days: Annotated[int, Parameter(help="Of conversations that moved in so many days; 0 for all there are.")] = 0,
) -> None:
    """Measure anew how long customers waited for answers, from the conversations that are kept. What is measured already stays right.

    A worker does so by itself with everything that happens; this is for the past, such as conversations that were imported.
    """
    from oase.desk.hours import Timetables
    from oase.insights import measure_workspace
    from oase.kernel.db import Database
    from oase.staff import list_workspaces

    async def work() -> None:
        async with database_of(load(os.environ, Path.cwd()), "either") as dsn:
            database, timetables = Database(dsn, connections=2), Timetables()
            await database.open()
            try:
                since = database.clock.now() - timedelta(days=days) if days else None
                for workspace in await list_workspaces(database):
                    count = await measure_workspace(database, workspace.id, timetables, since)
                    print(f"{workspace.name}: {count} conversations measured.")
            finally:
                await database.close()

    run_async(work())


def doctor() -> None:
    """Look for what is wrong, and say what to do about it. Ends with 1 if something needs attention."""
    from oase.main.doctor import examine

    settings = load(os.environ, Path.cwd())
    marks = {"good": "[green]✓[/]", "hint": "[yellow]![/]", "bad": "[red]✗[/]"}
    worst = "good"

    async def work() -> None:
        nonlocal worst
        async for finding in examine(settings):
            console.print(f"{marks[finding.state]} {finding.what}")
            if finding.remedy:
                console.print(f"    {finding.remedy}")
            worst = "bad" if "bad" in (worst, finding.state) else worst

    run_async(work())
    sys.exit(1 if worst == "bad" else 0)


def _key(settings: Settings) -> Path:
    return settings.data_dir / "secret.key"


def _bar() -> Progress:
    return Progress(TextColumn("{task.description:<8}"), BarColumn(), TextColumn("{task.completed}/{task.total}"),
                    TimeElapsedColumn(), console=console, transient=True)  # fmt: skip


class _report:
    """Moves one bar per kind of work."""

    def __init__(self, bar: Progress) -> None:
        self._bar = bar
        self._tasks: dict[str, object] = {}

    def __call__(self, what: str, done: int, of: int) -> None:
        task = self._tasks.get(what)
        if task is None:
            task = self._tasks[what] = self._bar.add_task(what, total=of)
        self._bar.update(task, completed=done + 1, total=of)  # type: ignore[arg-type]
