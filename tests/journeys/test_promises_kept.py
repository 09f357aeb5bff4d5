"""Promises decide what an agent gets, and a lead sees in time where one would break: in a company where nobody else waits."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, Route, expect

from oase.channels import create_account
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, Secret, load_key
from oase.staff import SetUp, add_agent, set_up
from oase.staff.passwords import hash_password
from oase.staff.types import Visit

from .ground import PASSWORD, Installation, People, answer, live, until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
LEAD, JONAS, CLARA = "aenne@muessig.example", "jonas@muessig.example", "clara@muessig.example"
SHOP = '<!doctype html><html><title>Käserei</title><body><script async src="{url}/widget/{account}/oase.js"></script>'


async def signed_in(people: People, email: str, path: str = "/inbox/open") -> Page:
    """Somebody of the company, in front of a page."""
    page = await people.somebody(f"/signin?next={path}")
    await page.locator("#email").fill(email)
    await page.locator("#password").fill(PASSWORD)
    await page.locator("form.sheet button[type=submit]").click()
    await page.wait_for_url(f"**{path}**")
    return page


async def set_by_the_lead(lead: Page, url: str) -> None:
    """On the pages of the administration: who knows French, how soon chats are answered, and what happens before it is late."""
    await lead.goto(f"{url}/admin/skills/new?kind=language")
    await lead.get_by_label("Sprache", exact=True).select_option("fr")
    await lead.get_by_label("Clara Petit").select_option("5")
    await lead.get_by_role("button", name="Speichern").click()
    await lead.wait_for_url("**/admin/skills?**")
    await lead.goto(f"{url}/admin/promises/targets/new")
    await lead.locator("#paces input[value=live]").check()
    await lead.locator("#first").fill("25")
    await lead.get_by_role("button", name="Speichern").click()
    await lead.wait_for_url("**/admin/promises?**")
    await lead.goto(f"{url}/admin/promises/steps/new")
    await lead.locator("#minutes").fill("27")
    await lead.locator("#raise_priority").check()
    await lead.get_by_role("button", name="Speichern").click()
    await lead.wait_for_url("**/admin/promises?**")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(empty: Installation, browser: Browser) -> AsyncIterator[Installation]:
    """A cheese dairy with a chat, a form, a lead and two agents."""
    database, password = await empty.open_database(), Secret(PASSWORD)
    given = SetUp(workspace_name="Käserei Müßig", name="Änne Müßig", email=LEAD, password=password, language="de")
    await set_up(database, given, Visit(address="192.0.2.1", user_agent="test"))
    hashed = await hash_password(password)
    async with database.work(await empty.workspace()) as work:
        for name, email in (("Jonas Feld", JONAS), ("Clara Petit", CLARA)):
            await add_agent(work, new_id(), name=name, email=email, password_hash=hashed, roles=("agent",), language="de")
        for channel in ("webchat", "form"):
            await create_account(work, Safe(load_key(empty.folder)), channel, "Käserei Müßig", {"company": "Käserei Müßig"})
    people = People(browser, empty)
    await set_by_the_lead(await signed_in(people, LEAD), empty.url)
    await people.close()
    yield empty


async def chats(oase: Installation, people: People, text: str, locale: str = "de-DE") -> Page:
    """A visitor of the dairy's shop writes in its chat, and knows that it arrived."""
    shop = SHOP.format(url=oase.url, account=await oase.account("webchat"))

    async def served(route: Route) -> None:
        await route.fulfill(body=shop, content_type="text/html; charset=utf-8")

    visitor = await people.somebody(locale=locale)
    await visitor.route("http://shop.muessig.example/", served)
    await visitor.goto("http://shop.muessig.example/")
    chat = visitor.locator("oase-chat")
    await chat.locator(".launcher").click()
    await chat.locator("textarea").fill(text)
    await visitor.keyboard.press("Enter")
    arrived = "SELECT id FROM message WHERE text = %(text)s"
    await until(lambda: oase.rows(arrived, text=text), f"“{text}” arrives")
    return visitor


async def writes_a_form(oase: Installation, people: People, text: str) -> None:
    """Somebody sends the form."""
    customer = await people.somebody(f"/form/{await oase.account('form')}?lang=de")
    await customer.locator("#name").fill("Ida Blum")
    await customer.locator("#email").fill("ida.blum@example.com")
    await customer.locator("#message").fill(text)
    await customer.get_by_role("button", name="Nachricht senden").click()
    arrived = "SELECT id FROM message WHERE text LIKE %(text)s"
    await until(lambda: oase.rows(arrived, text=f"%{text}%"), "the form arrives")


async def says(agent: Page, state: str) -> None:
    """The agent says what they do now, by the switch that is on every page."""
    await agent.locator("#duty-button").click()
    await agent.locator("#duty-menu").get_by_role("menuitemradio", name=state).first.click()
    await expect(agent.locator("#duty-button")).to_contain_text(state)


