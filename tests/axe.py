"""What axe-core (https://github.com/dequelabs/axe-core) finds on a page: WCAG 2.2 up to AA, and its best practices."""

from pathlib import Path
from typing import Any, Final

from playwright.async_api import Page

AXE: Final = (Path(__file__).parent / "vendor" / "axe.min.js").read_text("utf-8")
_EVERYTHING: Final = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
_SETTLED: Final = "Promise.all(document.getAnimations({ subtree: true }).map(one => one.finished.catch(() => 0)))"
_OF_LOOKS: Final = {
    "type": "rule",
    "values": ["color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size"],
}


async def axe(page: Page, within: str = "", *, looks_only: bool = False) -> list[str]:
    """What it finds as the page is now, once nothing moves: in all of it, or in what a selector names.

    `looks_only`: only what a theme or a size can change.
    """
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(AXE)
    await page.evaluate(_SETTLED)
    given = {"within": within, "options": {"runOnly": _OF_LOOKS if looks_only else _EVERYTHING, "resultTypes": ["violations"]}}
    found: dict[str, Any] = await page.evaluate("({ within, options }) => axe.run(within || document, options)", given)
    return [
        f"{one['id']}: {node['target']} {node['html'][:120]} {node.get('failureSummary', '')[:160]}"
        for one in found["violations"]
        for node in one["nodes"][:4]
    ]
