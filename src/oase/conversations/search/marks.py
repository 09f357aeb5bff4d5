"""Snippets: the part of a text around what was looked for, with the hits marked. Pure.

Folding here follows the database's `oase_fold`; a word is a hit when it is one of the query's lexemes or a form of one.
(PostgreSQL's own ts_headline cannot fold the text it shows, so it would not mark "Müller" for "Mueller".)
"""

import re
import unicodedata
from collections.abc import Collection, Iterator
from typing import Final

from oase.conversations.search.types import Piece

_CHARACTERS: Final = 180
_BEFORE: Final = 60
_FORM: Final = 4  # letters that a form may have more than its stem
_STEM: Final = 3
_LOOKED_AT: Final = 20_000
_WORD: Final = re.compile(r"[^\W_]+")
_LETTERS: Final = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ı": "i", "þ": "t", "ð": "h", "ħ": "h", "ß": "ss", "ẞ": "ss", "æ": "a", "œ": "a",
})  # fmt: skip
_UMLAUT: Final = re.compile(r"(?<![aeiouq])([aou])e")


def fold(word: str) -> str:
    """A word as the index has it: ä = ae = a, ß = ss, no accents, lower case."""
    plain = unicodedata.normalize("NFKD", word).lower().translate(_LETTERS)
    return _UMLAUT.sub(r"\1", "".join(character for character in plain if not unicodedata.combining(character)))


def snippet(text: str, lexemes: Collection[str], beginnings: Collection[str] = ()) -> tuple[Piece, ...]:
    """About 180 characters around the first hit, in pieces; the beginning of the text if nothing is marked."""
    flat = " ".join(text[:_LOOKED_AT].split())
    hits = list(_hits(flat, lexemes, beginnings))
    first = hits[0][0] if hits else 0
    start = _word_start(flat, first - _BEFORE) if first > _BEFORE else 0
    end = len(flat) if len(flat) <= start + _CHARACTERS else _word_end(flat, start + _CHARACTERS)
    pieces: list[Piece] = []
    at = start
    for begin, stop in hits:
        if stop > end:
            break
        pieces += [Piece(flat[at:begin]), Piece(flat[begin:stop], hit=True)]
        at = stop
    pieces.append(Piece(flat[at:end] + ("…" if end < len(flat) else "")))
    if start:
        pieces.insert(0, Piece("…"))
    return tuple(piece for piece in pieces if piece.text)


def _hits(text: str, lexemes: Collection[str], beginnings: Collection[str]) -> Iterator[tuple[int, int]]:
    stems = tuple(lexeme for lexeme in lexemes if len(lexeme) >= _STEM)
    starts = tuple(beginnings)
    for found in _WORD.finditer(text):
        word = fold(found[0])
        if word in lexemes or word.startswith(starts) or any(_form(word, stem) for stem in stems):
            yield found.span()


def _form(word: str, stem: str) -> bool:
    return word.startswith(stem) and len(word) - len(stem) <= _FORM


def _word_start(text: str, at: int) -> int:
    space = text.find(" ", max(at, 0))
    return space + 1 if 0 <= space < at + _BEFORE else max(at, 0)


def _word_end(text: str, at: int) -> int:
    space = text.rfind(" ", at - 30, at)
    return space if space > 0 else at
