"""HTML to lines of text, with what the mark-up says about quotes and signatures.

    document --walk--> lines: text, depth of quotation, hint, and the place in the document where the line begins

The hints are facts about mail programs: classes, ids and styles that they write around quotes and signatures.
Nothing is decided here; `replies` weighs the hints together with the words.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree

from oase.channels.families.mime.charsets import clean
from oase.channels.families.mime.html_hints import LineHint, hint_of, is_hidden, quote_depth_of, style_of
from oase.channels.families.mime.lines import MAX_BODY, Line

SKIPPED = frozenset(
    {"head", "style", "script", "title", "template", "noscript", "object", "iframe", "select", "svg", "math", "textarea",
     "button", "applet", "audio", "video", "map", "noframes"}
)  # fmt: skip
BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "center", "dd", "div", "dl", "dt", "fieldset", "figure", "footer",
     "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "table",
     "tbody", "thead", "tfoot", "tr", "ul", "html", "caption", "figcaption", "details", "summary", "dir", "menu"}
)  # fmt: skip
SPACED = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "ul", "ol", "pre", "table", "dl"})
_SPACES = re.compile(r"[ \t\n\r\f\xa0]+")
_URL = re.compile(r"https?://", re.IGNORECASE)
_NO_MARGIN = re.compile(r"margin(?:-bottom)?\s*:\s*0(?:cm|px|pt|in|em)?\s*(?:;|$|!|0|auto)", re.IGNORECASE)
_PRE = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
MAX_LINES = 50_000

Place = tuple[etree._Element, bool]  # an element, and whether the line begins after it (in its tail)


@dataclass(slots=True)
class _Writer:
    """Gathers lines; knows the quotation and the hint that apply at the moment."""

    lines: list[Line] = field(default_factory=list)
    places: list[Place | None] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)
    place: Place | None = None
    depth: int = 0
    hints: list[LineHint] = field(default_factory=list)
    once: LineHint | Literal[""] = ""  # a hint for the next line only
    blank_wanted: bool = False
    hard_blank: bool = False  # the line holds a blank that is meant: Word writes empty lines so
    pre: int = 0
    bullet: str = ""
    numbers: list[int | None] = field(default_factory=list)  # of the open lists; None for one without numbers

    def text(self, text: str, place: Place) -> None:
        if self.pre:
            first, *rest = text.replace("\xa0", " ").replace("\r\n", "\n").replace("\r", "\n").split("\n")
            self._add(first, place)
            for line in rest:
                self.line_break(force=True)
                self._add(line, place)
            return
        collapsed = _SPACES.sub(" ", text)
        if collapsed == " " and not self.pieces:
            self.hard_blank = self.hard_blank or "\xa0" in text
            return
        self._add(collapsed if self.pieces and not self.pieces[-1].endswith(" ") else collapsed.lstrip(" "), place)

    def _add(self, text: str, place: Place) -> None:
        if text:
            if not self.pieces:
                self.place = self.place or place
            self.pieces.append(text)

    def line_break(self, *, force: bool = False) -> None:
        """End the line; an empty one counts only when forced (<br>)."""
        content = "".join(self.pieces).rstrip()
        force = force or (self.hard_blank and bool(self.lines))
        self.hard_blank = False
        if (content or force) and len(self.lines) < MAX_LINES:
            if self.blank_wanted and self.lines and self.lines[-1].body and content:
                self._append("", min(self.lines[-1].depth, self.depth), None)
            self.blank_wanted = False
            self._append(self.bullet + content, self.depth, self.place)
            self.bullet = ""
        self.pieces.clear()
        self.place = None

    def _append(self, content: str, depth: int, place: Place | None) -> None:
        content = clean(content)
        hint: LineHint | Literal[""] = self.hints[-1] if self.hints else ""
        if content and self.once:
            hint, self.once = self.once, ""
        marks = "> " * depth
        self.lines.append(Line(text=(marks + content).rstrip(), body=content.strip()[:MAX_BODY], depth=depth, hint=hint))
        self.places.append(place)


def parse_html(source: str) -> tuple[etree._Element | None, bool]:
    """(document, whole): None where there is nothing in it; not whole where it is nested deeper than the parser goes."""
    if not source.strip():
        return None, True
    parser = etree.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True, encoding="utf-8", no_network=True)
    try:
        root = etree.fromstring(source.encode("utf-8", "replace"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None, not source.strip()
    deep = any(entry.type_name == "ERR_RESOURCE_LIMIT" or "depth" in entry.message for entry in parser.error_log)
    return root, not deep


def html_lines(root: etree._Element) -> tuple[list[Line], list[Place | None]]:
    """Lines in reading order and, for each, where it begins in the document."""
    writer = _Writer()
    stack: list[etree._Element] = []
    skip: etree._Element | None = None
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if skip is not None:
            if event == "end" and element is skip:
                skip = None
                _tail(element, writer)
            continue
        tag = element.tag
        if event == "start":
            if not isinstance(tag, str) or tag in SKIPPED or is_hidden(element):
                skip = element
                continue
            stack.append(element)
            _enter(element, tag, writer)
        else:
            stack.pop()
            _leave(element, tag, writer)
            _tail(element, writer)
    writer.line_break()
    return _trimmed(writer)


def _enter(element: etree._Element, tag: str, writer: _Writer) -> None:
    if tag in BLOCKS:
        writer.line_break()
        writer.place = (element, False)
        if _is_spaced(element, tag):
            writer.blank_wanted = True
    hint = hint_of(element, tag)
    if hint in {"cut", "attribution", "forward"}:
        writer.once = hint
    elif hint:
        writer.line_break()
        writer.hints.append(hint)
    _mark(element, tag, writer)
    if tag == "pre" or ("style" in element.attrib and _PRE.search(style_of(element))):
        writer.pre += 1
    if element.text:
        writer.text(element.text, (element, False))


def _is_spaced(element: etree._Element, tag: str) -> bool:
    """A blank line goes around it; not around Word's paragraphs, which are single lines, nor around ones without a margin."""
    if tag not in SPACED:
        return False
    if tag != "p" or not element.attrib:
        return True
    return not ((element.get("class") or "").lower().startswith("mso") or _NO_MARGIN.search(style_of(element)))


