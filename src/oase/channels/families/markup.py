"""HTML of the web (comments, articles, posts of forums): to a text that can be read by itself, and to harmless HTML.

What people publish is read with the same tools as what they mail (`families.mime`): hidden passages and tracking pixels go,
remote pictures keep their address for a click, nh3's allow list has the last word.
"""

from html import unescape
from typing import Final
from urllib.parse import urljoin

from lxml import etree
from msgspec import Struct

from oase.channels.families.mime.charsets import clean
from oase.channels.families.mime.html_clean import prepare, sanitise, sanitise_text
from oase.channels.families.mime.html_text import html_lines, parse_html

LONGEST: Final = 500_000
"""Characters of one message that are read; longer ones lead to their page."""

_PLAIN: Final = frozenset({"html", "body", "p", "br", "a", "div", "span"})
_ADDRESSES: Final = (("a", "href"), ("img", "src"))


class Marked(Struct, frozen=True):
    """`html` is empty where the text says everything."""

    text: str
    html: str = ""


def read_markup(source: str, base: str = "") -> Marked:
    """Text and harmless HTML of a fragment; relative addresses count from `base`."""
    root, whole = parse_html(source[:LONGEST])
    if root is None:
        return Marked(clean(source[:LONGEST]).strip() if whole else "")
    _complete(root, base)
    for image in list(root.iter("img")):
        _emoji(image)
    text = "\n".join(line.text for line in html_lines(root)[0]).strip()
    if all(isinstance(element.tag, str) and element.tag in _PLAIN for element in root.iter()):
        return Marked(text)
    prepare(root)
    return Marked(text, sanitise(root) if whole else sanitise_text(source[:LONGEST]))


def one_line(source: str) -> str:
    """A heading: without mark-up and line breaks."""
    if "<" in source:
        source = read_markup(source[:2_000]).text
    return " ".join(clean(unescape(source[:2_000])).split())[:300]


def _complete(root: etree._Element, base: str) -> None:
    """Relative addresses become whole ones; what is no address stays as it is."""
    for tag, name in _ADDRESSES if base else ():
        for element in root.iter(tag):
            address = element.get(name)
            if address and not address.startswith(("http:", "https:", "mailto:", "data:", "cid:")):
                try:
                    element.set(name, urljoin(base, address))
                except ValueError:
                    continue


def _emoji(image: etree._Element) -> None:
    """Pictures that stand for an emoji (WordPress, Discourse and others draw them so) become what they stand for."""
    parent, words = image.getparent(), image.get("alt") or ""
    if parent is None or not words or not {"emoji", "wp-smiley"}.intersection((image.get("class") or "").split()):
        return
    before, text = image.getprevious(), words[:50] + (image.tail or "")
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent.text = (parent.text or "") + text
    parent.remove(image)
