"""How fast the search is: `python -m bench.search [--conversations 200000] [--messages 1000000] [--clients 4]`.

Durable settings, in the folder given by TMPDIR. Reaches for: p95 < 50 ms at 200,000 conversations and 1,000,000 messages, < 15 ms at
10,000 conversations. The limit beside it, measured in the same run: reading the newest 25 conversations by their index alone.
"""

import argparse
import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

import structlog
import uvloop

from bench.data import fill
from bench.ground import open_ground, quantile, say
from oase.conversations import Indexer, list_conversations, parse_query, search
from oase.conversations.queries import ConversationFilter
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks

RARE = ("rezeptur", "Mülladresse", "kunde4711@example.com", "104233", "+49 15228 000121", "zoë o’brien", "k-481", "xyzzy")
COMMON = ("rechnung", "müller", "guten tag", "order", "freundliche grüße", "paket", "ver", "rech")
MIXED = (
    "rechnung is:open", "espresso refund", "jürgen öztürk", '"freundlichen grüßen"', "garantieanleitung", "from:müller paket ",
    "is:open channel:whatsapp", "guten -paket ", "rechnung before:2026-01-01", "tag:vip", "kaffeepumpe undicht ", "subject:rechnung ",
)  # fmt: skip
ROUNDS = 12


async def timed(database: Database, workspace_id: UUID, act: Callable[[UnitOfWork], Awaitable[object]]) -> float:
    began = time.perf_counter()
    async with database.work(workspace_id) as work:
        await act(work)
    return (time.perf_counter() - began) * 1000


def show(among: int, what: str, times: Sequence[float], reach_ms: float = 0) -> None:
    goal = {"reach_p95_ms": reach_ms} if reach_ms else {}
    say("search", among=among, what=what, p50_ms=quantile(times, 0.5), p95_ms=quantile(times, 0.95), worst_ms=max(times), **goal)


async def measure(database: Database, workspace_id: UUID, words: Sequence[str]) -> list[float]:
    times = []
    for turn in range(ROUNDS + 1):
        for text in words:
            query = parse_query(text)
            taken = await timed(database, workspace_id, lambda work, query=query: search(work, query))
            times += [taken] if turn else []
    return times


async def at_once(database: Database, workspace_id: UUID, among: int, clients: int) -> None:
    began = time.perf_counter()
    times = await asyncio.gather(*(measure(database, workspace_id, (*COMMON, *RARE)) for _ in range(clients)))
    total = sum(map(len, times)) + clients * len((*COMMON, *RARE))
    show(among, f"{clients} clients, rare and common words", [one for each in times for one in each])
    say("search", among=among, what="at once", per_second=total / (time.perf_counter() - began))


async def index(database: Database) -> None:
    indexer = Indexer(database, LiveHub(database), Locks(database.dsn))
    began = time.perf_counter()
    await indexer.sweep()
    taken = time.perf_counter() - began
    async with database.connection() as connection:
        await connection.execute(b"VACUUM (ANALYZE) search_entry")
        await connection.execute(b"VACUUM (ANALYZE) person_entry")
        row = await (
            await connection.execute(b"SELECT count(*), pg_total_relation_size('search_entry') FROM search_entry")
        ).fetchone()
    assert row is not None
    print(
        f"{'written by the indexer':52} {row[0] / taken:7.0f} messages/s   {row[1] / row[0]:.0f} bytes a message, indexes included"
    )


async def run(database: Database, conversations: int, messages: int, clients: int, limit: float) -> None:
    workspace_id = new_id()
    print(f"\n{conversations} conversations, {messages} messages")
    await fill(database, workspace_id, conversations=conversations, messages=messages)
    await index(database)
    newest = [
        await timed(database, workspace_id, lambda work: list_conversations(work, ConversationFilter(), limit=25))
        for _ in range(60)
    ]
    show(conversations, "limit: the newest 25 conversations", newest[10:])
    show(conversations, "rare words", await measure(database, workspace_id, RARE), limit)
    show(conversations, "common words", await measure(database, workspace_id, COMMON), limit)
    show(conversations, "several words, phrases, filters", await measure(database, workspace_id, MIXED))
    await at_once(database, workspace_id, conversations, clients)


async def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=200_000)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--only-large", action="store_true")
    arguments = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    async with open_ground() as ground:
        if not arguments.only_large:
            await run(ground.database, 10_000, 50_000, arguments.clients, 15.0)
        await run(ground.database, arguments.conversations, arguments.messages, arguments.clients, 50.0)


if __name__ == "__main__":
    uvloop.run(main())
