"""The first start of an empty installation: a page that everybody can read, four entries, and one is in an inbox that works."""

import re

import pytest
from playwright.async_api import Browser, expect
from tests.looks import LOOKS, new_context

from .ground import Installation, People, live
from .looks import looked_at, refused, told

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
PASSWORD = "Ein ruhiger Satz 2026"


async def test_four_entries_lead_to_an_inbox_with_a_working_chat_and_an_example(
    browser: Browser, empty: Installation, newcomers: People
) -> None:
    await axe_finds_nothing_where_nothing_is_set_up(browser, empty)  # a page that nobody sees a second time
    founder = await newcomers.somebody("/")
    await founder.wait_for_url("**/setup")
    await founder.locator("#workspace_name").fill("Käserei Müßig & Söhne")
    await founder.locator("#name").fill("Änne Müßig")
    await founder.locator("#email").fill("aenne@muessig.example")
    await founder.locator("#password").fill(PASSWORD)
    await founder.locator("form.sheet button[type=submit]").click()
    await founder.wait_for_url("**/inbox**")
    await live(founder)
    if "/open" not in founder.url:
        await founder.goto(f"{empty.url}/inbox/open")
    await founder.mouse.move(1300, 600)  # a list under the pointer keeps still
    example = founder.locator("#rows .row-link", has_text="Beispielbesucher")
    await example.click()
    await expect(founder.locator("#entries")).to_contain_text("Ich bin ein Beispiel")
    await founder.locator("#composer-text").fill("Willkommen!")
    await founder.keyboard.press("Control+Enter")
    await expect(founder.locator("#entries .entry.out")).to_contain_text("Willkommen!")
    journal = await empty.rows("SELECT channel, state FROM journal")
    assert journal == [{"channel": "webchat", "state": "done"}]
    loader = await founder.request.get(f"{empty.url}/widget/{await empty.account('webchat')}/oase.js")  # ready for a website
    assert loader.ok
    assert "Käserei Müßig" in await loader.text()
    stranger = await newcomers.somebody("/setup")  # and nobody can do so a second time
    await expect(stranger).to_have_url(re.compile("/signin$"))


async def axe_finds_nothing_where_nothing_is_set_up(browser: Browser, empty: Installation) -> None:
    """The page of the first start, and how it refuses, in all looks."""
    wrong: dict[str, list[str]] = {}
    for language in LOOKS:
        context = await new_context(browser, language)
        page = await context.new_page()
        wrong |= await looked_at(page, empty.url, "/setup", language)
        wrong |= await refused(page, "/setup", language)
        await context.close()
    assert not wrong, told(wrong)
