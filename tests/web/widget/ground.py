"""A whole server for the widget's tests: the real pages, hot paths, adapters, journal protocol and blobs; only the desk behind
them is small and in memory, so that a test can see and say everything.
"""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from msgspec.structs import replace
from tests.servers.http import listening

from oase.channels import StoredAccount, adapter
from oase.channels.contract import Account, Event, Moved, Raw, Received
from oase.channels.families.visitor import live_key
from oase.conversations import Device, VisibleConversation, check_device
from oase.kernel import blobs
from oase.kernel.clock import SystemClock
from oase.kernel.errors import OaseError
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, Missed, Position
from oase.kernel.secrets import Secret
from oase.web import channels, customerapp, errors, portal, widget
from oase.web.app import finish_headers, follow
from oase.web.assets import Assets, asset
from oase.web.guards import permitted
from oase.web.pages import make_environment
from oase.web.widget import (
    Abuse,
    Feed,
    HotPaths,
    Parts,
    Presence,
    Puzzles,
    Rules,
    VisitorChoice,
    VisitorFile,
    VisitorMessage,
)

WORKSPACE = new_id()
SESSION_SECRET = "die Sitzungen der Besucher"
IDENTITY_SECRET = "das Geheimnis des Ladens"
PAGE_SECRET = "die Seite des Formulars"


def stored(channel: str, **settings: Any) -> StoredAccount:
    """An account of a channel as the book would give it."""
    account_id, manifest = new_id(), adapter(channel).manifest
    secrets = {"session_secret": SESSION_SECRET, "identity_secret": IDENTITY_SECRET, "page_secret": PAGE_SECRET}
    defaults = {setting.name: setting.default for setting in manifest.settings if setting.kind != "secret"}
    return StoredAccount(
        workspace_id=WORKSPACE,
        id=account_id,
        channel=channel,
        name="Radhaus Beispiel",
        enabled=True,
        state="up",
        state_why="",
        state_since=datetime.now(UTC),
        manifest=manifest,
        account=Account(
            id=str(account_id),
            channel=channel,
            name="Radhaus Beispiel",
            settings={**defaults, "company": "Radhaus Beispiel", **settings},
            secrets={name: (Secret(value),) for name, value in secrets.items()},
        ),
    )


