"""A morning at the desk without a mouse, and two colleagues at one case."""

import pytest
from playwright.async_api import Page

from oase.conversations import Indexer
from oase.kernel.locks import Locks

from .conftest import PASSWORD, Desk, Screens, settled

pytestmark = pytest.mark.browser


async def wait_for(page: Page, selector: str) -> None:
    await page.wait_for_selector(selector, timeout=15_000)


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


async def focused(page: Page, selector: str) -> None:
    """Waits until the focus is there, and sees that the eye finds it: an outline, a ring, or the caret of a field."""
    await page.wait_for_function("selector => document.activeElement?.matches(selector)", arg=selector, timeout=15_000)
    seen = """() => {
      const one = document.activeElement, style = getComputedStyle(one);
      const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
      return ring || one.matches("input, textarea, select");
    }"""
    assert await page.evaluate(seen), f"Nobody sees the focus on {selector}."


async def reach(page: Page, selector: str, key: str = "Tab") -> None:
    """Walks with the key until the focus is there."""
    for _ in range(60):
        if await page.evaluate("selector => document.activeElement.matches(selector)", selector):
            await focused(page, selector)
            return
        await page.keyboard.press(key)
    raise AssertionError(f"{selector} cannot be reached with {key}.")


async def three_cases(desk: Desk) -> None:
    """Three customers wait."""
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await desk.writes("Zoë O’Brien", "Where is my order?", phone="15550100")
    await desk.writes("نور الهدى", "أين طلبي؟", phone="15550101")


async def test_signing_in_reading_and_writing_without_a_mouse(desk: Desk, screens: Screens) -> None:
    await three_cases(desk)
    page = await screens.open("/signin", agent="")
    keyboard = page.keyboard
    await focused(page, "#email")
    await keyboard.type("aenne@example.com")
    await keyboard.press("Tab")
    await focused(page, "#password")
    await keyboard.type(PASSWORD)
    await keyboard.press("Enter")
    await page.wait_for_url("**/inbox/open")
    await settled(page)
    await keyboard.press("j")
    await focused(page, ".row-link[aria-current]")
    await keyboard.press("Enter")
    await focused(page, "#timeline")
    await keyboard.press("r")
    await focused(page, "#composer-text")
    await keyboard.type("Guten Tag, wir tauschen die Dichtung.")
    await keyboard.press("Control+Enter")
    await wait_for(page, "#entries .entry.out >> text=Dichtung")
    await focused(page, "#composer-text")
    await keyboard.press("Escape")
    await focused(page, "#timeline")
    await keyboard.press("n")
    await keyboard.type("@Be")
    await wait_for(page, "#suggestions [role=option] >> text=Ben Öztürk")
    await keyboard.press("Enter")
    await keyboard.press("Control+Enter")
    await wait_for(page, "#entries .entry.note >> text=Ben Öztürk")


async def test_assigning_snoozing_and_undoing_without_a_mouse(desk: Desk, screens: Screens) -> None:
    await three_cases(desk)
    page = await screens.open(f"/inbox/open/{await desk.value('SELECT id FROM conversation ORDER BY number LIMIT 1')}")
    await settled(page)
    keyboard = page.keyboard
    await keyboard.press("a")
    await focused(page, "#assign-menu [data-filters]")
    await keyboard.type("Ben")
    await keyboard.press("ArrowDown")
    await focused(page, "#assign-menu .menu-item")
    await keyboard.press("Enter")
    await wait_for(page, "#talk-head >> text=Ben Öztürk")
    await reach(page, "#timeline")
    await keyboard.press("s")
    await focused(page, "#snooze-menu .menu-item")
    await reach(page, "#snooze-at")
    await keyboard.type("12312031")
    await keyboard.press("Tab")
    await keyboard.type("0900A")
    await keyboard.press("Enter")
    await wait_for(page, "#talk >> text=Where is my order?")
    await focused(page, "#timeline")
    await keyboard.press("z")
    await wait_for(page, "#talk >> text=Kaffeemaschine")
    await focused(page, "#timeline")


async def test_messages_are_chosen_for_splitting_without_a_mouse(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await desk.writes("Jörg Weißmüller", "Und die Rechnung fehlt.")
    page = await screens.open(f"/inbox/open/{await desk.value('SELECT id FROM conversation')}")
    await settled(page)
    keyboard = page.keyboard
    await reach(page, "#timeline")
    await reach(page, "[popovertarget=more-menu]", "Shift+Tab")
    await keyboard.press("Enter")
    await reach(page, "#split-start", "ArrowDown")
    await keyboard.press("Enter")
    await focused(page, ".entry[role=checkbox]")
    await keyboard.press("Space")
    await reach(page, "[data-split-do]")
    await keyboard.press("Enter")
    await page.wait_for_function("() => document.querySelectorAll('#entries .entry.in').length === 1")
    await wait_for(page, "#entries >> text=Und die Rechnung fehlt.")
    assert await desk.value("SELECT count(*) FROM conversation") == 2


async def test_searching_and_changing_ones_settings_without_a_mouse(desk: Desk, screens: Screens) -> None:
    await three_cases(desk)
    locks = Locks(desk.database.dsn)
    await Indexer(desk.database, desk.services.live, locks).catch_up()
    await locks.close()
    page = await screens.open("/inbox/open")
    await settled(page)
    keyboard = page.keyboard
    await keyboard.press("/")
    await page.wait_for_url("**/search")
    await focused(page, "[data-search-text]")
    await keyboard.type("order")
    await page.locator(".hit").wait_for()
    assert await page.locator("#results [role=status]").inner_text() == "1 Treffer"
    await reach(page, ".hit")
    await keyboard.press("Enter")
    await wait_for(page, "#talk >> text=Where is my order?")
    await reach(page, "[popovertarget=me]")
    await keyboard.press("Enter")
    await focused(page, "#me .menu-item")
    await keyboard.press("Enter")
    await page.wait_for_url("**/profile")
    await reach(page, "#name")
    await keyboard.press("Control+a")
    await keyboard.type("Änne Köhler-Überall")
    await keyboard.press("Enter")
    await page.locator("h1", has_text="Änne Köhler-Überall").wait_for()


async def test_whoever_listens_to_the_page_hears_what_the_customer_writes(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Guten Tag")
    page = await screens.open(f"/inbox/open/{await desk.value('SELECT id FROM conversation')}")
    await settled(page)
    assert await page.locator("#heard").inner_text() == ""
    await desk.writes("Jörg Weißmüller", "Sind Sie noch da?")
    await page.locator("#heard", has_text="Jörg Weißmüller hat geschrieben: Sind Sie noch da?").wait_for(state="attached")
