"""From the bytes of a webhook to events.

payload -> entry[] -> changes[] -> field "messages": messages[], statuses[], errors[]   every item, in order
                                -> field "smb_message_echoes": message_echoes[]          what our side wrote in the app
                                -> other fields: `notices`
an item that cannot be read -> Broken with its place; its neighbours go on
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

import msgspec
from msgspec import Struct

from oase.channels.adapters.whatsapp import wire
from oase.channels.adapters.whatsapp.content import content_of
from oase.channels.adapters.whatsapp.errors import words_of
from oase.channels.adapters.whatsapp.notices import notices_of
from oase.channels.adapters.whatsapp.people import address, phone
from oase.channels.adapters.whatsapp.receipts import receipt_of
from oase.channels.contract import (
    Account,
    Address,
    Broken,
    Content,
    Deleted,
    Edited,
    Event,
    Moved,
    Notice,
    Raw,
    Reacted,
    Received,
    SaidElsewhere,
    Unknown,
)
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable, as_mapping, decode, reason, sound
from oase.channels.families.meta import digest, moment
from oase.kernel.i18n import message

_PAYLOAD = msgspec.json.Decoder(wire.Payload, strict=False)
_ENTRY = msgspec.json.Decoder(wire.Entry, strict=False)
_CHANGE = msgspec.json.Decoder(wire.Change, strict=False)
_VALUE = msgspec.json.Decoder(wire.Value, strict=False)
_CONTACT = msgspec.json.Decoder(wire.Contact, strict=False)
_MESSAGE = msgspec.json.Decoder(wire.Message, strict=False)
_INNER = msgspec.json.Decoder(wire.Inner, strict=False)
_STATUS = msgspec.json.Decoder(wire.Status, strict=False)
_ERROR = msgspec.json.Decoder(wire.Error, strict=False)
_FIELDS = ("messages", "smb_message_echoes", "message_echoes")
_OPENED = message("The customer has opened the chat for the first time.")


class Scene(Struct, frozen=True):
    """What the items of one change have in common."""

    contacts: Sequence[wire.Contact]
    received_at: datetime


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """Every event of a delivery, in its order; raises Malformed if it is no webhook of Meta at all."""
    payload = decode(sound(raw.body), _PAYLOAD)
    if payload.object != "whatsapp_business_account":
        return [Unknown(kind=f"object.{payload.object}"[:100], external_id=digest(raw.body), at=raw.received_at)]
    events: list[Event] = []
    for number, entry in enumerate(payload.entry):
        events += _entry(entry, f"entry/{number}", raw, str(account.settings.get("phone_number_id") or ""))
    return events


def _entry(entry: msgspec.Raw, place: str, raw: Raw, number: str) -> Iterator[Event]:
    try:
        read_entry = _ENTRY.decode(entry)
        at = moment(read_entry.time, raw.received_at)
    except Unreadable as error:
        yield Broken(place=place, why=reason(error))
        return
    for index, change in enumerate(read_entry.changes):
        yield from _change(change, f"{place}/changes/{index}", at, number)


def _change(raw_change: msgspec.Raw, place: str, at: datetime, number: str) -> Iterator[Event]:
    try:
        change = _CHANGE.decode(raw_change)
        if change.field not in _FIELDS:
            yield from notices_of(change.field, as_mapping(change.value), at, digest(change.value))
            return
        value = _VALUE.decode(change.value)
    except Unreadable as error:
        yield Broken(place=place, why=reason(error))
        return
    ours = str(value.metadata.phone_number_id) if value.metadata else ""
    if ours != number:
        yield _for_another(value, at)
        return
    yield from _items(value, f"{place}/value", at)


def _items(value: wire.Value, place: str, at: datetime) -> Iterator[Event]:
    contacts: list[wire.Contact] = []
    for index, contact in enumerate(value.contacts if value.messages or value.message_echoes else ()):
        try:
            contacts.append(_CONTACT.decode(contact))
        except Unreadable as error:
            yield Broken(place=f"{place}/contacts/{index}", why=reason(error))
    for index, said in enumerate(value.messages):
        yield from _item(said, f"{place}/messages/{index}", Scene(contacts, at), _message)
    for index, echo in enumerate(value.message_echoes):
        yield from _item(echo, f"{place}/message_echoes/{index}", Scene(contacts, at), _echo)
    for index, status in enumerate(value.statuses):
        try:
            status_read = _STATUS.decode(status)
            yield receipt_of(status_read, moment(status_read.timestamp, at))
        except Unreadable as error:
            yield Broken(place=f"{place}/statuses/{index}", why=reason(error))
    for index, failure in enumerate(value.errors):
        try:
            yield Notice(kind="error", text=words_of(_ERROR.decode(failure)), at=at, serious=True)
        except Unreadable as error:
            yield Broken(place=f"{place}/errors/{index}", why=reason(error))


def _for_another(value: wire.Value, at: datetime) -> Notice:
    """Items of a number that is not this account's: said, not lost (the journal keeps the bytes for replay)."""
    metadata = value.metadata or wire.Metadata()
    items = len(value.messages) + len(value.message_echoes) + len(value.statuses) + len(value.errors)
    name = phone(metadata.display_phone_number) or "unknown"
    text = (
        f"{items} item(s) arrived here for another number: {name} (phone number ID {metadata.phone_number_id or 'unknown'}). "
        "Connect that number as an account of its own, then replay this delivery there."
    )
    return Notice(kind="other_number", text=text, at=at, serious=bool(value.messages or value.message_echoes))


