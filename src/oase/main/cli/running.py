"""What every process of the command line begins with: its settings, the fastest loop there is, the signals that end it."""

import asyncio
import logging as stdlib
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any

from oase.kernel import logging
from oase.kernel.settings import Settings, load
from oase.main.demo_ports import with_demo_ports


def run_async(coroutine: Coroutine[Any, Any, None]) -> None:
    """Runs it to its end; Ctrl+C ends it quietly."""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):  # Windows has no uvloop
        import uvloop

        factory = uvloop.new_event_loop
    with suppress(KeyboardInterrupt), asyncio.Runner(loop_factory=factory) as runner:
        runner.run(coroutine)


def settings_of_process() -> Settings:
    """The settings of this environment and folder, with logging set up after them."""
    settings = with_demo_ports(load(os.environ, Path.cwd()))
    logging.set_up(form=settings.log_format, level=settings.log_level)
    for noisy in ("alembic", "psycopg.pool", "uvicorn", "procrastinate"):
        stdlib.getLogger(noisy).setLevel(stdlib.WARNING if noisy != "psycopg.pool" else stdlib.ERROR)
    return settings


def stop_event() -> asyncio.Event:
    """Set by SIGTERM and SIGINT; a second one ends at once."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(number: signal.Signals) -> None:
        if stop.is_set():
            os._exit(128 + number)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask, number)
    return stop
