"""The web side of a process: one ASGI application that sends each request to its part.

/hooks/…  providers' deliveries        /live, /widget/…/deliver, /widget/…/stream, /app/…/stream   streams and hot paths (bare ASGI)
/sandbox/…  simulated providers        /healthz, /readyz, /metrics                  for machines
everything else: the pages and the API (Litestar)
"""

import time
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send
from msgspec import Struct
from msgspec.structs import replace

from oase.channels import StoredAccount
from oase.channels.families.visitor import live_key
from oase.conversations import (
    Device,
    VisibleConversation,
    VisibleMessage,
    check_device,
    expect_upload,
    forget_device,
    invite,
    keep_device,
    offered,
    visitor_conversation,
    visitor_conversations,
    visitor_message,
    visitor_page,
    visitor_timeline,
)
from oase.desk.presence import is_here, say_what_they_do, standings
from oase.desk.waits import Outlooks, Wait, head_line, outlooks, sentence
from oase.kernel import metrics
from oase.kernel.errors import OaseError
from oase.kernel.i18n import Language, Translator, translator
from oase.kernel.webpush import Vapid
from oase.main.house import House
from oase.main.keeping import PARTS, RULES
from oase.main.sign_in import SessionResolver
from oase.staff import find_workspace, list_agents
from oase.web.app import finish_headers, make_app
from oase.web.customerapp import AppParts, AppStream
from oase.web.hooks import PREFIX as HOOKS
from oase.web.hooks import Hooks
from oase.web.live import PATH as LIVE
from oase.web.live import Live
from oase.web.responsetimes import Sent, Shortcut, board_of
from oase.web.services import Services
from oase.web.widget import (
    Abuse,
    Door,
    Face,
    Feed,
    HotPaths,
    Parts,
    Presence,
    Puzzles,
    VisitorChoice,
    VisitorFile,
    VisitorMessage,
)

_PRESENCE_KEPT: Final = timedelta(seconds=15)
_CONVERSATIONS: Final = 100
_HERE: Final = timedelta(minutes=5)  # an agent's page is heard from at least every minute
_TEXT: Final = [(b"content-type", b"text/plain; charset=utf-8")]
log = structlog.get_logger()


class _Known(Struct):
    """What is kept of a workspace for a moment: who is there, and where visitors may go on."""

    at: datetime
    presence: Presence
    accounts: list[StoredAccount]
    outlooks: Outlooks
    zone: str


