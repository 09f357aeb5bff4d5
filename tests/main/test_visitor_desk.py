"""What the web chat's menu offers: the channels that its account leads on to."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from oase.channels import AccountBook, create_account, keep_check
from oase.channels.contract import Checked
from oase.kernel.clock import SystemClock
from oase.kernel.db import Database
from oase.kernel.secrets import Safe
from oase.main.web import VisitorDesk


@dataclass
class Rooms:
    """As much of a house as visitors come to see."""

    database: Database
    book: AccountBook
    clock: SystemClock


@pytest.mark.parametrize(
    ("elsewhere", "named", "shown"),
    [(True, (), ["Telegram", "Telegram"]), (True, ("Shop",), ["Telegram"]), (True, ("nobody",), []), (False, ("Shop",), [])],
)
async def test_the_chat_leads_on_to_all_or_to_those_it_names(
    database: Database, safe: Safe, workspace_id: UUID, elsewhere: bool, named: tuple[str, ...], shown: list[str]
) -> None:
    book = AccountBook(database, safe, "https://support.example.com")
    ids = {"nobody": UUID(int=1)}
    async with database.work(workspace_id) as work:
        for name in ("Shop", "Werkstatt"):
            ids[name] = await create_account(work, safe, "telegram", name, {"bot_token": "1:geheim"})
            await keep_check(work, ids[name], Checked(ok=True, summary="", facts={"username": f"lindgruen_{name}"}))
        given = {"company": "Lindgrün", "elsewhere": elsewhere, "elsewhere_accounts": [str(ids[one]) for one in named]}
        chat_id = await create_account(work, safe, "webchat", "Chat", given)
    chat = await book.get(chat_id)
    assert chat is not None
    presence = await VisitorDesk(Rooms(database, book, SystemClock())).presence(chat, "de")  # type: ignore[arg-type]
    assert [door.name for door in presence.elsewhere] == shown
    assert {door.id for door in presence.elsewhere} <= {str(one) for one in ids.values()}
