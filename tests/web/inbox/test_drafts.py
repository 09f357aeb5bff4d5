"""What is being written is never lost: however quickly one goes back and forth, and however slow the server is."""

import asyncio
from datetime import timedelta

import pytest
from playwright.async_api import Page, Route

from oase.conversations import Author
from oase.conversations.actions.say import say
from oase.conversations.types import Answer
from oase.kernel.ids import new_id

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser
FIRST = "SELECT id FROM conversation ORDER BY number LIMIT 1"


async def two_conversations(desk: Desk, screens: Screens) -> Page:
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕")
    await desk.writes("Zoë O’Brien", "Where is my order?", phone="15550100")
    page = await screens.open(f"/inbox/open/{await desk.value(FIRST)}")
    await settled(page)
    return page


async def open_by_click(page: Page, place: int) -> None:
    await page.evaluate("place => document.querySelectorAll('#rows .row-link')[place].click()", place)


async def shows(page: Page, words: str) -> None:
    await page.wait_for_function("words => document.getElementById('entries')?.innerText.includes(words)", arg=words)


async def test_typing_at_once_after_going_back_to_a_conversation_still_shown_is_kept(desk: Desk, screens: Screens) -> None:
    page = await two_conversations(desk, screens)
    opened = asyncio.Event()

    async def late(route: Route) -> None:
        await opened.wait()
        await route.continue_()

    await page.route("**/pane**", late)
    await page.evaluate(
        "() => { const rows = document.querySelectorAll('#rows .row-link'); rows[1].click(); rows[0].click();"
        " document.getElementById('composer-text').focus(); }"
    )
    await page.keyboard.type("Guten Tag")
    opened.set()
    await page.unroute_all(behavior="wait")
    await shows(page, "Kaffeemaschine")
    await page.keyboard.type(", Herr Weißmüller")
    assert await page.input_value("#composer-text") == "Guten Tag, Herr Weißmüller"


async def test_a_draft_that_the_server_has_not_heard_of_yet_is_there_on_coming_back(desk: Desk, screens: Screens) -> None:
    page = await two_conversations(desk, screens)
    heard = asyncio.Event()

    async def slow(route: Route) -> None:
        await heard.wait()
        await route.continue_()

    await page.route("**/draft", slow)
    await page.keyboard.press("r")
    await page.keyboard.type("Noch nicht gehört")
    await open_by_click(page, 1)
    await shows(page, "Where is my order?")
    await open_by_click(page, 0)
    await shows(page, "Kaffeemaschine")
    assert await page.input_value("#composer-text") == "Noch nicht gehört"
    heard.set()
    await page.unroute_all(behavior="wait")


async def test_what_is_typed_while_the_pane_is_loaded_anew_stays_with_the_caret(desk: Desk, screens: Screens) -> None:
    page = await two_conversations(desk, screens)
    asked, may_come = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await may_come.wait()
        await route.continue_()

    await page.route("**/pane**", late)
    await page.keyboard.press("r")
    await page.keyboard.type("Guten ")
    await page.evaluate(
        "document.dispatchEvent(new CustomEvent('oase:gone', { detail: { id: document.getElementById('talk').dataset.id } }))"
    )
    await asked.wait()
    await page.evaluate("() => { document.getElementById('composer').shown = 'before'; }")
    await page.keyboard.type("Tag")
    may_come.set()
    await page.wait_for_function(
        "() => { const one = document.getElementById('composer'); return one && one.shown !== 'before'; }"
    )
    await page.keyboard.type("!")
    assert await page.input_value("#composer-text") == "Guten Tag!"


async def test_going_back_in_the_history_before_the_other_pane_came_stays_where_one_is(desk: Desk, screens: Screens) -> None:
    page = await two_conversations(desk, screens)
    asked, may_come = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await may_come.wait()
        await route.continue_()

    await page.route("**/pane**", late)
    await open_by_click(page, 1)
    await asked.wait()
    await page.go_back()
    may_come.set()
    await page.unroute_all(behavior="wait")
    await shows(page, "Kaffeemaschine")
    await settled(page)
    assert "Where is my order?" not in await page.inner_text("#entries")


async def ben_answers(desk: Desk, page: Page) -> None:
    async with desk.database.work(desk.workspace_id) as work:
        said = Answer(client_key=new_id(), text="Wir sehen nach.", undo=timedelta(0))
        await say(work, desk.services.book, Author(name="Ben Öztürk"), await desk.value(FIRST), said)
    await shows(page, "Wir sehen nach.")


async def test_what_a_colleague_has_said_already_stands_in_nobodys_way(desk: Desk, screens: Screens) -> None:
    page = await two_conversations(desk, screens)
    await ben_answers(desk, page)
    await page.keyboard.press("r")
    await page.keyboard.type("Die Dichtung ist bestellt.")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector("#entries .entry.out >> text=Die Dichtung ist bestellt.")


async def test_an_answer_whose_files_take_longer_than_one_stays_goes_all_the_same(desk: Desk, screens: Screens) -> None:
    page = await two_conversations(desk, screens)
    await ben_answers(desk, page)
    arrived = asyncio.Event()

    async def slow(route: Route) -> None:
        await arrived.wait()
        await route.continue_()

    await page.route("**/uploads", slow)
    await page.set_input_files(
        "#composer-attach input", {"name": "Anleitung.txt", "mimeType": "text/plain", "buffer": b"Dichtung drehen"}
    )
    await page.keyboard.press("r")
    await page.keyboard.type("Hier ist die Anleitung.")
    await page.keyboard.press("Control+Enter")
    await page.click("#rows >> text=Where is my order?")
    await shows(page, "Where is my order?")
    async with page.expect_response("**/say") as answer:
        arrived.set()
    assert (await answer.value).status == 200
    await page.unroute_all(behavior="wait")
