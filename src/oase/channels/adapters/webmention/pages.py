"""A page of the web as it came: what it links to, and which endpoint for webmentions it names.

Links count where they are links: not in comments, not in escaped mark-up, not in scripts.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

from lxml import etree
from msgspec import Struct

from oase.channels.adapters.webmention.addresses import joined, same
from oase.channels.contract import Reply
from oase.channels.families.json_in_the_wild import Unreadable
from oase.channels.families.mime.charsets import decode
from oase.channels.families.mime.html_text import parse_html

LONGEST_BYTES: Final = 1_000_000
"""Of a page that is read (section 4.4 of the Recommendation names one megabyte)."""

HTML: Final = ("text/html", "application/xhtml+xml")
_LINKING: Final = ("href", "src", "data", "cite", "poster")
_CHARSET: Final = re.compile(r"charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_META: Final = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?([\w.:-]{1,40})", re.IGNORECASE)
_PARAMETER: Final = re.compile(r"\s*;\s*([^\s=;,]+)\s*(?:=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s;,\"]*)))?")
_MOST_LINKS: Final = 200


class Page(Struct, frozen=True):
    """A page. `base` is where its relative addresses count from; `root` is None if it is no HTML, then `text` is all."""

    base: str
    root: etree._Element | None
    text: str = ""
    is_json: bool = False

    def links_to(self, target: str) -> Iterator[etree._Element]:
        """The elements that link to an address."""
        for element in self.root.iter(etree.Element) if self.root is not None else ():
            if any(same(joined(self.base, element.get(name) or ""), target) for name in _LINKING if element.get(name)):
                yield element

    def names(self, target: str) -> bool:
        """Whether it links to an address, in the way of its kind (section 3.2.2)."""
        if self.root is not None:
            return next(self.links_to(target), None) is not None
        if self.is_json:
            return target in _strings(self.text)
        return re.search(rf"{re.escape(target)}(?![\w/%?&=#~-])", self.text) is not None


def read_page(body: bytes, content_type: str, url: str) -> Page | None:
    """The page, by its kind; None for a kind that we do not read (a picture, a PDF)."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind in HTML or not kind:
        root = parse_html(_text(body, content_type))[0]
        return Page(_base(root, url), root) if root is not None else Page(url, None)
    if kind == "application/json" or kind.endswith("+json"):
        return Page(url, None, _text(body, content_type), is_json=True)
    return Page(url, None, _text(body, content_type)) if kind == "text/plain" else None


def endpoint_of(reply: Reply, asked: str) -> str:
    """The endpoint that a page names (section 3.1.2): by its header, else by the first `link` or `a`; empty if by none."""
    at = reply.url or asked
    for address, relations in _header_links(reply.headers.get("link", "")):
        if "webmention" in relations and (found := joined(at, address)):
            return found
    page = read_page(reply.body[:LONGEST_BYTES], reply.headers.get("content-type", ""), at)
    return _named_in(page) if page is not None and page.root is not None else ""


def _named_in(page: Page) -> str:
    """The endpoint of the first `link` or `a` in the document's order; one without `href` names none."""
    for element in page.root.iter("link", "a") if page.root is not None else ():
        address = element.get("href")
        named = address is not None and "webmention" in (element.get("rel") or "").lower().split()
        if named and (found := joined(page.base, address or "")):
            return found
    return ""


def _header_links(header: str) -> Iterator[tuple[str, list[str]]]:
    """The links of a header (RFC 8288), each with its relations."""
    place = 0
    for _ in range(_MOST_LINKS):
        start = header.find("<", place)
        end = header.find(">", start)
        if start < 0 or end < 0:
            return
        relations: list[str] | None = None
        place = end + 1
        while parameter := _PARAMETER.match(header, place):
            place = parameter.end()
            if parameter[1].lower() == "rel" and relations is None:  # a second one does not count
                relations = (parameter[2] if parameter[2] is not None else parameter[3] or "").lower().split()
        yield header[start + 1 : end], relations or []


def _base(root: etree._Element | None, url: str) -> str:
    for element in root.iter("base") if root is not None else ():
        if element.get("href"):
            return joined(url, element.get("href") or "") or url
    return url


def _text(body: bytes, content_type: str) -> str:
    declared = _CHARSET.search(content_type)
    found = _META.search(body[:2_048])
    return decode(body, declared[1] if declared else found[1].decode("ascii", "replace") if found else "")[0]


def _strings(text: str) -> set[str]:
    """All texts of a JSON document."""
    try:
        waiting: list[Any] = [json.loads(text)]
    except Unreadable:
        return set()
    found: set[str] = set()
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            waiting += value.values()
    return found
