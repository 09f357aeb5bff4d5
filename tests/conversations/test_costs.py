"""What one message and one page cost in statements: constants, whatever lies in the database.

`OASE_TEST_CONVERSATIONS` sets how many conversations the large database has (1,000; in `make bench` 200,000).
"""

import os
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio
from tests.statements import statements

from oase.channels import AccountBook, create_account
from oase.conversations import COUNTED, IntakeWorker, Journal, inbox_page, queue_counts, view_of
from oase.kernel.blobs import in_memory
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe

from .conftest import NUMBER_ID, SECRET, delivery, text
from .past import fill

LARGE = int(os.environ.get("OASE_TEST_CONVERSATIONS", "1000"))
ONE_MESSAGE = 17
"""Statements from the journal to the conversation, BEGIN and COMMIT among them: the most that one delivery may take."""


@pytest_asyncio.fixture
async def past(fresh_database: Database, workspace_id: UUID, request: pytest.FixtureRequest) -> AsyncIterator[int]:
    """A workspace with so many conversations."""
    if request.param:
        await fill(fresh_database, workspace_id, conversations=request.param, messages=request.param * 5)
    yield request.param


async def _cost_of_a_message(database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch, *, batch: int = 1) -> int:
    safe = Safe(b"k" * 32)
    async with database.work(workspace_id) as work:
        given = {"phone_number_id": NUMBER_ID, "waba_id": "1", "access_token": "E", "app_secret": SECRET, "verify_token": "v"}
        account_id = await create_account(work, safe, "whatsapp", "WhatsApp", given)
    journal, locks = Journal(database, in_memory()), Locks(database.dsn)
    worker = IntakeWorker(
        database, AccountBook(database, safe, "https://support.example.com"), in_memory(), LiveHub(database), locks
    )
    for turn in range(3):  # the first makes the person, the second finds the conversation, the third is counted
        for number in range(batch):
            message = text(turn * 1000 + number, "Guten Tag", sender=f"4917139200{number:03d}")
            await journal.accept(workspace_id, account_id, "whatsapp", delivery(message))
        if turn < 2:
            assert await worker.take_batch(workspace_id, account_id) == batch
    with statements(monkeypatch) as sent:
        assert await worker.take_batch(workspace_id, account_id) == batch
    return len(sent)


@pytest.mark.parametrize("past", [0, LARGE], indirect=True)
async def test_one_inbound_message_costs_the_same_few_statements_whatever_lies_there(
    fresh_database: Database, workspace_id: UUID, past: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await _cost_of_a_message(fresh_database, workspace_id, monkeypatch) <= ONE_MESSAGE


async def test_a_batch_of_a_hundred_messages_costs_as_many_statements_as_one(
    database: Database, fresh_database: Database, workspace_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = await _cost_of_a_message(database, new_id(), monkeypatch)
    hundred = await _cost_of_a_message(fresh_database, workspace_id, monkeypatch, batch=100)
    assert hundred == one


@pytest.mark.parametrize("past", [60, LARGE], indirect=True)
async def test_an_inbox_page_of_fifty_rows_is_one_query_and_its_counts_another(
    fresh_database: Database, workspace_id: UUID, past: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with fresh_database.work(workspace_id) as work:
        me = await work.value("SELECT id FROM agent ORDER BY id LIMIT 1")
        shown = {}
        for name in ("open", "mine", "unassigned", "solved", "mentions"):
            view = view_of(name, me)
            assert view is not None
            with statements(monkeypatch) as sent:
                rows, _ = await inbox_page(work, view, me)
            assert len(sent) == 1, name
            shown[name] = len(rows)
        assert past < LARGE or shown["solved"] == 50
        with statements(monkeypatch) as sent:
            counts = await queue_counts(work, me, [])
        assert len(sent) == 1
        assert max(counts.values()) <= COUNTED
