"""Accept: signed WhatsApp post -> durable -> 200. One server process, 64 connections.

The limit of the same run: bare ASGI on uvicorn that commits the same rows in groups and does nothing else.
"""

import asyncio
import sys
import time
from pathlib import Path

import uvloop

from bench.ground import BIN, Ground, listens, open_ground, process, quantile, say
from bench.whatsapp import request

REQUESTS = 30_000
CONNECTIONS = 64
PORT = 18620


class Client(asyncio.Protocol):
    """One connection that sends the next request as soon as the answer to the last is there."""

    def __init__(self, requests: "asyncio.Queue[bytes]", times: list[float], done: "asyncio.Future[None]") -> None:
        self._requests, self._times, self._done = requests, times, done
        self._sent = 0.0
        self._answer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        """An answer, or a piece of one: head and body may come apart."""
        self._answer += data
        head, end, rest = self._answer.partition(b"\r\n\r\n")
        if not end or len(rest) < int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._done.set_exception(RuntimeError(self._answer[:200].decode()))
            return
        self._answer = b""
        self._times.append(time.perf_counter() - self._sent)
        self._next()

    def _next(self) -> None:
        if self._requests.empty():
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._sent = time.perf_counter()
        self._transport.write(self._requests.get_nowait())  # type: ignore[attr-defined]


async def drive(port: int, path: str, count: int) -> tuple[float, list[float]]:
    """Sends so many requests; gives the rate per second and each one's seconds."""
    loop = asyncio.get_running_loop()
    requests: asyncio.Queue[bytes] = asyncio.Queue()
    for number in range(count):
        requests.put_nowait(request(path, number))
    times: list[float] = []
    ends = [loop.create_future() for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Client(requests, times, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return count / (time.perf_counter() - began), times


async def measure(ground: Ground, count: int = REQUESTS) -> None:
    """Both servers, one after the other."""
    account = await ground.whatsapp()
    async with process([str(BIN / "oase"), "serve"], ground.environment(PORT)):
        await listens(PORT)
        path = f"/hooks/whatsapp/{account}"
        await drive(PORT, path + "?warm", 500)
        async with ground.database.everywhere() as work:
            await work.run("DELETE FROM journal")
        rate, times = await drive(PORT, path, count)
    async with ground.database.everywhere() as work:
        stored = await work.value("SELECT count(*) FROM journal")
    bare = [sys.executable, str(Path(__file__).with_name("bare.py")), str(PORT + 1)]
    async with process(bare, ground.environment(PORT + 1)):
        await listens(PORT + 1)
        limit, _ = await drive(PORT + 1, "/", count)
    say("accept", per_second=rate, p50_ms=quantile(times, 0.5) * 1e3, p99_ms=quantile(times, 0.99) * 1e3,
        stored=str(stored), limit_per_second=limit, ratio=rate / limit)  # fmt: skip


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await measure(ground)


if __name__ == "__main__":
    uvloop.run(main())
