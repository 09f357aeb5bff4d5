"""From the bytes of a callback to events.

callback -> message                                          somebody says something, or presses a button
         -> conversation_started, subscribed, unsubscribed   somebody opens the chat (with the code of a deep link), joins, leaves
         -> delivered, seen, failed                          what became of a message of ours
         -> webhook: Viber tries the address; any other kind: `Unknown`
"""

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from oase.channels.adapters.viber import wire
from oase.channels.adapters.viber.content import content_of
from oase.channels.contract import Address, Content, Event, Malformed, Notice, Raw, Receipt, Received, Unknown
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable, as_mapping, decode, sound
from oase.kernel.i18n import message

_CALLBACK = msgspec.json.Decoder(wire.Callback)
_OPENED = message("The customer has opened the chat for the first time.")
_LEFT = message("Somebody has unsubscribed from the bot on Viber. Messages will not reach this person.")
_JOINED = message("Somebody has subscribed to the bot on Viber.")
_SILENT = frozenset({"webhook"})


def read(raw: Raw) -> Sequence[Event]:
    """The events of a callback. Raises Malformed if it is none, or if what it holds cannot be read: it has no neighbours."""
    body = sound(raw.body)
    callback = decode(body, _CALLBACK)
    try:
        return _read(callback, body, _moment(callback.timestamp, raw.received_at))
    except Incomplete as error:
        raise Malformed(str(error)) from None


def key_of(body: bytes) -> bytes | None:
    """Kind, token and person: the same when Viber delivers again; None if the callback has no token."""
    try:
        callback = _CALLBACK.decode(body)
    except Unreadable:
        return None
    who = callback.user_id or (callback.user.id if callback.user else "")
    return f"{callback.event}/{callback.message_token}/{who}".encode() if callback.message_token else None


def _read(callback: wire.Callback, body: bytes, at: datetime) -> Sequence[Event]:
    match callback.event:
        case "message":
            return [_message(callback, body, at)]
        case "delivered" | "seen" | "failed":
            return [_receipt(callback, at)]
        case "conversation_started":
            return [_started(callback, at)]
        case "subscribed":
            return [Notice(kind="subscribed", text=str(_JOINED), at=at)]
        case "unsubscribed":
            return [Notice(kind="unsubscribed", text=str(_LEFT), at=at)]
        case kind if kind in _SILENT:
            return []
        case kind:
            sender = _person(callback.user) if callback.user else None
            return [Unknown(kind=kind[:100], external_id=_token(callback), at=at, sender=sender, data=_data(body))]


def _message(callback: wire.Callback, body: bytes, at: datetime) -> Event:
    said = callback.message
    if said is None or callback.sender is None:
        raise Incomplete("The message does not say who sent it, or what.")
    sender, content, id = _person(callback.sender), content_of(said), _token(callback)
    if content is None:
        return Unknown(kind=f"message.{said.type}"[:100], external_id=id, at=at, sender=sender, data=_data(body))
    return Received(external_id=id, sender=sender, at=at, content=content)


def _receipt(callback: wire.Callback, at: datetime) -> Event:
    match callback.event:
        case "failed":
            return Receipt(external_id=_token(callback), state="failed", at=at, why=(callback.desc or "")[:500])
        case "seen":
            return Receipt(external_id=_token(callback), state="read", at=at)
        case _:
            return Receipt(external_id=_token(callback), state="delivered", at=at)


def _started(callback: wire.Callback, at: datetime) -> Event:
    if callback.user is None:
        raise Incomplete("The callback does not say who opened the chat.")
    content = Content(kind="system", text=str(_OPENED))
    token = (callback.context or "").strip()[:64]
    return Received(external_id=_token(callback), sender=_person(callback.user), at=at, content=content, token=token)


def _person(user: wire.User) -> Address:
    if not user.id:
        raise Incomplete("The callback does not say who it is about.")
    fields = {key: value for key, value in (("language", user.language or ""), ("country", user.country or "")) if value}
    return Address(value=user.id, name=user.name or "", fields=fields)


def _token(callback: wire.Callback) -> str:
    if not callback.message_token:
        raise Incomplete("The callback has no token.")
    return str(callback.message_token)


def _data(body: bytes) -> dict[str, object]:
    return as_mapping(msgspec.Raw(body))


def _moment(milliseconds: int | None, otherwise: datetime) -> datetime:
    if milliseconds is None:
        return otherwise
    try:
        return datetime.fromtimestamp(milliseconds / 1000, UTC)
    except (OSError, ValueError, OverflowError):
        raise Malformed("The time of the callback is out of range.") from None
