"""Fields that the company adds to persons and conversations."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.conversations import StoredField, all_fields, move_field, remove_field, save_field
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.web.admin.frame import back, confirm, page
from oase.web.forms import Form, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.FIELD_WRITE}
KINDS: Final[dict[str, Message]] = {
    "text": message("Text"),
    "number": message("Number"),
    "date": message("Date"),
    "boolean": message("Yes or no"),
    "choice": message("Choice"),
    "url": message("Web address"),
}


@get("/admin/fields", opt=_WRITE, include_in_schema=False)
async def show_fields(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All fields, those of persons first."""
    async with services.database.work(viewer.workspace_id) as work:
        fields = await all_fields(work)
    return page(request, viewer, "fields.html", "fields", fields=fields, kinds=KINDS)


@get("/admin/fields/new", opt=_WRITE, sync_to_thread=False, include_in_schema=False)
def show_new(request: AnyRequest, viewer: GivenViewer) -> Response[Any]:
    """An empty field."""
    subject = "conversation" if request.query_params.get("of") == "conversation" else "person"
    return _page(request, viewer, None, Form(values={"subject": subject, "kind": "text"}))


def _page(request: AnyRequest, viewer: Viewer, field: StoredField | None, form: Form, *, status: int = 200) -> Response[Any]:
    return page(request, viewer, "field.html", "fields", status=status, field=field, form=form, kinds=KINDS)


async def _found(services: Services, viewer: Viewer, field_id: UUID) -> StoredField:
    async with services.database.work(viewer.workspace_id) as work:
        found = next((one for one in await all_fields(work) if one.id == field_id), None)
    if found is None:
        raise NotFound(message("This field does not exist."))
    return found


@get("/admin/fields/{field_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_field(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, field_id: FromPath[UUID]
) -> Response[Any]:
    """One field."""
    field = await _found(services, viewer, field_id)
    values = {
        "label_de": field.labels.get("de", ""),
        "label_en": field.labels.get("en", ""),
        "subject": field.subject,
        "kind": field.kind,
        "choices": "\n".join(map(str, field.choices)),
    }
    return _page(request, viewer, field, Form(values=values))


@post("/admin/fields/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new field."""
    return await _save(request, services, viewer, None)


@post("/admin/fields/{field_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, field_id: FromPath[UUID]) -> Response[Any]:
    """Changes a field's names and choices."""
    return await _save(request, services, viewer, await _found(services, viewer, field_id))


async def _save(request: AnyRequest, services: Services, viewer: Viewer, field: StoredField | None) -> Response[Any]:
    form = await texts(request)
    if field is not None:
        form |= {"subject": field.subject, "kind": field.kind}
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_field(
                work,
                subject=form.get("subject", ""),
                labels={"de": form.get("label_de", ""), "en": form.get("label_en", "")},
                kind=form.get("kind", ""),
                choices=form.get("choices", "").splitlines(),
                field_id=field.id if field else None,
            )
    except (Invalid, Conflict) as error:
        return _page(request, viewer, field, wrong(form, error), status=422)
    return back("/admin/fields", "saved" if field else "created")


@post("/admin/fields/{field_id:uuid}/move", opt=_WRITE, include_in_schema=False)
async def move(request: AnyRequest, services: GivenServices, viewer: GivenViewer, field_id: FromPath[UUID]) -> Response[Any]:
    """One place up or down."""
    up = (await texts(request)).get("to") == "up"
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await move_field(work, field_id, up=up)
    return back("/admin/fields", "moved")


@post("/admin/fields/{field_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, field_id: FromPath[UUID]) -> Response[Any]:
    """Removes a field after its key was typed."""
    field = await _found(services, viewer, field_id)
    confirm(await texts(request), field.key)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_field(work, field_id)
    return back("/admin/fields", "deleted")


handlers: Final = [show_fields, show_new, show_field, create, save, move, delete]
