"""Teams: who works on the same conversations, and who leads."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from msgspec import structs

from oase.desk.presence import TeamDesk, set_team_desk, team_desks
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.permissions import Permission
from oase.staff import Team, UnknownTeam, delete_team, list_agents, list_teams, save_team
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.presence import number
from oase.web.forms import Form, many, texts, uuid, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.TEAM_WRITE}


@get("/admin/teams", opt=_WRITE, include_in_schema=False)
async def show_teams(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All teams with their members."""
    async with services.database.work(viewer.workspace_id) as work:
        teams, agents = await list_teams(work), await list_agents(work)
    return page(request, viewer, "teams.html", "teams", teams=teams, agents={agent.id: agent for agent in agents})


@get("/admin/teams/new", opt=_WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty team."""
    empty = Form(values={"name": "", "description": "", "members": [], "leads": []})
    return await _page(request, services, viewer, None, empty)


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    team: Team | None,
    form: Form,
    *,
    desk: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        agents, teams, desks = await list_agents(work), await list_teams(work), await team_desks(work)
    stored = structs.asdict(desks.get(team.id, TeamDesk())) if team else {}
    return page(
        request, viewer, "team.html", "teams", status=status, team=team, form=form, agents=agents,
        desk=desk or Form(values={**stored, "overflow_after_minutes": stored.get("overflow_after_seconds", 0) // 60}),
        others=[one for one in teams if team and one.id != team.id],
    )  # fmt: skip


async def _found(services: Services, viewer: Viewer, team_id: UUID) -> Team:
    async with services.database.work(viewer.workspace_id) as work:
        found = next((team for team in await list_teams(work) if team.id == team_id), None)
    if found is None:
        raise UnknownTeam
    return found


@get("/admin/teams/{team_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_team(request: AnyRequest, services: GivenServices, viewer: GivenViewer, team_id: FromPath[UUID]) -> Response[Any]:
    """One team."""
    team = await _found(services, viewer, team_id)
    return await _page(request, services, viewer, team, _stored(team))


def _stored(team: Team) -> Form:
    return Form(
        values={
            "name": team.name,
            "description": team.description,
            "members": [str(one) for one in team.members],
            "leads": [str(one) for one in team.leads],
        }
    )


@post("/admin/teams/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new team."""
    return await _save(request, services, viewer, None)


@post("/admin/teams/{team_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, team_id: FromPath[UUID]) -> Response[Any]:
    """Changes a team."""
    return await _save(request, services, viewer, await _found(services, viewer, team_id))


async def _save(request: AnyRequest, services: Services, viewer: Viewer, team: Team | None) -> Response[Any]:
    form, members, leads = await texts(request), await many(request, "members"), await many(request, "leads")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_team(
                work,
                name=form.get("name", ""),
                description=form.get("description", ""),
                members=[uuid(one, "members") for one in {*members, *leads}],
                leads=[uuid(one, "leads") for one in leads],
                colour=team.colour if team else "",
                team_id=team.id if team else None,
            )
    except (Invalid, Conflict) as error:
        shown = wrong({**form, "members": members, "leads": leads}, error)
        return await _page(request, services, viewer, team, shown, status=422)
    return back("/admin/teams", "saved" if team else "created")


@post("/admin/teams/{team_id:uuid}/desk", opt=_WRITE, include_in_schema=False)
async def save_desk(request: AnyRequest, services: GivenServices, viewer: GivenViewer, team_id: FromPath[UUID]) -> Response[Any]:
    """How the team gets its work."""
    form, team = await texts(request), await _found(services, viewer, team_id)
    try:
        desk = TeamDesk(
            pull_only=bool(form.get("pull_only")),
            accept_seconds=number(form, "accept_seconds"),
            overflow_team_id=uuid(form["overflow_team_id"], "overflow_team_id") if form.get("overflow_team_id") else None,
            overflow_after_seconds=60 * number(form, "overflow_after_minutes"),
        )
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await set_team_desk(work, team_id, desk)
    except (Invalid, UnknownTeam) as error:
        return await _page(request, services, viewer, team, _stored(team), desk=wrong(form, error), status=422)
    return back(f"/admin/teams/{team_id}", "saved")


@post("/admin/teams/{team_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, team_id: FromPath[UUID]) -> Response[Any]:
    """Deletes a team after its name was typed; its members stay."""
    team = await _found(services, viewer, team_id)
    confirm(await texts(request), team.name)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await delete_team(work, team_id)
    return back("/admin/teams", "deleted")


handlers: Final = [show_teams, show_new, show_team, create, save, save_desk, delete]
