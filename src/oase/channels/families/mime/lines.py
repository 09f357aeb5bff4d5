"""A line of a mail's text, the unit that is judged when quotes and signatures are told apart from what was written."""

import re
from dataclasses import dataclass

MAX_BODY = 1000  # characters of a line that are judged
_MARKS = re.compile(r"^[ \t]{0,3}((?:>[ \t]?)+)")


@dataclass(slots=True, frozen=True)
class Line:
    """`text` is the line as it stands; `body` without quote marks and blanks at both ends, cut for judging."""

    text: str
    body: str
    depth: int = 0  # how often it is quoted
    hint: str = ""  # what the HTML says: quoted, soft, cut, attribution, forward, signature


def plain_lines(text: str) -> list[Line]:
    """The lines of a plain text. `>From` is an escaped mbox line, `->` and `=>` are arrows: neither is a quote."""
    return [plain_line(line) for line in text.split("\n")]


def plain_line(text: str) -> Line:
    """One line of a plain text."""
    match = _MARKS.match(text) if ">" in text[:8] else None
    if match is None or text.startswith((">From ", ">_<", ">.<", ">:")):
        return Line(text=text, body=text.strip()[:MAX_BODY])
    return Line(text=text, body=text[match.end() :].strip()[:MAX_BODY], depth=match[1].count(">"))
