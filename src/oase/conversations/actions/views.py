"""Agents keep filters as views: save, rename, share, move, remove, and bring back what was removed."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, Literal
from uuid import UUID

import msgspec

from oase.conversations import saved
from oase.conversations.actions.furniture import one_line
from oase.conversations.queries.views import read_filter
from oase.conversations.saved import MOST, SavedView, Shared
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Forbidden, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.staff import UnknownTeam, list_teams

Share = Literal["none", "all"] | UUID
"""With whom a view is shared: with nobody, with everybody, with a team."""
_NAME_CHARACTERS: Final = 60
_BROUGHT_BACK_WITHIN: Final = timedelta(days=1)


async def save_view(work: UnitOfWork, agent_id: UUID, *, name: str, query: str, share: Share, may_share: bool) -> UUID:
    """Keeps a filter as a view of this agent. Raises Invalid, Forbidden, Conflict, UnknownTeam."""
    read_filter(query, agent_id, {}, {})  # says what is wrong with it
    others = await saved.saved_views(work, agent_id, [])
    if len(others) >= MOST:
        raise Conflict(message("There are %(n)s views already. Please remove one first.", n=MOST))
    view = SavedView(
        id=new_id(),
        agent_id=agent_id,
        shared="none",
        team_id=None,
        name=_name(name),
        query=query.strip(),
        position=1 + max((one.position for one in others), default=0),
    )
    view = await _shared(work, view, share, may_share=may_share)
    await saved.put_view(work, msgspec.structs.asdict(view))
    _told(work, "view.created", view)
    return view.id


async def change_view(
    work: UnitOfWork,
    agent_id: UUID,
    view_id: UUID,
    *,
    may_share: bool,
    name: str | None = None,
    query: str | None = None,
    share: Share | None = None,
) -> None:
    """Changes what is given. Raises Invalid, Forbidden, NotFound."""
    view = await _changeable(work, agent_id, view_id, may_share=may_share)
    if name is not None:
        view = msgspec.structs.replace(view, name=_name(name))
    if query is not None:
        read_filter(query, agent_id, {}, {})
        view = msgspec.structs.replace(view, query=query.strip())
    if share is not None:
        view = await _shared(work, view, share, may_share=may_share)
    await saved.put_view(work, msgspec.structs.asdict(view))
    _told(work, "view.changed", view)


def _name(name: str) -> str:
    return one_line(name, field="name", at_most=_NAME_CHARACTERS)


async def _shared(work: UnitOfWork, view: SavedView, share: Share, *, may_share: bool) -> SavedView:
    """The view, shared anew: a team's id, "all" or "none". Raises Forbidden, UnknownTeam."""
    if share != "none" and not may_share:
        raise Forbidden(message("You may keep views for yourself only."))
    team_id = share if isinstance(share, UUID) else None
    if team_id is not None and team_id not in {team.id for team in await list_teams(work)}:
        raise UnknownTeam
    shared: Shared = "team" if isinstance(share, UUID) else share
    return msgspec.structs.replace(view, shared=shared, team_id=team_id)


async def move_view(work: UnitOfWork, agent_id: UUID, teams: Sequence[UUID], view_id: UUID, *, up: bool, may_share: bool) -> None:
    """Moves a view by one place among the own ones, or among the shared ones. Raises NotFound, Forbidden."""
    view = await _changeable(work, agent_id, view_id, may_share=may_share)
    seen = await saved.saved_views(work, agent_id, teams)
    ids = [one.id for one in seen if (one.shared == "none") == (view.shared == "none")]
    if view_id not in ids:
        raise NotFound(message("This view does not exist."))
    place = ids.index(view_id)
    other = place - 1 if up else place + 1
    if 0 <= other < len(ids):
        ids[place], ids[other] = ids[other], ids[place]
        await saved.order_views(work, ids)
        _told(work, "view.moved", view)


async def remove_view(work: UnitOfWork, agent_id: UUID, view_id: UUID, *, may_share: bool) -> None:
    """Removes a view; it can be brought back for a day. Raises NotFound, Forbidden."""
    view = await _changeable(work, agent_id, view_id, may_share=may_share)
    now = work.clock.now()
    await saved.forget_removed(work, now - _BROUGHT_BACK_WITHIN)
    await saved.set_removed(work, view_id, now)
    _told(work, "view.deleted", view)


async def bring_back_view(work: UnitOfWork, agent_id: UUID, view_id: UUID, *, may_share: bool) -> None:
    """Undoes a removal. Raises NotFound, Forbidden."""
    view = await _changeable(work, agent_id, view_id, may_share=may_share)
    await saved.set_removed(work, view_id, None)
    _told(work, "view.brought_back", view)


async def _changeable(work: UnitOfWork, agent_id: UUID, view_id: UUID, *, may_share: bool) -> SavedView:
    view = await saved.find_view(work, view_id)
    if view is None or (view.shared == "none" and view.agent_id != agent_id):
        raise NotFound(message("This view does not exist."))
    if view.shared != "none" and not may_share:
        raise Forbidden(message("This view is shared: only those who may share views change it."))
    return view


def _told(work: UnitOfWork, act: str, view: SavedView) -> None:
    work.emit("view", view.id, {"what": act})
    work.audit(act, subject="view", subject_id=view.id, name=view.name, shared=view.shared, query=view.query)
