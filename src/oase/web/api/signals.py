"""What is not said but shown: that somebody has read, and that somebody writes."""

from typing import Annotated, Final
from uuid import UUID

from litestar import post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from oase.conversations import conversation_facts, forget_read, mark_read, show_read, show_typing
from oase.kernel.errors import Conflict
from oase.kernel.i18n import message
from oase.web.api.conversations import READ, REPLY
from oase.web.api.parts import GivenCaller
from oase.web.given import GivenServices


class Typing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """That an answer is being written."""

    on: Annotated[bool, Meta(description="False: not any more.")] = True


@post("/conversations/{conversation_id:uuid}/read", opt=READ, status_code=204, summary="Tell that it was read", tags=["Messages"])
async def read(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]) -> None:
    """The person is told, where the channel can tell it; for an agent the conversation counts as read."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await conversation_facts(work, conversation_id)
        if caller.agent_id is None or await mark_read(work, caller.agent_id, conversation_id):
            await show_read(work, services.book, conversation_id)


@post("/conversations/{conversation_id:uuid}/unread", opt=READ, status_code=204, summary="Mark as unread", tags=["Messages"])
async def unread(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]) -> None:
    """For an agent, by session; a program has nothing unread: 409."""
    if caller.agent_id is None:
        raise Conflict(message("A program has nothing unread."))
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await conversation_facts(work, conversation_id)
        await forget_read(work, caller.agent_id, conversation_id)


@post(
    "/conversations/{conversation_id:uuid}/typing", opt=REPLY, status_code=204, tags=["Messages"],
    summary="Tell that an answer is being written",
)  # fmt: skip
async def typing(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID], data: JSONBody[Typing]) -> None:
    """The person sees it, where the channel can show it; it fades by itself."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await conversation_facts(work, conversation_id)
        await show_typing(work, services.book, conversation_id, caller.name.split(" ")[0], on=data.on)


handlers: Final = [read, unread, typing]
