"""Saved views: filters that agents keep under a name, for themselves, for a team or for everybody. Values and SQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.search import with_tag_renamed
from oase.kernel.db import UnitOfWork

Shared = Literal["none", "team", "all"]
MOST: Final = 60
"""Saved views that one agent sees: each is counted on every page."""
_VIEW: Final = "id, agent_id, shared, team_id, name, query, position"


class SavedView(Struct, frozen=True, kw_only=True):
    """A filter kept as a view: of one agent (`agent_id`), who may share it."""

    id: UUID
    agent_id: UUID
    shared: Shared
    team_id: UUID | None
    name: str
    query: str
    position: int


class _Asking(Struct, frozen=True):
    id: UUID
    query: str


async def saved_views(work: UnitOfWork, me: UUID, teams: Sequence[UUID]) -> list[SavedView]:
    """The views that this agent of these teams sees: first the own ones, each part in its order. One query."""
    return await work.all(
        SavedView,
        f"SELECT {_VIEW} FROM saved_view WHERE workspace_id = %(workspace_id)s AND removed_at IS NULL"
        " AND (agent_id = %(me)s OR shared = 'all' OR (shared = 'team' AND team_id = ANY(%(teams)b::uuid[])))"
        " ORDER BY shared <> 'none', position, name, id LIMIT %(most)s",
        {"me": me, "teams": list(teams), "most": MOST},
    )


async def find_view(work: UnitOfWork, view_id: UUID) -> SavedView | None:
    """One view, removed or not, locked."""
    return await work.one(
        SavedView,
        f"SELECT {_VIEW} FROM saved_view WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE",
        {"id": view_id},
    )


async def put_view(work: UnitOfWork, view: Mapping[str, Any]) -> None:
    """Writes a view, new or changed."""
    await work.run(
        f"INSERT INTO saved_view (workspace_id, {_VIEW}) VALUES (%(workspace_id)s, %(id)s, %(agent_id)s, %(shared)s, %(team_id)s,"
        " %(name)s, %(query)s, %(position)s) ON CONFLICT (workspace_id, id) DO UPDATE SET shared = excluded.shared,"
        " team_id = excluded.team_id, name = excluded.name, query = excluded.query",
        view,
    )


async def rename_tag_in_views(work: UnitOfWork, old: str, new: str) -> None:
    """Lets every view that asks for a tag ask for it by its new name. Two queries."""
    asking = await work.all(
        _Asking,
        "SELECT id, query FROM saved_view WHERE workspace_id = %(workspace_id)s AND strpos(query, %(old)s) > 0 ORDER BY id FOR UPDATE",
        {"old": old},
    )
    await work.run(
        "UPDATE saved_view v SET query = n.query FROM unnest(%(ids)b::uuid[], %(queries)b::text[]) AS n (id, query)"
        " WHERE v.workspace_id = %(workspace_id)s AND v.id = n.id",
        {"ids": [one.id for one in asking], "queries": [with_tag_renamed(one.query, old, new) for one in asking]},
    )


async def order_views(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Gives the views the positions in which their ids stand here."""
    await work.run(
        "UPDATE saved_view v SET position = o.position FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS o (id, position)"
        " WHERE v.workspace_id = %(workspace_id)s AND v.id = o.id",
        {"ids": list(ids)},
    )


async def set_removed(work: UnitOfWork, view_id: UUID, at: datetime | None) -> None:
    """Takes a view away, or (None) gives it back."""
    await work.run(
        "UPDATE saved_view SET removed_at = %(at)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": view_id, "at": at},
    )


async def forget_removed(work: UnitOfWork, before: datetime) -> None:
    """Deletes what was removed before this moment."""
    await work.run("DELETE FROM saved_view WHERE workspace_id = %(workspace_id)s AND removed_at < %(before)s", {"before": before})
