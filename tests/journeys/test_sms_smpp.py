"""SMS by the operator's own protocol: the account is set up by its form, a conversation moves onto it, and what goes wrong is told."""

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.async_api import Page, expect

from oase.sandbox.sms import SmsNetwork

from .ground import Installation, People, answer, open_row, until
from .test_every_app import PNG, app_of, faults_of, is_now, write

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("apps")]
OTHERS, WRONG = "Lindgrün über SMPP", "falsch"


async def set_up(oase: Installation, people: People, network: SmsNetwork) -> Page:
    """The administrator adds the account; the first password that is typed is a wrong one."""
    admin = await people.agent()
    await admin.goto(f"{oase.url}/admin/channels/new/sms")
    await admin.get_by_label("Name für Ihr Team").fill(OTHERS)
    await admin.get_by_label("Server des Betreibers").fill("127.0.0.1")
    await admin.get_by_label("Port", exact=True).fill(str(oase.port + 3))
    await admin.get_by_label("Verschlüsselt (TLS)").uncheck()
    await admin.get_by_label("System-ID").fill(network.system_id)
    await admin.get_by_label("Unsere Nummer oder unser Name").fill(network.smpp_number)
    await admin.get_by_label("Passwort", exact=True).fill(WRONG)
    await admin.get_by_role("button", name="Verbindung prüfen").click()
    await expect(admin.locator("#check-result")).to_contain_text("Die Verbindung steht nicht.")
    await admin.get_by_label("Passwort", exact=True).fill(network.password)
    await admin.get_by_role("button", name="Verbindung prüfen").click()
    await expect(admin.locator("#check-result")).to_contain_text("Die Verbindung steht.")
    await admin.get_by_role("button", name="Speichern").click()
    await admin.wait_for_url("**/admin/channels/*-*")
    await until(lambda: is_now(oase, "sms", "up", OTHERS), "the account listens")
    return admin


async def test_a_conversation_moves_to_the_operator_and_back(oase: Installation, people: People, tmp_path: Path) -> None:
    network = app_of(oase, SmsNetwork)
    assert isinstance(network, SmsNetwork)
    await set_up(oase, people, network)
    word, picture = uuid4().hex[:8], tmp_path / "Rahmennummer.png"
    picture.write_bytes(PNG)
    phone, agent = await people.somebody("/sandbox/phone/sms"), await people.agent()
    await phone.wait_for_selector("html[data-ready]", state="attached")
    await write(phone, f"Grüß Gott, ist mein Rad „Stadtwind“ fertig? ({word}) 🚲")
    await open_row(agent, word)
    await choose(agent, lambda way: OTHERS in way)
    await agent.locator("input[type=file]").first.set_input_files(picture)  # SMS carries none: it goes as a link
    await answer(agent, f"Ja, bis 18 Uhr. ({word})")
    await expect(phone.locator(".message:not(.mine)", has_text=f"Ja, bis 18 Uhr. ({word})")).to_be_visible()
    await expect(phone.locator(".message:not(.mine) a[href*='/f/']").last).to_be_attached()
    ticks = agent.locator("#entries .entry.out", has_text=word).locator(".ticks").first
    await expect(ticks).to_have_attribute("title", "Zugestellt")
    await write(phone, f"Danke, bis gleich! {{[€]}} ({word})")
    await expect(agent.locator("#entries .entry.in", has_text=f"bis gleich! {{[€]}} ({word})")).to_be_visible()
    ways_taken = "SELECT DISTINCT a.channel FROM message m JOIN account a ON a.id = m.account_id WHERE m.text LIKE %(word)s"
    assert {row["channel"] for row in await oase.rows(ways_taken, word=f"%{word}%")} == {"twilio", "sms"}
    async with faults_of(oase, "sms") as faults:
        await faults.add("throttled", remaining=1, seconds=1)
        await answer(agent, f"Wir heben es auf. ({word})")
        await expect(phone.locator(".message:not(.mine)", has_text=f"Wir heben es auf. ({word})")).to_have_count(
            1, timeout=90_000
        )
    await choose(agent, lambda way: OTHERS not in way and "SMS" in way)
    await answer(agent, f"Und wieder von der alten Nummer. ({word})")
    await expect(phone.locator(".message:not(.mine)", has_text=f"Und wieder von der alten Nummer. ({word})")).to_be_visible()


async def choose(agent: Page, fits: Callable[[str], bool]) -> None:
    """The agent answers another way than the composer proposes."""
    ways = agent.locator("#composer-answer")
    await ways.select_option(label=next(one for one in await ways.locator("option").all_text_contents() if fits(one)))
