"""Opening hours: the calendars of the company and its teams.

list ──> one calendar: form --hours_form--> Calendar --save_calendar--> stored      while typing: preview, holidays of a place
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final
from uuid import UUID
from zoneinfo import available_timezones

from babel import Locale
from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from oase.desk.hours import (
    Calendar,
    InvalidCalendar,
    StoredCalendar,
    Timetable,
    countries,
    find_calendar,
    holidays_between,
    is_worked,
    list_calendars,
    opens,
    path_of,
    regions_of,
    remove_calendar,
    save_calendar,
    standing,
    usable,
)
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import Translator, message
from oase.kernel.permissions import Permission
from oase.staff import Team, find_workspace, list_teams
from oase.web.admin.account_form import read_pairs
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.hours_form import YEAR, Typed, Wrong, at_field, calendar, read, typed_of
from oase.web.admin.hours_words import day_words, standing_words, week_words, weekday
from oase.web.forms import Form, texts, uuid
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer
from oase.web.signin.profile import ZONES

AnyRequest = Request[Any, Any, Any]
WRITE: Final = {"permission": Permission.HOURS_WRITE}
_OFFICE: Final = [[("08:00", "17:00")]] * 5 + [[], []]


class Line(Struct, frozen=True, kw_only=True):
    """A calendar in the list."""

    calendar: StoredCalendar
    now: str  # how it stands
    is_open: bool
    week: str
    teams: Sequence[str]
    never: bool  # no opening hour is left
    broken: bool  # something of it, or that it follows, cannot be read


@get("/admin/hours", opt=WRITE, include_in_schema=False)
async def show_calendars(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All calendars, and how they stand."""
    async with services.database.work(viewer.workspace_id) as work:
        calendars, teams = await list_calendars(work), await list_teams(work)
    names = {team.id: team.name for team in teams}
    lines = [_line(reader_of(request), one, services, names) for one in calendars]
    return page(request, viewer, "hours.html", "hours", lines=lines)


def _line(reader: Translator, stored: StoredCalendar, services: Services, teams: dict[UUID, str]) -> Line:
    now = services.clock.now()
    timetable = usable(stored, now)
    stands = standing(timetable, now, reader.language)
    return Line(
        calendar=stored,
        now=standing_words(reader, stands, now, stored.calendar.zone),
        is_open=stands.is_open,
        week=week_words(reader, stored.calendar.week),
        teams=[teams[one] for one in stored.team_ids if one in teams],
        never=not opens(Timetable(stored.effective), now),
        broken=bool(stored.troubles) or any(one.trouble for one in stored.sources),
    )