def _mark(element: etree._Element, tag: str, writer: _Writer) -> None:
    """What an element writes by itself: line breaks, rules, bullets, tabs, the words for a picture."""
    if tag == "blockquote" and quote_depth_of(element):
        writer.depth += 1
    elif tag == "br":
        writer.line_break(force=True)
    elif tag == "hr" and writer.once != "cut":
        writer.pieces.append("________________________________")
        writer.line_break()
    elif tag in {"ol", "ul"}:
        writer.numbers.append(0 if tag == "ol" else None)
    elif tag == "li":
        writer.bullet = _bullet(writer)
    elif tag in {"td", "th"} and writer.pieces:
        writer.pieces.append("\t")
    elif tag == "img":
        alt = _SPACES.sub(" ", element.get("alt") or "").strip()
        if alt:
            writer.text(f"[{alt[:200]}]", (element, False))


def _leave(element: etree._Element, tag: str, writer: _Writer) -> None:
    if tag in {"ol", "ul"} and writer.numbers:
        writer.numbers.pop()
    if tag == "a":
        _link(element, writer)
    if tag in BLOCKS:
        writer.line_break()
        if _is_spaced(element, tag):
            writer.blank_wanted = True
    if tag == "pre" or ("style" in element.attrib and _PRE.search(style_of(element))):
        writer.pre -= 1
    if tag == "blockquote" and quote_depth_of(element):
        writer.depth -= 1
    hint = hint_of(element, tag)
    if hint and hint not in {"cut", "attribution", "forward"}:
        writer.line_break()
        writer.hints.pop()


def _tail(element: etree._Element, writer: _Writer) -> None:
    if element.tail:
        writer.text(element.tail, (element, True))


def _bullet(writer: _Writer) -> str:
    if not writer.numbers or writer.numbers[-1] is None:
        return "- "
    writer.numbers[-1] += 1
    return f"{writer.numbers[-1]}. "


def _link(element: etree._Element, writer: _Writer) -> None:
    """The target in <>, where the words do not show it already."""
    target = (element.get("href") or "").strip()
    if not _URL.match(target) or len(target) > 300 or not writer.pieces:
        return
    label = "".join(str(text) for text in element.itertext()).strip()
    bare = _URL.sub("", target).rstrip("/").lower()
    if not label or bare in label.lower() or ("." in label and " " not in label):
        return
    writer.text(f" <{target}>", (element, False))


def _trimmed(writer: _Writer) -> tuple[list[Line], list[Place | None]]:
    """Without blank lines at both ends and without three in a row."""
    lines: list[Line] = []
    places: list[Place | None] = []
    blanks = 0
    for line, place in zip(writer.lines, writer.places, strict=True):
        blanks = 0 if line.body else blanks + 1
        if line.body or (lines and blanks <= 2):
            lines.append(line)
            places.append(place)
    while lines and not lines[-1].body:
        lines.pop()
        places.pop()
    return lines, places
