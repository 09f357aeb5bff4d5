"""What is told of conversations to those whom they concern: whose they are, who speaks, what was said. One query each."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork
from oase.people import PERSON_NAME


class Case(Struct, frozen=True, kw_only=True):
    """A conversation in a few words, and whose it is."""

    id: UUID
    channel: str
    person_id: UUID | None  # None in public
    person: str
    subject: str
    first_line: str
    state: State
    assignee_id: UUID | None
    team_id: UUID | None
    due_at: datetime | None
    merged_into: UUID | None


class Said(Struct, frozen=True, kw_only=True):
    """A message in a few words. `automatic`: no human outside said it: our own words, a note, an out-of-office answer."""

    id: UUID
    text: str
    automatic: bool


class Due(Struct, frozen=True, kw_only=True):
    """An open conversation of an agent whose answer is owed soon."""

    conversation_id: UUID
    agent_id: UUID
    due_at: datetime
    waiting_since: datetime | None


async def cases(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Case]:
    """These conversations, as far as they exist."""
    found = await work.all(
        Case,
        f"SELECT c.id, c.channel, c.person_id, coalesce({PERSON_NAME}, '') AS person, c.subject, c.first_line, c.state,"
        " c.assignee_id, c.team_id, c.due_at, c.merged_into FROM conversation c"
        " LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id"
        " LEFT JOIN identity i ON i.workspace_id = c.workspace_id AND i.id = c.identity_id"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(ids)s)",
        {"ids": sorted(ids)},
    )
    return {one.id: one for one in found}


async def said(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, Said]:
    """These messages, as far as they are still there, with the beginning of their texts."""
    found = await work.all(
        Said,
        "SELECT id, left(text, 600) AS text, direction <> 'in' OR automatic <> '' AS automatic FROM message"
        " WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND deleted_at IS NULL",
        {"ids": sorted(ids)},
    )
    return {one.id: one for one in found}


async def due_soon(work: UnitOfWork, until: datetime) -> list[Due]:
    """Open conversations of agents whose due time lies between now and then."""
    return await work.all(
        Due,
        "SELECT id AS conversation_id, assignee_id AS agent_id, due_at, waiting_since FROM conversation"
        " WHERE workspace_id = %(workspace_id)s AND state = 'open' AND merged_into IS NULL AND assignee_id IS NOT NULL"
        " AND coalesce(due_at, 'infinity') > %(now)s AND coalesce(due_at, 'infinity') <= %(until)s ORDER BY due_at LIMIT 1000",
        {"now": work.clock.now(), "until": until},
    )
