"""A team lead sees who waits, and gives the conversation to somebody else without a mouse."""

from uuid import UUID, uuid4

import pytest
from playwright.async_api import Page, expect

from .ground import SOPHIE, Installation, People, until
from .test_agents import write_on_whatsapp

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journeys")]
_SAYS = (
    "([address, given]) => fetch(address, { method: 'POST', body: new URLSearchParams(given) }).then((answer) => answer.status)"
)


async def says(page: Page, address: str, *given: tuple[str, str]) -> None:
    """Something that another page does is done in this one's name."""
    assert await page.evaluate(_SAYS, [address, [list(pair) for pair in given]]) < 400


async def a_team_of_its_own(oase: Installation, lead: Page, word: str) -> tuple[UUID, UUID]:
    """A team in which one customer waits, who is nobody's, and both are on duty; gives the team and the conversation."""
    await write_on_whatsapp(oase, f"Wer hilft mir? {word}", phone="4917139200031", name="Ines Überall")
    statement = "SELECT conversation_id AS id FROM message WHERE text LIKE %(words)s"
    conversation = (await until(lambda: oase.rows(statement, words=f"%{word}"), "the conversation"))[0]["id"]
    members = await oase.rows("SELECT id FROM agent WHERE name IN ('Anna Berger', 'Sophie Klein')")
    pairs = [("members", str(row["id"])) for row in members]
    await says(lead, "/admin/teams/new", ("name", f"Team {word}"), ("description", ""), *pairs)
    team = (await oase.rows("SELECT id FROM team WHERE name = %(name)s", name=f"Team {word}"))[0]["id"]
    await says(lead, f"/conversations/{conversation}/team", ("team", str(team)))
    await says(lead, f"/conversations/{conversation}/assign", ("agent", ""))
    return team, conversation


async def to_the_conversation(lead: Page, conversation: UUID) -> None:
    """Goes there by `j`; a queue on the way is opened."""
    for _ in range(20):
        await lead.keyboard.press("j")
        focused = lead.locator(":focus")
        if await focused.evaluate("one => one.closest('.wait')?.dataset.conversation ?? ''") == str(conversation):
            return
        if await focused.evaluate("one => one.matches('summary') && !one.parentElement.open"):
            await lead.keyboard.press("Enter")
    raise AssertionError("The keyboard does not lead to the conversation.")


async def test_a_lead_rebalances_by_keyboard(oase: Installation, people: People) -> None:
    word = uuid4().hex[:8]
    sophie, lead = await people.agent(SOPHIE), await people.agent()
    team, conversation = await a_team_of_its_own(oase, lead, word)
    await lead.goto(f"{oase.url}/floor?team={team}")
    await expect(lead.locator("#floor")).to_have_attribute("data-live", "on")
    await says(sophie, "/duty", ("state", "busy"))  # keeps what is hers, and is offered nothing
    await expect(lead.locator("#mates")).to_contain_text("Sophie Klein")  # by itself
    await to_the_conversation(lead, conversation)
    await lead.keyboard.press("a")
    await expect(lead.locator("#give-menu [data-filters]")).to_be_focused()
    await lead.keyboard.type("soph")
    await lead.keyboard.press("Enter")
    statement = "SELECT a.name FROM conversation c JOIN agent a ON a.id = c.assignee_id WHERE c.id = %(id)s"
    assert (await until(lambda: oase.rows(statement, id=conversation), "an assignee"))[0]["name"] == "Sophie Klein"
    await expect(lead.locator("#toasts")).to_contain_text("An Sophie Klein gegeben")
    await expect(
        lead.locator(f'[data-conversation="{conversation}"]').first.get_by_label("Sophie Klein zugewiesen")
    ).to_be_visible()
    focused = "document.activeElement.closest('.wait')?.dataset.conversation"
    assert await lead.evaluate(focused) == str(conversation)
    await lead.keyboard.press("z")
    await until(
        lambda: oase.rows("SELECT id FROM conversation WHERE id = %(id)s AND assignee_id IS NULL", id=conversation), "undo"
    )
