"""Tags: named, coloured, merged, removed."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.conversations import TagUse, merge_tags, remove_tag, save_tag, tag_uses
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.web.admin.frame import back, confirm, page
from oase.web.forms import Form, texts, uuid, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.TAG_WRITE}
COLORS: Final[tuple[tuple[str, Message], ...]] = (
    ("#64748b", message("Slate")),
    ("#0f766e", message("Teal")),
    ("#15803d", message("Green")),
    ("#4d7c0f", message("Olive")),
    ("#a16207", message("Ochre")),
    ("#c2410c", message("Orange")),
    ("#b91c1c", message("Red")),
    ("#be185d", message("Pink")),
    ("#7e22ce", message("Purple")),
    ("#1d4ed8", message("Blue")),
)


@get("/admin/tags", opt=_WRITE, include_in_schema=False)
async def show_tags(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All tags, with how often they are used."""
    async with services.database.work(viewer.workspace_id) as work:
        tags = await tag_uses(work)
    return page(request, viewer, "tags.html", "tags", tags=tags, colors=dict(COLORS))


@get("/admin/tags/new", opt=_WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, viewer: GivenViewer) -> Response[Any]:
    """An empty tag."""
    return _page(request, viewer, None, Form(values={"color": COLORS[0][0]}))


def _page(
    request: AnyRequest, viewer: Viewer, tag: TagUse | None, form: Form, *, others: Any = (), status: int = 200
) -> Response[Any]:
    colors = [(value, name, "") for value, name in COLORS]
    if tag is not None and tag.color not in dict(COLORS):
        colors.insert(0, (tag.color, message("As it is"), ""))
    return page(request, viewer, "tag.html", "tags", status=status, tag=tag, form=form, colors=colors, others=others)


async def _found(services: Services, viewer: Viewer, tag_id: UUID) -> tuple[TagUse, list[TagUse]]:
    async with services.database.work(viewer.workspace_id) as work:
        tags = await tag_uses(work)
    found = next((tag for tag in tags if tag.id == tag_id), None)
    if found is None:
        raise NotFound(message("This tag does not exist."))
    return found, [tag for tag in tags if tag.id != tag_id]


@get("/admin/tags/{tag_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_tag(request: AnyRequest, services: GivenServices, viewer: GivenViewer, tag_id: FromPath[UUID]) -> Response[Any]:
    """One tag."""
    tag, others = await _found(services, viewer, tag_id)
    return _page(request, viewer, tag, Form(values={"name": tag.name, "color": tag.color}), others=others)


@post("/admin/tags/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new tag."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_tag(work, name=form.get("name", ""), color=form.get("color", ""))
    except (Invalid, Conflict) as error:
        return _page(request, viewer, None, _wrong(form, error), status=422)
    return back("/admin/tags", "created")


@post("/admin/tags/{tag_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, tag_id: FromPath[UUID]) -> Response[Any]:
    """Renames and colours a tag, everywhere at once."""
    form = await texts(request)
    tag, others = await _found(services, viewer, tag_id)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_tag(work, name=form.get("name", ""), color=form.get("color", ""), tag_id=tag_id)
    except (Invalid, Conflict) as error:
        return _page(request, viewer, tag, _wrong(form, error), others=others, status=422)
    return back("/admin/tags", "saved")


def _wrong(form: dict[str, str], error: Exception) -> Form:
    """A name that is taken belongs to the name's field."""
    shown = wrong(form, error)
    return Form(values=shown.values, errors={"name": shown.errors[""]}) if isinstance(error, Conflict) else shown


@post("/admin/tags/{tag_id:uuid}/merge", opt=_WRITE, include_in_schema=False)
async def merge(request: AnyRequest, services: GivenServices, viewer: GivenViewer, tag_id: FromPath[UUID]) -> Response[Any]:
    """Puts another tag in this one's place, after the name was typed."""
    form = await texts(request)
    tag, others = await _found(services, viewer, tag_id)
    try:
        confirm(form, tag.name)
        into = uuid(form.get("into", ""), "into")
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await merge_tags(work, tag_id, into)
    except (Invalid, Conflict) as error:
        shown = Form(values={"name": tag.name, "color": tag.color}, errors={"": error.args[0]})
        return _page(request, viewer, tag, shown, others=others, status=422)
    return back("/admin/tags", "merged")


@post("/admin/tags/{tag_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, tag_id: FromPath[UUID]) -> Response[Any]:
    """Takes the tag off everything, after its name was typed."""
    tag, _ = await _found(services, viewer, tag_id)
    confirm(await texts(request), tag.name)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_tag(work, tag_id)
    return back("/admin/tags", "deleted")


handlers: Final = [show_tags, show_new, show_tag, create, save, merge, delete]
