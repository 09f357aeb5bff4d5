"""A morning at the desk without a mouse, and two colleagues at one case."""

import pytest
from playwright.async_api import Page

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser


async def wait_for(page: Page, selector: str) -> None:
    await page.wait_for_selector(selector, timeout=5000)


async def test_a_case_is_found_answered_noted_and_solved_by_keyboard_alone(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await desk.writes("Zoë O’Brien", "Where is my order?", phone="15550100")
    page = await screens.open("/inbox/open")
    await settled(page)
    await page.keyboard.press("j")
    await wait_for(page, "#talk >> text=Kaffeemaschine")
    await page.keyboard.press("i")
    await wait_for(page, "#talk-head >> text=Änne Köhler")
    await page.keyboard.press("r")
    await page.keyboard.type("Guten Tag, wir tauschen die Dichtung.")
    await page.keyboard.press("Control+Enter")
    await wait_for(page, "#entries .entry.out >> text=Dichtung")
    await page.keyboard.press("Escape")
    await page.keyboard.press("n")
    await page.keyboard.type("@Be")
    await wait_for(page, "#suggestions [role=option] >> text=Ben Öztürk")
    await page.keyboard.press("Enter")
    await page.keyboard.type("bitte Teil 88-12 bestellen")
    await page.keyboard.press("Control+Enter")
    await wait_for(page, "#entries .entry.note >> text=88-12")
    await page.keyboard.press("Escape")
    await page.keyboard.press("e")
    await wait_for(page, "#talk >> text=Where is my order?")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("gelöst")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/inbox/solved*")
    await wait_for(page, "#rows >> text=Jörg Weißmüller")
    assert await desk.value("SELECT count(*) FROM mention") == 1


async def test_what_was_sent_can_be_taken_back_and_stands_in_the_composer_again(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    page = await screens.open("/inbox/open")
    await settled(page)
    await page.keyboard.press("j")
    await wait_for(page, "#talk")
    await page.keyboard.press("r")
    await page.keyboard.type("Zu früh gesendet")
    await page.keyboard.press("Control+Enter")
    await page.click(".toast-line button")
    await page.wait_for_function("() => document.getElementById('composer-text').value === 'Zu früh gesendet'")
    assert await desk.value("SELECT state FROM delivery") == "cancelled"
    assert await desk.value("SELECT state FROM conversation") == "open"


async def test_a_draft_is_there_again_in_another_browser(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    address = f"/inbox/open/{await desk.value('SELECT id FROM conversation')}"
    page = await screens.open(address)
    await settled(page)
    await page.keyboard.press("r")
    await page.keyboard.type("Angefangen")
    await page.wait_for_function("() => document.getElementById('composer-kept').textContent !== ''")
    other = await screens.open(address)
    assert await other.input_value("#composer-text") == "Angefangen"
    assert await other.locator("#rows .row-draft").count() == 1


async def test_two_agents_see_each_other_and_a_clash_is_a_choice(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    address = f"/inbox/open/{await desk.value('SELECT id FROM conversation')}"
    aenne, ben = await screens.open(address), await screens.open(address, agent="Ben")
    await settled(aenne)
    await settled(ben)
    await wait_for(aenne, "#collision >> text=Ben Öztürk")
    await ben.keyboard.press("r")
    await ben.keyboard.type("Hello")
    await wait_for(aenne, "#collision >> text=schreibt gerade")
    await aenne.route("**/changes**", lambda route: route.abort())  # Änne's page does not hear of it in time
    await ben.keyboard.press("Control+Enter")
    await wait_for(ben, "#entries .entry.out")
    await aenne.keyboard.press("r")
    await aenne.keyboard.type("Guten Tag!")
    await aenne.keyboard.press("Control+Enter")
    await wait_for(aenne, "#composer-clash:not([hidden]) >> text=Ben Öztürk")
    assert await desk.value("SELECT count(*) FROM message WHERE direction = 'out'") == 1
    await aenne.click("[data-clash=send]")
    await aenne.wait_for_function("() => document.getElementById('composer-text').value === ''")
    assert await desk.value("SELECT count(*) FROM message WHERE direction = 'out'") == 2
    screens.troubles[:] = [one for one in screens.troubles if "409" not in one and "ERR_FAILED" not in one]
