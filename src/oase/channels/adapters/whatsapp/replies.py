"""What a reply of the Graph API means for the message: `families.meta` reads it, here is what WhatsApp's look like."""

from collections.abc import Mapping
from typing import Any

from oase.channels.adapters.whatsapp.errors import meaning_of
from oase.channels.contract import Call
from oase.channels.families.meta import Judge


def _accepted(call: Call, content: Mapping[str, Any]) -> str | None:
    if content.get("success") is True and _is_mark(call):
        return ""
    if call.parts and isinstance(content.get("id"), str | int):
        return str(content["id"])
    messages = content.get("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    return str(first["id"]) if isinstance(first, dict) and first.get("id") else None


def _harmless_twice(call: Call) -> bool:
    return bool(call.parts) or _is_mark(call) or _field(call, "type") == "reaction"


def _is_mark(call: Call) -> bool:
    return _field(call, "status") == "read"


def _field(call: Call, name: str) -> object:
    return call.json.get(name) if isinstance(call.json, dict) else None


JUDGE = Judge(
    place="WhatsApp",
    meaning_of=lambda error: meaning_of(error.code),
    accepted=_accepted,
    harmless_twice=_harmless_twice,
)
interpret = JUDGE.outcome
