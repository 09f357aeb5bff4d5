"""One running program with the demonstration for most journeys, one that starts empty for each module of others, one Chromium."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from .ground import Installation, People, installation, until


@pytest_asyncio.fixture(scope="session")
async def oase(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """The program with the demonstration company and the sandbox."""
    environment = {"OASE_DEMO": "1", "OASE_SANDBOX": "1", "OASE_ALLOW_PRIVATE_NETWORKS": "127.0.0.0/8"}  # for push services
    async with installation(tmp_path_factory.mktemp("journeys"), **environment) as running:
        await until(lambda: running.rows("SELECT agent_id FROM read_state LIMIT 1"), "the company's past is told", seconds=60)
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def empty(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Installation]:
    """The program as a company starts it: nothing is set up, nothing is simulated; for each module anew."""
    folder = tmp_path_factory.mktemp("empty")
    async with installation(folder, OASE_DEMO="0", OASE_SANDBOX="0", OASE_ALLOW_PRIVATE_NETWORKS="127.0.0.0/8") as running:
        yield running


@pytest_asyncio.fixture
async def people(browser: Browser, oase: Installation) -> AsyncIterator[People]:
    """People around the demonstration company."""
    people = People(browser, oase)
    yield people
    await people.close()
    assert people.troubles == []


@pytest_asyncio.fixture
async def newcomers(browser: Browser, empty: Installation) -> AsyncIterator[People]:
    """People around the empty installation."""
    people = People(browser, empty)
    yield people
    await people.close()
    assert people.troubles == []
