"""Conversations become one, are taken apart again, or give messages to one of their own."""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from oase.conversations import merge, split, unmerge
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.forms import many, texts, uuid
from oase.web.given import GivenServices, GivenViewer
from oase.web.inbox.acts import author_of, done

AnyRequest = Request[Any, Any, Any]
_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}


@post("/conversations/{conversation_id:uuid}/merge", opt=_ASSIGN, include_in_schema=False)
async def merge_with(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """The other conversation goes into this one."""
    other = uuid((await texts(request)).get("other", "") or request.query_params.get("other", ""), "other")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        merge_id = await merge(work, author_of(viewer), conversation_id, other)
    return done(request, message("Merged"), undo=f"/merges/{merge_id}/undo")


@post("/merges/{merge_id:uuid}/undo", opt=_ASSIGN, include_in_schema=False)
async def take_apart(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, merge_id: FromPath[UUID]
) -> Response[Any]:
    """Two conversations after all: what was moved goes back, what came since stays."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await unmerge(work, author_of(viewer), merge_id)
    return done(request, message("Taken apart again. What was written since stays here."))


@post("/conversations/{conversation_id:uuid}/split", opt=_ASSIGN, include_in_schema=False)
async def split_off(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """The chosen messages become a conversation of their own."""
    ids = [uuid(one, "message") for one in await many(request, "message")]
    if not ids:
        raise Invalid(message("Choose the messages that belong into a conversation of their own."), field="message")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        new = await split(work, author_of(viewer), conversation_id, ids)
    said = done(request, message("Split off"), undo=f"/conversations/{conversation_id}/merge?other={new}")
    return Response(None, status_code=204, headers={**said.headers, "x-opens": str(new)})


handlers: Final = [merge_with, take_apart, split_off]
