"""What can be measured of the looks: axe finds nothing, colours can be read, the code stays small, the phone is filled."""

import gzip
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect
from tests.axe import axe
from tests.looks import LOOKS, PHONE, looked, new_context
from tests.web.widget.chat import Chat
from tests.web.widget.ground import Site
from tests.web.widget.test_browser import PIXEL
from tests.web.widget.test_form import FIELDS

from oase.channels.contract import Received
from oase.web.portal.look import contrast, css, readable
from oase.web.widget import Face, Presence, pages
from oase.web.widget.lean import lean
from oase.web.widget.pages import ASSETS

LOUD_COLORS = ["#ffff00", "#e11d48", "#888888", "#0a0a0a", "#fefefe", "#14532d"]


def test_all_that_a_visitor_loads_stays_below_30_kilobytes() -> None:
    folder = Path(pages.__file__).parent / "static"
    files = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
    loaded = [path for path in files if path != "words/en.json"]
    packed = {path: ASSETS.get(path) for path in loaded}
    total = sum(len(asset.packed or asset.plain) for asset in packed.values() if asset)
    assert len(loaded) > 10
    assert total < 30 * 1024, {path: len(asset.packed) for path, asset in packed.items() if asset}


def test_what_is_sent_is_what_is_written_without_comments() -> None:
    text = '/* Head\n   goes on */\nimport a from "b"; // stays\n\n  /** Doc. */\n  const x = 1 /* in */ + 2;\n  // gone\n'
    assert lean(text) == 'import a from "b"; // stays\nconst x = 1 /* in */ + 2;\n'
    assert gzip.decompress(gzip.compress(lean(text).encode())).decode() == lean(text)


def test_the_form_colours_can_be_read_whatever_the_site_has_chosen() -> None:
    for color in [*LOUD_COLORS, "", "red", "#12345", "url(x)"]:
        sheet = css(color)
        brand, on, accent = (sheet.partition(f"--{name}:")[2][:7] for name in ("brand", "on-brand", "accent"))
        assert contrast(brand, on) >= 4.5, color
        assert contrast(accent, "#ffffff") >= 4.5, color
        assert contrast(readable(brand, "#16191d"), "#16191d") >= 4.5, color


@pytest.mark.browser
@pytest.mark.parametrize("language", LOOKS)
async def test_axe_finds_nothing_in_the_chat(site: Site, browser: Browser, language: str) -> None:
    context = await new_context(browser, language)
    page = await context.new_page()
    site.desk.here = Presence(open=False, wait="Meist 5 Minuten", hours="Mo–Fr 9–18 Uhr", faces=[Face(name="Änne Köhler")])
    account = site.webchat(
        ask_name="required", consent_en="I [agree](https://example.com).", consent_de="Ich [stimme](https://example.com) zu."
    )
    chat = await Chat.on(page, site, account)
    found = {"closed": await looked(page, language, shown=".launcher")}
    await chat.open()
    start = chat.root.locator(".before .main")
    await start.click()
    found["before"] = await looked(page, language, shown=".panel .before")
    await chat.root.locator(".before input").first.fill("Änne")
    await chat.root.locator(".before input[type=checkbox]").check()
    await start.click()
    await chat.root.locator("input[type=file]").first.set_input_files(
        [{"name": "Rad.png", "mimeType": "image/png", "buffer": PIXEL}]
    )
    await expect(chat.root.locator(".chips .size")).to_be_visible()
    found["chips"] = await looked(page, language, shown=".panel .chips .size")
    await chat.write("Guten Tag! www.example.com")
    await site.desk.until(Received)
    await site.desk.say(account, "Ja: https://www.example.com", choices={"a": "Gut", "b": "Schlecht"})
    await expect(chat.theirs).to_be_visible()
    await chat.root.locator(".head .tool").first.click()
    found["menu"] = await looked(page, language, shown=".panel .head .menu")
    await page.keyboard.press("Escape")
    await chat.root.locator(".tools .tool").last.click()
    await expect(chat.root.locator(".emojis")).to_be_visible()
    found["emoji"] = await looked(page, language, shown=".panel .emojis")
    await page.keyboard.press("Escape")
    await page.keyboard.press("Escape")
    await site.desk.say(account, "Noch da?")
    await expect(chat.root.locator(".teaser")).to_be_visible()
    found["teaser"] = await looked(page, language, shown=".teaser")
    await chat.root.locator(".teaser .text").click()
    await chat.panel.wait_for()
    await context.set_offline(True)
    await expect(chat.root.locator(".offline")).to_be_visible()
    found["offline"] = await looked(page, language, shown=".panel .offline")
    await context.close()
    assert {state: troubles for state, troubles in found.items() if troubles} == {}


