"""Every page that the program has: axe finds nothing, in both languages and themes, on a desk and on a phone, and nothing sticks out.

The pages are found by asking the routes of the application (see `looks`): a new one is looked at without being named here.
"""

import hashlib
import hmac
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import aiohttp
import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect
from tests.looks import LOOKS, new_context
from tests.servers.chromium import complaints

from oase.staff import Visit, ask_for_reset

from .ground import ANNA, PASSWORD, Installation, until
from .looks import find_pages, known_routes, looked_at, refused, told, troubles

pytestmark = [pytest.mark.browser, pytest.mark.timeout(900)]


@dataclass
class Shown:
    """What was wrong with pages that were looked at by the way; `links` lead to pages behind links, by their routes."""

    language: str
    wrong: dict[str, list[str]] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)

    async def look(self, page: Page, what: str) -> None:
        """Looks at the page as it is."""
        if found := await troubles(page, self.language):
            self.wrong[what] = found


def test_every_route_that_may_be_a_page_is_asked() -> None:
    paths = {route.path for route in known_routes()}
    assert {"/inbox/{queue}", "/admin/audit", "/signin", "/form/{account_id}", "/sandbox/phone"} <= paths


@pytest_asyncio.fixture
async def language(request: pytest.FixtureRequest, oase: Installation) -> AsyncIterator[str]:
    """The language that the administrator reads during this test; afterwards hers again, as the other journeys find her."""
    await speaks(oase, request.param)
    yield request.param
    await speaks(oase, "de")


@pytest.mark.parametrize("language", LOOKS, indirect=True)
async def test_axe_finds_nothing_on_any_page(browser: Browser, oase: Installation, language: str) -> None:
    inside, outside = await entered(browser, oase, language), await new_context(browser, language)
    complained = complaints(inside, but="422")  # a form that was refused
    await furnish(inside, oase, language)
    seen = await shown_once(inside, oase, language)
    cookies = {cookie["name"]: cookie["value"] for cookie in await inside.cookies()}
    found = await find_pages(oase, cookies, seen.links)
    # set-up is looked at where nothing is set up (test_first_start); the way back from a provider shows nothing of its own
    assert found.elsewhere == {"/sandbox/timeline", "/setup", "/admin/channels/consent"}
    assert found.refused == [], oase.log.read_text()[-3000:]
    wrong = seen.wrong
    pages = {True: await outside.new_page(), False: await inside.new_page()}  # by whether anybody may look
    for route, addresses in found.pages.items():
        page = pages[route.public]
        for address in addresses:
            wrong |= await looked_at(page, oase.url, address, language)
            if ("/new" in address and address != "/conversations/new") or address == "/signin":  # there one begins by a search
                wrong |= await refused(page, address, language)
    wrong |= (await second_factor(browser, oase, language, seen.links["/invitation/{token}"])).wrong
    await inside.close()
    await outside.close()
    if complained:
        wrong["the console"] = complained
    assert not wrong, told(wrong)


async def speaks(oase: Installation, language: str) -> None:
    """The administrator's language from now on."""
    async with (await oase.open_database()).everywhere() as work:
        await work.run("UPDATE agent SET language = %(language)s WHERE email = %(email)s", {"language": language, "email": ANNA})


async def entered(browser: Browser, oase: Installation, language: str) -> BrowserContext:
    """The browser of an administrator who reads this language."""
    context = await new_context(browser, language)
    page = await context.new_page()
    await page.goto(f"{oase.url}/signin")
    await page.fill("#email", ANNA)
    await page.fill("#password", PASSWORD)
    await page.click("form.sheet button[type=submit]")
    await page.wait_for_url("**/inbox**")
    await page.close()
    return context


