"""Agents are invited, changed, given roles, deactivated.

`held` is what the one who acts may do: nobody gives away, or gets at, more than they have.
"""

from collections.abc import Collection, Sequence, Set
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import Language, message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.staff import mails, tokens
from oase.staff.actions.organisation import save_team
from oase.staff.actions.sessions import end_other_sessions
from oase.staff.actions.setup import check_time_zone
from oase.staff.errors import LastAdministrator, UnknownAgent, UnknownRole, UnknownTeam
from oase.staff.repository import access, agents, organisation
from oase.staff.repository.agents import Field
from oase.staff.rules import INVITATION_LASTS, check_grant, normal_email, normal_name
from oase.staff.types import Agent, Mail, Preferences, Role


class Invitation(Struct, frozen=True, kw_only=True):
    """Who is invited, as what."""

    name: str
    email: str
    language: Language
    roles: tuple[UUID, ...]
    teams: tuple[UUID, ...] = ()


class Profile(Struct, frozen=True, kw_only=True):
    """What an agent may change about themselves; what is None stays."""

    name: str | None = None
    language: Language | None = None
    time_zone: str | None = None
    signature: str | None = None
    picture: str | None = None


async def invite(work: UnitOfWork, given: Invitation, *, held: Set[Permission], url: str) -> tuple[UUID, Mail]:
    """Writes an invited agent and gives the mail to send. Raises Invalid, NameTaken, Forbidden, UnknownRole."""
    _check_roles(given.roles)
    name, email, agent_id = normal_name(given.name), normal_email(given.email), new_id()
    await agents.insert_agent(
        work,
        agent_id,
        name=name,
        email=email,
        state="invited",
        language=given.language,
        password_hash="",
        at=work.clock.now(),
    )
    roles = await _give_roles(work, agent_id, given.roles, held)
    await agents.join_teams(work, agent_id, given.teams)
    work.audit("agent.invited", subject="agent", subject_id=agent_id, name=name, email=email, roles=roles)
    work.emit("agent", agent_id)
    return agent_id, await _invitation_mail(work, await _found(work, agent_id), url)


async def invite_again(work: UnitOfWork, agent_id: UUID, *, held: Set[Permission], url: str) -> Mail:
    """A new invitation; the earlier link stops working. Raises UnknownAgent, Forbidden, Conflict if the agent has joined."""
    await check_rank(work, agent_id, held)  # whoever has the link can become that agent
    agent = await _found(work, agent_id)
    if agent.state != "invited":
        raise Conflict(message("%(name)s has already joined.", name=agent.name))
    work.audit("agent.invited", subject="agent", subject_id=agent_id, name=agent.name, email=agent.email, again=True)
    return await _invitation_mail(work, agent, url)


async def withdraw_invitation(work: UnitOfWork, agent_id: UUID, *, held: Set[Permission]) -> None:
    """Takes an invitation back: its link stops working, and the agent is kept out. Raises UnknownAgent, Forbidden, Conflict."""
    agent = await _found(work, agent_id)
    if agent.state == "active":
        raise Conflict(message("%(name)s has already joined.", name=agent.name))
    await deactivate(work, agent_id, held=held)


async def change_agent(
    work: UnitOfWork,
    agent_id: UUID,
    *,
    held: Set[Permission],
    name: str | None = None,
    email: str | None = None,
    roles: Collection[UUID] | None = None,
    teams: Collection[UUID] | None = None,
) -> None:
    """Changes what differs; what is None stays. Raises what the acts raise that it is made of, and UnknownTeam."""
    agent = await _found(work, agent_id)
    if name is not None and name != agent.name:
        await change_profile(work, agent_id, Profile(name=name))
    if email is not None and email.strip().lower() != agent.email:
        await change_email(work, agent_id, email, held=held)
    if roles is not None and (not roles or set(roles) != set(agent.roles)):
        await set_roles(work, agent_id, list(roles), held=held)
    if teams is not None:
        await _set_teams(work, agent_id, teams)


async def _set_teams(work: UnitOfWork, agent_id: UUID, wanted: Collection[UUID]) -> None:
    """Makes the agent a member of exactly these teams."""
    known = await organisation.all_teams(work)
    if not set(wanted) <= {team.id for team in known}:
        raise UnknownTeam
    for team in known:
        if (team.id in wanted) != (agent_id in team.members):
            await save_team(
                work, name=team.name, members=set(team.members) ^ {agent_id}, leads=team.leads, description=team.description,
                colour=team.colour, team_id=team.id,
            )  # fmt: skip


async def change_profile(work: UnitOfWork, agent_id: UUID, profile: Profile) -> None:
    """Changes what an agent says about themselves. Raises Invalid, UnknownAgent."""
    values: dict[Field, str] = {}
    if profile.name is not None:
        values["name"] = normal_name(profile.name)
    if profile.language is not None:
        values["language"] = profile.language
    if profile.time_zone is not None:
        if profile.time_zone:
            check_time_zone(profile.time_zone)
        values["time_zone"] = profile.time_zone
    if profile.signature is not None:
        values["signature"] = profile.signature.strip()[:5000]
    if profile.picture is not None:
        values["picture"] = profile.picture
    if not await agents.update_agent(work, agent_id, values):
        raise UnknownAgent
    work.audit("agent.changed", subject="agent", subject_id=agent_id, fields=sorted(values))
    work.emit("agent", agent_id)


