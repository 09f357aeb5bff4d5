"""Texts of Bluesky: reading them with the addresses that their facets shorten, and marking our own, whose offsets count bytes.

https://docs.bsky.app/docs/advanced-guides/post-richtext (read 2026-08)
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import msgspec
from msgspec import Struct

from oase.channels.adapters.bluesky.wire import ChatMessage, Embed, Facet, PostRecord
from oase.channels.contract import Content, Media
from oase.channels.families.json_in_the_wild import Unreadable

_LINK: Final = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]}'»“”]", re.IGNORECASE)
_MENTION: Final = re.compile(
    r"(?<![\w@./-])@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9])\b", re.IGNORECASE
)
_TAG: Final = re.compile(r"(?<![\w#&/])#(\w*[^\W\d]\w*)")
_TITLE: Final = 80


class Piece(Struct, frozen=True):
    """A piece of our text that is more than words, by bytes."""

    start: int
    end: int
    kind: str  # link, mention, tag
    value: str


def pieces_of(text: str) -> list[Piece]:
    """Links, names and tags of a text, in their order."""
    found = [(match.span(), "link", match.group()) for match in _LINK.finditer(text)]
    covered = [span for span, _, _ in found]
    found += [
        (match.span(), kind, match.group(1))
        for kind, pattern in (("mention", _MENTION), ("tag", _TAG))
        for match in pattern.finditer(text)
        if not any(start <= match.start() < end for start, end in covered)
    ]
    return [Piece(_bytes(text, span[0]), _bytes(text, span[1]), kind, value) for span, kind, value in sorted(found)]


def facet(piece: Piece, did: Any = None) -> dict[str, Any]:
    """A piece as the lexicon wants it; a mention needs the did of whom it names."""
    features = {
        "link": {"$type": "app.bsky.richtext.facet#link", "uri": piece.value},
        "mention": {"$type": "app.bsky.richtext.facet#mention", "did": did},
        "tag": {"$type": "app.bsky.richtext.facet#tag", "tag": piece.value},
    }
    return {"index": {"byteStart": piece.start, "byteEnd": piece.end}, "features": [features[piece.kind]]}


def _bytes(text: str, at: int) -> int:
    return len(text[:at].encode("utf-8", "surrogatepass"))


def readable(text: str, facets: Sequence[Facet]) -> str:
    """The text with whole addresses in place of those that are shown shortened."""
    raw = text.encode("utf-8", "surrogatepass")
    for one in sorted(facets, key=lambda facet: facet.index.byte_start, reverse=True):
        start, end = one.index.byte_start, one.index.byte_end
        uri = next((feature.uri for feature in one.features if feature.uri), "")
        if not (uri.startswith(("https://", "http://")) and 0 <= start < end <= len(raw)):
            continue
        shown = raw[start:end].decode("utf-8", "replace")
        bare = shown.removesuffix("...").removesuffix("…")
        whole = uri if bare.removeprefix("https://").removeprefix("http://") in uri else f"{shown} ({uri})"
        raw = raw[:start] + whole.encode("utf-8", "surrogatepass") + raw[end:]
    return raw.decode("utf-8", "replace").strip()


def content_of_post(record: PostRecord, embed: Embed | None) -> Content:
    """Text and pictures of a post; a card and a video by their addresses."""
    shown = _within(embed)
    text = readable(record.text, record.facets)
    card = shown.external if shown else None
    extra = [card.uri] if card and card.uri and card.uri not in text else []
    extra += [shown.playlist] if shown and shown.playlist else []
    pictures = [one for one in (shown.images if shown else ()) if one.fullsize]
    media = tuple(
        Media(ref=one.fullsize, source="call", type=_type(one.fullsize), name=" ".join(one.alt.split())[:100]) for one in pictures
    )
    said = "\n\n".join(part for part in (text, *extra) if part)
    return Content(kind="image" if media and not said else "text", text=said, media=media)


def content_of_message(message: ChatMessage) -> Content:
    """Text of a direct message, and the address of a post that it shows."""
    text = readable(message.text, message.facets)
    shared = re.search(rb'"uri":"(at://[^"]{1,500})"', bytes(message.embed)) if bytes(message.embed) else None
    return Content(
        text="\n\n".join(part for part in (text, shared.group(1).decode("utf-8", "replace") if shared else "") if part)
    )


def title(record: PostRecord) -> str:
    """The first words of a post: what a thread is called."""
    words = " ".join(readable(record.text, record.facets).split())
    return words if len(words) <= _TITLE else words[: _TITLE - 1].rsplit(" ", 1)[0] + "…"


def _within(embed: Embed | None) -> Embed | None:
    """The pictures beside a quoted post lie one level deeper."""
    if embed is None or not bytes(embed.media):
        return embed
    try:
        return msgspec.json.decode(embed.media, type=Embed, strict=False)
    except Unreadable:
        return embed


def _type(address: str) -> str:
    ending = re.split(r"[@.]", address.partition("?")[0])[-1].lower()
    return {"png": "image/png", "jpg": "image/jpeg", "gif": "image/gif", "jpeg": "image/jpeg"}.get(ending, "image/webp")
