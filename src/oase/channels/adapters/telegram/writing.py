"""From what is to be said to one call of the Bot API: Telegram takes files and text together.

Texts go as they are, without Telegram's markup: nothing that an agent types can break a message.

https://core.telegram.org/bots/api#available-methods (Bot API 10.1, read 2026-08)
"""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from oase.channels.adapters.telegram.api import method, upload
from oase.channels.adapters.telegram.ids import Place, chat_of, message_of
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
    Part,
    Position,
    React,
    Say,
    ShowTyping,
    UseTemplate,
)
from oase.kernel.i18n import message

Body = dict[str, Any]

_SENDS: Mapping[Capability, tuple[str, str]] = {
    Capability.IMAGE: ("sendPhoto", "photo"),
    Capability.VIDEO: ("sendVideo", "video"),
    Capability.VOICE: ("sendVoice", "voice"),
    Capability.AUDIO: ("sendAudio", "audio"),
    Capability.DOCUMENT: ("sendDocument", "document"),
}
_ALBUMS: Sequence[frozenset[str]] = (frozenset({"photo", "video"}), frozenset({"audio"}), frozenset({"document"}))
_CALLBACK_BYTES = 64
_VCARD_BYTES = 2048

REACTIONS = frozenset(
    (
        *"👍👎🔥🥰👏😁🤔🤯😱🤬😢🎉🤩🤮💩🙏👌🕊🤡🥱🥴😍🐳🌚🌭💯🤣⚡🍌🏆💔🤨😐🍓🍾💋🖕😈😴😭🤓👻👀🎃🙈😇😨🤝✍🤗🫡🎅🎄☃💅🤪🗿🆒💘🙉🦄😘💊🙊😎👾🤷😡❤",
        "❤\u200d🔥",
        "👨\u200d💻",
        "🤷\u200d♂",
        "🤷\u200d♀",
    )
)
"""What a bot may react with (https://core.telegram.org/bots/api#reactiontypeemoji)."""


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The call; raises CannotSay for what Telegram cannot carry, or not in one message."""
    envelope = outbound.envelope
    match outbound:
        case Say():
            return [_say(outbound, account, manifest.side(bool(envelope.thread)).limits)]
        case Position():
            return [_position(outbound, account)]
        case Card():
            return [_card(outbound, account)]
        case React():
            return [method(account, "setMessageReaction", _reaction(outbound))]
        case ShowTyping():
            return [method(account, "sendChatAction", _to(envelope) | {"action": "typing"})]
        case Moderate() if outbound.act == "delete":
            place = _message(envelope, "delete")
            return [method(account, "deleteMessage", {"chat_id": _number(place.chat), "message_id": place.message})]
        case Moderate():
            raise CannotSay(outbound.act)
        case MarkRead():
            raise CannotSay(Capability.MARK_READ)
        case UseTemplate():
            raise CannotSay(Capability.TEMPLATE)


def _say(say: Say, account: Account, limits: Limits) -> Call:
    if say.envelope.about:
        raise CannotSay("private_reply", message("A bot can write to a person only after that person has written to it."))
    if len(say.files) > limits.attachments_per_message or (len(say.files) > 1 and say.choices):
        raise CannotSay("attachments", message("Telegram carries ten files in a message, and none beside buttons."))
    if len(say.files) > 1:
        return _album(say, account, limits)
    if say.files:
        return _file(say, say.files[0], account, limits)
    text = "\n".join(line for line in (say.text, *_described(say.choices)) if line)
    if not text.strip():
        raise CannotSay("text", message("Telegram cannot carry an empty message."))
    if len(text) > limits.text_length:
        raise CannotSay("text_length", message("Telegram carries %(n)s characters in one message.", n=limits.text_length))
    return method(account, "sendMessage", _head(say.envelope) | {"text": text} | _keyboard(say.choices, limits))


def _described(choices: Sequence[Choice]) -> list[str]:
    """What a button has no room for."""
    return [f"{choice.title} – {choice.description}" for choice in choices if choice.description]


def _keyboard(choices: Sequence[Choice], limits: Limits) -> Body:
    if not choices:
        return {}
    if len(choices) > limits.buttons or any(len(choice.title) > limits.button_length for choice in choices):
        raise CannotSay(
            "buttons", message("Telegram carries %(n)s buttons of %(length)s characters below a message.",
                               n=limits.buttons, length=limits.button_length)
        )  # fmt: skip
    if any(not 0 < len(choice.id.encode()) <= _CALLBACK_BYTES for choice in choices):
        raise CannotSay("buttons", message("The id of a button has 64 bytes at most on Telegram."))
    return {"reply_markup": {"inline_keyboard": [[{"text": one.title, "callback_data": one.id}] for one in choices]}}


def _file(say: Say, file: File, account: Account, limits: Limits) -> Call:
    name, field = _SENDS[_carrier(file, limits)]
    body = _head(say.envelope) | _caption(say.text, limits) | _keyboard(say.choices, limits)
    return upload(account, name, (*_fields(body), _part(field, file)))


def _carrier(file: File, limits: Limits) -> Capability:
    kind = limits.carrier(file.type, len(file.content))
    if kind is None:
        raise CannotSay("file", message("Telegram does not carry a file of this size: %(file)s.", file=file.name))
    return kind


def _caption(text: str, limits: Limits) -> Body:
    if len(text) > limits.caption_length:
        raise CannotSay("caption", message("Telegram carries %(n)s characters beside a file.", n=limits.caption_length))
    return {"caption": text} if text else {}


def _album(say: Say, account: Account, limits: Limits) -> Call:
    """Several files in one message. Kinds that do not go together go as documents; the text stands below the last of those."""
    fields = {_SENDS[_carrier(file, limits)][1] for file in say.files}
    together = any(fields <= kinds for kinds in _ALBUMS)
    media = []
    for number, file in enumerate(say.files):
        field = _SENDS[_carrier(file, limits)][1] if together else "document"
        media.append({"type": field, "media": f"attach://file{number}"})
    media[0 if media[0]["type"] in ("photo", "video") else -1] |= _caption(say.text, limits)
    files = (_part(f"file{number}", file) for number, file in enumerate(say.files))
    return upload(account, "sendMediaGroup", (*_fields(_head(say.envelope) | {"media": media}), *files))


def _part(field: str, file: File) -> Part:
    return Part(name=field, content=file.content, filename=file.name or "file", type=file.type.partition(";")[0].strip())


def _fields(body: Body) -> tuple[Part, ...]:
    """Parameters beside a file: texts as they are, everything else as JSON."""
    return tuple(
        Part(name=name, content=value.encode() if isinstance(value, str) else msgspec.json.encode(value))
        for name, value in body.items()
    )


def _position(position: Position, account: Account) -> Call:
    body = _head(position.envelope) | {"latitude": position.latitude, "longitude": position.longitude}
    if not (position.name or position.address):
        return method(account, "sendLocation", body)
    point = f"{position.latitude:.6f}, {position.longitude:.6f}"
    named = {"title": position.name or position.address, "address": position.address or point}
    return method(account, "sendVenue", body | named)


def _card(card: Card, account: Account) -> Call:
    """A contact with a number goes as such, with all that it holds as a vCard; others, and several at once, as text."""
    phones = [str(phone) for contact in card.contacts for phone in contact.get("phones") or ()]
    vcard = _vcard(card.contacts[0]) if card.contacts else ""
    if len(card.contacts) != 1 or not phones or len(vcard.encode()) > _VCARD_BYTES:
        text = "\n\n".join("\n".join(_lines(contact)) for contact in card.contacts)
        if not text.strip() or len(text) > 4096:
            raise CannotSay(Capability.CONTACTS, message("These contacts do not fit into one message of Telegram."))
        return method(account, "sendMessage", _head(card.envelope) | {"text": text})
    first, _, last = str(card.contacts[0].get("name") or "?").partition(" ")
    named = {"phone_number": phones[0], "first_name": first} | ({"last_name": last} if last else {})
    return method(account, "sendContact", _head(card.envelope) | named | {"vcard": vcard})


def _lines(contact: Mapping[str, Any]) -> list[str]:
    single = [str(contact[key]) for key in ("name", "organisation") if contact.get(key)]
    return single + [str(value) for key in ("phones", "emails") for value in contact.get(key) or ()]


def _vcard(contact: Mapping[str, Any]) -> str:
    """RFC 2426, the version that all of Telegram's programs read."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", f"FN:{_escaped(contact.get('name') or '?')}"]
    lines += [f"ORG:{_escaped(contact['organisation'])}"] if contact.get("organisation") else []
    lines += [f"TEL;TYPE=WORK:{_escaped(phone)}" for phone in contact.get("phones") or ()]
    lines += [f"EMAIL:{_escaped(email)}" for email in contact.get("emails") or ()]
    return "\r\n".join([*lines, "END:VCARD"])


