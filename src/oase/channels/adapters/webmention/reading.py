"""From the page that was fetched to events: what its author says about our page, or that they say it no more.

A page that was known already is told anew: `Received` is passed over where the message is there, `Edited` where its words are the same.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from lxml import etree

from oase.channels.adapters.webmention.addresses import host_of, is_web, mention_id, readable, said_at
from oase.channels.adapters.webmention.asking import read_pointer
from oase.channels.adapters.webmention.following import GONE
from oase.channels.adapters.webmention.microformats import Author, Entry, read_entry
from oase.channels.adapters.webmention.pages import Page, read_page
from oase.channels.contract import Account, Address, Content, Deleted, Edited, Event, Malformed, Media, Raw, Received, Thread
from oase.channels.families.markup import Marked, one_line, read_markup

_OLD: Final = timedelta(days=7)  # what was written before counts as said when we were told
_LONGEST: Final = 4_000  # characters; the rest is behind the link
_AROUND: Final = ("p", "li", "blockquote", "td", "dd", "figcaption", "div", "article", "section", "body")
_SIGNS: Final[Mapping[str, str]] = {"like": "👍", "repost": "🔁", "bookmark": "🔖"}
_PICTURES: Final[Mapping[str, str]] = {
    "jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp", "avif": "image/avif",
}  # fmt: skip


def read(raw: Raw, account: Account) -> Sequence[Event]:
    """The events of a fetched page. Raises Malformed where it is not said which one it is."""
    source, target = raw.query.get("source", ""), raw.query.get("target", "")
    if not (is_web(source) and is_web(target)):
        raise Malformed("It is not said which page was fetched, and which page of ours it is to mention.")
    page = _page(raw)
    if page is None or not page.names(target):
        return [Deleted(external_id=mention_id(source, target), at=raw.received_at)]
    entry = read_entry(page, target)
    content = _content(page, entry, target)
    known = _received(raw, account, entry, content)
    return [known, Edited(external_id=known.external_id, content=content, at=raw.received_at)]


def understood(raw: Raw) -> Mapping[str, Any]:
    """How a fetched page was understood, and what was told about one that is not fetched yet; for the journal."""
    target = raw.query.get("target", "")
    if not target:
        pointer = read_pointer(raw.body)
        return {"source": pointer.source, "target": pointer.target}
    page = _page(raw)
    named = page is not None and page.names(target)
    entry = read_entry(page, target) if page is not None and named else None
    return {"link to the target": "yes" if named else "no", "kind": entry.kind if entry else "mention" if named else "none"}


def _page(raw: Raw) -> Page | None:
    """The page; None if it is gone, or of a kind that we do not read."""
    if raw.query.get("status", "") in [str(status) for status in GONE]:
        return None
    return read_page(raw.body, raw.headers.get("content-type", ""), raw.query.get("url") or raw.query["source"])


def _received(raw: Raw, account: Account, entry: Entry | None, content: Content) -> Received:
    source, target = raw.query["source"], raw.query["target"]
    kind, at = entry.kind if entry else "mention", entry.at if entry else None
    answers_us = target.startswith(said_at(account))
    return Received(
        external_id=mention_id(source, target),
        sender=_sender(source, entry.author if entry else Author()),
        at=at if at is not None and raw.received_at - _OLD < at <= raw.received_at else raw.received_at,
        content=content,
        reply_to=target if answers_us else "",
        may_auto_answer=False,
        asks=kind in ("reply", "mention"),
        origin={"kind": kind},
        thread=Thread(external_id=target, title="" if answers_us else readable(target), link=target, ours=True),
        link=source,
    )


def _sender(source: str, author: Author) -> Address:
    """Who speaks. A page may claim any author: an address of another site counts for the site that names it."""
    host = host_of(source)
    name = author.name or host
    if author.url and host_of(author.url) == host:
        value = author.url
    else:
        value = f"{host} {author.url}" if author.url else f"{host}/{author.name.casefold()}" if author.name else host
    return Address(value=value[:300], name=name, fields={"page": author.url} if author.url else {})


def _content(page: Page, entry: Entry | None, target: str) -> Content:
    said = _said(entry) if entry is not None else _around(page, target)
    media = tuple(_media(url) for url in entry.pictures) if entry is not None else ()
    text, html = (said.text, said.html) if len(said.text) <= _LONGEST else (f"{said.text[:_LONGEST].rstrip()} …", "")
    return Content(kind="image" if media and not text else "text", text=text or ("" if media else "…"), html=html, media=media)


def _said(entry: Entry) -> Marked:
    """The words, under their heading where they have one of their own."""
    said, name = entry.said, entry.name
    if entry.kind in _SIGNS:
        return Marked(f"{_SIGNS[entry.kind]} {said.text or name}".strip())
    if not said.text:
        return Marked(name)
    if not name or " ".join(said.text.split()).startswith(name[:100]):
        return said
    return Marked(f"{name}\n\n{said.text}")


def _around(page: Page, target: str) -> Marked:
    """What stands around the link on a page that does not say what its entry is, under the page's title."""
    if page.root is None:
        return Marked(page.text.strip() if not page.is_json else "")
    element = next(page.links_to(target), page.root)
    around = next((one for one in (element, *element.iterancestors()) if one.tag in _AROUND), element)
    source = etree.tostring(around, method="html", encoding="unicode", with_tail=False)
    words = read_markup(source, page.base).text
    title = one_line(page.root.findtext(".//title") or "")
    return Marked("\n\n".join(part for part in (title, words) if part))


def _media(url: str) -> Media:
    name = urlsplit(url).path.rpartition("/")[2][:100]
    return Media(ref=url, source="call", type=_PICTURES.get(name.rpartition(".")[2].lower(), "image/jpeg"), name=name)
