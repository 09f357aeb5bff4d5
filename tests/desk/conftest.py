"""A company with three agents, customers who write on WhatsApp, a push service, and the parts that tell agents what concerns them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import Any
from uuid import UUID

import pytest_asyncio
from tests.conversations.conftest import NUMBER_ID, SECRET, delivery, text
from tests.kernel.pushservice import PushService, push_service

from oase.channels import AccountBook, create_account
from oase.conversations import Author, IntakeWorker, Journal, assign, mark_read, note
from oase.desk import NotificationClock, NotificationFeed, PushSender, Wishes, add_browser, change_wishes
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe, Secret
from oase.kernel.settings import Settings
from oase.staff import Visit, add_agent, found_workspace
from oase.staff.actions.sessions import open_session

SAFE = Safe(b"k" * 32)


@dataclass
class Desk:
    """The company. Times of events are the machine's, so the clock begins there and is only moved on."""

    database: Database
    clock: SetClock
    workspace_id: UUID
    account_id: UUID
    agents: dict[str, UUID]
    journal: Journal
    intake: IntakeWorker
    feed: NotificationFeed
    sender: PushSender
    timer: NotificationClock
    service: PushService
    sessions: dict[str, UUID] = field(default_factory=dict)
    sent: int = 0

    def work(self) -> Any:
        return self.database.work(self.workspace_id)

    async def writes(self, words: str, *, phone: str = "4915228817386", name: str = "Jürgen Groß", **extra: Any) -> UUID:
        """A customer writes; gives the conversation."""
        self.sent += 1
        message = {**text(self.sent, words, phone), "timestamp": str(int(self.clock.now().timestamp()) + self.sent), **extra}
        await self.journal.accept(self.workspace_id, self.account_id, "whatsapp", delivery(message, name=name))
        while await self.intake.take_batch(self.workspace_id, self.account_id):
            continue
        found: UUID = await self.value("SELECT conversation_id FROM message WHERE text = %(words)s", words=words)
        return found

    async def gives(self, conversation_id: UUID, to: str, by: str = "") -> None:
        """Somebody assigns the conversation."""
        author = Author(id=self.agents[by], name=by) if by else Author()
        async with self.work() as work:
            await assign(work, author, conversation_id, self.agents[to], assignee=to)

    async def mentions(self, conversation_id: UUID, *names: str, by: str, words: str = "Schaust du bitte?") -> None:
        """Somebody writes a note."""
        async with self.work() as work:
            author, mentioned = Author(id=self.agents[by], name=by), [self.agents[one] for one in names]
            await note(work, author, conversation_id, words, client_key=new_id(), mentions=mentioned)

    async def looks(self, name: str, conversation_id: UUID, doing: str = "asks") -> None:
        """An agent's page says what the agent does."""
        async with self.work() as work:
            work.emit("presence", conversation_id, {"agent": str(self.agents[name]), "name": name, "doing": doing})

    async def reads(self, name: str, conversation_id: UUID) -> None:
        """An agent has opened the conversation."""
        self.clock.advance(timedelta(milliseconds=1))
        async with self.work() as work:
            await mark_read(work, self.agents[name], conversation_id)

    async def wishes(self, name: str, **given: Any) -> None:
        """An agent says how."""
        async with self.work() as work:
            await change_wishes(work, self.agents[name], Wishes(**given))

    async def browser(self, name: str, browser: str = "browser") -> UUID:
        """An agent switches notifications on in a browser."""
        async with self.work() as work:
            session = await open_session(work, self.agents[name], Visit())
            self.sessions[browser] = session.session_id
            given = self.service.browser(browser)
            return await add_browser(
                work,
                SAFE,
                self.agents[name],
                session.session_id,
                given,
                user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/149.0",
            )

    async def told(self, name: str, *, unseen: bool = False) -> list[str]:
        """The kinds of what an agent was told, the oldest first."""
        await self.feed.catch_up()
        async with self.work() as work:
            rows = await work.tuples(
                "SELECT kind FROM notification WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s"
                " AND (seen_at IS NULL OR NOT %(unseen)s) ORDER BY at, id",
                {"agent": self.agents[name], "unseen": unseen},
            )
        return [row[0] for row in rows]

    async def pages_hear(self, name: str) -> list[dict[str, Any]]:
        """What the open pages of an agent were told, the oldest first."""
        async with self.work() as work:
            rows = await work.tuples(
                "SELECT payload FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = 'notification' AND key = %(agent)s"
                " ORDER BY xid, id",
                {"agent": self.agents[name]},
            )
        return [row[0] for row in rows]

    async def visible(self) -> None:
        """Waits until the log shows all that happened: nothing older is under way in this server, such as its own cleaning up."""
        statement = "SELECT EXISTS (SELECT FROM live_event WHERE xid >= pg_snapshot_xmin(pg_current_snapshot()))"
        async with asyncio.timeout(20), self.database.everywhere() as work:
            while await work.value(statement):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.02)

    async def pushed(self) -> list[dict[str, Any]]:
        """What reached browsers until now."""
        await self.feed.catch_up()
        await self.sender.drain()
        return self.service.payloads

    async def value(self, statement: str, **parameters: Any) -> Any:
        """One value out of the database."""
        async with self.work() as work:
            return await work.value(statement, parameters)


@pytest_asyncio.fixture
async def desk(fresh_dsn: str, workspace_id: UUID) -> AsyncIterator[Desk]:
    """The company, with everything that happened before its feed began behind it."""
    clock = SetClock(datetime.now(UTC))
    database = Database(fresh_dsn, clock=clock)
    await database.open()
    locks, hub, blobs = Locks(fresh_dsn), LiveHub(database), in_memory()
    outside = Outside(Guard([ip_network("127.0.0.0/8")]))  # type: ignore[list-item]
    book = AccountBook(database, SAFE, "https://support.example.com")
    settings = Settings(public_url="https://hilfe.example", smtp_url=Secret("smtp://mail.example"))
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün Räder", language="de", time_zone="Europe/Berlin")
        agents = {name: new_id() for name in ("Anna", "Sophie", "Ted")}
        for name, agent_id in agents.items():
            email, language = f"{name.lower()}@lindgruen.example", "en" if name == "Ted" else "de"
            await add_agent(work, agent_id, name=name, email=email, password_hash="x", roles=("agent",), language=language)  # type: ignore[arg-type]
        given = {"phone_number_id": NUMBER_ID, "waba_id": "1", "access_token": "t", "app_secret": SECRET, "verify_token": "v"}
        account_id = await create_account(work, SAFE, "whatsapp", "WhatsApp", given)
    async with push_service() as service:
        desk = Desk(
            database, clock, workspace_id, account_id, agents, Journal(database, blobs),
            IntakeWorker(database, book, blobs, hub, locks), NotificationFeed(database, hub, locks),
            PushSender(database, outside, SAFE, settings, hub), NotificationClock(database, settings, locks), service,
        )  # fmt: skip
        await desk.feed.catch_up()
        yield desk
    await outside.close()
    await locks.close()
    await database.close()
