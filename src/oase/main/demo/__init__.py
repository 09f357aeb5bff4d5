"""The demonstration: a plainly fictitious company whose channels lead to the sandbox, set up at the first start.

first start --prepare_demo--> company, staff, accounts, furniture     --begin_story, in the background--> its past days
Everything in its conversations came in the real way: raw deliveries in the journal, taken in by the house's own worker.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final
from uuid import UUID

from oase.channels import StoredAccount, create_account
from oase.conversations import save_field, save_snippet, save_tag, save_view
from oase.desk.hours import Calendar, save_calendar, week_of
from oase.desk.promises import Step, Target, save_step, save_target
from oase.insights import Choice, choose, remember
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.main.demo.past import past_waits
from oase.main.demo.phones import remind
from oase.main.demo.places import connect_places, tell_addresses
from oase.main.demo.script import cases
from oase.main.demo.story import Cast, Story
from oase.main.demo_ports import mailbox_port
from oase.main.house import House
from oase.sandbox import Sandbox
from oase.staff import (
    SkillKind,
    add_agent,
    found_workspace,
    hash_password,
    is_set_up,
    list_agents,
    list_teams,
    list_workspaces,
    save_skill,
    save_team,
    set_holders,
)

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
_TEAMS: Final = (
    ("Werkstatt", "Reparaturen, Durchsichten, Ersatzteile", ("Sophie Klein", "Jonas Weber-Schönfeld")),
    ("Verkauf", "Beratung, Probefahrten, Angebote", ("Murat Yıldız", "Sophie Klein")),
    ("Service", "Rechnungen, Lieferungen, alles andere", ("Jonas Weber-Schönfeld", "Anna Berger")),
)
_SKILLS: Final[tuple[tuple[SkillKind, str, str, dict[str, int]], ...]] = (
    ("language", "Deutsch", "de", {"Anna": 5, "Murat": 5, "Sophie": 5, "Jonas": 5}),
    ("language", "Englisch", "en", {"Anna": 4, "Murat": 3, "Sophie": 4, "Jonas": 3}),
    ("language", "Türkisch", "tr", {"Murat": 5}),
    ("product", "Lastenräder", "Lastenrad", {"Murat": 4, "Sophie": 5}),
)
_TAGS: Final = {"Reparatur": "#0f766e", "Beschwerde": "#b91c1c", "Rückruf": "#c2410c", "Lob": "#15803d", "Rechnung": "#4338ca"}
_VIEWS: Final = {"Reparaturen": 'is:open is:waiting tag:"Reparatur"', "Dringendes": "is:open priority:high priority:urgent"}
_PUBLIC: Final = ("webchat", "whatsapp", "email", "form")  # channels whose response times everybody can read
_SNIPPETS: Final = (
    ("zeiten", "Öffnungszeiten", "Wir haben Montag bis Freitag von 9 bis 18:30 Uhr und am Samstag von 10 bis 16 Uhr geöffnet.",
     "We are open Monday to Friday from 9 to 18:30 and on Saturday from 10 to 16."),
    ("probefahrt", "Probefahrt", "Guten Tag {{person.name}}, eine Probefahrt ist jederzeit möglich. Bitte bringen Sie einen Ausweis mit.",
     "Hello {{person.name}}, you can test ride any bike. Please bring an ID."),
    ("gruss", "Gruß", "Viele Grüße und gute Fahrt\n{{agent.first_name}} von {{company}}",
     "Best wishes and have a good ride\n{{agent.first_name}} at {{company}}"),
)  # fmt: skip


async def prepare_demo(house: House, sandbox: Sandbox) -> None:
    """Sets the company up at the first start, and connects its accounts to this run's sandbox."""
    if not house.settings.demo:
        return
    if not await is_set_up(house.database):
        await _found(house, sandbox)
    workspace_id = await _workspace(house)
    if workspace_id is None:
        return
    accounts = [one for one in await house.book.enabled() if one.workspace_id == workspace_id]
    hooks = next((one.account.webhook_url for one in accounts if one.channel == "whatsapp"), "")
    sandbox.seed(webhook_url=hooks)
    tell_addresses(sandbox, accounts)


async def begin_story(house: House, sandbox: Sandbox) -> None:
    """Tells of the company's past days, if nobody has written to it yet. Needs the server and a worker: runs beside them."""
    workspace_id = await _workspace(house) if house.settings.demo else None
    if workspace_id is None:
        return
    accounts = {one.channel: one for one in await house.book.enabled() if one.workspace_id == workspace_id}
    async with house.database.work(workspace_id) as work:
        told = await work.value("SELECT EXISTS (SELECT FROM conversation WHERE workspace_id = %(workspace_id)s)")
        cast = None if told else await _cast(work, accounts)
    if cast is not None:
        await Story(house, sandbox, cast).tell(cases())
    if "whatsapp" in accounts:
        await remind(house.database, sandbox, accounts["whatsapp"])


