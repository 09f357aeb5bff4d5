"""A connector in another language: the guest book in Node as a process of its own, guests in Chromium, answered from the inbox."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, expect
from tests.axe import axe

from oase.kernel.secrets import Secret
from oase.staff import SetUp, set_up
from oase.staff.types import Visit

from .ground import Installation, People, answer, free_ports, live, open_row, until

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.xdist_group("journeys")]
EXAMPLE = Path(__file__).parents[2] / "examples" / "guestbook" / "server.mjs"
AENNE, PASSWORD = "aenne@muessig.example", "Ein ruhiger Satz 2026"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de0000000c4944415408d763f8cfc000000301010018dd8db00000000049454e44ae426082"
)


@asynccontextmanager
async def guest_book(file: Path, port: int, secret: str) -> AsyncIterator[None]:
    """The guest book, running with what it kept in the file."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("The example connector needs Node, which is not installed.")
    given = {**os.environ, "GUESTBOOK_SECRET": secret, "GUESTBOOK_FILE": str(file)}
    process = await asyncio.create_subprocess_exec(node, str(EXAMPLE), str(port), env=given, stdout=asyncio.subprocess.PIPE)
    try:
        assert process.stdout
        said = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        assert f"http://127.0.0.1:{port}/" in said, said
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def company(empty: Installation, newcomers: People) -> Page:
    """The company's administrator, signed in."""
    given = SetUp(workspace_name="Müßig", name="Änne Müßig", email=AENNE, password=Secret(PASSWORD), language="de")
    await set_up(await empty.open_database(), given, Visit(address="192.0.2.1", user_agent="test"))
    admin = await newcomers.somebody("/signin")
    await admin.locator("#email").fill(AENNE)
    await admin.locator("#password").fill(PASSWORD)
    await admin.locator("form.sheet button[type=submit]").click()
    await admin.wait_for_url("**/inbox**")
    return admin


async def begin(admin: Page, oase: Installation, address: str) -> str:
    """The administrator adds the account of a guest book that does not run yet; gives the secret to copy into it."""
    await admin.goto(f"{oase.url}/admin/channels")
    await admin.get_by_role("link", name="Eigener Konnektor").click()
    await admin.get_by_label("Name für Ihr Team").fill("Gästebuch")
    await admin.get_by_label("Adresse des Konnektors").fill(f"{address}/oase")
    await admin.get_by_role("button", name="Speichern").click()
    return await admin.get_by_label("Gemeinsames Geheimnis", exact=True).input_value()


async def connect(admin: Page) -> None:
    """The guest book runs; the administrator has it asked, and it learns where its events go."""
    await admin.get_by_role("button", name="Neu verbinden").click()
    await expect(admin.locator("#life")).to_contain_text("Der Anbieter hat unsere Adresse.")


async def write(guest: Page, name: str, text: str, *, picture: bool = False) -> None:
    """A guest writes an entry."""
    await guest.get_by_label("Ihr Name").fill(name)
    await guest.get_by_label("Ihr Eintrag").fill(text)
    if picture:
        await guest.get_by_label("Bild").set_input_files({"name": "Käse.png", "mimeType": "image/png", "buffer": PNG})
    await guest.get_by_role("button", name="Eintragen").click()
    await expect(guest.locator("article", has_text=text)).to_be_visible()


async def test_guests_write_with_a_picture_read_the_answer_and_what_goes_wrong_is_told(
    empty: Installation, newcomers: People, tmp_path: Path
) -> None:
    kept, port = tmp_path / "guestbook.json", free_ports(1)
    address = f"http://127.0.0.1:{port}"
    agent = await company(empty, newcomers)
    secret = await begin(agent, empty, address)
    async with guest_book(kept, port, secret):
        await connect(agent)
        guest = await newcomers.somebody()
        await guest.goto(address)
        assert await axe(guest) == []
        await write(guest, "Änne Köhler", "Der Bergkäse war himmlisch! 🧀", picture=True)
        await agent.goto(f"{empty.url}/inbox/open")
        await live(agent)
        await open_row(agent, "Der Bergkäse war himmlisch")
        await expect(agent.locator("#entries .entry.in img")).to_be_visible()
        await expect(agent.locator(".composer-public")).to_be_visible()
        await agent.locator("input[type=file]").first.set_input_files(
            {"name": "Kühe.png", "mimeType": "image/png", "buffer": PNG}
        )
        await answer(agent, "Das freut uns, Frau Köhler – so sehen unsere Kühe aus!")
        shown = guest.locator("article", has_text="himmlisch").locator("blockquote")
        await expect(shown).to_contain_text("so sehen unsere Kühe aus!")  # by itself, without a reload
        await expect(shown.locator("img")).to_be_visible()
        await expect(agent.locator("#entries .entry.out .ticks").first).to_have_attribute("title", "Zugestellt")
        await write(guest, "Änne Köhler", "Und wann ist der Hofladen offen?")
        await open_row(agent, "wann ist der Hofladen offen")
    await answer(agent, "Samstags von 9 bis 14 Uhr.")  # nobody answers now
    waiting = "SELECT state FROM delivery d WHERE d.state = 'queued' AND d.why <> ''"
    await until(lambda: empty.rows(waiting), "the answer waits for the guest book")
    async with guest_book(kept, port, secret):
        await expect(guest.locator("blockquote", has_text="Samstags von 9 bis 14 Uhr.")).to_have_count(1, timeout=60_000)
        newcomers.troubles.clear()  # the guest's console tells of each question that found nobody
        await write(guest, "Änne Köhler", "Ach, vergessen Sie es.")
        await open_row(agent, "Ach, vergessen Sie es.")
        await guest.locator("article", has_text="Ach, vergessen").get_by_role("button", name="Zurücknehmen").click()
        await expect(guest.locator("article")).to_have_count(2)
        await expect(agent.locator("#entries")).to_contain_text("zurückgenommen")
        await answer(agent, "Doch, gern!")
        await expect(agent.locator("#entries .fate-failed")).to_contain_text("There is no such entry in the guest book.")
        await guest.close()  # before the guest book ends: its page would complain
