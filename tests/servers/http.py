"""An application behind a real HTTP server on this machine, for as long as a test needs it."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvicorn


@asynccontextmanager
async def listening(
    app: Any, listener: socket.socket, *, at_end: Callable[[], None], lifespan: str = "off", **config: Any
) -> AsyncIterator[None]:
    """Serves what comes to `listener`; `at_end` ends the streams, which would hold the server up. `config` is uvicorn's."""
    server = uvicorn.Server(uvicorn.Config(app, lifespan=lifespan, timeout_graceful_shutdown=1, **config))  # type: ignore[arg-type]
    task = asyncio.create_task(server.serve(sockets=[listener]))
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        at_end()
        server.should_exit = True
        with suppress(asyncio.CancelledError):
            await task
