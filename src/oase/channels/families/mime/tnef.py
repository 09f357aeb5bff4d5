"""Files inside a TNEF container (winmail.dat of Outlook).

Layout from [MS-OXTNEF] 2.1: signature, key, then attributes (level, id, length, data, checksum). An attachment begins with its
rendering data; the long name is a property inside its block of MAPI properties (PidTagAttachLongFilename).
"""

import struct
from dataclasses import dataclass

from oase.channels.families.mime.headers import one_line

SIGNATURE = 0x223E9F78
RENDERING = 0x00069002
TITLE = 0x00018010
DATA = 0x0006800F
PROPERTIES = 0x00069005
MAX_FILES = 200
_ATTRIBUTE = struct.Struct("<BII")
_LONG_NAME_8 = b"\x1e\x00\x07\x37"
_LONG_NAME_16 = b"\x1f\x00\x07\x37"


@dataclass(slots=True)
class TnefFile:
    """One file; `content` is None where the container does not hold its bytes."""

    name: str = ""
    content: bytes | None = None


def files_inside(data: bytes) -> list[TnefFile]:
    """The files in order; [] where the container cannot be read."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != SIGNATURE:
        return []
    files: list[TnefFile] = []
    position = 6
    while position + _ATTRIBUTE.size <= len(data) and len(files) <= MAX_FILES:
        _, attribute, length = _ATTRIBUTE.unpack_from(data, position)
        position += _ATTRIBUTE.size
        value = data[position : position + length]
        if attribute == RENDERING or (attribute == TITLE and (not files or files[-1].name)):
            files.append(TnefFile())
        if files and attribute == TITLE:
            files[-1].name = _name(value.split(b"\x00")[0], "cp1252")
        elif files and attribute == DATA:
            files[-1].content = value
        elif files and attribute == PROPERTIES:
            files[-1].name = _long_name(value) or files[-1].name
        position += length + 2
    return [file for file in files if file.name or file.content]


def _name(raw: bytes, codec: str) -> str:
    return one_line(raw[:1000].decode(codec, "replace"), 200)


def _long_name(properties: bytes) -> str:
    for mark, codec in ((_LONG_NAME_16, "utf-16-le"), (_LONG_NAME_8, "cp1252")):
        place = properties.find(mark)
        if place >= 0 and place + 12 <= len(properties):
            count, length = struct.unpack_from("<II", properties, place + 4)
            if count == 1 and length < 2000:
                return _name(properties[place + 12 : place + 12 + length], codec).rstrip("\x00")
    return ""
