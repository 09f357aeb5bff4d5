"""What axe-core (https://github.com/dequelabs/axe-core) finds on a page: WCAG 2.2 up to AA, and its best practices."""

from pathlib import Path
from typing import Final

from playwright.async_api import Page

_AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
_EVERYTHING: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_OF_LOOKS: Final = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}
_RUN: Final = """async ({ within, options }) => {
  if (!("axe" in window)) return null;
  await Promise.all(document.getAnimations({ subtree: true }).map(one => one.finished.catch(() => 0)));
  const found = await axe.run(within || document, options);
  return found.violations.flatMap(one => one.nodes.slice(0, 4).map(node =>
    `${one.id}: ${node.target} ${node.html.slice(0, 120)} ${(node.failureSummary || "").slice(0, 160)}`));
}"""


async def axe(page: Page, within: str = "", *, looks_only: bool = False) -> list[str]:
    """What it finds as the page is now, once nothing moves: in all of it, or in what a selector names.

    `looks_only`: only what a theme or a size can change.
    """
    given = {"within": within, "options": {"runOnly": _OF_LOOKS if looks_only else _EVERYTHING, "resultTypes": ["violations"]}}
    found: list[str] | None = await page.evaluate(_RUN, given)
    if found is None:
        await page.evaluate(_AXE)
        found = await page.evaluate(_RUN, given)
    assert found is not None
    return found
