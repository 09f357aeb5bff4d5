"""What the tests of the house's parts share: a board that is asked, an account of it, and the parts that ask."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook, StoredAccount, create_account, delete_account
from oase.conversations import AccountSink
from oase.kernel.blobs import in_memory
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.secrets import Safe
from oase.main.poller import Poller

from .noticeboard import Board, noticeboard, open_board

__all__ = ["noticeboard"]
URL = "https://support.example.com"


@dataclass
class Ground:
    """One account of the board, and everything that works on it."""

    database: Database
    book: AccountBook
    safe: Safe
    outside: Outside
    board: Board
    workspace_id: UUID
    account_id: UUID

    async def account(self) -> StoredAccount:
        """The account as it is now."""
        async with self.database.work(self.workspace_id) as work:
            return next(one for one in await self.book.of_workspace(work) if one.id == self.account_id)

    async def sink(self, kind: type[AccountSink] = AccountSink) -> AccountSink:
        """Where its deliveries go."""
        return kind(self.database, in_memory(), self.safe, self.book, await self.account())

    async def poller(self, kind: type[AccountSink] = AccountSink) -> Poller:
        """Asks for it."""
        return Poller(self.outside, self.database.clock, await self.account(), await self.sink(kind))

    async def rows(self, statement: str) -> list[dict[str, Any]]:
        """What the database says of the account."""
        async with self.database.work(self.workspace_id) as work:
            return await work.rows(statement, {"account": self.account_id})

    async def slips(self) -> list[int]:
        """The numbers of the slips in the journal, in their order."""
        found = await self.rows(
            "SELECT convert_from(body, 'UTF8')::jsonb->>'number' AS number FROM journal"
            " WHERE workspace_id = %(workspace_id)s AND account_id = %(account)s ORDER BY id"
        )
        return [int(one["number"]) for one in found]


@pytest.fixture
def safe() -> Safe:
    """A safe with a key of the test's own."""
    return Safe(b"k" * 32)


@pytest_asyncio.fixture
async def ground(database: Database, safe: Safe, workspace_id: UUID, noticeboard: str) -> AsyncIterator[Ground]:
    """A board with an account that is asked."""
    outside = Outside(Guard(networks=[ip_network("127.0.0.0/8")]))
    async with open_board() as board:
        async with database.work(workspace_id) as work:
            given = {"base_url": board.url, "key": board.key}
            account_id = await create_account(work, safe, noticeboard, "Brett am Rathaus", given)
        yield Ground(database, AccountBook(database, safe, URL), safe, outside, board, workspace_id, account_id)
        async with database.work(workspace_id) as work:
            await delete_account(work, account_id)
    await outside.close()
