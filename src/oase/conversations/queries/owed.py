"""What is owed in conversations, for those who promise it: who waits since when, what was asked and answered. One query each."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork

_WAITED: Final = Batch(conversation_id="uuid", since="timestamptz")
_OWED: Final = """
SELECT c.id, c.number, c.kind, c.channel, c.state, c.assignee_id, c.team_id, c.priority, c.person_id,
    c.waiting_since, c.due_at, c.last_out_at, c.solved_at, c.created_at, c.merged_into,
    coalesce(p.tags, '{}') AS person_tags, coalesce(p.fields, '{}') AS person_fields,
    coalesce(p.language, '') AS language,
    EXISTS (SELECT FROM message m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.direction = 'out'
        AND m.automatic = '' AND m.deleted_at IS NULL AND m.at < c.waiting_since) AS answered_before
FROM conversation c LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id
WHERE c.workspace_id = %(workspace_id)s"""


_TURNS: Final = """
SELECT m.conversation_id, m.id, m.at, CASE m.direction WHEN 'in' THEN 'asked' WHEN 'out' THEN 'answered' ELSE 'closed' END AS what,
    EXISTS (SELECT FROM message b WHERE b.workspace_id = %(workspace_id)s AND b.conversation_id = n.conversation_id AND b.at < n.at
        AND b.direction = 'out' AND b.automatic = '' AND b.deleted_at IS NULL) AS answered_before
FROM (SELECT f.conversation_id, min(f.at) AS at FROM message f JOIN conversation c ON c.workspace_id = f.workspace_id
    AND c.id = f.conversation_id AND c.kind = 'private' AND c.merged_into IS NULL
    WHERE f.workspace_id = %(workspace_id)s AND f.id = ANY(%(ids)s) AND f.direction = 'in' GROUP BY 1) AS n, LATERAL (
    SELECT * FROM message WHERE workspace_id = %(workspace_id)s AND conversation_id = n.conversation_id AND at >= n.at
    AND automatic = '' AND deleted_at IS NULL
    AND (direction IN ('in', 'out') OR direction = 'event' AND kind = 'state' AND data->>'to' = 'solved')
    ORDER BY at, id LIMIT %(limit)s) AS m
ORDER BY m.conversation_id, m.at, m.id"""


class Turn(Struct, frozen=True, kw_only=True):
    """Something said in a private conversation by which somebody begins to wait, or ceases to."""

    conversation_id: UUID
    id: UUID
    at: datetime
    what: Literal["asked", "answered", "closed"]
    answered_before: bool  # whether somebody of us had answered before the first turn that is given of this conversation


class Owed(Struct, frozen=True, kw_only=True):
    """A conversation, as far as it counts for what is promised in it."""

    id: UUID
    number: int
    person_id: UUID | None  # None in public
    assignee_id: UUID | None
    kind: Literal["private", "public"]
    channel: str
    state: State
    team_id: UUID | None
    priority: int
    waiting_since: datetime | None
    due_at: datetime | None
    last_out_at: datetime | None  # lies ahead while an answer can still be taken back
    solved_at: datetime | None
    created_at: datetime
    merged_into: UUID | None
    person_tags: list[str]
    person_fields: dict[str, Any]
    language: str  # of the person; empty where it is not known
    answered_before: bool  # whether somebody of us had answered before the customer began to wait


async def owed(work: UnitOfWork, ids: Sequence[UUID]) -> list[Owed]:
    """These conversations, as far as they exist."""
    return await work.all(Owed, f"{_OWED} AND c.id = ANY(%(ids)s) ORDER BY c.id", {"ids": sorted(set(ids))})


async def waiting_ids(work: UnitOfWork, after: UUID | None, limit: int) -> list[UUID]:
    """Unsolved conversations, page by page in the order of their ids."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND state <> 'solved' AND merged_into IS NULL"
        " AND id > coalesce(%(after)s, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY id LIMIT %(limit)s",
        {"after": after, "limit": limit},
    )
    return [one for (one,) in rows]


async def waiting_of_persons(work: UnitOfWork, person_ids: Sequence[UUID]) -> list[UUID]:
    """The unsolved conversations of these persons."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND person_id = ANY(%(ids)s) AND state <> 'solved'",
        {"ids": sorted(set(person_ids))},
    )
    return [one for (one,) in rows]


async def answers_since(work: UnitOfWork, waited: Sequence[tuple[UUID, datetime]]) -> dict[tuple[UUID, datetime], datetime]:
    """When somebody of us first answered in each conversation from that moment on, where somebody did; machines do not count."""
    if not waited:
        return {}
    rows = await work.tuples(
        "SELECT n.conversation_id, n.since, a.at FROM"
        f" {_WAITED.rows}, LATERAL (SELECT m.at FROM message m WHERE m.workspace_id = %(workspace_id)s"
        " AND m.conversation_id = n.conversation_id AND m.at >= n.since AND m.direction = 'out' AND m.automatic = ''"
        " AND m.deleted_at IS NULL ORDER BY m.at LIMIT 1) AS a",
        _WAITED.values({"conversation_id": one, "since": since} for one, since in sorted(set(waited))),
    )
    return {(one, since): at for one, since, at in rows}


async def turns_since(work: UnitOfWork, message_ids: Collection[UUID], limit: int) -> list[Turn]:
    """What was said in the private conversations of these messages, each from the first of them on, at most `limit` in each."""
    return await work.all(Turn, _TURNS, {"ids": sorted(message_ids), "limit": limit}) if message_ids else []


async def newest_over(work: UnitOfWork, identity_ids: Collection[UUID]) -> dict[UUID, UUID]:
    """The newest private conversation of each of these addresses."""
    rows = await work.tuples(
        "SELECT DISTINCT ON (c.identity_id) c.identity_id, c.id FROM identity i JOIN conversation c ON c.workspace_id = i.workspace_id"
        " AND c.person_id = i.person_id AND c.identity_id = i.id AND c.merged_into IS NULL"
        " WHERE i.workspace_id = %(workspace_id)s AND i.id = ANY(%(ids)s) ORDER BY c.identity_id, c.last_at DESC, c.id DESC",
        {"ids": sorted(set(identity_ids))},
    )
    return dict(rows)
