"""Live: commit -> event in a stream's client at 500 messages a second; then 10,000 open streams of one server process.

The limit of the same run: a raw asyncio server that writes the same event to as many open sockets.
Set `ulimit -n` above 10,100 for the whole bench.
"""

import asyncio
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from bench.ground import BIN, Ground, listens, open_ground, process, quantile, say
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.staff import NewSession, SetUp, set_up
from oase.staff.types import Visit

STREAMS = int(os.environ.get("BENCH_STREAMS", "10000"))
RATE, SECONDS = 500, 10
PORT = 18610
_EVENT = b'id: 123-456\nevent: conversation\ndata: {"key":"01a201bf-0cf9-7750-ab54-f66440be6a85","what":"received","n":-1}\n\n'


class Reader(asyncio.Protocol):
    """One open stream: notes when what was waited for came."""

    def __init__(self, request: bytes, opened: asyncio.Semaphore, seen: dict[int, float] | None) -> None:
        self._request, self._opened, self._seen = request, opened, seen
        self._hello = False
        self._rest = b""
        self.at = 0.0

    def connection_made(self, transport: Any) -> None:
        """Asks for the stream."""
        self.transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """A piece; small events come whole."""
        now = time.perf_counter()
        if not self._hello and (b"event: hello" in data or b"ready" in data):
            self._hello = True
            self._opened.release()
        if b'"n":-1' in data:
            self.at = now
        elif self._seen is not None:
            *whole, self._rest = (self._rest + data).split(b"\n\n")
            for piece in whole:
                if b'"n":' in piece:
                    self._seen[json.loads(piece.rpartition(b"data: ")[2])["n"]] = now


async def _open(port: int, request: bytes, count: int) -> list[Reader]:
    loop, opened, readers = asyncio.get_running_loop(), asyncio.Semaphore(0), []
    for number in range(count):
        _, reader = await loop.create_connection(lambda: Reader(request, opened, None), "127.0.0.1", port)
        readers.append(reader)
        if number % 100 == 99:
            async with asyncio.timeout(60):
                for _ in range(100):
                    await opened.acquire()
    return readers


async def _all(readers: list[Reader], began: float) -> list[float]:
    async with asyncio.timeout(60):
        while any(not reader.at for reader in readers):  # noqa: ASYNC110 - one look at thousands
            await asyncio.sleep(0.01)
    for reader in readers:
        reader.transport.close()
    return [reader.at - began for reader in readers]


def _kilobytes(pid: int) -> float:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith("Pss:"))


async def _steady(ground: Ground, request: bytes) -> None:
    """One client; transactions with one event each, at a steady rate."""
    seen: dict[int, float] = {}
    sent: dict[int, float] = {}
    opened = asyncio.Semaphore(0)
    _, reader = await asyncio.get_running_loop().create_connection(lambda: Reader(request, opened, seen), "127.0.0.1", PORT)
    await opened.acquire()

    async def commit(number: int) -> None:
        async with ground.database.work(ground.workspace_id) as work:
            work.emit("conversation", new_id(), {"what": "received", "n": number})
        sent[number] = time.perf_counter()

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number in range(RATE * SECONDS):
            if (wait := began + number / RATE - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            group.create_task(commit(number))
    rate = len(sent) / (time.perf_counter() - began)
    async with asyncio.timeout(30):
        while len(seen) < len(sent):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    reader.transport.close()
    delays = [max(0.0, seen[number] - sent[number]) for number in sent]
    say("live", per_second=rate, p50_ms=quantile(delays, 0.5) * 1e3, p99_ms=quantile(delays, 0.99) * 1e3,
        reach="p50 20 ms, p99 60 ms", missed=str(len(sent) - len(seen)))  # fmt: skip


async def measure(ground: Ground) -> None:
    """The steady rate, the many streams, the limit."""
    given = SetUp(
        workspace_name="Radhaus", name="Ayşe", email="a@example.com", password=Secret("Ein ruhiger Satz 2026"), language="de"
    )
    session = await set_up(ground.database, given, Visit(address="127.0.0.1", user_agent="bench"))
    assert isinstance(session, NewSession)
    ground.workspace_id = session.workspace_id
    request = f"GET /live HTTP/1.1\r\nHost: a\r\nCookie: oase={session.token.reveal()}\r\n\r\n".encode()
    async with process([str(BIN / "oase"), "serve"], ground.environment(PORT)) as server:
        await listens(PORT)
        await _steady(ground, request)
        before = _kilobytes(server.pid)
        readers = await _open(PORT, request, STREAMS)
        used = (_kilobytes(server.pid) - before) / STREAMS
        async with ground.database.work(ground.workspace_id) as work:
            work.emit("conversation", new_id(), {"what": "received", "n": -1})
        delays = await _all(readers, time.perf_counter())
    async with process([sys.executable, "-m", "bench.live", "raw"], {**os.environ}):
        await listens(PORT + 1)
        raw = await _open(PORT + 1, b"open\n", STREAMS)
        _, writer = await asyncio.open_connection("127.0.0.1", PORT + 1)
        writer.write(b"now\n")
        limit = max(await _all(raw, time.perf_counter()))
        writer.close()
    say("streams", open=str(STREAMS), all_ms=max(delays) * 1e3, p50_ms=quantile(delays, 0.5) * 1e3, kb_each=used,
        reach="300 ms, 40 kB", limit_ms=limit * 1e3, ratio=limit / max(delays))  # fmt: skip


class Raw(asyncio.Protocol):
    """The limit: keeps its sockets and writes one event to all of them when it is asked to."""

    sockets: list[Any] = []  # noqa: RUF012 - of all connections

    def connection_made(self, transport: Any) -> None:
        """A socket."""
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A stream is opened, or the event is due."""
        if data.startswith(b"now"):
            for transport in Raw.sockets:
                transport.write(_EVENT)
        else:
            Raw.sockets.append(self._transport)
            self._transport.write(b"ready")


async def serve_raw() -> None:
    """Runs the limit's server."""
    server = await asyncio.get_running_loop().create_server(Raw, "127.0.0.1", PORT + 1, backlog=2048)
    await server.serve_forever()


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await measure(ground)


if __name__ == "__main__":
    uvloop.run(serve_raw() if "raw" in sys.argv[1:] else main())
