"""The widget in Chromium: a visitor's whole way, and what a bad day does to it."""

import asyncio
import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import BrowserContext, Page, expect
from tests.web.widget.chat import Chat
from tests.web.widget.ground import Site

from oase.channels.contract import Moved, Receipt, Received, Typing
from oase.web.widget import Door, Presence

pytestmark = pytest.mark.browser

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


async def until(page: Page, condition: str) -> None:
    """Waits for a condition in the page; the page's policy forbids Playwright's own way."""
    async with asyncio.timeout(8):
        await page.evaluate(
            f"new Promise(done => {{ const look = () => ({condition}) ? done() : setTimeout(look, 20); look(); }})"
        )


async def test_a_visitor_writes_and_gets_an_answer_with_ticks_and_typing(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Guten Tag! Haben Sie <b>Klingeln</b>? https://www.example.com/a?b=1. 🚲")
    await expect(chat.mine).to_contain_text("Haben Sie <b>Klingeln</b>?")
    await expect(chat.mine.locator("a")).to_have_attribute("href", "https://www.example.com/a?b=1")
    await expect(chat.state()).to_contain_text("Zugestellt")
    said = (await site.desk.until(Received))[0]
    assert said.origin["title"].startswith("Radhaus Beispiel")
    await site.desk.tell_here(account.id, said.sender.value, {"typing": {"on": True, "name": "Änne Köhler"}})
    await expect(chat.root.locator(".typing")).to_contain_text("Änne Köhler schreibt")
    await site.desk.tell_here(
        account.id, said.sender.value, {"read": {"up_to": site.desk.said[account.id, said.sender.value][0].id}}
    )
    await expect(chat.state()).to_contain_text("Gelesen")
    answer = await site.desk.say(account, "Aber ja: javascript:alert(1) und frage@example.com")
    await expect(chat.theirs).to_contain_text("Aber ja")
    await expect(chat.root.locator(".typing")).to_have_count(0)
    assert await chat.theirs.locator("a").evaluate_all("all => all.map(a => a.href)") == ["mailto:frage@example.com"]
    await site.desk.until(Receipt, external_id=answer.id, state="read")


async def test_the_visitors_typing_is_told_in_a_conversation_only(site: Site, page: Page) -> None:
    chat = await (await Chat.on(page, site, site.webchat())).open()
    await chat.text.press_sequentially("Ich")
    await chat.write("Ich frage")
    await site.desk.until(Received)
    await expect(chat.state()).to_contain_text("Zugestellt")
    assert not [event for event in site.desk.events if isinstance(event, Typing)]
    await chat.text.press_sequentially("Und")
    await site.desk.until(Typing, on=True)


async def test_nothing_is_kept_in_the_browser_before_the_visitor_writes(site: Site, page: Page) -> None:
    chat = await (await Chat.on(page, site, site.webchat())).open()
    assert await page.evaluate("Object.keys(localStorage).length + document.cookie.length") == 0
    await chat.write("Hallo")
    await site.desk.until(Received)
    assert await page.evaluate("document.cookie") == ""


async def test_a_reload_restores_the_conversation_and_the_draft(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Erste Frage")
    await site.desk.until(Received)
    await site.desk.say(account, "Erste Antwort")
    await expect(chat.theirs).to_have_text(re.compile("Erste Antwort"))
    await chat.text.fill("angefangen und nicht")
    await until(page, "Object.keys(localStorage).some(name => name.endsWith('draft'))")
    chat = await (await Chat.on(page, site, account)).open()
    await expect(chat.mine).to_contain_text("Erste Frage")
    await expect(chat.theirs).to_contain_text("Erste Antwort")
    await expect(chat.text).to_have_value("angefangen und nicht")


async def test_messages_typed_without_a_network_are_sent_later_once_and_in_order(
    site: Site, page: Page, context: BrowserContext
) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("0 mit Netz")
    await site.desk.until(Received)
    await context.set_offline(True)
    for text in ("1 im Tunnel", "2 im Tunnel", "3 im Tunnel"):
        await chat.write(text)
    await expect(chat.root.locator(".offline")).to_contain_text("wird gesendet, sobald sie wieder da ist")
    await expect(chat.state()).to_contain_text("Wird noch gesendet")
    assert len(site.desk.raws) == 1
    await context.set_offline(False)
    await site.desk.until(Received, 4)
    await expect(chat.root.locator(".offline")).to_be_hidden()
    await expect(chat.mine).to_have_count(4)
    assert [event.content.text for event in site.desk.events if isinstance(event, Received)] == [
        "0 mit Netz", "1 im Tunnel", "2 im Tunnel", "3 im Tunnel",
    ]  # fmt: skip


async def test_a_message_survives_the_page_that_could_not_send_it(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await page.route("**/hello*", lambda route: route.abort())
    await chat.write("Aus dem Funkloch")
    await expect(chat.state()).to_contain_text("Wird noch gesendet")
    await page.unroute("**/hello*")
    chat = await Chat.on(page, site, account)
    await site.desk.until(Received)
    await chat.open()
    await expect(chat.mine).to_have_count(1)


async def test_an_answer_lost_on_the_way_back_doubles_nothing(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    lost: list[str] = []

    async def lose(route: object) -> None:
        if lost:
            await route.continue_()  # type: ignore[attr-defined]
            return
        lost.append("once")
        await route.fetch()  # type: ignore[attr-defined]  # the server has it …
        await route.abort()  # type: ignore[attr-defined]  # … and the browser does not know

    await page.route("**/deliver*", lose)
    await chat.write("Einmal, bitte")
    await expect(chat.state()).to_contain_text("Zugestellt")
    await expect(chat.mine).to_have_count(1)
    assert len([event for event in site.desk.events if isinstance(event, Received)]) == 1


async def test_the_stream_comes_back_by_itself_and_misses_nothing(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Hallo")
    await site.desk.until(Received)
    await site.desk.say(account, "eins")
    await expect(chat.theirs.last).to_contain_text("eins")
    site.desk.feed.close_all()
    await site.desk.say(account, "zwei")
    await expect(chat.theirs.last).to_contain_text("zwei")


async def test_an_own_message_stands_before_its_answer_even_if_the_server_never_sends_it_back(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Hallo")
    visitor = (await site.desk.until(Received))[0].sender.value
    await expect(chat.state()).to_contain_text("Zugestellt")
    site.desk.said[account.id, visitor].clear()
    site.desk.quiet = True
    await chat.write("Frage")
    await site.desk.until(Received, 2)
    await expect(chat.state()).to_contain_text("Zugestellt")
    await site.desk.tell_here(account.id, visitor, {"read": {"at": datetime.now(UTC).isoformat()}})
    await expect(chat.state()).to_contain_text("Gelesen")
    site.desk.quiet = False
    await site.desk.say(account, "Antwort", visitor=visitor)
    await expect(chat.theirs).to_contain_text("Antwort")
    shown = await chat.root.locator(".row:not(.hi) .bubble").all_inner_texts()
    assert [text.split()[-1] for text in shown] == ["Hallo", "Frage", "Antwort"]


async def test_an_answer_to_a_closed_chat_is_shown_counted_and_opened(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    unread = "new Promise(done => Oase.on('unread', count => count === 2 && done(count)))"
    await chat.write("Hallo")
    await site.desk.until(Received)
    await expect(chat.state()).to_contain_text("Zugestellt")
    await page.keyboard.press("Escape")
    await expect(chat.panel).to_be_hidden()
    counted = asyncio.create_task(page.evaluate(unread))
    await site.desk.say(account, "Guten Tag!")
    await expect(chat.root.locator(".teaser")).to_contain_text("Änne Köhler: Guten Tag!")
    last = await site.desk.say(account, "Sind Sie noch da?")
    await expect(chat.root.locator(".badge")).to_have_text("2")
    await expect(chat.launcher).to_have_attribute("aria-label", re.compile("2"))
    assert await counted == 2
    await site.desk.until(Receipt, state="delivered")
    await chat.root.locator(".teaser .text").click()
    await expect(chat.theirs).to_have_count(2)
    await expect(chat.root.locator(".badge")).to_be_hidden()
    await site.desk.until(Receipt, external_id=last.id, state="read")


async def test_several_tabs_share_one_stream_and_show_the_same(site: Site, page: Page, context: BrowserContext) -> None:
    account = site.webchat()
    streams: list[str] = []
    context.on("request", lambda request: streams.append(request.url) if "/stream" in request.url else None)
    one = await (await Chat.on(page, site, account)).open()
    await one.write("Im ersten Fenster")
    await site.desk.until(Received)
    second = await context.new_page()
    two = await (await Chat.on(second, site, account)).open()
    await expect(two.mine).to_contain_text("Im ersten Fenster")
    await two.write("Im zweiten Fenster")
    await expect(one.mine).to_have_count(2)
    await site.desk.say(account, "An beide")
    await expect(one.theirs).to_contain_text("An beide")
    await expect(two.theirs).to_contain_text("An beide")
    assert len(streams) == 1
    await page.close()
    await site.desk.say(account, "An das verbliebene")
    await expect(two.theirs.last).to_contain_text("An das verbliebene")


async def test_files_by_button_drag_and_paste_are_sent_and_pictures_shown(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    async with page.expect_file_chooser() as chooser:
        await chat.root.get_by_label("Dateien anhängen").click()
    await (await chooser.value).set_files([{"name": "Bremse.png", "mimeType": "image/png", "buffer": PIXEL}])
    transfer = """async ([kind, selector]) => {
        const data = new DataTransfer();
        data.items.add(new File(['Guten Tag'], kind + '.txt', { type: 'text/plain' }));
        const target = document.querySelector('oase-chat').shadowRoot.querySelector(selector);
        const event = kind === 'paste' ? new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true })
          : new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true });
        target.dispatchEvent(event);
    }"""
    await page.evaluate(transfer, ["drop", ".panel"])
    await page.evaluate(transfer, ["paste", "textarea"])
    await expect(chat.root.locator(".chips li")).to_have_count(3)
    await expect(chat.root.locator(".chips progress")).to_have_count(0)
    await chat.root.get_by_label("drop.txt entfernen").click()
    await chat.root.get_by_label("Senden", exact=True).click()
    said = (await site.desk.until(Received))[0]
    assert [(media.name, media.type, media.source) for media in said.content.media] == [
        ("Bremse.png", "image/png", "blob"), ("paste.txt", "text/plain", "blob"),
    ]  # fmt: skip
    await chat.root.get_by_label("Bild Bremse.png vergrößern").click()
    await expect(chat.root.get_by_role("dialog", name="Bremse.png")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(chat.root.locator(".lightbox")).to_have_count(0)
    await expect(chat.panel).to_be_visible()


async def test_files_that_cannot_go_are_told_before_and_after(site: Site, page: Page) -> None:
    chat = await (await Chat.on(page, site, site.webchat(file_size_megabytes=1))).open()
    chooser = chat.root.locator("input[type=file]").first
    await chooser.set_input_files([{"name": "film.mp4", "mimeType": "video/mp4", "buffer": b"x" * 1_000_001}])
    await expect(chat.root.locator(".composer > .error")).to_have_text(
        "film.mp4 ist zu groß. Höchstens 1 MB können gesendet werden."
    )
    await page.route("**/upload*", lambda route: route.abort())
    await chooser.set_input_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"x"}])
    await expect(chat.root.locator(".chips .failed")).to_contain_text("Keine Verbindung.")
    await page.unroute("**/upload*")
    await chat.root.get_by_role("button", name="Noch einmal").click()
    await expect(chat.root.locator(".chips .failed")).to_have_count(0)
    await expect(chat.root.get_by_label("Senden", exact=True)).to_be_enabled()


async def test_quick_replies_are_sent_as_choices(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Hallo")
    await site.desk.until(Received)
    asked = await site.desk.say(account, "Worum geht es?", choices={"probe": "Probefahrt", "werk": "Werkstatt"})
    await chat.root.get_by_role("button", name="Werkstatt").click()
    chosen = (await site.desk.until(Received, 2))[1]
    assert (chosen.content.kind, chosen.content.data["id"], chosen.reply_to) == ("choice", "werk", asked.id)
    await expect(chat.root.locator(".choices")).to_have_count(0)


async def test_what_is_asked_before_the_chat_is_checked_and_goes_along(site: Site, page: Page) -> None:
    account = site.webchat(
        ask_name="optional",
        ask_email="required",
        questions=[{"name": "Bestellung", "en": "Order number", "de": "Bestellnummer", "required": True}],
        consent_de="Ich habe die [Hinweise](https://www.example.com/datenschutz) gelesen.",
    )
    chat = await (await Chat.on(page, site, account)).open()
    await expect(chat.text).to_have_count(0)
    start = chat.root.get_by_role("button", name="Chat beginnen")
    await start.click()
    await expect(chat.root.get_by_label("E-Mail-Adresse")).to_be_focused()
    await expect(chat.root.locator(".error:not(:empty)")).to_have_count(3)
    await chat.root.get_by_label("E-Mail-Adresse").fill("aenne@example.com")
    await chat.root.get_by_label("Bestellnummer").fill("B-1009")
    await chat.root.get_by_label("Ich habe die Hinweise gelesen.").check()
    await start.click()
    await chat.write("Wo bleibt es?")
    said = (await site.desk.until(Received))[0]
    assert said.sender.fields == {"email": "aenne@example.com", "bestellung": "B-1009", "language": "de"}
    assert said.sender.aliases == ()
    assert said.origin["consent"].startswith("Ich habe die")


async def test_when_nobody_is_there_the_answer_may_come_by_mail(site: Site, page: Page) -> None:
    site.desk.here = Presence(open=False, hours="Mo–Fr 9–18 Uhr")
    chat = await (await Chat.on(page, site, site.webchat(away_de="Wir sind ab 9 Uhr wieder da."))).open()
    await expect(chat.root.locator(".hi")).to_contain_text("Wir sind ab 9 Uhr wieder da.")
    await expect(chat.root.locator(".head")).to_contain_text("Zurzeit ist niemand da")
    await chat.write("Ist mein Rad fertig?")
    card = chat.root.locator(".card")
    await card.get_by_label("E-Mail-Adresse").fill("keine")
    await card.get_by_role("button", name="Per E-Mail senden").click()
    await expect(card.locator(".error")).to_contain_text("vollständige E-Mail-Adresse")
    await card.get_by_label("E-Mail-Adresse").fill("aenne@example.com")
    await card.get_by_role("button", name="Per E-Mail senden").click()
    left = (await site.desk.until(Received, 2))[1]
    await expect(chat.root.locator(".head")).to_contain_text("Zurzeit ist niemand da")
    assert (left.content.kind, left.content.text, left.sender.fields["email"]) == (
        "system",
        "aenne@example.com",
        "aenne@example.com",
    )
    await expect(chat.root.locator(".card")).to_have_count(0)


async def test_who_comes_meanwhile_is_there(site: Site, page: Page) -> None:
    site.desk.here = Presence(open=False)
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Ist jemand da?")
    await expect(chat.root.locator(".card")).to_be_visible()
    visitor = (await site.desk.until(Received))[0].sender.value
    await expect(chat.state()).to_contain_text("Zugestellt")
    await site.desk.tell_here(account.id, visitor, {"typing": {"on": True, "name": "Änne Köhler"}})
    await expect(chat.root.locator(".card")).to_have_count(0)
    await expect(chat.root.locator(".head")).not_to_contain_text("niemand")


async def test_a_page_that_stays_open_learns_who_is_there_now(site: Site, page: Page) -> None:
    site.desk.here = Presence(open=False)
    account = site.webchat()
    chat = await (await Chat.on(page, site, account)).open()
    await chat.write("Ist jemand da?")
    await expect(chat.root.locator(".head")).to_contain_text("Zurzeit ist niemand da")
    await site.desk.tell_here(account.id, (await site.desk.until(Received))[0].sender.value, {})
    site.desk.here = Presence(open=True)
    site.desk.feed.close_all()
    await expect(chat.root.locator(".head")).not_to_contain_text("niemand")


async def test_who_leaves_while_waiting_is_asked_for_an_address_once(site: Site, page: Page) -> None:
    chat = await (await Chat.on(page, site, site.webchat())).open()
    await chat.write("Hallo?")
    await expect(chat.state()).to_contain_text("Zugestellt")
    await page.keyboard.press("Escape")
    await expect(chat.root.locator(".teaser")).to_contain_text("Antwort per E-Mail")
    await chat.root.get_by_label("Ausblenden").click()
    await chat.open()
    await page.keyboard.press("Escape")
    await expect(chat.root.locator(".teaser")).to_be_hidden()


async def test_a_signed_in_user_is_known_and_signing_out_forgets(site: Site, page: Page) -> None:
    chat = await (await Chat.on(page, site, site.webchat())).open()
    await chat.write("Noch anonym")
    anonymous = (await site.desk.until(Received))[0].sender.value
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="Als Jana Weiß anmelden").click()
    await site.desk.until(Moved, old=anonymous)
    await chat.open()
    await chat.write("Jetzt bin ich es")
    said = (await site.desk.until(Received, 2))[1]
    assert (said.sender.name, said.sender.fields["kundennummer"]) == ("Jana Weiß", "K-4711")
    assert ("email", "jana.weiss@example.com") in said.sender.aliases
    await expect(chat.mine).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.get_by_role("button", name="abmelden").click()
    await chat.open()
    await expect(chat.mine).to_have_count(0)
    assert not [name for name in await page.evaluate("Object.keys(localStorage)") if name.endswith("session")]


async def test_a_wrong_token_identifies_nobody(site: Site, page: Page) -> None:
    chat = await Chat.on(page, site, site.webchat())
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    assert await page.evaluate("Oase.identify('a.b.c')") is False
    await chat.open()
    await chat.write("Hallo")
    assert (await site.desk.until(Received))[0].sender.value.startswith("v")
    assert any("Oase.identify" in text for text in told)


async def test_the_page_can_drive_the_chat(site: Site, page: Page) -> None:
    chat = await Chat.on(page, site, site.webchat())
    await page.evaluate("window.seen = []; for (const name of ['open', 'close', 'sent']) Oase.on(name, (d) => seen.push(name))")
    await page.evaluate("Oase.write('Ich habe eine Frage zum Lastesel: ')")
    await expect(chat.text).to_have_value("Ich habe eine Frage zum Lastesel: ")
    await chat.text.press("Enter")
    await site.desk.until(Received)
    await page.evaluate("Oase.close()")
    await expect(chat.panel).to_be_hidden()
    await page.evaluate("Oase.hide()")
    await expect(chat.launcher).to_be_hidden()
    await page.evaluate("Oase.show()")
    await expect(chat.launcher).to_be_visible()
    await until(page, "seen.sort().join() === 'close,open,sent'")


async def test_a_japanese_sentence_is_not_sent_by_the_enter_of_its_input_method(site: Site, page: Page) -> None:
    chat = await (await Chat.on(page, site, site.webchat())).open()
    await chat.text.fill("にほん")
    await chat.text.evaluate(
        "area => area.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', isComposing: true, bubbles: true, cancelable: true }))"
    )
    await expect(chat.text).to_have_value("にほん")
    await expect(chat.mine).to_have_count(0)


HOST_PAGE = """<!doctype html><html lang="de"><title>Fremder Laden</title>
<style>* {{ color: red !important; font-size: 40px !important; }} button {{ display: none !important; }}</style>
<body><h1>Fremder Laden</h1><script nonce="n" async src="{origin}/widget/{account}/oase.js"></script>"""


async def test_it_works_on_a_foreign_site_with_a_strict_policy_and_wild_styles(site: Site, page: Page) -> None:
    account = site.webchat(origins=["http://www.shop.example"])
    strict = (
        f"default-src 'none'; script-src 'nonce-n' 'strict-dynamic'; connect-src {site.origin}; img-src {site.origin};"
        " style-src 'unsafe-inline'"
    )
    page_text = HOST_PAGE.format(origin=site.origin, account=account.id)
    policies: list[str] = [strict]
    blocked: list[str] = []
    page.on("console", lambda message: blocked.append(message.text) if "Content Security Policy" in message.text else None)
    await page.route(
        "http://www.shop.example/",
        lambda route: route.fulfill(
            body=page_text, headers={"content-type": "text/html; charset=utf-8", "content-security-policy": policies[0]}
        ),
    )
    await page.goto("http://www.shop.example/")
    chat = Chat(page)
    await chat.open()
    await chat.write("Über die Grenze")
    await site.desk.until(Received)
    await site.desk.say(account, "Und zurück")
    await expect(chat.theirs).to_contain_text("Und zurück")
    assert await chat.theirs.evaluate("bubble => getComputedStyle(bubble).fontSize") == "15px"
    assert blocked == []
    policies[0] = strict.replace("style-src 'unsafe-inline'", "style-src 'none'")
    await page.goto("http://www.shop.example/")
    await chat.open()
    assert await chat.panel.evaluate("panel => getComputedStyle(panel).display") == "flex"


async def test_a_site_that_is_not_on_the_list_gets_no_chat(site: Site, page: Page) -> None:
    account = site.webchat(origins=["http://www.shop.example"])
    text = HOST_PAGE.format(origin=site.origin, account=account.id)
    await page.route("http://evil.example/", lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
    await page.goto("http://evil.example/")
    chat = await Chat(page).open()
    await chat.write("Hallo")
    await expect(chat.state()).to_contain_text(re.compile("nicht gesendet"))
    assert site.desk.raws == []


async def test_the_whole_way_by_keyboard_alone(site: Site, page: Page) -> None:
    account = site.webchat()
    chat = await Chat.on(page, site, account)
    await chat.launcher.focus()
    await page.keyboard.press("Enter")
    await expect(chat.text).to_be_focused()
    await page.keyboard.type("Hallo")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("zweite Zeile")
    await page.keyboard.press("Enter")
    assert (await site.desk.until(Received))[0].content.text == "Hallo\nzweite Zeile"
    inside = "document.querySelector('oase-chat').shadowRoot.activeElement?.closest('.panel') !== null"
    for _ in range(12):
        await page.keyboard.press("Tab")
        assert await page.evaluate(inside)
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        assert await page.evaluate(inside)
    await chat.root.get_by_label("Emoji", exact=True).focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    await expect(chat.text).to_have_value("😊")
    await chat.root.get_by_label("Weitere Möglichkeiten").focus()
    await page.keyboard.press("Enter")
    await expect(chat.root.get_by_role("menuitemcheckbox").first).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(chat.root.get_by_label("Weitere Möglichkeiten")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(chat.launcher).to_be_focused()


async def test_the_menu_leads_to_another_channel_in_a_tab_of_its_own(site: Site, page: Page) -> None:
    site.desk.here = Presence(elsewhere=[Door(id="w-1", name="WhatsApp")])
    await page.context.route("https://chat.example/**", lambda route: route.fulfill(body="WhatsApp", content_type="text/html"))
    chat = await (await Chat.on(page, site, site.webchat())).open()
    more = chat.root.get_by_role("button", name="Weitere Möglichkeiten")
    await more.click()
    await expect(chat.root.get_by_role("menuitem", name="Weiter auf WhatsApp")).to_have_count(0)
    await page.keyboard.press("Escape")
    await chat.write("Mein Rad quietscht 🚲")
    await expect(chat.state()).to_contain_text("Zugestellt")
    await more.click()
    async with page.context.expect_page() as opened:
        await chat.root.get_by_role("menuitem", name="Weiter auf WhatsApp").click()
    tab = await opened.value
    await tab.wait_for_url("https://chat.example/start?w-1-de")
    await expect(chat.root.get_by_role("link", name="WhatsApp öffnen und dort weiterschreiben")).to_be_visible()
