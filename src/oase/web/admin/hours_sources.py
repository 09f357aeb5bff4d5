"""A calendar and other programs: files and addresses that close it, and the address at which it is followed itself."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.datastructures import UploadFile
from litestar.params import FromPath

from oase.desk.hours import (
    Followed,
    add_source,
    publish_calendar,
    published_calendar,
    read_address,
    read_file,
    remove_source,
    usable,
    withdraw_calendar,
    write_calendar,
)
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import message, translator
from oase.staff import find_workspace
from oase.web.admin.frame import back
from oase.web.admin.hours import WRITE, edit_page, found
from oase.web.admin.hours_form import typed_of
from oase.web.forms import texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_PUBLIC: Final = {"public": True, "cross_site": True, "quiet": True}


@post("/admin/hours/{calendar_id:uuid}/file", opt=WRITE, include_in_schema=False)
async def upload(request: AnyRequest, services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]) -> Response[Any]:
    """A file closes the calendar."""
    stored = await found(services, viewer, calendar_id)
    file = (await request.form()).get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise Invalid(message("Please choose a file."), field="file")
        followed = await read_file(stored.calendar, services.clock, file.filename, await file.read())
        return await _added(services, viewer, calendar_id, followed)
    except (Invalid, Conflict) as error:
        return await _refused(request, services, viewer, calendar_id, {}, error)


@post("/admin/hours/{calendar_id:uuid}/address", opt=WRITE, include_in_schema=False)
async def follow(request: AnyRequest, services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]) -> Response[Any]:
    """An address closes the calendar, today and every day."""
    stored, form = await found(services, viewer, calendar_id), await texts(request)
    try:
        followed = await read_address(stored.calendar, services.clock, services.outside, form.get("address", ""))
        return await _added(services, viewer, calendar_id, followed)
    except (Invalid, Conflict) as error:
        return await _refused(request, services, viewer, calendar_id, form, error)


async def _added(services: Services, viewer: Viewer, calendar_id: UUID, followed: Followed) -> Response[Any]:
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await add_source(work, services.safe, calendar_id, followed)
    return back(f"/admin/hours/{calendar_id}", "followed")


async def _refused(
    request: AnyRequest, services: Services, viewer: Viewer, calendar_id: UUID, form: dict[str, str], error: Invalid | Conflict
) -> Response[Any]:
    stored = await found(services, viewer, calendar_id)
    return await edit_page(request, services, viewer, stored, typed_of(stored), status=422, source=wrong(form, error))


@post("/admin/hours/{calendar_id:uuid}/sources/{source_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def leave(
    services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID], source_id: FromPath[UUID]
) -> Response[Any]:
    """A file or address no longer closes the calendar."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_source(work, calendar_id, source_id)
    return back(f"/admin/hours/{calendar_id}", "left")


@post("/admin/hours/{calendar_id:uuid}/publish", opt=WRITE, include_in_schema=False)
async def publish(services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]) -> Response[Any]:
    """The calendar gets an address, or a new one."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await publish_calendar(work, calendar_id)
    return back(f"/admin/hours/{calendar_id}", "published")


@post("/admin/hours/{calendar_id:uuid}/withdraw", opt=WRITE, include_in_schema=False)
async def withdraw(services: GivenServices, viewer: GivenViewer, calendar_id: FromPath[UUID]) -> Response[Any]:
    """Its address ends."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await withdraw_calendar(work, calendar_id)
    return back(f"/admin/hours/{calendar_id}", "withdrawn")


@get("/hours/{workspace_id:uuid}/{calendar_id:uuid}/{hours_file:str}", opt=_PUBLIC, include_in_schema=False)
async def published(
    services: GivenServices, workspace_id: FromPath[UUID], calendar_id: FromPath[UUID], hours_file: FromPath[str]
) -> Response[bytes]:
    """The opening hours of the year ahead as an iCalendar file, for whoever knows the address."""
    async with services.database.work(workspace_id) as work:
        stored = await published_calendar(work, services.safe, calendar_id, hours_file)
        workspace = await find_workspace(work)
    reader = translator(workspace.language if workspace else "en")
    content = write_calendar(
        usable(stored, services.clock.now()), stored.id, stored.name, services.clock.now(),
        opened=reader.gettext("%(name)s: open", name=stored.name), closed=reader.gettext("%(name)s: closed", name=stored.name),
    )  # fmt: skip
    headers = {"cache-control": "private, max-age=3600", "content-disposition": 'inline; filename="hours.ics"'}
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


handlers: Final = [upload, follow, leave, publish, withdraw, published]
