"""The app's icons as PNG, which phones want: drawn beforehand (tools/app_icons.py), in the company's colours when they are asked for.

A pixel is a place in a palette of 256: 0 to 15 are the ground from nothing to whole, 15 to 255 go from the ground to the bubble.
"""

import struct
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from oase.web.portal.look import contrast

_FOLDER: Final = Path(__file__).parent / "static" / "icons"
_PLAIN: Final = {file.stem: file.read_bytes() for file in sorted(_FOLDER.glob("*.png"))}
_GROUND_STEPS: Final = 16
_BEGIN: Final = 33  # of the palette: behind signature and header, whose lengths are fixed
_COLORS: Final = 256

NAMES: Final = frozenset(_PLAIN)
"""`192`, `512`: with round corners; `…-whole`: for phones that cut out their own shape."""


def on(color: str) -> str:
    """The bubble's colour on this ground."""
    return "#ffffff" if contrast(color, "#ffffff") >= 3 else "#101418"


@lru_cache(maxsize=256)
def icon_png(name: str, color: str) -> bytes:
    """An icon in a company's colour ("#0f766e"); raises KeyError for a name that does not exist."""
    plain, ground, bubble = _PLAIN[name], _parts(color), _parts(on(color))
    shades = [0.0] * _GROUND_STEPS + [step / (_COLORS - _GROUND_STEPS) for step in range(1, _COLORS - _GROUND_STEPS + 1)]
    palette = bytes(round(a + (b - a) * shade) for shade in shades for a, b in zip(ground, bubble, strict=True))
    chunk = b"PLTE" + palette
    end = _BEGIN + 4 + len(chunk) + 4
    return plain[: _BEGIN + 4] + chunk + struct.pack(">I", zlib.crc32(chunk)) + plain[end:]


def _parts(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
