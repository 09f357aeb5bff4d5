"""The workspace: its name, language, time zone."""

from typing import Any, Final

from litestar import Request, Response, get, post

from oase.desk import WAKING_SETTING, check_waking, kept_waking, waking_of
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.permissions import Permission
from oase.staff import Workspace, change_setting, change_workspace, find_workspace
from oase.web.admin.frame import back, page
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer
from oase.web.signin.profile import ZONES

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.SETTINGS_WRITE}


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, form: Form | None, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        workspace: Workspace | None = await find_workspace(work)
    values = {"name": viewer.workspace_name, "language": "en", "time_zone": "Europe/Berlin"}
    if workspace is not None:
        values = {"name": workspace.name, "language": workspace.language, "time_zone": workspace.time_zone}
    settings, waking = services.settings, waking_of(workspace.settings if workspace else {})
    hours = {**kept_waking(waking), "waking_begin": f"{waking.begin:%H:%M}", "waking_end": f"{waking.end:%H:%M}"}
    return page(
        request,
        viewer,
        "workspace.html",
        "workspace",
        status=status,
        form=form if form is not None and "name" in form.values else Form(values=values),
        waking=form if form is not None and "waking_begin" in form.values else Form(values=hours),
        zones=ZONES if values["time_zone"] in ZONES else (values["time_zone"], *ZONES),
        workspace=workspace,
        facts={
            "url": settings.url,
            "mails": bool(settings.smtp_url),
            "receiver": f"{settings.mail_receiver_host}:{settings.mail_receiver_port}" if settings.mail_receiver_port else "",
            "sandbox": settings.sandbox,
        },
    )


@get("/admin/workspace", opt=_WRITE, include_in_schema=False)
async def show(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What is set."""
    return await _page(request, services, viewer, None)


@post("/admin/workspace", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Changes it."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await change_workspace(
                work,
                name=form.get("name", ""),
                language="de" if form.get("language") == "de" else "en",
                time_zone=form.get("time_zone", ""),
            )
    except (Invalid, Conflict) as error:
        return await _page(request, services, viewer, wrong(form, error), status=422)
    return back("/admin/workspace", "saved")


@post("/admin/workspace/waking", opt=_WRITE, include_in_schema=False)
async def save_waking(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """When customers may be written to."""
    form = await texts(request)
    try:
        waking = check_waking(form.get("waking_begin", ""), form.get("waking_end", ""), sundays="sundays" in form)
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await change_setting(work, WAKING_SETTING, kept_waking(waking))
    except Invalid as error:
        return await _page(request, services, viewer, wrong(form, error), status=422)
    return back("/admin/workspace", "saved")


handlers: Final = [show, save, save_waking]
