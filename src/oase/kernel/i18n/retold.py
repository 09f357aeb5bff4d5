"""Sentences that were kept in English (why a message failed, why an account is down), told in the reader's language.

A provider's error is kept as a line of ours and, below it, the provider's own. Ours is found in the catalogue: as it stands, or
as a text with placeholders whose values are read back out of it. What is not ours stays as it is.

    "Teams asks us to send more slowly.\\nToo many requests"  ->  "Teams bittet, langsamer zu senden.\\nToo many requests"
    "No answer from chat.example: it took too long."         ->  "Keine Antwort von chat.example: Es hat zu lange gedauert."
"""

import functools
import re
from collections.abc import Sequence
from typing import Final

from msgspec import Struct

from oase.kernel.i18n.catalogue import Language, catalogue
from oase.kernel.i18n.message import fill

_PLACEHOLDER: Final = re.compile(r"%\((\w+)\)[sdf]")
_TEXTS: Final = frozenset({"why", "place"})  # what is ours in the values: sentences within sentences, names of places
_LEAST_SIGNS: Final = 12  # of a text besides its placeholders; one with fewer would be found in anything


class _Pattern(Struct, frozen=True):
    """A text with placeholders. `mark` is its longest piece without: what does not hold it need not be tried."""

    source: str
    mark: str
    found: "re.Pattern[str]"


@functools.lru_cache(maxsize=4096)
def retold(text: str, language: Language) -> str:
    """The text in this language, line by line."""
    return "\n".join(_line(line, language) for line in text.split("\n"))


def _line(line: str, language: Language) -> str:
    texts = catalogue(language)
    if not texts or not line.strip():
        return line
    known = texts.get(("", line))
    if known is not None:
        return known[0]
    for pattern in _patterns(language):
        match = pattern.found.fullmatch(line) if pattern.mark in line else None
        if match is not None:
            values = {name: _line(value, language) if name in _TEXTS else value for name, value in match.groupdict().items()}
            return fill(texts["", pattern.source][0], values)
    return line


@functools.cache
def _patterns(language: Language) -> Sequence[_Pattern]:
    """The texts with placeholders, the most particular first."""
    sources = [source for context, source in catalogue(language) if not context and _signs(source) >= _LEAST_SIGNS]
    return [_pattern(source) for source in sorted(sources, key=_signs, reverse=True) if _PLACEHOLDER.search(source)]


def _signs(source: str) -> int:
    return len(_PLACEHOLDER.sub("", source))


def _pattern(source: str) -> _Pattern:
    pieces = _PLACEHOLDER.split(source)  # literal, name, literal, name … literal
    parts, seen = [], set[str]()
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            parts.append(re.escape(piece.replace("%%", "%")))
        else:
            parts.append(f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)")
            seen.add(piece)
    return _Pattern(source, max((piece.replace("%%", "%") for piece in pieces[::2]), key=len), re.compile("".join(parts)))
