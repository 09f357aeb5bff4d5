"""What an agent does in a day: undo, a note that calls a colleague, two persons who are one, and all of it by keyboard."""

import re
from uuid import uuid4

import aiohttp
import pytest
from playwright.async_api import Page, expect

from .ground import SOPHIE, Installation, People

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


async def write_on_whatsapp(oase: Installation, text: str, *, phone: str = "4915228817386", name: str = "Jürgen Groß") -> None:
    """A customer writes on WhatsApp."""
    control = f"{oase.url}/sandbox/control/customers"
    async with aiohttp.ClientSession() as session:
        async with session.post(control, json={"wa_id": phone, "name": name}) as answer:
            assert answer.status < 500  # known already is fine
        async with session.post(f"{control}/{phone}/messages?wait=true", json={"text": text, "wait": True}) as answer:
            assert answer.status < 300, await answer.text()


async def send_mail(oase: Installation, sender: str, name: str, subject: str, text: str) -> None:
    """A customer writes a mail to the company."""
    async with aiohttp.ClientSession() as session:
        proposal = await (await session.get(f"{oase.url}/sandbox/control/mails/proposal")).json()
        given = {"sender": sender, "sender_name": name, "to": proposal["to"], "subject": subject, "text": text, "attachments": []}
        async with session.post(f"{oase.url}/sandbox/control/mails", json=given) as answer:
            assert answer.status < 300, await answer.text()


async def open_row(agent: Page, text: str) -> None:
    """Opens the conversation whose row shows this text."""
    await agent.mouse.move(1300, 600)  # a list under the pointer keeps still
    await agent.locator("#rows .row-link", has_text=text).first.click()
    await expect(agent.locator("#entries")).to_contain_text(text)


async def test_an_answer_can_be_taken_back_before_it_leaves(oase: Installation, people: People) -> None:
    word = uuid4().hex[:8]
    agent = await people.agent()
    await write_on_whatsapp(oase, f"Wann öffnet die Werkstatt? {word}", phone="4917139200011", name="Dörte Æbelø")
    await open_row(agent, word)
    await agent.locator("#composer-text").fill("Um 9 Uhr, nein, um 10!")
    await agent.keyboard.press("Control+Enter")
    await agent.locator("#toasts").get_by_role("button", name="Rückgängig").click()
    await expect(agent.locator("#composer-text")).to_have_value("Um 9 Uhr, nein, um 10!")
    found = await oase.rows(
        "SELECT d.state FROM delivery d JOIN message m ON m.id = d.message_id WHERE m.text LIKE 'Um 9 Uhr, nein%%'"
    )
    assert [row["state"] for row in found] == ["cancelled"]
    await agent.locator("#composer-text").fill("Um 9 Uhr.")
    await agent.keyboard.press("Control+Enter")
    await expect(agent.locator("#entries .entry.out").last.locator(".ticks").first).to_have_attribute(
        "title", re.compile("Gesendet|Zugestellt|Gelesen")
    )


async def test_a_colleague_who_is_mentioned_in_a_note_finds_it_among_the_mentions(oase: Installation, people: People) -> None:
    word = uuid4().hex[:8]
    anna, sophie = await people.agent(), await people.agent(SOPHIE, path="/inbox/mentions")
    await write_on_whatsapp(oase, f"Ist mein Rahmen noch in Garantie? {word}", phone="4917139200012", name="Þórunn Ólafsdóttir")
    await open_row(anna, word)
    await anna.locator("#timeline").focus()
    await anna.keyboard.press("n")
    await anna.keyboard.type("Schaust du bitte, @Soph", delay=20)
    await anna.locator("#suggestions [role=option]", has_text="Sophie Klein").wait_for()
    await anna.keyboard.press("Enter")
    await anna.keyboard.type("?")
    await anna.keyboard.press("Control+Enter")
    await expect(anna.locator("#entries .entry.note")).to_contain_text("@Sophie Klein")
    await sophie.mouse.move(1300, 600)
    await sophie.locator("#rows .row-link", has_text="Þórunn").first.click()
    await expect(sophie.locator("#entries .entry.note")).to_contain_text("Schaust du bitte")


