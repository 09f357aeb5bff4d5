"""Macros: what agents do with one click."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.desk.automations import Act, Macro, all_macros, find_macro, references, remove_macro, save_macro
from oase.kernel.errors import Conflict, Invalid
from oase.web.admin.automations import WRITE, means_of
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.rule_choices import choices
from oase.web.admin.rule_forms import act_rows, read_acts, sent
from oase.web.forms import Form, texts, uuid
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of
from oase.web.rulewords import acts_said
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]


@get("/admin/macros", opt=WRITE, include_in_schema=False)
async def show_macros(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All macros by name."""
    reader = reader_of(request)
    async with services.database.work(viewer.workspace_id) as work:
        macros, there = await all_macros(work), await references(work, services.book)
    said = {one.id: acts_said(one.acts, there, reader) for one in macros}
    return page(request, viewer, "macros.html", "macros", macros=macros, said=said, teams=there.teams)


@get("/admin/macros/new", opt=WRITE, include_in_schema=False)
async def show_new(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty macro."""
    return await _page(request, services, viewer, None, Form(values={"acts": act_rows([Act(do="tag")])}))


async def _page(
    request: AnyRequest, services: Services, viewer: Viewer, macro: Macro | None, form: Form, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        there = await references(work, services.book)
        offered = await choices(work, there, reader_of(request), rules=False)
    return page(
        request,
        viewer,
        "macro.html",
        "macros",
        status=status,
        macro=macro,
        form=form,
        offered=offered,
        teams=list(there.teams.items()),
    )


@get("/admin/macros/{macro_id:uuid}", opt=WRITE, include_in_schema=False)
async def show_macro(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, macro_id: FromPath[UUID]
) -> Response[Any]:
    """One macro."""
    async with services.database.work(viewer.workspace_id) as work:
        macro = await find_macro(work, macro_id)
    values = {"name": macro.name, "team": str(macro.team_id or ""), "acts": act_rows(macro.acts)}
    return await _page(request, services, viewer, macro, Form(values=values))


@post("/admin/macros/new", opt=WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new macro."""
    return await _save(request, services, viewer, None)


@post("/admin/macros/{macro_id:uuid}", opt=WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, macro_id: FromPath[UUID]) -> Response[Any]:
    """Changes a macro."""
    async with services.database.work(viewer.workspace_id) as work:
        macro = await find_macro(work, macro_id)
    return await _save(request, services, viewer, macro)


async def _save(request: AnyRequest, services: Services, viewer: Viewer, macro: Macro | None) -> Response[Any]:
    form = await sent(request)
    name, acts, team = form.texts.get("name", ""), read_acts(form), form.texts.get("team", "")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            given = uuid(team, "team") if team else None
            await save_macro(work, means_of(services), name=name, acts=acts, team_id=given, macro_id=macro.id if macro else None)
    except (Invalid, Conflict) as error:
        field = "name" if isinstance(error, Conflict) else error.field
        shown = Form(values={"name": name, "team": team, "acts": act_rows(acts)}, errors={field: error.args[0]})
        return await _page(request, services, viewer, macro, shown, status=422)
    return back("/admin/macros", "saved" if macro else "created")


@post("/admin/macros/{macro_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, macro_id: FromPath[UUID]) -> Response[Any]:
    """Removes a macro after its name was typed."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        confirm(form, (await find_macro(work, macro_id)).name)
        await remove_macro(work, macro_id)
    return back("/admin/macros", "deleted")


handlers: Final = [show_macros, show_new, show_macro, create, save, delete]
