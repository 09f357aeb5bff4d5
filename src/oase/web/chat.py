"""Plain text of a message as HTML: escaped, with links that can be clicked. Line breaks are kept by the style sheet."""

import re
from typing import Final

from markupsafe import Markup, escape

_LONGEST: Final = 100_000  # characters shown; mails of machines can be megabytes
_LINK: Final = re.compile(
    r"\bhttps?://[^\s<>\"'`]{1,2000}|\bwww\.[^\s<>\"'`]{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"
)
_TRAILING: Final = ".,;:!?)]}»“”’*_~"


def chat(text: str) -> Markup:
    """The text as safe HTML."""
    if len(text) > _LONGEST:
        text = text[:_LONGEST] + " …"
    if "://" not in text and "www." not in text and "@" not in text:
        return escape(text)
    parts: list[str] = []
    end = 0
    for match in _LINK.finditer(text):
        found = match.group().rstrip(_TRAILING)
        if "(" in found and match.group()[len(found) :].startswith(")"):
            found += ")"
        parts += [escape(text[end : match.start()]), _link(found)]
        end = match.start() + len(found)
    return Markup("").join([*parts, escape(text[end:])])


def _link(found: str) -> Markup:
    if "@" in found and "/" not in found:
        return Markup('<a href="mailto:{0}">{0}</a>').format(found)
    address = found if found.startswith("http") else f"https://{found}"
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer nofollow">{}</a>').format(address, found)
