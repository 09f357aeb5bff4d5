"""Live events for our own pages: `GET /live` is a stream of server-sent events (HTML Living Standard, 9.2).

    cookie --resolve--> viewer --rooms--> hub --> "id: position · event: topic · data: {key, …}"

`?of=floor` adds what the whole desk does, for those who may see it;
`?of=me` is what concerns the viewer, and nothing else. Begins after `?after=` (the position at which the page was read)
and resumes by `Last-Event-ID`; says `reload` to whoever was away too long. Streams end by themselves after ten minutes (the browser
comes back by itself) and at shutdown. Bare ASGI, since thousands of them stay open.
"""

import asyncio
from collections.abc import Collection
from contextlib import suppress
from typing import Final
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
from litestar.types import Receive, Scope, Send

from oase.kernel.live import LiveEvent, LiveHub, Position, Subscription
from oase.kernel.permissions import Permission
from oase.web.sessions import Resolver, cookie_name

PATH: Final = "/live"
_LIFE_SECONDS: Final = 600.0
_HEARTBEAT_SECONDS: Final = 20.0
_TO_ME: Final = ("read", "mention", "notification", "offer", "whisper")
_HEADERS: Final = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


class Live:
    """The agents' stream as an ASGI application."""

    def __init__(self, hub: LiveHub, resolver: Resolver) -> None:
        self._hub = hub
        self._resolver = resolver

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the client goes, the stream is old, or the house shuts down."""
        viewer = await self._resolver(_cookie(scope))
        if viewer is None:
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"Please sign in.", "more_body": False})
            return
        me = viewer.agent_id
        own = [*(f"{topic}:{me}" for topic in _TO_ME), f"session:{viewer.session_id}"]
        if _asks_for(scope, "floor") and viewer.may(Permission.REPORT_READ):
            own += ["offer", "desk", "stranded"]
        if _asks_for(scope, "me"):
            await stream(self._hub, viewer.workspace_id, [*own, "duty"], _last_seen(scope), receive, send)
            return
        rooms = ["conversation", "account", "notice", "typing", "presence", "duty", "person", "view", *own]
        await stream(self._hub, viewer.workspace_id, rooms, _last_seen(scope), receive, send)


async def stream(
    hub: LiveHub, workspace_id: UUID, rooms: Collection[str], after: Position | None, receive: Receive, send: Send
) -> None:
    """Sends the events of these rooms as a stream of server-sent events."""
    await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
    async with hub.subscribe(workspace_id, rooms, after) as subscription:
        begin = f"retry: 1000\nid: {after or hub.position}\nevent: hello\ndata: {{}}\n\n"
        await send({"type": "http.response.body", "body": begin.encode(), "more_body": True})
        gone = asyncio.create_task(_gone(receive, subscription))
        try:
            await _pump(subscription, send)
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _pump(subscription: Subscription, send: Send) -> None:
    loop = asyncio.get_running_loop()
    end = loop.time() + _LIFE_SECONDS
    while (now := loop.time()) < end:
        try:
            async with asyncio.timeout(min(_HEARTBEAT_SECONDS, end - now)):  # (`wait_for` would make a task for each event)
                event = await subscription.queue.get()
        except TimeoutError:
            await send({"type": "http.response.body", "body": b": still here\n\n", "more_body": True})
            continue
        if event is None:
            if subscription.lagged:
                await send({"type": "http.response.body", "body": b"event: reload\ndata: {}\n\n", "more_body": True})
            return
        if event.topic == "session":  # signed out elsewhere: this stream may not go on
            await send({"type": "http.response.body", "body": b"event: reload\ndata: {}\n\n", "more_body": True})
            return
        chunk = [encode(event)]
        while not subscription.queue.empty() and len(chunk) < 100:
            more = subscription.queue.get_nowait()
            if more is None:
                subscription.queue.put_nowait(None)
                break
            chunk.append(encode(more))
        await send({"type": "http.response.body", "body": b"".join(chunk), "more_body": True})


class _Newest:
    """The newest event and its bytes: thousands of streams send the same one, one after the other."""

    event: LiveEvent | None = None
    content = b""


def encode(event: LiveEvent) -> bytes:
    """One event as it goes over the wire."""
    if _Newest.event is not event:
        data = msgspec.json.encode({"key": event.key, **event.payload})
        _Newest.content = b"id: %b\nevent: %b\ndata: %b\n\n" % (str(event.position).encode(), event.topic.encode(), data)
        _Newest.event = event
    return _Newest.content


async def _gone(receive: Receive, subscription: Subscription) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue
    subscription.end()


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _asks_for(scope: Scope, what: str) -> bool:
    """Whether the page is of this kind: `?of=`."""
    return parse_qs(scope.get("query_string", b"").decode("latin-1")).get("of") == [what]


def _last_seen(scope: Scope) -> Position | None:
    """Where the browser stands: at the last event it had, or (first connection) at the position its page was read at."""
    given = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("after", [""])
    return Position.read(_header(scope, b"last-event-id") or given[0])


def _cookie(scope: Scope) -> str:
    name = cookie_name(scope.get("scheme") == "https")
    for pair in _header(scope, b"cookie").split(";"):
        key, _, value = pair.strip().partition("=")
        if key == name:
            return value
    return ""
