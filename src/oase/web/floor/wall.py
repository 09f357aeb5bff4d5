"""The wallboard: the floor on a big screen, with nothing to press and no customer's name.

/floor/wall          to whoever is signed in and may see the floor
/wall/<token>        to whoever has the address, until it is ended at /floor/walls
The page asks for its figures every few seconds, and says how old they are when it gets none.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from oase.desk.floor import UnknownWall, close_wall, floor_of, open_wall, wall_of, walls
from oase.kernel.errors import Invalid
from oase.kernel.permissions import Permission, require
from oase.staff import find_workspace
from oase.web.directory import Directory
from oase.web.floor.views import shown
from oase.web.forms import Form, texts, uuid, wrong
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.pages import is_partial, reader_of, render
from oase.web.services import Services
from oase.web.sessions import Viewer, known_viewer

AnyRequest = Request[Any, Any, Any]
_SEES: Final = {"permission": Permission.REPORT_READ}
_LEADS: Final = {"permission": Permission.TEAM_WRITE}
_LIST: Final = "/floor/walls"


async def _board(
    request: AnyRequest, services: Services, directory: Directory, workspace_id: UUID, team_id: UUID | None
) -> Response[Any]:
    async with services.database.work(workspace_id) as work:
        staff = await directory.of(work)
        floor = await floor_of(work, team_id=team_id if team_id in staff.team_names else None)
        workspace = await find_workspace(work)
        given = await shown(work, floor, reader_of(request), staff)
    part = "floor/board.html" if is_partial(request) else "floor/wall.html"
    zone = viewer.time_zone if (viewer := known_viewer(request)) else ""
    return render(request, part, zone=zone, workspace_name=workspace.name if workspace else "", **given)


@get("/floor/wall", opt=_SEES, include_in_schema=False)
async def show_wall(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory
) -> Response[Any]:
    """The wallboard in one's own session."""
    chosen = str(request.query_params.get("team", ""))
    return await _board(request, services, directory, viewer.workspace_id, uuid(chosen, "team") if chosen else None)


@get("/wall/{wall_token:str}", opt={"public": True}, include_in_schema=False)
async def show_public_wall(
    request: AnyRequest, services: GivenServices, directory: GivenDirectory, wall_token: FromPath[str]
) -> Response[Any]:
    """The wallboard by its address."""
    found = await wall_of(services.database, wall_token)
    if found is None:
        raise UnknownWall
    return await _board(request, services, directory, found.workspace_id, found.team_id)


async def _page(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    directory: Directory,
    *,
    form: Form,
    address: str = "",
    status: int = 200,
) -> Response[Any]:
    require(viewer.permissions, Permission.REPORT_READ)
    async with services.database.work(viewer.workspace_id) as work:
        found, staff = await walls(work), await directory.of(work)
    pairs = [(str(one.id), one.name) for one in staff.teams]
    return render(
        request, "floor/walls.html", status=status, form=form, walls=found, teams=staff.team_names, team_pairs=pairs,
        address=address, now=services.clock.now(),
    )  # fmt: skip


@get(_LIST, opt=_LEADS, include_in_schema=False)
async def show_walls(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory
) -> Response[Any]:
    """Which addresses there are."""
    return await _page(request, services, viewer, directory, form=Form(values={"name": "", "team": ""}))


@post(_LIST, opt=_LEADS, include_in_schema=False)
async def add_wall(request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory) -> Response[Any]:
    """A new address, shown this once."""
    require(viewer.permissions, Permission.REPORT_READ)
    form = await texts(request)
    try:
        team_id = uuid(form["team"], "team") if form.get("team") else None
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            secret, _ = await open_wall(work, form.get("name", ""), team_id, by=viewer.agent_id)
    except Invalid as error:
        return await _page(request, services, viewer, directory, form=wrong(form, error), status=422)
    address = f"{services.settings.url}/wall/{secret.reveal()}"
    return await _page(request, services, viewer, directory, form=Form(values={"name": "", "team": ""}), address=address)


@post("/floor/walls/{wall_id:uuid}/end", opt=_LEADS, include_in_schema=False)
async def end_wall(services: GivenServices, viewer: GivenViewer, wall_id: FromPath[UUID]) -> Response[Any]:
    """The address shows nothing any more."""
    require(viewer.permissions, Permission.REPORT_READ)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await close_wall(work, wall_id)
    return Redirect(_LIST, status_code=303)


handlers: Final = [show_wall, show_public_wall, show_walls, add_wall, end_wall]
