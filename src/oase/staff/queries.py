"""What others ask about staff: who is behind a session or a token, who is there, what is set."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from oase.kernel.db import Database, UnitOfWork
from oase.kernel.permissions import BUILT_IN_ROLES, Permission
from oase.kernel.secrets import Secret
from oase.staff import tokens
from oase.staff.errors import UnknownAgent
from oase.staff.repository import access, agents, organisation, skills
from oase.staff.repository.access import SessionRow
from oase.staff.repository.agents import preferences_of
from oase.staff.rules import SEEN_AGAIN_AFTER, session_lives
from oase.staff.types import Agent, ApiToken, Role, SessionInfo, SignedIn, Skill, Team, TokenHolder, Workspace

API_PREFIX: Final = "oase_"


async def is_set_up(database: Database) -> bool:
    """Whether the first start is over."""
    async with database.everywhere() as work:
        return await organisation.is_any_workspace(work)


async def who(database: Database, token: Secret, *, idle: timedelta) -> SignedIn | None:
    """Who is behind a session's token; None if it is unknown, too old, or its agent is not active.

    One query by primary key; once a minute a second one, that notes the use.
    """
    parsed = tokens.parse(token.reveal())
    if parsed is None:
        return None
    async with database.work(parsed.workspace_id) as work:
        row, now = await access.find_session(work, parsed.id), work.clock.now()
        if row is None or not parsed.fits(row.token_hash) or not session_lives(row.created_at, row.last_seen_at, now, idle):
            return None
        if now - row.last_seen_at >= SEEN_AGAIN_AFTER:
            await access.touch_session(work, parsed.id, row.agent_id, now)
    return _signed_in(parsed, row)


async def which_program(database: Database, text: Secret) -> TokenHolder | None:
    """The program behind an API token; None if it is unknown or has ended."""
    parsed = tokens.parse(text.reveal(), prefix=API_PREFIX)
    if parsed is None:
        return None
    async with database.work(parsed.workspace_id) as work:
        found = await access.find_api_token(work, parsed.id)
        if found is None or not parsed.fits(found[0]):
            return None
        _, name, permissions, last_used_at = found
        now = work.clock.now()
        if last_used_at is None or now - last_used_at >= SEEN_AGAIN_AFTER:
            await access.touch_api_token(work, parsed.id, now)
    return TokenHolder(token_id=parsed.id, workspace_id=parsed.workspace_id, name=name, permissions=permissions)


async def find_agent(work: UnitOfWork, agent_id: UUID) -> Agent:
    """One agent; raises UnknownAgent."""
    agent = await agents.find_agent(work, agent_id)
    if agent is None:
        raise UnknownAgent
    return agent


async def list_agents(work: UnitOfWork, *, also_deactivated: bool = False) -> list[Agent]:
    """The agents of the workspace, by name."""
    return await agents.all_agents(work, states=("active", "invited", *(("deactivated",) if also_deactivated else ())))


async def agents_who_may(work: UnitOfWork, permission: Permission) -> list[Agent]:
    """The active agents who may do something. Two queries."""
    able = {role.id for role in await organisation.all_roles(work) if permission in role.permissions}
    return [one for one in await agents.all_agents(work, states=("active",)) if not able.isdisjoint(one.roles)]


async def list_roles(work: UnitOfWork) -> list[Role]:
    """The roles of the workspace: the built-in ones first."""
    return await organisation.all_roles(work)


async def list_teams(work: UnitOfWork) -> list[Team]:
    """The teams of the workspace, by name."""
    return await organisation.all_teams(work)


async def list_skills(work: UnitOfWork) -> list[Skill]:
    """The skills of the workspace, by kind and name."""
    return await skills.all_skills(work)


async def skills_held(work: UnitOfWork) -> dict[UUID, dict[UUID, int]]:
    """What agents can do: levels 1 to 5 by skill, by agent. One query."""
    return await skills.held(work)


async def skills_of(work: UnitOfWork, agent_id: UUID) -> dict[UUID, int]:
    """What one agent can do: levels 1 to 5 by skill."""
    return (await skills.held(work, agent_id)).get(agent_id, {})


async def list_sessions(work: UnitOfWork, agent_id: UUID) -> list[SessionInfo]:
    """An agent's sessions, the last used first."""
    return await access.sessions_of(work, agent_id)


async def list_api_tokens(work: UnitOfWork) -> list[ApiToken]:
    """The API tokens of the workspace, the newest first."""
    return await access.all_api_tokens(work)


async def find_workspace(work: UnitOfWork) -> Workspace | None:
    """The workspace of this unit of work."""
    return await organisation.find_workspace(work)


async def list_workspaces(database: Database) -> list[Workspace]:
    """All workspaces of this installation, the oldest first."""
    async with database.everywhere() as work:
        return await organisation.all_workspaces(work)


def _signed_in(parsed: tokens.Parsed, row: SessionRow) -> SignedIn:
    permissions = [organisation.permissions_of(key, ()) for key in row.role_keys if key]
    return SignedIn(
        session_id=parsed.id,
        agent_id=row.agent_id,
        workspace_id=parsed.workspace_id,
        workspace_name=row.workspace_name,
        name=row.name,
        email=row.email,
        role=_widest(row.role_keys, row.role_names),
        permissions=frozenset().union(*permissions, organisation.permissions_of("", row.permissions)),
        language="de" if row.language == "de" else "en",
        time_zone=row.time_zone or row.workspace_time_zone,
        picture=row.picture,
        preferences=preferences_of(row.preferences),
    )


def _widest(keys: Sequence[str], names: Sequence[str]) -> str:
    """The key of the widest built-in role, or else the name of one of the workspace's own."""
    return next((key for key in BUILT_IN_ROLES if key in keys), min(names, default=""))
