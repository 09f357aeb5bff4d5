"""Live events to visitors' streams: one subscription per process, handed out by key.

    LiveHub --topic "visitor"--> Feed --key--> Stream, Stream, …
    a stream that comes back says which event it saw last: what happened since is read from the log, and goes before what is new

A stream costs one waiting task (uvicorn's own, in `receive`); bytes are sent by a short task that exists only while there are
some. So 10,000 quiet visitors cost memory, not time, and a slow one holds up nobody.
"""

import asyncio
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from typing import Any, Final, Protocol
from uuid import UUID

import msgspec
import structlog

from oase.channels import StoredAccount
from oase.kernel.clock import Clock
from oase.kernel.live import LiveEvent, LiveHub, Missed, Position
from oase.web.widget import shape
from oase.web.widget.parts import Desk

Send = Callable[[dict[str, Any]], Awaitable[None]]
_BACKLOG: Final = 200  # pieces a visitor's browser may lag before its stream ends (it comes back and loads anew)
_BEAT_SECONDS: Final = 20.0
_MISSED: Final = 1_000  # events that are made up for; who missed more begins anew
_SLICE: Final = 500  # streams that are served before others get their turn
log = structlog.get_logger()


class Log(Protocol):
    """Where what happened is kept for a while; `oase.kernel.live.LiveHub`."""

    position: Position

    async def missed(self, workspace_id: UUID, topic: str, key: UUID, after: Position, most: int) -> Missed | None:
        """What happened to a key since a place; None if it is too much or not known any more."""
        ...


class Stream:
    """One visitor's open connection. `up_to`: what happened before that place it has already."""

    __slots__ = ("_begun", "_pending", "_send", "_sender", "account", "beats", "closed", "up_to", "visitor")

    def __init__(self, account: StoredAccount, visitor: str, send: Send) -> None:
        self.account = account
        self.visitor = visitor
        self.beats = 0
        self.closed = False
        self.up_to = Position(0, 0)
        self._begun = False
        self._send = send
        self._pending: deque[tuple[Position | None, bytes]] = deque()
        self._sender: asyncio.Task[None] | None = None

    def push(self, piece: bytes, position: Position | None = None) -> None:
        """Sends a piece after those before it, without waiting; ends a stream that lags."""
        if self.closed:
            return
        if len(self._pending) >= _BACKLOG:
            self.close()
            return
        self._pending.append((position, piece))
        self._wake()

    def begin(self) -> None:
        """The response has been started: what waited may go."""
        self._begun = True
        if self._pending or self.closed:
            self._wake()

    def close(self) -> None:
        """Ends the stream once what is pending has gone; the browser comes back when it wants more."""
        if not self.closed:
            self.closed = True
            self._wake()

    def _wake(self) -> None:
        if self._begun and self._sender is None:
            self._sender = asyncio.get_running_loop().create_task(self._drain())

    async def drained(self) -> None:
        """Waits until nothing is being sent."""
        if self._sender is not None:
            await asyncio.wait([self._sender])

    async def _drain(self) -> None:
        try:
            while self._pending:
                position, piece = self._pending.popleft()
                if position is None or position > self.up_to:
                    await self._send({"type": "http.response.body", "body": piece, "more_body": True})
            if self.closed:
                await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        except (OSError, RuntimeError):  # the browser went away in the middle
            self.closed = True
        finally:
            self._sender = None