def _escaped(value: object) -> str:
    text = str(value).replace("\\", "\\\\").replace(",", "\\,").replace(";", "\\;")
    return " ".join(text.splitlines())


def _reaction(react: React) -> Body:
    place = _message(react.envelope, Capability.REACTION)
    emoji = react.emoji.replace("\ufe0f", "")
    if place.connection:
        raise CannotSay(Capability.REACTION, message("In a Telegram Business account a bot cannot react."))
    if emoji and emoji not in REACTIONS:
        raise CannotSay(Capability.REACTION, message("Telegram does not allow this reaction."))
    shown = [{"type": "emoji", "emoji": emoji}] if emoji else []
    return {"chat_id": _number(place.chat), "message_id": place.message, "reaction": shown}


def _message(envelope: Envelope, capability: str) -> Place:
    place = message_of(envelope.reply_to)
    if place is None:
        raise CannotSay(capability, message("It is not said which message this refers to."))
    return place


def _to(envelope: Envelope) -> Body:
    place = chat_of(envelope.thread or envelope.to)
    connection = {"business_connection_id": place.connection} if place.connection else {}
    return connection | {"chat_id": _number(place.chat)}


def _head(envelope: Envelope) -> Body:
    """Where a message goes and what it answers. One that is gone meanwhile does not hold the answer up."""
    body, answered = _to(envelope), message_of(envelope.reply_to)
    if answered is not None and _number(answered.chat) == body["chat_id"]:
        body["reply_parameters"] = {"message_id": answered.message, "allow_sending_without_reply": True}
    return body


def _number(chat: str) -> int | str:
    """A chat as Telegram numbers it; what is no number goes as it is, and Telegram says what it thinks of it."""
    return int(chat) if chat.isascii() and chat.removeprefix("-").isdigit() and len(chat) <= 20 else chat
