"""What a Matrix message says, for each of its types.

https://spec.matrix.org/latest/client-server-api/#mroommessage-msgtypes (read 2026-11)
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from oase.channels.adapters.matrix.wire import Json
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import on_the_map, plain_name
from oase.channels.families.json_in_the_wild import Incomplete, mapping, text
from oase.kernel.i18n import message

ENCRYPTED = message(
    "This message is end-to-end encrypted; Oase cannot read it. Please ask the customer to write in a chat without encryption."
)
_GEO: Final = re.compile(r"geo:(-?\d{1,3}(?:\.\d{1,20})?),(-?\d{1,3}(?:\.\d{1,20})?)")
_FILES: Final[Mapping[str, ContentKind]] = {
    "m.image": "image", "m.audio": "audio", "m.video": "video", "m.file": "document", "m.sticker": "sticker",
}  # fmt: skip
_MXC: Final = re.compile(r"mxc://[^\s/\x00]{1,255}/[\w.~-]{1,255}")
_VOICE: Final = ("org.matrix.msc3245.voice", "org.matrix.msc3245.voice.v2", "m.voice")


def content_of(content: Json, name: str) -> Content | None:
    """The content of `m.room.message`; None for types that we do not know. Raises Incomplete."""
    kind = text(content, "msgtype")
    if kind in _FILES:
        return file_of(content, kind)
    write = _WRITERS.get(kind)
    return write(content, name) if write else None


def file_of(content: Json, kind: str) -> Content:
    """A file with its caption. Raises Incomplete if it does not say where the file lies."""
    body, name, info = text(content, "body"), text(content, "filename"), mapping(content, "info")
    if mapping(content, "file"):
        return Content(kind="placeholder", text=str(ENCRYPTED))
    if not _MXC.fullmatch(text(content, "url")):
        raise Incomplete("The message is a file but does not say where the file lies.")
    stated = text(info, "mimetype") or ("image/png" if kind == "m.sticker" else "application/octet-stream")
    size = info.get("size")
    media = Media(
        ref=text(content, "url"),
        source="call",
        type=stated[:120],
        name="" if kind == "m.sticker" else plain_name(name or body),
        size_bytes=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
    )
    shown: ContentKind = "voice" if any(mark in content for mark in _VOICE) and kind == "m.audio" else _FILES[kind]
    caption = body if kind == "m.sticker" or (name and name != body) else ""
    return Content(kind=shown, text=_said(content, caption), media=(media,))


def _said(content: Json, body: str) -> str:
    """The text without the quotation that older programs put before an answer.

    https://spec.matrix.org/v1.12/client-server-api/#fallbacks-for-rich-replies
    """
    if not mapping(content, "m.relates_to", "m.in_reply_to") or not body.startswith("> "):
        return body
    lines = body.split("\n")
    first = next((number for number, line in enumerate(lines) if not line.startswith("> ") and line != ">"), len(lines))
    return "\n".join(lines[first + 1 if first < len(lines) and not lines[first] else first :])


def _text(content: Json, name: str) -> Content:
    if not isinstance(content.get("body"), str):
        raise Incomplete("The message has no text.")
    return Content(text=_said(content, text(content, "body")))


def _emote(content: Json, name: str) -> Content:
    return Content(text=f"* {name} {_said(content, text(content, 'body'))}")


def _location(content: Json, name: str) -> Content:
    found = _GEO.match(text(content, "geo_uri"))
    latitude, longitude = (float(found[1]), float(found[2])) if found else (91.0, 181.0)
    body = text(content, "body")
    place = body if body and not body.startswith("geo:") else ""
    return on_the_map(latitude, longitude, place, url="")


def _verification(content: Json, name: str) -> Content:
    return Content(
        kind="system", text=str(message("The customer's program asks us to verify encryption. Oase does not take part in that."))
    )


_WRITERS: Final[Mapping[str, Callable[[Json, str], Content]]] = {
    "m.text": _text,
    "m.notice": _text,
    "m.emote": _emote,
    "m.location": _location,
    "m.key.verification.request": _verification,
}


def poll_of(content: Json) -> Content | None:
    """A poll as text, by its stable or its earlier names; None if it cannot be read."""
    inner = mapping(content, "m.poll") or mapping(content, "org.matrix.msc3381.poll.start")
    question, answers = _words(inner.get("question")), inner.get("answers")
    lines = [f"– {_words(answer)}" for answer in (answers if isinstance(answers, list) else [])[:20]]
    return Content(text="\n".join([question, *lines])) if question else None


def _words(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    parts = value.get("m.text")
    if isinstance(parts, list):
        return next((text(part, "body") for part in parts if isinstance(part, dict) and text(part, "body")), "")
    return text(value, "org.matrix.msc1767.text") or text(value, "body")
