"""The workspace, its own roles and its teams change."""

from collections.abc import Collection, Mapping, Set
from typing import Any
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict
from oase.kernel.i18n import Language, message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.kernel.retention import KEY
from oase.staff.actions.setup import check_time_zone
from oase.staff.errors import UnknownRole, UnknownTeam
from oase.staff.repository import organisation
from oase.staff.rules import check_grant, normal_name
from oase.staff.types import Role, Team


async def change_workspace(
    work: UnitOfWork, *, name: str, language: Language, time_zone: str, settings: Mapping[str, Any] | None = None
) -> None:
    """Changes the workspace; `settings` are merged into those there are. Raises Invalid."""
    check_time_zone(time_zone)
    await organisation.update_workspace(
        work, name=normal_name(name), language=language, time_zone=time_zone, settings=dict(settings or {})
    )
    work.audit("workspace.changed", subject="workspace", subject_id=work.workspace_id, name=name, settings=sorted(settings or {}))
    work.emit("workspace", work.workspace_id)


async def change_retention(work: UnitOfWork, lengths: Mapping[str, int | None]) -> None:
    """How long things are kept, by rule (see `kernel.retention`); None is for ever. The caller has checked the lengths."""
    workspace = await organisation.find_workspace(work)
    before = (workspace.settings.get(KEY) if workspace else None) or {}
    await organisation.merge_settings(work, {KEY: dict(lengths)})
    work.audit("retention.changed", subject="retention", before=before, after=dict(lengths))
    work.emit("workspace", work.workspace_id)


async def change_setting(work: UnitOfWork, name: str, value: Mapping[str, Any]) -> None:
    """Puts one setting of the workspace in the place of what it was; the slice that owns it has checked it."""
    workspace = await organisation.find_workspace(work)
    before = (workspace.settings.get(name) if workspace else None) or {}
    await organisation.merge_settings(work, {name: dict(value)})
    work.audit(
        "setting.changed", subject="workspace", subject_id=work.workspace_id, setting=name, before=before, after=dict(value)
    )
    work.emit("workspace", work.workspace_id)


async def save_role(
    work: UnitOfWork, *, name: str, permissions: Collection[Permission], held: Set[Permission], role_id: UUID | None = None
) -> UUID:
    """Writes a role of the workspace's own, new or changed.

    Raises Forbidden (it would give, or has, more than the one who acts may do), Conflict (a built-in role), NameTaken, UnknownRole.
    """
    check_grant(held, permissions)
    before = (await _own_role(work, role_id, held)).permissions if role_id else frozenset()
    role_id = role_id or new_id()
    await organisation.put_role(work, role_id, normal_name(name), frozenset(permissions), work.clock.now())
    work.audit(
        "role.saved", subject="role", subject_id=role_id, name=name, before=sorted(before), after=sorted(frozenset(permissions))
    )
    return role_id


async def delete_role(work: UnitOfWork, role_id: UUID, *, held: Set[Permission]) -> None:
    """Deletes a role of the workspace's own; whoever had it does not any more. Raises Conflict, Forbidden, UnknownRole."""
    role = await _own_role(work, role_id, held)
    await organisation.delete_role(work, role_id)
    work.audit("role.deleted", subject="role", subject_id=role_id, name=role.name, before=sorted(role.permissions))


async def save_team(
    work: UnitOfWork,
    *,
    name: str,
    members: Collection[UUID],
    leads: Collection[UUID] = (),
    description: str = "",
    colour: str = "",
    team_id: UUID | None = None,
) -> UUID:
    """Writes a team with its members, new or changed. Raises Invalid, NameTaken, UnknownTeam."""
    if team_id and team_id not in {team.id for team in await organisation.all_teams(work)}:
        raise UnknownTeam
    team = Team(
        id=team_id or new_id(),
        name=normal_name(name),
        description=description.strip()[:1000],
        colour=colour[:30],
        members=tuple(sorted(set(members))),
        leads=tuple(sorted(set(leads) & set(members))),
    )
    await organisation.put_team(work, team, work.clock.now())
    work.audit("team.saved", subject="team", subject_id=team.id, name=team.name, members=list(team.members))
    work.emit("team", team.id)
    return team.id


async def delete_team(work: UnitOfWork, team_id: UUID) -> None:
    """Deletes a team; its members stay. Raises UnknownTeam."""
    name = await organisation.delete_team(work, team_id)
    if name is None:
        raise UnknownTeam
    work.audit("team.deleted", subject="team", subject_id=team_id, name=name)
    work.emit("team", team_id, {"deleted": True})


async def _own_role(work: UnitOfWork, role_id: UUID, held: Set[Permission]) -> Role:
    found = await organisation.find_roles(work, [role_id])
    if not found:
        raise UnknownRole
    if found[0].built_in:
        raise Conflict(message("This role belongs to Oase and cannot be changed. You can make one of your own."))
    check_grant(held, found[0].permissions)
    return found[0]