@pytest.mark.browser
async def test_the_chat_can_be_read_in_whatever_colour_the_site_has(site: Site, browser: Browser) -> None:
    context = await browser.new_context(reduced_motion="reduce")
    page = await context.new_page()
    tools = await context.new_cdp_session(page)
    await tools.send("Network.enable")
    await tools.send("Network.setCacheDisabled", {"cacheDisabled": True})  # otherwise a new colour may take five minutes
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Hallo www.example.com")
    await site.desk.until(Received)
    await site.desk.say(account, "Hallo www.example.com", choices={"a": "Gut"})
    await expect(chat.theirs).to_be_visible()
    troubles = {}
    for color in LOUD_COLORS:
        site.repaint(account, color)
        await page.emulate_media(color_scheme="light")
        await (await Chat.on(page, site, account)).open()
        await expect(chat.theirs).to_be_visible()
        await expect(chat.state()).not_to_contain_text("…")
        assert await chat.root.evaluate("one => getComputedStyle(one).getPropertyValue('--brand').trim()") == color
        troubles[color] = await axe(page)
        await page.emulate_media(color_scheme="dark")
        troubles[color] += await axe(page)
    await context.close()
    assert {color: found for color, found in troubles.items() if found} == {}


@pytest.mark.browser
@pytest.mark.parametrize("language", LOOKS)
async def test_axe_finds_nothing_on_the_form(site: Site, browser: Browser, language: str) -> None:
    context = await new_context(browser, language)
    page = await context.new_page()
    account = site.form(fields=FIELDS)
    found = {}
    await page.goto(f"{site.origin}/form/{account.id}")
    found["form"] = await looked(page, language, shown="form")
    await page.locator("button[type=submit]").click()
    found["hints"] = await looked(page, language, shown="form .wrong")
    await page.evaluate("document.querySelector('form').submit()")
    await page.locator("#summary").wait_for()
    found["errors"] = await looked(page, language, shown="#summary")
    await context.close()
    assert {state: troubles for state, troubles in found.items() if troubles} == {}


@pytest.mark.browser
async def test_on_a_phone_it_fills_the_screen_and_the_page_behind_stands_still(site: Site, browser: Browser) -> None:
    context = await browser.new_context(reduced_motion="reduce", viewport=PHONE, has_touch=True, is_mobile=True, locale="de-DE")
    page = await context.new_page()
    chat = await (await Chat.on(page, site, site.webchat())).open()
    assert await chat.panel.bounding_box() == {"x": 0, "y": 0, **PHONE}
    await expect(chat.launcher).to_be_hidden()
    await expect(chat.root.get_by_label("Foto aufnehmen")).to_be_visible()
    assert await page.evaluate("getComputedStyle(document.documentElement).overflow") == "hidden"
    sizes = await chat.root.locator("button:visible").evaluate_all("all => all.map(one => one.getBoundingClientRect().width)")
    assert min(sizes) >= 24
    await chat.root.get_by_label("Schließen").first.click()
    assert await page.evaluate("getComputedStyle(document.documentElement).overflow") == "visible"
    await context.close()
