"""One person, many addresses: web chat, then WhatsApp by the link, then mail; one person, one conversation, one timeline; and two again."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Page, Route, expect

from .ground import Installation, People, answer, open_row, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


async def _number_is_known(oase: Installation) -> None:
    """Waits until the account has been tested, which is done soon after the start: links need its number."""
    statement = "SELECT id FROM account WHERE channel = 'whatsapp' AND facts ? 'display_phone_number'"
    await until(lambda: oase.rows(statement), "the account has been tested and knows its number", seconds=60)


async def _continued(visitor: Page, chat: Any) -> str:
    """Goes on on WhatsApp from the chat's menu; what WhatsApp fills in for the customer."""

    async def whatsapp(route: Route) -> None:
        await route.fulfill(body="WhatsApp", content_type="text/html")

    await visitor.context.route("https://wa.me/**", whatsapp)
    await chat.get_by_role("button", name="Weitere Möglichkeiten").click()
    async with visitor.context.expect_page() as opened:
        await chat.get_by_role("menuitem", name="Weiter auf WhatsApp").click()
    tab = await opened.value
    await tab.wait_for_url("https://wa.me/**")
    return parse_qs(urlsplit(tab.url).query)["text"][0]


async def _phone_of(people: People, name: str, number: str) -> Page:
    """The phone of somebody new."""
    phone = await people.somebody("/sandbox/phone")
    await phone.wait_for_selector("html[data-ready]", state="attached")
    await phone.locator("details.add summary").click()
    await phone.locator("#person-form [name=name]").fill(name)
    await phone.locator("#person-form [name=handle]").fill(number)
    await phone.get_by_role("button", name="Hinzufügen").click()
    await expect(phone.locator("#person-list [aria-current=true], #person-list [aria-pressed=true]")).to_contain_text(name)
    return phone


async def test_web_chat_then_whatsapp_by_the_link_then_mail_is_one_person_with_one_conversation(
    oase: Installation, people: People
) -> None:
    await _number_is_known(oase)
    agent, visitor = await people.agent(), await people.somebody("/demo/shop")
    chat = visitor.locator("oase-chat")
    await chat.locator(".launcher").click()
    await chat.locator("textarea").fill("Haben Sie das Lastenrad „Murmeltier“ auf Lager? 🦫")
    await visitor.keyboard.press("Enter")
    await open_row(agent, "„Murmeltier“")
    await answer(agent, "Ja, zwei Stück. Wohin dürfen wir schreiben, wenn Sie unterwegs sind?")
    await expect(chat.locator(".row.us:not(.hi) .bubble")).to_contain_text("zwei Stück")
    await chat.get_by_role("button", name="Weitere Möglichkeiten").click()
    await chat.get_by_role("menuitem", name="Per E-Mail weitermachen").click()
    await chat.locator(".card").get_by_label("E-Mail-Adresse").fill("ingrid.oezil@example.com")
    await chat.locator(".card").get_by_role("button", name="Per E-Mail senden").click()

    said = await _continued(visitor, chat)
    assert said.startswith("Hallo, ich möchte hier weiterschreiben. Mein Code: ")
    phone = await _phone_of(people, "Ingrid Özil", "+49 30 23125 777")
    await phone.get_by_role("textbox", name="Nachricht").fill(said)
    await phone.keyboard.press("Enter")
    entries = agent.locator("#entries")
    await expect(entries).to_contain_text("Hallo, ich möchte hier weiterschreiben.")
    await expect(entries).to_contain_text("Geht nach einer Einladung über WhatsApp weiter")
    await expect(entries).not_to_contain_text("Mein Code")
    await expect(agent.locator("#talk-head")).to_contain_text("Ingrid Özil")
    await expect(agent.locator("#composer-answer option:checked")).to_contain_text("WhatsApp")
    await answer(agent, "Schön, dass Sie da sind! Wir legen eines zurück.")
    await expect(phone.locator(".message:not(.mine)").last).to_contain_text("Wir legen eines zurück")

    way = agent.locator("#composer-answer")
    await way.select_option(label=next(one for one in await way.locator("option").all_text_contents() if "ingrid.oezil" in one))
    await expect(agent.locator("#composer-story")).to_be_visible()
    await answer(agent, "Das Angebot steht hier schwarz auf weiß: 4.200 Euro.")
    mailbox = await people.somebody("/sandbox/mailbox")
    await mailbox.locator("#mails button", has_text="Ingrid Özil").first.click()
    await mailbox.get_by_role("tab", name="Text").click()
    await expect(mailbox.locator("#body")).to_contain_text("4.200 Euro")
    await expect(mailbox.locator("#body")).to_contain_text("Haben Sie das Lastenrad „Murmeltier“ auf Lager?")
    await mailbox.locator("#answer").click()
    await mailbox.locator("#mail-form textarea").fill("Das nehme ich, danke!")
    await mailbox.get_by_role("button", name="Senden").click()
    await expect(entries).to_contain_text("Das nehme ich, danke!")

    found = await oase.rows(
        "SELECT count(DISTINCT m.conversation_id) AS conversations, count(DISTINCT i.person_id) AS persons,"
        " array_agg(DISTINCT m.channel) AS channels FROM message m JOIN identity i ON i.id = m.identity_id"
        " WHERE (m.text ~ 'Murmeltier|Das nehme ich, danke' OR m.text ~ 'ich möchte hier weiterschreiben' AND m.author_name = %(name)s)"
        " AND m.direction = 'in'",
        name="Ingrid Özil",  # others follow such links, too
    )
    assert found == [{"conversations": 1, "persons": 1, "channels": ["email", "webchat", "whatsapp"]}]


