"""One target, one escalation step: their pages."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.desk.promises import (
    Policy,
    Step,
    Target,
    move_target,
    policy_of,
    remove_step,
    remove_target,
    save_step,
    save_target,
)
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.staff import list_teams
from oase.web.admin.frame import back, page
from oase.web.admin.promises_form import read_step, read_target, values_of_step, values_of_target
from oase.web.admin.promises_words import KINDS, PACES, PRIORITIES
from oase.web.channels import manifests
from oase.web.forms import Form, many, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
WRITE: Final = {"permission": Permission.PROMISE_WRITE}
_LISTS: Final = ("paces", "channels", "teams", "priorities")


async def _policy(services: Services, viewer: Viewer) -> Policy:
    async with services.database.work(viewer.workspace_id) as work:
        return await policy_of(work)


async def _target(services: Services, viewer: Viewer, target_id: UUID) -> Target:
    found = next((one for one in (await _policy(services, viewer)).targets if one.id == target_id), None)
    if found is None:
        raise NotFound(message("This entry does not exist any more."))
    return found


async def _step(services: Services, viewer: Viewer, step_id: UUID) -> Step:
    found = next((one for one in (await _policy(services, viewer)).steps if one.id == step_id), None)
    if found is None:
        raise NotFound(message("This entry does not exist any more."))
    return found


async def _target_page(
    request: AnyRequest, services: Services, viewer: Viewer, target: Target | None, form: Form, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        teams = await list_teams(work)
        used = {one.channel for one in await services.book.of_workspace(work)} | set(target.channels if target else ())
    reader, known = reader_of(request), manifests()
    names = [(one, known[one].name.de if reader.language == "de" else known[one].name.en) for one in used if one in known]
    return page(
        request, viewer, "promise_target.html", "promises", status=status, target=target, form=form,
        paces=[(one, reader.text(words)) for one, words in PACES.items()],
        channels=sorted(names, key=lambda one: one[1].casefold()),
        teams=[(str(one.id), one.name) for one in teams],
        priorities=[(str(number), reader.text(words)) for number, words in PRIORITIES.items()],
    )  # fmt: skip


@get("/admin/promises/targets/new", opt=WRITE, include_in_schema=False)
async def show_new_target(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty target."""
    return await _target_page(request, services, viewer, None, Form())


@get("/admin/promises/targets/{target_id:uuid}", opt=WRITE, include_in_schema=False)
async def show_target(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, target_id: FromPath[UUID]
) -> Response[Any]:
    """One target."""
    target = await _target(services, viewer, target_id)
    return await _target_page(request, services, viewer, target, Form(values=values_of_target(target)))


@post("/admin/promises/targets/new", opt=WRITE, include_in_schema=False)
async def create_target(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new target, after the others."""
    return await _save_target(request, services, viewer, None)


@post("/admin/promises/targets/{target_id:uuid}", opt=WRITE, include_in_schema=False)
async def change_target(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, target_id: FromPath[UUID]
) -> Response[Any]:
    """Changes a target."""
    return await _save_target(request, services, viewer, await _target(services, viewer, target_id))


async def _save_target(request: AnyRequest, services: Services, viewer: Viewer, target: Target | None) -> Response[Any]:
    form, lists = await texts(request), {name: await many(request, name) for name in _LISTS}
    try:
        read = read_target(form, lists, target.id if target else new_id())
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_target(work, read)
    except (Invalid, Conflict) as error:
        return await _target_page(request, services, viewer, target, wrong({**form, **lists}, error), status=422)
    return back("/admin/promises", "saved" if target else "created")


@post("/admin/promises/targets/{target_id:uuid}/move", opt=WRITE, include_in_schema=False)
async def move(request: AnyRequest, services: GivenServices, viewer: GivenViewer, target_id: FromPath[UUID]) -> Response[Any]:
    """The first target that fits decides: by one place up or down."""
    up = (await texts(request)).get("to") == "up"
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await move_target(work, target_id, up=up)
    return back("/admin/promises", "moved")


@post("/admin/promises/targets/{target_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def delete_target(services: GivenServices, viewer: GivenViewer, target_id: FromPath[UUID]) -> Response[Any]:
    """Takes a target away; what was promised by it stands."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_target(work, target_id)
    return back("/admin/promises", "deleted")


async def _step_page(
    request: AnyRequest, services: Services, viewer: Viewer, step: Step | None, form: Form, *, status: int = 200
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        teams = [(str(one.id), one.name) for one in await list_teams(work)]
    kinds = [(one, reader_of(request).text(words)) for one, words in KINDS.items()]
    return page(request, viewer, "promise_step.html", "promises", status=status, step=step, form=form, teams=teams, kinds=kinds)


@get("/admin/promises/steps/new", opt=WRITE, include_in_schema=False)
async def show_new_step(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty step."""
    return await _step_page(request, services, viewer, None, Form(values={"side": "before", "minutes": "15"}))


@get("/admin/promises/steps/{step_id:uuid}", opt=WRITE, include_in_schema=False)
async def show_step(request: AnyRequest, services: GivenServices, viewer: GivenViewer, step_id: FromPath[UUID]) -> Response[Any]:
    """One step."""
    step = await _step(services, viewer, step_id)
    return await _step_page(request, services, viewer, step, Form(values=values_of_step(step)))


@post("/admin/promises/steps/new", opt=WRITE, include_in_schema=False)
async def create_step(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new step."""
    return await _save_step(request, services, viewer, None)


@post("/admin/promises/steps/{step_id:uuid}", opt=WRITE, include_in_schema=False)
async def change_step(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, step_id: FromPath[UUID]
) -> Response[Any]:
    """Changes a step."""
    return await _save_step(request, services, viewer, await _step(services, viewer, step_id))


async def _save_step(request: AnyRequest, services: Services, viewer: Viewer, step: Step | None) -> Response[Any]:
    form, kinds = await texts(request), await many(request, "kinds")
    try:
        read = read_step(form, kinds, step.id if step else new_id(), step.since if step else services.clock.now())
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await save_step(work, read)
    except (Invalid, Conflict) as error:
        return await _step_page(request, services, viewer, step, wrong({**form, "kinds": kinds}, error), status=422)
    return back("/admin/promises", "saved" if step else "created")


@post("/admin/promises/steps/{step_id:uuid}/delete", opt=WRITE, include_in_schema=False)
async def delete_step(services: GivenServices, viewer: GivenViewer, step_id: FromPath[UUID]) -> Response[Any]:
    """Takes a step away."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await remove_step(work, step_id)
    return back("/admin/promises", "deleted")


handlers: Final = [
    show_new_target, show_target, create_target, change_target, move, delete_target,
    show_new_step, show_step, create_step, change_step, delete_step,
]  # fmt: skip
