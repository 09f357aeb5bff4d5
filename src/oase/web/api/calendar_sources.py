"""What calendars follow, and where they are followed: addresses of other calendars, and their own."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from oase.desk.hours import add_source, find_calendar, publish_calendar, read_address, remove_source, withdraw_calendar
from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission
from oase.web.api.calendars import OpeningHours, shown_calendar
from oase.web.api.conversations import IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import carried_out
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_HOURS: Final = {"permission": Permission.HOURS_WRITE, "api": True}


class FollowedAddress(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An iCalendar address whose events close the calendar, read every day."""

    address: Annotated[
        str, Meta(min_length=8, max_length=2000, description="https:// or webcal://; it is kept sealed, and not shown again.")
    ]


@post("/calendars/{calendar_id:uuid}/sources", opt=_HOURS, summary="Follow an address", tags=["Opening hours"])
async def follow_address(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    calendar_id: FromPath[UUID],
    data: JSONBody[FollowedAddress],
    idempotency_key: IdempotencyKey = None,
) -> Response[OpeningHours]:
    """It is read at once: one that does not answer, or with something that is no calendar, is refused with 422."""
    async with services.database.work(caller.workspace_id) as work:
        calendar = (await find_calendar(work, calendar_id)).calendar
    followed = await read_address(calendar, services.clock, services.outside, data.address)

    async def act(work: UnitOfWork) -> OpeningHours:
        await add_source(work, services.safe, calendar_id, followed)
        return shown_calendar(services, caller.workspace_id, await find_calendar(work, calendar_id))

    made = await carried_out(request, services, caller, act, OpeningHours)
    return Response(made, status_code=201, headers={"location": f"/api/v1/calendars/{calendar_id}"})


@delete("/calendars/{calendar_id:uuid}/sources/{source_id:uuid}", opt=_HOURS, summary="Follow no longer", tags=["Opening hours"])
async def leave_source(
    services: GivenServices, caller: GivenCaller, calendar_id: FromPath[UUID], source_id: FromPath[UUID]
) -> None:
    """What the file or address said no longer closes the calendar."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_source(work, calendar_id, source_id)


@post("/calendars/{calendar_id:uuid}/publish", opt=_HOURS, status_code=200, summary="Publish a calendar", tags=["Opening hours"])
async def publish(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    calendar_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> OpeningHours:
    """Gives it an `address` that calendar programs follow; if it has one, a new one, and the old one ends."""

    async def act(work: UnitOfWork) -> OpeningHours:
        await publish_calendar(work, calendar_id)
        return shown_calendar(services, caller.workspace_id, await find_calendar(work, calendar_id))

    return await carried_out(request, services, caller, act, OpeningHours)


@delete("/calendars/{calendar_id:uuid}/publish", opt=_HOURS, summary="Publish no longer", tags=["Opening hours"])
async def withdraw(services: GivenServices, caller: GivenCaller, calendar_id: FromPath[UUID]) -> None:
    """Its address ends."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await withdraw_calendar(work, calendar_id)


handlers: Final = [follow_address, leave_source, publish, withdraw]
