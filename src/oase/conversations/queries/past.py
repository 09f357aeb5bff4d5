"""What happened in conversations lately, page by page: for whoever looks at the past as a whole. A constant number of queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from oase.conversations.conditions import PastMessage
from oase.conversations.queries.facts import FILES
from oase.conversations.queries.listing import key_at, place_of
from oase.conversations.queries.views import STATES
from oase.kernel.db import UnitOfWork

_LOOKED_AT: Final = 60  # the newest messages and events of one conversation


async def count_lately(work: UnitOfWork, since: datetime, at_most: int) -> int:
    """How many conversations something was said in since then, counted up to a number."""
    found = await work.value(
        "SELECT count(*) FROM (SELECT FROM conversation WHERE workspace_id = %(workspace_id)s AND merged_into IS NULL"
        " AND state = ANY(%(states)s) AND last_at >= %(since)s LIMIT %(most)s) AS few",
        {"since": since, "most": at_most, "states": list(STATES)},
    )
    return int(found)


async def lately(work: UnitOfWork, since: datetime, place: str, limit: int) -> tuple[list[UUID], str]:
    """Conversations that something was said in since then, state by state, and the place at which to go on ("" at the end)."""
    state, _, key = place.partition(" ")
    state = state or STATES[0]
    bounds: dict[str, Any] = {"since": since, "limit": limit, "at": None, "id": None}
    if key:
        bounds["at"], bounds["id"] = place_of(key)
    rows = await work.tuples(
        "SELECT id, last_at FROM conversation WHERE workspace_id = %(workspace_id)s AND merged_into IS NULL"
        f" AND state = '{STATES[[*STATES].index(state)]}' AND last_at >= %(since)s"  # type: ignore[arg-type]
        + (" AND (last_at, id) < (%(at)s::timestamptz, %(id)s::uuid)" if key else "")
        + " ORDER BY last_at DESC, id DESC LIMIT %(limit)s",
        bounds,
    )
    ids = [row[0] for row in rows]
    if len(rows) == limit:
        return ids, f"{state} {key_at(rows[-1][1], rows[-1][0])}"
    following = [*STATES, ""][[*STATES].index(state) + 1]  # type: ignore[arg-type]
    return ids, f"{following} " if following else ""


async def happened_in(work: UnitOfWork, ids: Sequence[UUID], since: datetime) -> dict[UUID, list[PastMessage]]:
    """What was said and done in each of these conversations since then, the oldest first; the newest sixty of each."""
    rows = await work.all(
        PastMessage,
        "SELECT m.id, m.conversation_id, m.direction, m.kind, coalesce(m.data->>'to', '') AS to, left(m.text, 8000) AS text,"
        " m.automatic <> '' AS automatic, m.direction = 'out' AND m.automatic = '' AS by_agent, m.at,"
        f" {FILES} AS files"
        " FROM unnest(%(ids)b::uuid[]) AS w (id) CROSS JOIN LATERAL (SELECT * FROM message WHERE workspace_id = %(workspace_id)s"
        " AND conversation_id = w.id AND direction <> 'note' AND at >= %(since)s AND deleted_at IS NULL"
        " ORDER BY at DESC, id DESC LIMIT %(most)s) AS m ORDER BY m.at, m.id",
        {"ids": list(ids), "since": since, "most": _LOOKED_AT},
    )
    found: dict[UUID, list[PastMessage]] = {}
    for row in rows:
        found.setdefault(row.conversation_id, []).append(row)
    return found
