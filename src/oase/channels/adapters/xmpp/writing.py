"""From what is to be said to messages as data; `sending` makes stanzas of them and waits for the server.

A call is {"to", "id", "body", …}; a file goes to the server's upload service first (XEP-0363).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from oase.channels.adapters.xmpp.addresses import OURS, id_of, is_jid, link
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Card,
    Envelope,
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

Body = dict[str, Any]
_UPLOAD = timedelta(seconds=120)


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay for what XMPP cannot carry, or not in one message."""
    match outbound:
        case Say():
            return _say(outbound, manifest)
        case React():
            reactions = {"id": _target(outbound.envelope, "reaction"), "emoji": [outbound.emoji] if outbound.emoji else []}
            return [_message(outbound.envelope, {"reactions": reactions})]
        case MarkRead():
            return [_message(outbound.envelope, {"displayed": _target(outbound.envelope, "mark_read")})]
        case ShowTyping():
            return [_message(outbound.envelope, {"state": "composing"})]
        case Position():
            raise CannotSay("location", message("XMPP carries no places that every program shows."))
        case Card():
            raise CannotSay("contacts", message("XMPP carries no contact cards."))
        case UseTemplate():
            raise CannotSay("template", message("XMPP has no templates."))
        case Moderate():
            raise CannotSay(outbound.act)


def _say(say: Say, manifest: Manifest) -> Sequence[Call]:
    if say.choices:
        raise CannotSay("buttons", message("XMPP carries no buttons."))
    if len(say.files) > 1 or (say.files and say.text):
        raise CannotSay("attachments", message("XMPP carries one file in a message, without text."))
    if len(say.text) > manifest.limits.text_length:
        raise CannotSay("text_length", message("XMPP carries %(n)s characters in one message.", n=manifest.limits.text_length))
    answered = {"reply": {"to": say.envelope.to, "id": id_of(say.envelope.reply_to)}} if say.envelope.reply_to else {}
    if say.files:
        file = say.files[0]
        if manifest.limits.carrier(file.type, len(file.content)) is None:
            raise CannotSay("file", message("XMPP does not carry a file of this size: %(file)s.", file=file.name))
        url = FromReply(call=0, key="url")
        upload = {"name": file.name or "file", "type": file.type.partition(";")[0].strip(), "size": len(file.content)}
        first = Call(method="UPLOAD", url=link(say.envelope.to), body=file.content, options=upload, timeout=_UPLOAD)
        return [first, _message(say.envelope, {"body": url, "oob": url, **answered})]
    if not say.text.strip():
        raise CannotSay("text", message("XMPP cannot carry an empty message."))
    return [_message(say.envelope, {"body": say.text, **answered})]


def _target(envelope: Envelope, capability: str) -> str:
    if not envelope.reply_to:
        raise CannotSay(capability, message("It is not said which message this refers to."))
    return id_of(envelope.reply_to)


def _message(envelope: Envelope, content: Body) -> Call:
    if not is_jid(envelope.to):
        raise CannotSay("address", message("This is no XMPP address."))
    return Call(method="MESSAGE", url=link(envelope.to), json={"to": envelope.to, "id": OURS + envelope.id, **content})
