"""API tokens: made with scopes and an end, shown once, ended."""

from datetime import datetime, time
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.kernel.errors import Conflict, Forbidden, Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission, known
from oase.staff import UnknownToken, create_api_token, list_agents, list_api_tokens, revoke_api_token
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.permissions import GROUPS
from oase.web.forms import Form, many, texts, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.TOKEN_WRITE}


@get("/admin/tokens", opt=_WRITE, include_in_schema=False)
async def show_tokens(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """All tokens, without their texts."""
    async with services.database.work(viewer.workspace_id) as work:
        found, agents = await list_api_tokens(work), await list_agents(work, also_deactivated=True)
    names = {agent.id: agent.name for agent in agents}
    return page(
        request, viewer, "tokens.html", "tokens", tokens=found, names=names, now=services.clock.now(),
        api_url=f"{services.settings.url}/api/v1",
    )  # fmt: skip


@get("/admin/tokens/new", opt=_WRITE, sync_to_thread=False, include_in_schema=False)
def show_new(request: AnyRequest, viewer: GivenViewer) -> Response[Any]:
    """An empty token."""
    return _page(request, viewer, Form(values={"permissions": []}))


def _page(request: AnyRequest, viewer: Viewer, form: Form, *, status: int = 200) -> Response[Any]:
    return page(request, viewer, "token.html", "tokens", status=status, form=form, permission_groups=GROUPS)


@post("/admin/tokens/new", opt=_WRITE, include_in_schema=False)
async def create(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Makes a token and shows its text, this once."""
    form, names = await texts(request), await many(request, "permissions")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            secret, token = await create_api_token(
                work,
                name=form.get("name", ""),
                permissions=known(names),
                created_by=viewer.agent_id,
                held=viewer.permissions,
                expires_at=end_of_day(form.get("expires_at", ""), viewer.time_zone),
            )
    except (Invalid, Conflict, Forbidden) as error:
        return _page(request, viewer, wrong({**form, "permissions": names}, error), status=422)
    return page(
        request,
        viewer,
        "token_shown.html",
        "tokens",
        token=token,
        secret=secret.reveal(),
        api_url=f"{services.settings.url}/api/v1",
    )


def end_of_day(text: str, zone: str) -> datetime | None:
    """The end of a day in the viewer's time zone; None without one. Raises Invalid."""
    if not text.strip():
        return None
    try:
        day = datetime.fromisoformat(text.strip()).date()
        return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone))
    except ValueError:
        raise Invalid(message("This is not a day."), field="expires_at") from None


@post("/admin/tokens/{token_id:uuid}/revoke", opt=_WRITE, include_in_schema=False)
async def revoke(request: AnyRequest, services: GivenServices, viewer: GivenViewer, token_id: FromPath[UUID]) -> Response[Any]:
    """Ends a token at once, after its name was typed."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        token = next((one for one in await list_api_tokens(work) if one.id == token_id), None)
        if token is None:
            raise UnknownToken
        confirm(form, token.name)
        await revoke_api_token(work, token_id)
    return back("/admin/tokens", "revoked")


handlers: Final = [show_tokens, show_new, create, revoke]
