"""Takes the pictures of the documentation: starts Oase with the demonstration in a folder of its own, looks at it with Chromium.

.venv/bin/python tools/screenshots.py        writes docs/pictures/*.png; needs Chromium and the development packages
"""

import asyncio
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page, async_playwright

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
PORT = 18716
URL = f"http://127.0.0.1:{PORT}"
WHO, PASSWORD = "anna.berger@lindgruen.example", "Fahrradklingel-2026"
FLAGS = ["--no-sandbox", "--disable-gpu", "--force-color-profile=srgb"]


async def main() -> None:
    """One program, one browser, all pictures."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="oase-pictures-") as folder:
        environment = os.environ | {"OASE_DATA_DIR": folder, "OASE_PORT": str(PORT), "OASE_DEMO": "1", "OASE_SANDBOX": "1"}
        log = Path(folder) / "oase.log"
        with log.open("wb") as output:
            command = str(Path(sys.executable).with_name("oase"))
            process = await asyncio.create_subprocess_exec(command, "run", env=environment, stdout=output, stderr=output)
        try:
            await until_ready(log)
            await take()
        finally:
            process.terminate()
            await process.wait()


async def until_ready(log: Path) -> None:
    """Waits until the program says that it is ready; complains after a minute."""
    end = time.monotonic() + 60
    while "Oase is ready" not in log.read_text():
        if time.monotonic() > end:
            raise SystemExit(log.read_text())
        await asyncio.sleep(0.1)


async def take() -> None:
    """The inbox, as a colleague of the demonstration sees it, and the customer's phone."""
    async with async_playwright() as playwright:
        chromium = shutil.which("chromium") or "/usr/bin/chromium"
        browser = await playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        page = await browser.new_page(viewport={"width": 1440, "height": 900}, locale="de-DE")
        await page.goto(f"{URL}/signin")
        await page.fill("#email", WHO)
        await page.fill("#password", PASSWORD)
        await page.click("form.sheet button[type=submit]")
        await page.wait_for_url("**/inbox**")
        await inbox(page)
        await page.screenshot(path=PICTURES / "inbox.png")
        await browser.close()


async def inbox(page: Page) -> None:
    """Opens a conversation once the demonstration's past is told; it ends with people having read what is not open."""
    await page.locator("#rows .row-link", has_text="ist mein Rad schon fertig").click(timeout=60_000)
    await page.locator("#rows .row:not(.row-unread)", has_text="Torben").wait_for(timeout=60_000)
    await page.locator("#entries img").first.wait_for()
    await page.mouse.move(1300, 700)
    await page.wait_for_timeout(1500)  # the newest live events are drawn


if __name__ == "__main__":
    asyncio.run(main())
