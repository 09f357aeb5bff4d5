"""The pages: the customer's phone, the mailbox, the network, in a real browser."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from tests.looks import DESK, LOOKS, looked, looks, new_context
from tests.servers.chromium import chromium, complaints

import oase.sandbox
from oase.kernel.i18n.catalogue import catalogue
from oase.sandbox.words import WORDS

from .conftest import AYLIN, Endpoint, World
from .test_mailbox import _deliver, _mail

_HERE = Path(oase.sandbox.__file__).parent


def test_every_text_of_the_scripts_is_known_and_nothing_else() -> None:
    used = {
        text for file in (_HERE / "static").glob("*.js") for text in re.findall(r'\b_\("((?:[^"\\]|\\.)*)"', file.read_text())
    }
    faults = set(oase.sandbox.whatsapp.faults.KINDS.values())
    assert set(WORDS) == used | faults


def test_every_text_has_its_german() -> None:
    texts = {text for file in (_HERE / "pages").glob("*.html") for text in re.findall(r'_\("([^"]*)"\)', file.read_text())}
    assert not [text for text in texts | set(WORDS) if ("", text) not in catalogue("de")]


@pytest.mark.parametrize("name", ["phone", "mailbox", "network"])
async def test_a_page_has_nothing_inline_and_says_so(world: World, name: str) -> None:
    async with world.client.get(f"{world.base}/{name}") as answer:
        html, policy = await answer.text(), answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self';") and "unsafe" not in policy
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", html)


@pytest_asyncio.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    """Chromium with a microphone that hums."""
    async with chromium("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream") as browser:
        yield browser


@asynccontextmanager
async def _watched(context: BrowserContext) -> AsyncIterator[BrowserContext]:
    """Closed at the end; whatever a page complains about fails the test."""
    troubles = complaints(context)
    yield context
    await context.close()
    assert troubles == []


@pytest_asyncio.fixture
async def context(browser: Browser, world: World) -> AsyncIterator[BrowserContext]:
    """A fresh profile, watched, closed before the sandbox ends."""
    async with _watched(await browser.new_context(viewport=DESK, locale="de-DE")) as context:
        yield context


async def _open(context: BrowserContext, world: World, name: str) -> Page:
    page = await context.new_page()
    page.set_default_timeout(8_000)
    await page.add_init_script(f"try {{ localStorage.setItem('sandbox-customer', '{AYLIN}') }} catch {{}}")
    await page.goto(f"{world.base}/{name}")
    await page.wait_for_selector("html[data-ready]", state="attached")
    return page


@pytest.mark.browser
async def test_a_customer_writes_and_gets_an_answer_with_ticks(context: BrowserContext, world: World, endpoint: Endpoint) -> None:
    page = await _open(context, world, "phone")
    await page.get_by_role("textbox", name="Nachricht").fill("Mein Rad quietscht 🚲")
    await page.keyboard.press("Enter")
    await endpoint.until(lambda: len(endpoint.posts) == 1)
    await expect(page.locator(".message.mine .meta")).to_contain_text("Zugestellt")
    mark = {
        "messaging_product": "whatsapp",
        "status": "read",
        "message_id": endpoint.messages()[0]["id"],
        "typing_indicator": {"type": "text"},
    }
    await world.ask("POST", f"{world.number_id}/messages", mark)
    await expect(page.locator(".message.mine .meta")).to_contain_text("Gelesen")
    await expect(page.locator("#chat-state")).to_have_text("schreibt …")
    await world.say("Einmal ölen hilft.")
    await expect(page.locator(".message:not(.mine)")).to_contain_text("Einmal ölen hilft.")
    await endpoint.until(lambda: "read" in endpoint.states())


@pytest.mark.browser
async def test_an_answer_to_sending_that_comes_late_takes_no_tick_back(context: BrowserContext, world: World) -> None:
    page = await _open(context, world, "phone")
    ticks = page.locator(".message.mine .meta")

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await expect(ticks).to_contain_text("Zugestellt")  # by a live event
        await route.fulfill(response=answer)

    await page.route("**/messages", late)
    await page.get_by_role("textbox", name="Nachricht").fill("Mein Rad quietscht 🚲")
    async with page.expect_response("**/messages"):
        await page.keyboard.press("Enter")
    await expect(page.get_by_role("textbox", name="Nachricht")).to_have_value("")
    await expect(ticks).to_contain_text("Zugestellt")


@pytest.mark.browser
async def test_a_tap_on_a_button_and_on_a_list_reaches_the_business(
    context: BrowserContext, world: World, endpoint: Endpoint
) -> None:
    await world.write(wait=True)
    page = await _open(context, world, "phone")
    buttons = [{"type": "reply", "reply": {"id": "ja", "title": "Ja, gern"}}]
    await world.send(
        type="interactive", interactive={"type": "button", "body": {"text": "Termin?"}, "action": {"buttons": buttons}}
    )
    await page.get_by_role("button", name="Ja, gern").click()
    rows = [{"id": "w", "title": "Wien", "description": "Herrengasse"}]
    action = {"button": "Filialen", "sections": [{"rows": rows}]}
    await world.send(type="interactive", interactive={"type": "list", "body": {"text": "Wo?"}, "action": action})
    await page.get_by_role("button", name="Filialen").click()
    await page.get_by_role("button", name="Wien").click()
    await endpoint.until(lambda: len([each for each in endpoint.messages() if each["type"] == "interactive"]) == 2)
    replies = [each["interactive"]["type"] for each in endpoint.messages() if each["type"] == "interactive"]
    assert replies == ["button_reply", "list_reply"]


@pytest.mark.browser
async def test_the_menu_of_a_message_works_by_keyboard(context: BrowserContext, world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    await world.say("Wie geht es Ihnen?")
    page = await _open(context, world, "phone")
    more = page.locator(".message:not(.mine)").get_by_role("button", name="Mehr zu dieser Nachricht")
    await more.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(page.locator(".reactions")).to_have_text("❤️")
    await more.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Escape")
    await expect(more).to_be_focused()
    await endpoint.until(lambda: any(each["type"] == "reaction" for each in endpoint.messages()))


@pytest.mark.browser
async def test_a_picture_a_voice_message_and_a_place_are_sent(context: BrowserContext, world: World, endpoint: Endpoint) -> None:
    await context.grant_permissions(["microphone"])
    page = await _open(context, world, "phone")
    await page.locator("#file").evaluate("input => { input.dataset.kind = 'image' }")
    await page.locator("#file").set_input_files({"name": "rad.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"})
    await page.get_by_role("button", name="Anhängen").click()
    await page.get_by_role("menuitem", name="Standort").click()
    await page.get_by_role("button", name="Café Central").click()
    await page.get_by_role("button", name="Sprachnachricht aufnehmen").click()
    await expect(page.locator("#recording-time")).to_have_text("0:01")
    await page.get_by_role("button", name="Senden").click()
    await endpoint.until(lambda: {each["type"] for each in endpoint.messages()} == {"image", "location", "audio"})
    assert next(each["audio"]["voice"] for each in endpoint.messages() if each["type"] == "audio") is True


@pytest.mark.browser
async def test_a_phone_that_is_offline_says_so_and_catches_up(context: BrowserContext, world: World, endpoint: Endpoint) -> None:
    await world.write(wait=True)
    page = await _open(context, world, "phone")
    await page.get_by_role("switch", name="Mit dem Netz verbunden").click()
    await expect(page.locator("#offline-note")).to_be_visible()
    await world.say("Sind Sie da?")
    await endpoint.until(lambda: endpoint.states() == ["sent"])
    await page.get_by_role("switch", name="Mit dem Netz verbunden").click()
    await endpoint.until(lambda: endpoint.states() == ["sent", "delivered", "read"])


@pytest.mark.browser
async def test_a_new_customer_is_added_and_writes(context: BrowserContext, world: World, endpoint: Endpoint) -> None:
    page = await _open(context, world, "phone")
    await page.get_by_text("Kundin oder Kunden hinzufügen").click()
    await page.get_by_label("Name", exact=True).fill("Nguyễn Thị Hà")
    await page.get_by_label("Telefonnummer", exact=True).fill("+49 171 3920045")
    await page.get_by_role("button", name="Hinzufügen", exact=True).click()
    await page.get_by_role("button", name="Nguyễn Thị Hà", pressed=True).wait_for()
    await page.get_by_role("textbox", name="Nachricht").fill("Hallo")
    await page.keyboard.press("Enter")
    await endpoint.until(lambda: len(endpoint.posts) == 1)
    assert endpoint.values()[0]["contacts"][0]["profile"]["name"] == "Nguyễn Thị Hà"


@pytest.mark.browser
async def test_a_mail_appears_by_itself_and_is_answered(context: BrowserContext, world: World) -> None:
    got: list[bytes] = []

    async def take(raw: bytes, _sender: str, _recipients: list[str]) -> None:
        got.append(raw)

    world.sandbox.mailbox.on_outgoing = take
    page = await _open(context, world, "mailbox")
    await _deliver(world, _mail())
    await page.get_by_role("button", name="Ihre Bestellung").click()
    await page.get_by_role("button", name="Als Kundin oder Kunde antworten").click()
    await page.get_by_role("textbox", name="Text").fill("Vielen Dank!")
    await page.get_by_role("button", name="Senden").click()
    await expect(page.locator("#toast")).to_have_text("An Oase gesendet.")
    assert b"In-Reply-To: <bestellung-1187@lindgruen.example>" in got[0]


@pytest.mark.browser
async def test_a_fault_is_switched_on_and_off(context: BrowserContext, world: World) -> None:
    page = await _open(context, world, "network")
    await page.locator("#kind").select_option("duplicate")
    await page.get_by_role("spinbutton", name="Kopien").fill("3")
    await page.get_by_role("button", name="Einschalten", exact=True).click()
    await expect(page.locator("#active")).to_contain_text("× 3")
    assert [fault.times for fault in world.sandbox.whatsapp.faults.all()] == [3]
    await page.get_by_role("button", name=re.compile("^Ausschalten: Jeder Webhook")).click()
    await expect(page.locator("#active")).to_contain_text("Alles ist gut.")
    assert world.sandbox.whatsapp.faults.all() == []


@pytest.mark.browser
@pytest.mark.parametrize("language", LOOKS)
async def test_axe_finds_nothing_on_pages_in_menus_and_dialogs(browser: Browser, world: World, language: str) -> None:
    await _fill(world)
    async with _watched(await new_context(browser, language)) as context:
        phone = await _open(context, world, "phone")
        found = {"phone": await looked(phone, language, shown=".message.mine")}
        await phone.locator("#attach").click()
        found["attach menu"] = await looked(phone, language, shown="#attach-menu")
        await phone.locator("[data-attach=location]").click()
        found["location"] = await looked(phone, language, shown="dialog[open]")
        await phone.keyboard.press("Escape")
        found["message menu"] = []
        async for look in looks(phone, language):  # a menu stays where the size put it: opened anew
            await phone.locator(".message .more").first.focus()
            await phone.keyboard.press("Enter")
            await expect(phone.locator(".message-menu")).to_be_in_viewport(ratio=1)
            found["message menu"] += await look.axe(phone)
            await phone.keyboard.press("Escape")
        mailbox = await _open(context, world, "mailbox")
        await mailbox.locator("#write").click()
        found["writing"] = await looked(mailbox, language, shown="#writing")
        await mailbox.keyboard.press("Escape")
        await mailbox.locator("#mails button").first.click()
        await expect(mailbox.locator("#mail")).to_be_visible()
        found["mail"] = await looked(mailbox, language, shown="#mail #body")
        network = await _open(context, world, "network")
        found["network"] = await looked(network, language, shown="#active li")
    assert {state: troubles for state, troubles in found.items() if troubles} == {}


async def _fill(world: World) -> None:
    greeting = await world.write("Guten Tag, meine Bremse schleift.")
    media_id = await world.upload(b"\x89PNG\r\n\x1a\n", "image/png", "a.png")
    await world.write("", kind="image", content={"id": media_id, "caption": "So"})
    await world.write("", kind="document", content={"id": media_id, "filename": "Rechnung.pdf"})
    await world.write("", kind="audio", content={"id": media_id, "voice": True})
    place = {"latitude": 52.5, "longitude": 13.4, "name": "Büro", "address": "Berlin"}
    await world.write("", kind="location", content=place)
    await world.say("Danke!", context={"message_id": greeting["id"]})
    await world.send(type="reaction", reaction={"message_id": greeting["id"], "emoji": "👍"})
    parameters = [{"type": "text", "text": "Aylin"}, {"type": "text", "text": "Tuesday"}]
    template = {
        "name": "order_on_its_way",
        "language": {"code": "en_US"},
        "components": [{"type": "body", "parameters": parameters}],
    }
    await world.send(type="template", template=template)
    await world.control("POST", "faults", {"kind": "slow", "seconds": 0})
    await _deliver(world, _mail())
