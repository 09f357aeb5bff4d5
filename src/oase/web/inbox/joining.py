"""Conversations become one, are taken apart again, or give messages to one of their own."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from oase.conversations import merge, split, unmerge
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.forms import uuid
from oase.web.given import GivenAct

_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}


@post("/conversations/{conversation_id:uuid}/merge", opt=_ASSIGN, include_in_schema=False)
async def merge_with(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """The other conversation goes into this one."""
    other = uuid(await act.given("other"), "other")
    async with act.work() as work:
        merge_id = await merge(work, act.author, conversation_id, other)
    return act.done(message("Merged"), undo=f"/merges/{merge_id}/undo")


@post("/merges/{merge_id:uuid}/undo", opt=_ASSIGN, include_in_schema=False)
async def take_apart(act: GivenAct, merge_id: FromPath[UUID]) -> Response[Any]:
    """Two conversations after all: what was moved goes back, what came since stays."""
    async with act.work() as work:
        await unmerge(work, act.author, merge_id)
    return act.done(message("Taken apart again. What was written since stays here."))


@post("/conversations/{conversation_id:uuid}/split", opt=_ASSIGN, include_in_schema=False)
async def split_off(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """The chosen messages become a conversation of their own."""
    ids = [uuid(one, "message") for one in await act.many("message")]
    if not ids:
        raise Invalid(message("Choose the messages that belong into a conversation of their own."), field="message")
    async with act.work() as work:
        new = await split(work, act.author, conversation_id, ids)
    undo = f"/conversations/{conversation_id}/merge?other={new}"
    return act.done(message("Split off"), undo=undo, headers={"x-opens": str(new)})


handlers: Final = [merge_with, take_apart, split_off]
