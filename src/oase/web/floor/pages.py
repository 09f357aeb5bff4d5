"""The floor as a page: `GET /floor` gives it whole, and to its own script the part that changes.

live log --at most once a second--> GET /floor (hx-request) --> floor/body.html, morphed in
"""

from typing import Any, Final

from litestar import Request, Response, get

from oase.desk.floor import floor_of
from oase.desk.presence import REASONS as COMMON_REASONS
from oase.desk.presence import STATES as ALL_STATES
from oase.desk.presence import duty_rules
from oase.kernel.errors import Invalid
from oase.kernel.permissions import Permission
from oase.web.floor.views import shown
from oase.web.forms import uuid
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.pages import is_partial, reader_of, render

AnyRequest = Request[Any, Any, Any]
SEES: Final = {"permission": Permission.REPORT_READ}


@get("/floor", opt=SEES, include_in_schema=False)
async def show_floor(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory
) -> Response[Any]:
    """The whole desk, or one team of it."""
    reader, chosen = reader_of(request), str(request.query_params.get("team", ""))
    position = str(services.live.position)  # before reading: what happens meanwhile is told again, never missed
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        team_id = uuid(chosen, "team") if chosen else None
        if team_id is not None and team_id not in staff.team_names:
            raise Invalid("This team does not exist.", field="team")
        floor = await floor_of(work, team_id=team_id)
        reasons = (await duty_rules(work)).reasons
        given = await shown(work, floor, reader, staff)
    if is_partial(request):
        return render(request, "floor/body.html", **given)
    return render(
        request, "floor/page.html", position=position, all_teams=staff.teams, all_states=ALL_STATES,
        reasons=reasons or [reader.text(one) for one in COMMON_REASONS], **given,
    )  # fmt: skip


handlers: Final = [show_floor]
