"""A whole installation without its pages, in which a test plays an agent: what the journeys of channels need."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from uuid import UUID

from oase.channels import change_account, create_account
from oase.conversations import insert_upload, say
from oase.conversations.types import Answer, Author
from oase.kernel.ids import new_id
from oase.kernel.settings import Settings
from oase.main.house import House

AGENT = Author(name="Mia Musterfrau")
MESSAGES = (
    "SELECT id, conversation_id, identity_id, direction, kind, text, external_id, reactions, edited_at, deleted_at"
    " FROM message ORDER BY at, id"
)


class Desk:
    """An agent of one workspace in a running house."""

    def __init__(self, house: House, workspace_id: UUID) -> None:
        self.house, self.workspace_id = house, workspace_id

    async def connect(self, channel: str, given: Mapping[str, Any], name: str = "Support") -> UUID:
        """Connects an account."""
        async with self.house.database.work(self.workspace_id) as work:
            return await create_account(work, self.house.safe, channel, name, dict(given))

    async def ask(self, sql: str) -> list[dict[str, Any]]:
        """What the database says."""
        async with self.house.database.work(self.workspace_id) as work:
            return [dict(row) for row in await work.rows(sql, {})]

    async def until(
        self, sql: str, count: int = 1, condition: Callable[[Sequence[dict[str, Any]]], bool] = bool, seconds: float = 40
    ) -> list[dict[str, Any]]:
        """Asks again and again until there are that many rows for which the condition holds."""
        rows: list[dict[str, Any]] = []
        ends = asyncio.get_running_loop().time() + seconds
        while asyncio.get_running_loop().time() < ends:
            rows = await self.ask(sql)
            if len(rows) >= count and condition(rows):
                return rows
            await asyncio.sleep(0.05)
        raise AssertionError(
            f"Waited in vain for {count} of {sql}: {rows}\n{await self.ask('SELECT state, state_why FROM account')}"
        )

    async def messages(self, count: int) -> list[dict[str, Any]]:
        """The messages, as soon as there are that many."""
        return await self.until(MESSAGES, count)

    async def upload(self, name: str, type: str, content: bytes) -> UUID:
        """A file for an answer."""
        key = f"{self.workspace_id}/{new_id()}"
        await self.house.blobs.put(key, content)
        async with self.house.database.work(self.workspace_id) as work:
            return await insert_upload(
                work, {"name": name, "type": type, "size_bytes": len(content), "content_id": "", "blob_key": key}
            )

    async def switch(self, *, on: bool) -> None:
        """Switches the account on or off; off, it soon asks and hears nothing more."""
        async with self.house.database.work(self.workspace_id) as work:
            (account,) = await self.house.book.of_workspace(work)
            await change_account(work, self.house.safe, account.id, name=account.name, given=account.account.settings, enabled=on)
        ways = {f"poll {account.name}", f"listen {account.name}"}
        async with asyncio.timeout(60):
            while any(task.get_name() in ways for task in asyncio.all_tasks()) != on:  # noqa: ASYNC110 - a task that ends has no event
                await asyncio.sleep(0.05)

    async def answer(self, conversation_id: UUID, text: str, *, files: Sequence[UUID] = (), reply_to: UUID | None = None) -> UUID:
        """Answers at once."""
        async with self.house.database.work(self.workspace_id) as work:
            wanted = Answer(client_key=new_id(), text=text, undo=timedelta(0), attachment_ids=tuple(files), reply_to_id=reply_to)
            return await say(work, self.house.book, AGENT, conversation_id, wanted)


@asynccontextmanager
async def open_house(dsn: str, folder: Path, **settings: Any) -> AsyncIterator[House]:
    """A house with workers and connectors; it may reach this machine."""
    house = House(Settings(data_dir=folder, allow_private_networks=(ip_network("127.0.0.0/8"),), **settings), dsn)
    await house.database.open()
    for name, part in (("hub", house.hub.run), ("relay", house.relay.run), ("accounts", lambda: house.book.run(house.hub))):
        house.begin(name, part)
    await asyncio.wait_for(house.hub.ready.wait(), 30)
    house.begin_work()
    house.begin_connecting()
    try:
        yield house
    finally:
        await house.close()
