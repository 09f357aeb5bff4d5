"""Web chat: a visitor's signed message -> durable -> 202, 16 connections; and 10,000 open streams in the same server process.

sessions are minted with the account's secret, as `hello` would; 500 visitors, so that nobody's own limit is reached
"""

import asyncio
import base64
import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

import uvloop

from bench.ground import BIN, Ground, listens, open_ground, process, quantile, say
from oase.channels import create_account
from oase.channels.families.visitor import Session, live_key, session_key, sign
from oase.kernel.secrets import Secret

PORT: Final = 18430
CONNECTIONS: Final = 16
MESSAGES: Final = 20_000
VISITORS: Final = 500
STREAMS: Final = 10_000
_SECRET: Final = "bench-session-secret"
_UNTIL: Final = 4_000_000_000


@dataclass
class Visitor:
    """A session with its key."""

    session: Session
    key: str

    @classmethod
    def number(cls, number: int) -> "Visitor":
        """The visitor with this number."""
        name = "v" + base64.urlsafe_b64encode(number.to_bytes(16)).rstrip(b"=").decode()
        session = Session(visitor=name, until=_UNTIL)
        return cls(session, session_key(Secret(_SECRET), session))

    def query(self, purpose: str, content: bytes, **more: str) -> str:
        """The signed query of a request."""
        signature = sign(self.key, purpose, content)
        return urlencode({"v": self.session.visitor, "u": str(_UNTIL), "w": "", **more, "s": signature})


def post(account: UUID, visitor: Visitor, number: int) -> bytes:
    """One message as the browser sends it."""
    body = (
        f'{{"type":"message","id":"{number:032x}","text":"Guten Tag, passt das Rad Nummer {number} für 1,92 m? 🚲","files":[],'
        '"page":{"url":"https://www.example.com/raeder","title":"Räder","referrer":""},"lang":"de","waited":0.01}'
    ).encode()
    head = (
        f"POST /widget/{account}/deliver?{visitor.query('deliver', body)} HTTP/1.1\r\nhost: desk.example\r\n"
        f"origin: https://www.example.com\r\ncontent-type: text/plain;charset=UTF-8\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def _client(port: int, requests: list[bytes], times: list[float]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for request in requests:
        began = time.perf_counter()
        writer.write(request)
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 202"):
            raise RuntimeError(head.decode())
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        await reader.readexactly(length)
        times.append(time.perf_counter() - began)
    writer.close()


async def measure_messages(account: UUID, what: str, count: int) -> None:
    """Messages of many visitors over few connections."""
    visitors = [Visitor.number(number) for number in range(VISITORS)]
    requests = [post(account, visitors[number % VISITORS], number) for number in range(count)]
    times: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(_client(PORT, requests[index::CONNECTIONS], times) for index in range(CONNECTIONS)))
    rate = count / (time.perf_counter() - began)
    say("web chat", what=what, per_second=rate, p50_ms=quantile(times, 0.5) * 1e3, p99_ms=quantile(times, 0.99) * 1e3)


class Reader(asyncio.Protocol):
    """One open stream; notes when each piece came."""

    def __init__(self, request: bytes, opened: asyncio.Semaphore) -> None:
        self._request, self._opened = request, opened
        self.seen = 0
        self.at = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the stream."""
        self.transport = transport
        transport.write(self._request)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """A piece."""
        if b'"sync"' in data:
            self._opened.release()
        if b'"typing"' in data:
            self.seen += 1
            self.at = time.perf_counter()


async def measure_streams(ground: Ground, account: UUID, pid: int, count: int = STREAMS) -> None:
    """Opens streams of as many visitors, then tells each of them something in one transaction."""
    before, opened, readers = memory_kb(pid), asyncio.Semaphore(0), []
    loop, now = asyncio.get_running_loop(), str(int(time.time() * 1000))
    for number in range(count):
        visitor = Visitor.number(number)
        path = f"/widget/{account}/stream?{visitor.query('stream', now.encode(), t=now)}"
        request = f"GET {path} HTTP/1.1\r\nhost: desk.example\r\n\r\n".encode()
        _, reader = await loop.create_connection(lambda request=request: Reader(request, opened), "127.0.0.1", PORT)  # type: ignore[misc]
        readers.append(reader)
        if number % 100 == 99:
            for _ in range(100):
                await opened.acquire()
    await asyncio.sleep(1)
    used = (memory_kb(pid) - before) / count
    async with ground.database.work(ground.workspace_id) as work:
        for number in range(count):
            key = live_key(str(account), Visitor.number(number).session.visitor)
            work.emit("visitor", key, {"typing": {"on": True, "name": "Änne Köhler"}})
    committed = time.perf_counter()
    async with asyncio.timeout(30):
        while any(not reader.seen for reader in readers):  # noqa: ASYNC110 - thousands of streams, one look at all of them
            await asyncio.sleep(0.01)
    delays = [reader.at - committed for reader in readers]
    spread = {"first_ms": min(delays) * 1e3, "p50_ms": quantile(delays, 0.5) * 1e3, "last_ms": max(delays) * 1e3}
    say("streams", open=str(count), kb_each=used, **spread)
    for reader in readers:
        reader.transport.close()


def memory_kb(pid: int) -> float:
    """The process's own memory (PSS), in kB."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1])
    return 0.0


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        given = {"company": "Radhaus Beispiel", "session_secret": _SECRET, "identity_secret": "x"}
        async with ground.database.work(ground.workspace_id) as work:
            account = await create_account(work, ground.safe, "webchat", "Shop", given)
        async with process([str(BIN / "oase"), "serve"], ground.environment(PORT)) as server:
            await listens(PORT)
            await measure_messages(account, "first messages", VISITORS)
            await asyncio.sleep(5)
            await measure_messages(account, "into open conversations", int(os.environ.get("BENCH_MESSAGES", MESSAGES)))
            await measure_streams(ground, account, server.pid, int(os.environ.get("BENCH_STREAMS", STREAMS)))


if __name__ == "__main__":
    uvloop.run(main())
