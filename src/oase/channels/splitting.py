"""Cutting a long text into pieces that a channel can carry, where a reader would cut it.

In this order: between paragraphs, lines, sentences, words; only where there is no such place, inside a word, and then never
inside what a reader sees as one character (an emoji family, a letter with its accents) and not inside an address of the web.

Boundaries of such characters follow Unicode's rules for grapheme clusters (UAX #29) as far as they are in use.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

from oase.channels.contract import Counted

_PARAGRAPH: Final = re.compile(r"\n[ \t]*\n+")
_LINE: Final = re.compile(r"\n")
_SENTENCE: Final = re.compile(r"(?<=[.!?…。！？])[\"»“”’)]*\s+")
_SPACE: Final = re.compile(r"\s+")
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
_ADDRESS_WEIGHT: Final = 23
_LIGHT: Final = re.compile("[\u0000-\u10ff\u2000-\u200d\u2010-\u201f\u2032-\u2037]")
_EMOJI_MARKS: Final = "\ufe0f\u20e3"
_JOINER: Final = "\u200d"
_EXTENDING: Final = frozenset("\u200c\u200d\u0e33\u0eb3")


def measured(text: str, counted: Counted) -> int:
    """How long a text is, counted in this way."""
    if counted == "characters":
        return len(text)
    return sum(length for _, length in _units(text, counted))


def split_text(text: str, limit: int, limit_bytes: int = 0, counted: Counted = "characters") -> list[str]:
    """The text in pieces of at most `limit`, as `counted`, and `limit_bytes` bytes of UTF-8 (0 = no limit).

    Only white space at the cuts is left out.
    """
    pieces: list[str] = []
    rest = text
    while 0 < (fits := _fitting(rest, limit, limit_bytes, counted)) < len(rest):
        end, begin = _cut(rest, fits)
        pieces.append(rest[:end])
        rest = rest[begin:]
    pieces.append(rest)
    return [piece for piece in pieces if piece.strip()] or ([text] if not limit else [text[:limit]])


def _fitting(text: str, limit: int, limit_bytes: int, counted: Counted) -> int:
    """How many of the text's first characters fit, at least one."""
    fits = min(limit or len(text), len(text)) if counted == "characters" else _fitting_units(text, limit, counted)
    if limit_bytes and len(text[:fits].encode("utf-8", "surrogatepass")) > limit_bytes:
        fits = max(1, len(text[:fits].encode("utf-8", "surrogatepass")[:limit_bytes].decode("utf-8", "ignore")))
    return fits


def _fitting_units(text: str, limit: int, counted: Counted) -> int:
    length = fits = 0
    for end, more in _units(text, counted):
        length += more
        if length > limit:
            return max(1, fits)
        fits = end
    return fits


def _units(text: str, counted: Counted) -> Iterator[tuple[int, int]]:
    """What is counted, in order: where it ends, and its length."""
    if counted == "graphemes":
        ends = (at for at in range(1, len(text) + 1) if is_boundary(text, at))
        yield from ((end, 1) for end in ends)
        return
    at = 0
    for address in _ADDRESS.finditer(text):
        yield from _weights(text, at, address.start())
        yield address.end(), _ADDRESS_WEIGHT
        at = address.end()
    yield from _weights(text, at, len(text))


def _weights(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Letters of alphabets and common punctuation count one, all other signs two, an emoji of several signs two as a whole."""
    at = start
    while at < end:
        after = at + 1
        while after < end and not is_boundary(text, after):
            after += 1
        sign = text[at:after]
        emoji = len(sign) > 1 and any(one >= "\U0001f000" or one in _EMOJI_MARKS for one in sign)
        yield after, 2 if emoji else sum(1 if _LIGHT.match(one) else 2 for one in sign)
        at = after


def _cut(text: str, limit: int) -> tuple[int, int]:
    """Where the first piece ends and the next begins."""
    for pattern, least in ((_PARAGRAPH, limit // 2), (_LINE, limit // 2), (_SENTENCE, limit // 2), (_SPACE, 1)):
        found = _last(pattern, text, least, limit)
        if found is not None:
            return found
    end = _outside_address(text, limit)
    whole = _whole_character(text, end)
    end = whole or _whole_character(text, limit) or limit
    return end, end


def _last(pattern: "re.Pattern[str]", text: str, least: int, limit: int) -> tuple[int, int] | None:
    """The last place of `pattern` whose piece is between `least` and `limit` long."""
    best: tuple[int, int] | None = None
    for found in pattern.finditer(text, 0, limit + 1):
        end = found.start() + len(found.group().rstrip()) if found.group().rstrip() else found.start()
        begin = found.end()
        while begin < len(text) and text[begin] in " \t\r\n":
            begin += 1
        if least <= end <= limit and text[:end].strip() and is_boundary(text, begin):
            best = (end, begin)
    return best


def _outside_address(text: str, at: int) -> int:
    """`at`, or the start of the web address that it would cut, if that address can go whole into a later piece."""
    for found in _ADDRESS.finditer(text, 0, min(len(text), at * 2)):
        if 0 < found.start() < at < found.end() and found.end() - found.start() <= at:
            return found.start()
    return at


def _whole_character(text: str, at: int) -> int:
    """The last boundary between characters that is not after `at`; 0 if there is none."""
    while at > 0 and not is_boundary(text, at):
        at -= 1
    return at


def is_boundary(text: str, at: int) -> bool:
    """Whether the text may be cut before position `at` without cutting what a reader sees as one character."""
    if at <= 0 or at >= len(text):
        return True
    before, after = text[at - 1], text[at]
    if after in _EXTENDING or unicodedata.category(after).startswith("M") or _modifies(after):
        return before in "\n\r"
    if before == _JOINER or (before == "\r" and after == "\n"):
        return False
    if _is_flag_letter(before) and _is_flag_letter(after):
        return _flag_letters_before(text, at) % 2 == 0
    if "\ud800" <= before <= "\udbff" and "\udc00" <= after <= "\udfff":
        return False
    return not _same_hangul_syllable(before, after)


def _modifies(character: str) -> bool:
    """Skin colours and the tags of regional flags."""
    return "\U0001f3fb" <= character <= "\U0001f3ff" or "\U000e0020" <= character <= "\U000e007f"


def _is_flag_letter(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flag_letters_before(text: str, at: int) -> int:
    count = 0
    while count < at and _is_flag_letter(text[at - 1 - count]):
        count += 1
    return count


def _same_hangul_syllable(before: str, after: str) -> bool:
    leads = "\u1100" <= before <= "\u115f" or "\ua960" <= before <= "\ua97c"
    follows = "\u1160" <= after <= "\u11ff" or "\ud7b0" <= after <= "\ud7fb"
    if leads:
        return follows or "\u1100" <= after <= "\u115f" or "\uac00" <= after <= "\ud7a3"
    return follows and ("\u1160" <= before <= "\u11ff" or "\uac00" <= before <= "\ud7fb")