Reading = Callable[[wire.Message, msgspec.Raw, Scene], Iterator[Event]]


def _item(raw_message: msgspec.Raw, place: str, scene: Scene, read_one: Reading) -> Iterator[Event]:
    try:
        yield from read_one(_MESSAGE.decode(raw_message), raw_message, scene)
    except Unreadable as error:
        yield Broken(place=place, why=reason(error))


def _message(message: wire.Message, raw: msgspec.Raw, scene: Scene) -> Iterator[Event]:
    at = moment(message.timestamp, scene.received_at)
    if message.type == "system":
        yield from _system(message, at, scene)
        return
    sender = address(message.from_, message.from_user_id, scene.contacts)
    if sender is None:
        raise Incomplete("The message does not say who sent it.")
    yield _said(message, raw, sender, at)


def _echo(message: wire.Message, raw: msgspec.Raw, scene: Scene) -> Iterator[Event]:
    """What our side wrote with the WhatsApp Business app: like a customer's message, in the other direction."""
    at = moment(message.timestamp, scene.received_at)
    to = address(message.to, message.to_user_id, scene.contacts)
    if to is None:
        raise Incomplete("The message does not say whom it went to.")
    ours = address(message.from_, None, ()) or Address(value="")
    yield _change_of(message, ours, at) or SaidElsewhere(
        external_id=message.id,
        to=to,
        at=at,
        content=content_of(message) or Content(kind="placeholder", data={"unknown": message.type[:100], **as_mapping(raw)}),
        reply_to=_answered(message),
    )


def _change_of(message: wire.Message, sender: Address, at: datetime) -> Event | None:
    """A message that changes an earlier one; None if it says something of its own."""
    if message.type == "reaction" and message.reaction is not None:
        return Reacted(external_id=message.reaction.message_id, sender=sender, emoji=message.reaction.emoji or "", at=at)
    if message.type == "revoke" and message.revoke is not None:
        return Deleted(external_id=message.revoke.original_message_id, at=at)
    if message.type == "edit" and message.edit is not None and bytes(message.edit.message):
        inner = content_of(_INNER.decode(message.edit.message))
        if inner is not None:
            return Edited(external_id=message.edit.original_message_id, content=inner, at=at)
    return None


def _answered(message: wire.Message) -> str:
    return (message.context.id or "") if message.context else ""


def _said(message: wire.Message, raw: msgspec.Raw, sender: Address, at: datetime) -> Event:
    change = _change_of(message, sender, at)
    if change is not None:
        return change
    if message.type == "request_welcome":
        content: Content | None = Content(kind="system", text=str(_OPENED))
    else:
        content = content_of(message)
    if content is None:
        kind = f"interactive.{message.interactive.type}" if message.interactive else message.type
        return Unknown(kind=kind[:100], external_id=message.id, at=at, sender=sender, data=as_mapping(raw))
    return Received(
        external_id=message.id,
        sender=sender,
        at=at,
        content=content,
        reply_to=_answered(message),
        origin=_origin(message),
    )


def _origin(message: wire.Message) -> dict[str, object]:
    origin: dict[str, object] = {}
    if message.referral:
        origin |= {"kind": "advertisement"} | message.referral
    if message.group_id:
        origin["group"] = str(message.group_id)
    return origin


def _system(message: wire.Message, at: datetime, scene: Scene) -> Iterator[Event]:
    system = message.system
    if system is None:
        raise Incomplete("The message is of type system but says nothing.")
    old = phone(system.customer or message.from_)
    new = phone(system.wa_id or system.new_wa_id) if system.type.endswith("_changed_number") else ""
    moves = [(old, new), (str(system.previous_user_id or ""), str(system.user_id or ""))]
    moved = [Moved(old=before, new=after, at=at) for before, after in moves if before and after and before != after]
    if moved:
        yield from moved
        return
    sender = address(system.customer or message.from_, message.from_user_id or system.user_id, scene.contacts)
    if sender is None:
        raise Incomplete("The message does not say whom it is about.")
    text = system.body or system.type or "system"
    yield Received(
        external_id=message.id, sender=sender, at=at, content=Content(kind="system", text=text, data={"type": system.type})
    )
