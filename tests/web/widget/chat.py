"""The widget as a visitor uses it, for tests in the browser."""

from playwright.async_api import Locator, Page
from tests.web.widget.ground import Site

from oase.channels import StoredAccount


class Chat:
    """The chat in one tab."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.root = page.locator("oase-chat")
        self.launcher = self.root.locator(".launcher")
        self.panel = self.root.locator(".panel")
        self.text = self.root.locator("textarea")
        self.mine = self.root.locator(".row.me .bubble")
        self.theirs = self.root.locator(".row.us:not(.hi) .bubble")

    @classmethod
    async def on(cls, page: Page, site: Site, account: StoredAccount, *, host: str = "") -> "Chat":
        """Opens a page with the widget; the panel stays closed."""
        await page.goto(f"{host or site.origin}/demo/shop")
        chat = cls(page)
        await chat.launcher.wait_for()
        return chat

    async def open(self) -> "Chat":
        await self.launcher.click()
        await self.panel.wait_for()
        return self

    async def write(self, text: str) -> None:
        await self.text.fill(text)
        await self.text.press("Enter")

    def state(self) -> Locator:
        """The words under the last own message."""
        return self.root.locator(".row.me .ticks").last
