"""The administration in a browser: a channel connected with a test before it is saved, rows of a form, what changes by itself."""

import re

import pytest
from playwright.async_api import Browser, expect
from tests.web.admin.conftest import TOKEN, Company, screen

pytestmark = pytest.mark.browser


async def test_a_channel_is_connected_in_five_minutes_with_a_test_before_it_is_saved(browser: Browser, company: Company) -> None:
    async with screen(browser, company) as page:
        await page.goto(f"{company.url}/admin/channels")
        await page.get_by_role("link", name="WhatsApp").click()
        await page.get_by_label("Name for your colleagues").fill("WhatsApp Berlin")
        await page.get_by_label("Phone number ID").fill("106540352242922")
        await page.get_by_label("WhatsApp Business account ID").fill("102290129340398")
        await page.get_by_label("Access token").fill("a wrong one")
        await page.get_by_label("App secret").fill("sandbox-app-secret")
        await page.get_by_label("Address of the Graph API").fill(f"{company.url}/sandbox/graph")
        await page.get_by_role("button", name="Test connection").click()
        await expect(page.locator("#check-result")).to_contain_text("The connection does not work.")
        await expect(page.get_by_label("App secret")).to_have_value("sandbox-app-secret")
        await page.get_by_label("Access token").fill(TOKEN)
        await page.get_by_role("button", name="Test connection").click()
        await expect(page.locator("#check-result")).to_contain_text("The connection works.")
        assert await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s") == []
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_role("status").first).to_contain_text("The account is connected.")
        await expect(page.get_by_label("Webhook address")).to_have_value(any_webhook(company))
        account = (await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s"))[0]["id"]
        stored = await company.account(account)
        assert stored.account.secret("access_token").reveal() == TOKEN
        await page.get_by_role("button", name="Delete", exact=True).click()
        await page.get_by_label("Type “WhatsApp Berlin” to confirm").fill("WhatsApp")
        await page.get_by_role("button", name="Delete the account").click()
        assert page.url.partition("?")[0].endswith(str(account))
        await page.get_by_label("Type “WhatsApp Berlin” to confirm").fill("WhatsApp Berlin")
        await page.get_by_role("button", name="Delete the account").click()
        await expect(page.get_by_text("No account yet")).to_be_visible()


def any_webhook(company: Company) -> re.Pattern[str]:
    """The address of any account's webhook."""
    return re.compile(re.escape(company.services.settings.url) + r"/hooks/whatsapp/[0-9a-f-]{36}")


async def test_rows_of_a_form_are_added_moved_and_removed_by_keyboard(browser: Browser, company: Company) -> None:
    async with screen(browser, company) as page:
        await page.goto(f"{company.url}/admin/channels/new/form")
        await page.get_by_label("Name for your colleagues").fill("Kontakt")
        await page.get_by_label("Company name").fill("Muster GmbH")
        await page.get_by_role("button", name="Add a row").press("Enter")
        row = page.locator(".rows-row").last
        await page.keyboard.type("groesse")
        await row.get_by_label("Kind").select_option("select")
        await row.get_by_label("Choices").fill("s | Small | Klein")
        await row.get_by_label("Label, English").fill("Size")
        await row.get_by_label("Label, German").fill("Größe")
        await row.get_by_role("button", name="Move the row up").press("Enter")
        await page.locator(".rows-row").first.get_by_role("button", name="Remove the row").press("Enter")
        await page.get_by_role("button", name="Save").click()
        await page.wait_for_url("**?done=connected")
        account = (await company.rows("SELECT id FROM account WHERE workspace_id = %(workspace_id)s"))[0]["id"]
        fields = (await company.account(account)).account.settings["fields"]
        assert [one["name"] for one in fields] == ["email", "subject", "message", "groesse", "files"]


async def test_the_list_of_accounts_follows_what_happens(browser: Browser, company: Company) -> None:
    async with screen(browser, company) as page:
        async with page.expect_response("**/live"):
            await page.goto(f"{company.url}/admin/channels")
        await company.connect("webchat", "Laden", company="Muster")
        await expect(page.locator("#accounts")).to_contain_text("Laden")
