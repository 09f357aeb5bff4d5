"""Presence in the database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct, structs

from oase.desk.presence.types import Capacity, LeftBy, Standing, State, TeamDesk
from oase.kernel.db import UnitOfWork

_STANDING: Final = (
    "SELECT state, reason, since, seen_at, acted_at, left_by, back_to FROM agent_duty WHERE workspace_id = %(workspace_id)s"
)


class Stood(Struct, frozen=True, kw_only=True):
    """A row: an agent, and where they stand."""

    id: UUID
    state: State
    reason: str
    since: datetime
    seen_at: datetime
    acted_at: datetime
    left_by: LeftBy
    back_to: Any

    @property
    def standing(self) -> Standing:
        """Without whose it is."""
        return Standing(**{name: getattr(self, name) for name in Standing.__struct_fields__})


async def lock_standing(work: UnitOfWork, agent_id: UUID) -> Standing | None:
    """Where an agent stands, until the end of the transaction; None if they never said."""
    return await work.one(Standing, f"{_STANDING} AND id = %(id)s FOR UPDATE", {"id": agent_id})


async def standing_of(work: UnitOfWork, agent_id: UUID) -> Standing | None:
    """Where an agent stands; None if they never said."""
    return await work.one(Standing, f"{_STANDING} AND id = %(id)s", {"id": agent_id})


async def standings(work: UnitOfWork) -> dict[UUID, Standing]:
    """Where everybody stands who ever said so."""
    found = await work.all(Stood, _STANDING.replace("SELECT ", "SELECT id, ", 1))
    return {one.id: one.standing for one in found}


async def put_standing(work: UnitOfWork, agent_id: UUID, standing: Standing) -> None:
    """Writes where an agent stands."""
    await work.run(
        "INSERT INTO agent_duty (workspace_id, id, state, reason, since, seen_at, acted_at, left_by, back_to) VALUES"
        " (%(workspace_id)s, %(id)s, %(state)s, %(reason)s, %(since)s, %(seen_at)s, %(acted_at)s, %(left_by)s, %(back_to)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET state = excluded.state, reason = excluded.reason, since = excluded.since,"
        " seen_at = excluded.seen_at, acted_at = excluded.acted_at, left_by = excluded.left_by, back_to = excluded.back_to",
        {"id": agent_id, **structs.asdict(standing)},
    )


async def silent(work: UnitOfWork, unseen: timedelta, on_break: timedelta, idle: timedelta | None) -> list[Stood]:
    """Who gave no sign for so long, until the end of the transaction; whoever gives one just now is passed over."""
    now = work.clock.now()
    return await work.all(
        Stood,
        f"{_STANDING.replace('SELECT ', 'SELECT id, ', 1)} AND ((state IN ('online', 'busy')"
        " AND (seen_at <= %(unseen)s OR seen_at >= %(ahead)s OR acted_at <= %(idle)s)) OR (state = 'break' AND seen_at <= %(break)s))"
        " ORDER BY id FOR UPDATE SKIP LOCKED",
        {"unseen": now - unseen, "ahead": now + unseen, "break": now - on_break, "idle": now - idle if idle else None},
    )


async def workspaces_on_duty(work: UnitOfWork) -> list[UUID]:
    """The workspaces in which anybody is on duty; in a unit of work that works everywhere."""
    return [row[0] for row in await work.tuples("SELECT DISTINCT workspace_id FROM agent_duty WHERE state <> 'away'")]


async def capacities(work: UnitOfWork, default: Capacity) -> dict[UUID, Capacity]:
    """How much agents take on who have a word of their own."""
    rows = await work.tuples("SELECT id, live, messaging FROM agent_capacity WHERE workspace_id = %(workspace_id)s")
    return {id_: _capacity(live, messaging, default) for id_, live, messaging in rows}


def _capacity(live: int | None, messaging: int | None, default: Capacity) -> Capacity:
    return Capacity(live=live or default.live, messaging=messaging or default.messaging, mail=default.mail)


async def own_capacity(work: UnitOfWork, agent_id: UUID) -> tuple[int | None, int | None]:
    """An agent's own (live, messaging); None: as the workspace says."""
    rows = await work.tuples(
        "SELECT live, messaging FROM agent_capacity WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": agent_id}
    )
    return (rows[0][0], rows[0][1]) if rows else (None, None)


async def put_capacity(work: UnitOfWork, agent_id: UUID, live: int | None, messaging: int | None) -> None:
    """Writes an agent's own capacity."""
    await work.run(
        "INSERT INTO agent_capacity (workspace_id, id, live, messaging) VALUES (%(workspace_id)s, %(id)s, %(live)s, %(messaging)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET live = excluded.live, messaging = excluded.messaging",
        {"id": agent_id, "live": live, "messaging": messaging},
    )


async def team_desks(work: UnitOfWork) -> dict[UUID, TeamDesk]:
    """How teams get their work, those that say so."""
    rows = await work.rows(
        "SELECT id, pull_only, accept_seconds, overflow_team_id, overflow_after_seconds FROM team_desk"
        " WHERE workspace_id = %(workspace_id)s"
    )
    return {row.pop("id"): TeamDesk(**row) for row in rows}


async def put_team_desk(work: UnitOfWork, team_id: UUID, desk: TeamDesk) -> None:
    """Writes how a team gets its work."""
    await work.run(
        "INSERT INTO team_desk (workspace_id, id, pull_only, accept_seconds, overflow_team_id, overflow_after_seconds) VALUES"
        " (%(workspace_id)s, %(id)s, %(pull_only)s, %(accept_seconds)s, %(overflow_team_id)s, %(overflow_after_seconds)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET pull_only = excluded.pull_only, accept_seconds = excluded.accept_seconds,"
        " overflow_team_id = excluded.overflow_team_id, overflow_after_seconds = excluded.overflow_after_seconds",
        {"id": team_id, **structs.asdict(desk)},
    )


async def put_many(work: UnitOfWork, changed: Sequence[tuple[UUID, Standing]]) -> None:
    """Writes where several agents, locked, stand after a silence."""
    await work.run(
        "UPDATE agent_duty d SET state = n.state, reason = '', since = n.since, left_by = n.left_by, back_to = n.back_to"
        " FROM unnest(%(ids)b::uuid[], %(states)b::text[], %(since)b::timestamptz[], %(left)b::text[], %(back)b::text[])"
        " AS n (id, state, since, left_by, back_to) WHERE d.workspace_id = %(workspace_id)s AND d.id = n.id",
        {
            "ids": [one for one, _ in changed],
            "states": [one.state for _, one in changed],
            "since": [one.since for _, one in changed],
            "left": [one.left_by for _, one in changed],
            "back": [one.back_to for _, one in changed],
        },
    )
