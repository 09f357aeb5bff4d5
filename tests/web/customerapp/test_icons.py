"""The app's icons: real pictures in the company's colours."""

import pytest
from playwright.async_api import Browser

from oase.web.customerapp.icons import NAMES, icon_png

_PIXELS = """
async (bytes) => {
  const picture = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: "image/png" }));
  const context = new OffscreenCanvas(picture.width, picture.height).getContext("2d");
  context.drawImage(picture, 0, 0);
  const at = (x, y) => [...context.getImageData(Math.floor(x * picture.width), Math.floor(y * picture.height), 1, 1).data];
  return { corner: at(0, 0), edge: at(0.5, 0.02), bubble: at(0.5, 0.35), dot: at(0.5, 0.48), last: at(0.999, 0.999) };
}
"""


@pytest.mark.browser
@pytest.mark.parametrize(
    ("color", "ground", "bubble"),
    [("#0f766e", [15, 118, 110, 255], [255, 255, 255, 255]), ("#ffd400", [255, 212, 0, 255], [16, 20, 24, 255])],
)
async def test_icons_are_pictures_in_the_companys_colours(
    browser: Browser, color: str, ground: list[int], bubble: list[int]
) -> None:
    page = await browser.new_page()
    for name in sorted(NAMES):
        seen = await page.evaluate(_PIXELS, list(icon_png(name, color)))
        assert (seen["edge"], seen["bubble"], seen["dot"]) == (ground, bubble, ground), name
        whole = name.endswith("-whole")
        assert (seen["corner"], seen["last"]) == ((ground, ground) if whole else ([0, 0, 0, 0], [0, 0, 0, 0])), name
    await page.close()


def test_icons_are_small() -> None:
    assert max(len(icon_png(name, "#0f766e")) for name in NAMES) < 8_000
