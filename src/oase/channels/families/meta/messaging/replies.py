"""What replies of the Send API and of comments look like when they were accepted, and what may be done twice."""

from collections.abc import Mapping
from typing import Any

from oase.channels.contract import Call


def accepted(call: Call, content: Mapping[str, Any]) -> str | None:
    """The id of what was taken: of a message, an upload, a comment; empty for signs and acts, which have none."""
    if is_sign(call):
        return "" if content.get("recipient_id") or content.get("success") is True else None
    if is_act(call):
        return "" if content.get("success") is True else None
    for key in ("message_id", "attachment_id", "id"):
        found = content.get(key)
        if isinstance(found, str | int) and not isinstance(found, bool) and found:
            return str(found)
    return None


def harmless_twice(call: Call) -> bool:
    """Uploads that nobody sees, signs, and acts: doing them again changes nothing."""
    return bool(call.parts) or is_sign(call) or is_act(call)


def is_sign(call: Call) -> bool:
    """A reaction, a read mark, a typing sign."""
    return isinstance(call.json, dict) and "sender_action" in call.json


def is_act(call: Call) -> bool:
    """Hiding, showing, deleting, liking a comment."""
    if call.method == "DELETE" or call.url.endswith("/likes"):
        return True
    return isinstance(call.json, dict) and ("is_hidden" in call.json or "hide" in call.json)
