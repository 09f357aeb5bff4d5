"""Shifts in the database: written down, deleted, asked for."""

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from oase.desk.presence.shifts import Shift, check_shift, until
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.staff import UnknownAgent, UnknownTeam, find_workspace, list_agents, list_teams


async def list_shifts(work: UnitOfWork, first: date | None = None, last: date | None = None) -> list[Shift]:
    """All shifts of weekdays, and those of single days from `first` to `last` (all, unless they are given). One query."""
    rows = await work.rows(
        "SELECT id, agent_id, team_id, day, weekday, begins, ends, breaks FROM shift WHERE workspace_id = %(workspace_id)s"
        " AND (day IS NULL OR day BETWEEN coalesce(%(first)s, '-infinity'::date) AND coalesce(%(last)s, 'infinity'::date))"
        " ORDER BY day, weekday, begins, id",
        {"first": first, "last": last},
    )
    return [msgspec.convert(row, Shift) for row in rows]


async def save_shifts(work: UnitOfWork, shifts: Sequence[Shift]) -> None:
    """Writes shifts, new or changed. Raises Invalid, UnknownAgent, UnknownTeam."""
    for one in shifts:
        check_shift(one)
    if not {one.agent_id for one in shifts if one.agent_id} <= {agent.id for agent in await list_agents(work)}:
        raise UnknownAgent
    if not {one.team_id for one in shifts if one.team_id} <= {team.id for team in await list_teams(work)}:
        raise UnknownTeam
    await work.run(
        "INSERT INTO shift (workspace_id, id, agent_id, team_id, day, weekday, begins, ends, breaks)"
        " SELECT %(workspace_id)s, s.* FROM jsonb_to_recordset(%(shifts)s::jsonb)"
        " AS s (id uuid, agent_id uuid, team_id uuid, day date, weekday smallint, begins smallint, ends smallint, breaks jsonb)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET agent_id = excluded.agent_id, team_id = excluded.team_id, day = excluded.day,"
        " weekday = excluded.weekday, begins = excluded.begins, ends = excluded.ends, breaks = excluded.breaks",
        {"shifts": msgspec.json.encode(shifts).decode()},
    )
    for one in shifts:
        work.audit("shift.saved", subject="shift", subject_id=one.id, shift=msgspec.to_builtins(one))
        work.emit("desk", one.id, {"what": "shift"})


async def delete_shift(work: UnitOfWork, shift_id: UUID) -> None:
    """Deletes a shift; raises NotFound."""
    if not await work.run("DELETE FROM shift WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": shift_id}):
        raise NotFound(message("This shift does not exist."))
    work.audit("shift.deleted", subject="shift", subject_id=shift_id)
    work.emit("desk", shift_id, {"what": "shift"})


async def on_shift(work: UnitOfWork, agent_id: UUID | None = None) -> dict[UUID, str]:
    """Who is to be there now, and until when by the company's clock ("16:30"): for hints and forecasts. Three queries.

    Of everybody, or of one.
    """
    workspace, now = await find_workspace(work), work.clock.now()
    local = now.astimezone(ZoneInfo(workspace.time_zone if workspace else "UTC"))
    shifts = await list_shifts(work, local.date() - timedelta(days=1), local.date())
    if not shifts:
        return {}
    ends = {
        agent.id: end
        for agent in await list_agents(work)
        if agent_id in (None, agent.id) and (end := until(shifts, agent.id, agent.teams, local)) is not None
    }
    return {agent: f"{end:%H:%M}" for agent, end in ends.items()}
