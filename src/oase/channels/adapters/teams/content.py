"""What a message says: its text without our app's name, its files, what was pressed.

https://learn.microsoft.com/microsoftteams/platform/bots/build-conversational-capability, …/bots-filesv4 (read 2026-11)
"""

import html
import re
from typing import Any, Final

from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import plain_name, type_of_name
from oase.channels.families.json_in_the_wild import mapping, objects, text
from oase.kernel.i18n import message

DOWNLOAD: Final = "application/vnd.microsoft.teams.file.download.info"
_CARD: Final = message("A card that Oase cannot show.")
_AT: Final = re.compile(r"<at(?: [^<>]{0,200})?>([^<>]{0,500})</at>")
_KINDS: Final[dict[str, ContentKind]] = {"image": "image", "audio": "audio", "video": "video"}


def content_of(activity: dict[str, Any]) -> Content | None:
    """What is said; None if nothing is."""
    value = mapping(activity, "value")
    said = _text(activity)
    if text(value, "oase"):
        return Content(kind="choice", text=said or text(value, "title") or text(value, "oase"), data={"id": text(value, "oase")})
    files = [media for one in objects(activity, "attachments") if (media := _media(one)) is not None]
    cards = [
        one for one in objects(activity, "attachments") if text(one, "contentType").startswith("application/vnd.microsoft.card.")
    ]
    if not files:
        if not said.strip():
            return Content(kind="placeholder", text=str(_CARD)) if cards else None
        return Content(text=said)
    sorts = {media.type.partition("/")[0] for media in files}
    kind: ContentKind = _KINDS.get(next(iter(sorts)), "document") if len(sorts) == 1 else "document"
    return Content(kind=kind, text=said, media=tuple(files))


def _text(activity: dict[str, Any]) -> str:
    """The text; our app's own name at its beginning, without which it hears nothing in channels, is left out."""
    ours = text(mapping(activity, "recipient"), "id")
    raw = text(activity, "text")
    for mention in objects(activity, "entities"):
        named = text(mention, "text")
        if text(mention, "type") == "mention" and named and text(mapping(mention, "mentioned"), "id") == ours:
            raw = raw.replace(named, "", 1)
    plain = _AT.sub(lambda found: f"@{found[1]}", raw)
    return (
        (html.unescape(plain) if text(activity, "textFormat") in ("xml", "markdown", "") else plain).replace("\r\n", "\n").strip()
    )


def _media(attachment: dict[str, Any]) -> Media | None:
    """A file; None for the HTML copy of the text, quotations and cards."""
    kind, name = text(attachment, "contentType"), text(attachment, "name")
    if kind == DOWNLOAD:
        content = mapping(attachment, "content")
        ending = (text(content, "fileType") or name.rpartition(".")[2]).lower()
        url = text(content, "downloadUrl")
        return Media(ref=url, source="call", type=type_of_name(f".{ending}"), name=plain_name(name)) if url else None
    url = text(attachment, "contentUrl")
    if kind.startswith(("image/", "audio/", "video/")) and url.startswith(("https://", "http://")):
        return Media(ref=url, source="call", type="image/png" if kind == "image/*" else kind[:120], name=plain_name(name))
    return None
