"""A story with everything real: mailbox, database, workers, the provider's server, the customer's server.

A customer writes; the answer reaches her; she answers it and the two are one conversation; a second answer bounces and says so.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.channels.email.conftest import letter
from tests.servers.mail import Dovecot, World

from oase.channels import create_account
from oase.channels.contract import Account
from oase.conversations import say
from oase.conversations.types import Answer, Author
from oase.kernel.ids import new_id
from oase.kernel.settings import Settings
from oase.main.house import House

pytestmark = pytest.mark.servers


@pytest_asyncio.fixture
async def house(fresh_dsn: str, tmp_path: Path) -> AsyncIterator[House]:
    """A whole installation without its pages."""
    house = House(Settings(data_dir=tmp_path), fresh_dsn)
    await house.database.open()
    for name, part in (("hub", house.hub.run), ("relay", house.relay.run), ("accounts", lambda: house.book.run(house.hub))):
        house.begin(name, part)
    await asyncio.wait_for(house.hub.ready.wait(), 30)
    house.begin_work()
    house.begin_connecting()
    yield house
    await house.close()


@asynccontextmanager
async def asking(house: House, workspace_id: UUID) -> AsyncIterator[Callable[[str], Awaitable[list[dict[str, Any]]]]]:
    async def ask(sql: str) -> list[dict[str, Any]]:
        async with house.database.work(workspace_id) as work:
            return [dict(row) for row in await work.rows(sql, {})]

    yield ask


async def until(question: Callable[[], Awaitable[list[dict[str, Any]]]], count: int) -> list[dict[str, Any]]:
    """Asks again and again until there are that many rows."""
    rows: list[dict[str, Any]] = []
    for _ in range(600):
        rows = await question()
        if len(rows) >= count:
            return rows
        await asyncio.sleep(0.05)
    raise AssertionError(f"Waited in vain for {count}: {rows}")


async def answer(house: House, workspace_id: UUID, conversation_id: UUID, text: str) -> UUID:
    async with house.database.work(workspace_id) as work:
        wanted = Answer(client_key=new_id(), text=text, undo=timedelta(0))
        return await say(work, house.book, Author(name="Mia Musterfrau"), conversation_id, wanted)


async def test_a_customer_writes_is_answered_and_writes_again(
    house: House, workspace_id: UUID, account: Account, dovecot: Dovecot, world: World, address: str
) -> None:
    async with house.database.work(workspace_id) as work:
        given = {**account.settings, "password": "geheim"}
        account_id = await create_account(work, house.safe, "email", "Support", given)
    async with asking(house, workspace_id) as ask:
        await until(lambda: ask("SELECT id FROM account WHERE state = 'up' AND cursor <> '{}'"), 1)
        dovecot.deliver(address, letter(1, text="Wo bleibt mein Päckchen? 😟"))
        messages = "SELECT conversation_id, text, direction FROM message ORDER BY id"
        (first,) = await until(lambda: ask(messages), 1)
        assert first["text"].strip() == "Wo bleibt mein Päckchen? 😟"

        await answer(house, workspace_id, first["conversation_id"], "Guten Tag, es ist unterwegs.")
        arrived = message_from_bytes((await world.mail(address)).content)
        assert arrived["To"] is not None
        await until(lambda: ask("SELECT id FROM delivery WHERE state = 'sent'"), 1)

        dovecot.deliver(address, letter(2, text="Danke, ist da!", Subject="Ganz anders", In_Reply_To=arrived["Message-ID"]))
        rows = await until(lambda: ask(messages), 3)
        assert {row["conversation_id"] for row in rows} == {first["conversation_id"]}
    assert account_id


async def test_an_answer_that_comes_back_says_so(
    house: House, workspace_id: UUID, account: Account, dovecot: Dovecot, world: World, address: str
) -> None:
    async with house.database.work(workspace_id) as work:
        await create_account(work, house.safe, "email", "Support", {**account.settings, "password": "geheim"})
    async with asking(house, workspace_id) as ask:
        await until(lambda: ask("SELECT id FROM account WHERE state = 'up' AND cursor <> '{}'"), 1)
        dovecot.deliver(address, letter(1, From="Niemand <unbekannt@example.com>"))
        (first,) = await until(lambda: ask("SELECT conversation_id FROM message"), 1)
        await answer(house, workspace_id, first["conversation_id"], "Guten Tag!")
        (failed,) = await until(lambda: ask("SELECT code, why FROM delivery WHERE state = 'failed'"), 1)
    assert failed["code"] == "5.1.1"
    assert "Diese Adresse gibt es hier nicht" in failed["why"]