class VisitorDesk:
    """What visitors of the widget may know: their own dialogue, and whether somebody is there."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._known: dict[UUID, _Known] = {}

    async def timeline(self, account: StoredAccount, visitor: str, *, limit: int) -> Sequence[VisitorMessage]:
        """The newest messages, oldest first."""
        async with self._house.database.work(account.workspace_id) as work:
            found = await visitor_timeline(work, account.id, account.manifest.identity, visitor, limit=limit)
        return [_shown(message) for message in found]

    async def message(self, account: StoredAccount, visitor: str, message_id: str) -> VisitorMessage | None:
        """One message, if the visitor may see it."""
        async with self._house.database.work(account.workspace_id) as work:
            found = await visitor_message(work, account.id, account.manifest.identity, visitor, UUID(message_id))
        return _shown(found) if found else None

    async def presence(self, account: StoredAccount, language: str) -> Presence:
        """Who of the team is there, and how long an answer takes, as routing foretells it."""
        known = self._known.get(account.workspace_id)
        now = self._house.clock.now()
        if known is None or now - known.at > _PRESENCE_KEPT:
            async with self._house.database.work(account.workspace_id) as work:
                agents, said = await list_agents(work), await standings(work)
                accounts = await self._house.book.of_workspace(work)
                waits, workspace = await outlooks(work, self._house.timetables), await find_workspace(work)
            here = [one for one in agents if one.id in said and is_here(said[one.id], now)]
            if not say_what_they_do(said.values(), now):
                here = [one for one in agents if one.last_seen_at and now - one.last_seen_at < _HERE]
            faces = [Face(name=one.name.split(" ")[0]) for one in here[:3]]
            presence = Presence(open=bool(here), faces=faces)
            zone = workspace.time_zone if workspace else "UTC"
            known = self._known[account.workspace_id] = _Known(now, presence, accounts, waits, zone)
        offers = offered(account, known.accounts) if account.account.settings.get("elsewhere", True) else []
        doors = [Door(id=str(one.id), name=_name(one, language)) for one in offers]
        wait = known.outlooks.of(account.manifest.pace, now)
        return _with_wait(replace(known.presence, elsewhere=doors), wait, now, translator(language, known.zone))

    async def expect_upload(self, account: StoredAccount, key: str, until: datetime) -> None:
        """A file is about to be stored under this key; if no message names it until then, it goes by itself."""
        async with self._house.database.work(account.workspace_id) as work:
            await expect_upload(work, account.id, key, until)

    async def invite(self, account: StoredAccount, visitor: str, to: str, language: Language) -> str:
        """A link by which the visitor goes on over another account; empty if there is nothing to go on with."""
        offered = (await self.presence(account, language)).elsewhere
        if to not in {door.id for door in offered}:
            return ""
        other = await self._house.book.get(UUID(to))
        async with self._house.database.work(account.workspace_id) as work:
            conversation_id = await visitor_conversation(work, account.manifest.identity, visitor)
            if conversation_id is None or other is None:
                return ""
            return (await invite(work, other, conversation_id, language)).link


def _name(account: StoredAccount, language: str) -> str:
    return account.manifest.name.de if language == "de" else account.manifest.name.en


def _with_wait(presence: Presence, wait: Wait | None, now: datetime, reader: Translator) -> Presence:
    """What is said of the wait, in words and as moments; only when it opens, where no more is foretold."""
    if wait is None:
        return presence
    said, opens = sentence(wait, now, reader), wait.begins.isoformat() if wait.begins else ""
    if wait.by is None:
        return replace(presence, said=said, hours=said, opens_at=opens)
    return replace(presence, wait=head_line(wait, now, reader), said=said, by=wait.by.isoformat(), opens_at=opens)


class CustomerDesk:
    """What customers of the app may know and do beside: pages of their messages, their conversations, their devices."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def page(
        self, account: StoredAccount, visitor: str, *, limit: int, before: UUID | None, conversation: UUID | None
    ) -> Sequence[VisitorMessage]:
        """Messages before one of them, oldest first."""
        kind = account.manifest.identity
        async with self._house.database.work(account.workspace_id) as work:
            found = await visitor_page(work, account.id, kind, visitor, limit=limit, before=before, conversation=conversation)
        return [_shown(message) for message in found]

    async def conversations(self, account: StoredAccount, visitor: str) -> Sequence[VisibleConversation]:
        """The newest conversations first."""
        async with self._house.database.work(account.workspace_id) as work:
            return await visitor_conversations(work, account.id, account.manifest.identity, visitor, limit=_CONVERSATIONS)

    async def keep_device(self, account: StoredAccount, visitor: str, device: Device) -> UUID:
        """Registers a device; raises Invalid."""
        key = live_key(account.account.id, visitor)
        async with self._house.database.work(account.workspace_id) as work:
            return await keep_device(work, self._house.safe, account.id, visitor, key, check_device(device))

    async def forget_device(self, account: StoredAccount, visitor: str, device_id: UUID) -> bool:
        """Forgets a device of the customer."""
        async with self._house.database.work(account.workspace_id) as work:
            return await forget_device(work, device_id, live_key(account.account.id, visitor))


def _shown(message: VisibleMessage) -> VisitorMessage:
    return VisitorMessage(
        id=str(message.id),
        at=message.at.isoformat(),
        from_="system" if message.system else "us" if message.ours else "visitor",
        text=message.text,
        name=message.author_name if message.ours else "",
        files=[
            VisitorFile(blob=file.blob_key, name=file.name, type=file.type, size_bytes=file.size_bytes) for file in message.files
        ],
        choices=[VisitorChoice(id=choice["id"], title=choice["title"]) for choice in message.choices],
        state="" if message.ours else "read" if message.read else "sent",
        client="" if message.ours else message.external_id.partition(":")[2],
    )


