"""Names of the files inside a TNEF container (winmail.dat of Outlook), as far as they can be read.

Layout from [MS-OXTNEF] 2.1: signature, key, then attributes (level, id, length, data, checksum).
"""

import struct

from oase.channels.families.mime.headers import one_line

SIGNATURE = 0x223E9F78
ATTACH_TITLE = 0x00018010
_ATTRIBUTE = struct.Struct("<BII")


def names_inside(data: bytes, limit: int = 50) -> list[str]:
    """File names, in order; [] where the container cannot be read."""
    if len(data) < 6 or struct.unpack_from("<I", data)[0] != SIGNATURE:
        return []
    names: list[str] = []
    position = 6
    while position + _ATTRIBUTE.size <= len(data) and len(names) < limit:
        _, attribute, length = _ATTRIBUTE.unpack_from(data, position)
        position += _ATTRIBUTE.size
        if attribute == ATTACH_TITLE:
            name = data[position : position + min(length, 1000)].split(b"\x00")[0]
            names.append(one_line(name.decode("cp1252", "replace"), 200))
        position += length + 2
    return names