async def test_an_agent_comes_online_and_gets_the_right_item(company: Installation, newcomers: People) -> None:
    word = uuid4().hex[:8]
    jonas, clara = await signed_in(newcomers, JONAS), await signed_in(newcomers, CLARA)
    await writes_a_form(company, newcomers, f"Liefern Sie auch nach Österreich? {word}")  # came first, and has a day
    french = f"Bonjour, est-ce que le fromage de chèvre est fait avec du lait cru ? {word}"
    await chats(company, newcomers, french, locale="fr-FR")  # before the next one, but Jonas does not know French
    german = f"Haben Sie den Bergkäse noch im Angebot? {word}"
    await chats(company, newcomers, german)
    statement = (
        "SELECT m.text FROM promise p JOIN message m ON m.conversation_id = p.conversation_id WHERE m.text LIKE %(word)s"
        " AND p.settled_at IS NULL ORDER BY p.due_at"
    )
    order = await until(lambda: _three(company, statement, word), "three promises stand")
    assert [text.split()[0] for text in order] == ["Bonjour,", "Haben", "Liefern"]

    await live(jonas)
    await says(jonas, "Online")
    await expect(jonas.locator("#offer .offer-line")).to_contain_text(german)
    await expect(jonas.locator("#offer .offer-who")).to_contain_text("Besucher")
    await jonas.keyboard.press("b")
    await expect(jonas.locator("#entries")).to_contain_text(german)
    await expect(jonas.locator("#talk-head")).to_contain_text("Jonas Feld")
    await expect(jonas.locator("#offer .offer")).to_have_count(0)

    await live(clara)
    await says(clara, "Online")
    await expect(clara.locator("#offer .offer-line")).to_contain_text(french)
    await clara.locator("#offer").get_by_role("button", name="Warum?").click()
    await expect(clara.get_by_role("dialog")).to_contain_text("Sie werden gerade gefragt.")
    await clara.keyboard.press("Escape")
    await clara.keyboard.press("b")
    await expect(clara.locator("#entries")).to_contain_text(french)
    whose = (
        "SELECT DISTINCT a.name, m.text FROM conversation c JOIN agent a ON a.id = c.assignee_id"
        " JOIN message m ON m.conversation_id = c.id AND m.direction = 'in' WHERE m.text LIKE %(word)s ORDER BY a.name"
    )
    hers = await until(lambda: _two(company, whose, word), "both are given")
    assert hers == [("Clara Petit", french), ("Jonas Feld", german)]

    (row,) = await company.rows("SELECT conversation_id AS id FROM message WHERE text = %(text)s", text=french)
    await jonas.goto(f"{company.url}/inbox/open/{row['id']}")
    await jonas.keyboard.press("Control+k")
    await jonas.keyboard.type("Wer bekommt")
    await jonas.keyboard.press("Enter")
    await expect(jonas.get_by_role("dialog")).to_contain_text("Clara Petit")


async def _three(company: Installation, statement: str, word: str) -> list[str]:
    found = [row["text"] for row in await company.rows(statement, word=f"%{word}%")]
    return found if len(found) == 3 else []


async def _two(company: Installation, statement: str, word: str) -> list[tuple[str, str]]:
    found = [(row["name"], row["text"]) for row in await company.rows(statement, word=f"%{word}%")]
    return found if len(found) == 2 else []


async def test_a_breach_is_foreseen_and_averted(company: Installation, newcomers: People) -> None:
    word = uuid4().hex[:8]
    visitor = await chats(company, newcomers, f"Mein Paket ist warm angekommen! {word}")
    jonas, lead = await signed_in(newcomers, JONAS), await signed_in(newcomers, LEAD, "/floor")
    await live(jonas)
    await says(jonas, "Beschäftigt")  # keeps what is his, and is offered nothing: nobody would answer in time
    await expect(lead.locator("#floor")).to_have_attribute("data-live", "on")
    at_risk = lead.locator("#risk .wait", has_text=word)
    await expect(at_risk.locator(".wait-who")).to_contain_text("Besucher")  # as everywhere: who gave no name has a number
    await expect(at_risk.get_by_label("Hoch")).to_be_visible(timeout=60_000)  # the step that was set for 27 minutes before

    await at_risk.locator(".wait-link").focus()
    await lead.keyboard.press("a")
    await lead.keyboard.type("jon")
    await lead.keyboard.press("Enter")
    await expect(at_risk.get_by_label("Jonas Feld zugewiesen")).to_be_visible()
    await at_risk.locator(".wait-link").focus()
    await lead.keyboard.press("w")
    await lead.keyboard.type("Bitte gleich: Ersatz anbieten.")
    await lead.get_by_role("dialog").get_by_role("button", name="Zuflüstern").click()

    whisper = jonas.locator(".whisper")
    await expect(whisper).to_contain_text("Ersatz anbieten")
    await whisper.get_by_role("link", name="Gespräch öffnen").click()
    await expect(jonas.locator("#entries")).to_contain_text(word)
    await expect(jonas.locator("#person .promise")).to_contain_text("Gilt")
    await answer(jonas, "Das tut mir leid. Ein neues geht heute noch los!")
    await expect(visitor.locator("oase-chat .row.us:not(.hi) .bubble")).to_contain_text("Ein neues geht heute noch los")
    await expect(at_risk).to_have_count(0)
    await expect(jonas.locator("#person .promise")).to_contain_text("Gehalten")
    kept = "SELECT p.outcome FROM promise p JOIN message m ON m.conversation_id = p.conversation_id WHERE m.text LIKE %(word)s"
    assert [row["outcome"] for row in await company.rows(kept, word=f"%{word}%")] == ["kept"]
