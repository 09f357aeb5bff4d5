"""What a page does not show when it opens: axe finds nothing in menus, dialogs, empty lists and errors, in any look or language."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from tests.looks import LOOKS, looked, looks

from oase.channels.contract import Choice
from oase.conversations import Author, note, react, set_tags
from oase.conversations.actions.say import say
from oase.conversations.types import Answer
from oase.kernel.ids import new_id

from .conftest import Desk, Screens, settled

OPEN = ":is([popover]:popover-open, dialog[open])"
COMPOSER = "oase-composer"
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


async def busy_desk(desk: Desk) -> str:
    """A conversation with a bit of everything; gives its address."""
    morning = datetime.now(UTC) - timedelta(hours=2)
    await desk.writes("Jörg Weißmüller", "Meine Kaffeemaschine tropft ☕ siehe https://example.com/bild", at=morning)
    place = {"type": "location", "location": {"latitude": 52.5163, "longitude": 13.3777, "name": "Brandenburger Tor"}}
    await desk.writes("Jörg Weißmüller", "", at=morning + timedelta(minutes=3), **place)
    await desk.writes("Jörg Weißmüller", "", at=morning + timedelta(minutes=4), type="hologram", hologram={"id": "1"})
    await desk.writes("Zoë O’Brien", "Where is my order?", phone="15550100")
    one = await desk.value("SELECT id FROM conversation ORDER BY number LIMIT 1")
    async with desk.database.work(desk.workspace_id) as work:
        ben = Author(name="Ben Öztürk")
        await say(work, desk.services.book, ben, one, Answer(client_key=new_id(), text="Wir sehen nach.", undo=timedelta(0)))
        first = await work.value("SELECT id FROM message WHERE conversation_id = %(id)s ORDER BY at LIMIT 1", {"id": one})
        quoting = Answer(client_key=new_id(), text="Ja.", reply_to_id=first, choices=(Choice(id="1", title="Danke"),))
        await say(work, desk.services.book, ben, one, quoting)
        await react(work, desk.services.book, ben, first, "👍")
        await work.run("UPDATE delivery SET state = 'failed', why = '(#131009) Too old' WHERE kind = 'reaction'")
        await note(work, ben, one, "@Änne Köhler kennst du das?", client_key=new_id())
        await set_tags(work, ben, one, ["Garantie"])
        for state, why in (("failed", "(#131026) Message undeliverable"), ("unknown", "The connection broke.")):
            message = await say(work, desk.services.book, ben, one, Answer(client_key=new_id(), text=f"Nummer {state}"))
            await work.run(
                "UPDATE delivery SET state = %(s)s, why = %(w)s WHERE message_id = %(m)s", {"s": state, "w": why, "m": message}
            )
        await work.run(
            "UPDATE conversation SET state = 'open', due_at = now() - interval '5 minutes' WHERE id = %(id)s", {"id": one}
        )
    return f"/inbox/open/{one}"


@pytest.mark.parametrize("language", LOOKS)
async def test_axe_finds_nothing_in_menus_dialogs_and_errors(language: str, desk: Desk, screens: Screens) -> None:
    address = await busy_desk(desk)
    async with desk.database.work(desk.workspace_id) as work:
        await work.run("UPDATE agent SET language = %(l)s WHERE workspace_id = %(workspace_id)s", {"l": language})
    page = await screens.open("/inbox/mine", locale=language)
    found = defaultdict[str, list[str]](list)
    found["nothing of mine"] = await looked(page, language, shown="main")
    for path in ("/search?q=Kaffeemaschine", "/search?q=xyz"):
        await page.goto(desk.url + path)
        found[path] = await looked(page, language, shown="main")
    async for look in looks(page, language):  # menus close where the size changes
        await page.goto(desk.url + address)
        await settled(page)
        found["conversation"] += await look.axe(page)
        await page.locator("#entries .entry.in").first.focus()
        await page.keyboard.press("+")
        found["emojis"] += await look.axe(page, OPEN)
        await page.keyboard.press("Escape")
        await page.locator("#entries .entry.in").first.focus()
        await page.keyboard.press("r")
        found["answer to one message"] += await look.axe(page, COMPOSER)
        for attached, where in (("places", OPEN), ("cards", OPEN), ("choices", COMPOSER)):
            await page.click("[popovertarget=attach-menu]")
            await page.click(f"[data-attaches={attached}]")
            found[attached] += await look.axe(page, where)
            await page.keyboard.press("Escape")
        await page.keyboard.press("n")
        await page.keyboard.type("Notiz")
        found["note"] += await look.axe(page, COMPOSER)
        await page.keyboard.press("Escape")
        for key in ("a", "s", "t", "f", "?", "Control+k"):  # assign, snooze, tags, filter, help, command bar
            await page.keyboard.press(key)
            await page.wait_for_selector(OPEN)
            found[key] += await look.axe(page, OPEN)
            await page.keyboard.press("Escape")
            await page.wait_for_selector(OPEN, state="detached")
    outside = await screens.open("/nothing-here", agent="", locale=language)
    found["an address that is none"] = await looked(outside, language, shown="main")
    await outside.goto(desk.url + "/invitation/unknown")
    found["an invitation that is none"] = await looked(outside, language, shown="main")
    screens.troubles[:] = [trouble for trouble in screens.troubles if "404" not in trouble and "422" not in trouble]
    assert {where: wrong for where, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
async def test_no_page_scrolls_sideways(phone: bool, desk: Desk, screens: Screens) -> None:
    address = await busy_desk(desk)
    wide = []
    for path in (address, "/inbox/open", "/search?q=Kaffee", "/profile"):
        page = await screens.open(path, phone=phone)
        if await page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            wide.append(path)
    assert wide == []


async def test_the_code_for_the_phone_is_shown_whole(desk: Desk, screens: Screens) -> None:
    page = await screens.open("/profile/second-factor")
    sticks_out = """() => {
      const [frame, drawing] = [".qr svg", ".qr path"].map(one => document.querySelector(one).getBoundingClientRect());
      return drawing.right > frame.right || drawing.bottom > frame.bottom || drawing.width < frame.width / 2;
    }"""
    assert not await page.evaluate(sticks_out)
