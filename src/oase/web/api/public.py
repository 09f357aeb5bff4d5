"""What is done about public messages beside answering them, and what public and private conversations have to do with each other."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from oase.conversations import conversation_facts, linked_to, message_facts, moderate, needs_an_answer, needs_no_answer
from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission
from oase.web.api.conversations import READ, IdempotencyKey
from oase.web.api.messages import public
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.api.shapes import Message, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_MODERATE: Final = {"permission": Permission.CONVERSATION_MODERATE, "api": True}
_CLOSE: Final = {"permission": Permission.CONVERSATION_CLOSE, "api": True}


class ActOnMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be done about a public message."""

    action: Annotated[
        Literal["hide", "show", "delete", "like", "unlike", "leave"],
        Meta(description="`leave`: what waits or failed of it is given up."),
    ]


class LinkedConversation(Struct, frozen=True, kw_only=True):
    """The other side of a conversation that is held in public and in private."""

    conversation_id: UUID
    number: int
    kind: Literal["private", "public"]
    message_id: Annotated[UUID, Meta(description="The public message that was answered in private.")]
    at: datetime


async def _one(work: UnitOfWork, message_id: UUID) -> Message:
    return public(await message_facts(work, message_id))[0]


@post("/messages/{message_id:uuid}/acts", opt=_MODERATE, status_code=200, summary="Moderate a public message", tags=["Messages"])
async def act_on(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    data: JSONBody[ActOnMessage],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """Where the place knows the act (see channels). Its delivery says what becomes of it; nothing is sent if it is so already."""

    async def act(work: UnitOfWork) -> Message:
        await moderate(work, services.book, caller.author, message_id, "" if data.action == "leave" else data.action)
        return await _one(work, message_id)

    return await carried_out(request, services, caller, act, Message)


@post("/messages/{message_id:uuid}/settle", opt=_CLOSE, status_code=200, summary="Needs no answer", tags=["Messages"])
async def settle_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """A public message does not wait for an answer any more."""

    async def act(work: UnitOfWork) -> Message:
        await needs_no_answer(work, caller.author, [message_id])
        return await _one(work, message_id)

    return await carried_out(request, services, caller, act, Message)


@post("/messages/{message_id:uuid}/unsettle", opt=_CLOSE, status_code=200, summary="Needs an answer after all", tags=["Messages"])
async def unsettle_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """A public message that was settled, however, waits again."""

    async def act(work: UnitOfWork) -> Message:
        await needs_an_answer(work, caller.author, [message_id])
        return await _one(work, message_id)

    return await carried_out(request, services, caller, act, Message)


@get("/conversations/{conversation_id:uuid}/linked", opt=READ, summary="List linked conversations", tags=["Conversations"])
async def list_linked(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]) -> Page[LinkedConversation]:
    """Of a public one: the private ones in which its speakers were answered. Of a private one: where it came from."""
    async with services.database.work(caller.workspace_id) as work:
        await conversation_facts(work, conversation_id)
        return Page(data=[shown(LinkedConversation, one) for one in await linked_to(work, conversation_id)])


handlers: Final = [act_on, settle_it, unsettle_it, list_linked]