class Front:
    """The application that the server runs."""

    def __init__(self, house: House, sandbox: ASGIApp | None = None) -> None:
        resolver = SessionResolver(house.database, house.settings.session_length)
        house.begin("sessions", lambda: resolver.run(house.hub))
        services = Services(
            settings=house.settings,
            database=house.database,
            live=house.hub,
            safe=house.safe,
            clock=house.clock,
            book=house.book,
            journal=house.journal,
            blobs=house.blobs,
            outside=house.outside,
            timetables=house.timetables,
            rules=RULES,
            parts=PARTS,
        )
        self._house = house
        self._pages: Litestar = make_app(services, resolver)
        house.begin("response times", lambda: board_of(self._pages).run(house.hub))
        self._times = Shortcut(self._pages)
        self._hooks = Hooks(house.book, house.journal, house.clock)
        self._live = Live(house.hub, resolver)
        parts = _widget_parts(house)
        self._pages.state.widget = parts
        self.feed = Feed(parts.desk, house.clock, house.hub)
        house.begin("visitors", lambda: self.feed.run(house.hub))
        self._widget = HotPaths(parts, self.feed)
        app = AppParts(widget=parts, desk=CustomerDesk(house), push_key=Vapid(house.safe, house.settings).public)
        self._pages.state.customerapp = app
        self._app = AppStream(app, self.feed)
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends the request to its part."""
        if scope["type"] != ScopeType.HTTP:
            await self._pages(scope, receive, send)
            return
        path = scope["path"]
        if path.startswith(HOOKS):
            await self._hooks(scope, receive, send)
        elif path == LIVE:
            await self._live(scope, receive, send)
        elif self._widget.takes(scope):  # type: ignore[arg-type]
            await self._widget(scope, receive, send)  # type: ignore[arg-type]
        elif self._app.takes(scope):  # type: ignore[arg-type]
            await self._app(scope, receive, send)  # type: ignore[arg-type]
        elif self._sandbox is not None and path.startswith("/sandbox"):
            await self._sandbox(scope, receive, send)
        elif path.startswith(("/response-times", "/portal")) and (sent := self._times(scope)) is not None:
            await self._send(scope, sent, send)
        elif path in ("/healthz", "/readyz", "/metrics"):
            await self._for_machines(path, send)
        else:
            await self._pages(scope, receive, send)

    async def _send(self, scope: Scope, sent: Sent, send: Send) -> None:
        """An answer that was at hand, with the headers that all pages have."""
        headers = [(name.encode(), value.encode("latin-1")) for name, value in sent.headers.items()]
        start: Any = {"type": "http.response.start", "status": sent.status, "headers": [*headers, _length(sent)]}
        await finish_headers(start, scope)
        await send(start)
        await send({"type": "http.response.body", "body": sent.body, "more_body": False})

    async def _for_machines(self, path: str, send: Send) -> None:
        if path == "/metrics":
            await _answer(send, 200, metrics.exposition(), [(b"content-type", metrics.CONTENT_TYPE.encode())])
        elif path == "/healthz":
            await _answer(send, 200, b"ok", _TEXT)
        else:
            ready = await self._ready()
            await _answer(send, 200 if ready else 503, b"ready" if ready else b"The database does not answer.", _TEXT)

    async def _ready(self) -> bool:
        with suppress(OaseError):
            async with self._house.database.connection() as connection:
                await connection.execute(b"SELECT 1")
                return True
        return False

    def close_streams(self) -> None:
        """Ends every stream, so that none holds the server up at shutdown."""
        self.feed.close_all()
        self._house.hub.end_all()


def _widget_parts(house: House) -> Parts:
    return Parts(
        accounts=house.book,
        journal=house.journal,
        desk=VisitorDesk(house),
        blobs=house.blobs,
        clock=house.clock,
        abuse=Abuse(time.monotonic),
        puzzles=Puzzles(house.safe.derive("puzzle")),
        demo=house.settings.demo,
    )


def _length(sent: Sent) -> tuple[bytes, bytes]:
    return b"content-length", b"%d" % len(sent.body)


async def _answer(send: Send, status: int, body: bytes, headers: list[tuple[bytes, bytes]]) -> None:
    start: Any = {"type": "http.response.start", "status": status, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": body, "more_body": False})
