"""The agent answers on another channel than the customer wrote on: what the composer shows follows the choice."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page, expect

from oase.channels import create_account, keep_check
from oase.channels.contract import Checked
from oase.people import add_address, change_person

from .conftest import Desk, Screens, settled

pytestmark = pytest.mark.browser
MAIL = {
    "address": "service@lindgruen.example", "sender_name": "Lindgrün", "incoming": "receiver", "smtp_host": "127.0.0.1",
    "smtp_security": "none", "smtp_sign_in": False,
}  # fmt: skip


async def _open(desk: Desk, screens: Screens) -> Page:
    page = await screens.open(f"/inbox/open/{await desk.value('SELECT id FROM conversation')}")
    await settled(page)
    return page


async def _choose(page: Page, text: str) -> None:
    ways = page.locator("#composer-answer")
    await ways.select_option(label=next(one for one in await ways.locator("option").all_text_contents() if text in one))


async def test_an_address_that_the_customer_left_is_a_way_and_takes_along_what_was_said(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Rot oder blau?")
    async with desk.database.work(desk.workspace_id) as work:
        await create_account(work, desk.services.safe, "email", "Post", MAIL)
        person = await work.value("SELECT id FROM person WHERE workspace_id = %(workspace_id)s")
        await change_person(work, person, {"fields": {"email": "Jörg@Example.com"}})
    page = await _open(desk, screens)
    await expect(page.locator("#composer-story")).to_be_hidden()
    await expect(page.locator(".composer-window")).to_be_visible()
    await _choose(page, "jörg@example.com")
    await expect(page.locator("#composer-story")).to_be_visible()
    await expect(page.locator(".composer-window")).to_be_hidden()
    await expect(page.locator("#composer-dot use")).to_have_attribute("href", re.compile("#mail$"))
    await page.locator("#composer-text").fill("Blau, bitte.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#entries .entry.out")).to_contain_text("Unser Gespräch bisher:")
    await expect(page.locator("#entries .entry.out")).to_contain_text("Rot oder blau?")
    assert await desk.value("SELECT recipient FROM delivery") == "jörg@example.com"


async def test_a_way_that_takes_templates_only_says_so_and_keeps_what_was_typed(desk: Desk, screens: Screens) -> None:
    await desk.writes("Jörg Weißmüller", "Rot oder blau?", at=datetime.now(UTC) - timedelta(hours=30))
    async with desk.database.work(desk.workspace_id) as work:  # a minute ago they wrote by mail
        mail = await create_account(work, desk.services.safe, "email", "Post", MAIL)
        person = await work.value("SELECT id FROM person WHERE workspace_id = %(workspace_id)s")
        identity = await add_address(work, person, "email", "joerg@example.com")
        await work.run(
            "UPDATE conversation SET account_id = %(mail)s, identity_id = %(identity)s, channel = 'email', last_in_at = now()"
            " WHERE workspace_id = %(workspace_id)s",
            {"mail": mail, "identity": identity},
        )
    page = await _open(desk, screens)
    await page.locator("#composer-text").fill("Blau, bitte.")
    await _choose(page, "WhatsApp")
    await expect(page.locator("#composer-templates")).to_contain_text("Die Zeit für freie Antworten über WhatsApp ist vorbei")
    await _choose(page, "joerg@example.com")
    await expect(page.locator("#composer-text")).to_have_value("Blau, bitte.")
    await expect(page.locator("#composer-text")).to_be_visible()


async def test_links_beneath_a_mail_are_announced_while_nobody_else_reads_it_and_said_afterwards(
    desk: Desk, screens: Screens
) -> None:
    await desk.writes("Jörg Weißmüller", "Rot oder blau?")
    async with desk.database.work(desk.workspace_id) as work:
        given = {**MAIL, "elsewhere_links": True}
        mail = await create_account(work, desk.services.safe, "email", "Post", given)
        reached = await create_account(work, desk.services.safe, "telegram", "Telegram", {"bot_token": "1:geheim"})
        await keep_check(work, reached, Checked(ok=True, summary="", facts={"username": "lindgruen_bot"}))
        person = await work.value("SELECT id FROM person WHERE workspace_id = %(workspace_id)s")
        identity = await add_address(work, person, "email", "joerg@example.com")
        await work.run(
            "UPDATE conversation SET account_id = %(mail)s, identity_id = %(identity)s, channel = 'email'"
            " WHERE workspace_id = %(workspace_id)s",
            {"mail": mail, "identity": identity},
        )
    page = await _open(desk, screens)
    announced = page.get_by_text("Darunter stehen Links zum Weiterschreiben: Telegram")
    await expect(announced).to_be_visible()
    await page.locator("#composer-copy").fill("buchhaltung@example.com")
    await page.locator("#composer-copy").blur()
    await expect(announced).to_be_hidden()
    await page.locator("#composer-copy").fill("")
    await page.locator("#composer-copy").blur()
    await expect(announced).to_be_visible()
    await _choose(page, "+4915228817386")
    await expect(announced).to_be_hidden()
    await _choose(page, "joerg@example.com")
    await page.locator("#composer-text").fill("Blau, bitte.")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator("#entries .entry.out")).to_contain_text("Mit Links zum Weiterschreiben: Telegram")
    await expect(page.locator("#entries .entry.out")).not_to_contain_text("t.me")
