"""The public pages of a company whose waiting is measured, at a clock that is moved on."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import aiohttp
import pytest_asyncio
from litestar import Litestar
from tests.insights.conftest import SAFE, Company, open_company
from tests.web.served import application, served

from oase.insights import Choice, choose
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SetClock
from oase.kernel.http import Guard, Outside
from oase.kernel.live import LiveHub
from oase.kernel.settings import Settings
from oase.main.sign_in import SessionResolver
from oase.web.responsetimes import Board, board_of, handlers
from oase.web.services import Services


@dataclass
class Public:
    """What everybody can ask for."""

    company: Company
    services: Services
    session: aiohttp.ClientSession
    app: Litestar
    board: Board  # what this process shows

    async def shows(self, *channels: str, on: bool = True, front: bool = True) -> None:
        """The administrator chooses."""
        async with self.company.work() as work:
            await choose(work, Choice(on=on, channels=channels, front=front), channels)


@pytest_asyncio.fixture
async def company(fresh_dsn: str, workspace_id: UUID, clock: SetClock) -> AsyncIterator[Company]:
    """The only company of an installation."""
    async with open_company(fresh_dsn, workspace_id, clock, "lindgruen") as company:
        yield company


@pytest_asyncio.fixture
async def public(company: Company) -> AsyncIterator[Public]:
    """The company, and somebody out there."""
    outside = Outside(Guard([]))
    services = Services(
        settings=Settings(public_url="https://hilfe.example"), database=company.database, live=LiveHub(company.database), safe=SAFE,
        clock=company.clock, book=company.book, journal=company.journal, blobs=in_memory(), outside=outside,
    )  # fmt: skip
    app = application(services, SessionResolver(services.database, timedelta(days=1)), handlers)
    async with served(services, handlers=handlers) as url, aiohttp.ClientSession(url, auto_decompress=False) as session:
        yield Public(company, services, session, app, board_of(app))
    await outside.close()
