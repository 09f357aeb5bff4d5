"""What Teams takes of an activity, and what it refuses, by its error codes.

https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-your-bot-messages,
…/task-modules-and-cards/cards/cards-format and …/cards/cards-reference (read 2026-11)
"""

import binascii
import html
import json
import re
from base64 import b64decode
from collections.abc import Mapping
from typing import Any, Final

from msgspec import Struct

from oase.sandbox.places import Json
from oase.sandbox.places.requests import Refused
from oase.sandbox.teams.activities import INLINE

_MOST_BYTES: Final = 100 * 1024  # of UTF-16, without pictures inside
_PICTURE_BYTES: Final = 1024 * 1024
_BUTTONS: Final = 6
_CARD: Final = "application/vnd.microsoft.card."
_ACTIONS: Final = frozenset({"openUrl", "imBack", "messageBack", "invoke", "signin", "call", "downloadFile"})
_DATA: Final = re.compile(r"data:([a-z]+/[a-z0-9.+-]+);base64,(.*)", re.DOTALL)
_BREAKS: Final = re.compile(r"<br ?/?>|</(?:p|h[1-3]|li|div)>", re.IGNORECASE)
_TAGS: Final = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)


class Said(Struct, frozen=True):
    """One bubble on the phone."""

    text: str = ""
    pictures: tuple[tuple[str, str, bytes], ...] = ()  # name, type, bytes
    buttons: tuple[Json, ...] = ()  # those that say something to the bot


def refused(status: int, code: str, words: str, headers: Mapping[str, str] | None = None) -> Refused:
    """How the service words a refusal."""
    return Refused(status, {"error": {"code": code, "message": words}}, headers)


def bubbles(activity: Json) -> list[Said]:
    """What a message says: a text and what is attached to it become two bubbles, as in Teams. Raises Refused."""
    attached = activity.get("attachments") or []
    if not isinstance(attached, list) or not all(isinstance(one, dict) for one in attached):
        raise refused(400, "BadSyntax", "Attachments must be a list of objects.")
    _check_size(activity, attached)
    text = _text(activity)
    found = [Said(text=text)] if text.strip() else []
    found += [_attached(one) for one in attached]
    if not found:
        raise refused(400, "BadArgument", "Activity must have text or attachments.")
    return found


def _check_size(activity: Json, attached: list[Json]) -> None:
    slim = [{**one, "contentUrl": ""} if str(one.get("contentUrl", "")).startswith("data:") else one for one in attached]
    size = len(json.dumps({**activity, "attachments": slim}, ensure_ascii=False).encode("utf-16-le", "surrogatepass"))
    if size > _MOST_BYTES:
        raise refused(413, "MessageSizeTooBig", "Message size too large.")


def _text(activity: Json) -> str:
    text = activity.get("text") or ""
    if not isinstance(text, str):
        raise refused(400, "BadSyntax", "Text must be a string.")
    return plain(text) if activity.get("textFormat") == "xml" else text


def _attached(one: Json) -> Said:
    kind = str(one.get("contentType") or "")
    if kind.startswith("image/"):
        return _picture(one, kind)
    content = one.get("content")
    if kind in (f"{_CARD}hero", f"{_CARD}thumbnail") and isinstance(content, dict):
        return _card(content)
    raise refused(400, "BadArgument", f"Unknown attachment type: {kind[:80]}")


def _picture(one: Json, kind: str) -> Said:
    address, name = str(one.get("contentUrl") or ""), str(one.get("name") or "picture")
    if address.startswith("https://"):
        return Said(text=address)  # Teams fetches it; here the address is shown
    found = _DATA.fullmatch(address)
    if found is None or kind not in INLINE or found[1] != kind:
        raise refused(400, "BadArgument", "Image attachment must have a valid contentUrl.")
    try:
        data = b64decode(found[2], validate=True)
    except binascii.Error:
        raise refused(400, "BadArgument", "Image attachment is not valid base64.") from None
    if not 0 < len(data) <= _PICTURE_BYTES:
        raise refused(413, "MessageSizeTooBig", "Image size too large.")
    return Said(pictures=((name, kind, data),))


def _card(content: Json) -> Said:
    buttons = content.get("buttons") or []
    if not isinstance(buttons, list) or len(buttons) > _BUTTONS or not all(map(_is_button, buttons)):
        raise refused(400, "BadArgument", "Card buttons are not valid.")
    lines = [str(content.get("title") or ""), str(content.get("subtitle") or ""), plain(str(content.get("text") or ""))]
    links = [f"{one['title']}: {one['value']}" for one in buttons if one["type"] == "openUrl"]
    pressed = tuple(one for one in buttons if one["type"] in ("imBack", "messageBack"))
    return Said(text="\n".join(line for line in (*lines, *links) if line), buttons=pressed)


def _is_button(one: Any) -> bool:
    return isinstance(one, dict) and one.get("type") in _ACTIONS and bool(one.get("title")) and one.get("value") is not None


def plain(marked: str) -> str:
    """What is read of a text in the simple HTML of messages and cards."""
    return html.unescape(_TAGS.sub("", _BREAKS.sub("\n", marked.replace("\n", " ")))).strip()
