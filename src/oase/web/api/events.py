"""Live events for programs: `GET /api/v1/events` is a stream of server-sent events (HTML Living Standard, 9.2).

    hub --rooms--> publish --> "id: position · event: type · data: {…}"      resumes by Last-Event-ID

Streams end by themselves after ten minutes and at shutdown; clients come back and go on where they were.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

import msgspec
from litestar import Request, get
from litestar.params import HeaderParameter, QueryParameter
from litestar.response import Stream

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.live import LiveEvent, LiveHub, Position
from oase.kernel.webhooks.rules import check_events, wants
from oase.web.api.caller import Caller
from oase.web.api.conversations import READ
from oase.web.api.parts import GivenCaller
from oase.web.api.request import own_names
from oase.web.given import GivenServices
from oase.web.published import EVENT_TYPES, TOPICS, publish

Type = Annotated[str, QueryParameter(min_length=1, max_length=60)]
_LIFE_SECONDS: Final = 600.0
_HEARTBEAT_SECONDS: Final = 20.0


@get("/events", opt=READ, summary="Follow what happens", tags=["Events"], media_type="text/event-stream")
async def follow(
    request: Request[Any, Any, Any],
    services: GivenServices,
    caller: GivenCaller,
    types: Annotated[
        list[Type] | None, QueryParameter(max_items=100, description="Types, or families as `conversation.*`; none: all.")
    ] = None,
    last_event_id: Annotated[
        str | None,
        HeaderParameter(
            name="last-event-id", max_length=100, description="The id of the last event that was seen: goes on after it."
        ),
    ] = None,
) -> Stream:
    """Server-sent events with the same types and data as webhooks. An event `reload` says that too much was missed."""
    with own_names((("events", "types"),)):
        wanted = check_events(types or (), EVENT_TYPES)
    after = Position.read(last_event_id) if last_event_id else None
    if last_event_id and after is None:
        raise Invalid(message("This is no id of an event."), field="last-event-id")
    headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
    return Stream(_pieces(services.live, caller, wanted, after), media_type="text/event-stream", headers=headers)


async def _pieces(hub: LiveHub, caller: Caller, wanted: list[str], after: Position | None) -> AsyncIterator[bytes]:
    loop = asyncio.get_running_loop()
    end = loop.time() + _LIFE_SECONDS
    async with hub.subscribe(caller.workspace_id, TOPICS, after) as subscription:
        yield f"retry: 1000\nid: {after or hub.position}\nevent: hello\ndata: {{}}\n\n".encode()
        while (now := loop.time()) < end:
            try:
                async with asyncio.timeout(min(_HEARTBEAT_SECONDS, end - now)):
                    event = await subscription.queue.get()
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if event is None:
                if subscription.lagged:
                    yield b"event: reload\ndata: {}\n\n"
                return
            if piece := encode(event, wanted):
                yield piece


def encode(event: LiveEvent, wanted: list[str]) -> bytes:
    """An event of the log as it goes over the wire: what is published of it, the last one with the position."""
    published = [one for one in publish(event) if wants(wanted, one.type)]
    pieces = [
        b"%bevent: %b\ndata: %b\n\n"
        % (b"id: %b\n" % str(event.position).encode() if place == len(published) else b"", one.type.encode(),
           msgspec.json.encode(one.data))
        for place, one in enumerate(published, start=1)
    ]  # fmt: skip
    return b"".join(pieces)


handlers: Final = [follow]
