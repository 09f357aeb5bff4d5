"""The mail inside an opaque S/MIME signature (RFC 8551, 3.5.2): a CMS SignedData that carries its content.

    ContentInfo { signedData, [0] SignedData { version, digests, EncapsulatedContentInfo { data, [0] OCTET STRING } … } }

Only the content is taken out, in BER as programs write it (definite or not, in one piece or in several). Nothing is verified here.
"""

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
MAX_DEPTH = 20
MAX_ELEMENTS = 100_000


class _Reader:
    """Walks tag, length, value; raises ValueError on anything that does not fit."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.left = MAX_ELEMENTS

    def element(self, position: int, depth: int = 0) -> tuple[int, int, int, int]:
        """(tag, start and end of the value, position after it)."""
        self.left -= 1
        if self.left < 0 or depth > MAX_DEPTH or position + 2 > len(self.data):
            raise ValueError("not a CMS structure")
        tag, length = self.data[position], self.data[position + 1]
        start = position + 2
        if length == 0x80:
            end = start
            while self.data[end : end + 2] != b"\x00\x00":
                end = self.element(end, depth + 1)[3]
            return tag, start, end, end + 2
        if length > 0x80:
            size = length & 0x7F
            length = int.from_bytes(self.data[start : start + size], "big")
            start += size
        if start + length > len(self.data):
            raise ValueError("cut off")
        return tag, start, start + length, start + length

    def children(self, start: int, end: int) -> list[tuple[int, int, int]]:
        found: list[tuple[int, int, int]] = []
        while start < end:
            tag, begin, stop, start = self.element(start)
            found.append((tag, begin, stop))
        return found

    def octets(self, tag: int, start: int, end: int, depth: int = 0) -> bytes:
        """The bytes of an octet string, joined where it comes in pieces."""
        if not tag & 0x20:
            return self.data[start:end]
        if depth > MAX_DEPTH:
            raise ValueError("nested too deeply")
        return b"".join(self.octets(*child, depth + 1) for child in self.children(start, end))


def signed_content(data: bytes) -> bytes | None:
    """The signed mail, None where there is none inside (detached, encrypted, or not CMS)."""
    reader = _Reader(data)
    try:
        _, start, end, _ = reader.element(0)
        kind, wrapper = reader.children(start, end)[:2]
        if data[kind[1] : kind[2]] != SIGNED_DATA:
            return None
        signed = reader.children(wrapper[1], wrapper[2])[0]
        inner = reader.children(*reader.children(signed[1], signed[2])[2][1:])
        if len(inner) < 2:
            return None
        return reader.octets(*reader.children(inner[1][1], inner[1][2])[0])
    except (ValueError, IndexError):
        return None