async def furnish(admin: BrowserContext, oase: Installation, language: str) -> None:
    """What the demonstration has not: a role of its own, a rule that was tried and a macro, templates of WhatsApp, somebody who speaks
    in public, a delivery that cannot be read."""
    page, account = await admin.new_page(), await oase.account("whatsapp")
    await page.goto(f"{oase.url}/admin/roles/new")
    await page.fill("#name", f"Aushilfe {language}")
    await send(page, "input[name=permissions]")
    await page.goto(f"{oase.url}/admin/automations")
    await page.locator("form[action$='/from/closed'] button").click()
    await page.locator("button[value=try]").click()
    await expect(page.locator(".rule-verdict")).to_be_visible()
    await page.goto(f"{oase.url}/admin/macros/new")
    await page.fill("#name", f"Reklamation {language}")
    await page.fill("[data-rows=act] input[name$=value]", "Reklamation")
    async with page.expect_navigation():
        await page.locator(".panel-foot button[type=submit]").click()
    await page.goto(f"{oase.url}/admin/channels/{account}")
    async with page.expect_navigation():
        await page.locator("form[action$='/templates'] button").click()
    await expect(page.locator(".template-rows li").first).to_be_visible()
    await page.goto(f"{oase.url}/sandbox/timeline/telegram")
    await page.wait_for_selector("html[data-ready]", state="attached")
    await page.locator("#say textarea").fill("Wann öffnet die Werkstatt am Samstag? 🚲")
    await page.locator("#say button[type=submit]").click()
    await until(lambda: oase.rows("SELECT id FROM conversation WHERE kind = 'public'"), "it is heard of in public", seconds=90)
    await page.close()
    body = b"{ no JSON"
    signed = hmac.new(b"sandbox-app-secret", body, hashlib.sha256).hexdigest()
    headers = {"x-hub-signature-256": f"sha256={signed}"}
    async with aiohttp.request("POST", f"{oase.url}/hooks/whatsapp/{account}", data=body, headers=headers) as answer:
        assert answer.status == 200
    await until(lambda: oase.rows("SELECT id FROM journal WHERE state = 'quarantined'"), "it is put aside")


async def shown_once(admin: BrowserContext, oase: Installation, language: str) -> Shown:
    """Pages that answer a form and are shown once; and the addresses that only a link in a mail leads to, by their routes."""
    seen = Shown(language)
    page, name, email = await admin.new_page(), "Bärbel Neumann-Überlandstraßenbahn", f"baerbel.{language}@example.com"
    await page.goto(f"{oase.url}/admin/tokens/new")
    await page.fill("#name", f"Kasse {language}")
    await send(page, "input[name=permissions]")
    await seen.look(page, "a token, shown once")
    await page.goto(f"{oase.url}/admin/webhooks/new")
    await page.fill("#url", "https://hooks.example.com/oase")
    await send(page, "input[name=events]")
    await expect(page.locator("#secret")).to_be_visible()
    await seen.look(page, "a webhook's secret, shown once")
    await page.goto(f"{oase.url}/admin/agents/new")
    await page.fill("#name", name)
    await page.fill("#email", email)
    await send(page, "input[name=roles]")
    await seen.look(page, "an invitation without a mail server")
    seen.links["/invitation/{token}"] = urlsplit(await page.input_value("#link")).path
    await page.close()
    mails = await ask_for_reset(await oase.open_database(), email=ANNA, url=oase.url, visit=Visit(address="192.0.2.1"))
    seen.links["/reset/{token}"] = urlsplit(mails[0].link).path
    return seen


async def second_factor(browser: Browser, oase: Installation, language: str, invitation: str) -> Shown:
    """Somebody joins, sets up a second factor, and signs in with it."""
    seen, context = Shown(language), await new_context(browser, language)
    page = await context.new_page()
    await page.goto(oase.url + invitation)
    await page.fill("#password", PASSWORD)
    await send(page)
    await page.goto(f"{oase.url}/profile/second-factor")
    await page.fill("#code", pyotp.TOTP(await page.input_value("#secret")).now())
    await send(page)
    await seen.look(page, "recovery codes")
    await page.goto(f"{oase.url}/profile")
    await seen.look(page, "the profile with a second factor")
    email = (await page.locator(".page-head .soft").inner_text()).strip()
    await context.clear_cookies()
    await page.goto(f"{oase.url}/signin")
    await page.fill("#email", email)
    await page.fill("#password", PASSWORD)
    await send(page)
    await seen.look(page, "the code")
    await page.fill("#code", "000000")
    await send(page)
    await seen.look(page, "a wrong code")
    await context.close()
    return seen


async def send(page: Page, tick: str = "") -> None:
    """Sends the form of the page, after ticking the first box of a kind."""
    if tick:
        await page.locator(tick).first.check()
    async with page.expect_navigation():
        await page.locator("main form:not(.plain-foot) button:not([type=button])").last.click()
