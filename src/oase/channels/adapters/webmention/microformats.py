"""An entry of a blog by its microformats2 (https://microformats.org/wiki/h-entry, h-card; read 2026-11): who says what, and how it
relates to the page of ours that it links to. Themes that still write the classes of 2005 (hentry, vcard) are read as well.

Only what a mention needs, with the reader of HTML that all channels share: a whole parser would bring its own.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Final, Literal

from lxml import etree
from msgspec import Struct

from oase.channels.adapters.webmention.addresses import is_web, joined, same
from oase.channels.adapters.webmention.pages import Page
from oase.channels.families.markup import LONGEST, Marked, one_line, read_markup
from oase.channels.families.mime.charsets import clean

Kind = Literal["reply", "like", "repost", "bookmark", "mention"]
_RELATIONS: Final[Mapping[str, Kind]] = {
    "u-in-reply-to": "reply",
    "u-like-of": "like",
    "u-repost-of": "repost",
    "u-bookmark-of": "bookmark",
}
_OLD: Final[Mapping[str, str]] = {
    "hentry": "h-entry", "entry-title": "p-name", "entry-content": "e-content", "entry-summary": "p-summary", "author": "p-author",
    "published": "dt-published", "vcard": "h-card", "fn": "p-name", "url": "u-url", "photo": "u-photo",
}  # fmt: skip
_PROPERTY: Final = re.compile(r"(?:p|u|dt|e)-[a-z]+(?:-[a-z]+)*")
_UNSEEN: Final = frozenset({"script", "style", "template", "noscript"})
_URL_IN: Final[Mapping[str, str]] = {
    "a": "href", "area": "href", "link": "href", "img": "src", "audio": "src", "video": "src", "source": "src", "iframe": "src",
    "object": "data", "data": "value", "input": "value",
}  # fmt: skip
_MOST_PICTURES: Final = 4
_MOST: Final = 50  # of links, and of elements with the same property: nobody needs more, and each costs time
_LONGEST_TEXT: Final = 5_000
Properties = dict[str, list[etree._Element]]


class Author(Struct, frozen=True):
    """Who wrote an entry, as the page says."""

    name: str = ""
    url: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """What an entry says about a page of ours."""

    kind: Kind
    author: Author
    name: str = ""
    said: Marked = Marked("")
    pictures: tuple[str, ...] = ()
    at: datetime | None = None


def read_entry(page: Page, target: str) -> Entry | None:
    """The entry in which the page links to `target`; None where no entry does."""
    if page.root is None:
        return None
    around = map(_entry_around, islice(page.links_to(target), _MOST))
    entry = next((one for one in around if one is not None), None)
    if entry is None:
        return None
    found = _properties(entry)
    return Entry(
        kind=_kind(page, found, target),
        author=_author(page, entry, found),
        name=one_line(_first_text(found, "p-name")),
        pictures=tuple(dict.fromkeys(_urls(page, found, "u-photo")))[:_MOST_PICTURES],
        said=_said(page, found),
        at=_moment(found),
    )


def _entry_around(element: etree._Element) -> etree._Element | None:
    """The innermost entry in which something stands."""
    return next((one for one in (element, *element.iterancestors()) if "h-entry" in _classes(one)), None)


def _classes(element: etree._Element) -> list[str]:
    """The classes that say what it is, the old ones in today's words."""
    return [_OLD.get(name, name) for name in (element.get("class") or "").split()]


def _is_root(classes: list[str]) -> bool:
    return any(name.startswith("h-") and len(name) > 2 for name in classes)


def _properties(root: etree._Element) -> Properties:
    """Elements by the property that they hold; what lies inside a microformat of its own belongs to that."""
    found: Properties = {}
    waiting = list(reversed(root))
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or element.tag in _UNSEEN:
            continue
        classes = _classes(element)
        for name in dict.fromkeys(classes):
            if _PROPERTY.fullmatch(name) and len(same_name := found.setdefault(name, [])) < _MOST:
                same_name.append(element)
        if not _is_root(classes):
            waiting.extend(reversed(element))
    return found


