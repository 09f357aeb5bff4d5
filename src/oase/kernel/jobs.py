"""Jobs: work that may wait, kept in the database by procrastinate.

    actions --work.defer(task)--> job, in the same transaction --worker--> task(…)

Slices declare tasks on their own `Blueprint` in `jobs.py` and are added in `main/wiring.py`. Hot paths (intake, delivery) have
their own tables as queues and defer no jobs: the trigger behind a job notifies, and that takes one lock for all committers.
What a task needs (database, clock, outgoing HTTP) comes with its context: `context.additional_context["services"]`.
"""

from collections.abc import Mapping
from typing import Any

from procrastinate import App, Blueprint, PsycopgConnector

__all__ = ["Blueprint", "Jobs"]


class Jobs:
    """The application's jobs on one database."""

    def __init__(self, dsn: str, blueprints: Mapping[str, Blueprint], *, connections: int = 4) -> None:
        self._app = App(connector=PsycopgConnector(conninfo=dsn, min_size=1, max_size=connections))
        for namespace, blueprint in blueprints.items():
            self._app.add_tasks_from(blueprint, namespace=namespace)

    async def open(self) -> None:
        """Opens the pool; afterwards tasks can be deferred in a unit of work, too."""
        await self._app.open_async()

    async def close(self) -> None:
        """Closes the pool."""
        await self._app.close_async()

    async def work(self, context: Mapping[str, Any], *, concurrency: int = 4) -> None:
        """Works on jobs until cancelled; jobs under way are given five seconds to end."""
        await self._app.open_async()
        await self._app.run_worker_async(
            concurrency=concurrency,
            install_signal_handlers=False,
            shutdown_graceful_timeout=5,
            additional_context=dict(context),
            delete_jobs="successful",
        )
