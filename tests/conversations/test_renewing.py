"""Access tokens that end soon: renewed in time, once, by one process, and kept where all find them."""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import ip_network
from typing import Any, ClassVar
from uuid import UUID

import pytest
import pytest_asyncio
from aiohttp import web

from oase.channels import AccountBook, StoredAccount, change_account, create_account, keep_consent, registry, set_account_state
from oase.channels.contract import (
    Account,
    Adapter,
    Again,
    Call,
    Capability,
    Limits,
    Manifest,
    NoReply,
    Refused,
    Renewed,
    Reply,
    Setting,
    Words,
)
from oase.conversations import Renewer
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.http import Guard, Outside
from oase.kernel.live import LiveHub
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe, Secret


class Short(Adapter):
    """A channel whose tokens last two hours; its refresh tokens count once."""

    manifest: ClassVar[Manifest] = Manifest(
        id="short",
        name=Words("Short", "Kurz"),
        icon="clock",
        color="#000000",
        identity="email",
        pace="messaging",
        wire="http",
        capabilities=frozenset({Capability.TEXT}),
        limits=Limits(text_length=100),
        renews=True,
        settings=(
            Setting(name="base_url", kind="url", label=Words("Address", "Adresse")),
            Setting(name="refresh_token", kind="secret", label=Words("Token", "Schlüssel")),
        ),
    )

    def renew(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Renewed | Again | Refused:
        if not replies:
            form = {"grant_type": "refresh_token", "refresh_token": account.secret("refresh_token")}
            return Call(method="POST", url=f"{account.settings['base_url']}/token", form=form)
        last = replies[-1]
        if isinstance(last, NoReply) or last.status >= 500:
            return Again(why="later")
        if last.status != 200:
            return Refused(why="The access was withdrawn.", sign_in=True)
        number = last.body.decode()
        tokens = {"access_token": Secret(f"access-{number}"), "refresh_token": Secret(f"refresh-{number}")}
        return Renewed(secrets=tokens, lasts=timedelta(hours=2))


@dataclass
class TokenServer:
    """Gives a token for the refresh token that is next, and for no other."""

    url: str = ""
    given: int = 0
    asked: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)

    async def token(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.asked.append(str(form["refresh_token"]))
        if self.statuses:
            return web.Response(status=self.statuses.pop(0))
        if form["refresh_token"] not in (f"refresh-{self.given}", "typed"):
            return web.Response(status=400)
        self.given += 1
        return web.Response(text=str(self.given))


@pytest_asyncio.fixture
async def server() -> AsyncIterator[TokenServer]:
    server = TokenServer()
    app = web.Application()
    app.router.add_post("/token", server.token)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield server
    await runner.cleanup()


@dataclass
class Ground:
    """An account of that channel, and what renews it."""

    database: Database
    workspace_id: UUID
    account_id: UUID
    book: AccountBook
    safe: Safe
    clock: SetClock
    renewer: Callable[[], Renewer]

    async def looks(self, renewer: Renewer | None = None) -> None:
        for task in await (renewer or self.renewer()).look():
            await task

    async def account(self) -> StoredAccount:
        return next(one for one in await self.book.enabled() if one.id == self.account_id)

    async def token(self) -> str:
        return (await self.account()).account.secret("access_token").reveal()

    async def state(self, state: Any, why: str = "") -> None:
        async with self.database.work(self.workspace_id) as work:
            await set_account_state(work, self.account_id, state, why)

    async def types(self, **given: str) -> None:
        settings = (await self.account()).account.settings
        async with self.database.work(self.workspace_id) as work:
            await change_account(work, self.safe, self.account_id, name="Kurz", given={**settings, **given})


@pytest_asyncio.fixture
async def ground(
    database: Database, workspace_id: UUID, safe: Safe, book: AccountBook, clock: SetClock, server: TokenServer,
    shared_dsn: str, monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Ground]:  # fmt: skip
    points, load = registry._points, registry._load
    monkeypatch.setattr(registry, "_points", lambda: {**points(), "short": None})
    monkeypatch.setattr(registry, "_load", lambda channel: Short() if channel == "short" else load(channel))
    monkeypatch.setattr(database, "clock", clock)
    outside, hub, locks = Outside(Guard([ip_network("127.0.0.0/8")])), LiveHub(database), list[Locks]()

    def renewer() -> Renewer:
        locks.append(Locks(shared_dsn))  # each process has its own
        return Renewer(database, book, safe, outside, hub, locks[-1])

    async with database.work(workspace_id) as work:
        given = {"base_url": server.url, "refresh_token": "refresh-0"}
        account_id = await create_account(work, safe, "short", "Kurz", given)
    yield Ground(database, workspace_id, account_id, book, safe, clock, renewer)
    async with database.work(workspace_id) as work:
        await work.run("DELETE FROM account WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": account_id})
    for one in locks:
        await one.close()
    await outside.close()


