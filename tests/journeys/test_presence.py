"""What agents do now: said by keyboard, seen on every page and by colleagues, asked for where it was forgotten."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from tests.axe import axe
from tests.looks import PHONE

from .ground import ANNA, SOPHIE, Installation, People

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


@pytest_asyncio.fixture(autouse=True)
async def nobody_says_anything(oase: Installation) -> AsyncIterator[None]:
    """Afterwards the company is as it was: web chats go by what agents say as soon as one says something."""
    yield
    await oase.rows("DELETE FROM agent_duty RETURNING id")


def dot(page: Page, state: str) -> str:
    return f"#duty-button .duty-dot[data-state={state}]"


async def test_an_agent_says_it_by_keyboard_and_all_pages_and_colleagues_see_it(people: People) -> None:
    anna, sophie = await people.agent(ANNA), await people.agent(SOPHIE)
    phone = await anna.context.new_page()
    await phone.set_viewport_size(PHONE)
    await phone.goto(anna.url)
    await expect(phone.locator(dot(phone, "away"))).to_be_visible()
    await anna.keyboard.press("Control+k")
    await anna.keyboard.type("Ich bin da")
    await anna.keyboard.press("Enter")
    await expect(anna.locator(dot(anna, "online"))).to_be_visible()
    await expect(phone.locator(dot(phone, "online"))).to_be_visible()
    await phone.locator("#duty-button").focus()
    await phone.keyboard.press("Enter")
    await expect(phone.locator("#duty-menu")).to_contain_text("Online seit")
    assert await axe(phone) == []
    await phone.keyboard.press("ArrowDown")
    await phone.keyboard.press("Enter")
    await expect(anna.locator(dot(anna, "busy"))).to_be_visible()
    await sophie.locator("#rows .row-link").first.click()
    await sophie.locator("[popovertarget=assign-menu]").click()
    await expect(
        sophie.locator("#assign-menu .menu-item", has_text="Anna Berger").locator(".duty-dot[data-state=busy]")
    ).to_be_visible()


async def test_whoever_left_without_a_word_is_asked_and_comes_back_with_one_button(oase: Installation, people: People) -> None:
    anna = await people.agent(ANNA)
    await anna.locator("#duty-button").click()
    await anna.locator("#duty-menu").get_by_role("menuitemradio", name="Online").click()
    await expect(anna.locator(dot(anna, "online"))).to_be_visible()
    await oase.rows(
        "UPDATE agent_duty SET state = 'away', left_by = 'unseen', back_to = 'online', since = since - interval '90 minutes' RETURNING id"
    )
    await anna.reload()
    hint = anna.locator(".duty-hint")
    await expect(hint).to_contain_text("Keine Ihrer Seiten war offen")
    assert await axe(anna) == []
    await hint.get_by_role("button", name="Ich bin da").click()
    await expect(anna.locator(dot(anna, "online"))).to_be_visible()
    await expect(hint).to_have_count(0)
