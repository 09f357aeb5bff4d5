"""A customer whose app is closed: the answer comes as a push message into a real browser, and is in the app when it is opened."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.kernel.pushservice import push_service
from tests.servers.chromium import chromium

from .ground import Installation, People, answer, open_row, until
from .push import shown, with_push, worker_of
from .test_app import PNG, write

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The whole browser: it shows notices of the desktop."""
    async with chromium(whole=True) as browser:
        yield browser


async def test_a_customer_is_told_of_the_answer_while_the_app_is_closed_and_finds_it_there(
    people: People, oase: Installation
) -> None:
    root = f"/app/{await oase.account('app')}/"
    async with push_service() as service:
        subscription = service.browser("aylin")
        customer = await people.somebody()
        await with_push(customer, oase, subscription)
        await customer.goto(f"{oase.url}{root}start")
        await write(customer, "Ist mein Lastenrad fertig? 🚲 Grüße, Aylin Özdemir")
        await customer.get_by_role("button", name="Ja, bitte").click()
        await expect(customer.get_by_role("button", name="Hinweise ausschalten")).to_have_attribute("aria-pressed", "true")
        kept = await oase.rows("SELECT sealed FROM app_device")
        assert len(kept) == 1
        assert subscription.endpoint.encode() not in bytes(kept[0]["sealed"])
        session, registration = await worker_of(customer, root)
        await customer.goto(f"{oase.url}/signin")  # the app is closed; something else is open

        agent = await people.agent()
        await open_row(agent, "Ist mein Lastenrad fertig?")
        await agent.locator("#composer-attach input").set_input_files({"name": "Rad.png", "mimeType": "image/png", "buffer": PNG})
        await answer(agent, "Ja! Abholen können Sie es bis 18 Uhr, Kennwort 4711.")

        async def told() -> bool:
            return bool(service.payloads)

        await until(told, "the push service has a message", seconds=40)
        (payload,) = service.payloads
        assert (payload["title"], payload["body"]) == ("Lindgrün Fahrräder", "Es gibt eine Antwort für Sie.")
        assert "4711" not in json.dumps(service.got, default=str), "Whoever carries push messages does not read answers."

        async def brought() -> list[dict[str, str]]:
            """As push services do, it is brought again until the browser has shown it."""
            push = {"origin": oase.url, "registrationId": registration, "data": json.dumps(payload)}
            await session.send("ServiceWorker.deliverPushMessage", push)
            await asyncio.sleep(0.5)
            return await shown(customer, root)

        (notice,) = await until(brought, "the notice is shown")
        assert notice == {"title": payload["title"], "body": payload["body"], "tag": payload["conversation"]}

        await customer.goto(f"{oase.url}{root}start")
        await expect(customer.locator(".theirs .said")).to_contain_text("bis 18 Uhr")
        await expect(customer.locator(".theirs img")).to_be_visible()
        await expect(agent.locator("#entries").get_by_role("img", name="Gelesen")).to_be_visible()
        await customer.get_by_role("button", name="Hinweise ausschalten").click()
        await expect(customer.get_by_role("button", name="Hinweise einschalten")).to_be_visible()
        assert await oase.rows("SELECT id FROM app_device") == []
