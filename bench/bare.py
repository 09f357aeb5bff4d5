"""The limit for `accept`: a bare ASGI application that commits request bodies in groups, without anything else."""

import asyncio
import os
import sys
from collections import deque
from typing import Any

import psycopg
import uvicorn

waiting: deque[tuple[bytes, asyncio.Future[None]]] = deque()
busy = 0


async def flush(connection: psycopg.AsyncConnection[Any]) -> None:
    """Commits whatever waits, until nothing does."""
    global busy  # noqa: PLW0603
    while waiting:
        batch = [waiting.popleft() for _ in range(min(200, len(waiting)))]
        await connection.execute("INSERT INTO bare (body) SELECT unnest(%s::bytea[])", [[body for body, _ in batch]])
        for _, done in batch:
            done.set_result(None)
    busy -= 1
    idle.append(connection)


idle: list[psycopg.AsyncConnection[Any]] = []
tasks: set[asyncio.Task[None]] = set()


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Takes a body, answers when it is durable."""
    global busy  # noqa: PLW0603
    if scope["type"] == "lifespan":
        await receive()
        for _ in range(2):
            idle.append(await psycopg.AsyncConnection.connect(os.environ["OASE_DATABASE_URL"], autocommit=True))
        await idle[0].execute("CREATE TABLE IF NOT EXISTS bare (id bigserial PRIMARY KEY, body bytea)")
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    message = await receive()
    done = asyncio.get_running_loop().create_future()
    waiting.append((message["body"], done))
    if busy < 2:
        busy += 1
        task = asyncio.create_task(flush(idle.pop()))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    await done
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
    await send({"type": "http.response.body", "body": b"ok"})


if __name__ == "__main__":
    uvicorn.run(application, host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