class SmallDesk:
    """The house behind the widget: accounts, journal, timeline, presence; and the agent, who is the test."""

    def __init__(self) -> None:
        self.accounts: dict[UUID, StoredAccount] = {}
        self.said: dict[tuple[UUID, str], list[VisitorMessage]] = {}
        self.events: list[Event] = []
        self.raws: list[Raw] = []
        self.known: set[bytes] = set()
        self.here = Presence(open=True)
        self.fails: Exception | None = None
        self.expected: dict[str, datetime] = {}  # files that are about to be stored, and until when a message may name them
        self.devices: dict[UUID, tuple[str, Device]] = {}
        self.quiet = False  # True: visitors' own messages are not sent back to them
        self.log: list[LiveEvent] = []
        self.position = Position(1, 0)
        self.feed = Feed(self, SystemClock(), self)  # type: ignore[arg-type]
        self._heard = asyncio.Condition()

    async def get(self, account_id: UUID) -> StoredAccount | None:
        return self.accounts.get(account_id)

    async def enabled(self) -> list[StoredAccount]:
        return list(self.accounts.values())

    async def accept(self, workspace_id: UUID, account_id: UUID, channel: str, raw: Raw, *, dedup: bytes | None = None) -> None:
        if self.fails:
            raise self.fails
        account = self.accounts[account_id].account
        adapter(channel).verify(raw, account)
        if dedup in self.known:
            return
        self.known.add(dedup or raw.body)
        self.raws.append(raw)
        for event in adapter(channel).parse(raw, account):
            await self._take(account_id, event)
        async with self._heard:
            self._heard.notify_all()

    async def expect_upload(self, account: StoredAccount, key: str, until: datetime) -> None:
        self.expected[key] = until

    async def _take(self, account_id: UUID, event: Event) -> None:
        self.events.append(event)
        if isinstance(event, Moved):
            self.said.setdefault((account_id, event.new), []).extend(self.said.pop((account_id, event.old), []))
        if isinstance(event, Received) and self.accounts[account_id].channel in ("webchat", "app"):
            files = [VisitorFile(blob=m.ref, name=m.name, type=m.type, size_bytes=m.size_bytes or 0) for m in event.content.media]
            message = VisitorMessage(
                id=str(new_id()),
                at=event.at.isoformat(),
                from_="system" if event.content.kind == "system" else "visitor",
                text=event.content.text,
                files=files,
                state="sent",
                client=event.external_id.partition(":")[2],
            )
            await self._add(account_id, event.sender.value, message)

    async def _add(self, account_id: UUID, visitor: str, message: VisitorMessage) -> None:
        self.said.setdefault((account_id, visitor), []).append(message)
        if self.quiet:
            return
        await self.tell(account_id, visitor, {"message": message.id})

    async def tell(self, account_id: UUID, visitor: str, payload: dict[str, Any]) -> None:
        """A live event for a visitor."""
        self.position = Position(1, self.position.id + 1)
        event = LiveEvent(self.position, WORKSPACE, "visitor", live_key(str(account_id), visitor), payload)
        self.log.append(event)
        await self.feed.hand_out(event)

    async def missed(self, workspace_id: UUID, topic: str, key: UUID, after: Position, most: int) -> Missed | None:
        events = [event for event in self.log if event.position > after and (event.topic, event.key) == (topic, key)]
        return Missed(events, self.position) if len(events) <= most else None

    async def tell_here(self, account_id: UUID, visitor: str, payload: dict[str, Any]) -> None:
        """A live event for a visitor, once his stream is open: what passes is not kept for later."""
        async with asyncio.timeout(15):
            while not self.feed.here(live_key(str(account_id), visitor)):  # noqa: ASYNC110 - the browser opens it
                await asyncio.sleep(0.02)
        await self.tell(account_id, visitor, payload)

    async def say(
        self, account: StoredAccount, text: str, *, visitor: str = "", choices: dict[str, str] | None = None, **more: Any
    ) -> VisitorMessage:
        """The agent answers the (only) visitor."""
        message = VisitorMessage(
            id=str(new_id()),
            at=datetime.now(UTC).isoformat(),
            from_="us",
            text=text,
            name="Änne Köhler",
            choices=[VisitorChoice(id=key, title=title) for key, title in (choices or {}).items()],
            **more,
        )
        await self._add(account.id, visitor or self.visitor(account), message)
        return message

    def visitor(self, account: StoredAccount) -> str:
        """The visitor who wrote last."""
        return [visitor for account_id, visitor in self.said if account_id == account.id][-1]

    async def until(self, kind: type[Any], count: int = 1, **fields: Any) -> list[Any]:
        """Waits for events of a kind with these fields."""

        def found() -> list[Any]:
            mine = [one for one in self.events if isinstance(one, kind)]
            return [one for one in mine if all(getattr(one, name) == value for name, value in fields.items())]

        async with asyncio.timeout(15), self._heard:
            await self._heard.wait_for(lambda: len(found()) >= count)
        return found()

    async def timeline(self, account: StoredAccount, visitor: str, *, limit: int) -> list[VisitorMessage]:
        return self.said.get((account.id, visitor), [])[-limit:]

    async def message(self, account: StoredAccount, visitor: str, message_id: str) -> VisitorMessage | None:
        return next((one for one in self.said.get((account.id, visitor), ()) if one.id == message_id), None)

    async def page(
        self, account: StoredAccount, visitor: str, *, limit: int, before: UUID | None, conversation: UUID | None
    ) -> list[VisitorMessage]:
        said = self.said.get((account.id, visitor), [])
        end = next((place for place, one in enumerate(said) if one.id == str(before)), len(said)) if before else len(said)
        return said[max(0, end - limit) : end]

    async def conversations(self, account: StoredAccount, visitor: str) -> list[VisibleConversation]:
        said = self.said.get((account.id, visitor), [])
        if not said:
            return []
        unread = sum(one.from_ == "us" for one in said)
        first, last = (datetime.fromisoformat(one.at) for one in (said[0], said[-1]))
        return [
            VisibleConversation(id=new_id(), state="solved", began_at=first, last_at=last, last_text=said[-1].text, unread=unread)
        ]

    async def keep_device(self, account: StoredAccount, visitor: str, device: Device) -> UUID:
        self.devices[device_id := new_id()] = (visitor, check_device(device))
        return device_id

    async def forget_device(self, account: StoredAccount, visitor: str, device_id: UUID) -> bool:
        return self.devices.pop(device_id, None) is not None

    async def presence(self, account: StoredAccount, language: str) -> Presence:
        return self.here

    async def invite(self, account: StoredAccount, visitor: str, to: str, language: str) -> str:
        offered = {door.id for door in self.here.elsewhere}
        return f"https://chat.example/start?{to}-{language}" if to in offered and self.said.get((account.id, visitor)) else ""