class Feed:
    """All open streams of this process."""

    def __init__(self, desk: Desk, clock: Clock, log: Log, *, lasts_seconds: float = 600.0) -> None:
        self._desk = desk
        self._clock = clock
        self._log = log
        self._beats = max(1, round(lasts_seconds / _BEAT_SECONDS))
        self._streams: defaultdict[UUID, set[Stream]] = defaultdict(set)
        self.count = 0

    def add(self, key: UUID, stream: Stream) -> None:
        """From now on the stream gets the events of this key."""
        self._streams[key].add(stream)
        self.count += 1

    def remove(self, key: UUID, stream: Stream) -> None:
        """The browser went away."""
        found = self._streams.get(key)
        if found is not None and stream in found:
            found.discard(stream)
            self.count -= 1
            if not found:
                del self._streams[key]

    def here(self, key: UUID) -> bool:
        """Whether this visitor has a stream open in this process."""
        return key in self._streams

    async def hand_out(self, event: LiveEvent) -> None:
        """Gives an event to the streams of its key. A message that is only named is loaded, if somebody is here to see it."""
        if not self._streams.get(event.key):
            return
        first = next(iter(self._streams[event.key]))
        piece = await self._piece(first, event)
        if piece is not None:
            for stream in self._streams.get(event.key, ()):
                stream.push(piece, event.position)

    async def _piece(self, stream: Stream, event: LiveEvent) -> bytes | None:
        """An event as streams of this visitor show it; None for a message that the visitor may not see."""
        payload = event.payload
        if isinstance(payload.get("message"), str):
            found = await self._desk.message(stream.account, stream.visitor, payload["message"])
            if found is None:
                return None
            payload = {"message": msgspec.to_builtins(found)}
        content = shape.live(stream.account, stream.visitor, payload, self._clock.now())
        return b"id: %s\ndata: %s\n\n" % (_place(event.position, event.key), content)

    def place(self, key: UUID) -> bytes:
        """The id of an event that says everything up to now."""
        return _place(self._log.position, key)

    async def missed(self, key: UUID, stream: Stream, last: str) -> list[bytes] | None:
        """What an open stream missed since the event with this id; None if that cannot be said, so that it has to begin anew.

        Its own messages and answers come as they are now, each once; who typed meanwhile does not matter any more.
        """
        position, _, whose = last.rpartition("-")
        after = Position.read(position)
        if after is None or whose != _whose(key):
            return None
        found = await self._log.missed(stream.account.workspace_id, "visitor", key, after, _MISSED)
        if found is None:
            return None
        stream.up_to = found.up_to
        newest = {str(event.payload.get("message", event.position)): event for event in found.events}
        events = [event for event in found.events if newest[str(event.payload.get("message", event.position))] is event]
        pieces = [await self._piece(stream, event) for event in events if "typing" not in event.payload]
        return [piece for piece in pieces if piece is not None]

    async def run(self, hub: LiveHub) -> None:
        """Hands out until cancelled. After a lag all streams start anew: they load what they missed."""
        beat = asyncio.create_task(self._beat())
        try:
            while True:
                async with hub.subscribe(None, ["visitor"]) as subscription:
                    async for event in subscription.events():
                        await self._safely_hand_out(event)
                    lagged = subscription.lagged
                self.close_all()
                if not lagged:
                    return
        finally:
            beat.cancel()
            with suppress(asyncio.CancelledError):
                await beat

    async def _safely_hand_out(self, event: LiveEvent) -> None:
        try:
            await self.hand_out(event)
        except Exception:
            log.exception("widget.event_not_shown", position=str(event.position))

    def close_all(self) -> None:
        """Ends every stream: after a lag and at shutdown."""
        for stream in self._all():
            stream.close()

    async def _beat(self) -> None:
        """Keeps idle connections alive through proxies, and ends those that are old."""
        while True:
            await asyncio.sleep(_BEAT_SECONDS)
            for number, stream in enumerate(self._all()):
                stream.beats += 1
                if stream.beats > self._beats:
                    stream.close()
                else:
                    stream.push(b":\n\n")
                if number % _SLICE == 0:
                    await asyncio.sleep(0)

    def _all(self) -> Iterable[Stream]:
        return [stream for streams in self._streams.values() for stream in streams]


def _place(position: Position, key: UUID) -> bytes:
    """The id of an event. It names whose it is: who signs in meanwhile is another visitor, and has missed other things."""
    return f"{position}-{_whose(key)}".encode()


def _whose(key: UUID) -> str:
    return key.hex[:8]
