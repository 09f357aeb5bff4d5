"""Saved views of the inbox: list, make, change, move, delete, bring back; the conversations in them.

An agent (by session) has views of their own and sees those that are shared; a program keeps views for teams and for everybody.
"""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.conversations import (
    Share,
    bring_back_view,
    change_view,
    conversations_in_view,
    move_view,
    remove_view,
    save_view,
    saved_views,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.staff import find_agent, list_teams
from oase.web.api.caller import Caller
from oase.web.api.conversations import READ, Cursor, IdempotencyKey, Limit, public
from oase.web.api.desk import Move
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out, or_none, own_names, read_cursor, write_cursor
from oase.web.api.shapes import Conversation, SavedView, Shared, shown
from oase.web.given import GivenDirectory, GivenServices

AnyRequest = Request[Any, Any, Any]
Name = Annotated[str, Meta(min_length=1, max_length=60, examples=["Dringende Reklamationen"])]
Query = Annotated[
    str,
    Meta(
        max_length=500,
        description="Filters as in the inbox: `is:`, `channel:`, `team:`, `assignee:`, `tag:`, `priority:`, `field:`; no words.",
        examples=["is:open tag:Reklamation priority:urgent"],
    ),
]
_NAMES: Final = (("q", "query"),)


class NewView(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A view to be kept. Sharing needs `view.share`."""

    name: Name
    query: Query
    shared: Annotated[Shared, Meta(description="With nobody, with a team, with everybody.")] = "none"
    team_id: Annotated[UUID | None, Meta(description="With `shared: team`.")] = None


class ViewChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    name: Name | UnsetType = UNSET
    query: Query | UnsetType = UNSET
    shared: Shared | UnsetType = UNSET
    team_id: Annotated[UUID | UnsetType | None, Meta(description="With `shared: team`.")] = UNSET


async def _teams(work: UnitOfWork, caller: Caller) -> list[UUID]:
    """The teams whose views the caller sees: an agent's own, for a program all."""
    if caller.agent_id is not None:
        return list((await find_agent(work, caller.agent_id)).teams)
    return [team.id for team in await list_teams(work)]


async def _all(work: UnitOfWork, caller: Caller) -> list[SavedView]:
    return [shown(SavedView, one) for one in await saved_views(work, caller.id, await _teams(work, caller))]


async def _one(work: UnitOfWork, caller: Caller, view_id: UUID) -> SavedView:
    found = next((one for one in await _all(work, caller) if one.id == view_id), None)
    if found is None:
        raise NotFound(message("This view does not exist."))
    return found


def _share(caller: Caller, shared: Shared, team_id: UUID | None) -> Share:
    if shared == "team":
        if team_id is None:
            raise Invalid(message("Say with which team the view is shared."), field="team_id")
        return team_id
    if shared == "none" and caller.agent_id is None:
        raise Invalid(message("A program keeps views for a team or for everybody."), field="shared")
    return shared


def _may_share(caller: Caller) -> bool:
    return Permission.VIEW_SHARE in caller.permissions


@get("/views", opt=READ, summary="List saved views", tags=["Views"])
async def list_all(services: GivenServices, caller: GivenCaller) -> Page[SavedView]:
    """First the own ones, then those that are shared, each in its order. A program sees all that are shared."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=await _all(work, caller))


@get("/views/{view_id:uuid}", opt=READ, summary="Read a saved view", tags=["Views"])
async def read(services: GivenServices, caller: GivenCaller, view_id: FromPath[UUID]) -> SavedView:
    """One that the caller sees."""
    async with services.database.work(caller.workspace_id) as work:
        return await _one(work, caller, view_id)


@get("/views/{view_id:uuid}/conversations", opt=READ, summary="List the conversations in a view", tags=["Views"])
async def list_conversations(
    services: GivenServices,
    caller: GivenCaller,
    directory: GivenDirectory,
    view_id: FromPath[UUID],
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Conversation]:
    """In the order of the inbox: open ones by what is due first, others by the newest message."""
    async with services.database.work(caller.workspace_id) as work:
        saved = await _one(work, caller, view_id)
        view = (await directory.of(work)).view(saved.query, caller.id)
        rows, following = await conversations_in_view(work, view, caller.id, after=read_cursor(cursor), limit=limit)
    return Page(data=[public(row) for row in rows], next=write_cursor(*following) if following else None)


@post("/views", opt=READ, summary="Save a view", tags=["Views"])
async def create(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewView],
    idempotency_key: IdempotencyKey = None,
) -> Response[SavedView]:
    """For oneself; sharing it needs `view.share`."""
    share = _share(caller, data.shared, data.team_id)

    async def act(work: UnitOfWork) -> SavedView:
        with own_names(_NAMES):
            view_id = await save_view(
                work, caller.id, name=data.name, query=data.query, share=share, may_share=_may_share(caller)
            )
        return await _one(work, caller, view_id)

    made = await carried_out(request, services, caller, act, SavedView)
    return Response(made, status_code=201, headers={"location": f"/api/v1/views/{made.id}"})


@patch("/views/{view_id:uuid}", opt=READ, summary="Change a saved view", tags=["Views"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    view_id: FromPath[UUID],
    data: JSONBody[ViewChanges],
    idempotency_key: IdempotencyKey = None,
) -> SavedView:
    """An own one; one that is shared needs `view.share`."""
    team_id = or_none(data.team_id)
    shared: Shared | UnsetType = "team" if data.shared is UNSET and team_id is not None else data.shared

    async def act(work: UnitOfWork) -> SavedView:
        with own_names(_NAMES):
            await change_view(
                work,
                caller.id,
                view_id,
                may_share=_may_share(caller),
                name=or_none(data.name),
                query=or_none(data.query),
                share=None if shared is UNSET else _share(caller, shared, team_id),
            )
        return await _one(work, caller, view_id)

    return await carried_out(request, services, caller, act, SavedView)


@post("/views/{view_id:uuid}/move", opt=READ, status_code=200, summary="Move a saved view", tags=["Views"])
async def move(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    view_id: FromPath[UUID],
    data: JSONBody[Move],
    idempotency_key: IdempotencyKey = None,
) -> Page[SavedView]:
    """By one place among its like: the own or the shared ones. Gives all views in their new order."""

    async def act(work: UnitOfWork) -> Page[SavedView]:
        teams = await _teams(work, caller)
        await move_view(work, caller.id, teams, view_id, up=data.direction == "up", may_share=_may_share(caller))
        return Page(data=await _all(work, caller))

    return await carried_out(request, services, caller, act, Page[SavedView])


@delete("/views/{view_id:uuid}", opt=READ, summary="Delete a saved view", tags=["Views"])
async def remove(services: GivenServices, caller: GivenCaller, view_id: FromPath[UUID]) -> None:
    """It can be brought back for a day."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_view(work, caller.id, view_id, may_share=_may_share(caller))


@post("/views/{view_id:uuid}/restore", opt=READ, status_code=200, summary="Bring a deleted view back", tags=["Views"])
async def restore(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    view_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> SavedView:
    """Within a day."""

    async def act(work: UnitOfWork) -> SavedView:
        await bring_back_view(work, caller.id, view_id, may_share=_may_share(caller))
        return await _one(work, caller, view_id)

    return await carried_out(request, services, caller, act, SavedView)


handlers: Final = [list_all, read, list_conversations, create, change, move, remove, restore]
