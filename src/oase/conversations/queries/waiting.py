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

    @property
    def waits(self) -> bool:
        """Whether somebody outside waits for us."""
        return self.waiting_since is not None and self.state == "open" and not self.merged


_COLUMNS: Final = (
    "id, person_id, channel, kind = 'public' AS public, team_id, assignee_id, priority, state, tags, waiting_since, due_at, last_at,"
    " last_out_at, merged_into IS NOT NULL AS merged"
)


async def waiting_of(work: UnitOfWork, ids: Collection[UUID]) -> list[Waiting]:
    """These conversations, as far as they exist, in the order of their ids. One query."""
    return await work.all(
        Waiting,
        f"SELECT {_COLUMNS} FROM conversation WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id",
        {"ids": sorted(ids)},
    )


async def all_waiting(work: UnitOfWork) -> list[Waiting]:
    """Everything that waits in the workspace, what waits longest first. One query."""
    return await work.all(
        Waiting,
        f"SELECT {_COLUMNS} FROM conversation WHERE workspace_id = %(workspace_id)s AND state = 'open' AND merged_into IS NULL"
        " AND waiting_since IS NOT NULL ORDER BY waiting_since, id",
    )


async def under_way(work: UnitOfWork, channels: Collection[str], since: datetime) -> list[Waiting]:
    """Private conversations of these channels that are somebody's and in which something was said since then. One query."""
    return await work.all(
        Waiting,
        f"SELECT {_COLUMNS} FROM conversation WHERE workspace_id = %(workspace_id)s AND state IN ('open', 'waiting')"
        " AND merged_into IS NULL AND assignee_id IS NOT NULL AND kind = 'private' AND channel = ANY(%(channels)s)"
        " AND last_at > %(since)s ORDER BY last_at, id",
        {"channels": sorted(channels), "since": since},
    )


async def newest_words(work: UnitOfWork, ids: Collection[UUID]) -> dict[UUID, str]:
    """The beginning of what customers said last in these conversations, where that were words. One query."""
    rows = await work.tuples(
        "SELECT n.id, m.text FROM unnest(%(ids)b::uuid[]) AS n (id), LATERAL (SELECT left(text, 2000) AS text FROM message"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = n.id AND direction = 'in' AND text <> '' AND deleted_at IS NULL"
        " ORDER BY at DESC, id DESC LIMIT 1) AS m",
        {"ids": sorted(ids)},
    )
    return {row[0]: row[1] for row in rows}
