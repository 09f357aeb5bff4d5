"""Macros: written, shown with what they would change, done in a conversation."""

from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.desk.automations import Macro as StoredMacro
from oase.desk.automations import Means, all_macros, find_macro, needed, preview_macro, remove_macro, run_macro, save_macro
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.web.api.conversations import READ, IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.api.rule_shapes import WRITE, Acts, RuleAct, named_as_sent, sent_acts, shown_act, shown_acts
from oase.web.api.shapes import shown
from oase.web.given import GivenServices
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
Name = Annotated[str, Meta(min_length=1, max_length=120, examples=["Reklamation"])]


class Macro(Struct, frozen=True, kw_only=True):
    """Several things that are done together, at once."""

    id: UUID
    name: str
    team_id: Annotated[UUID | None, Meta(description="For this team only.")]
    acts: Acts


class NewMacro(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A macro to be written."""

    name: Name
    acts: Acts
    team_id: Annotated[UUID | None, Meta(description="For this team only.")] = None


class MacroChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; acts are replaced."""

    name: Name | UnsetType = UNSET
    acts: Acts | UnsetType = UNSET
    team_id: UUID | UnsetType | None = UNSET


class MacroEffect(Struct, frozen=True, kw_only=True):
    """What one act of a macro would do."""

    act: RuleAct
    name: Annotated[str, Meta(description="What its value is called.")]
    changes: Annotated[bool, Meta(description="False where it is so already.")]
    text: Annotated[str, Meta(description="What would be said.")]


class MacroDone(Struct, frozen=True, kw_only=True):
    """A macro was done."""

    message_id: Annotated[UUID | None, Meta(description="The message that was said, if it says something.")]


def _means(services: Services) -> Means:
    return Means(services.book, services.timetables)


def _macro(macro: StoredMacro) -> Macro:
    return shown(Macro, macro, acts=shown_acts(macro.acts))


async def _save(work: UnitOfWork, services: Services, data: NewMacro, macro_id: UUID | None) -> Macro:
    with named_as_sent():
        saved = await save_macro(
            work, _means(services), name=data.name, acts=sent_acts(data.acts), team_id=data.team_id, macro_id=macro_id
        )
    return _macro(await find_macro(work, saved))


@get("/macros", opt=READ, summary="List macros", tags=["Rules"])
async def list_macros(services: GivenServices, caller: GivenCaller) -> Page[Macro]:
    """Those for everybody and those of all teams, by name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_macro(one) for one in await all_macros(work)])


@get("/macros/{macro_id:uuid}", opt=READ, summary="Read a macro", tags=["Rules"])
async def read_macro(services: GivenServices, caller: GivenCaller, macro_id: FromPath[UUID]) -> Macro:
    """One macro."""
    async with services.database.work(caller.workspace_id) as work:
        return _macro(await find_macro(work, macro_id))


@post("/macros", opt=WRITE, summary="Write a macro", tags=["Rules"])
async def create_macro(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewMacro],
    idempotency_key: IdempotencyKey = None,
) -> Response[Macro]:
    """A name that is taken is refused with 409."""

    async def act(work: UnitOfWork) -> Macro:
        return await _save(work, services, data, None)

    made = await carried_out(request, services, caller, act, Macro)
    return Response(made, status_code=201, headers={"location": f"/api/v1/macros/{made.id}"})


@patch("/macros/{macro_id:uuid}", opt=WRITE, summary="Change a macro", tags=["Rules"])
async def change_macro(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    macro_id: FromPath[UUID],
    data: JSONBody[MacroChanges],
    idempotency_key: IdempotencyKey = None,
) -> Macro:
    """What is left out stays."""

    async def act(work: UnitOfWork) -> Macro:
        before = _macro(await find_macro(work, macro_id))
        after = NewMacro(
            name=before.name if data.name is UNSET else data.name,
            acts=before.acts if data.acts is UNSET else data.acts,
            team_id=before.team_id if data.team_id is UNSET else data.team_id,
        )
        return await _save(work, services, after, macro_id)

    return await carried_out(request, services, caller, act, Macro)


@delete("/macros/{macro_id:uuid}", opt=WRITE, summary="Delete a macro", tags=["Rules"])
async def delete_macro(services: GivenServices, caller: GivenCaller, macro_id: FromPath[UUID]) -> None:
    """What was done with it stays."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_macro(work, macro_id)


@get("/conversations/{conversation_id:uuid}/macros/{macro_id:uuid}", opt=READ, summary="Preview a macro", tags=["Rules"])
async def preview(
    services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID], macro_id: FromPath[UUID]
) -> Page[MacroEffect]:
    """What it would do in this conversation, if the caller ran it."""
    async with services.database.work(caller.workspace_id) as work:
        effects = await preview_macro(work, _means(services), macro_id, conversation_id, caller.author)
    return Page(data=[shown(MacroEffect, one, act=shown_act(one.act)) for one in effects])


@post(
    "/conversations/{conversation_id:uuid}/macros/{macro_id:uuid}",
    opt=READ,
    status_code=200,
    summary="Do a macro",
    tags=["Rules"],
)
async def do_macro(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    macro_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> MacroDone:
    """In the caller's name: all of it, or nothing. The caller must be allowed to do each act by itself (403)."""

    async def act(work: UnitOfWork) -> MacroDone:
        for permission in needed((await find_macro(work, macro_id)).acts):
            caller.require(permission)
        said = await run_macro(work, _means(services), macro_id, conversation_id, caller.author, client_key=new_id())
        return MacroDone(message_id=said)

    return await carried_out(request, services, caller, act, MacroDone)


handlers: Final = [list_macros, read_macro, create_macro, change_macro, delete_macro, preview, do_macro]
