"""What of Matrix's JSON several files read: objects, texts and numbers that may not be what they should be."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from oase.channels.contract import NoReply, Reply
from oase.channels.families.json_in_the_wild import Unreadable, sound

Json = Mapping[str, Any]


def content_of(reply: Reply | NoReply) -> dict[str, Any] | None:
    """The JSON object of a reply; None if there is none."""
    if isinstance(reply, NoReply):
        return None
    try:
        found = msgspec.json.decode(sound(reply.body))
    except Unreadable:
        return None
    return found if isinstance(found, dict) else None


def mapping(value: Json, *path: str) -> dict[str, Any]:
    """The object at a place; an empty one if there is none."""
    found: Any = value
    for key in path:
        found = found.get(key) if isinstance(found, Mapping) else None
    return found if isinstance(found, dict) else {}


def text(value: Json, key: str) -> str:
    """The text of a key; empty if there is none."""
    found = value.get(key)
    return found if isinstance(found, str) else ""


def objects(value: Json, key: str) -> list[dict[str, Any]]:
    """The objects of a list; what is no object is left out."""
    found = value.get(key)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def moment(stamp: object, otherwise: datetime) -> datetime:
    """A time in milliseconds since 1970; `otherwise` where it is none that can be."""
    if isinstance(stamp, bool) or not isinstance(stamp, int | float):
        return otherwise
    try:
        return datetime.fromtimestamp(stamp / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return otherwise
