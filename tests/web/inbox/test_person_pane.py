"""The person beside the conversation: fields, who may be the same, what was merged and is taken apart again."""

import pytest
from playwright.async_api import Page

from oase.conversations import save_field

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser


async def fields(desk: Desk) -> None:
    """An amount, a kind and a day that the company wants to know of conversations."""
    async with desk.database.work(desk.workspace_id) as work:
        await save_field(work, subject="conversation", labels={"de": "Betrag", "en": "Amount"}, kind="number")
        await save_field(
            work, subject="conversation", labels={"de": "Art", "en": "Kind"}, kind="choice", choices=["Garantie", "Kulanz"]
        )


async def opened(desk: Desk, screens: Screens, agent: str = "Änne") -> Page:
    one = await desk.value("SELECT id FROM conversation ORDER BY number LIMIT 1")
    page = await screens.open(f"/inbox/open/{one}", agent=agent)
    await settled(page)
    return page


async def test_a_field_is_written_in_place_and_appears_on_a_colleagues_screen(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await fields(desk)
    ben = await opened(desk, screens, "Ben")
    page = await opened(desk, screens)
    await page.get_by_label("Betrag").fill("1.234,5")
    await page.keyboard.press("Tab")
    await page.get_by_label("Art", exact=True).select_option("Kulanz")
    await page.wait_for_selector("#entries >> text=„Betrag“ auf „1.234,5“ gesetzt")
    await ben.wait_for_function("() => document.getElementById('field-amount').value === '1234.5'")
    await ben.wait_for_function("() => document.getElementById('field-kind').value === 'Kulanz'")
    assert await desk.value("SELECT fields FROM conversation") == {"amount": 1234.5, "kind": "Kulanz"}


async def test_a_value_that_is_none_is_refused_under_its_field_and_stays_to_be_corrected(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await fields(desk)
    page = await opened(desk, screens)
    await page.get_by_label("Betrag").fill("zwölf Euro")
    await page.keyboard.press("Tab")
    await page.wait_for_selector("#person .field-wrong >> text=„zwölf Euro“ ist keine Zahl.")
    await desk.writes("Jörg Weißmüller", "Hallo?")
    await page.wait_for_selector("#entries >> text=Hallo?")
    assert await page.get_by_label("Betrag").input_value() == "zwölf Euro"
    await page.get_by_label("Betrag").fill("12")
    await page.keyboard.press("Tab")
    await page.wait_for_selector("#person .field-wrong", state="detached")
    screens.troubles[:] = [one for one in screens.troubles if "422" not in one]


async def namesakes(desk: Desk) -> None:
    await desk.writes("Zoë O’Brien", "Where is my order?", phone="15550100")
    await desk.writes("Zoë O’Brien", "It is me again, from my new phone", phone="15550101")


async def test_not_the_same_person_is_remembered_and_can_be_taken_back(desk: Desk, screens: Screens) -> None:
    await namesakes(desk)
    page = await opened(desk, screens)
    await page.click(".twin >> text=Nicht dieselbe Person")
    await page.wait_for_selector(".twin", state="detached")
    await page.reload()
    await settled(page)
    assert await page.locator(".twin").count() == 0
    await page.goto(page.url)
    async with desk.database.work(desk.workspace_id) as work:
        assert await work.value("SELECT count(*) FROM person_distinct WHERE workspace_id = %(workspace_id)s") == 1


async def test_merged_persons_are_taken_apart_after_a_word_on_what_happens(desk: Desk, screens: Screens) -> None:
    await namesakes(desk)
    page = await opened(desk, screens)
    await page.click(".twin >> text=Zusammenführen")
    await page.wait_for_selector("#person .past >> text=It is me again")
    await page.click("#person >> text=Wieder trennen")
    await page.wait_for_selector("dialog[open] >> text=Eine Adresse geht zurück.")
    await page.click("dialog[open] .btn-primary")
    await page.wait_for_selector(".twin >> text=Zoë O’Brien")
    assert await desk.value("SELECT count(DISTINCT person_id) FROM conversation") == 2


async def test_merged_conversations_are_taken_apart_from_the_line_that_tells_of_it(desk: Desk, screens: Screens) -> None:
    await namesakes(desk)
    page = await opened(desk, screens)
    await page.click(".twin >> text=Zusammenführen")
    await page.wait_for_selector("#person .past")
    await page.click('[popovertarget="more-menu"]')
    await page.click("#more-menu >> text=Mit einem anderen Gespräch zusammenführen")
    await page.click("#merge .past")
    await page.wait_for_selector("#entries >> text=It is me again")
    await page.click("#entries .event >> text=Wieder trennen")
    await page.wait_for_selector("#entries .in >> text=It is me again", state="detached")
    await page.wait_for_function("() => document.querySelectorAll('#rows .row').length === 2")


async def test_messages_from_one_on_are_split_off_by_keyboard_and_brought_back(desk: Desk, screens: Screens) -> None:
    for words in ("Meine Kaffeemaschine tropft ☕", "Und: Wo bleibt meine Bestellung?", "Die Nummer ist 4711."):
        await desk.writes("Jörg Weißmüller", words)
    page = await opened(desk, screens)
    await page.click('[popovertarget="more-menu"]')
    await page.click("#split-start")
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Space")
    await page.wait_for_selector(".split-bar >> text=2 Nachrichten gewählt")
    await page.click("[data-split-do]")
    await page.wait_for_function("() => document.querySelectorAll('#rows .row').length === 2")
    await page.wait_for_selector("#entries .in >> text=Wo bleibt meine Bestellung?")
    assert await page.locator("#entries .in >> text=tropft").count() == 0
    await page.click(".toast-line button >> text=Rückgängig")
    await page.wait_for_function("() => document.querySelectorAll('#rows .row').length === 1")


async def test_a_visitor_without_a_name_is_called_by_a_number_and_the_number_is_never_kept_as_a_name(
    desk: Desk, screens: Screens
) -> None:
    await desk.writes("", "Haben Sie den grünen Korb noch?")
    async with desk.database.work(desk.workspace_id) as work:
        await work.run(
            "UPDATE identity SET kind = 'visitor', value = 'vKx0a8Qm2pLr5tZw9YbNc3D' WHERE workspace_id = %(workspace_id)s"
        )
        person_id = await work.value("SELECT id FROM person")
    page = await opened(desk, screens)
    name = f"Besucher {person_id.int % 10_000:04d}"
    assert await page.locator("#rows .row-name").inner_text() == name
    assert await page.locator("#person h2").first.inner_text() == name
    assert "vKx0a8Qm2pLr5tZw9YbNc3D" not in await page.locator("body").inner_text()
    assert await page.locator("#person-name").input_value() == ""
    await page.locator("#person-organisation").fill("Imkerei Süß")
    async with page.expect_response("**/people/*") as saved:
        await page.keyboard.press("Tab")
    assert (await saved.value).ok
    assert await desk.value("SELECT ARRAY[name, organisation] FROM person") == ["", "Imkerei Süß"]
