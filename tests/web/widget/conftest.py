"""A server and a browser for the widget's tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright
from tests.web.widget.ground import Site, running

_CHROMIUM = Path("/usr/bin/chromium")
_HAS_CHROMIUM = _CHROMIUM.exists()
_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # the foreign sites of these tests are invented, our server is this machine: browsers would rightly be suspicious of that
    "--disable-features=LocalNetworkAccessChecks,BlockInsecurePrivateNetworkRequests,PrivateNetworkAccessSendPreflights",
]


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """A server of the test's own."""
    async with running() as site:
        yield site


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """Chromium."""
    if not _HAS_CHROMIUM:
        pytest.skip("Chromium is not installed (apt-get install chromium).")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(_CHROMIUM), args=_FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh profile of a German visitor; what the pages complain about fails the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, locale="de-DE")
    troubles: list[str] = []
    context.on("weberror", lambda error: troubles.append(str(error.error)))
    yield context
    await context.close()
    assert troubles == []


@pytest_asyncio.fixture
async def page(context: BrowserContext) -> Page:
    """One tab."""
    page = await context.new_page()
    page.set_default_timeout(8_000)
    return page
