"""Agents and their roles in the database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.errors import UniqueViolation

from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Language, message
from oase.kernel.ids import new_id
from oase.staff.errors import NameTaken
from oase.staff.types import Agent, Preferences, State

_AGENT = """
SELECT a.id, a.name, a.email, a.state, a.language, a.time_zone, a.picture, a.signature, a.preferences, a.created_at, a.last_seen_at,
       a.totp IS NOT NULL AS second_factor,
       ARRAY(SELECT role_id FROM agent_role r WHERE r.workspace_id = a.workspace_id AND r.agent_id = a.id) AS roles,
       ARRAY(SELECT team_id FROM team_member m WHERE m.workspace_id = a.workspace_id AND m.agent_id = a.id) AS teams
FROM agent a WHERE a.workspace_id = %(workspace_id)s"""

Field = Literal["name", "email", "language", "time_zone", "picture", "signature"]


class Login(Struct, frozen=True, kw_only=True):
    """What is needed to let an agent in."""

    workspace_id: UUID
    id: UUID
    name: str
    email: str
    language: Language
    password_hash: str
    totp: bytes | None


async def all_agents(work: UnitOfWork, *, states: Sequence[State] = ("active", "invited", "deactivated")) -> list[Agent]:
    """All agents in these states, by name."""
    rows = await work.rows(f"{_AGENT} AND a.state = ANY(%(states)s)", {"states": list(states)})
    return sorted((_agent(row) for row in rows), key=lambda agent: agent.name.casefold())


async def find_agent(work: UnitOfWork, agent_id: UUID) -> Agent | None:
    """One agent."""
    row = await work.row(f"{_AGENT} AND a.id = %(id)s", {"id": agent_id})
    return _agent(row) if row else None


async def insert_agent(
    work: UnitOfWork, agent_id: UUID, *, name: str, email: str, state: State, language: Language, password_hash: str, at: datetime
) -> None:
    """Writes a new agent; raises NameTaken if the address is in use in this workspace."""
    try:
        await work.run(
            "INSERT INTO agent (workspace_id, id, name, email, state, language, password_hash, password_changed_at, created_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(email)s, %(state)s, %(language)s, %(hash)s, %(at)s, %(at)s)",
            {
                "id": agent_id,
                "name": name,
                "email": email,
                "state": state,
                "language": language,
                "hash": password_hash,
                "at": at,
            },
        )
    except UniqueViolation:
        raise _taken(email) from None


async def update_agent(work: UnitOfWork, agent_id: UUID, values: Mapping[Field, str]) -> bool:
    """Writes these fields of an agent; raises NameTaken. False if there is none."""
    if not values:
        return bool(await find_agent(work, agent_id))
    changes = ", ".join(f"{field} = %({field})s" for field in sorted(values))
    try:
        return bool(
            await work.run(
                f"UPDATE agent SET {changes} WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
                {"id": agent_id, **{str(field): value for field, value in values.items()}},
            )
        )
    except UniqueViolation:
        raise _taken(values.get("email", "")) from None


async def update_preferences(work: UnitOfWork, agent_id: UUID, preferences: Preferences) -> bool:
    """Writes how an agent likes it."""
    return bool(
        await work.run(
            "UPDATE agent SET preferences = %(preferences)s::jsonb WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": agent_id, "preferences": msgspec.json.encode(preferences).decode()},
        )
    )


async def set_state(work: UnitOfWork, agent_id: UUID, state: State) -> bool:
    """Changes an agent's state; False if it was so already or there is none."""
    return bool(
        await work.run(
            "UPDATE agent SET state = %(state)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND state <> %(state)s",
            {"id": agent_id, "state": state},
        )
    )


async def replace_roles(work: UnitOfWork, agent_id: UUID, role_ids: Sequence[UUID]) -> None:
    """Gives an agent exactly these roles."""
    await work.run("DELETE FROM agent_role WHERE workspace_id = %(workspace_id)s AND agent_id = %(id)s", {"id": agent_id})
    await work.run(
        "INSERT INTO agent_role (workspace_id, id, agent_id, role_id)"
        " SELECT %(workspace_id)s, r.id, %(agent)s, r.role_id FROM unnest(%(ids)b::uuid[], %(roles)b::uuid[]) AS r (id, role_id)",
        {"agent": agent_id, "ids": [new_id() for _ in role_ids], "roles": sorted(role_ids)},
    )