class Site:
    """A running server. `origin` is its address; what is put into `at_the_end` ends before it."""

    def __init__(self, desk: SmallDesk, port: int) -> None:
        self.desk = desk
        self.port = port
        self.origin = f"http://127.0.0.1:{port}"
        self.at_the_end = AsyncExitStack()

    def webchat(self, **settings: Any) -> StoredAccount:
        return self._add(stored("webchat", **settings))

    def form(self, **settings: Any) -> StoredAccount:
        return self._add(stored("form", **settings))

    def app(self, **settings: Any) -> StoredAccount:
        return self._add(stored("app", **settings))

    def repaint(self, account: StoredAccount, color: str) -> None:
        """The company chooses another colour."""
        settings = {**account.account.settings, "color": color}
        self.desk.accounts[account.id] = replace(account, account=replace(account.account, settings=settings))

    def _add(self, account: StoredAccount) -> StoredAccount:
        self.desk.accounts[account.id] = account
        return account


@cache
def pages() -> Litestar:
    """The public areas as `oase.web.app` puts them together; made once, as their routes and files take longer than most tests."""
    assets = Assets({"css/channels.css": channels.colors()})
    return Litestar(
        route_handlers=[asset, *widget.handlers, *portal.handlers, *customerapp.handlers],
        dependencies={"services": Provide(lambda: None, sync_to_thread=False)},  # for pages of the portal that are not asked here
        guards=[permitted],
        middleware=[follow],
        before_send=[finish_headers],
        exception_handlers={OaseError: errors.on_oase_error, HTTPException: errors.on_http_error, Exception: errors.on_crash},
        state=State({"assets": assets, "templates": make_environment(assets)}),
        openapi_config=None,
        logging_config=None,
    )


def application(desk: SmallDesk, rules: Rules | None = None) -> Any:
    """The public areas with the small desk behind them."""
    parts = Parts(
        accounts=desk,
        journal=desk,
        desk=desk,
        blobs=blobs.in_memory(),
        clock=SystemClock(),
        abuse=Abuse(asyncio.get_running_loop().time, rules),
        puzzles=Puzzles(b"p" * 32),
        demo=True,
    )
    app = pages()
    app.state.widget = parts
    hot = HotPaths(parts, desk.feed)
    given = customerapp.AppParts(widget=parts, desk=desk, push_key="BPk")
    app.state.customerapp = given
    stream = customerapp.AppStream(given, desk.feed)

    async def all_of_it(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http" and hot.takes(scope):
            await hot(scope, receive, send)
        elif scope["type"] == "http" and stream.takes(scope):
            await stream(scope, receive, send)
        else:
            await app(scope, receive, send)

    return all_of_it


@asynccontextmanager
async def running(rules: Rules | None = None, port: int = 0) -> AsyncIterator[Site]:
    """A server on a free port of this machine."""
    desk = SmallDesk()
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        app = application(desk, rules)
        async with listening(app, listener, at_end=desk.feed.close_all, lifespan="on", log_level="warning"):
            site = Site(desk, listener.getsockname()[1])
            async with site.at_the_end:
                yield site
