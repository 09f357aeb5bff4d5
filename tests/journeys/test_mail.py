"""Mail with everything real: Oase as a program, Dovecot and Postfix, an agent in Chromium, a customer on the internet."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from email import message_from_bytes
from email.policy import default
from email.utils import format_datetime, localtime

import pytest
import pytest_asyncio
from playwright.async_api import expect
from tests.channels.email.conftest import letter
from tests.servers.mail import Dovecot, Postfix, World, mail_servers, missing

from oase.channels import create_account
from oase.kernel.secrets import Safe, Secret, load_key
from oase.staff import SetUp, is_set_up, set_up
from oase.staff.types import Visit

from .ground import Installation, People, live, until

pytestmark = [pytest.mark.servers, pytest.mark.browser, pytest.mark.xdist_group("journeys")]
AENNE, PASSWORD = "aenne@muessig.example", "Ein ruhiger Satz 2026"


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Dovecot, Postfix]]:
    if why := missing():
        pytest.skip(why)
    with mail_servers() as running:
        yield running


@pytest_asyncio.fixture
async def world(servers: tuple[Dovecot, Postfix]) -> AsyncIterator[World]:
    async with World(servers[1].world) as running:
        yield running


@pytest_asyncio.fixture
async def address(empty: Installation, servers: tuple[Dovecot, Postfix]) -> str:
    """The company's mailbox, connected and heard."""
    dovecot, postfix = servers
    database, box = await empty.open_database(), dovecot.mailbox()
    if not await is_set_up(database):
        given = SetUp(workspace_name="Müßig", name="Änne Müßig", email=AENNE, password=Secret(PASSWORD), language="de")
        await set_up(database, given, Visit(address="192.0.2.1", user_agent="test"))
    given_account = {
        "address": box, "imap_host": "localhost", "imap_port": dovecot.imaps, "smtp_host": "localhost",
        "smtp_port": postfix.submission, "certificate": (dovecot.certificates / "ca.pem").read_text(), "password": "geheim",
    }  # fmt: skip
    async with database.work(await empty.workspace()) as work:
        account = await create_account(work, Safe(load_key(empty.folder)), "email", box, given_account)
    statement = "SELECT id FROM account WHERE id = %(id)s AND state = 'up' AND cursor <> '{}'"
    await until(lambda: empty.rows(statement, id=account), "the mailbox is listened to")
    return box


async def test_a_mail_is_answered_answered_again_and_a_bounce_marks_what_did_not_arrive(
    empty: Installation, newcomers: People, servers: tuple[Dovecot, Postfix], world: World, address: str
) -> None:
    dovecot, _ = servers
    agent = await newcomers.somebody("/signin?next=/inbox/open")
    await agent.locator("#email").fill(AENNE)
    await agent.locator("#password").fill(PASSWORD)
    await agent.locator("form.sheet button[type=submit]").click()
    await agent.wait_for_url("**/inbox**")
    await agent.goto(f"{empty.url}/inbox/open")
    await live(agent)

    await asyncio.to_thread(dovecot.deliver, address, letter(1, text="Wo bleibt mein Päckchen? 😟", To=address, Date=_now()))
    await agent.locator("#rows .row-link", has_text="Jörg Özdemir").first.click()
    await expect(agent.locator("#entries .entry.in")).to_have_count(1)
    await agent.locator("#composer-text").fill("Es kommt morgen, versprochen!")
    await agent.keyboard.press("Control+Enter")
    arrived = message_from_bytes((await world.mail(address)).content, policy=default)
    body = arrived.get_body(("plain",))
    assert body is not None
    assert "Es kommt morgen, versprochen!" in body.get_content()
    await expect(agent.locator("#entries .entry.out .ticks")).to_be_visible()

    reply = letter(2, text="Danke, ist da!\n\nAm 22.11.2026 schrieb Müßig:\n> Es kommt morgen, versprochen!", Subject="AW: Bestellung",
                   To=address, In_Reply_To=arrived["Message-ID"], Date=_now())  # fmt: skip
    await asyncio.to_thread(dovecot.deliver, address, reply)
    await expect(agent.locator("#entries .entry.in")).to_have_count(2)

    unknown = letter(3, From="Niemand Nirgends <unbekannt@example.com>", text="Bitte um Rückruf", To=address, Date=_now())
    await asyncio.to_thread(dovecot.deliver, address, unknown)
    await agent.mouse.move(1300, 600)  # a list under the pointer keeps still
    await agent.locator("#rows .row-link", has_text="Niemand Nirgends").first.click()
    await expect(agent.locator("#talk-head")).to_contain_text("Niemand Nirgends")
    await agent.locator("#composer-text").fill("Unter welcher Nummer?")
    await agent.keyboard.press("Control+Enter")
    await expect(agent.locator("#entries .fate-failed")).to_contain_text("Diese Adresse gibt es hier nicht", timeout=40_000)


def _now() -> str:
    """A mail of last week would be told at once that its answer takes longer than promised."""
    return format_datetime(localtime())
