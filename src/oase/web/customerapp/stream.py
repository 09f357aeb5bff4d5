"""The app's stream: server-sent events, as a bare ASGI application beside the widget's hot paths.

GET /app/<account>/v1/stream   Authorization: Bearer …
    Last-Event-ID: …             the last event that the app saw: the stream goes on there, with nothing lost and nothing twice
    id: …  data: {"sync": [the newest messages], "presence": {…}}     at the first connection, and where it cannot go on
           data: {"presence": {…}}                                    where it goes on; what was missed comes next
    id: …  data: {"message": {…}} | {"typing": true} | {"read": …}    as things happen
The stream ends by itself after about ten minutes; the app comes back.

OPTIONS /app/<account>/v1/…   what browsers ask before a web page of others may call us (CORS); the framework has an answer of its own
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec

from oase.channels.families import visitor as visitors
from oase.kernel.errors import Unavailable
from oase.web.customerapp.access import app_of, customer_by
from oase.web.customerapp.parts import AppParts
from oase.web.widget import origins
from oase.web.widget.feed import Feed, Stream
from oase.web.widget.hot import Refusal, presence_of, timeline_of

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
_PIECES: Final = 5  # "", app, account, v1, stream


class AppStream:
    """`takes` says whether a request is for the stream; calling it answers."""

    def __init__(self, parts: AppParts, feed: Feed) -> None:
        self._parts, self._feed = parts, feed

    @staticmethod
    def takes(scope: Scope) -> bool:
        """Whether this is an app's stream, or a browser's question beforehand."""
        path: str = scope.get("path", "")
        if not path.startswith("/app/"):
            return False
        pieces, method = path.split("/"), scope.get("method")
        stream = method == "GET" and len(pieces) == _PIECES and pieces[3:] == ["v1", "stream"]
        return stream or (method == "OPTIONS" and len(pieces) >= _PIECES and pieces[3] == "v1")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request that `takes` has taken."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        origin = headers.get("origin", "")
        try:
            account = await app_of(self._parts, scope["path"].split("/")[2], origin, headers.get("host", ""))
            if scope["method"] == "OPTIONS":
                await send({"type": "http.response.start", "status": 204, "headers": _allowed(origin)})
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                return
            bearer = customer_by(self._parts, account, headers.get("authorization", ""))
            lang = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("lang", ["en"])[0][:35]
            stream = Stream(account, bearer.session.visitor, send)
            key = visitors.live_key(account.account.id, bearer.session.visitor)
            self._feed.add(key, stream)  # before anything is read: what comes meanwhile waits and is not missed
            try:
                begin = await self._begin(key, stream, headers.get("last-event-id", ""), lang)
                await send({"type": "http.response.start", "status": 200, "headers": _headers(origin)})
                await send({"type": "http.response.body", "body": begin, "more_body": True})
                stream.begin()
                while (await receive())["type"] != "http.disconnect":
                    pass
            finally:
                self._feed.remove(key, stream)
                await stream.drained()
        except Refusal as refusal:
            await _refuse(send, refusal, origin)
        except Unavailable:
            await _refuse(send, Refusal(503, "later", retry_after=2), origin)

    async def _begin(self, key: UUID, stream: Stream, last: str, lang: str) -> bytes:
        """What a connection says first: what was missed since the last event, or the newest messages."""
        who = await presence_of(self._parts.widget, stream.account, lang)
        if last and (missed := await self._feed.missed(key, stream, last)) is not None:
            return b"".join([b"data: %s\n\n" % msgspec.json.encode({"presence": who}), *missed])
        place = self._feed.place(key)  # before the messages are read: what comes in between may come twice, but comes
        sync = await timeline_of(self._parts.widget, stream.account, stream.visitor)
        return b"id: %s\ndata: %s\n\n" % (place, msgspec.json.encode({"sync": sync, "presence": who}))


def _allowed(origin: str) -> list[tuple[bytes, bytes]]:
    headers = {
        **origins.cors(origin),
        "access-control-allow-methods": "GET, POST, PUT, DELETE",
        "access-control-allow-headers": "authorization, content-type, last-event-id",
        "access-control-max-age": "7200",
    }
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


def _headers(origin: str) -> list[tuple[bytes, bytes]]:
    headers = {
        "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-store", "x-accel-buffering": "no",
        **origins.cors(origin),
    }  # fmt: skip
    return [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]


async def _refuse(send: Send, refusal: Refusal, origin: str) -> None:
    body = msgspec.json.encode(refusal.body())
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)), (b"cache-control", b"no-store")]
    headers += [(name.encode(), value.encode("latin-1")) for name, value in origins.cors(origin).items()]
    if refusal.retry_after:
        headers.append((b"retry-after", b"%d" % round(refusal.retry_after + 1)))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": body, "more_body": False})
