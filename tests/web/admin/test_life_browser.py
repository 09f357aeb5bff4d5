"""An account's page in a browser: what happens shows by itself; the way to new credentials leads to their field."""

from playwright.async_api import Browser, expect
from tests.conversations.conftest import delivery, text
from tests.web.admin.conftest import Company, screen


async def test_the_page_follows_what_happens_to_its_account(company: Company, browser: Browser, whatsapp: dict[str, str]) -> None:
    given = {name: value for name, value in whatsapp.items() if name != "account_name"}
    account_id = await company.connect("whatsapp", "WhatsApp Köln", **given)
    async with screen(browser, company) as page:
        await page.goto(f"{company.url}/admin/channels/{account_id}")
        await expect(page.locator("#life")).to_contain_text("Nothing yet")
        await company.arrives(account_id, "whatsapp", delivery(text(1, "Hallo, ist mein Rad fertig? 🚲")).body)
        await expect(page.locator("#life dd").nth(1)).to_contain_text("just now")
        await company.falls(account_id, "needs_sign_in", "The access token was revoked.")
        await expect(page.locator("#life")).to_contain_text("The provider does not let Oase in any more.")
        await page.get_by_role("link", name="Enter new credentials").click()
        await expect(page.locator("#access_token")).to_be_focused()
