"""A rule is tried on the past, switched on, and does what it said it would."""

from uuid import uuid4

import pytest
from playwright.async_api import expect

from .ground import Installation, People, until
from .test_agents import write_on_whatsapp

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]


async def test_a_rule_is_tried_on_the_past_and_switched_on(oase: Installation, people: People) -> None:
    word = f"Wackelpedal{uuid4().hex[:6]}"
    await write_on_whatsapp(oase, f"Mein {word} ist lose.", phone="4917139200913", name="Ronja Weiß")
    lead = await people.agent()
    await lead.goto(f"{oase.url}/admin/automations/new")
    await lead.locator("#name").fill(f"Pedale {word}")
    await lead.locator("#when").select_option("received")
    await lead.locator("[data-rows=all] [data-adds-row]").press("Enter")
    await lead.locator("[data-rows=all] input[name$=values]").fill(word)
    await lead.locator("[data-rows=act] input[name$=value]").fill(word)
    await lead.locator("button[value=try]").press("Enter")
    await expect(lead.locator(".rule-verdict")).to_contain_text("Hätte eines von")
    await expect(lead.locator("#trial")).to_contain_text("Ronja Weiß")
    tagged = "SELECT number FROM conversation WHERE tags @> ARRAY[%(word)s]"
    assert await oase.rows(tagged, word=word) == []
    await lead.get_by_role("button", name="Regel einschalten").press("Enter")
    await expect(lead.locator(".rule-row", has_text=word)).to_contain_text("An")
    await write_on_whatsapp(oase, f"Das {word} ist jetzt ab.", phone="4917139200913", name="Ronja Weiß")
    await until(lambda: oase.rows(tagged, word=word), "the rule tags what the customer wrote")