@get("/admin/hours/new", opt=WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A calendar as most offices have it, to begin with."""
    async with services.database.work(viewer.workspace_id) as work:
        workspace, others = await find_workspace(work), await list_calendars(work)
    zone = workspace.time_zone if workspace else "UTC"
    country = {"Europe/Berlin": "DE", "Europe/Vienna": "AT", "Europe/Zurich": "CH"}.get(zone, "")
    return await edit_page(
        request, services, viewer, None, Typed(zone=zone, week=_OFFICE, is_default=not others, country=country)
    )


@get("/admin/hours/{calendar_id:uuid}", opt=WRITE, include_in_schema=False)
async def show_calendar(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]
) -> Response[Any]:
    """One calendar."""
    stored = await found(services, viewer, calendar_id)
    return await edit_page(request, services, viewer, stored, typed_of(stored))


async def found(services: Services, viewer: Viewer, calendar_id: UUID) -> StoredCalendar:
    """The calendar; raises NotFound."""
    async with services.database.work(viewer.workspace_id) as work:
        return await find_calendar(work, calendar_id)


async def edit_page(
    request: AnyRequest, services: Services, viewer: Viewer, stored: StoredCalendar | None, typed: Typed,
    wrong: Wrong | None = None, *, status: int = 200, **more: Any,
) -> Response[Any]:  # fmt: skip
    """The page of a calendar, with its form as it was typed."""
    async with services.database.work(viewer.workspace_id) as work:
        teams, others = await list_teams(work), await list_calendars(work)
    form = Form(values={"name": typed.name, "zone": typed.zone, "is_default": typed.is_default}, errors=wrong or {})
    reader = reader_of(request)
    return page(
        request,
        viewer,
        "calendar.html",
        "hours",
        status=status,
        stored=stored,
        form=form,
        typed=typed,
        weekdays=[weekday(reader, number) for number in range(7)],
        zones=[*dict.fromkeys((typed.zone, *ZONES, *_zones()))],
        teams=_teams(teams, others, stored),
        others=[one for one in others if stored is None or one.id != stored.id],
        preview=_preview(reader, services, typed, stored),
        address=services.settings.url + path if stored and (path := path_of(services.safe, viewer.workspace_id, stored)) else "",
        now=services.clock.now(),
        **_place(reader, services, typed),
        **{"source": Form(), **more},
    )


def _zones() -> list[str]:
    areas = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
    return sorted(one for one in available_timezones() if one.startswith(areas))


def _teams(teams: Sequence[Team], others: Sequence[StoredCalendar], own: StoredCalendar | None) -> list[tuple[Team, str]]:
    """Each team, with the name of the other calendar that it works by."""
    theirs = {team: one.name for one in others if own is None or one.id != own.id for team in one.team_ids}
    return [(team, theirs.get(team.id, "")) for team in teams]


def _place(reader: Translator, services: Services, typed: Typed) -> dict[str, Any]:
    """Countries, regions of the chosen one, and its holidays of the year ahead, each once: date in words, name, the same in the
    country's language, worked."""
    names = Locale(reader.language).territories
    today = services.clock.now().date()
    dates: dict[str, date] = {}
    try:
        holidays = holidays_between(typed.country, typed.region, today, today + YEAR, reader.language)
        for day, name in holidays_between(typed.country, typed.region, today, today + YEAR).items():
            dates.setdefault(name, day)
    except InvalidCalendar:
        pass
    listed = sorted(((code, names.get(code, code)) for code in countries()), key=lambda one: one[1])
    first = [(code, names[code]) for code in ("DE", "AT", "CH")]
    return {
        "countries": [*first, *(one for one in listed if one not in first)],
        "regions": regions_of(typed.country),
        "holidays": [(day_words(reader, day), holidays[day], name, is_worked(name, typed.worked)) for name, day in dates.items()],
    }


def _preview(reader: Translator, services: Services, typed: Typed, stored: StoredCalendar | None) -> dict[str, Any]:
    """How the calendar would stand: a sentence and its kind."""
    now = services.clock.now()
    made, wrong = calendar(typed, now.date(), stored.calendar if stored else None)
    if made is None:
        return {"kind": "warn", "text": next(iter(wrong.values()))}
    return _stands(reader, _with_sources(made, stored), services)


def _with_sources(made: Calendar, stored: StoredCalendar | None) -> Calendar:
    return made if stored is None else stored.with_own(made).effective


def _stands(reader: Translator, made: Calendar, services: Services) -> dict[str, Any]:
    now, timetable = services.clock.now(), Timetable(made)
    if not opens(timetable, now):
        return {"kind": "bad", "text": message("There is no opening hour: no answer could ever be promised.")}
    stands = standing(timetable, now, reader.language)
    return {"kind": "good" if stands.is_open else "info", "text": standing_words(reader, stands, now, made.zone)}


@post("/admin/hours/preview", opt=WRITE, include_in_schema=False)
async def preview(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """How the calendar would stand by what is typed so far; for the page's script."""
    pairs = read_pairs(await request.body())
    of = dict(pairs).get("calendar_id", "")
    stored = await found(services, viewer, uuid(of)) if of else None
    return render(request, "admin/hours_preview.html", preview=_preview(reader_of(request), services, read(pairs), stored))


@post("/admin/hours/place", opt=WRITE, include_in_schema=False)
async def place(request: AnyRequest, services: GivenServices) -> Response[Any]:
    """Regions and holidays of the country that was chosen; for the page's script."""
    typed = read(read_pairs(await request.body()))
    if typed.region not in {code for code, _ in regions_of(typed.country)}:
        typed.region = ""
    return render(request, "admin/hours_place.html", typed=typed, form=Form(), **_place(reader_of(request), services, typed))


@post("/admin/hours/new", opt=WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new calendar."""
    return await _save(request, services, viewer, None)


@post("/admin/hours/{calendar_id:uuid}", opt=WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]) -> Response[Any]:
    """Changes a calendar."""
    return await _save(request, services, viewer, await found(services, viewer, calendar_id))


async def _save(request: AnyRequest, services: Services, viewer: Viewer, stored: StoredCalendar | None) -> Response[Any]:
    typed = read(read_pairs(await request.body()))
    today: date = services.clock.now().date()
    made, wrong = calendar(typed, today, stored.calendar if stored else None)
    if made is None:
        return await edit_page(request, services, viewer, stored, typed, wrong, status=422)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            calendar_id = await save_calendar(
                work,
                name=typed.name,
                calendar=made,
                team_ids=[uuid(one, "teams") for one in typed.teams],
                is_default=typed.is_default,
                calendar_id=stored.id if stored else None,
            )
    except Conflict as error:
        return await edit_page(request, services, viewer, stored, typed, {"name": error.args[0]}, status=422)
    except Invalid as error:
        return await edit_page(request, services, viewer, stored, typed, at_field(error), status=422)
    return back(f"/admin/hours/{calendar_id}", "saved" if stored else "created")


@post("/admin/hours/{calendar_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]) -> Response[Any]:
    """Deletes a calendar after its name was typed."""
    confirm(await texts(request), (await found(services, viewer, calendar_id)).name)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_calendar(work, calendar_id)
    return back("/admin/hours", "deleted")


handlers: Final = [show_calendars, show_new, show_calendar, preview, place, create, save, delete]