async def _set_links(agent: Page, oase: Installation, *, on: bool) -> None:
    """Links to WhatsApp beneath the company's mails, or none."""
    await agent.goto(f"{oase.url}/admin/channels/{await oase.account('email')}")
    await agent.get_by_label("Links zu anderen Kanälen unter Antworten").set_checked(on)
    if on:
        await agent.get_by_label("WhatsApp: WhatsApp Berlin").check()
    await agent.get_by_role("button", name="Speichern").click()
    await agent.wait_for_url("**?done=*")


async def test_a_customer_who_writes_by_mail_goes_on_on_whatsapp_by_the_link_beneath_our_answer(
    oase: Installation, people: People
) -> None:
    await _number_is_known(oase)
    admin = await people.agent()
    await _set_links(admin, oase, on=True)
    mailbox = await people.somebody("/sandbox/mailbox")
    await mailbox.get_by_role("button", name="Schreiben").click()
    form = mailbox.locator("#mail-form")
    await form.locator("[name=sender_name]").fill("Çiğdem Weiß")
    await form.locator("[name=sender]").fill("cigdem.weiss@example.com")
    await form.locator("[name=to]").fill("service@lindgruen.example")
    await form.locator("[name=subject]").fill("Kindersitz")
    await form.locator("textarea").fill("Passt der Kindersitz „Spatz“ auf das Lastenrad?")
    await form.get_by_role("button", name="Senden").click()
    agent = await people.agent()
    await open_row(agent, "Kindersitz „Spatz“")
    await expect(agent.locator("#composer")).to_contain_text("Darunter stehen Links zum Weiterschreiben: WhatsApp")
    await answer(agent, "Ja, er passt. Sollen wir einen zurücklegen?")
    await expect(agent.locator("#entries .entry.out")).to_contain_text("Mit Links zum Weiterschreiben: WhatsApp")
    await mailbox.locator("#mails button", has_text="Re: Kindersitz").first.click()
    await expect(mailbox.frame_locator("#body iframe").get_by_role("link", name="WhatsApp")).to_be_visible()
    link = await mailbox.frame_locator("#body iframe").get_by_role("link", name="WhatsApp").get_attribute("href")
    await _set_links(admin, oase, on=False)

    phone = await _phone_of(people, "Çiğdem Weiß", "+49 30 23125 779")
    await phone.get_by_role("textbox", name="Nachricht").fill(parse_qs(urlsplit(str(link)).query)["text"][0])
    await phone.keyboard.press("Enter")
    await expect(agent.locator("#entries")).to_contain_text("Geht nach einer Einladung über WhatsApp weiter")
    await expect(agent.locator("#composer-answer option:checked")).to_contain_text("WhatsApp")
    await answer(agent, "Schön, dann legen wir einen zurück!")
    await expect(phone.locator(".message:not(.mine)").last).to_contain_text("legen wir einen zurück")


