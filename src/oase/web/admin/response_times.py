"""Response times in public: whether, of which channels; how it looks, and how it comes onto a website."""

from typing import Any, Final

from litestar import Request, Response, get, post

from oase.insights import Choice, choice_in, choose, figures
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.staff import find_workspace
from oase.web.admin.frame import back, page
from oase.web.channels import manifests
from oase.web.forms import Form, many, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import html, reader_of
from oase.web.responsetimes import board_of, renderer_of
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.SETTINGS_WRITE}


async def _used(work: UnitOfWork, services: Services) -> list[str]:
    """The channels of the workspace's accounts, by their names."""
    return sorted({one.channel for one in await services.book.of_workspace(work)})


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, form: Form | None, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        workspace = await find_workspace(work)
        used = await _used(work, services)
    choice = choice_in(workspace.settings if workspace else {})
    chosen = list(choice.channels) if choice.on or choice.channels else used
    form = form or Form(values={"on": choice.on, "front": choice.front, "channels": chosen})
    names, german = manifests(), reader_of(request).language == "de"
    options = [(one, names[one].name.de if german else names[one].name.en) for one in used if one in names]
    return page(
        request, viewer, "response-times.html", "response-times", status=status, form=form, choice=choice,
        options=sorted(options, key=lambda one: one[1].casefold()), slug=workspace.slug if workspace else "", url=services.settings.url,
    )  # fmt: skip


@get("/admin/response-times", opt=_WRITE, include_in_schema=False)
async def show(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What is public now."""
    return await _page(request, services, viewer, None)


@post("/admin/response-times", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Switches it on or off, and says of which channels."""
    form, channels = await texts(request), await many(request, "channels")
    choice = Choice(on="on" in form, front="front" in form, channels=tuple(channels))
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await choose(work, choice, await _used(work, services))
    except Invalid as error:
        shown = wrong({"on": choice.on, "front": choice.front, "channels": channels}, error)
        return await _page(request, services, viewer, shown, status=422)
    board_of(request.app).forget()  # whoever looks next, through this process, sees it; the others hear of it by the live log
    return back("/admin/response-times", "saved")


@get("/admin/response-times/preview", opt=_WRITE, include_in_schema=False)
async def preview(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """The page as everybody would see it now: of the chosen channels, or of all while none are chosen."""
    async with services.database.work(viewer.workspace_id) as work:
        workspace = await find_workspace(work)
        channels = (choice_in(workspace.settings).channels if workspace else ()) or tuple(await _used(work, services))
        found = await figures(work, workspace, services.timetables, services.clock.now(), channels) if workspace else None
    if found is None:
        raise NotFound(message("This workspace does not exist."))
    text = renderer_of(request.app).text("page.html", found, reader_of(request).language)
    return html(request, text)


handlers: Final = [show, save, preview]
