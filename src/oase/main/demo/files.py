"""Files that the demonstration's customers send, drawn and composed here: a picture, a voice note, an invoice."""

import math
import struct
import zlib
from collections.abc import Sequence
from typing import Final

_WIDTH: Final = 480
_HEIGHT: Final = 320
_SAMPLES_PER_SECOND: Final = 8000
Color = tuple[int, int, int]


def picture(sky: Color, ground: Color, frame: Color) -> bytes:
    """A PNG of a bicycle in a landscape, as a telephone's camera on a hazy day."""
    rows = []
    for y in range(_HEIGHT):
        share = y / _HEIGHT
        base = ground if share > 0.72 else tuple(int(part + (250 - part) * share) for part in sky)
        row = bytearray(bytes(base) * _WIDTH)
        for x in _strokes(y):
            row[3 * x : 3 * x + 3] = bytes(frame)
        rows.append(b"\0" + bytes(row))
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    data = zlib.compress(b"".join(rows), 6)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _strokes(y: int) -> set[int]:
    """Where a line of the picture shows something of the bicycle: two wheels and a frame."""
    found: set[int] = set()
    for center in (140, 340):
        for radius in (68, 67, 66, 65):
            if (span := radius * radius - (y - 215) ** 2) >= 0:
                half = int(math.sqrt(span))
                found |= {center - half, center + half}
    for start, end in (((140, 215), (200, 130)), ((200, 130), (310, 130)), ((310, 130), (240, 215)), ((240, 215), (200, 130)),
                       ((140, 215), (240, 215)), ((302, 110), (340, 215)), ((302, 110), (330, 104)), ((190, 118), (215, 118))):  # fmt: skip
        (x1, y1), (x2, y2) = sorted((start, end), key=lambda point: point[1])
        if y1 <= y <= y2:
            x = x1 if y1 == y2 else int(x1 + (x2 - x1) * (y - y1) / (y2 - y1))
            found |= set(range(x - 3, x + 4)) if y1 != y2 else set(range(min(x1, x2), max(x1, x2)))
    return {x for x in found if 0 <= x < _WIDTH}


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def voice(seconds: int = 4) -> bytes:
    """A WAV of something that creaks like a bottom bracket."""
    samples = bytearray()
    for index in range(seconds * _SAMPLES_PER_SECOND):
        at = index / _SAMPLES_PER_SECOND
        turn = max(0.0, math.sin(at * 2 * math.pi * 1.3)) ** 6
        samples.append(128 + int(60 * turn * math.sin(at * 2 * math.pi * (420 + 60 * math.sin(at * 31)))))
    head = struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + len(samples), b"WAVE", b"fmt ", 16, 1, 1, _SAMPLES_PER_SECOND,
                       _SAMPLES_PER_SECOND, 1, 8, b"data", len(samples))  # fmt: skip
    return head + bytes(samples)


def document(lines: Sequence[str]) -> bytes:
    """A PDF of one page with these lines; letters of Western Europe only."""
    shown = "".join(f"({_escaped(line)}) Tj T*\n" for line in lines)
    stream = f"BT /F1 12 Tf 16 TL 60 780 Td\n{shown}ET".encode("cp1252", "replace")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    body, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
    return bytes(body) + tail % (len(objects) + 1, table, len(objects) + 1, len(body))


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
