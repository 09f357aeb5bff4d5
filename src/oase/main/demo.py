"""The demonstration: a plainly fictitious company whose channels lead to the sandbox, set up at the first start.

Everything in it came in the real way: through webhooks, the mail receiver and the widget's journal.
"""

from typing import Final
from uuid import UUID

from oase.channels import create_account
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.main.demo_ports import mailbox_port
from oase.main.house import House
from oase.sandbox import Sandbox
from oase.staff import add_agent, found_workspace, hash_password, is_set_up, list_workspaces

COMPANY: Final = "Lindgrün Fahrräder"
SLUG: Final = "lindgruen-demo"
MAIL_ADDRESS: Final = "service@lindgruen.example"
PASSWORD: Final = "Fahrradklingel-2026"  # noqa: S105 - of the demonstration, printed at its start
PEOPLE: Final = (
    ("Anna Berger", "anna.berger@lindgruen.example", "administrator"),
    ("Murat Yıldız", "murat.yildiz@lindgruen.example", "team_lead"),
    ("Sophie Klein", "sophie.klein@lindgruen.example", "agent"),
    ("Jonas Weber-Schönfeld", "jonas.weber@lindgruen.example", "agent"),
)


async def prepare_demo(house: House, sandbox: Sandbox) -> None:
    """Sets the company up at the first start, and connects its accounts to this run's sandbox."""
    if not house.settings.demo:
        return
    if not await is_set_up(house.database):
        await _found(house)
    workspace_id = await _workspace(house)
    if workspace_id is None:
        return
    accounts = {one.channel: one for one in await house.book.enabled() if one.workspace_id == workspace_id}
    hooks = f"{house.settings.url}/hooks/whatsapp/{accounts['whatsapp'].id}" if "whatsapp" in accounts else ""
    sandbox.seed(webhook_url=hooks)


async def demo_lines(house: House) -> list[str]:
    """What a newcomer needs to know, for the terminal."""
    if not house.settings.demo or await _workspace(house) is None:
        return ["Open it in a browser to set it up."] if not await is_set_up(house.database) else []
    url = house.settings.url
    return [
        f"Demonstration company: {COMPANY}",
        *(f"{role:<14} {email:<34} {PASSWORD}" for _, email, role in PEOPLE),
        "",
        f"Be a customer:   phone {url}/sandbox/phone   mailbox {url}/sandbox/mailbox   shop with chat and form {url}/demo/shop",
    ]


async def _workspace(house: House) -> UUID | None:
    return next((one.id for one in await list_workspaces(house.database) if one.slug == SLUG), None)


async def _found(house: House) -> None:
    password_hash = await hash_password(Secret(PASSWORD))
    async with house.database.work(new_id()) as work:
        await found_workspace(work, name=COMPANY, language="de", slug=SLUG)
        for name, email, role in PEOPLE:
            await add_agent(work, new_id(), name=name, email=email, password_hash=password_hash, roles=(role,), language="de")
        await _connect(house, work)


async def _connect(house: House, work: UnitOfWork) -> None:
    graph = f"{house.settings.url}/sandbox/graph"
    whatsapp = {
        "phone_number_id": "106540352242922",
        "waba_id": "102290129340398",
        "access_token": "EAAsandbox",
        "app_secret": "sandbox-app-secret",
        "verify_token": "sandbox-verify-token",
        "base_url": graph,
    }
    await create_account(work, house.safe, "whatsapp", "WhatsApp Berlin", whatsapp)
    mail = {
        "address": MAIL_ADDRESS,
        "sender_name": COMPANY,
        "incoming": "receiver",
        "smtp_host": "127.0.0.1",
        "smtp_port": mailbox_port(house.settings),
        "smtp_security": "none",
        "smtp_sign_in": False,
        "plus_address": True,
    }
    email = await create_account(work, house.safe, "email", MAIL_ADDRESS, mail)
    await create_account(work, house.safe, "webchat", "Shop", {"company": COMPANY, "color": "#0f766e"})
    await create_account(work, house.safe, "form", "Kontaktformular", {"company": COMPANY, "answer_account": str(email)})
