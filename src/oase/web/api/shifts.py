"""When agents are to be there, and how teams get their work: for rosters and forecasts."""

from datetime import date
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct, structs

from oase.desk.presence import Shift, TeamDesk, delete_shift, list_shifts, save_shifts, set_team_desk, team_desks
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.staff import UnknownTeam, list_teams
from oase.web.api.conversations import IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.api.shapes import shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.STAFF_READ, "api": True}
_WRITE: Final = {"permission": Permission.TEAM_WRITE, "api": True}
Minute = Annotated[int, Meta(ge=0, le=2880, description="Minutes from midnight, by the company's clock.", examples=[480])]


class TeamRouting(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a team gets its work; what is left out of a change is as it is at first."""

    pull_only: bool = False
    accept_seconds: Annotated[int, Meta(ge=10, le=600)] = 45
    overflow_team_id: UUID | None = None
    overflow_after_seconds: Annotated[int, Meta(ge=0, le=86400)] = 600


class NewShift(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A shift of an agent or a team, on one day or on every such weekday. Begins and ends at 0: a day off."""

    agent_id: UUID | None = None
    team_id: UUID | None = None
    day: date | None = None
    weekday: Annotated[int, Meta(ge=0, le=6, description="0 is Monday.")] | None = None
    begins: Minute
    ends: Annotated[Minute, Meta(description="After 1440: on the next day.")]
    breaks: Annotated[list[tuple[int, int]], Meta(max_length=4, description="Pairs of minutes.", examples=[[[720, 750]]])] = []


class KnownShift(NewShift, frozen=True, kw_only=True):
    """A shift as it is known here."""

    id: UUID


@get("/teams/{team_id:uuid}/routing", opt=_READ, summary="Read how a team gets its work", tags=["Staff"])
async def read_routing(services: GivenServices, caller: GivenCaller, team_id: FromPath[UUID]) -> TeamRouting:
    """What holds for offers to the team."""
    async with services.database.work(caller.workspace_id) as work:
        if team_id not in {team.id for team in await list_teams(work)}:
            raise UnknownTeam
        return shown(TeamRouting, (await team_desks(work)).get(team_id, TeamDesk()))


@patch("/teams/{team_id:uuid}/routing", opt=_WRITE, summary="Set how a team gets its work", tags=["Staff"])
async def change_routing(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, team_id: FromPath[UUID], data: JSONBody[TeamRouting],
    idempotency_key: IdempotencyKey = None,
) -> TeamRouting:  # fmt: skip
    """It is replaced."""

    async def act(work: UnitOfWork) -> TeamRouting:
        await set_team_desk(work, team_id, TeamDesk(**structs.asdict(data)))
        return data

    return await carried_out(request, services, caller, act, TeamRouting)


@get("/shifts", opt=_READ, summary="List shifts", tags=["Staff"])
async def list_all_shifts(
    services: GivenServices,
    caller: GivenCaller,
    first: Annotated[date | None, QueryParameter(name="from", description="Single days before it are left out.")] = None,
    last: Annotated[date | None, QueryParameter(name="to", description="Single days after it are left out.")] = None,
) -> Page[KnownShift]:
    """Those of weekdays, and those of single days. What is said of an agent takes the place of what is said of their team."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_shift(one) for one in await list_shifts(work, first, last)])


def _shift(one: Shift) -> KnownShift:
    return shown(KnownShift, one, breaks=list(one.breaks))


@post("/shifts", opt=_WRITE, summary="Make a shift", tags=["Staff"])
async def create_shift(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, data: JSONBody[NewShift],
    idempotency_key: IdempotencyKey = None,
) -> Response[KnownShift]:  # fmt: skip
    """Of an agent or a team; on a day or a weekday."""

    async def act(work: UnitOfWork) -> KnownShift:
        made = Shift(id=new_id(), **{**structs.asdict(data), "breaks": tuple(data.breaks)})
        await save_shifts(work, [made])
        return _shift(made)

    made = await carried_out(request, services, caller, act, KnownShift)
    return Response(made, status_code=201, headers={"location": "/api/v1/shifts"})


@delete("/shifts/{shift_id:uuid}", opt=_WRITE, summary="Delete a shift", tags=["Staff"])
async def remove_shift(services: GivenServices, caller: GivenCaller, shift_id: FromPath[UUID]) -> None:
    """It holds no more."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await delete_shift(work, shift_id)


handlers: Final = [read_routing, change_routing, list_all_shifts, create_shift, remove_shift]
