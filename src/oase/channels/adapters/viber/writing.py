"""From what is to be said to one call of the REST bot API. Files go by links: Viber fetches them from us.

https://developers.viber.com/docs/api/rest-bot-api/#message-types and #keyboards (read 2026-11)
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from oase.channels.adapters.viber.api import API, base_url, call
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

_SENDER_LENGTH, _NAME_LENGTH, _PHONE_LENGTH, _FILE_NAME_LENGTH, _TRACKING_LENGTH = 28, 28, 18, 256, 4000
_COLUMNS = 6
_VERSION = 1  # of the API that a phone must speak at least


def write(outbound: Outbound, account: Account, manifest: Manifest) -> Sequence[Call]:
    """The call; raises CannotSay for what Viber cannot carry, or not in one message."""
    if outbound.envelope.thread or outbound.envelope.about:
        raise CannotSay("public", message("A bot on Viber speaks to one person at a time."))
    match outbound:
        case Say():
            body = _say(outbound, manifest.limits, account)
        case Position():
            body = {"type": "location", "location": {"lat": outbound.latitude, "lon": outbound.longitude}}
        case Card():
            body = _card(outbound)
        case React():
            raise CannotSay(Capability.REACTION)
        case MarkRead():
            raise CannotSay(Capability.MARK_READ)
        case ShowTyping():
            raise CannotSay(Capability.TYPING)
        case UseTemplate():
            raise CannotSay(Capability.TEMPLATE)
        case Moderate():
            raise CannotSay(outbound.act)
    return [call(account, "send_message", _head(outbound.envelope, account) | body)]


def _head(envelope: Envelope, account: Account) -> Body:
    name = str(account.settings.get("sender_name") or account.facts.get("name") or account.name or "Oase")
    return {"receiver": envelope.to, "min_api_version": _VERSION, "sender": {"name": name[:_SENDER_LENGTH]}}


def _say(say: Say, limits: Limits, account: Account) -> Body:
    if len(say.files) > limits.attachments_per_message or (say.files and say.choices):
        raise CannotSay("attachments", message("Viber carries one file in a message, and none beside buttons."))
    if say.files:
        return _file(say.files[0], say.text, limits, account)
    described = [f"{choice.title} – {choice.description}" for choice in say.choices if choice.description]
    text = "\n".join(line for line in (say.text, *described) if line)
    if not text.strip():
        raise CannotSay("text", message("Viber cannot carry an empty message."))
    if len(text) > limits.text_length:
        raise CannotSay("text_length", message("Viber carries %(n)s characters in one message.", n=limits.text_length))
    return {"type": "text", "text": text} | (_keyboard(say.choices, limits) if say.choices else {})


def _keyboard(choices: Sequence[Choice], limits: Limits) -> Body:
    """Buttons that say their title; their ids come back beside it in the tracking data."""
    if len(choices) > limits.buttons or any(not 0 < len(choice.title) <= limits.button_length for choice in choices):
        raise CannotSay(
            "buttons", message("Viber carries %(n)s buttons of %(length)s characters below a message.",
                               n=limits.buttons, length=limits.button_length)
        )  # fmt: skip
    tracking = msgspec.json.encode({"choices": {choice.title: choice.id for choice in choices}}).decode()
    if len(tracking) > _TRACKING_LENGTH:
        raise CannotSay("buttons", message("The ids of these buttons are too long for Viber."))
    buttons = [
        {"Columns": _COLUMNS, "Rows": 1, "ActionType": "reply", "ActionBody": choice.title, "Text": choice.title}
        for choice in choices
    ]
    return {"keyboard": {"Type": "keyboard", "DefaultHeight": False, "Buttons": buttons}, "tracking_data": tracking}


def _file(file: File, text: str, limits: Limits, account: Account) -> Body:
    kind = limits.carrier(file.type, file.size_bytes)
    if kind is None:
        raise CannotSay("file", message("Viber does not carry a file of this type and size: %(file)s.", file=file.name))
    if not file.link.startswith("https://" if base_url(account) == API else "http"):
        raise CannotSay("file", message("Viber fetches files from us: that needs an address with https://."))
    if text and (kind is not Capability.IMAGE or len(text) > limits.caption_length):
        raise CannotSay("caption", message("Viber cannot carry this text beside this file."))
    match kind:
        case Capability.IMAGE:
            return {"type": "picture", "text": text, "media": file.link}
        case Capability.VIDEO:
            return {"type": "video", "media": file.link, "size": file.size_bytes}
        case _:
            name = file.name[-_FILE_NAME_LENGTH:] or "file"
            return {"type": "file", "media": file.link, "size": file.size_bytes, "file_name": name}


def _card(card: Card) -> Body:
    """One contact with a number goes as such; what it cannot hold, and several at once, go as text."""
    contact = card.contacts[0] if len(card.contacts) == 1 else {}
    phones = [str(phone) for phone in contact.get("phones") or ()]
    plain = set(contact) <= {"name", "phones"} and len(phones) == 1
    name = str(contact.get("name") or "?")
    if plain and len(name) <= _NAME_LENGTH and len(phones[0]) <= _PHONE_LENGTH:
        return {"type": "contact", "contact": {"name": name, "phone_number": phones[0]}}
    lines = []
    for one in card.contacts:
        lines += [str(one[key]) for key in ("name", "organisation") if one.get(key)]
        lines += [str(value) for key in ("phones", "emails") for value in one.get(key) or ()] + [""]
    text = "\n".join(lines).strip()
    if not text or len(text) > 7000:
        raise CannotSay(Capability.CONTACTS, message("These contacts do not fit into one message of Viber."))
    return {"type": "text", "text": text}
