"""The first start: a workspace and its administrator, in one transaction, once."""

from uuid import UUID
from zoneinfo import available_timezones

from msgspec import Struct

from oase.kernel.audit import Actor
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Language, message
from oase.kernel.ids import new_id
from oase.kernel.secrets import Secret
from oase.staff import passwords
from oase.staff.actions.sessions import open_session
from oase.staff.errors import AlreadySetUp
from oase.staff.repository import agents, organisation
from oase.staff.rules import check_password, normal_email, normal_name, slug_of
from oase.staff.types import NewSession, Visit


class SetUp(Struct, frozen=True, kw_only=True):
    """What the page of the first start asks for."""

    workspace_name: str
    name: str
    email: str
    password: Secret
    language: Language = "en"
    time_zone: str = "Europe/Berlin"


async def set_up(database: Database, given: SetUp, visit: Visit) -> NewSession:
    """Founds the first workspace with its administrator, who is signed in. Raises AlreadySetUp, Invalid, WeakPassword."""
    workspace_name = normal_name(given.workspace_name, field="workspace_name")
    name, email = normal_name(given.name), normal_email(given.email)
    check_password(given.password, email=email, names=[name, workspace_name])
    password_hash = await passwords.hash_password(given.password)
    workspace_id, agent_id = new_id(), new_id()
    actor = Actor(kind="agent", id=agent_id, name=name, address=visit.address)
    async with database.work(workspace_id, actor=actor) as work:
        if not await organisation.is_first_workspace(work):
            raise AlreadySetUp
        await found_workspace(work, name=workspace_name, language=given.language, time_zone=given.time_zone)
        await add_agent(
            work, agent_id, name=name, email=email, password_hash=password_hash, roles=("administrator",), language=given.language
        )
        return await open_session(work, agent_id, visit)


async def found_workspace(
    work: UnitOfWork, *, name: str, language: Language = "en", time_zone: str = "Europe/Berlin", slug: str = ""
) -> None:
    """Writes the workspace of this unit of work with the roles that every workspace begins with. Raises Invalid, NameTaken."""
    check_time_zone(time_zone)
    now = work.clock.now()
    await organisation.insert_workspace(
        work, name=name, slug=slug or slug_of(name), language=language, time_zone=time_zone, at=now
    )
    await organisation.insert_built_in_roles(work, now)
    work.audit("workspace.founded", subject="workspace", subject_id=work.workspace_id, name=name)


async def add_agent(
    work: UnitOfWork,
    agent_id: UUID,
    *,
    name: str,
    email: str,
    password_hash: str,
    roles: tuple[str, ...],
    language: Language = "en",
) -> None:
    """Writes an active agent with built-in roles, by key: for the first start and the demonstration. Raises NameTaken."""
    ids = {role.key: role.id for role in await organisation.all_roles(work) if role.key}
    await agents.insert_agent(
        work,
        agent_id,
        name=normal_name(name),
        email=normal_email(email),
        state="active",
        language=language,
        password_hash=password_hash,
        at=work.clock.now(),
    )
    await agents.replace_roles(work, agent_id, [ids[key] for key in roles])
    work.audit("agent.added", subject="agent", subject_id=agent_id, name=name, roles=list(roles))
    work.emit("agent", agent_id)


def check_time_zone(name: str) -> None:
    """Raises Invalid for what is no IANA time zone."""
    if name not in available_timezones():
        raise Invalid(message("“%(name)s” is not a time zone.", name=name[:60]), field="time_zone")
