"""The alphabets of short messages, for a phone network: 3GPP TS 23.038, section 6.2.1 (GSM 7 bit default alphabet and its extension)."""

from typing import Final

_ROWS: Final = (
    "@£$¥èéùìòÇ\nØø\rÅå",
    "Δ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ",
    " !\"#¤%&'()*+,-./",
    "0123456789:;<=>?",
    "¡ABCDEFGHIJKLMNO",
    "PQRSTUVWXYZÄÖÑÜ§",
    "¿abcdefghijklmno",
    "pqrstuvwxyzäöñüà",
)
_TABLE: Final = "".join(_ROWS)
_ESCAPED: Final = dict(zip("\f^{}\\[~]|€", bytes.fromhex("0a 14 28 29 2f 3c 3d 3e 40 65"), strict=True))
_UNESCAPED: Final = {code: letter for letter, code in _ESCAPED.items()}


def is_gsm(text: str) -> bool:
    """Whether the default alphabet has every letter."""
    return all(letter in _ESCAPED or (letter in _TABLE and letter != "\x1b") for letter in text)


def encode(text: str) -> tuple[bytes, int]:
    """The bytes of a text, and its data_coding: 0 where the default alphabet does, else 8."""
    if not is_gsm(text):
        return text.encode("utf-16-be", "replace"), 8
    codes = bytearray()
    for letter in text:
        if letter in _ESCAPED:
            codes += bytes((0x1B, _ESCAPED[letter]))
        else:
            codes.append(_TABLE.index(letter))
    return bytes(codes), 0


def decode(data: bytes, coding: int) -> str:
    """The text of bytes with this data_coding."""
    if coding == 8:
        return data.decode("utf-16-be", "replace")
    if coding in (1, 3):
        return data.decode("latin-1")
    text, place = "", 0
    while place < len(data):
        if data[place] == 0x1B and place + 1 < len(data):
            text += _UNESCAPED.get(data[place + 1], " ")
            place += 2
        else:
            text += _TABLE[data[place] & 0x7F]
            place += 1
    return text


def cut(data: bytes, coding: int) -> list[bytes]:
    """What the parts of a long message hold: 153 letters or 134 bytes; no letter in two."""
    whole, each = (140, 134) if coding == 8 else (160, 153)
    if len(data) <= whole:
        return [data]
    parts = []
    while data:
        end = min(each, len(data))
        if coding == 8 and end < len(data) and 0xD8 <= data[end - 2] <= 0xDB:
            end -= 2
        if coding == 0 and end < len(data) and data[end - 1] == 0x1B:
            end -= 1
        parts.append(data[:end])
        data = data[end:]
    return parts
