"""The widget's two hot paths as a bare ASGI application, without the framework's layers.

    POST /widget/<account>/deliver?v,u,w,s   body signed by the session  -> journal -> 202
    GET  /widget/<account>/stream?v,u,w,t,s,lang   -> the timeline and who is there, then live events (SSE)

Requests are "simple" in the sense of CORS (no own headers, text/plain), so browsers ask no permission beforehand.
"""

import math
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec

from oase.channels import StoredAccount, adapter
from oase.channels.contract import Forged, Malformed, Raw
from oase.channels.families import visitor as visitors
from oase.kernel.errors import OaseError, Unavailable
from oase.kernel.i18n import choose
from oase.web.widget import origins, shape
from oase.web.widget.abuse import network_of
from oase.web.widget.feed import Feed, Stream
from oase.web.widget.parts import Parts

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
BODY_BYTES: Final = 64 * 1024
_TIMELINE: Final = 100
_CLOCKS_APART: Final = timedelta(minutes=15)
_KEPT_HEADERS: Final[tuple[str, ...]] = ("user-agent", "origin", "referer")
_PATHS: Final = {("deliver", "POST"), ("stream", "GET")}


class Refusal(OaseError):
    """The request is answered with this status and word; the widget knows what to do about it."""

    def __init__(self, status: int, word: str, *, retry_after: float = 0, why: str = "") -> None:
        super().__init__(why or word)
        self.status = status
        self.word = word
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """What the widget gets to read."""
        why = str(self)
        return {"error": self.word} | ({"why": why} if why != self.word else {})


class HotPaths:
    """`takes` says whether a request is one of ours; calling it answers."""

    def __init__(self, parts: Parts, feed: Feed) -> None:
        self._parts = parts
        self._feed = feed

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Whether this is a delivery or a stream of a widget."""
        path: str = scope.get("path", "")
        if not path.startswith("/widget/"):
            return False
        pieces = path.split("/")
        return len(pieces) == 4 and (pieces[3], scope.get("method")) in _PATHS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request that `takes` has taken."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin", "")
        _, _, account_id, act = scope["path"].split("/")
        try:
            account = await site_of(self._parts, account_id, origin, headers.get("host", ""))
            query = _query(scope)
            if act == "stream":
                await self._stream(account, query, origin, receive, send)
                return
            at = await self._deliver(account, query, headers, scope, receive)
            await _answer(send, 202, {"at": at}, origin)
        except Refusal as refusal:
            await _answer(send, refusal.status, refusal.body(), origin, retry_after=refusal.retry_after)
        except Unavailable:
            await _answer(send, 503, {"error": "later"}, origin, retry_after=2)

    async def _deliver(
        self, account: StoredAccount, query: dict[str, str], headers: dict[str, str], scope: Scope, receive: Receive
    ) -> str:
        """When it was taken: the widget puts its message there among the others."""
        abuse = self._parts.abuse
        address = network_of(scope["client"][0] if scope.get("client") else "")
        if wait := abuse.address.take(address):
            raise Refusal(429, "slow", retry_after=wait)
        body = await _body(headers, receive)
        kept: dict[str, str] = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
        raw = Raw(body=body, headers=kept, query=query, received_at=self._parts.clock.now())
        await take_in(self._parts, account, raw)
        return raw.received_at.isoformat()

    async def _stream(self, account: StoredAccount, query: dict[str, str], origin: str, receive: Receive, send: Send) -> None:
        session = check_session(account, query, "stream", query.get("t", "").encode(), self._parts)
        key = visitors.live_key(account.account.id, session.visitor)
        stream = Stream(account, session.visitor, send)
        self._feed.add(key, stream)  # before the timeline is read: what comes meanwhile waits and is not missed
        try:
            who = await presence_of(self._parts, account, query.get("lang", ""))  # a page may stay open for hours
            begin = msgspec.json.encode({"sync": await timeline_of(self._parts, account, session.visitor), "presence": who})
            await send({"type": "http.response.start", "status": 200, "headers": _stream_headers(origin)})
            await send({"type": "http.response.body", "body": b"data: %s\n\n" % begin, "more_body": True})
            stream.begin()
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            self._feed.remove(key, stream)
            await stream.drained()


async def take_in(parts: Parts, account: StoredAccount, raw: Raw) -> None:
    """Keeps a visitor's delivery for good; raises Refusal for one that is not genuine, cannot be read, or comes too fast."""
    channel = adapter(account.channel)
    try:
        channel.verify(raw, account.account)
    except Forged as error:
        raise Refusal(401, "session", why=str(error)) from error
    if wait := parts.abuse.visitor.take(raw.query["v"]):
        raise Refusal(429, "slow", retry_after=wait)
    try:
        channel.parse(raw, account.account)
    except Malformed as error:  # its sender is right here: tell him, do not keep it
        raise Refusal(422, "malformed", why=str(error)) from error
    await parts.journal.accept(account.workspace_id, account.id, account.channel, raw, dedup=channel.dedup_key(raw))


