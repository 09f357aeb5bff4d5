"""An agent is told: a number in the title, a notice in the page, and, with the inbox closed, a notice of the browser that leads back."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from tests.kernel.pushservice import BrowserKeys
from tests.servers.chromium import chromium

from .ground import ANNA, SOPHIE, Installation, People, until
from .push import shown, with_push, worker_of
from .test_agents import open_row, write_on_whatsapp

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]

# every notice that this page shows from now on, also those that are gone again
NOTES_TOASTS = """
() => {
  window.toasts = [];
  const note = (changes) => changes.forEach((one) => one.addedNodes.forEach((line) => window.toasts.push(line.textContent)));
  new MutationObserver(note).observe(document.getElementById("toasts"), { childList: true });
}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The whole browser: it shows notices of the desktop."""
    async with chromium(whole=True) as browser:
        yield browser


async def test_what_concerns_me_is_told_in_the_page_and_the_rest_is_not(oase: Installation, people: People) -> None:
    word, phone = uuid4().hex[:8], "4917139200077"
    anna, sophie = await people.agent(), await people.agent(SOPHIE)
    await write_on_whatsapp(oase, f"Passt der Korb an mein Rad? {word}", phone=phone, name="Ngọc Ánh Trần")
    await open_row(anna, word)
    await anna.locator("#timeline").focus()
    await anna.keyboard.press("i")  # I take it
    mine = "SELECT id FROM conversation WHERE first_line LIKE %(line)s AND assignee_id IS NOT NULL"
    await until(lambda: oase.rows(mine, line=f"%{word}%"), "the conversation is Anna's")
    await anna.keyboard.press("Escape")
    await expect(anna.locator("#talk")).to_have_count(0)
    await sophie.evaluate(NOTES_TOASTS)
    await write_on_whatsapp(oase, f"Der grüne, meine ich. {word}", phone=phone, name="Ngọc Ánh Trần")
    told = anna.locator("#toasts .toast-line", has_text="Der grüne, meine ich.")
    await told.hover()  # it stays while the pointer is on it
    await expect(told).to_contain_text("Ngọc Ánh Trần")
    assert (await anna.title()).startswith("(")
    await anna.keyboard.press("z")  # takes back, and there is nothing to take back
    await expect(told).to_be_visible()
    await told.get_by_role("button", name="Öffnen").click()
    await expect(anna.locator("#entries")).to_contain_text("Der grüne, meine ich.")
    assert not [told for told in await sophie.evaluate("toasts") if "Der grüne" in told]
    waits = (
        "SELECT DISTINCT n.conversation_id, c.first_line FROM notification n JOIN agent a ON a.id = n.agent_id"
        " JOIN conversation c ON c.id = n.conversation_id WHERE a.email = %(anna)s AND n.seen_at IS NULL"
    )

    async def true_number() -> bool:
        """What was read waits no longer, and the title shows what else the demonstration left waiting."""
        waiting = await oase.rows(waits, anna=ANNA)
        shown_number = re.match(r"\((\d+)\) ", await anna.title())
        return all(word not in row["first_line"] for row in waiting) and len(waiting) == int(
            shown_number[1] if shown_number else 0
        )

    await until(true_number, "the number in the title is the true one when the message was read")


async def test_a_browser_is_switched_on_told_and_leads_to_the_conversation(oase: Installation, people: People) -> None:
    page = await people.agent(ANNA)
    subscription = BrowserKeys().subscription(f"https://push.example/{uuid4().hex}")
    endpoint = subscription.endpoint
    await with_push(page, oase, subscription)
    await page.goto(f"{oase.url}/profile/notifications")
    await page.get_by_role("button", name="Hier einschalten").click()
    await expect(page.locator("#browsers")).to_contain_text("Chrome auf Linux")
    await expect(page.locator("#browsers")).to_contain_text("dieser hier")
    kept = await oase.rows("SELECT sealed FROM push_subscription")
    assert endpoint.encode() not in b"".join(bytes(row["sealed"]) for row in kept)

    script = await page.request.get(f"{oase.url}/inbox-worker.js")
    assert script.headers["cache-control"] == "no-cache"  # the next release takes over at once
    assert script.headers["content-type"].startswith("text/javascript")

    conversation_id = (await oase.rows("SELECT id FROM conversation WHERE state = 'open' ORDER BY id LIMIT 1"))[0]["id"]
    told = {
        "id": str(uuid4()), "conversation": str(conversation_id), "title": "Jürgen Groß", "body": "Grüße 🌴",
        "path": f"/inbox/open/{conversation_id}",
    }  # fmt: skip
    session, registration = await worker_of(page, "/inbox")
    push = {"origin": oase.url, "registrationId": registration, "data": json.dumps(told)}

    async def brought() -> list[dict[str, str]]:
        """As push services do, it is brought again until the browser has shown it."""
        await session.send("ServiceWorker.deliverPushMessage", push)
        await asyncio.sleep(1)
        return await shown(page, "/inbox")

    await until(brought, "the notice is shown")
    await brought()  # once more than needed
    assert await shown(page, "/inbox") == [{"title": "Jürgen Groß", "body": "Grüße 🌴", "tag": str(conversation_id)}]

    await page.goto(f"{oase.url}/inbox/open")
    (worker,) = page.context.service_workers
    await worker.evaluate(
        "async () => { const [notification] = await self.registration.getNotifications();"
        " self.dispatchEvent(new NotificationEvent('notificationclick', { notification })); }"
    )
    await page.wait_for_url(f"**/inbox/open/{conversation_id}")
    await expect(page.locator("#talk")).to_have_attribute("data-id", str(conversation_id))

    await page.goto(f"{oase.url}/profile/notifications")
    await page.get_by_role("button", name="Hier ausschalten").click()
    await expect(page.get_by_role("button", name="Hier einschalten")).to_be_visible()
    assert await oase.rows("SELECT id FROM push_subscription") == []


async def test_wishes_are_kept_and_what_makes_no_sense_is_said(oase: Installation, people: People) -> None:
    page = await people.agent(SOPHIE, path="/inbox/open")
    await page.goto(f"{oase.url}/profile/notifications")
    box = page.get_by_role("checkbox", name="etwas Neues noch bei niemandem ist: Browser")
    await expect(box).not_to_be_checked()
    await box.check()
    await page.locator("#quiet_from").fill("20:00")
    await page.get_by_role("button", name="Speichern").click()
    await expect(page.locator("#quiet_until-wrong")).to_contain_text("Anfang und ein Ende")
    await expect(box).to_be_checked()
    await page.locator("#quiet_until").fill("07:00")
    await page.get_by_role("button", name="Speichern").click()
    await expect(page.locator(".notice-bad")).to_have_count(0)
    await page.reload()
    await expect(box).to_be_checked()
    await expect(page.locator("#quiet_from")).to_have_value("20:00")
    people.troubles[:] = [one for one in people.troubles if "422" not in one]  # the form that came back


async def test_a_profile_with_the_companys_time_zone_can_be_saved(oase: Installation, people: People) -> None:
    page = await people.agent(SOPHIE)
    await page.goto(f"{oase.url}/profile")
    await expect(page.locator("#time_zone")).to_have_value("")
    await page.locator("#signature").fill("Viele Grüße, Sophie")
    await page.locator("#about").get_by_role("button", name="Speichern").click()
    saved = "SELECT id FROM agent WHERE email = %(email)s AND signature = %(text)s"
    await until(lambda: oase.rows(saved, email=SOPHIE, text="Viele Grüße, Sophie"), "the signature is kept")
