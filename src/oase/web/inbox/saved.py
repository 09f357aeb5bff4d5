"""The list filtered, and filters kept as views: two forms in a dialog, and what is done to a view.

GET  /inbox/<queue>/filter   the form of the filter      POST /inbox/filter   a filter chosen: where it is shown
GET  /inbox/<queue>/keep     the form of a view          POST /views          a view saved, new or changed
POST /views/<id>/move, /remove, /bring-back
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.conversations import (
    SavedView,
    Share,
    bring_back_view,
    change_view,
    custom_fields,
    known_tags,
    move_view,
    remove_view,
    save_view,
    write_filter,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid
from oase.kernel.i18n import Translator
from oase.kernel.permissions import Permission
from oase.web.directory import Staff
from oase.web.forms import Form, texts, uuid, wrong
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.inbox.assemble import Chosen, choose, read_groups
from oase.web.inbox.fields import field_of
from oase.web.inbox.filters import SAVED, asked_for, chips_of, filter_text, form_of, queue_id
from oase.web.pages import reader_of, render, toast
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.CONVERSATION_READ}


async def _chosen(work: UnitOfWork, viewer: Viewer, staff: Staff, reader: Translator, queue: str) -> tuple[Chosen, list[str]]:
    """What the list shows, and the channels that there are."""
    groups, saved = await read_groups(work, viewer, staff, reader)
    channels = [one.mark.id for group in groups for one in group.queues if one.mark is not None]
    return choose(queue, groups, saved, viewer, staff, reader), channels


@get("/inbox/{queue:str}/filter", opt=_READ, include_in_schema=False)
async def show_filter(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory, queue: FromPath[str]
) -> Response[Any]:
    """The form of the filter, as the list is filtered now."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        chosen, channels = await _chosen(work, viewer, staff, reader, queue)
        tags, fields = await known_tags(work), await custom_fields(work)
    groups = form_of(chosen.view, channels, tags, staff, reader)
    values = dict(chosen.view.fields)
    own = [field_of(one, values, reader) for one in fields if one.subject == "conversation"]
    kept = chosen.saved if chosen.saved and _may_change(chosen.saved, viewer) else None
    return render(request, "inbox/filter_sheet.html", groups=groups, fields=own, kept=kept)


def _may_change(view: SavedView, viewer: Viewer) -> bool:
    return _may_share(viewer) or (view.shared == "none" and view.agent_id == viewer.agent_id)


@post("/inbox/filter", opt=_READ, include_in_schema=False)
async def choose_filter(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Says where the chosen filter is shown; with `keep` it becomes the filter of that view."""
    form = [(name, value) for name, value in (await request.form()).multi_items() if isinstance(value, str)]
    keep = dict(form).get("keep", "")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        view = asked_for(form, await custom_fields(work))
        if not keep:
            return _goes(queue_id(view))
        view_id = uuid(keep, "keep")
        await change_view(work, viewer.agent_id, view_id, query=write_filter(view), may_share=_may_share(viewer))
    return _goes(f"{SAVED}{view_id}")


def _goes(queue: str, headers: dict[str, str] | None = None) -> Response[Any]:
    """Nothing to show but the queue that the page goes to."""
    return Response(None, status_code=204, headers={"x-goes": queue, **(headers or {})})


@get("/inbox/{queue:str}/keep", opt=_READ, include_in_schema=False)
async def show_keep(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory, queue: FromPath[str]
) -> Response[Any]:
    """The form of a view: of the one that is open, or a new one with the filter of the list."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        staff = await directory.of(work)
        chosen, _ = await _chosen(work, viewer, staff, reader, queue)
    kept = chosen.saved
    share = "none" if kept is None else str(kept.team_id) if kept.team_id else kept.shared
    name = kept.name if kept else " · ".join(chip.name for chip in chips_of(chosen.view, staff, reader))[:60]
    return _sheet(request, viewer, staff, Form(values={"name": name, "share": share, "queue": queue}))


def _sheet(request: AnyRequest, viewer: Viewer, staff: Staff, form: Form, *, status: int = 200) -> Response[Any]:
    shares = staff.teams if _may_share(viewer) else None
    return render(request, "inbox/view_sheet.html", status=status, form=form, teams=shares)


@post("/views", opt=_READ, include_in_schema=False)
async def keep(request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory) -> Response[Any]:
    """Saves the view: a new one with the filter in `queue`, or the name and the sharing of the one that `queue` is."""
    form, may = await texts(request), _may_share(viewer)
    queue, share = form.get("queue", ""), _share(form.get("share", "none"))
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            if queue.startswith(SAVED):
                view_id = uuid(queue.removeprefix(SAVED), "queue")
                await change_view(work, viewer.agent_id, view_id, name=form.get("name", ""), share=share, may_share=may)
            else:
                query = filter_text(queue)
                view_id = await save_view(
                    work, viewer.agent_id, name=form.get("name", ""), query=query, share=share, may_share=may
                )
    except (Invalid, Conflict) as error:
        async with services.database.work(viewer.workspace_id) as work:
            staff = await directory.of(work)
        return _sheet(request, viewer, staff, wrong(form, error), status=422)
    return _goes(f"{SAVED}{view_id}", toast(reader_of(request).gettext("Saved")))


def _share(chosen: str) -> Share:
    words: dict[str, Share] = {"none": "none", "all": "all"}
    return words.get(chosen) or uuid(chosen, "share")


def _may_share(viewer: Viewer) -> bool:
    return viewer.may(Permission.VIEW_SHARE)


@post("/views/{view_id:uuid}/move", opt=_READ, include_in_schema=False)
async def move(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, directory: GivenDirectory, view_id: FromPath[UUID]
) -> Response[Any]:
    """One place up or down."""
    up = (await texts(request)).get("to") == "up"
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        teams = (await directory.of(work)).teams_of.get(viewer.agent_id, ())
        await move_view(work, viewer.agent_id, teams, view_id, up=up, may_share=_may_share(viewer))
    return _goes(f"{SAVED}{view_id}")


@post("/views/{view_id:uuid}/remove", opt=_READ, include_in_schema=False)
async def remove(request: AnyRequest, services: GivenServices, viewer: GivenViewer, view_id: FromPath[UUID]) -> Response[Any]:
    """Takes the view away; the notice brings it back."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_view(work, viewer.agent_id, view_id, may_share=_may_share(viewer))
    said = toast(reader.gettext("View removed"), undo=f"/views/{view_id}/bring-back", undo_label=reader.gettext("Undo"))
    return _goes("open", said)


@post("/views/{view_id:uuid}/bring-back", opt=_READ, include_in_schema=False)
async def bring_back(services: GivenServices, viewer: GivenViewer, view_id: FromPath[UUID]) -> Response[Any]:
    """Undoes a removal."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await bring_back_view(work, viewer.agent_id, view_id, may_share=_may_share(viewer))
    return _goes(f"{SAVED}{view_id}")


handlers: Final = [show_filter, choose_filter, show_keep, keep, move, remove, bring_back]
