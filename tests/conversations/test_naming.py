"""Names of people whose provider delivers an address only: asked for once, kept, and no message waits for them."""

import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import ip_network
from typing import ClassVar
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.channels import AccountBook, create_account, registry
from oase.channels.contract import (
    Account,
    Adapter,
    Address,
    Again,
    Call,
    Capability,
    Content,
    Limits,
    Manifest,
    NoReply,
    Raw,
    Received,
    Refused,
    Reply,
    Setting,
    Words,
)
from oase.conversations import Introducer, Journal
from oase.conversations.intake.take import Parsed, take
from oase.kernel.blobs import in_memory
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.ids import new_id
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.people import find_identity, find_person

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


class Shy(Adapter):
    """A channel that delivers ids without names."""

    manifest: ClassVar[Manifest] = Manifest(
        id="shy",
        name=Words("Shy", "Schüchtern"),
        icon="ghost",
        color="#000000",
        identity="shy",
        pace="messaging",
        wire="http",
        capabilities=frozenset({Capability.TEXT}),
        limits=Limits(text_length=100),
        names=True,
        settings=(Setting(name="base_url", kind="url", label=Words("Address", "Adresse")),),
    )

    def whois(self, address: str, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Address | Again | Refused:
        if not replies:
            return Call(method="GET", url=f"{account.settings['base_url']}/{address}")
        last = replies[-1]
        if isinstance(last, NoReply) or last.status != 200:
            return Again(why="not now")
        found = json.loads(last.body)
        return Address(value=address, name=found["name"], fields={"language": found["language"]})


@dataclass
class Directory:
    """Knows everybody's name."""

    url: str = ""
    asked: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def tell(self, request: web.Request) -> web.Response:
        """One person."""
        self.asked.append(request.path)
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        return web.json_response({"name": "Jürgen Groß", "language": "de"})


@pytest_asyncio.fixture
async def directory() -> AsyncIterator[Directory]:
    directory = Directory()
    app = web.Application()
    app.router.add_get("/{who}", directory.tell)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    directory.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield directory
    await runner.cleanup()


@dataclass
class Ground:
    """An account of that channel, and who asks for names."""

    database: Database
    workspace_id: UUID
    account_id: UUID
    book: AccountBook
    introducer: Introducer

    async def hears(self, *texts: str, who: str = "U-17", name: str = "") -> None:
        """Somebody writes."""
        account = await self.book.get(self.account_id)
        assert account is not None
        journal = Journal(self.database, in_memory())
        await journal.accept(self.workspace_id, account.id, account.channel, Raw(body=new_id().bytes, received_at=AT))
        sender = Address(value=who, name=name)
        events = tuple(Received(external_id=str(new_id()), sender=sender, at=AT, content=Content(text=words)) for words in texts)
        async with self.database.work(self.workspace_id) as work:
            row = await work.value("SELECT max(id::text)::uuid FROM journal WHERE state = 'new'")
            await take(work, account, [Parsed(journal_id=row, events=events)])

    async def name(self, who: str = "U-17") -> tuple[str, str, str]:
        """How the address and its person are called, and the person's language."""
        async with self.database.work(self.workspace_id) as work:
            identity = await find_identity(work, "shy", who)
            assert identity is not None
            person = await find_person(work, identity.person_id)
            assert person is not None
            return identity.name, person.name, person.language


@pytest_asyncio.fixture
async def ground(
    database: Database, workspace_id: UUID, safe: Safe, book: AccountBook, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Ground]:
    points, load = registry._points, registry._load
    monkeypatch.setattr(registry, "_points", lambda: {**points(), "shy": None})
    monkeypatch.setattr(registry, "_load", lambda channel: Shy() if channel == "shy" else load(channel))
    outside, locks = Outside(Guard([ip_network("127.0.0.0/8")])), Locks(database.dsn)
    async with database.work(workspace_id) as work:
        account_id = await create_account(work, safe, "shy", "Schüchtern", {"base_url": directory.url})
    introducer = Introducer(database, book, outside, LiveHub(database), locks)
    await introducer.catch_up()
    yield Ground(database, workspace_id, account_id, book, introducer)
    async with database.work(workspace_id) as work:
        await work.run("DELETE FROM account WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": account_id})
    await locks.close()
    await outside.close()


async def test_who_writes_without_a_name_gets_one_after_the_message_is_there(ground: Ground, directory: Directory) -> None:
    await ground.hears("Guten Tag", "mein Lenker wackelt")
    assert await ground.name() == ("", "", "")
    await ground.introducer.catch_up()
    assert await ground.name() == ("Jürgen Groß", "Jürgen Groß", "de")
    assert directory.asked == ["/U-17"]


async def test_a_known_name_is_not_asked_for_again(ground: Ground, directory: Directory) -> None:
    await ground.hears("Guten Tag")
    await ground.introducer.catch_up()
    await ground.hears("noch etwas")
    await ground.hears("und ich heiße so", who="U-18", name="Sam O’Neill")
    await ground.introducer.catch_up()
    assert directory.asked == ["/U-17"]


async def test_a_provider_that_says_nothing_is_asked_with_the_next_message(ground: Ground, directory: Directory) -> None:
    directory.statuses = [503]
    await ground.hears("Guten Tag")
    await ground.introducer.catch_up()
    assert await ground.name() == ("", "", "")
    await ground.hears("Hallo?")
    await ground.introducer.catch_up()
    assert (await ground.name())[0] == "Jürgen Groß"


async def test_a_fault_of_the_adapter_costs_a_name_and_no_more(
    ground: Ground, directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Shy, "whois", lambda *_: 1 / 0)
    await ground.hears("Guten Tag")
    await ground.introducer.catch_up()
    assert await ground.name() == ("", "", "")
