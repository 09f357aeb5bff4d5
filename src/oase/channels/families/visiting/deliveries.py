"""Deliveries of visitors of our own pages and of the company's own app, checked and understood; what goes out needs no calls."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from oase.channels.contract import (
    Accepted,
    Account,
    Adapter,
    Address,
    Call,
    CannotSay,
    Card,
    Content,
    ContentKind,
    Event,
    Forged,
    Malformed,
    MarkRead,
    Media,
    Moved,
    NoReply,
    Outbound,
    Outcome,
    Position,
    Raw,
    React,
    Receipt,
    Received,
    Reply,
    Say,
    ShowTyping,
    Typing,
    UseTemplate,
)
from oase.channels.families import visitor
from oase.channels.families.json_in_the_wild import decode, sound
from oase.channels.families.visiting.wire import Contact, Delivery, Identifies, Leaves, Message, Seen, Writes
from oase.kernel.secrets import Secret

_decoder: Final[msgspec.json.Decoder[Delivery]] = msgspec.json.Decoder(Delivery)
_CARRIED: Final = (Say, MarkRead, ShowTyping)
_NEEDS: Final[Mapping[type[Outbound], str]] = {Position: "location", Card: "contacts", UseTemplate: "template", React: "reaction"}
_KINDS: Final[Mapping[str, ContentKind]] = {"image": "image", "audio": "audio", "video": "video"}


class Visiting(Adapter):
    """Base of the channels whose customers speak through our own server: the widget, the app. A subclass has the manifest."""

    def verify(self, raw: Raw, account: Account) -> None:
        """The session signed these bytes; its files and its former self are really its own."""
        secrets = account.secrets.get("session_secret", ())
        session = visitor.check_signed(raw.query, "deliver", raw.body, secrets, raw.received_at)
        try:
            delivery = _decode(raw.body)
        except Malformed:
            return  # genuine, and parse says what is wrong with it
        if isinstance(delivery, Message):
            _check_files(delivery.files, session.visitor, secrets, raw)
        if isinstance(delivery, Identifies):
            former = {"v": delivery.v, "u": str(delivery.u), "s": delivery.s}
            visitor.check_signed(former, "identify", session.visitor.encode(), secrets, raw.received_at)

    def dedup_key(self, raw: Raw) -> bytes | None:
        """A message that the widget sends again has the same id, whatever else changed."""
        try:
            delivery = _decode(raw.body)
        except Malformed:
            return None
        who = raw.query.get("v", "")
        if isinstance(delivery, Message | Leaves):
            return f"{who}:{delivery.id}".encode()
        return hashlib.sha256(f"{who}\n".encode() + raw.body).digest()

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """One event per delivery."""
        try:
            session = visitor.session_of(raw.query)
        except Forged as error:
            raise Malformed(str(error)) from error
        delivery = _decode(raw.body)
        at = raw.received_at
        match delivery:
            case Message():
                return [_said(delivery, session, raw)]
            case Leaves():
                sender = _sender(session, delivery.contact, delivery.lang)
                return [
                    Received(
                        external_id=f"{session.visitor}:{delivery.id}", sender=sender, at=at, content=_left(delivery.contact)
                    )
                ]
            case Writes():
                return [Typing(sender=Address(value=session.visitor), on=delivery.on, at=at)]
            case Seen():
                who = Address(value=session.visitor)
                return [Receipt(external_id=delivery.message, state=delivery.state, at=at, up_to=True, sender=who)]
            case Identifies():
                return [Moved(old=delivery.v, new=session.visitor, at=at)]

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """Nothing to call: the visitor's own page shows it."""
        if isinstance(outbound, _CARRIED):
            return ()
        raise CannotSay(_NEEDS[type(outbound)])

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What lies in the live log has reached our own page."""
        return Accepted(external_id="")


def _decode(body: bytes) -> Delivery:
    return decode(sound(body), _decoder)


def _check_files(references: Sequence[str], owner: str, secrets: Sequence[Secret], raw: Raw) -> None:
    for reference in references:
        file = visitor.unpack_file(reference, secrets)
        if file.visitor != owner or file.until < raw.received_at.timestamp():
            raise Forged("The message names a file that its sender did not upload.")


def _said(message: Message, session: visitor.Session, raw: Raw) -> Received:
    files = tuple(_media(reference) for reference in message.files)
    content = Content(kind=_kind(files), text=message.text, media=files)
    if message.choice:
        data = {"id": message.choice.id, "title": message.choice.title}
        content = Content(kind="choice", text=message.text or message.choice.title, media=files, data=data)
    elif not message.text.strip() and not files:
        raise Malformed("The message has neither text nor a file.")
    page = {key: value for key, value in msgspec.structs.asdict(message.page).items() if value}
    if message.waited >= 60:
        page["waited_seconds"] = int(message.waited)
    return Received(
        external_id=f"{session.visitor}:{message.id}",
        sender=_sender(session, message.contact, message.lang),
        at=raw.received_at,
        content=content,
        reply_to=message.choice.message if message.choice else "",
        origin={**page, **({"consent": message.contact.consent} if message.contact and message.contact.consent else {})},
    )


def _media(reference: str) -> Media:
    """The file of a reference whose signature `verify` has checked."""
    body = reference.partition(".")[0]
    try:
        file = visitor.read_file(body)
    except ValueError as error:
        raise Malformed("The message names a file that cannot be read.") from error
    return Media(ref=file.blob, source="blob", type=file.type, name=file.name, size_bytes=file.size_bytes)


def _kind(files: Sequence[Media]) -> ContentKind:
    """The kind of a message with one sort of file; a mixture counts as documents."""
    sorts = {file.type.partition("/")[0] for file in files}
    if not sorts:
        return "text"
    if sorts == {"audio"} and files[0].name.startswith("voice"):
        return "voice"
    return _KINDS.get(sorts.pop(), "document") if len(sorts) == 1 else "document"


def _sender(session: visitor.Session, contact: Contact | None, language: str) -> Address:
    """The person: a user's verified claims as aliases; what a visitor merely wrote as fields."""
    who = visitor.unpack_who(session.who)
    fields = dict(who.fields)
    if who.id:
        fields["user_id"] = who.id
    if contact:
        fields |= {name: value for name, value in contact.fields.items() if value}
        if contact.email and not who.email:
            fields["email"] = contact.email.strip().lower()
    if language:
        fields["language"] = language
    aliases = (("email", who.email.lower()), ("phone", who.phone))
    name = who.name or (contact.name.strip() if contact else "")
    return Address(value=session.visitor, name=name, aliases=tuple(pair for pair in aliases if pair[1]), fields=fields)


def _left(contact: Contact) -> Content:
    name, email = contact.name.strip(), contact.email.strip().lower()
    text = " · ".join(part for part in (name, email, *contact.fields.values()) if part)
    if not text:
        raise Malformed("The visitor left no address.")
    return Content(kind="system", text=text, data={"contact": {"name": name, "email": email, **contact.fields}})
