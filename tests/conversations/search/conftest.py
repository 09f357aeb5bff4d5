"""Conversations to search in: a mail account, people who write, and an index that is up to date."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from oase.channels import AccountBook
from oase.conversations import Start, Started, Starter
from oase.conversations.search import Indexer, SearchPage, parse_query, search
from oase.kernel.audit import Actor
from oase.kernel.db import Database
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks

Say = Callable[..., Awaitable[Started]]
Find = Callable[..., Awaitable[SearchPage]]


@pytest.fixture
def say(database: Database, book: AccountBook, workspace_id: UUID, whatsapp: UUID) -> Say:
    """Somebody begins a conversation; the index is not told."""
    starter = Starter(database, book)

    async def begin(
        text: str, *, name: str = "Jürgen Groß", phone: str = "+4915228817386", at: datetime | None = None, **more: Any
    ) -> Started:
        start = Start(account_id=whatsapp, address=phone, name=name, text=text, at=at, **more)
        return await starter.start(workspace_id, Actor(), start)

    return begin


@pytest_asyncio.fixture
async def indexer(database: Database) -> Indexer:
    """The indexer of the shared database."""
    return Indexer(database, LiveHub(database), Locks(database.dsn))


@pytest.fixture
def find(database: Database, workspace_id: UUID, indexer: Indexer) -> Find:
    """Brings the index up to date and searches."""

    async def look(text: str, **more: Any) -> SearchPage:
        await indexer.catch_up()
        async with database.work(workspace_id) as work:
            return await search(work, parse_query(text), **more)

    return look
