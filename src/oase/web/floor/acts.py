"""What a lead does on the floor: gives conversations, whispers, says what somebody does. Each needs to see the floor, and what it is.

drag, key, menu --POST--> act --> 204 with a notice that undoes it; the live log tells every open page
"""

from typing import Any, Final, cast
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from oase.desk.floor import give, whisper
from oase.desk.presence import STATE_NAMES, State, set_state, standing_of
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission, require
from oase.web.act import Act
from oase.web.forms import uuid
from oase.web.given import GivenAct, GivenDirectory

_ASSIGNS: Final = {"permission": Permission.CONVERSATION_ASSIGN}
_NOTES: Final = {"permission": Permission.CONVERSATION_NOTE}
_LEADS: Final = {"permission": Permission.TEAM_WRITE}


def _sees(act: Act) -> None:
    require(act.viewer.permissions, Permission.REPORT_READ)


async def _agent(act: Act, name: str) -> UUID | None:
    text = await act.given(name)
    return uuid(text, name) if text else None


@post("/floor/conversations/{conversation_id:uuid}/give", opt=_ASSIGNS, include_in_schema=False)
async def give_conversation(act: GivenAct, directory: GivenDirectory, conversation_id: FromPath[UUID]) -> Response[Any]:
    """To an agent, or to nobody. `seen_with`: who had it where the lead saw it; done twice, it is done once."""
    _sees(act)
    agent_id, seen_with = await _agent(act, "agent"), await _agent(act, "seen_with")
    async with act.work() as work:
        given = await give(work, act.author, conversation_id, agent_id, seen_with=seen_with)
        name = (await directory.of(work)).agent_names.get(agent_id, "?") if agent_id else ""
    said = message("Given to %(name)s", name=name) if agent_id else message("Given back: it waits for anybody now")
    if not given.changed:
        return act.done(said)
    back = f"/floor/conversations/{conversation_id}/give?agent={given.before or ''}&seen_with={agent_id or ''}"
    return act.done(said, undo=back)


@post("/floor/agents/{agent_id:uuid}/whisper", opt=_NOTES, include_in_schema=False)
async def whisper_to(act: GivenAct, directory: GivenDirectory, agent_id: FromPath[UUID]) -> Response[Any]:
    """A short note that only this agent reads."""
    _sees(act)
    form = await act.form()
    about = uuid(form["conversation"], "conversation") if form.get("conversation") else None
    async with act.work() as work:
        await whisper(work, act.author, agent_id, form.get("text", ""), about=about)
        name = (await directory.of(work)).agent_names.get(agent_id, "?")
    return act.done(message("Whispered to %(name)s", name=name))


@post("/floor/agents/{agent_id:uuid}/state", opt=_LEADS, include_in_schema=False)
async def set_agent_state(act: GivenAct, directory: GivenDirectory, agent_id: FromPath[UUID]) -> Response[Any]:
    """What an agent does from now on, said by a lead."""
    _sees(act)
    state, reason = await act.given("state"), await act.given("reason")
    async with act.work() as work:
        before = await standing_of(work, agent_id)
        await set_state(work, agent_id, cast("State", state), reason)
        name = (await directory.of(work)).agent_names.get(agent_id, "?")
    said = message("%(name)s: %(state)s", name=name, state=STATE_NAMES[state])
    return act.done(said, undo=f"/floor/agents/{agent_id}/state?state={before.state}" if before.state != state else "")


handlers: Final = [give_conversation, whisper_to, set_agent_state]
