"""Workspaces, roles and teams in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from psycopg.errors import UniqueViolation

from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import Language, message
from oase.kernel.ids import new_id
from oase.kernel.permissions import BUILT_IN_ROLES, Permission, known
from oase.staff.errors import NameTaken
from oase.staff.types import ROLE_NAMES, Role, Team, Workspace

_SET_UP_LOCK = 0x6F61_7365_0003


async def is_any_workspace(work: UnitOfWork) -> bool:
    """Whether a workspace exists; sees all of them only in a unit of work that works everywhere."""
    return bool(await work.value("SELECT EXISTS (SELECT FROM workspace)"))


async def is_first_workspace(work: UnitOfWork) -> bool:
    """Whether there is none yet. Until the end of the transaction nobody else gets an answer, so only one can be the first.

    The transaction belongs to the workspace that is about to be founded; only this question looks beyond it.
    """
    await work.run("SELECT pg_advisory_xact_lock(%(lock)s)", {"lock": _SET_UP_LOCK})
    await work.run("SELECT set_config('oase.workspace', 'everywhere', true)")
    found = await is_any_workspace(work)
    await work.run("SELECT set_config('oase.workspace', %(workspace)s, true)", {"workspace": str(work.workspace_id)})
    return not found


async def insert_workspace(work: UnitOfWork, *, name: str, slug: str, language: Language, time_zone: str, at: datetime) -> None:
    """Writes the workspace of this unit of work; raises NameTaken."""
    try:
        await work.run(
            "INSERT INTO workspace (workspace_id, id, name, slug, language, time_zone, created_at)"
            " VALUES (%(workspace_id)s, %(workspace_id)s, %(name)s, %(slug)s, %(language)s, %(time_zone)s, %(at)s)",
            {"name": name, "slug": slug, "language": language, "time_zone": time_zone, "at": at},
        )
    except UniqueViolation:
        raise NameTaken(message("Another workspace has the short name “%(slug)s”.", slug=slug)) from None


async def find_workspace(work: UnitOfWork) -> Workspace | None:
    """The workspace of this unit of work."""
    return await work.one(
        Workspace,
        "SELECT id, name, slug, language, time_zone, settings, created_at FROM workspace"
        " WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s",
    )


async def all_workspaces(work: UnitOfWork) -> list[Workspace]:
    """All workspaces, the oldest first; in a unit of work that works everywhere."""
    return await work.all(
        Workspace, "SELECT id, name, slug, language, time_zone, settings, created_at FROM workspace ORDER BY created_at, id"
    )


async def update_workspace(work: UnitOfWork, *, name: str, language: Language, time_zone: str, settings: dict[str, Any]) -> None:
    """Writes what of a workspace may change; `settings` are merged into those there are."""
    await work.run(
        "UPDATE workspace SET name = %(name)s, language = %(language)s, time_zone = %(time_zone)s,"
        " settings = settings || %(settings)s::jsonb WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s",
        {"name": name, "language": language, "time_zone": time_zone, "settings": msgspec.json.encode(settings).decode()},
    )


async def merge_settings(work: UnitOfWork, settings: dict[str, Any]) -> None:
    """Puts settings in the place of those of the same names."""
    await work.run(
        "UPDATE workspace SET settings = settings || %(settings)s::jsonb"
        " WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s",
        {"settings": msgspec.json.encode(settings).decode()},
    )


async def insert_built_in_roles(work: UnitOfWork, at: datetime) -> dict[str, UUID]:
    """The four roles that every workspace begins with, by key."""
    ids = {key: new_id() for key in BUILT_IN_ROLES}
    await work.run(
        "INSERT INTO role (workspace_id, id, key, name, created_at)"
        " SELECT %(workspace_id)s, r.id, r.key, r.name, %(at)s FROM unnest(%(ids)b::uuid[], %(keys)b::text[], %(names)b::text[])"
        " AS r (id, key, name)",
        {"ids": list(ids.values()), "keys": list(ids), "names": [str(ROLE_NAMES[key]) for key in ids], "at": at},
    )
    return ids


async def all_roles(work: UnitOfWork) -> list[Role]:
    """All roles: the built-in ones first, in their order, then the workspace's own by name."""
    rows = await work.rows("SELECT id, key, name, permissions FROM role WHERE workspace_id = %(workspace_id)s")
    order = {key: place for place, key in enumerate(BUILT_IN_ROLES)}
    return sorted((_role(row) for row in rows), key=lambda role: (order.get(role.key, len(order)), role.name.casefold()))


