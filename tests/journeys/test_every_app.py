"""On every app of the phone: a customer writes and sends a picture, an agent answers with words and a picture, the customer has it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Page, expect

from oase.main.demo.places import CONNECTIONS
from oase.sandbox.installed import PLATFORMS
from oase.sandbox.places import Platform

from .ground import Installation, People, answer, open_row, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("apps")]
APPS = [one for one in PLATFORMS if one.features and one.id in CONNECTIONS]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000008000000080802000000"
    "4b6d29dc0000001349444154789c63f8cfc0f01f0733308c0a8a0a0047480ff1ee5f5a440000000049454e44ae426082"
)


class Faults:
    """What goes wrong at a platform, on demand; all is well again at the end."""

    def __init__(self, session: aiohttp.ClientSession, address: str) -> None:
        self._session, self._address = session, address

    async def add(self, kind: str, **more: Any) -> None:
        """Switches a fault on."""
        async with self._session.post(self._address, json={"kind": kind, **more}) as added:
            assert added.status < 300, await added.text()

    async def clear(self) -> None:
        """Switches all off."""
        async with self._session.delete(self._address) as cleared:
            assert cleared.status < 300


@asynccontextmanager
async def faults_of(oase: Installation, app: str) -> AsyncIterator[Faults]:
    """The faults of an app."""
    async with aiohttp.ClientSession() as session:
        faults = Faults(session, f"{oase.url}/sandbox/apps/{app}/faults")
        try:
            yield faults
        finally:
            await faults.clear()


async def write(phone: Page, text: str) -> None:
    """The customer writes."""
    await phone.get_by_role("textbox", name="Nachricht").fill(text)
    await phone.keyboard.press("Enter")


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_a_customer_writes_with_a_picture_and_is_answered_with_one(
    oase: Installation, people: People, tmp_path: Path, app: type[Platform]
) -> None:
    picture = tmp_path / "Rahmennummer.png"
    picture.write_bytes(PNG)
    word = uuid4().hex[:8]
    phone = await people.somebody(f"/sandbox/phone/{app.id}")
    await phone.wait_for_selector("html[data-ready]", state="attached")
    agent = await people.agent()
    await write(phone, f"Grüß Gott, mein Rad „Stadtwind“ klappert ({word}) 🚲")
    await open_row(agent, word)
    if "files" in app.features:
        await phone.locator("#file").set_input_files(picture)
        await expect(agent.locator("#entries .entry.in img").last).to_be_visible()
        await agent.locator("input[type=file]").first.set_input_files(picture)  # a link where the channel carries none
    await answer(agent, f"Das hören wir uns an, kommen Sie vorbei! ({word})")
    await expect(phone.locator(".message:not(.mine)", has_text=word).last).to_be_visible()
    if "files" in app.features:
        await expect(phone.locator(".message:not(.mine)").last).to_be_visible()
        arrived = phone.locator(".message:not(.mine) img, .message:not(.mine) a[href*='/f/'], .message:not(.mine) .doc")
        await expect(arrived.last).to_be_attached()
    ticks = agent.locator("#entries .entry.out", has_text=word).locator(".ticks").first
    last = ("Gelesen" if app.tells_reading else "Zugestellt") if "receipts" in app.features else "Gesendet"
    await expect(ticks).to_have_attribute("title", last)


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.id)
async def test_an_answer_that_is_slowed_down_arrives_once_and_withdrawn_credentials_are_told(
    oase: Installation, people: People, app: type[Platform]
) -> None:
    word = uuid4().hex[:8]
    phone = await people.somebody(f"/sandbox/phone/{app.id}")
    await phone.wait_for_selector("html[data-ready]", state="attached")
    await write(phone, f"Haben Sie am Samstag offen? ({word})")
    agent = await people.agent()
    await open_row(agent, word)
    channel = CONNECTIONS[app.id](app_of(oase, app)).channel
    async with faults_of(oase, app.id) as faults:
        await faults.add("throttled", remaining=1, seconds=1)
        await answer(agent, f"Ja, von 10 bis 14 Uhr. ({word})")
        await expect(phone.locator(".message:not(.mine)", has_text=word)).to_have_count(1, timeout=90_000)
        await faults.add("token_expired")
        await answer(agent, f"Und mittags gibt es Kaffee. ({word})")
        await until(lambda: is_now(oase, channel, "needs_sign_in"), "the account needs somebody to sign in", seconds=30)
    await agent.goto(f"{oase.url}/admin/channels/{await oase.account(channel)}")
    await agent.get_by_role("button", name="Verbindung prüfen").last.click()
    await until(lambda: is_now(oase, channel, "up"), "the account works again", seconds=30)
    await expect(phone.locator(".message:not(.mine)", has_text=word)).to_have_count(2, timeout=90_000)


def app_of(oase: Installation, app: type[Platform]) -> Platform:
    """The simulator as this installation has it, for its keys."""
    from oase.kernel.clock import SystemClock
    from oase.sandbox.live import Hub

    return app(SystemClock(), Hub(), f"{oase.url}/sandbox/{app.id}")


async def is_now(oase: Installation, channel: str, state: str, name: str = "%") -> bool:
    """Whether the only account of a channel, or the only one with this name, is in this state."""
    return await oase.states(channel, name) == [state]
