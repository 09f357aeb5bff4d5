"""The floor as figures: what waits, who works, what is at risk, what nobody on duty can do. Made anew at each request."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from oase.conversations import lines
from oase.desk.floor import Floor, floor_of
from oase.kernel.permissions import Permission
from oase.staff import UnknownTeam, list_teams
from oase.web.api.parts import GivenCaller
from oase.web.api.shapes import shown
from oase.web.given import GivenServices

_SEES: Final = {"permission": Permission.REPORT_READ, "api": True}
Pace = Literal["live", "messaging", "mail"]


class FloorTotals(Struct, frozen=True, kw_only=True):
    """The whole in a few numbers."""

    waiting: int
    nobodys: Annotated[int, Meta(description="Of those: have no assignee.")]
    over: Annotated[int, Meta(description="Of those: the promise is over.")]
    soon: Annotated[int, Meta(description="Of those: the promise ends within 30 minutes.")]
    oldest: Annotated[datetime | None, Meta(description="Since when the one waits that waits longest.")]
    online: int
    busy: int
    on_break: int
    away: int
    load: Annotated[float | None, Meta(description="Of those online or busy: 0 nothing, 1 full. Null where nobody is.")]


class FloorQueue(Struct, frozen=True, kw_only=True):
    """What waits for a team, or for none, at one pace."""

    team_id: UUID | None
    pace: Pace
    count: int
    nobodys: int
    at_work: int
    oldest: datetime
    due_at: Annotated[datetime | None, Meta(description="When the next promise ends that is not over yet.")]
    over: int
    soon: int


class FloorAgent(Struct, frozen=True, kw_only=True):
    """Somebody on duty."""

    id: UUID
    name: str
    state: Literal["online", "busy", "break", "away"]
    reason: str
    since: datetime
    load: Annotated[float, Meta(description="0 nothing, 1 full; more, if they took more by hand.")]
    held: Annotated[dict[Pace, int], Meta(description="What fills them, by pace.")]
    capacity: Annotated[dict[Pace, int], Meta(description="How many of a pace fill one person.")]
    at_work: Annotated[list[UUID], Meta(description="Conversations.")]
    offered: Annotated[list[UUID], Meta(description="Conversations that they are asked to begin.")]
    waiting: Annotated[int, Meta(description="Customers who wait for them.")]
    over: int


class FloorPromise(Struct, frozen=True, kw_only=True):
    """A conversation whose promise is over, or ends soon."""

    conversation_id: UUID
    channel: str
    pace: Pace
    team_id: UUID | None
    assignee_id: UUID | None
    waiting_since: datetime | None
    due_at: datetime | None


class FloorUnreached(Struct, frozen=True, kw_only=True):
    """What nobody on duty can do."""

    team_id: UUID | None
    anybody: Annotated[bool, Meta(description="Whether anybody of the team is on duty.")]
    skills: Annotated[list[UUID], Meta(description="The skills that are missing.")]
    count: int


class FloorFigures(Struct, frozen=True, kw_only=True):
    """The desk at one moment."""

    at: datetime
    totals: FloorTotals
    queues: list[FloorQueue]
    agents: Annotated[list[FloorAgent], Meta(description="Who is online, busy or on a break.")]
    over: Annotated[list[FloorPromise], Meta(description="The newest 20 at most.")]
    risk: Annotated[list[FloorPromise], Meta(description="Within 30 minutes, the next first, 50 at most.")]
    unreached: list[FloorUnreached]


@get("/floor", opt=_SEES, summary="Show the floor", tags=["Desk"])
async def show_floor(
    services: GivenServices, caller: GivenCaller, team: Annotated[UUID | None, QueryParameter(description="A team's id.")] = None
) -> FloorFigures:
    """The figures of the floor now; of one team, where it is named."""
    async with services.database.work(caller.workspace_id) as work:
        if team is not None and team not in {one.id for one in await list_teams(work)}:
            raise UnknownTeam
        return _figures(await floor_of(work, team_id=team))


def _figures(floor: Floor) -> FloorFigures:
    paces: tuple[Pace, ...] = ("live", "messaging", "mail")
    agents = [
        shown(
            FloorAgent, one, held=dict(one.held), capacity={pace: one.capacity.of(pace) for pace in paces},
            at_work=[what.id for what in one.at_work], offered=[what.id for what in one.offered],
        )
        for one in floor.crew
    ]  # fmt: skip
    return FloorFigures(
        at=floor.at,
        totals=shown(FloorTotals, floor.totals),
        queues=[shown(FloorQueue, one) for one in floor.queues],
        agents=agents,
        over=[_promise(one) for one in floor.over],
        risk=[_promise(one) for one in floor.risk],
        unreached=[shown(FloorUnreached, one, skills=list(one.skills)) for one in floor.unreached],
    )


def _promise(one: lines.InLine) -> FloorPromise:
    return shown(FloorPromise, one, conversation_id=one.id, pace=one.kind)


handlers: Final = [show_floor]
