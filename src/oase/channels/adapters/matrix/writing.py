"""From what is to be said to calls of the client-server API.

The message's own call is always the last; an upload comes before it. Each message's transaction id is our envelope's: so the
server recognises a repeated send, and hands the id back with the event.

https://spec.matrix.org/latest/client-server-api/#sending-events-to-a-room (read 2026-11)
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from oase.channels.adapters.matrix.addresses import bearer, own_id, room_of, url
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    Envelope,
    File,
    FromReply,
    Manifest,
    MarkRead,
    Moderate,
    Outbound,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.kernel.i18n import message
from oase.kernel.secrets import Secret

Body = dict[str, Any]

_KINDS = {
    Capability.IMAGE: "m.image",
    Capability.VIDEO: "m.video",
    Capability.VOICE: "m.audio",
    Capability.AUDIO: "m.audio",
    Capability.DOCUMENT: "m.file",
}
_TYPING = timedelta(seconds=20)
_UPLOAD = timedelta(seconds=120)


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay for what Matrix cannot carry, or not in one message."""
    match outbound:
        case Say():
            return _say(outbound, account, manifest)
        case Position():
            return [_message(account, outbound.envelope, _place(outbound))]
        case React():
            return [_reaction(outbound, account)]
        case MarkRead():
            path = ("rooms", room_of(outbound.envelope.to), "receipt", "m.read", _target(outbound.envelope, "mark_read"))
            return [_call(account, "POST", *path, json={})]
        case ShowTyping():
            typing = {"typing": True, "timeout": int(_TYPING.total_seconds() * 1000)}
            return [_call(account, "PUT", "rooms", room_of(outbound.envelope.to), "typing", own_id(account), json=typing)]
        case Card():
            raise CannotSay("contacts", message("Matrix carries no contact cards."))
        case UseTemplate():
            raise CannotSay("template", message("Matrix has no templates."))
        case Moderate():
            raise CannotSay(outbound.act)


def _say(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    limits = manifest.limits
    if say.choices:
        raise CannotSay("buttons", message("Matrix carries no buttons."))
    if len(say.files) > 1:
        raise CannotSay("attachments", message("Matrix carries one file in a message."))
    if len(say.text) > limits.text_length:
        raise CannotSay("text_length", message("Matrix carries %(n)s characters in one message.", n=limits.text_length))
    if say.files:
        return _file(say, account, manifest)
    if not say.text.strip():
        raise CannotSay("text", message("Matrix cannot carry an empty message."))
    kind = "m.notice" if say.automatic else "m.text"
    return [_message(account, say.envelope, {"msgtype": kind, "body": say.text})]


def _file(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    file = say.files[0]
    kind = manifest.limits.carrier(file.type, len(file.content))
    if kind is None:
        raise CannotSay("file", message("Matrix does not carry a file of this size: %(file)s.", file=file.name))
    name = file.name or "file"
    content: Body = {
        "msgtype": _KINDS[kind],
        "body": say.text or name,
        "filename": name,
        "url": FromReply(call=0, key="content_uri"),
        "info": {"mimetype": _plain(file.type), "size": len(file.content)},
    }
    if kind is Capability.VOICE:
        content |= {"org.matrix.msc3245.voice": {}, "org.matrix.msc1767.audio": {}}
    return [_upload(account, file, name), _message(account, say.envelope, content)]


def _plain(type: str) -> str:
    return type.partition(";")[0].strip()


def _upload(account: Account, file: File, name: str) -> Call:
    where = url(account, "media", "v3", "upload", query=urlencode({"filename": name}))
    headers: dict[str, str | Secret] = {**bearer(account), "content-type": _plain(file.type) or "application/octet-stream"}
    return Call(method="POST", url=where, headers=headers, body=file.content, timeout=_UPLOAD)


def _place(position: Position) -> Body:
    uri = f"geo:{position.latitude},{position.longitude}"
    words = ", ".join(part for part in (position.name, position.address) if part)
    return {"msgtype": "m.location", "body": words or uri, "geo_uri": uri}


def _reaction(react: React, account: Account) -> Call:
    if not react.emoji:
        raise CannotSay("reaction", message("On Matrix Oase cannot take a reaction back."))
    relation = {"rel_type": "m.annotation", "event_id": _target(react.envelope, "reaction"), "key": react.emoji}
    return _send(account, react.envelope, "m.reaction", {"m.relates_to": relation})


def _target(envelope: Envelope, capability: str) -> str:
    if not envelope.reply_to:
        raise CannotSay(capability, message("It is not said which message this refers to."))
    return envelope.reply_to


def _message(account: Account, envelope: Envelope, content: Body) -> Call:
    if envelope.reply_to:
        content = {**content, "m.relates_to": {"m.in_reply_to": {"event_id": envelope.reply_to}}}
    return _send(account, envelope, "m.room.message", content)


def _send(account: Account, envelope: Envelope, type: str, content: Body) -> Call:
    return _call(account, "PUT", "rooms", room_of(envelope.to), "send", type, envelope.id, json=content)


def _call(account: Account, method: str, *path: str, json: Body) -> Call:
    return Call(method=method, url=url(account, "client", "v3", *path), headers=bearer(account), json=json)
