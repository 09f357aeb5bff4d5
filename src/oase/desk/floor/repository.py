"""Whispers and wallboards in the database."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from oase.desk.floor.types import Wall, Whisper
from oase.kernel.db import UnitOfWork

_WHISPER: Final = "SELECT id, by_name, text, conversation_id, at FROM whisper WHERE workspace_id = %(workspace_id)s"
_KEPT: Final = timedelta(days=1)
_MOST: Final = 20


async def whispers_to(work: UnitOfWork, agent_id: UUID) -> list[Whisper]:
    """What an agent has not read yet, the oldest first."""
    since = work.clock.now() - _KEPT
    given = {"agent": agent_id, "since": since, "most": _MOST}
    return await work.all(
        Whisper, f"{_WHISPER} AND agent_id = %(agent)s AND at > %(since)s ORDER BY at, id LIMIT %(most)s", given
    )


async def insert_whisper(work: UnitOfWork, agent_id: UUID, by_id: UUID | None, one: Whisper) -> None:
    """Writes one; a conversation that is not there is left out."""
    await work.run(
        "INSERT INTO whisper (workspace_id, id, agent_id, by_id, by_name, text, conversation_id, at) VALUES (%(workspace_id)s, %(id)s,"
        " %(agent)s, %(by)s, %(by_name)s, %(text)s, (SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s"
        " AND id = %(conversation)s), %(at)s)",
        {
            "id": one.id,
            "agent": agent_id,
            "by": by_id,
            "by_name": one.by_name,
            "text": one.text,
            "conversation": one.conversation_id,
            "at": one.at,
        },
    )


async def delete_whisper(work: UnitOfWork, agent_id: UUID, whisper_id: UUID) -> bool:
    """Takes one of an agent away; False if it was gone."""
    given = {"agent": agent_id, "id": whisper_id}
    found = await work.run(
        "DELETE FROM whisper WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND agent_id = %(agent)s", given
    )
    return found > 0


async def delete_old_whispers(work: UnitOfWork) -> None:
    """Takes away what nobody read within a day."""
    await work.run(
        "DELETE FROM whisper WHERE workspace_id = %(workspace_id)s AND at <= %(until)s", {"until": work.clock.now() - _KEPT}
    )


async def walls(work: UnitOfWork) -> list[Wall]:
    """All wallboards with an address, by name."""
    return await work.all(
        Wall,
        "SELECT id, name, team_id, created_at, seen_at FROM wall WHERE workspace_id = %(workspace_id)s ORDER BY lower(name), id",
    )


async def insert_wall(work: UnitOfWork, one: Wall, token_hash: bytes, created_by: UUID | None) -> None:
    """Writes one."""
    await work.run(
        "INSERT INTO wall (workspace_id, id, name, team_id, token_hash, created_by, created_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(team)s, %(hash)s, %(by)s, %(at)s)",
        {"id": one.id, "name": one.name, "team": one.team_id, "hash": token_hash, "by": created_by, "at": one.created_at},
    )


async def delete_wall(work: UnitOfWork, wall_id: UUID) -> str | None:
    """Ends one; gives its name, None if it was not there."""
    name: str | None = await work.value(
        "DELETE FROM wall WHERE workspace_id = %(workspace_id)s AND id = %(id)s RETURNING name", {"id": wall_id}
    )
    return name


async def find_wall(work: UnitOfWork, wall_id: UUID) -> dict[str, Any] | None:
    """One, with what proves its address."""
    return await work.row(
        "SELECT id, team_id, token_hash, seen_at FROM wall WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": wall_id}
    )


async def touch_wall(work: UnitOfWork, wall_id: UUID, now: datetime) -> None:
    """It was looked at."""
    await work.run(
        "UPDATE wall SET seen_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": wall_id, "now": now}
    )
