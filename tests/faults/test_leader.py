"""Whoever leads a desk is killed again and again while customers write and agents answer: nothing is offered twice or forgotten."""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.desk.conftest import SAFE, Desk, desk

from oase.channels import AccountBook
from oase.conversations import Answer, Author, say
from oase.desk.presence import heartbeat, set_capacity, set_state
from oase.desk.routing import OfferGone, accept, offered_to
from oase.kernel.db import Database
from oase.kernel.ids import new_id

__all__ = ["desk"]
CUSTOMERS = 30
KILLS = 3
TAKES_OVER_WITHIN = 10.0  # seconds: on a machine with nothing else to do it is less than one


class Leaders:
    """Two processes, either of which leads."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._processes: list[asyncio.subprocess.Process] = []
        self._readers: list[asyncio.Task[bytes]] = []

    async def start(self) -> None:
        """One more, which stands by when this returns."""
        arguments = ("-m", "tests.faults.leading", self._dsn)
        process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=asyncio.subprocess.PIPE)
        self._processes.append(process)
        assert process.stdout is not None
        async with asyncio.timeout(60):
            while b"stands by" not in await process.stdout.readline():
                continue
        self._readers.append(asyncio.create_task(process.stdout.read()))  # what nobody reads would stop it

    async def kill_the_oldest(self) -> None:
        """Without a word of warning."""
        oldest = self._processes.pop(0)
        oldest.kill()
        await oldest.wait()

    async def end(self) -> None:
        """All of them."""
        for one in self._processes:
            with contextlib.suppress(ProcessLookupError):
                one.kill()
            await one.wait()
        await asyncio.gather(*self._readers)


@pytest_asyncio.fixture
async def database(fresh_dsn: str) -> AsyncIterator[Database]:
    """The desk's database, by the machine's clock."""
    database = Database(fresh_dsn)
    await database.open()
    yield database
    await database.close()


async def epoch(database: Database, workspace_id: UUID) -> int:
    async with database.work(workspace_id) as work:
        return await work.value("SELECT epoch FROM routing_leader WHERE workspace_id = %(workspace_id)s") or 0


async def answers(database: Database, desk: Desk, name: str) -> None:
    """An agent who begins whatever is offered, and answers it."""
    book, author = AccountBook(database, SAFE, "https://support.example.com"), Author(id=desk.agents[name], name=name)
    async with database.work(desk.workspace_id) as work:
        await set_state(work, desk.agents[name], "online")
        await set_capacity(work, desk.agents[name], live=None, messaging=20)  # what is answered stays open
    while True:
        async with database.work(desk.workspace_id) as work:
            await heartbeat(work, desk.agents[name])
            offer = await offered_to(work, desk.agents[name])
        if offer is not None:
            with contextlib.suppress(OfferGone):
                async with database.work(desk.workspace_id) as work:
                    await accept(work, author, offer.id)
                async with database.work(desk.workspace_id) as work:
                    answer = Answer(client_key=new_id(), text="Gern, kommt sofort.", undo=timedelta(0))
                    await say(work, book, author, offer.conversation_id, answer)
        await asyncio.sleep(0.05)


async def leads_after(database: Database, desk: Desk, before: int) -> bool:
    """Whether somebody else leads than then."""
    return await epoch(database, desk.workspace_id) > before


async def nobody_waits(database: Database, desk: Desk) -> bool:
    """Whether all customers have their answer."""
    async with database.work(desk.workspace_id) as work:
        left = await work.value(
            "SELECT count(*) FROM conversation WHERE workspace_id = %(workspace_id)s AND waiting_since IS NOT NULL"
        )
    return bool(left == 0)


async def until(holds: Callable[..., Awaitable[bool]], *arguments: Any) -> None:
    """Waits for it, a minute at most."""
    async with asyncio.timeout(60):
        while not await holds(*arguments):  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.02)


async def test_nothing_is_offered_twice_or_forgotten_however_often_the_leader_dies(
    desk: Desk, database: Database, fresh_dsn: str
) -> None:
    leaders = Leaders(fresh_dsn)
    agents = [asyncio.create_task(answers(database, desk, name)) for name in desk.agents]
    took: list[float] = []
    try:
        await leaders.start()
        await until(leads_after, database, desk, 0)
        for kill in range(KILLS):
            await leaders.start()
            for number in range(CUSTOMERS // KILLS + 1):
                await desk.writes(f"Frage {kill}-{number}", phone=f"49152288{kill:02}{number:03}")
            before = await epoch(database, desk.workspace_id)
            await leaders.kill_the_oldest()
            begin = time.monotonic()
            await until(leads_after, database, desk, before)
            took.append(time.monotonic() - begin)
        await until(nobody_waits, database, desk)
    finally:
        for agent in agents:
            agent.cancel()
        await asyncio.gather(*agents, return_exceptions=True)
        await leaders.end()
    assert max(took) < TAKES_OVER_WITHIN, took
    async with database.work(desk.workspace_id) as work:
        twice = await work.rows(
            "SELECT a.id FROM offer a JOIN offer b ON b.workspace_id = a.workspace_id AND b.conversation_id = a.conversation_id"
            " AND a.id <> b.id AND b.made_at >= a.made_at AND b.made_at < coalesce(a.ended_at, 'infinity')"
            " WHERE a.workspace_id = %(workspace_id)s"
        )
        answered = await work.tuples(
            "SELECT count(*) FROM message WHERE workspace_id = %(workspace_id)s AND direction = 'out' GROUP BY conversation_id"
        )
    assert twice == []
    assert sorted(row[0] for row in answered) == [1] * (KILLS * (CUSTOMERS // KILLS + 1))
