"""Texts of X as people read them: whole addresses in place of t.co, without the address of a picture that stands beside it."""

from collections.abc import Mapping, Sequence
from html import unescape
from typing import Final

from oase.channels.adapters.x.wire import Entities, File, Link, Variant
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import type_of_name

_KINDS: Final[Mapping[str, ContentKind]] = {"photo": "image", "video": "video", "animated_gif": "video"}
_USUAL: Final[Mapping[str, str]] = {"photo": "image/jpeg", "video": "video/mp4", "animated_gif": "video/mp4"}


def readable(text: str, links: Sequence[Link], of_files: Sequence[Link] = ()) -> str:
    """The text with its addresses written out; those of `of_files`, which stand for files, go."""
    for one in of_files:
        text = text.replace(one.url, "") if one.url else text
    for one in links:
        if one.url and one.expanded_url:
            text = text.replace(one.url, one.expanded_url)
    return unescape(text).strip()


def split_links(entities: Entities | None) -> tuple[Sequence[Link], Sequence[Link]]:
    """Addresses that lead somewhere, and those that stand for files of the post itself."""
    links = entities.urls if entities else ()
    files = [one for one in links if one.media_key or _is_own_file(one.expanded_url or "")]
    return [one for one in links if one not in files], files


def _is_own_file(address: str) -> bool:
    place = address.partition("?")[0]
    return any(host in place for host in ("x.com/", "twitter.com/")) and ("/photo/" in place or "/video/" in place)


def said(text: str, media: Sequence[Media], kinds: Sequence[str]) -> Content:
    """Text and files as one content; a lone file is of its own kind."""
    kind: ContentKind = _KINDS.get(kinds[0], "document") if media and not text and len(set(kinds)) == 1 else "text"
    return Content(kind=kind, text=text, media=tuple(media))


def media_of(file: File) -> Media | None:
    """A file of a post or a message; of a video the best form that is a file."""
    address = best(file.variants or ()) or file.url
    if not address:
        return None
    type = type_of_name(address.partition("?")[0], _USUAL.get(file.type, "application/octet-stream"))
    return Media(ref=address, source="call", type=type, name=" ".join((file.alt_text or "").split())[:100])


def best(variants: Sequence[Variant]) -> str:
    """The address of the best MP4; lists of pieces (HLS) are no file."""
    files = [one for one in variants if one.url and one.content_type == "video/mp4"]
    return max(files, key=lambda one: one.bit_rate or one.bitrate or 0).url or "" if files else ""
