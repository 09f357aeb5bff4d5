"""Customers write where they are, an agent answers, and it is there: phone, web chat, form."""

import re
import time

import pytest
from playwright.async_api import expect

from .ground import SOPHIE, Installation, People, answer, open_row

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


async def test_a_message_from_the_phone_is_with_the_agent_within_a_second_and_the_answer_is_read(people: People) -> None:
    agent, phone = await people.agent(), await people.somebody("/sandbox/phone")
    await phone.wait_for_selector("html[data-ready]", state="attached")
    await agent.mouse.move(1300, 600)
    took = []
    for text in ("Hallo Lindgrün! 👋", "Ich hab da mal eine Frage …", "Mein Stadtwind quietscht beim Bremsen 🚲 – was tun?"):
        await phone.get_by_role("textbox", name="Nachricht").fill(text)
        started = time.monotonic()
        await phone.keyboard.press("Enter")
        await agent.locator("#rows", has_text=text).wait_for()
        took.append(time.monotonic() - started)
    await open_row(agent, "quietscht beim Bremsen")
    await answer(agent, "Grüße aus der Werkstatt! Kommen Sie vorbei, die Beläge sind in 10 Minuten getauscht.")
    await expect(phone.locator(".message:not(.mine)").last).to_contain_text("Beläge sind in 10 Minuten getauscht")
    await expect(agent.locator("#entries .entry.out").last.locator(".ticks-read")).to_be_visible()
    assert min(took) < 1.0  # of three: what else the machine does meanwhile is not measured


async def test_who_had_written_before_the_program_started_can_be_answered(people: People) -> None:
    agent = await people.agent(SOPHIE)
    await open_row(agent, "Do you rent out bikes for 3 days?")
    await answer(agent, "Of course! We keep four bikes for you, two with child seats 👶")
    ticks = agent.locator("#entries .entry.out", has_text="We keep four bikes").locator(".ticks").first
    await expect(ticks).to_have_attribute("title", "Zugestellt")


async def test_a_visitor_of_the_shop_chats_with_an_agent_and_finds_everything_again_after_a_reload(people: People) -> None:
    agent = await people.agent(SOPHIE)
    visitor = await people.somebody("/demo/shop")
    chat = visitor.locator("oase-chat")
    await chat.locator(".launcher").click()
    await chat.locator("textarea").fill("Passt der Kindersitz „Käfer“ auf den Lastesel? Größe L 👶")
    await visitor.keyboard.press("Enter")
    await open_row(agent, "Kindersitz „Käfer“")
    await answer(agent, "Ja, er passt: sogar zwei nebeneinander.")
    await expect(chat.locator(".row.us:not(.hi) .bubble")).to_contain_text("sogar zwei nebeneinander")
    await expect(agent.locator("#entries .entry.out").last.locator(".ticks-read")).to_be_visible()
    await visitor.reload()
    await expect(chat.locator(".launcher")).to_be_visible()
    if not await chat.locator(".panel").is_visible():
        await chat.locator(".launcher").click()
    await expect(chat.locator(".row.me .bubble")).to_contain_text("Kindersitz „Käfer“")
    await expect(chat.locator(".row.us:not(.hi) .bubble")).to_contain_text("sogar zwei nebeneinander")
    await chat.locator("textarea").fill("Super, dann komme ich am Samstag.")
    await visitor.keyboard.press("Enter")
    await expect(agent.locator("#entries")).to_contain_text("dann komme ich am Samstag")


