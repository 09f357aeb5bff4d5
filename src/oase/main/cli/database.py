"""Our own PostgreSQL as a process of its own. It imports nothing of the house: whatever waits for the database waits for this."""

import structlog

from oase.kernel.postgres import EmbeddedPostgres
from oase.main.cli.running import run_async, settings_of_process, stop_event

log = structlog.get_logger()


def database() -> None:
    """Start our own PostgreSQL only, for `serve`, `work` and `connect` beside it."""
    settings = settings_of_process()

    async def hold() -> None:
        stop = stop_event()
        async with EmbeddedPostgres(settings.data_dir / "postgres", binaries=settings.postgres_binaries) as server:
            log.info("database.ready", dsn=server.dsn())
            await stop.wait()

    run_async(hold())
