"""Files inside a TNEF container (winmail.dat of Outlook).

Layout from [MS-OXTNEF] 2.1: signature, key, then attributes (level, id, length, data, checksum). An attachment begins with its
rendering data. Its long name, and for files that Outlook keeps as objects its bytes, are MAPI properties inside one attribute
(2.1.3.4: type, id, a name for ids from 0x8000, then the value, or a count and values with their lengths, padded to 4 bytes).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from oase.channels.families.mime.charsets import decode
from oase.channels.families.mime.headers import one_line

SIGNATURE = 0x223E9F78
RENDERING = 0x00069002
TITLE = 0x00018010
DATA = 0x0006800F
PROPERTIES = 0x00069005
CODE_PAGE = 0x00069007
DISPLAY_NAME, ATTACH_DATA, LONG_NAME = 0x3001, 0x3701, 0x3707  # PidTag…
OBJECT, STRING_8, STRING_16, BINARY = 0x000D, 0x001E, 0x001F, 0x0102
MULTIPLE = 0x1000
FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}  # bytes of a value by its type
IN_CONTAINER = bytes.fromhex("0703020000000000c000000000000046")  # IID_IMessage: an attached mail, again in this format
MAX_FILES = 200
MAX_PROPERTIES = 2000
MAX_DEPTH = 4
_ATTRIBUTE = struct.Struct("<BII")


@dataclass(slots=True)
class TnefFile:
    """One file; `content` is None where the container does not hold its bytes."""

    name: str = ""
    content: bytes | None = None


def files_inside(data: bytes, depth: int = 0) -> list[TnefFile]:
    """The files in order, those of attached mails among them; [] where the container cannot be read."""
    if len(data) < 6 or depth > MAX_DEPTH or struct.unpack_from("<I", data)[0] != SIGNATURE:
        return []
    files: list[TnefFile] = []
    code_page = "cp1252"
    position = 6
    while position + _ATTRIBUTE.size <= len(data) and len(files) <= MAX_FILES:
        _, attribute, length = _ATTRIBUTE.unpack_from(data, position)
        position += _ATTRIBUTE.size
        value = data[position : position + length]
        if attribute == CODE_PAGE and len(value) >= 4:
            code_page = f"cp{struct.unpack_from('<I', value)[0]}"
        if attribute == RENDERING or (attribute == TITLE and (not files or files[-1].name)):
            files.append(TnefFile())
        if files and attribute == TITLE:
            files[-1].name = files[-1].name or _text(value, code_page)
        elif files and attribute == DATA:
            files[-1].content = value
        elif files and attribute == PROPERTIES:
            files += _add_properties(files[-1], value, code_page, depth)
        position += length + 2
    return [file for file in files if file.name or file.content][: MAX_FILES + 1]


def _text(raw: bytes, codec: str) -> str:
    return one_line(decode(raw[:2000], codec)[0].split("\x00")[0], 200) if raw.strip(b"\x00") else ""


def _add_properties(file: TnefFile, block: bytes, code_page: str, depth: int) -> list[TnefFile]:
    """Put name and bytes into the file; the answer is the files of a mail that is attached."""
    inside: list[TnefFile] = []
    for number, kind, value in _properties(block):
        if number == LONG_NAME or (number == DISPLAY_NAME and not file.name):
            text = (
                one_line(value.decode("utf-16-le", "replace").rstrip("\x00"), 200)
                if kind == STRING_16
                else _text(value, code_page)
            )
            file.name = text or file.name
        elif number == ATTACH_DATA and kind == BINARY:
            file.content = file.content or value
        elif number == ATTACH_DATA and kind == OBJECT and value[:16] == IN_CONTAINER:
            inside = files_inside(value[16:], depth + 1)
        elif number == ATTACH_DATA and kind == OBJECT:
            file.content = file.content or value[16:]
    return inside


def _properties(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    """(id, type, the first value) of each property, up to the first that does not fit."""
    try:
        yield from _walk(block)
    except struct.error:
        return


def _walk(block: bytes) -> Iterator[tuple[int, int, bytes]]:
    position = 4
    for _ in range(min(struct.unpack_from("<I", block)[0], MAX_PROPERTIES)):
        kind, number = struct.unpack_from("<HH", block, position)
        position += 4
        if number >= 0x8000:
            position = _after_name(block, position)
        base = kind & ~MULTIPLE
        count = 1
        if kind & MULTIPLE or base not in FIXED:
            count = struct.unpack_from("<I", block, position)[0]
            position += 4
        if base in FIXED:
            value = block[position : position + FIXED[base]]
            position += FIXED[base] * count
        else:
            value, position = _first_of(block, position, count)
        yield number, base, value
        if position > len(block):
            return


def _after_name(block: bytes, position: int) -> int:
    """After the name of a property that has one: a set of names, and a number or a text."""
    named_by_text, size = struct.unpack_from("<II", block, position + 16)
    return position + 24 + (_padded(size) if named_by_text else 0)


def _first_of(block: bytes, position: int, count: int) -> tuple[bytes, int]:
    """The first of several values with their lengths, and the position after the last."""
    first = b""
    for index in range(min(count, MAX_PROPERTIES)):
        length = struct.unpack_from("<I", block, position)[0]
        first = first if index else block[position + 4 : position + 4 + length]
        position += 4 + _padded(length)
    return first, position


def _padded(length: int) -> int:
    return (length + 3) // 4 * 4