async def test_an_account_without_a_token_gets_one_and_is_ready_then(ground: Ground) -> None:
    assert not (await ground.account()).ready(ground.clock.now())
    await ground.looks()
    assert await ground.token() == "access-1"
    assert (await ground.account()).ready(ground.clock.now())


async def test_a_token_is_renewed_when_two_thirds_of_its_time_are_over_with_the_refresh_token_that_came_with_it(
    ground: Ground, server: TokenServer
) -> None:
    await ground.looks()
    ground.clock.advance(timedelta(minutes=79))
    await ground.looks()
    assert await ground.token() == "access-1"
    ground.clock.advance(timedelta(minutes=1))
    await ground.looks()
    assert await ground.token() == "access-2"
    assert server.asked == ["refresh-0", "refresh-1"]


async def test_a_token_that_has_ended_makes_the_account_wait(ground: Ground) -> None:
    await ground.looks()
    ground.clock.advance(timedelta(hours=2))
    assert not (await ground.account()).ready(ground.clock.now())


async def test_two_processes_use_a_refresh_token_once(ground: Ground, server: TokenServer) -> None:
    one, other = ground.renewer(), ground.renewer()
    tasks = [*await one.look(), *await other.look()]
    for task in tasks:
        await task
    assert server.asked == ["refresh-0"]


async def test_a_provider_that_is_down_is_asked_again_a_little_later(ground: Ground, server: TokenServer) -> None:
    renewer = ground.renewer()
    server.statuses = [503]
    await ground.looks(renewer)
    await ground.looks(renewer)
    assert len(server.asked) == 1
    ground.clock.advance(timedelta(seconds=5))
    await ground.looks(renewer)
    assert await ground.token() == "access-1"
    assert (await ground.account()).state == "up"


async def test_a_withdrawn_access_stops_the_account_and_is_not_asked_for_again_until_somebody_signs_in(
    ground: Ground, server: TokenServer
) -> None:
    renewer = ground.renewer()
    server.statuses = [400]
    await ground.looks(renewer)
    account = await ground.account()
    assert (account.state, account.state_why) == ("needs_sign_in", "The access was withdrawn.")
    ground.clock.advance(timedelta(hours=3))
    await ground.looks(renewer)
    assert len(server.asked) == 1
    async with ground.database.work(ground.workspace_id) as work:
        await keep_consent(work, ground.safe, ground.account_id, "refresh_token", Secret("typed"), "@muster")
    await ground.looks(renewer)
    account = await ground.account()
    assert (account.state, account.account.secret("access_token").reveal()) == ("up", "access-1")


async def test_a_token_that_the_provider_refused_is_renewed_once_and_the_next_one_not_for_an_hour(
    ground: Ground, server: TokenServer
) -> None:
    renewer = ground.renewer()
    await ground.looks(renewer)
    ground.clock.advance(timedelta(minutes=5))
    await ground.state("needs_sign_in", "401")
    await ground.looks(renewer)
    assert (await ground.account()).state == "up"
    ground.clock.advance(timedelta(minutes=5))
    await ground.state("needs_sign_in", "403")
    await ground.looks(renewer)
    assert (await ground.account()).state == "needs_sign_in"
    assert len(server.asked) == 2


async def test_a_secret_that_is_typed_anew_makes_the_tokens_of_the_old_one_forgotten(ground: Ground) -> None:
    await ground.looks()
    await ground.types(refresh_token="typed")
    assert await ground.token() == ""
    await ground.looks()
    assert await ground.token() == "access-2"


async def test_a_change_of_other_settings_keeps_them(ground: Ground) -> None:
    await ground.looks()
    await ground.types()
    assert await ground.token() == "access-1"
