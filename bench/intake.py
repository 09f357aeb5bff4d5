"""Take in: journal -> message in its conversation. One worker, WhatsApp texts of 5,000 senders.

The limit of the same run: the same number of rows inserted in batches of 100, one commit each, with one statement.
"""

import asyncio
import time
from uuid import UUID

import uvloop

from bench.ground import Ground, open_ground, say
from bench.whatsapp import body
from oase.channels import AccountBook
from oase.channels.contract import Raw
from oase.conversations import IntakeWorker, Journal
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SystemClock
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks

MESSAGES = 20_000


async def fill(ground: Ground, count: int) -> None:
    """Warms up with a tenth (after which the database knows its tables, as it does after its first minute), then measures."""
    account = await ground.whatsapp()
    worker = IntakeWorker(
        ground.database,
        AccountBook(ground.database, ground.safe, "https://support.example.com"),
        in_memory(),
        LiveHub(ground.database),
        Locks(ground.dsn),
    )
    await _arrive(ground, account, 0, count // 10)
    await _drain(worker, ground, account)
    async with ground.database.connection() as connection:
        await connection.execute("ANALYZE")
    await _arrive(ground, account, count // 10, count + count // 10)
    rate = count / await _drain(worker, ground, account)
    async with ground.database.everywhere() as work:
        stored = await work.value("SELECT count(*) FROM message")
    limit = await _limit(ground, count)
    say("take in", per_second=rate, stored=str(stored), limit_per_second=limit, ratio=rate / limit)


async def _arrive(ground: Ground, account: UUID, first: int, end: int) -> None:
    """Puts deliveries into the journal, as the server does."""
    journal = Journal(ground.database, in_memory())
    now = SystemClock().now()
    headers = {"content-type": "application/json"}
    for start in range(first, end, 1000):
        raws = [Raw(body=body(n), headers=headers, received_at=now) for n in range(start, min(start + 1000, end))]
        await asyncio.gather(*(journal.accept(ground.workspace_id, account, "whatsapp", raw) for raw in raws))


async def _drain(worker: IntakeWorker, ground: Ground, account: UUID) -> float:
    """Takes everything in; gives the seconds."""
    began = time.perf_counter()
    while await worker.take_batch(ground.workspace_id, account):
        continue
    return time.perf_counter() - began


async def _limit(ground: Ground, count: int) -> float:
    async with ground.database.connection() as connection:
        await connection.execute("CREATE TABLE plain (workspace_id uuid, id uuid, text text, PRIMARY KEY (workspace_id, id))")
        text = body(1).decode()[:450]
        began = time.perf_counter()
        for _ in range(count // 100):
            await connection.execute(
                "INSERT INTO plain SELECT %s, * FROM unnest(%s::uuid[], %s::text[])",
                [ground.workspace_id, [new_id() for _ in range(100)], [text] * 100],
            )
        return count / (time.perf_counter() - began)


async def main() -> None:
    """Runs the bench on a ground of its own."""
    async with open_ground() as ground:
        await fill(ground, MESSAGES)


if __name__ == "__main__":
    uvloop.run(main())
