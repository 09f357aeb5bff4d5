"""Alphabets of short messages: GSM 03.38 with its extension, Latin-1, ASCII, UCS-2 (with the surrogates of UTF-16).

3GPP TS 23.038, sections 4 and 6.2.1; SMPP 3.4, section 5.2.19. In GSM 03.38, `@` is a zero byte: nothing here takes zeros for an end.
"""

from typing import Final, Literal

Alphabet = Literal["gsm", "latin1", "ascii"]
"""What the operator means by coding 0, its own default: GSM 03.38 by the standard, Latin-1 or ASCII with some."""

_BASIC: Final = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENSION: Final = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_ESCAPE: Final = 0x1B
_TO_GSM: Final = {letter: bytes((place,)) for place, letter in enumerate(_BASIC) if place != _ESCAPE} | {
    letter: bytes((_ESCAPE, place)) for place, letter in _EXTENSION.items()
}
_NO_ASCII: Final = frozenset(range(0x20)) - frozenset(b"\t\n\r\f")
_CODECS: Final = {3: "latin-1", 6: "iso8859-5", 7: "iso8859-8", 5: "shift_jis", 13: "euc_jp", 14: "euc_kr", 10: "iso2022_jp"}

GSM: Final = 0
ASCII: Final = 1
UCS2: Final = 8


def fits(text: str) -> bool:
    """Whether GSM 03.38 has every sign of it: then a message holds 160 instead of 70."""
    return all(letter in _TO_GSM for letter in text)


def letters(text: str) -> list[bytes]:
    """A text in GSM 03.38, one byte for each septet, letter by letter; for texts that fit."""
    return [_TO_GSM[letter] for letter in text]


def units(text: str) -> list[bytes]:
    """A text as UTF-16, letter by letter; those beyond the first plane take four bytes."""
    return [letter.encode("utf-16-be", "replace") for letter in text]


def from_gsm(data: bytes) -> str:
    """A text of GSM 03.38, one byte for each septet. A letter that an extension does not have is the basic one."""
    found: list[str] = []
    escaped = False
    for byte in data:
        if byte > 0x7F:
            found.append("\ufffd")
        elif escaped:
            found.append(_EXTENSION.get(byte, _BASIC[byte] if byte != _ESCAPE else " "))
        elif byte != _ESCAPE:
            found.append(_BASIC[byte])
        escaped = byte == _ESCAPE and not escaped
    return "".join(found)


def read_text(data: bytes, coding: int, default: Alphabet = "gsm") -> str | None:
    """The text of a message in this coding; None if it is no text (binary data)."""
    kind = _kind(coding)
    if kind == "binary":
        return None
    if kind == "ucs2":
        return _sound(_from_ucs2(data))
    if kind == "default":
        return _sound(
            from_gsm(data) if default == "gsm" else data.decode("latin-1" if default == "latin1" else "ascii", "replace")
        )
    if kind == "gsm" or (coding == ASCII and _NO_ASCII.intersection(data)):  # some say ASCII and mean GSM
        return _sound(from_gsm(data))
    return _sound(data.decode(_CODECS.get(coding, "ascii"), "replace"))


def _kind(coding: int) -> Literal["default", "gsm", "ucs2", "binary", "other"]:
    """What a coding stands for. 16 and more are those of GSM (message classes, groups for waiting messages)."""
    if coding == 0:
        return "default"
    if coding in (2, 4, 9):
        return "binary"
    if coding == UCS2:
        return "ucs2"
    if coding < 0x10:
        return "other"
    if coding < 0x40:
        return ("gsm", "binary", "ucs2", "gsm")[(coding >> 2) & 3]
    if coding & 0xF0 == 0xE0:
        return "ucs2"
    if coding & 0xF0 == 0xF0:
        return "binary" if coding & 4 else "gsm"
    return "gsm"


def _from_ucs2(data: bytes) -> str:
    if data[:2] == b"\xff\xfe":
        return data[2:].decode("utf-16-le", "replace")
    return data.removeprefix(b"\xfe\xff").decode("utf-16-be", "replace")


def _sound(text: str) -> str:
    return text.replace("\0", "\ufffd")
