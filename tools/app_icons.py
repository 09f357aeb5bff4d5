"""Draws the icons of the ready-made app as PNG, from its icon.svg, with Chromium: phones take no SVG.

.venv/bin/python tools/app_icons.py        writes src/oase/web/customerapp/static/icons/*.png, after a change of icon.svg

Each pixel is a place in a palette of 256: the first 16 are the ground, from nothing to whole, the others go from the ground to the
bubble. `oase.web.customerapp.icons` puts a company's colours into the palette; the pixels stay as they are drawn here.
"""

import asyncio
import shutil
import struct
import zlib
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[1]
STATIC = ROOT / "src/oase/web/customerapp/static"
ICONS = {"192": (192, False), "512": (512, False), "180-whole": (180, True), "192-whole": (192, True), "512-whole": (512, True)}
GROUND_STEPS = 16
DRAW = """
async ([svg, size]) => {
  const image = new Image(size, size);
  image.src = "data:image/svg+xml;base64," + btoa(svg);
  await image.decode();
  const canvas = new OffscreenCanvas(size, size), context = canvas.getContext("2d");
  context.drawImage(image, 0, 0, size, size);
  return [...context.getImageData(0, 0, size, size).data];
}
"""


async def main() -> None:
    """All icons. `whole`: without round corners, as phones cut out their own shape (a maskable icon, Apple's)."""
    text = (STATIC / "icon.svg").read_text("utf-8").replace("#0f766e", "#000000")
    (STATIC / "icons").mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        program = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = await playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = await browser.new_page()
        for name, (size, whole) in ICONS.items():
            svg = text.replace(' rx="112"', "") if whole else text
            content = png(size, await drawn(page, svg, size))
            (STATIC / "icons" / f"{name}.png").write_bytes(content)
            print(f"{name}.png: {len(content)} bytes")
        await browser.close()


async def drawn(page: Page, svg: str, size: int) -> list[int]:
    """A place in the palette for each pixel, of a picture whose ground is black and whose bubble is white."""
    data: list[int] = await page.evaluate(DRAW, [svg, size])
    found = []
    for at in range(0, len(data), 4):
        white, solid = data[at], data[at + 3]
        if solid < 255:
            found.append(round(solid * (GROUND_STEPS - 1) / 255))
        else:
            found.append(GROUND_STEPS - 1 + round(white * (256 - GROUND_STEPS) / 255))
    return found


def png(size: int, pixels: list[int]) -> bytes:
    """An image with a palette, still to be filled (https://www.w3.org/TR/png-3/)."""
    rows = b"".join(b"\0" + bytes(pixels[row * size : (row + 1) * size]) for row in range(size))
    parts = [
        (b"IHDR", struct.pack(">IIBBBBB", size, size, 8, 3, 0, 0, 0)),
        (b"PLTE", bytes(3 * 256)),
        (b"tRNS", bytes(range(0, 256, 17))),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*part) for part in parts)


def chunk(name: bytes, content: bytes) -> bytes:
    """A part of the file with its sum."""
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


if __name__ == "__main__":
    asyncio.run(main())
