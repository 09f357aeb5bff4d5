"""Response times in public under a news-site's load: page, JSON and badge of a company, packed, one process on one core.

The limit of the same run: a bare ASGI application on uvicorn that sends as many bytes with as many headers and does nothing else.
"""

import asyncio
import os
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

import uvloop

from bench.ground import BIN, Ground, listens, open_ground, process, quantile, say
from oase.insights import Choice, choose
from oase.kernel.clock import SystemClock
from oase.staff import found_workspace

REQUESTS: Final = 20_000
CONNECTIONS: Final = 64
PORT: Final = 18660
CASES: Final = 20_000
SLUG: Final = "lindgruen"
PATHS: Final = {"page": f"/response-times/{SLUG}?lang=de", "json": f"/response-times/{SLUG}/figures.json",
                "badge": f"/response-times/{SLUG}/badge.svg?lang=de"}  # fmt: skip


class Reader(asyncio.Protocol):
    """One connection that asks again as soon as it has read an answer."""

    def __init__(self, asked: bytes, left: list[int], times: list[float], sizes: set[int], done: "asyncio.Future[None]") -> None:
        self._asked, self._left, self._times, self._sizes, self._done = asked, left, times, sizes, done
        self._answer, self._length, self._sent = b"", 0, 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begins."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """An answer, or a piece of one."""
        self._answer += data
        if not self._length:
            head, end, _ = self._answer.partition(b"\r\n\r\n")
            if not end:
                return
            if not head.startswith(b"HTTP/1.1 200"):
                self._done.set_exception(RuntimeError(head[:300].decode()))
                return
            self._length = len(head) + 4 + int(head.lower().partition(b"content-length: ")[2].partition(b"\r")[0])
        if len(self._answer) >= self._length:
            self._times.append(time.perf_counter() - self._sent)
            self._sizes.add(self._length)
            self._ask()

    def _ask(self) -> None:
        if self._left[0] <= 0:
            self._transport.close()
            if not self._done.done():
                self._done.set_result(None)
            return
        self._left[0] -= 1
        self._answer, self._length, self._sent = b"", 0, time.perf_counter()
        self._transport.write(self._asked)  # type: ignore[attr-defined]


async def drive(port: int, path: str, count: int) -> tuple[float, list[float], int]:
    """Asks so often; gives answers per second, each one's seconds, and the bytes of one with its head."""
    asked = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nAccept-Language: de\r\n\r\n".encode()
    loop, left, times, sizes = asyncio.get_running_loop(), [count], [], set()  # type: ignore[var-annotated]
    ends = [loop.create_future() for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for end in ends:
        await loop.create_connection(lambda end=end: Reader(asked, left, times, sizes, end), "127.0.0.1", port)  # type: ignore[misc]
    await asyncio.gather(*ends)
    return count / (time.perf_counter() - began), times, max(sizes)


async def fill(ground: Ground) -> None:
    """A company with four weeks of cases on three channels."""
    async with ground.database.work(ground.workspace_id) as work:
        await found_workspace(work, name="Lindgrün Räder", language="de", slug=SLUG)
        await choose(
            work, Choice(on=True, channels=("webchat", "whatsapp", "email"), front=True), ("webchat", "whatsapp", "email")
        )
        await work.run(
            "INSERT INTO wait (workspace_id, id, conversation_id, channel, public, kind, asked_at, due_at, ended_at, outcome,"
            " working_seconds) SELECT %(workspace_id)s, gen_random_uuid(), gen_random_uuid(), (ARRAY['webchat', 'whatsapp',"
            " 'email'])[1 + n %% 3], false, 'first', a.at, a.at + interval '15 minutes', a.at + make_interval(secs => n %% 1200),"
            " 'answered', n %% 1200 FROM generate_series(1, %(count)s) AS n,"
            " LATERAL (SELECT %(now)s - n * %(span)s / %(count)s AS at) AS a",
            {"count": CASES, "now": SystemClock().now() - timedelta(minutes=30), "span": timedelta(days=27)},
        )
        await work.run("ANALYZE wait")


def worked(pid: int) -> float:
    """How many seconds of a core a process has had (Linux): what it can do on a core of its own, however busy this machine is."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def measure(ground: Ground, count: int = REQUESTS) -> None:
    """Each form, and beside it the bare application with as many bytes. Both servers run on the first core."""
    await fill(ground)
    pinned = ["taskset", "-c", "0"] if (os.cpu_count() or 1) > 1 else []
    async with process([*pinned, str(BIN / "oase"), "serve"], ground.environment(PORT)) as serving:
        await listens(PORT)
        found = {}
        for name, path in PATHS.items():
            await drive(PORT, path, 500)
            before = worked(serving.pid)
            found[name] = (*await drive(PORT, path, count), count / (worked(serving.pid) - before))
    bare = [*pinned, sys.executable, str(Path(__file__).with_name("bare_get.py")), str(PORT + 1)]
    async with process(bare, ground.environment(PORT + 1)):
        await listens(PORT + 1)
        for name, (rate, times, size, on_a_core) in found.items():
            await drive(PORT + 1, f"/{size}", 500)
            limit, _, _ = await drive(PORT + 1, f"/{size}", count)
            say(f"times {name}", per_second=rate, per_core_second=on_a_core, p50_ms=quantile(times, 0.5) * 1e3,
                p99_ms=quantile(times, 0.99) * 1e3, bytes=str(size), limit_per_second=limit, ratio=rate / limit)  # fmt: skip


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await measure(ground)


if __name__ == "__main__":
    uvloop.run(main())
