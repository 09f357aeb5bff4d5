"""How a blog reads a page that is said to answer one of its entries: whether it links there, what it says, whom to tell in turn."""

import re
from html.parser import HTMLParser
from typing import Final

import msgspec

_VOID: Final = frozenset({"meta", "link", "img", "br", "hr", "input", "data", "source", "base", "area", "wbr", "embed", "col"})
_HEADER: Final = re.compile(r'<([^>]+)>\s*;\s*rel="?([^",;]*)"?')


class Read(msgspec.Struct):
    """What stands on a page."""

    links: set[str] = msgspec.field(default_factory=set)
    author: str = ""
    content: str = ""
    pictures: list[str] = msgspec.field(default_factory=list)
    endpoint: str = ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.read = Read()
        self._open: list[tuple[str, list[str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        classes = given.get("class", "").split()
        if tag == "br":
            self._add("\n")
        if href := given.get("href"):
            self.read.links.add(href)
            if tag in ("a", "link") and "webmention" in given.get("rel", "").split() and not self.read.endpoint:
                self.read.endpoint = href
        if "u-photo" in classes and given.get("src"):
            self.read.pictures.append(given["src"])
        if tag not in _VOID:
            self._open.append((tag, classes))

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag not in _VOID:
            if self._open.pop()[0] == tag:
                return

    def handle_data(self, data: str) -> None:
        self._add(data)

    def _add(self, data: str) -> None:
        around = [name for _, classes in self._open for name in classes]
        if "e-content" in around:
            self.read.content += data
        elif "p-author" in around:
            self.read.author += data


def read_page(text: str, link_header: str = "") -> Read:
    """Reads it; the header's endpoint goes before the page's."""
    reader = _Reader()
    reader.feed(text)
    found = next((url for url, rel in _HEADER.findall(link_header) if "webmention" in rel.split()), "")
    if found:
        reader.read.endpoint = found
    reader.read.author = reader.read.author.strip()
    return reader.read
