"""Who was online, busy or on a break, from when to when.

Kept for planning shifts and for clearing up single cases (why was nobody asked?), not for judging anybody: no reasons, no silence, no
signs of life, only as long as the workspace says, and only if it wants it at all. Being away is what lies between.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.desk.presence.types import State
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.retention import Rule

AT_MOST: Final = 500


class Stretch(Struct, frozen=True, kw_only=True):
    """A time in which an agent did one thing; without an end it lasts."""

    state: State
    began_at: datetime
    ended_at: datetime | None


async def goes_on_as(work: UnitOfWork, agent_ids: Collection[UUID], state: State, at: datetime, *, kept: bool) -> None:
    """What these agents did ends, and another thing begins; nothing begins of who is away, or where nothing is `kept`."""
    await work.run(
        "UPDATE duty_stretch SET ended_at = greatest(began_at, %(at)s) WHERE workspace_id = %(workspace_id)s"
        " AND agent_id = ANY(%(agents)s) AND ended_at IS NULL",
        {"agents": sorted(agent_ids), "at": at},
    )
    if not kept or state == "away":
        return
    await work.run(
        "INSERT INTO duty_stretch (workspace_id, id, agent_id, state, began_at) SELECT %(workspace_id)s, n.id, n.agent_id, %(state)s,"
        " %(at)s FROM unnest(%(ids)b::uuid[], %(agents)b::uuid[]) AS n (id, agent_id)",
        {"ids": [new_id() for _ in agent_ids], "agents": sorted(agent_ids), "state": state, "at": at},
    )


async def history_of(work: UnitOfWork, agent_id: UUID, since: datetime) -> list[Stretch]:
    """What an agent did since then, the newest first; 500 at most."""
    return await work.all(
        Stretch,
        "SELECT state, began_at, ended_at FROM duty_stretch WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s"
        " AND began_at >= %(since)s ORDER BY began_at DESC, id DESC LIMIT %(n)s",
        {"agent": agent_id, "since": since, "n": AT_MOST},
    )


_OLD: Final = "workspace_id = %(workspace_id)s AND ended_at IS NOT NULL AND began_at < %(before)s"


async def _count_old(work: UnitOfWork, before: datetime, at_most: int) -> int:
    found = f"SELECT count(*) FROM (SELECT FROM duty_stretch WHERE {_OLD} LIMIT %(n)s) AS old"
    return int(await work.value(found, {"before": before, "n": at_most}))


async def _delete_old(work: UnitOfWork, before: datetime, at_most: int) -> int:
    return await work.run(
        "DELETE FROM duty_stretch WHERE workspace_id = %(workspace_id)s"
        f" AND id IN (SELECT id FROM duty_stretch WHERE {_OLD} ORDER BY id LIMIT %(n)s)",
        {"before": before, "n": at_most},
    )


RULE: Final = Rule(
    id="presence",
    name=message("What agents did when"),
    meaning=message("From when to when somebody was online, busy or on a break. What they do now stays."),
    advice=message(
        "Long enough to plan shifts by it and to clear up single cases. Settle it with your works council, if you have one."
    ),
    unit="days",
    default=30,
    least=1,
    tables=("duty_stretch",),
    count=_count_old,
    sweep=_delete_old,
)
