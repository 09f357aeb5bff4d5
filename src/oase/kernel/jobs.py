"""Jobs: work that may wait, kept in the database by procrastinate.

    actions --work.defer(task)--> job, in the same transaction --worker--> task(…)

Slices declare tasks on their own `Blueprint` in `jobs.py` and are added in `main/wiring.py`. Hot paths (intake, delivery) have
their own tables as queues and defer no jobs: the trigger behind a job notifies, and that takes one lock for all committers.
What a task needs (database, clock, outgoing HTTP) comes with its context: `context.additional_context["services"]`.
"""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import structlog
from procrastinate import App, Blueprint, PsycopgConnector
from procrastinate.exceptions import ConnectorException

from oase.kernel.waiting import raise_if_cancelled

__all__ = ["Blueprint", "Jobs"]

_PAUSE_SECONDS: Final = 1.0  # before work begins again after the database was gone
_PATIENCE_SECONDS: Final = 3.0  # for a connection; a worker that is to end says good-bye to the database first
log = structlog.get_logger()


class Jobs:
    """The application's jobs on one database."""

    def __init__(self, dsn: str, blueprints: Mapping[str, Blueprint], *, connections: int = 4) -> None:
        self._app = App(connector=PsycopgConnector(conninfo=dsn, min_size=1, max_size=connections, timeout=_PATIENCE_SECONDS))
        for namespace, blueprint in blueprints.items():
            _take_back_names(blueprint, namespace)
            self._app.add_tasks_from(blueprint, namespace=namespace)

    async def open(self) -> None:
        """Opens the pool; afterwards tasks can be deferred in a unit of work, too."""
        await self._app.open_async()

    async def close(self) -> None:
        """Closes the pool."""
        await self._app.close_async()

    async def work(self, context: Mapping[str, Any], *, concurrency: int = 4) -> None:
        """Works on jobs until cancelled, through any restart of the database; jobs under way are given five seconds to end."""
        await self._app.open_async()
        while True:
            try:
                await self._app.run_worker_async(
                    concurrency=concurrency,
                    install_signal_handlers=False,
                    shutdown_graceful_timeout=5,
                    additional_context=dict(context),
                    delete_jobs="successful",
                )
            except ConnectorException as error:  # procrastinate's worker ends with its first statement that fails
                raise_if_cancelled()
                log.warning("jobs.interrupted", error=str(error.__cause__ or error).splitlines()[0])
                await asyncio.sleep(_PAUSE_SECONDS)


def _take_back_names(blueprint: Blueprint, namespace: str) -> None:
    """A further application in the same process: what the one before put in front of the names would stand there twice."""
    blueprint.tasks = {name.removeprefix(f"{namespace}:"): task for name, task in blueprint.tasks.items()}
    for task in set(blueprint.tasks.values()):
        task.name = task.name.removeprefix(f"{namespace}:")
