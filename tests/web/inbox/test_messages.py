"""Single messages: answered, reacted to, left unsent; by mouse, by keyboard and by tap; places, cards and quick replies beside words."""

import re
from typing import Any

import pytest
from playwright.async_api import Page, expect

from oase.channels import create_account, keep_check
from oase.channels.contract import Checked
from oase.conversations import IN_COPY, Author, say
from oase.conversations.types import Answer
from oase.kernel.ids import new_id

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser


async def opened(desk: Desk, screens: Screens, **more: Any) -> Page:
    await desk.writes("Jörg Weißmüller", "Rot oder blau?")
    await desk.writes("Jörg Weißmüller", "Und bis wann? 🙏")
    page = await screens.open(f"/inbox/open/{await desk.value('SELECT id FROM conversation')}", **more)
    await settled(page)
    return page


async def outbound(desk: Desk) -> Any:
    return await desk.value("SELECT outbound->'outbound' FROM delivery ORDER BY id DESC LIMIT 1")


async def test_one_message_is_answered_and_shown_above_the_answer_and_a_click_leads_to_it(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    first = page.locator("#entries .entry.in").first
    await first.locator(".bubble").hover()
    await first.locator("[data-answers]").click()
    await expect(page.locator("#composer-quoted")).to_contain_text("Rot oder blau?")
    await page.keyboard.type("Rot, bitte.")
    await page.keyboard.press("Control+Enter")
    answer = page.locator("#entries .entry.out")
    await expect(answer.locator(".bubble-reply")).to_contain_text("Rot oder blau?")
    await expect(page.locator("#composer-quoted")).to_be_hidden()
    assert (await outbound(desk))["envelope"]["reply_to"] == "wamid.00001"
    await answer.locator(".bubble-reply").click()
    await expect(first).to_be_focused()


async def test_which_message_is_answered_is_kept_with_the_draft_and_can_be_taken_off(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    async with page.expect_response("**/draft"):
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("ArrowUp")
        await page.keyboard.press("r")
    other = await screens.open(page.url.removeprefix(desk.url))
    await expect(other.locator("#composer-quoted")).to_contain_text("Rot oder blau?")
    await other.locator("[data-unquotes]").click()
    await expect(other.locator("#composer-quoted")).to_be_hidden()


async def test_a_customer_who_answers_ours_is_shown_with_it(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    await desk.writes("Jörg Weißmüller", "Blau!", context={"from": "4915228817386", "id": "wamid.00001"})
    await expect(page.locator("#entries .entry.in").last.locator(".bubble-reply")).to_contain_text("Rot oder blau?")


async def test_a_reaction_is_made_changed_and_taken_back_by_keyboard(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("+")
    await expect(page.locator("#emoji-picker")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("Enter")
    last = page.locator("#entries .entry.in").last
    await expect(last.locator(".reaction-own")).to_contain_text("❤️")
    assert (await outbound(desk))["emoji"] == "❤️"
    await last.locator(".bubble").hover()
    await last.locator("[data-reacts]").click()
    await page.locator("#emoji-picker .emoji-none").click()
    await expect(last.locator(".reaction-own")).to_have_count(0)
    assert await desk.value("SELECT string_agg(state, ' ') FROM delivery") == "cancelled"


async def test_a_reaction_that_failed_says_so_and_can_be_left(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    last = page.locator("#entries .entry.in").last
    await last.locator(".bubble").hover()
    await last.locator("[data-reacts]").click()
    await page.locator("#emoji-picker [data-emoji='👍']").click()
    await expect(last.locator(".reaction-own")).to_be_visible()
    async with desk.database.work(desk.workspace_id) as work:
        await work.run("UPDATE delivery SET state = 'failed', why = '(#131009) Too old'")
    await page.reload()
    await expect(last.locator(".fate-failed")).to_contain_text("(#131009) Too old")
    await last.get_by_role("button", name="So lassen").click()
    await expect(last.locator(".fate-failed, .reaction-own")).to_have_count(0)


@pytest.mark.parametrize("how", ["mouse", "keyboard", "phone"])
@pytest.mark.parametrize(
    ("state", "choice"), [("failed", "Nicht mehr senden"), ("unknown", "Nicht angekommen, nicht mehr senden")]
)
async def test_what_did_not_arrive_can_be_left_unsent(how: str, state: str, choice: str, desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens, phone=how == "phone")
    one = await desk.value("SELECT id FROM conversation")
    async with desk.database.work(desk.workspace_id) as work:
        await say(work, desk.services.book, Author(name="Ben Öztürk"), one, Answer(client_key=new_id(), text="Morgen."))
        await work.run("UPDATE delivery SET state = %(state)s, why = 'Die Leitung brach ab.'", {"state": state})
    await page.reload()
    button = page.locator(".fate").get_by_role("button", name=choice, exact=True)
    assert await button.evaluate("one => one.getBoundingClientRect().right <= innerWidth"), "It reaches beyond the screen."
    if how == "keyboard":
        await button.focus()
        await page.keyboard.press("Enter")
    else:
        await button.click()
    await expect(page.locator("#entries .entry.out .fate")).to_contain_text("Nicht gesendet und dabei belassen")
    assert await desk.value("SELECT state FROM conversation") == "open"


@pytest.mark.parametrize(
    ("locale", "said"), [("de", "Eine Adresse in Kopie wurde nicht erreicht."), ("en", "This did not reach an address in copy.")]
)
async def test_an_address_in_copy_that_bounced_is_said_at_the_message(
    locale: str, said: str, desk: Desk, screens: Screens
) -> None:
    async with desk.database.work(desk.workspace_id) as work:
        await work.run("UPDATE agent SET language = %(language)s", {"language": locale})
    page = await opened(desk, screens)
    one = await desk.value("SELECT id FROM conversation")
    async with desk.database.work(desk.workspace_id) as work:
        await say(work, desk.services.book, Author(name="Ben Öztürk"), one, Answer(client_key=new_id(), text="Morgen."))
        why = "anna@firma.example: 550 5.1.1 User unknown"
        await work.run("UPDATE delivery SET state = 'delivered', code = %(code)s, why = %(why)s", {"code": IN_COPY, "why": why})
    await page.reload()
    fate = page.locator("#entries .entry.out .fate")
    await expect(fate).to_have_text(f"{said} {why}")
    await expect(fate.get_by_role("button")).to_have_count(0)


async def test_a_tap_shows_what_can_be_done_with_a_message(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens, phone=True)
    acts = page.locator("#entries .entry.in .entry-acts").first
    await expect(acts).to_be_hidden()
    await page.locator("#entries .entry.in .bubble-text").first.click()
    await expect(acts).to_be_visible()


async def test_a_location_is_sent_from_a_pasted_link_and_a_wrong_one_is_explained(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    await page.click("[popovertarget=attach-menu]")
    await page.get_by_role("menuitem", name="Standort").click()
    await page.fill("#place-at", "https://maps.app.goo.gl/AbC")
    await page.keyboard.press("Enter")
    await expect(page.locator("#place-dialog [role=alert]")).to_contain_text("Verkürzte Links")
    await page.fill("#place-at", "https://www.openstreetmap.org/?mlat=52.5163&mlon=13.3777")
    await page.fill("#place-name", "Brandenburger Tor")
    await page.keyboard.press("Enter")
    await expect(page.locator("#entries .entry.out .thing")).to_contain_text("Brandenburger Tor")
    screens.troubles[:] = [one for one in screens.troubles if "422" not in one and "400" not in one]
    assert (await outbound(desk))["latitude"] == 52.5163


async def send_card(page: Page) -> None:
    """Fills in a contact card and sends it."""
    await page.click("[popovertarget=attach-menu]")
    await page.get_by_role("menuitem", name="Kontaktkarte").click()
    await page.fill("#card-name", "Nguyễn Thị Hương")
    await page.fill("#card-phone", "+49 30 23125 311")
    await page.keyboard.press("Enter")


async def test_a_contact_card_is_sent_and_shown(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    await send_card(page)
    await expect(page.locator("#entries .entry.out .thing")).to_contain_text("Nguyễn Thị Hương")
    assert (await outbound(desk))["contacts"][0]["phones"] == ["+49 30 23125 311"]


async def test_a_card_waits_when_a_colleague_was_faster(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    await page.route("**/changes**", lambda route: route.abort())  # the page does not hear of it in time
    one = await desk.value("SELECT id FROM conversation")
    ben = Author(id=await desk.value("SELECT id FROM agent WHERE name = 'Ben Öztürk'"), name="Ben Öztürk")
    async with desk.database.work(desk.workspace_id) as work:
        await say(work, desk.services.book, ben, one, Answer(client_key=new_id(), text="Frau Nguyễn ruft Sie an."))
    await send_card(page)
    await expect(page.locator("#card-dialog [role=alert]")).to_contain_text("Ben Öztürk hat inzwischen geantwortet.")
    assert await desk.value("SELECT count(*) FROM message WHERE direction = 'out'") == 1
    await page.locator("#card-dialog").get_by_role("button", name="Senden").click()
    await expect(page.locator("#card-dialog")).to_be_hidden()
    assert await desk.value("SELECT count(*) FROM message WHERE direction = 'out'") == 2
    screens.troubles[:] = [one for one in screens.troubles if "409" not in one and "ERR_FAILED" not in one]


async def test_quick_replies_go_with_the_text_and_come_back_with_the_draft(desk: Desk, screens: Screens) -> None:
    page = await opened(desk, screens)
    await page.click("[popovertarget=attach-menu]")
    await page.get_by_role("menuitem", name="Schnellantworten").click()
    for number, title in enumerate(("Rot", "Blau")):
        await page.locator("#composer-choices ol input").nth(number).fill(title)
    async with page.expect_response("**/draft"):
        await page.fill("#composer-text", "Welche Farbe?")
    other = await screens.open(page.url.removeprefix(desk.url))
    assert await other.locator("#composer-choices ol input").count() == 2
    await page.locator("#composer-text").press("Control+Enter")
    await expect(page.locator("#entries .entry.out .offered li")).to_have_text(["Rot", "Blau"])
    assert [one["title"] for one in (await outbound(desk))["choices"]] == ["Rot", "Blau"]


async def test_a_customer_is_invited_to_another_channel_by_a_link_in_their_language(desk: Desk, screens: Screens) -> None:
    async with desk.database.work(desk.workspace_id) as work:
        account_id = await create_account(work, desk.services.safe, "telegram", "Telegram Shop", {"bot_token": "1:geheim"})
        await keep_check(work, account_id, Checked(ok=True, summary="", facts={"username": "lindgruen_bot"}))
    page = await opened(desk, screens)
    await page.get_by_role("button", name="Anderes anhängen").click()
    await page.get_by_role("menuitem", name="Telegram").click()
    text = page.locator("#composer-text")
    await expect(text).to_have_value(
        re.compile(r"^Sie können auch über Telegram mit uns weiterschreiben: https://t\.me/lindgruen_bot\?start=[a-z2-9-]{14}$")
    )
    assert await desk.value("SELECT account_id FROM invitation") == account_id
