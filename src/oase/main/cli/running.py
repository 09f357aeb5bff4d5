"""Runs a coroutine of the command line in the fastest loop there is."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any


def run_async(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs it to its end; Ctrl+C ends it quietly."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):  # Windows has no uvloop
        import uvloop

        factory = uvloop.new_event_loop
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=factory) as runner:
        runner.run(coroutine)
