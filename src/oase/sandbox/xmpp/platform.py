"""XMPP as customers see it: chats with the company's address, from the server of the sandbox and from others.

What a customer does becomes the stanza that a program would send; what the company sends is read here, for the phone.
"""

import secrets
from collections.abc import Mapping, Sequence
from typing import ClassVar, Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.faults import Fault
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, Message, Platform
from oase.sandbox.places.types import Feature
from oase.sandbox.places.views import summary
from oase.sandbox.xmpp import names, shapes
from oase.sandbox.xmpp.errors import Refused
from oase.sandbox.xmpp.server import Server
from oase.sandbox.xmpp.wire import StreamError, child, make, text

DOMAIN: Final = "jabber.sandbox.example"
_PORT_BEHIND: Final = 4
_RESOURCE: Final = "phone"
_TYPING_SECONDS: Final = 10.0


class Xmpp(Platform):
    """One server with the company's account; people are told by their bare address."""

    id = "xmpp"
    name = "XMPP (Jabber)"
    icon = "message-2"
    color = "#0a6ea8"
    features: ClassVar[frozenset[Feature]] = frozenset(
        {"files", "voice", "location", "reply", "reactions", "edit", "delete", "typing", "receipts"}
    )

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.user, self.password = "lindgruen", "sandbox"
        self.server = Server(self, DOMAIN, (urlsplit(base_url).port or 0) + _PORT_BEHIND)

    @property
    def jid(self) -> str:
        """The company's address."""
        return self.server.bare

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The upload service's side of HTTP."""
        return self.server.upload.handlers()

    def seed(self) -> None:
        """Three people, of two servers."""
        for jid, name in (
            (f"aylin@{DOMAIN}", "Aylin Özdemir"),
            ("juergen@radverein.example", "Jürgen Groß"),
            (f"sam@{DOMAIN}", "Sam O’Neill"),
        ):
            self.phone.add_customer(jid, name, jid)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with the address that was typed; without a server it is one of ours."""
        local, _, domain = handle.lower().strip().removeprefix("@").partition("@")
        jid = f"{_plain(local) or secrets.token_hex(4)}@{_plain(domain) or DOMAIN}"
        return self.phone.add_customer(jid, name, jid)

    def new_id(self, kind: str) -> str:
        """Programs number their messages with long random texts."""
        return secrets.token_urlsafe(12)

    async def start(self) -> None:
        """Opens the server's port, the fourth behind the web's."""
        await super().start()
        await self.server.start()

    async def stop(self) -> None:
        """Ends it."""
        await self.server.stop()
        await super().stop()

    def on_fault(self, fault: Fault) -> None:
        """An outage ends all connections; so do credentials that are withdrawn."""
        if fault.kind == "outage":
            self.server.end_all(None)
        elif fault.kind == "token_expired":
            self.server.end_all(StreamError("not-authorized", "This account may no longer sign in."))

    # --- what customers do ---

    def on_message(self, message: Message) -> None:
        """Words, a place, or files: each file is a message of its own, after the words."""
        files = [shapes.file(self.server.upload.put(one)) for one in message.files]
        words = self._words(message)
        parts = ([words] if words else []) + files
        for number, part in enumerate(parts):
            self._send(message.customer_id, message.id if number == 0 else self.new_id("message"), part)

    def _words(self, message: Message) -> list[Element]:
        if message.spot:
            return shapes.place(message.spot)
        answered = self.phone.messages.get(message.reply_to)
        if answered is not None and message.text:
            author = self.jid if answered.from_business else message.customer_id
            return shapes.answer(message.text, author, _wire_id(answered), summary(answered))
        return shapes.said(message.text) if message.text else []

    def on_edited(self, message: Message) -> None:
        """A correction."""
        self._send(message.customer_id, self.new_id("message"), shapes.correction(message.text, message.id))

    def on_deleted(self, message: Message) -> None:
        """A retraction."""
        self._send(message.customer_id, self.new_id("message"), shapes.retraction(message.id))

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """All reactions of the customer to this message, anew."""
        part = shapes.reactions(_wire_id(message), [emoji] if emoji else [])
        self._send(message.customer_id, self.new_id("message"), part)

    def on_state(self, message: Message) -> None:
        """A receipt to the program that wrote, a marker to the account; each once, and only if the program wished for it."""
        asked, told = message.extra, message.extra.setdefault("told", set())
        steps = [("received", "request", shapes.received), ("displayed", "markable", shapes.displayed)]
        for name, wish, shape in steps if message.state == "read" else steps[:1] if message.state == "delivered" else []:
            if asked.get(wish) and name not in told:
                told.add(name)
                to = str(asked["from"]) if name == "received" else self.jid
                self._send(message.customer_id, self.new_id("message"), shape(_wire_id(message)), to)

    def on_typing(self, customer: Customer, on: bool) -> None:
        """Somebody types."""
        self._send(customer.id, self.new_id("message"), shapes.typing(on))

    def _send(self, customer_id: str, id: str, inside: Sequence[Element], to: str = "") -> None:
        customer = self.phone.customer(customer_id)
        more = []
        if not customer.extra.get("met"):  # the first message names its sender, and asks to see the other's presence
            customer.extra = {"met": True}
            more.append(make(f"{names.NICK} nick", customer.name))
            self.server.deliver_presence(customer_id, "subscribe", make(f"{names.NICK} nick", customer.name))
        sender = f"{customer_id}/{_RESOURCE}"
        self.server.deliver(shapes.stanza(sender, to or self.jid, id, *inside, *more))

    # --- what the company sends ---

    def arrives(self, message: Element) -> None:
        """A message of the company reaches a customer. Raises Refused."""
        customer = self._recipient(message)
        body = text(child(message, names.CLIENT, "body"))
        reactions = child(message, names.REACTIONS, "reactions")
        corrected, retracted = child(message, names.CORRECT, "replace"), child(message, names.RETRACT, "retract")
        if reactions is not None:
            given = [text(one) for one in reactions]
            for known in self._known(customer, reactions):
                self.phone.business_reacts(known.id, "".join(given)[:20])
        elif retracted is not None or (corrected is not None and body):
            for known in self._known(customer, retracted if retracted is not None else corrected):
                if known.from_business:
                    known.deleted, known.edited = retracted is not None, retracted is None
                    known.text = known.text if retracted is not None else body
                    self.phone.tell(known)
        elif body:
            self._says(customer, message, body)
        self._confirms(customer, message)

    def _recipient(self, message: Element) -> Customer:
        jid = (message.get("to") or "").partition("/")[0].lower()
        local, at, domain = jid.partition("@")
        if at and not (local and domain):
            raise Refused("jid-malformed")
        if message.get("type") == "groupchat":
            raise Refused("service-unavailable")
        found = self.phone.customers.get(jid)
        if found is not None and not found.blocked:
            return found
        known = {one.partition("@")[2] for one in self.phone.customers} | {DOMAIN}
        raise Refused("service-unavailable" if (domain if at else jid) in known else "remote-server-not-found")

    def _says(self, customer: Customer, message: Element, body: str) -> None:
        address = text(message.find(f"{{{names.OOB}}}x/{{{names.OOB}}}url"))
        file = self.server.upload.found(address) if address else None
        answered = next(iter(self._known(customer, child(message, names.REPLY, "reply"))), None)
        id = message.get("id") or self.new_id("message")
        sent = self.phone.deliver(
            customer.id,
            "" if file is not None and body.strip() == address else _without_quotation(message, body),
            message_id=id if id not in self.phone.messages else self.new_id("message"),
            key=id,
            files=[file] if file is not None else (),
            voice=file is not None and file.type.startswith("audio/"),
            reply_to=answered.id if answered is not None else "",
        )
        wishes: Mapping[str, object] = {
            "wire": id,
            "from": message.get("from") or self.jid,
            "request": child(message, names.RECEIPTS, "request") is not None and bool(message.get("id")),
            "markable": child(message, names.MARKERS, "markable") is not None and bool(message.get("id")),
        }
        sent.extra |= wishes

    def _confirms(self, customer: Customer, message: Element) -> None:
        """Receipts, markers and typing of the company."""
        for known in self._known(customer, child(message, names.RECEIPTS, "received")):
            self.phone.taken(known.id)
        for known in self._known(customer, child(message, names.MARKERS, "displayed")):
            self.phone.business_read(known.id)
        if child(message, names.STATES, "composing") is not None:
            self.phone.business_types(customer.id, _TYPING_SECONDS)
        elif child(message, names.STATES, "paused") is not None:
            self.phone.business_types(customer.id, 0.0)

    def _known(self, customer: Customer, named: Element | None) -> list[Message]:
        """The message of this chat that an element names by its id."""
        wanted = named.get("id") if named is not None else None
        chat = self.phone.chats.get(customer.id, ()) if wanted else ()
        return [one for one in reversed(chat) if _wire_id(one) == wanted][:1]


def _wire_id(message: Message) -> str:
    return str(message.extra.get("wire") or message.id)


def _plain(words: str) -> str:
    return "".join(one for one in words if one.isascii() and (one.isalnum() or one in "._-"))


def _without_quotation(message: Element, body: str) -> str:
    """The text without what stands there for programs that know no answers (XEP-0428)."""
    fallback = child(message, names.FALLBACK, "fallback")
    span = child(fallback, names.FALLBACK, "body") if fallback is not None else None
    if fallback is None or span is None or fallback.get("for") != names.REPLY:
        return body
    start, end = (int(given) if (given := (span.get(one) or "")[:7]).isdecimal() else 0 for one in ("start", "end"))
    return body[:start] + body[end:] if start <= end <= len(body) else body
