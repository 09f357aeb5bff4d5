"""From what is to be said to calls of the Graph API.

The message's own call is always the last; an upload comes before it. Each message carries our envelope id
(`biz_opaque_callback_data`), which WhatsApp hands back with every status: so a lost reply can be resolved.

https://developers.facebook.com/documentation/business-messaging/whatsapp/messages (read 2026-08)
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

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
    Part,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.channels.families.meta import bearer, graph_url
from oase.kernel.i18n import message

Body = dict[str, Any]

_BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]+")
_LINK = re.compile(r"https?://", re.IGNORECASE)
_NODES = {
    Capability.IMAGE: "image",
    Capability.VIDEO: "video",
    Capability.VOICE: "audio",
    Capability.AUDIO: "audio",
    Capability.DOCUMENT: "document",
}
_HEADER_FILES = ("image", "video", "document")


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The calls; raises CannotSay for what WhatsApp cannot carry, or not in one message."""
    match outbound:
        case Say():
            return _say(outbound, account, manifest)
        case Position():
            return [_message(account, outbound.envelope, "location", _place(outbound))]
        case Card():
            return [_message(account, outbound.envelope, "contacts", [_contact(contact) for contact in outbound.contacts])]
        case UseTemplate():
            return [_message(account, outbound.envelope, "template", _template(outbound))]
        case React():
            reaction = {"message_id": _target(outbound.envelope, "reaction"), "emoji": outbound.emoji}
            return [_message(account, outbound.envelope, "reaction", reaction)]
        case MarkRead():
            return [_call(account, _seen(_target(outbound.envelope, "mark_read")))]
        case ShowTyping():
            return [_call(account, _seen(_target(outbound.envelope, "typing")) | {"typing_indicator": {"type": "text"}})]
        case Moderate():
            raise CannotSay(outbound.act)


