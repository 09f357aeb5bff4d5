"""Macros in the inbox: chosen from a list or the command bar, shown with what they change here, then done.

"x", the menu, the command bar --GET--> effects --confirmed, POST with a key of its own--> done once, in the agent's name
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.desk.automations import Means, all_macros, find_macro, needed, preview_macro, run_macro
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission, require
from oase.web.act import Act
from oase.web.forms import uuid
from oase.web.given import GivenAct, GivenDirectory
from oase.web.pages import reader_of, render
from oase.web.rulewords import act_said

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.CONVERSATION_READ}


@get("/macros", opt=_READ, include_in_schema=False)
async def list_macros(act: GivenAct, directory: GivenDirectory) -> list[dict[str, str]]:
    """The macros that the viewer may use: everybody's and those of the viewer's teams."""
    async with act.work() as work:
        staff = await directory.of(work)
        found = await all_macros(work, tuple(staff.teams_of.get(act.viewer.agent_id, ())))
    return [{"id": str(one.id), "name": one.name} for one in found]


@get("/conversations/{conversation_id:uuid}/macros/{macro_id:uuid}", opt=_READ, include_in_schema=False)
async def show_macro(
    request: AnyRequest, act: GivenAct, conversation_id: FromPath[UUID], macro_id: FromPath[UUID]
) -> Response[Any]:
    """What the macro would do here."""
    reader = reader_of(request)
    async with act.work() as work:
        macro = await find_macro(work, macro_id)
        effects = await preview_macro(work, _means(act), macro_id, conversation_id, act.author)
    said = [(one, act_said(one.act.do, one.act.value, one.name, reader)) for one in effects]
    return render(request, "inbox/macro.html", macro=macro, effects=said, conversation_id=conversation_id)


@post("/conversations/{conversation_id:uuid}/macros/{macro_id:uuid}", opt=_READ, include_in_schema=False)
async def do_macro(act: GivenAct, conversation_id: FromPath[UUID], macro_id: FromPath[UUID]) -> Response[Any]:
    """Does it, once for each key."""
    key = uuid(await act.given("key"), "key")
    async with act.work() as work:
        macro = await find_macro(work, macro_id)
        for permission in needed(macro.acts):
            require(act.viewer.permissions, permission)
        await run_macro(work, _means(act), macro_id, conversation_id, act.author, client_key=key)
    return act.done(message("Done: %(name)s", name=macro.name))


def _means(act: Act) -> Means:
    return Means(act.services.book, act.services.timetables)


handlers: Final = [list_macros, show_macro, do_macro]