async def test_two_persons_become_one_and_are_taken_apart_again(oase: Installation, people: People) -> None:
    word = uuid4().hex[:8]
    agent = await people.agent()
    await write_on_whatsapp(oase, f"Hallo, wegen der Rechnung {word}", phone="4917139200013", name="Kai-Uwe Straßenbahn")
    await send_mail(oase, f"kaiuwe.{word}@example.com", "Kai-Uwe Straßenbahn", f"Rechnung {word}", "Die Rechnung fehlt noch.")
    await open_row(agent, f"wegen der Rechnung {word}")
    twin = agent.locator("#person .twin", has_text="Kai-Uwe Straßenbahn")
    await expect(twin).to_be_visible()
    await twin.get_by_role("button", name="Zusammenführen").click()
    await expect(agent.locator("#person .addresses")).to_contain_text(f"kaiuwe.{word}@example.com")
    await agent.locator("#person").get_by_role("button", name="Wieder trennen").click()
    await agent.get_by_role("dialog").locator("[data-act$=unmerge]").click()
    await expect(agent.locator("#person .addresses")).not_to_contain_text(f"kaiuwe.{word}@example.com")


async def test_a_case_is_answered_and_solved_without_a_mouse(oase: Installation, people: People) -> None:
    word = uuid4().hex[:8]
    for number, name in ((14, "Erste Kundin"), (15, "Zweiter Kunde")):
        await write_on_whatsapp(oase, f"Frage von {name} {word}", phone=f"49171392000{number}", name=name)
    agent = await people.agent()
    await agent.locator("#rows", has_text=f"Erste Kundin {word}").wait_for()
    wanted = agent.locator("#rows .row-link[aria-current=true]", has_text=f"Frage von Erste Kundin {word}")
    await agent.locator("body").press("j")
    for _ in range(60):
        await agent.wait_for_selector("#talk")
        if await wanted.count():
            break
        await agent.keyboard.press("j")
    await expect(agent.locator("#entries")).to_contain_text(f"Frage von Erste Kundin {word}")
    here = agent.url
    talk, shown = agent.locator("#talk"), here.rpartition("/")[2]
    await expect(talk).to_have_attribute("data-id", shown)
    await agent.keyboard.press("j")
    await expect(agent).not_to_have_url(here)
    await expect(talk).not_to_have_attribute("data-id", shown)
    await agent.keyboard.press("k")
    await expect(agent).to_have_url(here)
    await expect(talk).to_have_attribute("data-id", shown)
    await agent.keyboard.press("r")
    await expect(agent.locator("#composer-text")).to_be_focused()
    await agent.keyboard.type("Ganz ohne Maus.")
    await agent.keyboard.press("Control+Enter")
    await expect(agent.locator("#entries .entry.out")).to_contain_text("Ganz ohne Maus.")
    await agent.keyboard.press("Escape")
    await agent.keyboard.press("e")
    await expect(agent).not_to_have_url(here)
    statement = "SELECT c.state FROM conversation c JOIN message m ON m.conversation_id = c.id WHERE m.text = %(text)s"
    assert (await oase.rows(statement, text=f"Frage von Erste Kundin {word}"))[0]["state"] == "solved"
    await agent.keyboard.press("?")
    await expect(agent.locator("dialog#help")).to_be_visible()


async def test_a_visitor_writes_and_reads_without_a_mouse(people: People) -> None:
    visitor = await people.somebody("/demo/shop")
    chat = visitor.locator("oase-chat")
    await chat.locator(".launcher").wait_for()
    for _ in range(40):
        if await visitor.evaluate("document.activeElement?.localName === 'oase-chat'"):
            break
        await visitor.keyboard.press("Tab")
    await visitor.keyboard.press("Enter")
    await expect(chat.locator("textarea")).to_be_focused()
    await visitor.keyboard.type("Nur mit der Tastatur: Haben Sie auch Dreiräder?")
    await visitor.keyboard.press("Enter")
    await expect(chat.locator(".row.me .bubble")).to_contain_text("Haben Sie auch Dreiräder?")
    await visitor.keyboard.press("Escape")
    await expect(chat.locator(".panel")).to_be_hidden()
    await expect(chat.locator(".launcher")).to_be_focused()
