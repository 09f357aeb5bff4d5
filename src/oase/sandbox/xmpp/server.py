"""The server: its port, the company's sessions, and the way of a message between them and the customers' phones.

connection ── stream, sign-in, resource (`stream`) ──▶ iq: `services` · presence · message ──▶ archive, copies ──▶ phone
phone ── deliver ──▶ archive ── queue (faults strike here) ──▶ the session it is for · all that are there · kept until one comes
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import Element

from oase.sandbox.xmpp import names
from oase.sandbox.xmpp.archive import Archive, stamp
from oase.sandbox.xmpp.errors import Refused, returned
from oase.sandbox.xmpp.roster import Roster
from oase.sandbox.xmpp.services import Services
from oase.sandbox.xmpp.stream import Stream
from oase.sandbox.xmpp.upload import Upload
from oase.sandbox.xmpp.wire import Closed, Opened, StreamError, Thing, child, make

if TYPE_CHECKING:
    from oase.sandbox.xmpp.platform import Xmpp

_CHUNK: Final = 65_536
_NEGOTIATION_SECONDS: Final = 30.0
_KEEP_OFFLINE: Final = 50_000
_LOOK_SECONDS: Final = 0.1


class Server:
    """One domain with one account. `port`: where it listens, once it has started."""

    def __init__(self, platform: "Xmpp", domain: str, port: int) -> None:
        self._platform, self.domain, self.port = platform, domain, port
        self.bare = f"{platform.user}@{domain}"
        self.archive, self.roster, self.upload = Archive(), Roster(), Upload(platform, domain)
        self.visited = asyncio.Event()  # the company has signed in and is there
        self._services = Services(self)
        self._connections: set[Stream] = set()
        self._offline: deque[Element] = deque(maxlen=_KEEP_OFFLINE)
        self._asking: dict[str, Element] = {}  # who wants to see our presence and has no answer yet (RFC 6121, 3.1.3)
        self._waiting: deque[Element] = deque()
        self._news = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._bringing: asyncio.Task[None] | None = None

    def people(self) -> Mapping[str, str]:
        """The addresses of all customers, with their names."""
        return {one.id: one.name for one in self._platform.phone.customers.values()}

    @property
    def sessions(self) -> list[Stream]:
        """The company's clients that have a resource."""
        return [one for one in self._connections if one.resource and not one.ended]

    async def start(self) -> None:
        """Opens the port on loopback; another one if it is taken."""
        try:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        except OSError:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self._bringing = asyncio.create_task(self._bring(), name="sandbox xmpp")

    async def stop(self) -> None:
        """Closes everything."""
        if self._bringing is not None:
            self._bringing.cancel()
            await asyncio.gather(self._bringing, return_exceptions=True)
        for stream in list(self._connections):
            stream.cut()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    def end_all(self, error: StreamError | None) -> None:
        """Ends all connections: with an error, or without a word."""
        for stream in list(self._connections):
            stream.cut() if error is None else stream.fail(error)

    # --- a connection ---

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream = Stream(writer, self.domain)
        if self._platform.struck("outage"):
            stream.cut()
            return
        self._connections.add(stream)
        until = asyncio.get_running_loop().time() + _NEGOTIATION_SECONDS
        try:
            while not stream.ended:
                async with asyncio.timeout_at(None if stream.resource else until):
                    data = await reader.read(_CHUNK)
                if not data:
                    break
                await self._read(stream, data)
                await writer.drain()
            await _hear_out(reader)
        except TimeoutError:
            stream.fail(StreamError("connection-timeout"))
        except OSError:
            pass
        finally:
            self._leaves(stream)
            writer.close()

    async def _read(self, stream: Stream, data: bytes) -> None:
        found, wrong = stream.reader.feed(data)
        try:
            for thing in found:
                if stream.ended:
                    return
                await self._take(stream, thing)
        except StreamError as error:
            wrong = error
        if wrong is not None and not stream.ended:
            stream.fail(wrong)

    async def _take(self, stream: Stream, thing: Thing) -> None:
        if isinstance(thing, Opened):
            stream.opens(thing)
        elif isinstance(thing, Closed):
            stream.close()
        elif not stream.user:
            if stream.refusal is None:
                stream.refusal = self._refusal()
            stream.signs_in(thing, {self._platform.user: self._platform.password})
        else:
            await self._stanza(stream, thing)

    def _refusal(self) -> str:
        if self._platform.struck("http_error"):
            return "temporary-auth-failure"
        return "not-authorized" if self._platform.struck("token_expired") else ""

    async def _stanza(self, stream: Stream, stanza: Element) -> None:
        namespace, _, name = stanza.tag[1:].partition("}")
        if namespace == names.MANAGEMENT:
            stream.counts(stanza)
            return
        if namespace != names.CLIENT or name not in ("iq", "message", "presence"):
            raise StreamError("unsupported-stanza-type")
        if stanza.get("from", stream.bare) not in (stream.bare, stream.full):
            raise StreamError("invalid-from")
        if not stream.resource:
            self._bound(stream, stream.binds(stanza))
            return
        stanza.set("from", stream.full)
        if stream.handled is not None:
            stream.handled = (stream.handled + 1) % 2**32
        if name == "iq":
            self._services.answer(stream, stanza)
        elif name == "presence":
            self._presence(stream, stanza)
        else:
            await self._says(stream, stanza)

    def _bound(self, stream: Stream, resource: str) -> None:
        for other in self.sessions if resource else ():
            if other is not stream and other.resource == resource:
                other.fail(StreamError("conflict", "Another client took this resource."))

    def _leaves(self, stream: Stream) -> None:
        """What it never confirmed goes to others, or waits (XEP-0198, 4)."""
        self._connections.discard(stream)
        stream.ended = True
        for stanza in stream.unanswered:
            if stanza.tag.endswith("}message") and child(stanza, names.ARCHIVE, "result") is None:
                self._waiting.append(stanza)
        stream.unanswered.clear()
        self._news.set()

    # --- presence (RFC 6121, sections 3 and 4) ---

    def _presence(self, stream: Stream, presence: Element) -> None:
        to, kind = (presence.get("to") or "").partition("/")[0].lower(), presence.get("type") or ""
        if to and kind in ("subscribe", "subscribed", "unsubscribe", "unsubscribed"):
            self._subscription(to, kind)
        elif not to and kind in ("", "unavailable"):
            first = not stream.available and not kind
            stream.available, stream.priority = not kind, _priority(presence)
            for other in self.sessions:
                if other.available:
                    other.send(presence)
            for asking in self._asking.values() if first else ():
                stream.send(asking)
            if first and stream.priority >= 0:
                self._flush(stream)
                self.visited.set()

    def _subscription(self, to: str, kind: str) -> None:
        if to not in self.people():
            return
        item = self.roster.item(to)
        if kind in ("subscribed", "unsubscribed"):
            self._asking.pop(to, None)
        if kind == "subscribed":
            item.sees_us = True
        elif kind == "unsubscribed":
            item.sees_us = False
        elif kind == "unsubscribe":
            item.seen = item.asked = False
        elif not item.seen:
            item.seen = True  # whoever writes to a company lets it see that they are there
            self.deliver_presence(to, "subscribed")
            self.deliver_presence(to, "")
        self.push(make(f"{names.ROSTER} query", item.element()))

    def deliver_presence(self, sender: str, kind: str, *inside: Element) -> None:
        """Presence of a customer, to all clients that are there."""
        more = {"type": kind} if kind else {}
        presence = make(f"{names.CLIENT} presence", *inside, from_=sender, to=self.bare, **more)
        if kind == "subscribe":
            self._asking[sender] = presence
        for stream in self.sessions:
            if stream.available:
                stream.send(presence)

    def push(self, query: Element) -> None:
        """Tells clients of a change in the roster."""
        for stream in self.sessions:
            if stream.wants_roster:
                stream.send(make(f"{names.CLIENT} iq", query, type="set", id=self._platform.new_id("message"), to=stream.full))

    def _flush(self, stream: Stream) -> None:
        """What came while nobody was there (XEP-0160)."""
        while self._offline:
            stream.send(self._offline.popleft())

    # --- from the company to customers ---

    async def _says(self, stream: Stream, message: Element) -> None:
        to = (message.get("to") or "").partition("/")[0].lower()
        counts = child(message, names.CLIENT, "body") is not None
        if counts and await self._breaks_before(stream):
            return
        try:
            self._refuse(counts)
            if to in ("", self.bare):  # a note to oneself
                self._put(message)
            else:
                self._platform.arrives(message)
        except Refused as refused:
            if message.get("type") != "error":
                stream.send(returned(message, refused))
            return
        self.archive.keep(message, to, self._platform.now())
        self._copy(message, "sent", stream)
        if counts and self._platform.struck("error_in_200"):
            late = returned(message, Refused("service-unavailable", "The other server sent it back."))
            self._platform.soon(lambda: self._put(late))
        if counts and self._platform.struck("cut_after_accept"):
            stream.cut()

    async def _breaks_before(self, stream: Stream) -> bool:
        slow = self._platform.struck("slow")
        if slow:
            await asyncio.sleep(slow.seconds)
        if self._platform.struck("cut_before_accept"):
            stream.cut()
        return stream.ended

    def _refuse(self, counts: bool) -> None:
        if counts and self._platform.struck("throttled"):
            raise Refused("policy-violation", "Too many messages in a short time.", kind="wait")
        if counts and self._platform.struck("http_error"):
            raise Refused("internal-server-error")

    def _copy(self, message: Element, kind: str, without: Stream) -> None:
        """Other clients of the account get a copy, where they want it (XEP-0280)."""
        if message.get("type") not in ("chat", None) or child(message, names.CARBONS, "private") is not None:
            return
        for other in self.sessions:
            if other is not without and other.carbons:
                inside = make(f"{names.CARBONS} {kind}", make(f"{names.FORWARD} forwarded", message))
                other.send(make(f"{names.CLIENT} message", inside, from_=self.bare, to=other.full, type="chat"))

    # --- from customers to the company ---

    def deliver(self, message: Element) -> None:
        """A customer's program sent this: it is kept under an id, and brought."""
        sender = (message.get("from") or "").partition("/")[0]
        kept = self.archive.keep(deepcopy(message), sender, self._platform.now())
        if kept:
            message.append(make(f"{names.IDS} stanza-id", by=self.bare, id=kept))
        if self._platform.struck("wrong_signature"):
            self._put(_forged(message, self.bare))
        self._put(message)

    def _put(self, message: Element) -> None:
        self._waiting.append(message)
        self._news.set()

    async def _bring(self) -> None:
        """One after the other, as they came; faults strike here."""
        faults = self._platform.faults
        while True:
            if not self._waiting or faults.holds("webhook_outage"):
                self._news.clear()
                await self._look()
                continue
            delay = self._platform.struck("delay")
            if delay or faults.holds("reversed"):
                await asyncio.sleep(delay.seconds if delay else _LOOK_SECONDS * 2)
            message = self._waiting.pop() if self._platform.struck("reversed") else self._waiting.popleft()
            self._bring_one(message)
            duplicate = self._platform.struck("duplicate")
            for _ in range(duplicate.times if duplicate else 0):
                self._bring_one(message)

    async def _look(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_SECONDS if self._waiting else None):
                await self._news.wait()
        except TimeoutError:
            pass

    def _bring_one(self, message: Element) -> None:
        """To the client that it names, else to all that are there, else it waits (RFC 6121, 8.5.2 and 8.5.3)."""
        resource = (message.get("to") or "").partition("/")[2]
        named = [one for one in self.sessions if resource and one.resource == resource]
        there = named or [one for one in self.sessions if one.available and one.priority >= 0]
        if there and self._platform.struck("truncated"):
            there[0].half(message)
            self._waiting.appendleft(message)
            return
        for stream in there:
            stream.send(message)
        if named:
            self._copy(message, "received", named[0])
        lasts = child(message, names.HINTS, "no-store") is None and message.get("type") != "error"
        if not there and lasts:
            if child(message, names.DELAY, "delay") is None:
                message.append(make(f"{names.DELAY} delay", from_=self.domain, stamp=stamp(self._platform.now())))
            self._offline.append(message)


def _priority(presence: Element) -> int:
    found = child(presence, names.CLIENT, "priority")
    words = (found.text or "").strip() if found is not None else ""
    return max(-128, min(127, int(words))) if words.removeprefix("-").isdecimal() and len(words) < 5 else 0


def _forged(message: Element, account: str) -> Element:
    """What somebody writes who wants the company to have said something: a copy that its own server did not make."""
    said = make(f"{names.CLIENT} message", make(f"{names.CLIENT} body", "Geschenkt!"), from_=f"{account}/x", type="chat", id="x")
    said.set("to", (message.get("from") or "").partition("/")[0])
    inside = make(f"{names.CARBONS} sent", make(f"{names.FORWARD} forwarded", said))
    sender = message.get("from") or ""
    return make(f"{names.CLIENT} message", inside, from_=sender, to=account, type="chat", id=f"forged-{message.get('id')}")


async def _hear_out(reader: asyncio.StreamReader) -> None:
    """Takes what is still on its way, so that our last words are not lost with it; the stream breaks off soon."""
    try:
        while await reader.read(_CHUNK):
            pass
    except OSError:
        pass
