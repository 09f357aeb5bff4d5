"""What a status says, as a text that can be read by itself: its HTML, content warning, poll and files.

Mastodon's HTML has paragraphs, line breaks, links that show a shortened address, mentions and hashtags:
https://docs.joinmastodon.org/spec/activitypub/#sanitization (read 2026-08)
"""

import re
from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from typing import Final

from oase.channels.adapters.mastodon.wire import Attachment, Status
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import type_of_name

_LONGEST: Final = 200_000
_USUAL: Final[Mapping[str, str]] = {"image": "image/jpeg", "gifv": "video/mp4", "video": "video/mp4", "audio": "audio/mpeg"}
_KINDS: Final[Mapping[str, ContentKind]] = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}
_BLOCKS: Final = frozenset({"p", "div", "blockquote", "pre", "h1", "h2", "h3", "h4", "h5", "h6"})


def content_of(status: Status) -> Content:
    """Text, files and a poll of a status."""
    parts = [readable(status.content), _poll(status)]
    if status.spoiler_text.strip():
        parts.insert(0, f"[{status.spoiler_text.strip()}]")
    media = tuple(one for file in status.media_attachments if (one := _media(file)) is not None)
    parts += [
        f"[{file.description}]" for file in status.media_attachments if file.description and not (file.url or file.remote_url)
    ]
    text = "\n\n".join(part for part in parts if part)
    kinds = {_KINDS.get(file.type, "document") for file in status.media_attachments}
    kind: ContentKind = next(iter(kinds)) if media and len(kinds) == 1 and not text else "text"
    return Content(kind=kind, text=text, media=media)


def headline(status: Status) -> str:
    """The first words of a status: what a thread is called."""
    words = " ".join((status.spoiler_text or readable(status.content)).split())
    return words if len(words) <= 80 else words[:79].rsplit(" ", 1)[0] + "…"


def _media(file: Attachment) -> Media | None:
    address = file.url or file.remote_url
    if not address:
        return None
    type = type_of_name(address.partition("?")[0], _USUAL.get(file.type, "application/octet-stream"))
    return Media(ref=address, source="call", type=type, name=" ".join((file.description or "").split())[:100])


def _poll(status: Status) -> str:
    if status.poll is None:
        return ""
    mark = "☐" if status.poll.multiple else "○"
    return "\n".join(f"{mark} {option.title}" for option in status.poll.options)


def readable(html: str) -> str:
    """The text of a status: whole addresses in place of shortened ones, mentions and hashtags by their words."""
    reader = _Reader()
    reader.feed(html[:_LONGEST])
    reader.close()
    lines = [re.sub(r"[ \t\u00a0]+", " ", line).strip() for line in "".join(reader.pieces).split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._link: tuple[str, int] | None = None

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "br":
            self.pieces.append("\n")
        elif tag == "li":
            self.pieces.append("\n- ")
        elif tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "a" and not {"mention", "hashtag"} & set((values.get("class") or "").split()):
            self._link = (values.get("href") or "", len(self.pieces))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.pieces.append("\n\n")
        elif tag == "a" and self._link is not None:
            address, start = self._link
            self._link = None
            words = "".join(self.pieces[start:]).strip()
            if address.startswith(("http://", "https://")):
                shown = words.rstrip("…")
                whole = shown and (shown in address or address.startswith(shown))
                self.pieces[start:] = [address if whole or not words else f"{words} ({address})"]

    def handle_data(self, data: str) -> None:
        self.pieces.append(data.replace("\n", " "))
