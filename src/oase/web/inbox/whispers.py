"""Whispers as the agent sees them: on every open page, until they have read them."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.desk.floor import read_whisper, whispers_to
from oase.kernel.permissions import Permission
from oase.web.given import GivenAct, GivenServices, GivenViewer
from oase.web.pages import render

AnyRequest = Request[Any, Any, Any]
_OWN: Final = {"permission": Permission.CONVERSATION_READ}


@get("/whispers/mine", opt=_OWN, include_in_schema=False)
async def show_whispers(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """What the agent has not read yet; nothing at most times. One query."""
    async with services.database.work(viewer.workspace_id) as work:
        found = await whispers_to(work, viewer.agent_id)
    return render(request, "inbox/whispers.html", whispers=found, now=services.clock.now())


@post("/whispers/{whisper_id:uuid}/read", opt=_OWN, include_in_schema=False)
async def read_one(act: GivenAct, whisper_id: FromPath[UUID]) -> Response[Any]:
    """It was read, and goes."""
    async with act.work() as work:
        await read_whisper(work, act.viewer.agent_id, whisper_id)
    return act.done()


handlers: Final = [show_whispers, read_one]
