"""Chromium, as the tests use it: without what a person's browser does beside showing pages."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

# A list given here takes the place of Playwright's own, so what is wanted of that is repeated.
_WITHOUT: Final = [
    # the foreign sites of some tests are invented, our server is this machine: browsers would rightly be suspicious of that
    "LocalNetworkAccessChecks", "BlockInsecurePrivateNetworkRequests", "PrivateNetworkAccessSendPreflights", "HttpsUpgrades",
    # pages of its own toolbar: a process with each window, as busy as the page that is tested
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "PreloadTopChromeWebUI",
    # processes of their own for frames of other sites, and one in reserve
    "IsolateOrigins", "IsolateSandboxedIframes", "SpareRendererForSitePerProcess", "site-per-process",
    # a new frame for each page of the same site, and a new process although the old one would do
    "ProactivelySwapBrowsingInstance", "RenderDocument",
    # asking its maker, and waiting with what is painted
    "AimEnabled", "LensOverlay", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "PaintHolding", "PreconnectToSearch",
]  # fmt: skip
_FLAGS: Final = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--disable-site-isolation-trials",
    f"--disable-features={','.join(_WITHOUT)}",
]  # fmt: skip


def complaints(context: BrowserContext, found: list[str] | None = None, *, but: str = "") -> list[str]:
    """What the pages of a context complain about from now on: errors of their scripts and of the console, `but` those with a word.

    `found`: where it is gathered, with what other contexts say.
    """
    found = [] if found is None else found
    context.on("weberror", lambda error: found.append(str(error.error)))
    context.on(
        "console", lambda entry: found.append(entry.text) if entry.type == "error" and not (but and but in entry.text) else None
    )
    return found


@asynccontextmanager
async def chromium(*flags: str, whole: bool = False) -> AsyncIterator[Browser]:
    """The browser, running: without its windows where that is installed, as it takes half the processor. `whole`: with notices.

    Without Chromium the test is skipped.
    """
    program = (None if whole else shutil.which("chromium-headless-shell")) or shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed (apt-get install chromium chromium-headless-shell).")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=[*_FLAGS, *flags])
        yield browser
        await browser.close()
