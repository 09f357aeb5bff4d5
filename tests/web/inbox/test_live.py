"""The state test: a page that heard of everything by live events is the page that is rendered from scratch, for every act."""

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.async_api import Page

from oase.conversations import (
    Author,
    assign,
    merge,
    note,
    react,
    save_field,
    set_fields,
    set_priority,
    set_state,
    set_tags,
    snooze,
    split,
    unmerge,
)
from oase.conversations.actions.say import say
from oase.conversations.types import Answer
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser
BEN = Author(name="Ben Öztürk")
PARTS = ("#queues", "#rows", "#talk-head", "#entries", "#person")
Act = Callable[[UnitOfWork, Desk, UUID, UUID], Awaitable[object]]


async def seen(page: Page) -> dict[str, str]:
    """What the parts of the page say, without what only time or the browser changes."""
    script = """parts => Object.fromEntries(parts.map(part => {
        const copy = document.querySelector(part).cloneNode(true);
        for (const one of copy.querySelectorAll('oase-due, #snooze-menu')) one.remove();
        for (const one of copy.querySelectorAll('*')) {
            one.classList.remove('htmx-added', 'row-new', 'htmx-swapping', 'htmx-settling');
            for (const name of ['style', 'data-htmx-powered', 'tabindex']) one.removeAttribute(name);
            if (one.getAttribute('class') === '') one.removeAttribute('class');
        }
        return [part, copy.innerHTML];
    }))"""
    found = await page.evaluate(script, list(PARTS))
    return {name: re.sub(r"\s*\n\s*|(?<=>)\s+|\s+(?=<)", "", html).replace("><", ">\n<").strip() for name, html in found.items()}


async def is_as_if_opened_now(page: Page) -> None:
    """What live events made of the page is what the server says when the page is loaded again."""
    heard = await seen(page)
    await page.reload()
    await settled(page)
    assert heard == await seen(page)


async def answered(work: UnitOfWork, desk: Desk, one: UUID, _: UUID) -> None:
    await say(work, desk.services.book, BEN, one, Answer(client_key=new_id(), text="Wir kümmern uns darum.", undo=timedelta(0)))


async def noted(work: UnitOfWork, desk: Desk, one: UUID, _: UUID) -> None:
    await note(work, BEN, one, "@Änne Köhler bitte ansehen", client_key=new_id())


async def split_off(work: UnitOfWork, desk: Desk, one: UUID, _: UUID) -> None:
    rows = await work.tuples(
        "SELECT id FROM message WHERE conversation_id = %(id)s AND direction = 'in' ORDER BY at, id", {"id": one}
    )
    await split(work, BEN, one, [rows[-1][0]])


async def assigned(work: UnitOfWork, desk: Desk, one: UUID, _: UUID) -> None:
    ben = await work.value("SELECT id FROM agent WHERE workspace_id = %(workspace_id)s AND email = 'ben@example.com'")
    await assign(work, BEN, one, ben, assignee="Ben Öztürk")


async def taken_apart(work: UnitOfWork, desk: Desk, one: UUID, other: UUID) -> None:
    await unmerge(work, BEN, await merge(work, BEN, one, other))


async def fields_written(work: UnitOfWork, one: UUID) -> None:
    await save_field(work, subject="conversation", labels={"de": "Betrag"}, kind="number")
    await set_fields(work, BEN, one, {"betrag": "12.5"})


async def reacted(work: UnitOfWork, desk: Desk, one: UUID, _: UUID) -> None:
    message = await work.value("SELECT id FROM message WHERE conversation_id = %(id)s ORDER BY at LIMIT 1", {"id": one})
    await react(work, desk.services.book, BEN, message, "👍")


async def replied(work: UnitOfWork, desk: Desk, one: UUID, _: UUID) -> None:
    message = await work.value("SELECT id FROM message WHERE conversation_id = %(id)s ORDER BY at LIMIT 1", {"id": one})
    answer = Answer(client_key=new_id(), text="Dazu: ja.", reply_to_id=message, undo=timedelta(0))
    await say(work, desk.services.book, BEN, one, answer)


ACTS: dict[str, Act] = {
    "answer": answered,
    "note": noted,
    "react": reacted,
    "answer to one": replied,
    "assign": assigned,
    "solve": lambda work, desk, one, _: set_state(work, BEN, one, "solved"),
    "wait": lambda work, desk, one, _: set_state(work, BEN, one, "waiting"),
    "snooze": lambda work, desk, one, _: snooze(work, BEN, one, datetime.now(UTC) + timedelta(days=1)),
    "priority": lambda work, desk, one, _: set_priority(work, BEN, one, 2),
    "tags": lambda work, desk, one, _: set_tags(work, BEN, one, ["Garantie", "Eilt"]),
    "merge": lambda work, desk, one, other: merge(work, BEN, one, other),
    "split": split_off,
    "take apart": taken_apart,
    "fields": lambda work, desk, one, _: fields_written(work, one),
}


