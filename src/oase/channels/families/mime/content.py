"""What is shown of a mail: its text, its HTML, and of both what was written now.

blocks --> plain lines and HTML lines --replies.split--> the better of the two --> segments, reply, quoted, signature
"""

import re
from dataclasses import dataclass
from html import escape, unescape

from lxml import etree

from oase.channels.families.mime.bodies import Block, as_html
from oase.channels.families.mime.charsets import clean
from oase.channels.families.mime.html_clean import prepare, sanitise
from oase.channels.families.mime.html_text import Place, html_lines, parse_html
from oase.channels.families.mime.lines import Line, plain_lines
from oase.channels.families.mime.replies import Split, split, unshared
from oase.channels.families.mime.tree import Budget
from oase.channels.families.mime.types import Segment

_CID = re.compile(r'data-cid="([^"]+)"')
_TAG = re.compile(r"<[^<>]{0,5000}>")
_UNSHOWN = (("<style", "</style"), ("<script", "</script"), ("<head", "</head"), ("<!--", "--"))
_STUB = re.compile(
    r"(?:this (?:e-?mail|message) (?:is|was sent) in html|your (?:e-?mail|mail) (?:client|program) (?:does not|cannot)"
    r"|html[- ](?:e-?mail|nachricht|ansicht)|view this (?:e-?mail|message) in|unterstützt (?:leider )?kein(?:e)? html"
    r"|kann keine html)", re.IGNORECASE)  # fmt: skip


@dataclass(slots=True)
class Content:
    """Text and HTML of a mail, taken apart."""

    text: str = ""
    html: str = ""
    html_reply: str = ""
    segments: tuple[Segment, ...] = ()
    reply_text: str = ""
    quoted: str = ""
    signature: str = ""
    remote_images: int = 0
    shown_ids: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Html:
    """The HTML side: lines with their places, and the tree they came from."""

    root: etree._Element | None
    lines: list[Line]
    places: list[Place | None]


def read_content(blocks: list[Block], *, subject: str, answers: bool, sender: str = "", budget: Budget) -> Content:
    """Everything that is shown of the text blocks. `answers`: the header names a mail that this one answers."""
    content = Content()
    plain = "\n\n".join(block.plain.strip("\n") for block in blocks if block.plain is not None and block.plain.strip())
    has_plain = all(block.plain is not None and block.plain.strip() for block in blocks) and bool(plain.strip())
    page: _Html | None = None
    if any(block.html is not None and block.html.strip() for block in blocks):
        page = _read_html("\n".join(as_html(block) for block in blocks), budget)
    html_split = split(page.lines, subject=subject, answers=answers, sender=sender) if page else None
    lines = unshared(plain_lines(plain)) if plain.strip() else []
    plain_split = split(lines, subject=subject, answers=answers, sender=sender) if lines else None
    chosen = _better(plain_split, html_split, has_plain=has_plain, budget=budget)
    if chosen is not None:
        content.segments = chosen.segments
        content.text = "".join(segment.text for segment in chosen.segments)
        content.reply_text, content.quoted, content.signature = chosen.reply_text, chosen.quoted, chosen.signature
        for note in chosen.notes:
            budget.note(note)
    if page is not None:
        _add_html(content, page, html_split, budget)
    return content


def _better(plain: Split | None, page: Split | None, *, has_plain: bool, budget: Budget) -> Split | None:
    """Plain text is what the sender's program wrote for reading; the HTML wins where the plain form is a stub or says less."""
    if plain is None or page is None:
        return plain or page
    plain_text, page_text = plain.text, page.text
    reason = ""
    if not has_plain:
        reason = "parts without plain text"
    elif len(plain_text) < 300 and len(page_text) > 2 * len(plain_text) and _STUB.search(plain_text):
        reason = "the plain text says to look at the HTML"
    elif len(page_text) > 400 and len(plain_text) * 8 < len(page_text):
        reason = "the plain text is a fraction of it"
    elif page.quoted and not plain.quoted:
        reason = "it marks the quote"
    elif page.signature and not plain.signature:
        reason = "it marks the signature"
    if not reason:
        return plain
    budget.note(f"text: taken from the HTML, {reason}")
    return page


def _read_html(source: str, budget: Budget) -> _Html:
    """The document as tree and lines; one that no tree can hold becomes its words without the tags."""
    source = clean(source)
    root, whole = parse_html(source)
    if not whole:
        budget.note("html: nested too deeply, shown as text")
        root, _ = parse_html(f"<pre>{escape(unescape(_TAG.sub(' ', _without_unshown(source))))}</pre>")
    if root is None:
        return _Html(None, [], [])
    lines, places = html_lines(root)
    return _Html(root, lines, places)


def _without_unshown(source: str) -> str:
    """Without styles, scripts and comments, in one pass from the left."""
    lowered = source.lower() if len(source.lower()) == len(source) else source
    for begin, end in _UNSHOWN:
        kept: list[str] = []
        position = 0
        while (start := lowered.find(begin, position)) >= 0:
            kept.append(source[position:start])
            found = lowered.find(end, start + len(begin))
            position = len(source) if found < 0 else found + len(end)
        source = "".join([*kept, source[position:]])
        lowered = source.lower() if len(source.lower()) == len(source) else source
    return source


def _add_html(content: Content, page: _Html, html_split: Split | None, budget: Budget) -> None:
    """The HTML as shown, and the part of it that was written now."""
    if page.root is None:
        return
    done = prepare(page.root)
    content.html = sanitise(page.root)
    content.remote_images = done.remote_images
    content.shown_ids = frozenset(_CID.findall(content.html))
    for count, what in (
        (done.remote_images, "remote pictures"),
        (done.pixels, "tracking pixels"),
        (done.hidden, "hidden passages"),
    ):
        if count:
            budget.note(f"html: {count} {what}")
    if html_split is None:
        return
    end = html_split.reply_end()
    if end == len(page.lines):
        content.html_reply = content.html
    elif end:
        place = next((page.places[index] for index in range(end, len(page.lines)) if page.lines[index].body), None)
        content.html_reply = _until(page.root, place)


def _until(root: etree._Element, place: Place | None) -> str:
    """The document up to a place; "" where the place is gone. Changes the tree."""
    if place is None:
        return ""
    element: etree._Element | None = place[0]
    keep = place[1]  # a place in a tail keeps its element and loses only what comes after
    while element is not None and element is not root:
        parent = element.getparent()
        if parent is None:
            return ""
        element.tail = None
        for sibling in list(element.itersiblings()):
            parent.remove(sibling)
        if not keep:
            parent.remove(element)
        element, keep = parent, True
    return sanitise(root) if element is root else ""