async def test_a_form_becomes_a_conversation_that_is_answered_by_mail(oase: Installation, people: People) -> None:
    customer = await people.somebody(f"/form/{await oase.account('form')}?lang=de")
    await customer.locator("#name").fill("Björn Käßmann-Øvergård")
    await customer.locator("#email").fill("bjoern.kaessmann@example.com")
    await customer.locator("#subject").fill("Rückruf zum Waldkauz?")
    await customer.locator("#message").fill("Guten Tag,\nbetrifft mich der Rückruf der Gabel?\nViele Grüße 🙂")
    await customer.get_by_role("button", name="Nachricht senden").click()
    await expect(customer.locator("main")).to_contain_text(re.compile("Danke|Vielen Dank"))
    agent = await people.agent()
    await open_row(agent, "Rückruf zum Waldkauz?")
    await answer(agent, "Ihre Gabel ist nicht betroffen, gute Fahrt!")
    mailbox = await people.somebody("/sandbox/mailbox")
    await mailbox.locator("#mails button", has_text="Rückruf zum Waldkauz?").first.click()
    await mailbox.get_by_role("tab", name="Text").click()
    await expect(mailbox.locator("#body")).to_contain_text("nicht betroffen, gute Fahrt!")
    await mailbox.locator("#answer").click()
    await mailbox.locator("#mail-form textarea").fill("Das ging ja schnell, danke!")
    await mailbox.get_by_role("button", name="Senden").click()
    await expect(agent.locator("#entries")).to_contain_text("Das ging ja schnell")
    statement = "SELECT DISTINCT conversation_id FROM message WHERE text ~ 'Rückruf der Gabel|ging ja schnell'"
    assert len(await oase.rows(statement)) == 1


async def test_phone_and_agent_answer_single_messages_react_and_send_places_and_cards(people: People) -> None:
    agent, phone = await people.agent(), await people.somebody("/sandbox/phone")
    await phone.wait_for_selector("html[data-ready]", state="attached")
    await phone.get_by_role("textbox", name="Nachricht").fill("Passt der Sattel „Wolke“ aufs Damenrad? Und in welcher Farbe?")
    await phone.keyboard.press("Enter")
    await open_row(agent, "Sattel „Wolke“")
    asked = agent.locator("#entries .entry.in", has_text="Sattel „Wolke“")
    await asked.locator(".bubble").hover()
    await asked.locator("[data-reacts]").click()
    await agent.locator("#emoji-picker [data-emoji='👍']").click()
    await expect(phone.locator(".message.mine", has_text="Sattel „Wolke“").locator(".reactions")).to_contain_text("👍")
    await asked.locator(".bubble").hover()
    await asked.locator("[data-answers]").click()
    await agent.click("[popovertarget=attach-menu]")
    await agent.click("[data-attaches=choices]")
    for number, title in enumerate(("Braun", "Schwarz")):
        await agent.locator("#composer-choices ol input").nth(number).fill(title)
    await answer(agent, "Ja, er passt. Welche Farbe soll es sein?")
    await agent.click("[popovertarget=attach-menu]")
    await agent.click("[data-attaches=places]")
    await agent.fill("#place-at", "https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777")
    await agent.fill("#place-name", "Werkstatt am Tor")
    await agent.keyboard.press("Enter")
    answered = phone.locator(".message:not(.mine)", has_text="Ja, er passt.")
    await expect(answered.locator(".quote")).to_contain_text("Sattel „Wolke“")
    await expect(phone.locator(".place", has_text="Werkstatt am Tor")).to_be_visible()
    await answered.locator(".taps button", has_text="Schwarz").click()
    chosen = agent.locator("#entries .entry.in", has_text="Schwarz").last
    await expect(chosen.locator(".bubble-reply")).to_contain_text("Ja, er passt.")
    await answered.hover()
    await answered.locator(".more").click()
    await phone.get_by_role("menuitemradio", name="❤️").click()
    ours = agent.locator("#entries .entry.out", has_text="Ja, er passt.")
    await expect(ours.locator(".reactions")).to_contain_text("❤️")
    await phone.click("#attach")
    await phone.locator("[data-attach=contact]").click()
    await phone.locator(".sheet-rows button", has_text="Lucía Gómez").click()
    await expect(agent.locator("#entries .entry.in .thing", has_text="Lucía Gómez").last).to_contain_text("+49 30 23125 311")
