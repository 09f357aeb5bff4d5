"""Inbox: a page of 50 rows over HTTP with 200,000 conversations and 1,000,000 messages, 8 clients; and a conversation's page.

The limit of the same run: the page's one list query, on one connection, without anything around it.
"""

import asyncio
import contextlib
import time
from uuid import UUID

import uvloop

from bench.data import fill
from bench.ground import BIN, Ground, listens, open_ground, process, quantile, say
from oase.conversations import inbox_page, view_of
from oase.kernel.secrets import Secret
from oase.staff import SetUp, Visit, set_up

CONVERSATIONS, MESSAGES = 200_000, 1_000_000
CLIENTS, SECONDS = 8, 15.0
PORT = 18430


async def get(port: int, path: str, token: str, until: float, times: list[float]) -> None:
    """One browser: asks for the page again and again."""
    request = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: oase={token}\r\nAccept-Language: de\r\n\r\n".encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    with contextlib.closing(writer):
        while time.perf_counter() < until:
            began = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode("latin-1"))
            length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(length)
            times.append(time.perf_counter() - began)


async def drive(path: str, token: str) -> tuple[float, list[float]]:
    """So many pages per second, and each one's seconds."""
    warm: list[float] = []
    await get(PORT, path, token, time.perf_counter() + 1, warm)
    times: list[float] = []
    began = time.perf_counter()
    await asyncio.gather(*(get(PORT, path, token, began + SECONDS, times) for _ in range(CLIENTS)))
    return len(times) / (time.perf_counter() - began), times


async def limit(ground: Ground, workspace_id: UUID, me: UUID) -> float:
    """The list query alone."""
    count, began = 0, time.perf_counter()
    view = view_of("open")
    while time.perf_counter() - began < 3:
        async with ground.database.work(workspace_id) as work:
            await inbox_page(work, view, me)
        count += 1
    return count / (time.perf_counter() - began)


async def measure(ground: Ground, conversations: int = CONVERSATIONS, messages: int = MESSAGES) -> None:
    """Fills the database and asks for pages."""
    given = SetUp(workspace_name="Bench", name="Sophie Klein", email="sophie@example.com", password=Secret("Fahrrad-klingelt-42"))
    session = await set_up(ground.database, given, Visit())
    began = time.perf_counter()
    await fill(ground.database, session.workspace_id, conversations=conversations, messages=messages)
    async with ground.database.connection() as connection:
        await connection.execute("VACUUM ANALYZE")
    say("fill", conversations=str(conversations), messages=str(messages), seconds=time.perf_counter() - began)
    token = session.token.reveal()
    async with process([str(BIN / "oase"), "serve"], ground.environment(PORT)):
        await listens(PORT)
        for name, path in (("inbox", "/inbox/open"), ("inbox mine", "/inbox/mine")):
            rate, times = await drive(path, token)
            say(name, per_second=rate, p50_ms=quantile(times, 0.5) * 1e3, p99_ms=quantile(times, 0.99) * 1e3)
    say("list query", per_second=await limit(ground, session.workspace_id, session.agent_id))


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await measure(ground)


if __name__ == "__main__":
    uvloop.run(main())
