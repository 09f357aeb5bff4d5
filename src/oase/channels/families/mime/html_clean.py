"""HTML from outside made harmless: first what only a tree shows (pixels, remote pictures, hidden text), then nh3's allow list.

nh3 is last, so nothing that it has not seen is shown. The result goes into a sandboxed frame all the same.
Pictures lose their `src`: remote ones keep the address in data-src (shown on a click), those of the mail in data-cid.
"""

import html
import re
from dataclasses import dataclass

import nh3
from lxml import etree

from oase.channels.families.mime.charsets import clean
from oase.channels.families.mime.html_hints import MAX_STYLE, is_hidden, style_of

_TAG_NAMES = """a abbr address article aside b bdi big blockquote br caption center cite code col colgroup dd del dfn div dl dt em
    figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i img ins kbd li main mark ol p pre q s samp section small span
    strike strong sub sup table tbody td tfoot th thead time tr tt u ul var wbr"""
TAGS = set(_TAG_NAMES.split())
DROPPED_WITH_CONTENT = {"script", "style", "title", "head", "noscript", "template", "textarea", "select", "iframe", "object",
                        "applet", "svg", "math", "audio", "video", "noframes", "xml"}  # fmt: skip
ATTRIBUTES = {
    "*": {"style", "dir", "lang", "align", "title"},
    "a": {"href"},
    "img": {"alt", "width", "height", "data-src", "data-cid", "data-embedded"},
    "font": {"color", "size", "face"},
    "table": {"width", "border", "cellpadding", "cellspacing", "bgcolor", "summary"},
    "td": {"width", "height", "colspan", "rowspan", "valign", "bgcolor", "nowrap"},
    "th": {"width", "height", "colspan", "rowspan", "valign", "bgcolor", "nowrap", "scope"},
    "tr": {"valign", "bgcolor", "height"},
    "col": {"width", "span"}, "colgroup": {"width", "span"}, "ol": {"start", "type"}, "ul": {"type"}, "li": {"value"},
    "blockquote": {"type"}, "hr": {"size", "width", "color"}, "time": {"datetime"},
}  # fmt: skip
STYLES = {
    "color", "background-color", "font", "font-family", "font-size", "font-style", "font-weight", "font-variant", "line-height",
    "letter-spacing", "text-align", "text-decoration", "text-indent", "text-transform", "vertical-align", "white-space",
    "word-break", "word-wrap", "overflow-wrap", "direction", "unicode-bidi", "width", "max-width", "min-width", "height",
    "padding", "padding-top", "padding-right", "padding-bottom", "padding-left", "margin", "margin-top", "margin-right",
    "margin-bottom", "margin-left", "border", "border-top", "border-right", "border-bottom", "border-left", "border-color",
    "border-style", "border-width", "border-collapse", "border-spacing", "border-radius", "list-style-type", "table-layout",
}  # fmt: skip
_CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=ATTRIBUTES,
    url_schemes={"http", "https", "mailto", "tel", "sms"},
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
    set_tag_attribute_values={"a": {"target": "_blank"}, "img": {"loading": "lazy"}},
    filter_style_properties=STYLES,
)
_BAD_STYLE = re.compile(r"url\s*\(|expression\s*\(|image-set|@import|\\|var\s*\(|-\d{3,}(?:px|pt|em|%)|/\*", re.IGNORECASE)
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EMBEDDED = re.compile(r'data-embedded="(data:image/(?:png|jpe?g|gif|webp|bmp);base64,[A-Za-z0-9+/=]+)"')
_EMBEDDED_SOURCE = re.compile(r"data:image/(?:png|jpe?g|gif|webp|bmp);base64,", re.IGNORECASE)
_TINY = re.compile(r"^\s*[0-3](?:\.\d+)?(?:px|pt)?\s*$")
_TINY_STYLE = re.compile(r"(?:^|[;\s])(?:max-)?(?:width|height)\s*:\s*[0-3](?:\.\d+)?(?:px|pt)?\s*(?:;|!|$)", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#?\w{1,32}+(?:;|(?!=)))?")
_AMPERSAND, _SPACE = "\ufdd0", "\ufdd1"
_STAND_INS = re.compile(f"[{_AMPERSAND}{_SPACE}]")
MAX_HTML = 3_000_000


@dataclass(slots=True)
class Prepared:
    """What was done to the pictures of a document."""

    remote_images: int = 0
    pixels: int = 0
    hidden: int = 0


def prepare(root: etree._Element) -> Prepared:
    """Change the tree in place: hidden passages and tracking pixels go, pictures become inert."""
    done = Prepared()
    for element in list(root.iter()):
        if not isinstance(element.tag, str):
            _drop(element)
        elif is_hidden(element) and element.getparent() is not None:
            done.hidden += 1
            _drop(element)
        elif element.tag == "img":
            _picture(element, done)
        elif "style" in element.attrib:
            _style(element)
    return done


def _picture(image: etree._Element, done: Prepared) -> None:
    source = (image.get("src") or "").strip()
    lowered = source[:40].lower()
    for name in ("src", "srcset", "data-src", "data-cid", "data-embedded", "background"):
        if name in image.attrib:
            del image.attrib[name]
    _style(image)
    if lowered.startswith("cid:"):
        image.set("data-cid", _xml(source[4:].strip().strip("<>")[:500]))
    elif lowered.startswith("data:"):
        if _EMBEDDED_SOURCE.match(source):
            image.set(
                "data-embedded",
                _xml(re.sub(r"\s+", "", source[:40].lower().partition(",")[0] + source[len(source.partition(",")[0]) :])),
            )
    elif lowered.startswith(("http://", "https://", "//")):
        if _is_pixel(image):
            done.pixels += 1
            _drop(image)
            return
        done.remote_images += 1
        image.set("data-src", _xml(f"https:{source}" if source.startswith("//") else source))


def _is_pixel(image: etree._Element) -> bool:
    """At most 3 by 3: nothing to see, only a knock on somebody's door."""
    tiny = [bool(_TINY.match(image.get(name) or "")) for name in ("width", "height")]
    return all(tiny) or bool(_TINY_STYLE.search(style_of(image)))


def _style(element: etree._Element) -> None:
    style = element.get("style")
    if style and len(style) > MAX_STYLE:
        element.set("style", "")
    elif style and _BAD_STYLE.search(style):
        kept = [rule for rule in style.split(";")[:200] if not _BAD_STYLE.search(rule)]
        element.set("style", _xml(";".join(kept)))


def _xml(text: str) -> str:
    """What a tree accepts; character references can bring in what no XML may hold."""
    return _NOT_XML.sub("", text)


def _drop(element: etree._Element) -> None:
    """Take an element out and leave the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    tail = element.tail
    if tail:
        previous = element.getprevious()
        if previous is not None:
            previous.tail = _xml((previous.tail or "") + tail)
        else:
            parent.text = _xml((parent.text or "") + tail)
    parent.remove(element)


def sanitise(root: etree._Element) -> str:
    """The prepared tree as harmless HTML."""
    body = root.find("body") if root.tag == "html" else root
    source = etree.tostring(root if body is None else body, encoding="unicode", method="html", with_tail=False)
    return sanitise_text(source)


def sanitise_text(source: str) -> str:
    """Any HTML text through the allow list alone (for documents too broken or too deep for a tree)."""
    stood_in = _REFERENCE.sub(_stand_in, _STAND_INS.sub("", source[:MAX_HTML])).replace("\xa0", _SPACE)
    cleaned: str = _CLEANER.clean(stood_in).replace(_AMPERSAND, "&amp;").replace(_SPACE, "&nbsp;").strip()
    return clean(_EMBEDDED.sub(r'src="\1"', cleaned) if "data-embedded" in cleaned else cleaned)


def _stand_in(found: re.Match[str]) -> str:
    """nh3 writes ampersands and hard spaces in time that grows with their square: characters that no text has stand in for them."""
    return html.escape(html.unescape(found[0])).replace("&amp;", _AMPERSAND)
