"""A feed's bytes to its entries, whatever the format.

RSS 0.9 to 2.0, RSS 1.0 and Atom (RFC 4287) by feedparser; JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/) here.
Comments: `wfw:commentRss` (Well-Formed Web), `slash:comments`, `thr:in-reply-to` (RFC 4685).

What would cost too much to read is refused: more than 2 MB, too many marks, entities of the document's own.
"""

import calendar
import hashlib
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, Final

import feedparser
import msgspec
from msgspec import Struct

from oase.channels.contract import Malformed
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.channels.families.markup import Marked, one_line, read_markup
from oase.channels.families.mime.charsets import clean

LONGEST_BYTES: Final = 2_000_000
MOST_ENTRIES: Final = 500
_MOST_MARKS: Final = 120_000
_LONGEST_ID: Final = 400
_ENTITY: Final = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)


class Answered(Struct, frozen=True):
    """What an entry answers, by `thr:in-reply-to`."""

    ref: str = ""
    href: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """One article, or one comment. `digest` changes when what it says does."""

    id: str
    digest: str
    title: str = ""
    link: str = ""
    author: str = ""
    author_page: str = ""
    author_mail: str = ""
    at: datetime | None = None
    said: Marked = Marked("")
    comments_feed: str = ""
    comments: int | None = None
    answers: Answered | None = None


class Document(Struct, frozen=True, kw_only=True):
    """A feed as it is now. `minutes` is how long it asks to be left alone (RSS `ttl`)."""

    title: str
    link: str
    entries: tuple[Entry, ...]
    minutes: int = 0


@lru_cache(maxsize=8)  # a round of asking is played again with each further reply
def read_document(body: bytes, content_type: str, location: str) -> Document:
    """The feed's entries in its order. Raises Malformed where it is no feed that we can read."""
    if len(body) > LONGEST_BYTES:
        raise Malformed(f"The feed is longer than {LONGEST_BYTES // 1_000_000} MB.")
    start = body.lstrip(b"\xef\xbb\xbf \t\r\n")[:1]
    return _json_feed(body, location) if start == b"{" else _xml_feed(body, content_type, location)


def _xml_feed(body: bytes, content_type: str, location: str) -> Document:
    if _ENTITY.search(body):
        raise Malformed("The feed declares entities of its own, which are not read.")
    if body.count(b"<") > _MOST_MARKS:
        raise Malformed("The feed has more marks than any feed needs.")
    headers = {"content-type": content_type or "application/xml", "content-location": location}
    try:
        read = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=True)
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError, RecursionError, OverflowError):
        raise Malformed("The feed cannot be read.") from None
    if not read.entries and not read.get("version"):
        raise Malformed("This is no feed: neither RSS, Atom nor JSON Feed.")
    return Document(
        title=one_line(_text(read.feed, "title")),
        link=_address(_text(read.feed, "link")),
        entries=tuple(_xml_entry(entry, location) for entry in read.entries[:MOST_ENTRIES]),
        minutes=_number(_text(read.feed, "ttl")) or 0,
    )


def _xml_entry(entry: Mapping[str, Any], location: str) -> Entry:
    contents = entry.get("content")
    first = contents[0] if isinstance(contents, list) and contents else entry.get("summary_detail")
    source, kind = (_text(first, "value"), _text(first, "type")) if isinstance(first, Mapping) else (_text(entry, "summary"), "")
    link = _address(_text(entry, "link"))
    said = Marked(clean(source).strip()) if kind == "text/plain" and "<" not in source else read_markup(source, link or location)
    author = entry.get("author_detail")
    author = author if isinstance(author, Mapping) else {}
    answers = entry.get("thr_in-reply-to")
    return _entry(
        id=_text(entry, "id"),
        title=_text(entry, "title"),
        link=link,
        author=_text(author, "name") or _text(entry, "author"),
        author_page=_address(_text(author, "href")),
        author_mail=_text(author, "email"),
        at=_moment(dict(entry).get("published_parsed") or dict(entry).get("updated_parsed")),
        said=said,
        comments_feed=_address(_text(entry, "wfw_commentrss")),
        comments=_number(_text(entry, "slash_comments")),
        answers=Answered(_text(answers, "ref"), _address(_text(answers, "href"))) if isinstance(answers, Mapping) else None,
    )


class _Author(Struct):
    name: str | None = None
    url: str | None = None


class _Item(Struct):
    id: str | int | float
    url: str | None = None
    title: str | None = None
    content_html: str | None = None
    content_text: str | None = None
    summary: str | None = None
    date_published: str | None = None
    date_modified: str | None = None
    authors: list[_Author] | None = None
    author: _Author | None = None  # of version 1.0


class _Feed(Struct):
    version: str
    title: str | None = None
    home_page_url: str | None = None
    items: list[_Item] = []


_FEED: Final = msgspec.json.Decoder(_Feed)


def _json_feed(body: bytes, location: str) -> Document:
    try:
        feed = _FEED.decode(sound(body.removeprefix(b"\xef\xbb\xbf")))
    except Unreadable:
        raise Malformed("The feed is JSON, but no JSON Feed that can be read.") from None
    if "jsonfeed.org/version/" not in feed.version:
        raise Malformed("The feed is JSON, but no JSON Feed.")
    entries = tuple(_json_entry(item, location) for item in feed.items[:MOST_ENTRIES])
    return Document(title=one_line(feed.title or ""), link=_address(feed.home_page_url or ""), entries=entries)


def _json_entry(item: _Item, location: str) -> Entry:
    link = _address(item.url or "")
    authors = item.authors or ([item.author] if item.author else [])
    author = authors[0] if authors else _Author()
    source = item.content_html
    return _entry(
        id=str(item.id),
        title=item.title or "",
        link=link,
        author=author.name or "",
        author_page=_address(author.url or ""),
        at=_iso(item.date_published or item.date_modified or ""),
        said=read_markup(source, link or location) if source else Marked(clean(item.content_text or item.summary or "").strip()),
    )


def _entry(
    *,
    id: str,
    title: str,
    link: str,
    author: str,
    said: Marked,
    at: datetime | None,
    author_page: str = "",
    author_mail: str = "",
    comments_feed: str = "",
    comments: int | None = None,
    answers: Answered | None = None,
) -> Entry:
    heading = one_line(title)
    digest = hashlib.sha256("\n".join((heading, said.text, said.html)).encode("utf-8", "replace")).hexdigest()[:16]
    return Entry(
        id=_short(clean(id).strip() or link or f"entry-{digest}"),
        digest=digest,
        title=heading,
        link=link,
        author=one_line(author),
        author_page=author_page,
        author_mail=clean(author_mail).strip().lower()[:200],
        at=at,
        said=said,
        comments_feed=comments_feed,
        comments=comments,
        answers=answers,
    )


def _short(id: str) -> str:
    """Ids are keys: a monstrous one is told by its digest."""
    return id if len(id) <= _LONGEST_ID else f"{id[:100]}…{hashlib.sha256(id.encode()).hexdigest()[:32]}"


def _text(holder: Any, name: str) -> str:
    value = holder.get(name) if isinstance(holder, Mapping) else None
    return clean(value) if isinstance(value, str) else ""


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else None


def _address(text: str) -> str:
    text = clean(text).strip()
    return text if text.startswith(("https://", "http://")) and len(text) <= 2_000 else ""


def _moment(parsed: Any) -> datetime | None:
    try:
        return datetime.fromtimestamp(calendar.timegm(parsed), UTC) if parsed else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def _iso(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None
