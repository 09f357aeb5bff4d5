"""What waits for an answer, as those need it who decide who answers."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork


class Waiting(Struct, frozen=True, kw_only=True):
    """Where a conversation stands: who waits since when and until when, whose it is, what is needed for it."""

    id: UUID
    person_id: UUID | None
    language: str  # of the person, where it is known
    channel: str
    public: bool
    team_id: UUID | None
    assignee_id: UUID | None
    priority: int
    state: State
    tags: list[str]
    waiting_since: datetime | None
    due_at: datetime | None
    last_at: datetime
    last_out_at: datetime | None
    merged: bool
    given_at: datetime | None  # when it became its agent's, where somebody waited for an answer already

    @property
    def waits(self) -> bool:
        """Whether somebody outside waits for us."""
        return self.waiting_since is not None and self.state == "open" and not self.merged


_WAITING: Final = (
    "SELECT c.id, c.person_id, coalesce(p.language, '') AS language, c.channel, c.kind = 'public' AS public, c.team_id, c.assignee_id,"
    " c.priority, c.state, c.tags, c.waiting_since, c.due_at, c.last_at, c.last_out_at, c.merged_into IS NOT NULL AS merged,"
    " CASE WHEN c.assignee_id IS NOT NULL AND c.waiting_since IS NOT NULL THEN (SELECT max(m.at) FROM message m"
    " WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.at >= c.waiting_since AND m.kind = 'assigned')"
    " END AS given_at"
    " FROM conversation c LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id"
    " WHERE c.workspace_id = %(workspace_id)s"
)


async def waiting_of(work: UnitOfWork, ids: Collection[UUID]) -> list[Waiting]:
    """These conversations, as far as they exist, in the order of their ids. One query."""
    return await work.all(
        Waiting,
        f"{_WAITING} AND c.id = ANY(%(ids)s) ORDER BY c.id",
        {"ids": sorted(ids)},
    )


async def all_waiting(work: UnitOfWork) -> list[Waiting]:
    """Everything that waits in the workspace, what waits longest first. One query."""
    return await work.all(
        Waiting,
        f"{_WAITING} AND c.state = 'open' AND c.merged_into IS NULL AND c.waiting_since IS NOT NULL ORDER BY c.waiting_since, c.id",
    )


async def ids_that_wait(work: UnitOfWork) -> set[UUID]:
    """Which conversations wait, without reading them. One query."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND state = 'open' AND merged_into IS NULL"
        " AND waiting_since IS NOT NULL"
    )
    return {one for (one,) in rows}


async def under_way(work: UnitOfWork, channels: Collection[str], since: datetime) -> list[Waiting]:
    """Private conversations of these channels that are somebody's and in which something was said since then. One query."""
    return await work.all(
        Waiting,
        f"{_WAITING} AND c.state IN ('open', 'waiting') AND c.merged_into IS NULL AND c.assignee_id IS NOT NULL"
        " AND c.kind = 'private' AND c.channel = ANY(%(channels)s) AND c.last_at > %(since)s ORDER BY c.last_at, c.id",
        {"channels": sorted(channels), "since": since},
    )