async def find_roles(work: UnitOfWork, role_ids: Sequence[UUID]) -> list[Role]:
    """The roles with these ids, as far as they exist."""
    rows = await work.rows(
        "SELECT id, key, name, permissions FROM role WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
        {"ids": list(role_ids)},
    )
    return [_role(row) for row in rows]


async def put_role(work: UnitOfWork, role_id: UUID, name: str, permissions: frozenset[Permission], at: datetime) -> None:
    """Writes a role of the workspace's own, new or changed; raises NameTaken."""
    try:
        await work.run(
            "INSERT INTO role (workspace_id, id, name, permissions, created_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(permissions)s, %(at)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, permissions = excluded.permissions"
            " WHERE role.key = ''",
            {"id": role_id, "name": name, "permissions": sorted(permissions), "at": at},
        )
    except UniqueViolation:
        raise NameTaken(message("Another role is called “%(name)s”.", name=name)) from None


async def delete_role(work: UnitOfWork, role_id: UUID) -> bool:
    """Deletes a role of the workspace's own, if there is one."""
    statement = "DELETE FROM role WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND key = ''"
    return bool(await work.run(statement, {"id": role_id}))


async def all_teams(work: UnitOfWork) -> list[Team]:
    """All teams with their members, by name."""
    rows = await work.rows(
        "SELECT t.id, t.name, t.description, t.colour,"
        " coalesce(array_agg(m.agent_id ORDER BY m.agent_id) FILTER (WHERE m.agent_id IS NOT NULL), '{}') AS members,"
        " coalesce(array_agg(m.agent_id ORDER BY m.agent_id) FILTER (WHERE m.leads), '{}') AS leads"
        " FROM team t LEFT JOIN team_member m ON m.workspace_id = t.workspace_id AND m.team_id = t.id"
        " WHERE t.workspace_id = %(workspace_id)s GROUP BY t.workspace_id, t.id"
    )
    return sorted((msgspec.convert(row, Team) for row in rows), key=lambda team: team.name.casefold())


async def put_team(work: UnitOfWork, team: Team, at: datetime) -> None:
    """Writes a team with its members, new or changed; raises NameTaken."""
    try:
        await work.run(
            "INSERT INTO team (workspace_id, id, name, description, colour, created_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(description)s, %(colour)s, %(at)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE"
            " SET name = excluded.name, description = excluded.description, colour = excluded.colour",
            {"id": team.id, "name": team.name, "description": team.description, "colour": team.colour, "at": at},
        )
    except UniqueViolation:
        raise NameTaken(message("Another team is called “%(name)s”.", name=team.name)) from None
    await work.run("DELETE FROM team_member WHERE workspace_id = %(workspace_id)s AND team_id = %(id)s", {"id": team.id})
    members = sorted(team.members)
    await work.run(
        "INSERT INTO team_member (workspace_id, id, team_id, agent_id, leads)"
        " SELECT %(workspace_id)s, m.id, %(team)s, m.agent_id, m.leads"
        " FROM unnest(%(ids)b::uuid[], %(members)b::uuid[], %(leads)b::boolean[]) AS m (id, agent_id, leads)"
        " WHERE EXISTS (SELECT FROM agent a WHERE a.workspace_id = %(workspace_id)s AND a.id = m.agent_id)",
        {
            "team": team.id,
            "ids": [new_id() for _ in members],
            "members": members,
            "leads": [member in team.leads for member in members],
        },
    )


async def delete_team(work: UnitOfWork, team_id: UUID) -> str | None:
    """Deletes a team and gives its name; None if there is none."""
    name: str | None = await work.value(
        "DELETE FROM team WHERE workspace_id = %(workspace_id)s AND id = %(id)s RETURNING name", {"id": team_id}
    )
    return name


def permissions_of(key: str, names: Sequence[str]) -> frozenset[Permission]:
    """What a stored role allows: for a built-in one what this version of Oase says."""
    return BUILT_IN_ROLES.get(key, frozenset()) if key else known(names)


def _role(row: dict[str, Any]) -> Role:
    return Role(id=row["id"], key=row["key"], name=row["name"], permissions=permissions_of(row["key"], row["permissions"]))
