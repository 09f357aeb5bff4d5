"""From what is to be said to one push of the Messaging API.

Pushes, not replies: a reply token counts once and for a minute, and people answer later. The retry key is made from our message's id.

https://developers.line.biz/en/reference/messaging-api/#send-push-message and #message-objects, …/docs/messaging-api/get-quote-tokens and
…/mark-as-read (read 2026-11)
"""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from oase.channels.adapters.line.api import API, base_url, send
from oase.channels.adapters.line.wire import QUOTE, READ
from oase.channels.contract import (
    Account,
    Call,
    CannotSay,
    Capability,
    Card,
    Choice,
    Envelope,
    File,
    Limits,
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

_TEXT_UNITS = 5000  # UTF-16 code units of one message object
_OBJECTS = 5  # in one push
_PLACE_LENGTH = 100
_DATA_LENGTH = 300
_TYPING_SECONDS = 20


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The call; raises CannotSay for what LINE cannot carry, or not in one push."""
    match outbound:
        case Say():
            limits = manifest.side(bool(outbound.envelope.thread)).limits
            return [_push(account, outbound.envelope, _said(outbound, limits, account))]
        case Position():
            return [_push(account, outbound.envelope, [_place(outbound)])]
        case ShowTyping() if not outbound.envelope.thread:
            body = {"chatId": outbound.envelope.to, "loadingSeconds": _TYPING_SECONDS}
            return [send(account, body, "chat", "loading", "start")]
        case ShowTyping():
            raise CannotSay(Capability.TYPING, message("LINE shows in groups nobody that we type."))
        case Card():
            raise CannotSay(Capability.CONTACTS)
        case React():
            raise CannotSay(Capability.REACTION)
        case MarkRead():
            return [_read(outbound, account)]
        case UseTemplate():
            raise CannotSay(Capability.TEMPLATE)
        case Moderate():
            raise CannotSay(outbound.act)


def _push(account: Account, envelope: Envelope, messages: list[Body]) -> Call:
    body = {"to": envelope.thread or envelope.to, "messages": messages}
    return send(account, body, "message", "push", retry_key=str(uuid5(NAMESPACE_URL, f"oase:{envelope.id}")))


def _read(mark: MarkRead, account: Account) -> Call:
    """Shows that we have read a message and all before it; where nobody chats by LINE's own program, LINE shows it by itself."""
    token = mark.envelope.tokens.get(READ)
    if not token:
        raise CannotSay(Capability.MARK_READ, message("LINE gave no token with which this message could be marked as read."))
    return send(account, {READ: token}, "chat", "markAsRead")


def _said(say: Say, limits: Limits, account: Account) -> list[Body]:
    if say.envelope.about:
        raise CannotSay("private_reply", message("On LINE one can write only to people who have added the account."))
    if len(say.files) > limits.attachments_per_message or (say.files and say.choices):
        raise CannotSay("attachments", message("LINE carries four files in a message, and none beside buttons."))
    described = [f"{choice.title} – {choice.description}" for choice in say.choices if choice.description]
    text = "\n".join(line for line in (say.text, *described) if line)
    objects: list[Body] = [{"type": "text", "text": part} for part in _pieces(text)] if text.strip() else []
    quoted = say.envelope.tokens.get(QUOTE) if say.envelope.reply_to else None
    if quoted and objects:  # messages of earlier versions came without a token: those are answered, not quoted
        objects[0][QUOTE] = quoted
    objects += [_image(file, limits, account) for file in say.files]
    if not objects:
        raise CannotSay("text", message("LINE cannot carry an empty message."))
    if len(text) > limits.text_length or len(objects) > _OBJECTS:
        raise CannotSay("text_length", message("LINE carries %(n)s characters in one message.", n=limits.text_length))
    if say.choices:
        objects[-1]["quickReply"] = {"items": [_button(choice, limits) for choice in _few(say.choices, limits)]}
    return objects


def _pieces(text: str) -> list[str]:
    """The text in pieces of the length that LINE counts: emoji count twice there."""
    pieces, start, units = [], 0, 0
    for place, character in enumerate(text):
        size = 2 if ord(character) > 0xFFFF else 1
        if units + size > _TEXT_UNITS:
            pieces.append(text[start:place])
            start, units = place, 0
        units += size
    return [*pieces, text[start:]]


def _image(file: File, limits: Limits, account: Account) -> Body:
    if limits.carrier(file.type, file.size_bytes) is not Capability.IMAGE:
        raise CannotSay("file", message("LINE does not carry a file of this type and size: %(file)s.", file=file.name))
    if not file.link.startswith("https://" if base_url(account) == API else "http"):
        raise CannotSay("file", message("LINE fetches pictures from us: that needs an address with https://."))
    return {"type": "image", "originalContentUrl": file.link, "previewImageUrl": file.link}


def _few(choices: Sequence[Choice], limits: Limits) -> Sequence[Choice]:
    if len(choices) > limits.buttons or any(not 0 < len(choice.title) <= limits.button_length for choice in choices):
        raise CannotSay(
            "buttons", message("LINE carries %(n)s buttons of %(length)s characters below a message.",
                               n=limits.buttons, length=limits.button_length)
        )  # fmt: skip
    return choices


def _button(choice: Choice, limits: Limits) -> Body:
    """A quick reply; its title travels along, since nothing but `data` comes back."""
    data = f"{choice.id}\n{choice.title}"
    if len(data) > _DATA_LENGTH:
        raise CannotSay("buttons", message("The id of a button is too long for LINE."))
    return {
        "type": "action",
        "action": {"type": "postback", "label": choice.title, "data": data, "displayText": choice.title},
    }


def _place(position: Position) -> Body:
    point = f"{position.latitude:.6f}, {position.longitude:.6f}"
    title, address = position.name or position.address or point, position.address or point
    return {
        "type": "location",
        "title": title[:_PLACE_LENGTH],
        "address": address[:_PLACE_LENGTH],
        "latitude": position.latitude,
        "longitude": position.longitude,
    }