async def prepared(desk: Desk) -> tuple[UUID, UUID]:
    """Two conversations; the first is to be open on the screen."""
    morning = datetime.now(UTC) - timedelta(minutes=20)
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕", at=morning)
    await desk.writes("Jörg Weißmüller", "Hallo?", at=morning + timedelta(minutes=1))
    await desk.writes("Zoë O’Brien", "Where is my order?", phone="15550100", at=morning + timedelta(minutes=2))
    ids = await desk.value("SELECT array_agg(id ORDER BY number) FROM conversation")
    return ids[0], ids[1]


@pytest.mark.parametrize("name", ACTS)
async def test_after_an_act_elsewhere_the_page_is_as_if_it_were_opened_now(name: str, desk: Desk, screens: Screens) -> None:
    one, other = await prepared(desk)
    page = await screens.open(f"/inbox/open/{one}")
    await settled(page)
    await page.mouse.move(1300, 500)
    said = await page.locator("#entries").inner_text()
    async with desk.database.work(desk.workspace_id) as work:
        await ACTS[name](work, desk, one, other)
    await page.wait_for_function("said => document.getElementById('entries').innerText !== said", arg=said, timeout=15_000)
    await settled(page)
    await is_as_if_opened_now(page)


async def test_a_new_message_appears_in_list_and_timeline_by_itself(desk: Desk, screens: Screens) -> None:
    one, _ = await prepared(desk)
    page = await screens.open(f"/inbox/open/{one}")
    await settled(page)
    await page.mouse.move(1300, 500)
    await desk.writes("Jörg Weißmüller", "Ich habe noch ein Foto gefunden")
    await page.wait_for_selector("#entries >> text=noch ein Foto", timeout=15_000)
    await page.wait_for_selector("#rows >> text=noch ein Foto", timeout=15_000)
    await settled(page)
    await is_as_if_opened_now(page)


async def test_rows_do_not_move_under_the_pointer(desk: Desk, screens: Screens) -> None:
    await prepared(desk)
    page = await screens.open("/inbox/open")
    await settled(page)
    await page.hover("#rows .row >> nth=0")
    names = await page.locator("#rows .row-name").all_inner_texts()
    async with desk.database.work(desk.workspace_id) as work:
        first = await work.value("SELECT id FROM conversation ORDER BY number LIMIT 1")
        await set_state(work, BEN, first, "solved")
    await page.wait_for_selector("#list-news:not([hidden])")
    assert await page.locator("#rows .row-name").all_inner_texts() == names
    await page.mouse.move(1300, 500)
    await page.wait_for_function("count => document.querySelectorAll('#rows .row').length < count", arg=len(names))


async def test_what_changed_in_one_conversation_is_never_shown_in_another_that_was_opened_meanwhile(
    desk: Desk, screens: Screens
) -> None:
    one, other = await prepared(desk)
    page = await screens.open(f"/inbox/open/{one}")
    await settled(page)
    await page.evaluate("""() => {  // the parts come one after another: between two of them somebody opens another conversation
        const swap = window.htmx.swap.bind(window.htmx), id = document.getElementById("talk").dataset.id;
        window.htmx.swap = async (step) => {
            await swap(step);
            while (step.target.id === "talk-head" && document.getElementById("talk")?.dataset.id === id)
                await new Promise((done) => setTimeout(done, 10));
        };
    }""")
    async with page.expect_response(re.compile(r"/changes\?.*open_id=")):
        await desk.writes("Jörg Weißmüller", "Ich habe noch ein Foto gefunden")
    await page.click(f"#rows [data-id='{other}']")
    await page.wait_for_selector("#entries >> text=Where is my order?")
    await settled(page)
    assert await page.locator("#talk-head h2").inner_text() == "Zoë O’Brien"
    assert "Kaffeemaschine" not in await page.locator("#conversation").inner_text()
    assert "Foto" not in await page.locator("#conversation").inner_text()


async def test_older_messages_of_one_conversation_never_come_into_another_that_was_opened_meanwhile(
    desk: Desk, screens: Screens
) -> None:
    one, other = await prepared(desk)
    for number in range(70):
        await desk.writes("Jörg Weißmüller", f"Foto {number}")
    page = await screens.open(f"/inbox/open/{one}")
    await settled(page)
    await page.evaluate("""() => {  // the words arrive after the head of the answer, and after another one was opened
        const text = Response.prototype.text, id = document.getElementById("talk").dataset.id;
        Response.prototype.text = async function () {
            while (this.url.includes("/earlier") && document.getElementById("talk")?.dataset.id === id)
                await new Promise((done) => setTimeout(done, 10));
            return text.call(this);
        };
    }""")
    async with page.expect_response(re.compile("/earlier")) as older:
        await page.evaluate("document.getElementById('timeline').scrollTop = 0")
    await page.click(f"#rows [data-id='{other}']")
    await page.wait_for_selector("#entries >> text=Where is my order?")
    await (await older.value).finished()
    await settled(page)
    await page.evaluate("new Promise((done) => setTimeout(done, 50))")
    assert "Foto" not in await page.locator("#entries").inner_text()
