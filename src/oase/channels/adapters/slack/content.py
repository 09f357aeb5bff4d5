"""What a Slack message says: its markup as plain text, its files.

https://docs.slack.dev/messaging/formatting-message-text (read 2026-11)
"""

import html
import re
from collections.abc import Mapping
from typing import Any, Final

from oase.channels.adapters.slack.wire import Json
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import plain_name
from oase.channels.families.json_in_the_wild import objects, text
from oase.kernel.i18n import message

_MARK: Final = re.compile(r"<([^<>]{1,4000})>")
_KINDS: Final[Mapping[str, ContentKind]] = {"image": "image", "audio": "audio", "video": "video"}
_GONE: Final = message("A file that has been deleted.")


def plain(markup: str) -> str:
    """Slack's markup as people read it: names of mentions, addresses of links, entities as characters."""
    return html.unescape(_MARK.sub(_mark, markup))


def _mark(found: "re.Match[str]") -> str:
    inner, _, label = found[1].partition("|")
    if inner.startswith("@"):
        return f"@{label or inner[1:]}"
    if inner.startswith("#"):
        return f"#{label or inner[1:]}"
    if inner.startswith("!"):
        name = label or inner[1:].partition("^")[0]
        return name if name.startswith("@") or "^" in inner else f"@{name}"
    target = inner.removeprefix("mailto:").removeprefix("tel:")
    return target if not label or label in (inner, target) else f"{label} ({target})"


def content_of(event: Json) -> Content | None:
    """What is said; None if nothing is."""
    said = plain(text(event, "text"))
    if text(event, "subtype") == "me_message":
        said = f"* {said}"
    files = [_media(file) for file in objects(event, "files") if text(file, "id") and text(file, "mode") != "tombstone"]
    gone = any(text(file, "mode") == "tombstone" for file in objects(event, "files"))
    if not files:
        lines = [line for line in (said, str(_GONE) if gone else "") if line.strip()]
        return Content(text="\n".join(lines)) if lines else None
    sorts = {media.type.partition("/")[0] for media in files}
    kind: ContentKind = _KINDS.get(next(iter(sorts)), "document") if len(sorts) == 1 else "document"
    if kind == "audio" and any(text(file, "subtype") == "slack_audio" for file in objects(event, "files")):
        kind = "voice"
    return Content(kind=kind, text=said, media=tuple(files))


def _media(file: Json) -> Media:
    size: Any = file.get("size")
    name = text(file, "name") or text(file, "title")
    return Media(
        ref=text(file, "id"),
        source="call",
        type=(text(file, "mimetype") or "application/octet-stream")[:120],
        name=plain_name(name),
        size_bytes=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < 2**53 else None,
    )
