"""Opening hours: calendars of the company and its teams, and how they stand."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from oase.desk.hours import (
    Calendar,
    Closure,
    Day,
    InvalidCalendar,
    StoredCalendar,
    Window,
    find_calendar,
    list_calendars,
    path_of,
    remove_calendar,
    save_calendar,
    standing,
    usable,
    windows_of,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.api.conversations import READ, IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.given import GivenServices
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
_HOURS: Final = {"permission": Permission.HOURS_WRITE, "api": True}
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Clock = Annotated[str, Meta(pattern="^([01][0-9]|2[0-4]):[0-5][0-9]$", examples=["08:00"])]
Name = Annotated[str, Meta(min_length=1, max_length=120, examples=["Kundendienst"])]
Reason = Annotated[str, Meta(max_length=120, examples=["Betriebsferien"])]
Zone = Annotated[str, Meta(max_length=60, examples=["Europe/Berlin"])]
Country = Annotated[str, Meta(max_length=2, description="ISO 3166; empty: holidays are working days.", examples=["DE"])]
Region = Annotated[str, Meta(max_length=40, description="ISO 3166-2 without the country.", examples=["BY"])]
Worked = Annotated[
    list[Annotated[str, Meta(max_length=200)]],
    Meta(
        max_length=100,
        description="Holidays on which is worked every year, by their names in the country's own language.",
        examples=[["Fronleichnam"]],
    ),
]
Teams = Annotated[list[UUID], Meta(max_length=1000, description="Who works by it; a team leaves the calendar that it had.")]


class Hours(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open from one time to another; an end that is not later belongs to the next day, and 00:00 is midnight."""

    start: Clock
    end: Clock


ManyHours = Annotated[list[Hours], Meta(max_length=24)]