def _kind(page: Page, found: Properties, target: str) -> Kind:
    for name, kind in _RELATIONS.items():
        if any(same(url, target) for url in _urls(page, found, name)):
            return kind
    return "mention"


def _author(page: Page, entry: etree._Element, found: Properties) -> Author:
    """The entry's own, else that of the element around it, else the page's card (https://indieweb.org/authorship-spec)."""
    given = found.get("p-author") or found.get("u-author")
    card = given[0] if given else None
    if card is None:
        around = next((one for one in entry.iterancestors() if _is_root(_classes(one))), None)
        card = next(iter(_properties(around).get("p-author", ())), None) if around is not None else None
    if card is None and page.root is not None:
        card = next((one for one in page.root.iter(etree.Element) if "h-card" in _classes(one)), None)
    return _card(page, card) if card is not None else Author()


def _card(page: Page, card: etree._Element) -> Author:
    inside = _properties(card) if _is_root(_classes(card)) else {}
    urls = _urls(page, inside, "u-url") or ([joined(page.base, card.get("href") or "")] if card.get("href") else [])
    picture = next((one.get("alt") or "" for one in card.iter("img")), "")
    return Author(name=one_line(_first_text(inside, "p-name") or _text(card) or picture)[:200], url=next(iter(urls), ""))


def _said(page: Page, found: Properties) -> Marked:
    """The words; pictures that are told apart do not stand in them once more."""
    contents = found.get("e-content") or found.get("p-content") or found.get("p-summary") or []
    if not contents:
        return Marked("")
    for picture in [one for one in contents[0].iter("img") if "u-photo" in _classes(one)]:
        _drop(picture)
    source = etree.tostring(contents[0], method="html", encoding="unicode", with_tail=False)
    return read_markup(source[:LONGEST], page.base)


def _drop(element: etree._Element) -> None:
    """Takes an element out and leaves what follows it."""
    parent, before = element.getparent(), element.getprevious()
    if parent is None:
        return
    if before is not None:
        before.tail = (before.tail or "") + (element.tail or "")
    else:
        parent.text = (parent.text or "") + (element.tail or "")
    parent.remove(element)


def _moment(found: Properties) -> datetime | None:
    for element in found.get("dt-published", ()):
        given = element.get("datetime") or element.get("title") or element.get("value") or _text(element)
        try:
            at = datetime.fromisoformat(given.strip())
            return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return None


def _first_text(found: Properties, name: str) -> str:
    return next((_text(element) for element in found.get(name, ())), "")


def _text(element: etree._Element) -> str:
    """The value of a `p-` property."""
    given = element.get("title") if element.tag in ("abbr", "link") else element.get("value") if element.tag == "data" else None
    if given is None and element.tag in ("img", "area"):
        given = element.get("alt") or ""
    return clean(" ".join((given if given is not None else "".join(_pieces(element))).split()))


def _pieces(element: etree._Element) -> Iterator[str]:
    left = _LONGEST_TEXT
    for piece in element.itertext(etree.Element):
        yield str(piece)[:left]
        left -= len(piece)
        if left <= 0:
            return


def _urls(page: Page, found: Properties, name: str) -> list[str]:
    return [url for element in found.get(name, ()) if (url := _url(page, element))]


def _url(page: Page, element: etree._Element) -> str:
    """The value of a `u-` property; of a cited entry (h-cite) the address that it has itself."""
    if _is_root(_classes(element)) and str(element.tag) not in _URL_IN:
        element = next(iter(_properties(element).get("u-url", ())), element)
    attribute = _URL_IN.get(str(element.tag))
    if attribute is None:
        written = _text(element)
        return joined("", written) if is_web(written) else ""
    given = element.get(attribute)
    return joined(page.base, given) if given else ""
