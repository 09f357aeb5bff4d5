"""Matrix as customers and the company's user see it: one stream of events, from which the company's program syncs.

customer ── opens a chat, writes, reacts, edits, reads ──▶ stream ◀── sync, held until there is something ── Oase
user ── join, send, typing, receipt, upload ──▶ `api` ──▶ rooms

https://spec.matrix.org/latest/client-server-api/ (read 2026-11)
"""

import asyncio
import secrets
from collections.abc import Sequence
from typing import ClassVar

import msgspec
from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.matrix.api import Api
from oase.sandbox.places import Customer, Json, Message, Platform
from oase.sandbox.places.types import Feature, File

SERVER = "matrix.sandbox.example"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened in a room."""

    room: str
    event: Json
    passing: bool = False  # typing and receipts


class Matrix(Platform):
    """One homeserver; each customer's direct chat is a room of its own."""

    id = "matrix"
    name = "Matrix"
    icon = "brand-matrix"
    color = "#1b1f23"
    features: ClassVar[frozenset[Feature]] = frozenset(
        {"files", "voice", "location", "reply", "reactions", "edit", "delete", "typing", "receipts", "sticker"}
    )

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.token, self.password = "syt_sandbox_0123456789", "sandbox"
        self.user, self.device = f"@lindgruen:{SERVER}", "SANDBOX"
        self.stream: list[Entry] = []
        self.joined: dict[str, int] = {}  # since which place of the stream the company's user is in a room
        self.invited: dict[str, int] = {}
        self.reactions: dict[str, str] = {}  # a reaction of a customer: by message
        self.news = asyncio.Event()
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The client-server API."""
        return self._api.handlers()

    def seed(self) -> None:
        """Three people."""
        for handle, name in (("aylin", "Aylin Özdemir"), ("juergen", "Jürgen Groß"), ("sam", "Sam O’Neill")):
            self.phone.add_customer(f"@{handle}:{SERVER}", name, f"@{handle}")

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with a user id."""
        plain = "".join(one for one in handle.lower().lstrip("@") if one.isascii() and (one.isalnum() or one in "._-"))
        return self.phone.add_customer(f"@{plain or secrets.token_hex(4)}:{SERVER}", name, handle)

    def new_id(self, kind: str) -> str:
        """Events have long ids; files a short one."""
        return f"${secrets.token_urlsafe(32)}" if kind == "message" else secrets.token_hex(12)

    def room_of(self, customer_id: str) -> str:
        """The room of a customer's direct chat."""
        return f"!{customer_id.removeprefix('@').replace(':', '-')}:{SERVER}"

    def customer_in(self, room: str) -> str:
        """Whose room it is; empty if nobody's."""
        return next((one for one in self.phone.customers if self.room_of(one) == room), "")

    # --- what the company's program finds in the stream ---

    def on_message(self, message: Message) -> None:
        """A message; the first one comes after an invitation into a direct chat. Each file is a message of its own."""
        self._open(message.customer_id)
        relation: Json = {"m.relates_to": {"m.in_reply_to": {"event_id": message.reply_to}}} if message.reply_to else {}
        if message.spot:
            uri = f"geo:{message.spot.latitude},{message.spot.longitude}"
            self._said(message, {"msgtype": "m.location", "body": message.spot.name or uri, "geo_uri": uri, **relation})
        elif message.sticker and message.files:
            self._said(message, {**self._file(message.files[0]), "body": "Sticker"}, "m.sticker")
        else:
            for number, file in enumerate(message.files):
                content = {**self._file(file), "msgtype": _kind(file), "body": file.name, "filename": file.name, **relation}
                content |= {"body": message.text} if message.text and number == 0 else {}
                content |= {"org.matrix.msc3245.voice": {}} if message.voice else {}
                self._said(message, content, id="" if number else message.id)
            if not message.files:
                self._said(message, {"msgtype": "m.text", "body": message.text, **relation})

    def on_edited(self, message: Message) -> None:
        """A message is corrected by another one."""
        now = {"msgtype": "m.text", "body": message.text}
        relation = {"rel_type": "m.replace", "event_id": message.id}
        content = {"msgtype": "m.text", "body": f"* {message.text}", "m.new_content": now, "m.relates_to": relation}
        self.put(self.room_of(message.customer_id), message.customer_id, "m.room.message", content)

    def on_deleted(self, message: Message) -> None:
        """A message is redacted."""
        self.put(self.room_of(message.customer_id), message.customer_id, "m.room.redaction", {"redacts": message.id})

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A reaction is an event of its own; taking it back redacts that."""
        room, known = self.room_of(message.customer_id), self.reactions.pop(message.id, "")
        if known:
            self.put(room, message.customer_id, "m.room.redaction", {"redacts": known})
        if emoji:
            relation = {"m.relates_to": {"rel_type": "m.annotation", "event_id": message.id, "key": emoji}}
            self.reactions[message.id] = self.put(room, message.customer_id, "m.reaction", relation)

    def on_state(self, message: Message) -> None:
        """The customer has read; that something arrived, Matrix does not tell."""
        if message.from_business and message.state == "read":
            stamp = int(self.now().timestamp() * 1000)
            content = {message.id: {"m.read": {message.customer_id: {"ts": stamp}}}}
            self._passes(self.room_of(message.customer_id), {"type": "m.receipt", "content": content})

    def on_typing(self, customer: Customer, on: bool) -> None:
        """Who types now."""
        content = {"user_ids": [customer.id] if on else []}
        self._passes(self.room_of(customer.id), {"type": "m.typing", "content": content})

    def _open(self, customer_id: str) -> None:
        room = self.room_of(customer_id)
        if room not in self.invited:
            name = self.phone.customer(customer_id).name
            self.put(room, customer_id, "m.room.member", {"membership": "join", "displayname": name}, state_key=customer_id)
            self.invited[room] = len(self.stream)
            self.put(room, customer_id, "m.room.member", {"membership": "invite", "is_direct": True}, state_key=self.user)

    def _said(self, message: Message, content: Json, type: str = "m.room.message", id: str | None = None) -> None:
        self.put(self.room_of(message.customer_id), message.customer_id, type, content, id=message.id if id is None else id)

    def _file(self, file: File) -> Json:
        return {"url": f"mxc://{SERVER}/{file.id}", "info": {"mimetype": file.type, "size": len(file.data)}}

    def put(self, room: str, sender: str, type: str, content: Json, *, id: str = "", state_key: str = "", txn: str = "") -> str:
        """Adds an event to the stream; gives its id."""
        event: Json = {
            "type": type,
            "event_id": id or self.new_id("message"),
            "sender": sender,
            "origin_server_ts": int(self.now().timestamp() * 1000),
            "content": content,
            "unsigned": {"transaction_id": txn} if txn else {},
        }
        event |= {"state_key": state_key} if state_key else {}
        event |= {"redacts": content["redacts"]} if type == "m.room.redaction" else {}
        self._add(Entry(room=room, event=event))
        return str(event["event_id"])

    def _passes(self, room: str, event: Json) -> None:
        self._add(Entry(room=room, event=event, passing=True))

    def _add(self, entry: Entry) -> None:
        self.stream.append(entry)
        self.news.set()
        self.news = asyncio.Event()


def _kind(file: File) -> str:
    sort = file.type.partition("/")[0]
    return f"m.{sort}" if sort in ("image", "audio", "video") else "m.file"