async def _cast(work: UnitOfWork, accounts: Mapping[str, StoredAccount]) -> Cast:
    agents = {agent.name.split(" ")[0]: (agent.id, agent.name) for agent in await list_agents(work)}
    return Cast(work.workspace_id, agents, {team.name: team.id for team in await list_teams(work)}, accounts)


async def demo_lines(house: House) -> list[str]:
    """What a newcomer needs to know, for the terminal; nothing where the company is not the demonstration's."""
    if await _workspace(house) is None:
        return []
    url = house.settings.url
    return [
        f"Demonstration company: {COMPANY}",
        *(f"{role:<14} {email:<34} {PASSWORD}" for _, email, role in PEOPLE),
        "",
        f"Be a customer:   phone {url}/sandbox/phone   in public {url}/sandbox/timeline",
        f"                 mailbox {url}/sandbox/mailbox   shop with chat and form {url}/demo/shop",
    ]


async def _workspace(house: House) -> UUID | None:
    return next((one.id for one in await list_workspaces(house.database) if one.slug == SLUG), None)


async def _found(house: House, sandbox: Sandbox) -> None:
    password_hash = await hash_password(Secret(PASSWORD))
    ids = {name: new_id() for name, _, _ in PEOPLE}
    async with house.database.work(new_id()) as work:
        await found_workspace(work, name=COMPANY, language="de", slug=SLUG)
        for name, email, role in PEOPLE:
            await add_agent(work, ids[name], name=name, email=email, password_hash=password_hash, roles=(role,), language="de")
        for team, description, members in _TEAMS:
            await save_team(work, name=team, description=description, members=[ids[one] for one in members])
        for kind, skill, code, levels in _SKILLS:
            made = await save_skill(work, kind=kind, name=skill, code=code)
            await set_holders(work, made.id, {id_: levels[n] for name, id_ in ids.items() if (n := name.split(" ")[0]) in levels})
        await _open(work)
        await _furnish(work)
        await _connect(house, work)
        await connect_places(house, work, sandbox)
        await choose(work, Choice(on=True, channels=_PUBLIC, front=True), _PUBLIC)
        await remember(work, past_waits(await house.book.of_workspace(work), work.clock.now()))


async def _open(work: UnitOfWork) -> None:
    """The workshop has hours and promises of its own; everybody else is there whenever somebody tries Oase."""
    week = week_of({**{day: [("09:00", "13:00"), ("14:00", "18:00")] for day in range(5)}, 5: [("10:00", "14:00")]})
    workshop = Calendar(zone="Europe/Berlin", week=week, country="DE", region="BE")
    team = next(one.id for one in await list_teams(work) if one.name == "Werkstatt")
    await save_calendar(work, name="Werkstatt", calendar=workshop, team_ids=[team], is_default=False)
    await save_target(
        work, Target(id=new_id(), name="Werkstatt", teams=(team,), first=timedelta(hours=4), next=timedelta(hours=8))
    )
    await save_step(work, Step(id=new_id(), minutes=0, notify_leads=True, since=work.clock.now()))


async def _furnish(work: UnitOfWork) -> None:
    for name, color in _TAGS.items():
        await save_tag(work, name=name, color=color)
    for shortcut, name, german, english in _SNIPPETS:
        await save_snippet(work, shortcut=shortcut, name=name, texts={"de": german, "en": english})
    await save_field(work, subject="person", labels={"en": "Customer number", "de": "Kundennummer"}, kind="text")
    await save_field(work, subject="person", labels={"en": "Frame number", "de": "Rahmennummer"}, kind="text")
    await save_field(work, subject="conversation", labels={"en": "Order number", "de": "Auftragsnummer"}, kind="text")
    await save_field(work, subject="conversation", labels={"en": "Estimate", "de": "Kostenvoranschlag"}, kind="number")
    await save_field(work, subject="conversation", labels={"en": "Pick-up", "de": "Abholung"}, kind="date")
    kinds = ("Garantie", "Kulanz", "Auf Rechnung")
    await save_field(work, subject="conversation", labels={"en": "Settlement", "de": "Abrechnung"}, kind="choice", choices=kinds)
    owner = (await list_agents(work))[0].id
    for name, query in _VIEWS.items():
        await save_view(work, owner, name=name, query=query, share="all", may_share=True)


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
    app = {
        "company": COMPANY,
        "color": "#0f766e",
        "greeting_de": "Moin! Womit können wir helfen?",
        "greeting_en": "Hello! What can we do for you?",
    }
    await create_account(work, house.safe, "app", "App", app)
    await create_account(work, house.safe, "form", "Kontaktformular", {"company": COMPANY, "answer_account": str(email)})