async def presence_of(parts: Parts, account: StoredAccount, lang: str) -> dict[str, Any]:
    """Who is there now, as JSON, in words of the language that the widget speaks."""
    return shape.presence(await parts.desk.presence(account, choose(lang)))


async def timeline_of(parts: Parts, account: StoredAccount, visitor: str) -> list[dict[str, Any]]:
    """The visitor's newest messages, as JSON, oldest first."""
    found = await parts.desk.timeline(account, visitor, limit=_TIMELINE)
    return shape.messages(account, visitor, found, parts.clock.now())


async def site_of(parts: Parts, account_id: str, origin: str, host: str, channel: str = "webchat") -> StoredAccount:
    """The account of this channel that a page of this origin asks for; raises Refusal."""
    try:
        account = await parts.accounts.get(UUID(account_id))
    except ValueError:
        account = None
    if account is None or not account.enabled or account.channel != channel:
        raise Refusal(404, "gone")
    if not origins.allowed(origin, host, origins.lines(account.account.settings, "origins")):
        raise Refusal(403, "origin", why="This site is not on the account's list of allowed sites.")
    return account


def check_session(account: StoredAccount, query: dict[str, str], purpose: str, content: bytes, parts: Parts) -> visitors.Session:
    """The session that signed `content` and the moment `t`; raises Refusal."""
    now = parts.clock.now()
    try:
        session = visitors.check_signed(query, purpose, content, account.account.secrets.get("session_secret", ()), now)
    except Forged as error:
        raise Refusal(401, "session", why=str(error)) from error
    moment = query.get("t", "")
    if (
        not moment.isascii()
        or not moment.isdigit()
        or abs(int(moment[:13]) / 1000 - now.timestamp()) > _CLOCKS_APART.total_seconds()
    ):
        raise Refusal(401, "clock", why="The request is too old.")
    return session


def _query(scope: Scope) -> dict[str, str]:
    try:
        return dict(parse_qsl(scope.get("query_string", b"").decode("latin-1"), max_num_fields=20))
    except ValueError:
        raise Refusal(400, "malformed") from None


async def _body(headers: dict[str, str], receive: Receive) -> bytes:
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > BODY_BYTES:
        raise Refusal(413, "too_long")
    pieces: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "gone_away")
        piece = message.get("body", b"")
        size += len(piece)
        if size > BODY_BYTES:
            raise Refusal(413, "too_long")
        pieces.append(piece)
        more = message.get("more_body", False)
    return b"".join(pieces)


def _stream_headers(origin: str) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        **origins.cors(origin),
    }
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


async def _answer(send: Send, status: int, content: dict[str, Any], origin: str, *, retry_after: float = 0) -> None:
    body = msgspec.json.encode(content)
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in origins.cors(origin).items()]
    if retry_after:
        headers.append((b"retry-after", b"%d" % math.ceil(retry_after)))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