_AS_IT_IS = (
    "SELECT (SELECT jsonb_agg(to_jsonb(p) - 'updated_at' ORDER BY p.id) FROM person p WHERE p.id = ANY(%(persons)s)) AS persons,"
    " (SELECT jsonb_agg(to_jsonb(i) - 'last_seen_at' ORDER BY i.id) FROM identity i WHERE i.person_id = ANY(%(persons)s)) AS addresses,"
    " (SELECT jsonb_agg(jsonb_build_object('id', c.id, 'person', c.person_id, 'number', c.number) ORDER BY c.id) FROM conversation c"
    " WHERE c.person_id = ANY(%(persons)s)) AS conversations,"
    " (SELECT jsonb_agg(to_jsonb(m) ORDER BY m.id) FROM message m JOIN conversation c ON c.id = m.conversation_id"
    " WHERE c.person_id = ANY(%(persons)s) AND m.direction = 'in' AND m.text !~ 'weiterschreiben') AS messages"
)


async def test_a_known_customer_who_follows_the_link_is_one_person_until_an_agent_takes_them_apart_exactly(
    oase: Installation, people: People
) -> None:
    await _number_is_known(oase)
    agent, visitor = await people.agent(), await people.somebody("/demo/shop")
    phone = await _phone_of(people, "Kaspar Ünal", "+49 30 23125 778")
    await phone.get_by_role("textbox", name="Nachricht").fill("Haben Sie Klingeln in Kupfer? 🔔")
    await phone.keyboard.press("Enter")
    chat = visitor.locator("oase-chat")
    await chat.locator(".launcher").click()
    await chat.locator("textarea").fill("Reparieren Sie auch Tandems?")
    await visitor.keyboard.press("Enter")
    await open_row(agent, "auch Tandems?")
    statement = "SELECT c.person_id FROM message m JOIN conversation c ON c.id = m.conversation_id WHERE m.text ~ 'in Kupfer|auch Tandems'"

    async def both_have_written() -> bool:
        return len(await oase.rows(statement)) == 2

    await until(both_have_written, "both have written")
    both = [row["person_id"] for row in await oase.rows(statement)]
    assert len(set(both)) == 2
    before = await oase.rows(_AS_IT_IS, persons=both)

    said = await _continued(visitor, chat)
    await phone.get_by_role("textbox", name="Nachricht").fill(said)
    await phone.keyboard.press("Enter")
    pane = agent.locator("#person")
    await expect(pane).to_contain_text("Kaspar Ünal")
    await expect(pane.locator(".pasts")).to_contain_text("Haben Sie Klingeln in Kupfer?")
    assert await oase.rows(_AS_IT_IS, persons=both) != before
    await expect(agent.locator("#composer-answer option:checked")).to_contain_text("WhatsApp")
    await agent.wait_for_selector('#inbox[data-busy="no"]', state="attached")
    await pane.get_by_role("button", name="Wieder trennen").click()
    await pane.locator("dialog[open]").get_by_role("button", name="Trennen").click()
    await expect(pane).not_to_contain_text("Haben Sie Klingeln in Kupfer?")
    assert await oase.rows(_AS_IT_IS, persons=both) == before
