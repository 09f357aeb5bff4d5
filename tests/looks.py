"""How pages are looked at: by language in two looks, so that theme, size and language meet each other, each with each, once.

        desk 1440      phone 390
de      light, whole   dark          whole: every rule of axe; otherwise only those that a theme or a size can change
en      dark           light, whole
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from playwright.async_api import Browser, BrowserContext, Page, ViewportSize
from tests.axe import axe

DESK, PHONE, NARROW = (ViewportSize(width=width, height=height) for width, height in ((1440, 900), (390, 844), (320, 640)))
LOCALES: Final = {"de": "de-DE", "en": "en-GB"}


@dataclass(frozen=True)
class Look:
    """One theme in one size; `whole`: every rule is looked at."""

    size: ViewportSize
    theme: Literal["light", "dark"]
    whole: bool = False

    async def axe(self, page: Page, within: str = "") -> list[str]:
        """What axe finds on a page that has this look, or in a part of it, each line with theme and width."""
        found = await axe(page, within, looks_only=not self.whole)
        return [f"{self.theme} {self.size['width']}: {one}" for one in found]


LOOKS: Final[Mapping[str, tuple[Look, Look]]] = {
    "de": (Look(DESK, "light", whole=True), Look(PHONE, "dark")),
    "en": (Look(DESK, "dark"), Look(PHONE, "light", whole=True)),
}
"""By language: each is seen in both themes and both sizes, and each theme in both sizes (colours know no language)."""


async def new_context(browser: Browser, language: str) -> BrowserContext:
    """A browser that wishes for a language, in the first of its looks."""
    first = LOOKS[language][0]
    return await browser.new_context(
        viewport=first.size, color_scheme=first.theme, locale=LOCALES[language], reduced_motion="reduce"
    )


async def looks(page: Page, language: str) -> AsyncIterator[Look]:
    """Gives the page the looks of a language, one after the other; first the one that is nearest to what it has."""
    now = page.viewport_size or DESK
    for look in sorted(LOOKS[language], key=lambda one: abs(one.size["width"] - now["width"])):
        if page.viewport_size != look.size:
            await page.set_viewport_size(look.size)
        await page.emulate_media(color_scheme=look.theme)
        yield look


async def looked(page: Page, language: str, *, shown: str = "") -> list[str]:
    """What axe finds on the page as it is, in both looks of its language.

    `shown`: what has to be seen in both. Raises AssertionError where a change of looks hid it.
    """
    found: list[str] = []
    async for look in looks(page, language):
        hidden = not await page.locator(shown).first.is_visible() if shown else False
        assert not hidden, f"{look.theme} {look.size['width']}: {shown} is not to be seen"
        found += await look.axe(page)
    return found
