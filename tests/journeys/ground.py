"""The real program for the journeys: `oase run` as a process of its own, with its own data folder and ports; real browsers beside it.

customer's browser ─┐                             ┌─ agent's browser
                    ├──HTTP──> oase run <──HTTP───┤
mail server ────────┘          (data folder, ports p to p+4)
"""

import asyncio
import os
import random
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, BrowserContext, Page, expect
from tests.looks import DESK
from tests.servers.chromium import complaints

from oase.kernel.db import Database
from oase.kernel.postgres import EmbeddedPostgres

OASE = Path(sys.executable).with_name("oase")
PASSWORD = "Fahrradklingel-2026"
ANNA, SOPHIE = "anna.berger@lindgruen.example", "sophie.klein@lindgruen.example"


def free_ports(count: int = 5) -> int:
    """The first of several neighbouring loopback ports that nobody uses; by chance, as other test runs look for some, too."""
    for _ in range(200):
        first = random.SystemRandom().randrange(18700, 19900, count)  # the tests' own seed is the same in all processes
        if all(probe_free(first + offset) for offset in range(count)):
            return first
    raise AssertionError("There are no free ports for the journeys.")


def probe_free(port: int) -> bool:
    """Whether nobody listens there."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


@dataclass
class Installation:
    """A running program. `url` is its address; `log` what it printed."""

    folder: Path
    port: int
    log: Path
    process: asyncio.subprocess.Process
    database: Database | None = field(default=None)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open_database(self) -> Database:
        """The program's own database, for looking into it."""
        if self.database is None:
            self.database = Database(EmbeddedPostgres(self.folder / "postgres").dsn(), connections=3)
            await self.database.open()
        return self.database

    async def rows(self, statement: str, **parameters: Any) -> list[dict[str, Any]]:
        """What the database says, over all workspaces."""
        async with (await self.open_database()).everywhere() as work:
            return await work.rows(statement, parameters)

    async def workspace(self) -> UUID:
        """The only workspace."""
        found: UUID = (await self.rows("SELECT id FROM workspace"))[0]["id"]
        return found

    async def states(self, channel: str, name: str = "%") -> list[str]:
        """The states of the accounts of a channel, of those with a name."""
        statement = "SELECT state FROM account WHERE channel = %(channel)s AND name LIKE %(name)s ORDER BY id"
        return [row["state"] for row in await self.rows(statement, channel=channel, name=name)]

    async def account(self, channel: str) -> UUID:
        """The id of the first account of a channel."""
        statement = "SELECT id FROM account WHERE channel = %(channel)s ORDER BY id"
        found: UUID = (await self.rows(statement, channel=channel))[0]["id"]
        return found


@asynccontextmanager
async def installation(folder: Path, **environment: str) -> AsyncIterator[Installation]:
    """Starts `oase run`, waits until it is ready, and ends it with everything that it started."""
    port, log = free_ports(), folder / "oase.log"
    given = {"OASE_DATA_DIR": str(folder), "OASE_PORT": str(port), "OASE_LOG_LEVEL": "warning", **environment}
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OASE_")}
    with log.open("ab") as output:
        process = await asyncio.create_subprocess_exec(
            str(OASE), "run", env=kept | given, stdout=output, stderr=output, start_new_session=True
        )
    running = Installation(folder, port, log, process)
    try:
        await _ready(running)
        yield running
    finally:
        if running.database is not None:
            await running.database.close()
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                await asyncio.wait_for(process.wait(), 20)
            except TimeoutError:
                process.kill()
                await process.wait()
            assert process.returncode == 0, f"It did not end in order:\n{log.read_text()[-3000:]}"


async def _ready(running: Installation) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if running.process.returncode is not None:
            raise AssertionError(f"It ended at its start:\n{running.log.read_text()[-3000:]}")
        if "Oase is ready" in running.log.read_text():
            return
        await asyncio.sleep(0.05)
    raise AssertionError(f"It did not become ready:\n{running.log.read_text()[-3000:]}")


async def until(condition: Callable[[], Awaitable[Any]], what: str, *, seconds: float = 20) -> Any:
    """Asks again and again until the answer is something; gives it."""
    deadline = time.monotonic() + seconds
    while not (found := await condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:.0f} s in vain: {what}")
        await asyncio.sleep(0.05)
    return found


class People:
    """Opens browsers for people; an error in any console fails the journey. Closed by the fixture."""

    def __init__(self, browser: Browser, oase: Installation) -> None:
        self.browser = browser
        self.oase = oase
        self.troubles: list[str] = []
        self._contexts: list[BrowserContext] = []

    async def somebody(self, path: str = "", **options: Any) -> Page:
        """A new person with a browser of their own, looking at a page of the program."""
        context = await self.browser.new_context(**{"viewport": DESK, "locale": "de-DE", "reduced_motion": "reduce", **options})
        context.set_default_timeout(15_000)
        self._contexts.append(context)
        complaints(context, self.troubles)
        page = await context.new_page()
        if path:
            await page.goto(self.oase.url + path)
        return page

    async def agent(self, email: str = ANNA, *, path: str = "/inbox/open", **options: Any) -> Page:
        """An agent of the demonstration, signed in through the page and looking at a queue."""
        page = await self.somebody("/signin", **options)
        await page.locator("#email").fill(email)
        await page.locator("#password").fill(PASSWORD)
        await page.locator("form.sheet button[type=submit]").click()
        await page.wait_for_url("**/inbox**")
        await page.goto(self.oase.url + path)
        await live(page)
        return page

    async def close(self) -> None:
        """Closes every browser; complains about what the consoles complained about."""
        for context in self._contexts:
            await context.close()


async def live(page: Page) -> None:
    """Waits until the inbox hears live events."""
    await page.wait_for_selector('#inbox[data-live="on"]', state="attached")


async def open_row(agent: Page, text: str) -> None:
    """The agent opens the conversation whose row shows this text, as soon as it is there."""
    await agent.mouse.move(1300, 600)  # a list under the pointer keeps still
    await agent.locator("#rows .row-link", has_text=text).first.click()
    await expect(agent.locator("#entries")).to_contain_text(text)


async def answer(agent: Page, text: str) -> None:
    """The agent answers in the open conversation."""
    await agent.locator("#composer-text").fill(text)
    await agent.keyboard.press("Control+Enter")
