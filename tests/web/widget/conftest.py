"""A server and a browser for the widget's tests."""

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page
from tests.looks import DESK
from tests.web.widget.ground import Site, running


@pytest_asyncio.fixture
async def site() -> AsyncIterator[Site]:
    """A server of the test's own."""
    async with running() as site:
        yield site


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh profile of a German visitor; what the pages complain about fails the test."""
    context = await browser.new_context(viewport=DESK, locale="de-DE")
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
