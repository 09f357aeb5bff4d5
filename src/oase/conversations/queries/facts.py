"""Conversations as conditions see them, for many at a time: what stands in them, and what was said. Two queries, however many."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from oase.conversations.conditions import Facts, Moment, Spoken
from oase.kernel.db import UnitOfWork
from oase.people import PERSON_NAME

_TEXT_CHARACTERS = 8_000
_PERSON_CONVERSATIONS = 100
FILES: Final = (
    "(SELECT count(*) FROM attachment f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id AND NOT f.inline)"
)
_SAID = (
    f"m.id, m.conversation_id, m.direction, left(m.text, {_TEXT_CHARACTERS}) AS text, m.automatic <> '' AS automatic,"
    " m.author_id IS NOT NULL OR m.direction = 'out' AND m.automatic = '' AS by_agent, m.at, m.data->'before'->>'state' AS state_before,"
    f" {FILES} AS files"
)


_MOMENTS: Final[dict[Moment, tuple[str, str]]] = {
    "waited_since": ("waiting", "last_out_at"),
    "waiting_since": ("open", "waiting_since"),
    "solved_at": ("solved", "solved_at"),
    "due_at": ("open", "coalesce(due_at, 'infinity')"),
}


async def facts_of(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Facts]:
    """These conversations as they stand, as far as they exist and were not merged into others. One query."""
    found = await work.all(
        Facts,
        "SELECT c.id, c.number, c.kind, c.channel, c.account_id, c.state, c.assignee_id, c.team_id, c.priority, c.tags, c.fields,"
        " c.subject, c.message_count, c.created_at, c.due_at, c.waiting_since, c.last_at, c.last_out_at, c.solved_at, c.snoozed_until,"
        f" c.person_id, coalesce({PERSON_NAME}, '') AS person, coalesce(p.language, '') AS person_language,"
        " coalesce(p.tags, '{}') AS person_tags, coalesce(p.fields, '{}') AS person_fields,"
        " coalesce(p.organisation, '') AS organisation, coalesce(i.value, '') AS address, c.speaker_count, c.waiting_count,"
        " c.first_line_by AS last_by, EXISTS (SELECT FROM consent k WHERE k.workspace_id = c.workspace_id"
        " AND k.identity_id = c.identity_id AND k.purpose = 'service' AND k.basis = 'consent' AND k.withdrawn_at IS NULL) AS agreed,"
        " (SELECT count(*) FROM (SELECT FROM conversation o WHERE o.workspace_id = c.workspace_id AND o.person_id = c.person_id"
        f" AND o.merged_into IS NULL LIMIT {_PERSON_CONVERSATIONS}) AS few) AS person_count FROM conversation c"
        " LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id"
        " LEFT JOIN identity i ON i.workspace_id = c.workspace_id AND i.id = c.identity_id"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(ids)b::uuid[]) AND c.merged_into IS NULL",
        {"ids": sorted(set(ids))},
    )
    return {one.id: one for one in found}


async def spoken(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Spoken]:
    """These messages, as far as they are still there. One query."""
    found = await work.all(
        Spoken,
        f"SELECT {_SAID} FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.id = ANY(%(ids)b::uuid[])"
        " AND m.deleted_at IS NULL",
        {"ids": sorted(set(ids))},
    )
    return {one.id: one for one in found}


async def last_words(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Spoken]:
    """What the customer said last in each of these conversations. One query."""
    found = await work.all(
        Spoken,
        f"SELECT {_SAID} FROM unnest(%(ids)b::uuid[]) AS w (id) CROSS JOIN LATERAL (SELECT * FROM message"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = w.id AND direction = 'in' AND deleted_at IS NULL"
        " ORDER BY at DESC, id DESC LIMIT 1) AS m",
        {"ids": sorted(set(ids))},
    )
    return {one.conversation_id: one for one in found}


async def moments_between(
    work: UnitOfWork, moment: Moment, after: tuple[datetime, UUID | None], until: datetime, limit: int
) -> list[tuple[UUID, datetime]]:
    """Conversations whose moment lies in this time (`until` is in it), the earliest first. One query, by an index of its own.

    `after`: a moment, or with its id the conversation at which to go on.
    """
    state, column = _MOMENTS[moment]
    rows = await work.tuples(
        f"SELECT id, {column} FROM conversation WHERE workspace_id = %(workspace_id)s AND state = '{state}' AND merged_into IS NULL"
        f" AND ({column}, id) > (%(after)s::timestamptz, %(id)s::uuid) AND {column} <= %(until)s ORDER BY {column}, id LIMIT %(limit)s",
        {"after": after[0], "id": after[1] or UUID(int=2**128 - 1), "until": until, "limit": limit},
    )
    return [(row[0], row[1]) for row in rows]