async def join_teams(work: UnitOfWork, agent_id: UUID, team_ids: Sequence[UUID]) -> None:
    """Puts an agent into these teams, as far as they exist."""
    await work.run(
        "INSERT INTO team_member (workspace_id, id, team_id, agent_id)"
        " SELECT %(workspace_id)s, m.id, m.team_id, %(agent)s FROM unnest(%(ids)b::uuid[], %(teams)b::uuid[]) AS m (id, team_id)"
        " WHERE EXISTS (SELECT FROM team t WHERE t.workspace_id = %(workspace_id)s AND t.id = m.team_id)"
        " ON CONFLICT DO NOTHING",
        {"agent": agent_id, "ids": [new_id() for _ in team_ids], "teams": sorted(team_ids)},
    )


async def other_administrators(work: UnitOfWork, agent_id: UUID) -> int:
    """How many active administrators there are besides this agent. Those who take one away wait for each other here."""
    await work.run("SELECT FROM role WHERE workspace_id = %(workspace_id)s AND key = 'administrator' FOR UPDATE")
    count: int = await work.value(
        "SELECT count(*) FROM agent a"
        " JOIN agent_role ar ON ar.workspace_id = a.workspace_id AND ar.agent_id = a.id"
        " JOIN role r ON r.workspace_id = a.workspace_id AND r.id = ar.role_id"
        " WHERE a.workspace_id = %(workspace_id)s AND r.key = 'administrator' AND a.state = 'active' AND a.id <> %(id)s",
        {"id": agent_id},
    )
    return count


async def logins_by_email(work: UnitOfWork, email: str, slug: str) -> list[Login]:
    """Active agents with this address in all workspaces (or the one with this short name), the oldest first; at most five."""
    return await work.all(
        Login,
        "SELECT a.workspace_id, a.id, a.name, a.email, a.language, a.password_hash, a.totp"
        " FROM agent a JOIN workspace w ON w.workspace_id = a.workspace_id AND w.id = a.workspace_id"
        " WHERE a.email = %(email)s AND a.state = 'active' AND (%(slug)s = '' OR w.slug = %(slug)s)"
        " ORDER BY a.created_at, a.id LIMIT 5",
        {"email": email, "slug": slug},
    )


async def find_login(work: UnitOfWork, agent_id: UUID) -> Login | None:
    """What is needed to let this agent in; None unless active or invited."""
    return await work.one(
        Login,
        "SELECT workspace_id, id, name, email, language, password_hash, totp FROM agent"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND state <> 'deactivated'",
        {"id": agent_id},
    )


async def set_password(work: UnitOfWork, agent_id: UUID, password_hash: str, at: datetime) -> None:
    """Writes a new password's hash."""
    await work.run(
        "UPDATE agent SET password_hash = %(hash)s, password_changed_at = %(at)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": agent_id, "hash": password_hash, "at": at},
    )


async def replace_hash(work: UnitOfWork, agent_id: UUID, old: str, new: str) -> None:
    """Writes the same password's hash anew, unless the password was changed meanwhile."""
    await work.run(
        "UPDATE agent SET password_hash = %(new)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND password_hash = %(old)s",
        {"id": agent_id, "old": old, "new": new},
    )


def preferences_of(stored: Mapping[str, Any]) -> Preferences:
    """Stored preferences; what this version does not know counts as not set."""
    try:
        return msgspec.convert(stored, Preferences)
    except msgspec.ValidationError:
        return Preferences()


def _agent(row: dict[str, Any]) -> Agent:
    return msgspec.convert({**row, "preferences": preferences_of(row["preferences"])}, Agent)


def _taken(email: str) -> NameTaken:
    return NameTaken(message("%(email)s is already in use here.", email=email))
