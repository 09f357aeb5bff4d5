"""Roles: the four of Oase, which can be read, and the company's own."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.kernel.errors import Conflict, Forbidden, Invalid
from oase.kernel.permissions import Permission, known
from oase.staff import Role, UnknownRole, delete_role, list_agents, list_roles, save_role
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.permissions import GROUPS
from oase.web.forms import Form, many, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.services import Services
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.ROLE_WRITE}


@get("/admin/roles", opt=_WRITE, include_in_schema=False)
async def show_roles(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All roles, with how many have them."""
    async with services.database.work(viewer.workspace_id) as work:
        roles, agents = await list_roles(work), await list_agents(work)
    holders = {role.id: [agent for agent in agents if role.id in agent.roles] for role in roles}
    return page(request, viewer, "roles.html", "roles", roles=roles, holders=holders, all=len(Permission))


@get("/admin/roles/new", opt=_WRITE, sync_to_thread=False, include_in_schema=False)
def show_new(request: AnyRequest, viewer: GivenViewer) -> Response[Any]:
    """An empty role."""
    return _page(request, viewer, None, Form(values={"name": "", "permissions": []}))


def _page(request: AnyRequest, viewer: Viewer, role: Role | None, form: Form, *, status: int = 200) -> Response[Any]:
    return page(request, viewer, "role.html", "roles", status=status, role=role, form=form, permission_groups=GROUPS)


async def _found(services: Services, viewer: Viewer, role_id: UUID) -> Role:
    async with services.database.work(viewer.workspace_id) as work:
        found = next((role for role in await list_roles(work) if role.id == role_id), None)
    if found is None:
        raise UnknownRole
    return found


@get("/admin/roles/{role_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_role(request: AnyRequest, services: GivenServices, viewer: GivenViewer, role_id: FromPath[UUID]) -> Response[Any]:
    """One role with its permissions."""
    role = await _found(services, viewer, role_id)
    return _page(request, viewer, role, Form(values={"name": role.title, "permissions": sorted(role.permissions)}))


@post("/admin/roles/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """A new role."""
    return await _save(request, services, viewer, None)


@post("/admin/roles/{role_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save(request: AnyRequest, services: GivenServices, viewer: GivenViewer, role_id: FromPath[UUID]) -> Response[Any]:
    """Changes a role of the company's own."""
    return await _save(request, services, viewer, await _found(services, viewer, role_id))


async def _save(request: AnyRequest, services: Services, viewer: Viewer, role: Role | None) -> Response[Any]:
    form, names = await texts(request), await many(request, "permissions")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            role_id = await save_role(
                work,
                name=form.get("name", ""),
                permissions=known(names),
                held=viewer.permissions,
                role_id=role.id if role else None,
            )
    except (Invalid, Conflict, Forbidden) as error:
        return _page(request, viewer, role, wrong({**form, "permissions": names}, error), status=422)
    return back(f"/admin/roles/{role_id}", "saved" if role else "created")


@post("/admin/roles/{role_id:uuid}/delete", opt=_WRITE, include_in_schema=False)
async def delete(request: AnyRequest, services: GivenServices, viewer: GivenViewer, role_id: FromPath[UUID]) -> Response[Any]:
    """Deletes a role after its name was typed; whoever had it does not any more."""
    role = await _found(services, viewer, role_id)
    confirm(await texts(request), role.name)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await delete_role(work, role_id, held=viewer.permissions)
    return back("/admin/roles", "deleted")


handlers: Final = [show_roles, show_new, show_role, create, save, delete]