def _say(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    limits = manifest.limits
    if len(say.files) > limits.attachments_per_message or (say.files and say.choices):
        raise CannotSay("attachments", message("WhatsApp carries one file in a message, and none beside buttons."))
    if say.choices:
        return [_message(account, say.envelope, "interactive", _interactive(say, manifest))]
    if say.files:
        return _file(say, account, manifest)
    if not say.text.strip():
        raise CannotSay("text", message("WhatsApp cannot carry an empty message."))
    if len(say.text) > limits.text_length:
        raise CannotSay("text_length", message("WhatsApp carries %(n)s characters in one message.", n=limits.text_length))
    text = {"body": say.text, "preview_url": bool(_LINK.search(say.text))}
    return [_message(account, say.envelope, "text", text)]


def _file(say: Say, account: Account, manifest: Manifest) -> Sequence[Call]:
    file = say.files[0]
    kind = manifest.limits.carrier(file.type, len(file.content))
    if kind is None:
        raise CannotSay("file", message("WhatsApp does not carry a file of this type and size: %(file)s.", file=file.name))
    if say.text and (not manifest.limits.files[kind].caption or len(say.text) > manifest.limits.caption_length):
        raise CannotSay("caption", message("WhatsApp cannot carry this text beside this file."))
    node: Body = {"id": FromReply(call=0, key="id")}
    if say.text:
        node["caption"] = say.text
    if kind is Capability.DOCUMENT:
        node["filename"] = file.name
    if kind is Capability.VOICE:
        node["voice"] = True
    return [_upload(account, file), _message(account, say.envelope, _NODES[kind], node)]


def _upload(account: Account, file: File) -> Call:
    plain = file.type.partition(";")[0].strip()
    parts = (
        Part(name="messaging_product", content=b"whatsapp"),
        Part(name="type", content=plain.encode()),
        Part(name="file", content=file.content, filename=file.name or "file", type=plain),
    )
    return Call(method="POST", url=graph_url(account, _number(account), "media"), headers=bearer(account), parts=parts)


def _interactive(say: Say, manifest: Manifest) -> Body:
    limits, choices = manifest.limits, say.choices
    if not 0 < len(say.text) <= limits.choices_text_length:
        raise CannotSay(
            "buttons", message("Beside buttons WhatsApp needs a text of at most %(n)s characters.", n=limits.choices_text_length)
        )
    body: Body = {"body": {"text": say.text}}
    if len(choices) <= limits.buttons and all(
        len(choice.title) <= limits.button_length and not choice.description for choice in choices
    ):
        replies = [{"type": "reply", "reply": {"id": choice.id, "title": choice.title}} for choice in choices]
        return {"type": "button", **body, "action": {"buttons": replies}}
    if len(choices) > limits.list_rows or any(
        len(choice.title) > limits.row_length or len(choice.description) > limits.row_description_length for choice in choices
    ):
        raise CannotSay(
            "list",
            message("A list of WhatsApp carries %(rows)s rows of %(n)s characters.", rows=limits.list_rows, n=limits.row_length),
        )
    rows = [
        {"id": choice.id, "title": choice.title} | ({"description": choice.description} if choice.description else {})
        for choice in choices
    ]
    action = {"button": say.choices_label[: limits.button_length] or "Options", "sections": [{"rows": rows}]}
    return {"type": "list", **body, "action": action}


def _place(position: Position) -> Body:
    place: Body = {"latitude": position.latitude, "longitude": position.longitude}
    return place | {key: text for key, text in (("name", position.name), ("address", position.address)) if text}


def _contact(contact: Mapping[str, Any]) -> Body:
    """A contact card in WhatsApp's form, from name, phones, emails, organisation."""
    name = str(contact.get("name") or "?")
    first, _, last = name.partition(" ")
    card: Body = {"name": {"formatted_name": name, "first_name": first} | ({"last_name": last} if last else {})}
    if contact.get("phones"):
        card["phones"] = [{"phone": str(phone), "type": "WORK"} for phone in contact["phones"]]
    if contact.get("emails"):
        card["emails"] = [{"email": str(email), "type": "WORK"} for email in contact["emails"]]
    if contact.get("organisation"):
        card["org"] = {"company": str(contact["organisation"])}
    return card


def _template(use: UseTemplate) -> Body:
    """Components from parameters: "header", "header.image" (a link), "body", "body.<name>", "button.0", "button.0.payload"."""
    components: list[Body] = []
    for part in ("header", "body"):
        values = [
            value
            for key, texts in use.parameters.items()
            if key.partition(".")[0] == part
            for value in _parameters(key.partition(".")[2], texts)
        ]
        if values:
            components.append({"type": part, "parameters": values})
    for key, texts in use.parameters.items():
        part, _, rest = key.partition(".")
        if part == "button" and texts:
            components.append(_button(rest, texts[0]))
        elif part not in ("header", "body", "button"):
            raise CannotSay("template", message("A template of WhatsApp has no component %(name)s.", name=key))
    template: Body = {"name": use.name, "language": {"policy": "deterministic", "code": use.language}}
    return template | ({"components": components} if components else {})


def _parameters(name: str, texts: Sequence[str]) -> list[Body]:
    if name in _HEADER_FILES:
        return [{"type": name, name: {"link": text}} for text in texts]
    named = {"parameter_name": name} if name else {}
    return [{"type": "text", **named, "text": text} for text in texts]


def _button(rest: str, text: str) -> Body:
    index, _, kind = rest.partition(".")
    if kind == "payload":
        return {"type": "button", "sub_type": "quick_reply", "index": index, "parameters": [{"type": "payload", "payload": text}]}
    return {"type": "button", "sub_type": "url", "index": index, "parameters": [{"type": "text", "text": text}]}


def _target(envelope: Envelope, capability: str) -> str:
    if not envelope.reply_to:
        raise CannotSay(capability, message("It is not said which message this refers to."))
    return envelope.reply_to


def _seen(message_id: str) -> Body:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": message_id}


def _message(account: Account, envelope: Envelope, type: str, content: Any) -> Call:
    person = "recipient" if _BSUID.fullmatch(envelope.to) else "to"
    body: Body = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        person: envelope.to,
        "type": type,
        type: content,
        "biz_opaque_callback_data": envelope.id,
    }
    if envelope.reply_to and type not in ("reaction", "template"):
        body["context"] = {"message_id": envelope.reply_to}
    return _call(account, body)


def _call(account: Account, body: Body) -> Call:
    return Call(method="POST", url=graph_url(account, _number(account), "messages"), headers=bearer(account), json=body)


def _number(account: Account) -> str:
    return str(account.settings.get("phone_number_id") or "")