class Week(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The hours of each weekday; none: closed."""

    monday: ManyHours = []
    tuesday: ManyHours = []
    wednesday: ManyHours = []
    thursday: ManyHours = []
    friday: ManyHours = []
    saturday: ManyHours = []
    sunday: ManyHours = []


class OtherDay(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A date with hours of its own; stronger than closures and holidays."""

    on: date
    hours: ManyHours = []
    usual: Annotated[bool, Meta(description="As its weekday is, although a holiday falls on it; without own hours.")] = False
    name: Reason = ""


class Closed(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Closed from the first to the last day, both included."""

    first: date
    last: date
    name: Reason = ""


OtherDays = Annotated[list[OtherDay], Meta(max_length=1000)]
Closures = Annotated[list[Closed], Meta(max_length=1000)]


class NewCalendar(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A calendar to be made. The first one is the default, unless it says otherwise."""

    name: Name
    time_zone: Zone
    week: Week
    days: OtherDays = []
    closures: Closures = []
    country: Country = ""
    region: Region = ""
    worked_holidays: Worked = []
    is_default: bool | None = None
    team_ids: Teams = []


class CalendarChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays. Lists are replaced."""

    name: Name | UnsetType = UNSET
    time_zone: Zone | UnsetType = UNSET
    week: Week | UnsetType = UNSET
    days: OtherDays | UnsetType = UNSET
    closures: Closures | UnsetType = UNSET
    country: Country | UnsetType = UNSET
    region: Region | UnsetType = UNSET
    worked_holidays: Worked | UnsetType = UNSET
    is_default: bool | UnsetType = UNSET
    team_ids: Teams | UnsetType = UNSET


class CalendarSource(Struct, frozen=True, kw_only=True):
    """An iCalendar file or address whose events close the calendar as well."""

    id: UUID
    name: str
    followed: Annotated[bool, Meta(description="An address that is read every day; otherwise a file.")]
    read_at: datetime | None
    trouble: Annotated[str, Meta(description="Why it could not be read since; what it said last still counts.")]


class OpeningHours(Struct, frozen=True, kw_only=True):
    """A calendar: when is worked."""

    id: UUID
    name: str
    is_default: Annotated[bool, Meta(description="For everything that no other calendar is for.")]
    time_zone: str
    week: Week
    days: list[OtherDay]
    closures: list[Closed]
    country: str
    region: str
    worked_holidays: list[str]
    team_ids: list[UUID]
    sources: list[CalendarSource]
    address: Annotated[str | None, Meta(description="Where calendar programs follow it, if it is published.")]
    troubles: Annotated[list[str], Meta(description="What of it cannot be used and is left out.")]


class Stands(Struct, frozen=True, kw_only=True):
    """How a calendar stands at a moment."""

    at: datetime
    is_open: bool
    until: Annotated[datetime | None, Meta(description="When that changes; null if no change is in sight.")]
    reason: Annotated[str, Meta(description="The holiday or closure of the day, while closed.", examples=["Neujahr"])]


def _hours(windows: Sequence[Window]) -> list[Hours]:
    return [Hours(start=_clock(one.start), end=_clock(one.end)) for one in windows]


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}"


def shown_calendar(services: Services, workspace_id: UUID, stored: StoredCalendar) -> OpeningHours:
    """A calendar as the API shows it."""
    calendar, path = stored.calendar, path_of(services.safe, workspace_id, stored)
    return OpeningHours(
        id=stored.id,
        name=stored.name,
        is_default=stored.is_default,
        time_zone=calendar.zone,
        week=Week(**dict(zip(_WEEKDAYS, map(_hours, calendar.week), strict=True))),
        days=[OtherDay(on=one.on, hours=_hours(one.windows), usual=one.usual, name=one.name) for one in calendar.days],
        closures=[Closed(first=one.first, last=one.last, name=one.name) for one in calendar.closures],
        country=calendar.country,
        region=calendar.region,
        worked_holidays=list(calendar.worked),
        team_ids=list(stored.team_ids),
        sources=[
            CalendarSource(id=one.id, name=one.name, followed=one.followed, read_at=one.read_at, trouble=one.trouble)
            for one in stored.sources
        ],
        address=services.settings.url + path if path else None,
        troubles=list(stored.troubles),
    )


@contextmanager
def _at(field: str) -> Iterator[None]:
    try:
        yield
    except InvalidCalendar as error:
        raise Invalid(error.args[0], field=field) from None


def _windows(hours: Sequence[Hours], field: str) -> tuple[Window, ...]:
    with _at(field):
        return windows_of([(one.start, one.end) for one in hours])


def _calendar(data: NewCalendar) -> Calendar:
    """The calendar that was sent; raises Invalid with the field at fault."""
    week = tuple(_windows(getattr(data.week, day), f"week.{day}") for day in _WEEKDAYS)
    days = tuple(
        Day(on=one.on, windows=() if one.usual else _windows(one.hours, f"days.{place}.hours"), usual=one.usual, name=one.name)
        for place, one in enumerate(data.days)
    )
    closures = tuple(Closure(first=one.first, last=one.last, name=one.name) for one in data.closures)
    checks: list[tuple[str, Callable[[], Calendar]]] = [
        ("time_zone", lambda: Calendar(zone=data.time_zone, week=week)),
        ("days", lambda: Calendar(zone=data.time_zone, week=week, days=days)),
        ("closures", lambda: Calendar(zone=data.time_zone, week=week, closures=closures)),
    ]
    for field, make in checks:
        with _at(field):
            make()
    return Calendar(
        zone=data.time_zone, week=week, days=days, closures=closures, country=data.country.upper(), region=data.region,
        worked=tuple(data.worked_holidays),
    )  # fmt: skip


async def _save(work: UnitOfWork, services: Services, data: NewCalendar, calendar_id: UUID | None) -> OpeningHours:
    calendar_id = await save_calendar(
        work,
        name=data.name,
        calendar=_calendar(data),
        team_ids=data.team_ids,
        is_default=data.is_default,
        calendar_id=calendar_id,
    )
    return shown_calendar(services, work.workspace_id, await find_calendar(work, calendar_id))


@get("/calendars", opt=READ, summary="List calendars", tags=["Opening hours"])
async def calendars(services: GivenServices, caller: GivenCaller) -> Page[OpeningHours]:
    """The default one first, then by name. Without any, everything is always open."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown_calendar(services, caller.workspace_id, one) for one in await list_calendars(work)])


@get("/calendars/{calendar_id:uuid}", opt=READ, summary="Read a calendar", tags=["Opening hours"])
async def read_calendar(services: GivenServices, caller: GivenCaller, calendar_id: FromPath[UUID]) -> OpeningHours:
    """One calendar."""
    async with services.database.work(caller.workspace_id) as work:
        return shown_calendar(services, caller.workspace_id, await find_calendar(work, calendar_id))


@get("/calendars/{calendar_id:uuid}/standing", opt=READ, summary="Ask whether it is open", tags=["Opening hours"])
async def calendar_standing(
    services: GivenServices,
    caller: GivenCaller,
    calendar_id: FromPath[UUID],
    at: Annotated[datetime | None, QueryParameter(description="The moment, with its zone; now if left out.")] = None,
) -> Stands:
    """With holidays, closures and the calendars that it follows."""
    moment = at or services.clock.now()
    if moment.tzinfo is None or not 2000 <= moment.year <= 2200:
        raise Invalid(
            message("Please give a moment of this century with its zone, such as 2026-11-23T08:00:00+01:00."), field="at"
        )
    async with services.database.work(caller.workspace_id) as work:
        stored = await find_calendar(work, calendar_id)
    found = standing(usable(stored, moment), moment)
    return Stands(at=moment, is_open=found.is_open, until=found.until, reason=found.why)


@post("/calendars", opt=_HOURS, summary="Make a calendar", tags=["Opening hours"])
async def create_calendar(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewCalendar],
    idempotency_key: IdempotencyKey = None,
) -> Response[OpeningHours]:
    """One without a single opening hour is refused: nothing could be promised by it."""

    async def act(work: UnitOfWork) -> OpeningHours:
        return await _save(work, services, data, None)

    made = await carried_out(request, services, caller, act, OpeningHours)
    return Response(made, status_code=201, headers={"location": f"/api/v1/calendars/{made.id}"})


@patch("/calendars/{calendar_id:uuid}", opt=_HOURS, summary="Change a calendar", tags=["Opening hours"])
async def change_calendar(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    calendar_id: FromPath[UUID],
    data: JSONBody[CalendarChanges],
    idempotency_key: IdempotencyKey = None,
) -> OpeningHours:
    """What was promised before stays promised."""

    async def act(work: UnitOfWork) -> OpeningHours:
        before = shown_calendar(services, work.workspace_id, await find_calendar(work, calendar_id))
        given = structs.asdict(data)
        names = NewCalendar.__struct_fields__
        after = {name: getattr(before, name) if given[name] is UNSET else given[name] for name in names}
        return await _save(work, services, NewCalendar(**after), calendar_id)

    return await carried_out(request, services, caller, act, OpeningHours)


@delete("/calendars/{calendar_id:uuid}", opt=_HOURS, summary="Delete a calendar", tags=["Opening hours"])
async def delete_calendar(services: GivenServices, caller: GivenCaller, calendar_id: FromPath[UUID]) -> None:
    """Its teams work by the default one from then on."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_calendar(work, calendar_id)


handlers: Final = [calendars, read_calendar, calendar_standing, create_calendar, change_calendar, delete_calendar]
