"""Shifts: a week as a table, what is added to it, what is taken off."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from babel import Locale
from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec import Struct

from oase.desk.presence import DAY, Shift, delete_shift, list_shifts, save_shifts
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.staff import list_agents, list_teams
from oase.web.admin.frame import back, page
from oase.web.forms import Form, many, texts, uuid, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.TEAM_WRITE}
_WEEK: Final = timedelta(days=7)


class Cell(Struct, frozen=True):
    """A shift as it stands in the table."""

    id: UUID
    text: str  # 08:00–16:30
    breaks: str
    once: bool  # of this day only
    off: bool


class Line(Struct, frozen=True):
    """A row of the table: whose it is, and the shifts of seven days."""

    name: str
    team: bool
    days: list[list[Cell]]


@get("/admin/shifts", opt=_WRITE, include_in_schema=False)
async def show(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The week of a day, or this one."""
    values = {"begins": "08:00", "ends": "16:30", "kind": "weekdays"}
    return await _page(request, services, viewer, Form(values=values))


async def _page(request: AnyRequest, services: Services, viewer: Viewer, form: Form, *, status: int = 200) -> Response[Any]:
    today = services.clock.now().astimezone(reader_of(request).zone).date()
    monday = _monday(request.query_params.get("week", ""), today)
    async with services.database.work(viewer.workspace_id) as work:
        shifts = await list_shifts(work, monday, monday + _WEEK - timedelta(days=1))
        agents, teams = await list_agents(work), await list_teams(work)
    days = [monday + timedelta(days=number) for number in range(7)]
    words = Locale(viewer.language).days["format"]["abbreviated"]
    names = [words[number].rstrip(".") for number in range(7)]
    lines = [
        *(Line(team.name, True, [_cells(shifts, None, team.id, day) for day in days]) for team in teams),
        *(Line(agent.name, False, [_cells(shifts, agent.id, None, day) for day in days]) for agent in agents),
    ]
    return page(
        request, viewer, "shifts.html", "shifts", status=status, form=form, days=days, today=today, agents=agents, teams=teams,
        lines=[one for one in lines if any(one.days)], weekdays=names, before=monday - _WEEK, after=monday + _WEEK,
    )  # fmt: skip


def _monday(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = today
    day = day if abs(day - today) < timedelta(days=3650) else today
    return day - timedelta(days=day.weekday())


def _cells(shifts: Iterable[Shift], agent_id: UUID | None, team_id: UUID | None, day: date) -> list[Cell]:
    """What stands in a cell: single days take the place of the weekday."""
    here = [
        one
        for one in shifts
        if (one.agent_id, one.team_id) == (agent_id, team_id)
        and (one.day == day or (one.day is None and one.weekday == day.weekday()))
    ]
    counts = [one for one in here if one.day is not None] or here
    return [
        Cell(
            one.id, f"{_clock(one.begins)}–{_clock(one.ends)}", ", ".join(f"{_clock(a)}–{_clock(b)}" for a, b in one.breaks),
            one.day is not None, one.begins == one.ends,
        )
        for one in sorted(counts, key=lambda one: one.begins)
    ]  # fmt: skip


def _clock(minute: int) -> str:
    return f"{minute % DAY // 60:02}:{minute % 60:02}"


@post("/admin/shifts", opt=_WRITE, include_in_schema=False)
async def add(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Adds a shift: of several weekdays, or of one day."""
    form, weekdays = await texts(request), await many(request, "weekdays")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_shifts(work, read_shifts(form, weekdays))
    except (Invalid, NotFound) as error:
        return await _page(request, services, viewer, wrong({**form, "weekdays": weekdays}, error), status=422)
    return back("/admin/shifts", "saved")


def read_shifts(form: Mapping[str, str], weekdays: list[str]) -> list[Shift]:
    """The shifts that a form names; raises Invalid."""
    kind, _, whose = form.get("whose", "").partition(":")
    if kind not in ("agent", "team"):
        raise Invalid(message("Please choose whose shift it is."), field="whose")
    agent_id = uuid(whose, "whose") if kind == "agent" else None
    team_id = uuid(whose, "whose") if kind == "team" else None
    begins, ends = (0, 0) if form.get("off") else (_minute(form, "begins"), _minute(form, "ends"))
    if ends <= begins and not form.get("off"):
        ends += DAY  # over midnight
    breaks: tuple[tuple[int, int], ...] = ()
    if not form.get("off") and (form.get("break_begins") or form.get("break_ends")):
        breaks = ((_after(begins, _minute(form, "break_begins")), _after(begins, _minute(form, "break_ends"))),)
    if form.get("day"):
        try:
            day = date.fromisoformat(form["day"])
        except ValueError:
            raise Invalid(message("This is not a valid date."), field="day") from None
        return [Shift(id=new_id(), day=day, begins=begins, ends=ends, breaks=breaks, agent_id=agent_id, team_id=team_id)]
    days = [int(one) for one in weekdays if one in list("0123456")]
    if not days:
        raise Invalid(message("Please choose a weekday or a day."), field="days")
    return [
        Shift(id=new_id(), weekday=one, begins=begins, ends=ends, breaks=breaks, agent_id=agent_id, team_id=team_id)
        for one in dict.fromkeys(days)
    ]


def _after(begins: int, minute: int) -> int:
    return minute if minute >= begins else minute + DAY


def _minute(form: Mapping[str, str], name: str) -> int:
    hours, _, minutes = form.get(name, "").strip().partition(":")
    if not (hours.isdigit() and minutes[:2].isdigit() and int(hours) < 24 and int(minutes[:2]) < 60):
        raise Invalid(message("Please give a time, such as 08:30."), field=name)
    return int(hours) * 60 + int(minutes[:2])


@post("/admin/shifts/{shift_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(services: GivenServices, viewer: GivenViewer, shift_id: FromPath[UUID]) -> Response[Any]:
    """Takes a shift off."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await delete_shift(work, shift_id)
    return back("/admin/shifts", "deleted")


handlers: Final = [show, add, delete]
