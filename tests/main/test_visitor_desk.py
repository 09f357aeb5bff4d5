"""What the web chat's menu offers: the channels that its account leads on to."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from oase.channels import AccountBook, create_account, keep_check
from oase.channels.contract import Checked
from oase.desk.hours import Timetables
from oase.desk.presence import set_state
from oase.kernel.clock import Clock, SetClock, SystemClock
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe
from oase.main.web import VisitorDesk
from oase.staff import add_agent, found_workspace


@dataclass
class Rooms:
    """As much of a house as visitors come to see."""

    database: Database
    book: AccountBook
    clock: Clock
    timetables: Timetables = field(default_factory=Timetables)


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


async def test_the_chat_says_that_somebody_is_there_by_what_agents_say_where_they_say_so(
    shared_dsn: str, safe: Safe, workspace_id: UUID
) -> None:
    clock = SetClock(datetime(2026, 11, 24, 9, 30, tzinfo=UTC))
    database = Database(shared_dsn, clock=clock)
    await database.open()
    book, anna, ted = AccountBook(database, safe, "https://support.example.com"), new_id(), new_id()
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün", slug=workspace_id.hex)
        for name, agent_id in (("Anna Berger", anna), ("Ted Moss", ted)):
            await add_agent(work, agent_id, name=name, email=f"{agent_id.hex}@b.example", password_hash="x", roles=("agent",))
        await work.run("UPDATE agent SET last_seen_at = %(now)s WHERE workspace_id = %(workspace_id)s", {"now": clock.now()})
        chat_id = await create_account(work, safe, "webchat", "Chat", {"company": "Lindgrün"})
    chat = await book.get(chat_id)
    assert chat is not None
    desk = VisitorDesk(Rooms(database, book, clock))  # type: ignore[arg-type]

    async def faces() -> list[str]:
        clock.advance(timedelta(seconds=16))
        return sorted(face.name for face in (await desk.presence(chat, "de")).faces)

    assert await faces() == ["Anna", "Ted"]
    async with database.work(workspace_id) as work:
        await set_state(work, ted, "busy")
    assert await faces() == ["Ted"]
    clock.advance(timedelta(minutes=2))  # his page is closed
    assert await faces() == []
    await database.close()