async def change_email(work: UnitOfWork, agent_id: UUID, email: str, *, held: Set[Permission]) -> None:
    """Changes the address that an agent signs in with. Raises Invalid, NameTaken, UnknownAgent, Forbidden."""
    await check_rank(work, agent_id, held)
    before = await _found(work, agent_id)
    await agents.update_agent(work, agent_id, {"email": normal_email(email)})
    await access.delete_link(work, agent_id, "reset")
    work.audit("agent.email_changed", subject="agent", subject_id=agent_id, before=before.email, after=normal_email(email))
    work.emit("agent", agent_id)


async def change_preferences(work: UnitOfWork, agent_id: UUID, preferences: Preferences) -> None:
    """Changes how an agent likes it. Raises UnknownAgent."""
    if not await agents.update_preferences(work, agent_id, preferences):
        raise UnknownAgent


async def set_roles(work: UnitOfWork, agent_id: UUID, roles: Sequence[UUID], *, held: Set[Permission]) -> None:
    """Gives an agent exactly these roles, at least one. Raises Forbidden, Invalid, LastAdministrator, UnknownAgent, UnknownRole."""
    await check_rank(work, agent_id, held)
    _check_roles(roles)
    agent = await _found(work, agent_id)
    await _keep_an_administrator(work, agent, roles)
    before = _names(await organisation.find_roles(work, agent.roles))
    after = await _give_roles(work, agent_id, roles, held)
    work.audit("agent.roles_changed", subject="agent", subject_id=agent_id, before=before, after=after)
    work.emit("agent", agent_id)


async def deactivate(work: UnitOfWork, agent_id: UUID, *, held: Set[Permission]) -> None:
    """Keeps an agent out at once: sessions and links end, what they wrote stays. Raises Forbidden, LastAdministrator, UnknownAgent."""
    await check_rank(work, agent_id, held)
    agent = await _found(work, agent_id)
    await _keep_an_administrator(work, agent, ())
    if not await agents.set_state(work, agent_id, "deactivated"):
        return
    await end_other_sessions(work, agent_id)
    await access.delete_link(work, agent_id, "invitation")
    await access.delete_link(work, agent_id, "reset")
    work.audit("agent.deactivated", subject="agent", subject_id=agent_id, name=agent.name)
    work.emit("agent", agent_id)


async def reactivate(work: UnitOfWork, agent_id: UUID, *, held: Set[Permission]) -> None:
    """Lets an agent in again; one who never had a password is invited again. Raises Forbidden, UnknownAgent."""
    await check_rank(work, agent_id, held)
    if (await _found(work, agent_id)).state != "deactivated":
        return
    await agents.set_state(work, agent_id, "invited")
    login = await agents.find_login(work, agent_id)
    if login and login.password_hash:
        await agents.set_state(work, agent_id, "active")
    work.audit("agent.reactivated", subject="agent", subject_id=agent_id)
    work.emit("agent", agent_id)


async def check_rank(work: UnitOfWork, agent_id: UUID, held: Set[Permission]) -> None:
    """Raises Forbidden if the agent may do what the one who acts may not: or a reset would be a way to more rights."""
    agent = await _found(work, agent_id)
    for role in await organisation.find_roles(work, agent.roles):
        check_grant(held, role.permissions)


async def _give_roles(work: UnitOfWork, agent_id: UUID, role_ids: Sequence[UUID], held: Set[Permission]) -> list[str]:
    """Gives the names, which outlive the roles in the audit log."""
    roles = await organisation.find_roles(work, role_ids)
    if len(roles) != len(set(role_ids)):
        raise UnknownRole
    for role in roles:
        check_grant(held, role.permissions)
    await agents.replace_roles(work, agent_id, [role.id for role in roles])
    return _names(roles)


def _check_roles(roles: Sequence[UUID]) -> None:
    if not roles:
        raise Invalid(message("Please choose at least one role."), field="roles")


def _names(roles: Sequence[Role]) -> list[str]:
    return sorted(role.key or role.name for role in roles)


async def _keep_an_administrator(work: UnitOfWork, agent: Agent, new_roles: Sequence[UUID]) -> None:
    """Raises LastAdministrator if the act would take the workspace's last one."""
    keys = {role.id: role.key for role in await organisation.find_roles(work, [*agent.roles, *new_roles])}
    was = agent.state == "active" and any(keys.get(role) == "administrator" for role in agent.roles)
    stays = any(keys.get(role) == "administrator" for role in new_roles)
    if was and not stays and await agents.other_administrators(work, agent.id) == 0:
        raise LastAdministrator


async def _found(work: UnitOfWork, agent_id: UUID) -> Agent:
    agent = await agents.find_agent(work, agent_id)
    if agent is None:
        raise UnknownAgent
    return agent


async def _invitation_mail(work: UnitOfWork, agent: Agent, url: str) -> Mail:
    link_id, now = new_id(), work.clock.now()
    token, token_hash = tokens.make(work.workspace_id, link_id)
    await access.put_link(work, link_id, agent.id, "invitation", token_hash, now, now + INVITATION_LASTS)
    workspace = await organisation.find_workspace(work)
    return mails.invitation(
        to=agent.email,
        name=agent.name,
        by=work.actor.name,
        workspace=workspace.name if workspace else "",
        language=agent.language,
        url=url,
        token=token,
    )
