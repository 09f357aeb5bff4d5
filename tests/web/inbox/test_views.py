"""The list filtered, and filters kept as views: for oneself, for a team, for everybody."""

import pytest
from playwright.async_api import Page

from oase.conversations import Author, set_priority, set_tags

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser
BEN = Author(name="Ben Öztürk")


async def prepared(desk: Desk) -> None:
    """Three conversations; two of them are about a guarantee."""
    for name, phone in (("Jörg Weißmüller", "4915228817386"), ("Zoë O’Brien", "15550100"), ("İpek Yılmaz", "4915228817387")):
        await desk.writes(name, "Meine Kaffeemaschine tropft ☕", phone=phone)
    async with desk.database.work(desk.workspace_id) as work:
        ids = await work.value("SELECT array_agg(id ORDER BY number) FROM conversation")
        await set_tags(work, BEN, ids[0], ["Garantie & Gewährleistung"])
        await set_tags(work, BEN, ids[1], ["Garantie & Gewährleistung"])
        await set_priority(work, BEN, ids[1], 2)


async def names(page: Page) -> list[str]:
    return await page.locator("#rows .row-name").all_inner_texts()


async def filtered(page: Page, *labels: str) -> None:
    """Chooses these in the form of the filter, by the keyboard's key for it."""
    await page.keyboard.press("f")
    for label in labels:
        await page.get_by_label(label, exact=True).check()
    await page.get_by_role("button", name="Liste zeigen").click()
    await page.wait_for_selector(".list-filter")


async def saved(page: Page, name: str, share: str = "") -> None:
    await page.get_by_role("button", name="Als Ansicht speichern").click()
    await page.get_by_label("Name").fill(name)
    if share:
        await page.get_by_label("Wer sieht diese Ansicht?").select_option(label=share)
    await page.get_by_role("button", name="Speichern", exact=True).click()
    await page.wait_for_selector(f"#queues .queue[aria-current] >> text={name}")


async def test_a_filter_is_kept_as_a_view_with_its_count_and_survives_a_reload(desk: Desk, screens: Screens) -> None:
    await prepared(desk)
    page = await screens.open("/inbox/open")
    await settled(page)
    await filtered(page, "Garantie & Gewährleistung")
    assert sorted(await names(page)) == ["Jörg Weißmüller", "Zoë O’Brien"]
    await saved(page, "Garantie offen")
    await page.reload()
    await settled(page)
    assert sorted(await names(page)) == ["Jörg Weißmüller", "Zoë O’Brien"]
    assert await page.locator("#queues .queue[aria-current] .queue-count").inner_text() == "2"


async def test_a_chip_taken_away_widens_the_list(desk: Desk, screens: Screens) -> None:
    await prepared(desk)
    page = await screens.open("/inbox/open")
    await settled(page)
    await filtered(page, "Garantie & Gewährleistung", "Dringend")
    assert await names(page) == ["Zoë O’Brien"]
    await page.get_by_label("Ohne „Dringend“").click()
    await page.wait_for_function("() => document.querySelectorAll('#rows .row').length === 2")


async def test_a_conversation_that_begins_to_fit_appears_in_the_open_view_by_itself(desk: Desk, screens: Screens) -> None:
    await prepared(desk)
    page = await screens.open("/inbox/open")
    await settled(page)
    await filtered(page, "Garantie & Gewährleistung")
    await saved(page, "Garantie offen")
    await page.mouse.move(1300, 500)
    async with desk.database.work(desk.workspace_id) as work:
        third = await work.value("SELECT id FROM conversation ORDER BY number DESC LIMIT 1")
        await set_tags(work, BEN, third, ["Garantie & Gewährleistung"])
    await page.wait_for_selector("#rows >> text=İpek Yılmaz")
    await page.wait_for_selector("#queues .queue[aria-current] .queue-count >> text=3")


async def test_a_view_shared_with_everybody_appears_on_the_screens_of_others_who_cannot_change_it(
    desk: Desk, screens: Screens
) -> None:
    await prepared(desk)
    ben = await screens.open("/inbox/open", agent="Ben")
    await settled(ben)
    page = await screens.open("/inbox/open")
    await settled(page)
    await filtered(page, "Dringend")
    await saved(page, "Dringendes", "Alle")
    await ben.click("#queues >> text=Dringendes")
    await ben.wait_for_selector(".list-filter >> text=Shared with everybody")
    assert await names(ben) == ["Zoë O’Brien"]
    assert await ben.locator('[popovertarget="view-menu"]').count() == 0


async def test_a_view_is_renamed_moved_removed_and_brought_back(desk: Desk, screens: Screens) -> None:
    await prepared(desk)
    page = await screens.open("/inbox/open")
    await settled(page)
    for label, name in (("Dringend", "Zuerst"), ("Garantie & Gewährleistung", "Danach")):
        await page.click("#queue-open")
        await page.wait_for_selector(".list-filter", state="detached")
        await filtered(page, label)
        await saved(page, name)
    await page.click('[popovertarget="view-menu"]')
    await page.click("#view-menu >> text=Nach oben")
    views = page.locator("#queues a[id^=queue-view] .grow")
    await page.wait_for_function("() => document.querySelector('#queues a[id^=queue-view]').innerText.startsWith('Danach')")
    await page.click('[popovertarget="view-menu"]')
    await page.click("#view-menu >> text=Umbenennen oder teilen")
    await page.get_by_label("Name").fill("Garantiefälle")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#queues .queue[aria-current] >> text=Garantiefälle")
    await page.click('[popovertarget="view-menu"]')
    await page.click("#view-menu >> text=Ansicht entfernen")
    await page.wait_for_selector("#queue-open[aria-current]")
    assert await views.all_inner_texts() == ["Zuerst"]
    await page.click(".toast-line button >> text=Rückgängig")
    await page.wait_for_selector("#queues .queue[aria-current] >> text=Garantiefälle")
    assert await views.all_inner_texts() == ["Garantiefälle", "Zuerst"]


async def test_a_view_without_a_name_is_refused_in_place_and_keeps_the_form(desk: Desk, screens: Screens) -> None:
    await prepared(desk)
    page = await screens.open("/inbox/open")
    await settled(page)
    await filtered(page, "Dringend")
    await page.get_by_role("button", name="Als Ansicht speichern").click()
    await page.get_by_label("Name").fill("   ")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#sheet .field-wrong >> text=Bitte geben Sie einen Namen an.")
    screens.troubles[:] = [one for one in screens.troubles if "422" not in one]
    assert await desk.value("SELECT count(*) FROM saved_view") == 0
