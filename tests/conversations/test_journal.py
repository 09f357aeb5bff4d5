"""The way into the journal: durable before it is acknowledged, many in one commit, and everybody hears how it ended."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import pytest

from oase.channels.contract import Raw
from oase.conversations import Journal
from oase.kernel.blobs import in_memory
from oase.kernel.db import Database
from oase.kernel.errors import Unavailable
from oase.kernel.ids import new_id

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def raw(number: int, **more: object) -> Raw:
    return Raw(body=b"%d" % number, received_at=NOW, **more)  # type: ignore[arg-type]


async def test_deliveries_that_arrive_together_share_commits(database: Database, workspace_id: UUID) -> None:
    journal, account = Journal(database, in_memory()), new_id()
    await asyncio.gather(*(journal.accept(workspace_id, account, "whatsapp", raw(number)) for number in range(500)))
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM journal") == 500
        assert await work.value("SELECT count(DISTINCT xmin::text) FROM journal") <= 5


async def test_a_delivery_that_comes_alone_waits_for_nobody(database: Database, workspace_id: UUID) -> None:
    journal = Journal(database, in_memory())
    async with asyncio.timeout(2):
        await journal.accept(workspace_id, new_id(), "whatsapp", raw(1))


async def test_when_the_database_is_away_every_waiting_sender_hears_of_it(shared_dsn: str, workspace_id: UUID) -> None:
    away = Database(shared_dsn)  # never opened
    journal, account = Journal(away, in_memory()), new_id()
    told = await asyncio.gather(
        *(journal.accept(workspace_id, account, "whatsapp", raw(number)) for number in range(300)), return_exceptions=True
    )
    assert {type(one) for one in told} == {Unavailable}


async def test_a_delivery_that_the_database_refuses_harms_no_other_of_its_batch(database: Database, workspace_id: UUID) -> None:
    journal, account = Journal(database, in_memory()), new_id()
    bad = raw(50, method="PO\x00ST")
    deliveries = [bad if number == 50 else raw(number) for number in range(100)]
    told = await asyncio.gather(
        *(journal.accept(workspace_id, account, "whatsapp", one) for one in deliveries), return_exceptions=True
    )
    assert [number for number, one in enumerate(told) if one is not None] == [50]
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM journal") == 99


@pytest.mark.parametrize("text", ["\x00", "\\u0000", "\\\x00", "\u202e"])
async def test_a_query_or_header_that_json_or_the_database_cannot_keep_is_kept_with_a_mark(
    database: Database, workspace_id: UUID, text: str
) -> None:
    journal = Journal(database, in_memory())
    await journal.accept(workspace_id, new_id(), "form", raw(1, query={"x": text}, headers={"referer": text}))
    async with database.work(workspace_id) as work:
        assert await work.value("SELECT count(*) FROM journal WHERE query ? 'x'") == 1


async def test_a_large_body_lies_in_a_blob_and_the_row_names_it(database: Database, workspace_id: UUID) -> None:
    blobs = in_memory()
    journal = Journal(database, blobs)
    await journal.accept(workspace_id, new_id(), "email", Raw(body=b"x" * 500_000, received_at=NOW))
    async with database.work(workspace_id) as work:
        body, key, size = (await work.tuples("SELECT body, blob_key, size_bytes FROM journal"))[0]
    assert (body, size) == (None, 500_000)
    assert await blobs.get(key) == b"x" * 500_000
