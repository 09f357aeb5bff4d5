"""What agents do with a conversation: one address, one act. Answers are empty; the page hears of it and asks again.

button data-act --POST--> act --> 204 with a notice in a header; the live log tells every open page
"""

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from oase.conversations import (
    State,
    assign,
    cancel,
    drop,
    fate_of,
    forget_read,
    mark_read,
    moderate,
    needs_an_answer,
    needs_no_answer,
    open_conversation,
    react,
    resolve_unknown,
    retry,
    set_priority,
    set_state,
    set_tags,
    set_team,
    show_read,
    show_typing,
    snooze,
)
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.forms import uuid
from oase.web.given import GivenAct, GivenDirectory

_READ: Final = {"permission": Permission.CONVERSATION_READ}
_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}
_CLOSE: Final = {"permission": Permission.CONVERSATION_CLOSE}
_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}
_MODERATE: Final = {"permission": Permission.CONVERSATION_MODERATE}
_DONE: Final = {
    "hide": (message("Hidden from others"), "show"),
    "show": (message("Shown to everybody again"), "hide"),
    "like": (message("Liked"), "unlike"),
    "unlike": (message("Like taken back"), "like"),
    "delete": (message("Is being deleted"), ""),
    "": (message("Left as it was"), ""),
}
_SOLVED: Final = {
    "open": message("Opened again"),
    "waiting": message("Waits for the customer"),
    "solved": message("Solved"),
}


@post("/conversations/{conversation_id:uuid}/state", opt=_CLOSE, include_in_schema=False)
async def change_state(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Open, waiting, solved."""
    state = (await act.form()).get("state", "")
    if state not in _SOLVED:
        raise Invalid(message("There is no such state."), field="state")
    async with act.work() as work:
        await set_state(work, act.author, conversation_id, cast("State", state))
    return act.done(_SOLVED[state])


@post("/conversations/{conversation_id:uuid}/snooze", opt=_CLOSE, include_in_schema=False)
async def snooze_until(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Until a moment: with its offset, or as the reader's clock shows it."""
    form, reader = await act.form(), act.reader
    try:
        until = datetime.fromisoformat(form.get("until") or form.get("local", ""))
    except ValueError:
        raise Invalid(message("This is not a valid date and time."), field="until") from None
    until = until if until.tzinfo else until.replace(tzinfo=reader.zone)
    async with act.work() as work:
        await snooze(work, act.author, conversation_id, until)
    return act.done(message("Snoozed until %(time)s", time=reader.date_time(until, "short")))


@post("/conversations/{conversation_id:uuid}/assign", opt=_ASSIGN, include_in_schema=False)
async def give_to_agent(act: GivenAct, directory: GivenDirectory, conversation_id: FromPath[UUID]) -> Response[Any]:
    """To an agent, or to nobody."""
    chosen = (await act.form()).get("agent", "")
    agent_id = uuid(chosen, "agent") if chosen else None
    async with act.work() as work:
        name = await directory.agent_name(work, agent_id) if agent_id else ""
        if agent_id and not name:
            raise Invalid(message("This agent does not exist."), field="agent")
        await assign(work, act.author, conversation_id, agent_id, assignee=name)
    return act.done(message("Assigned to %(name)s", name=name) if name else message("Assigned to nobody"))


@post("/conversations/{conversation_id:uuid}/team", opt=_ASSIGN, include_in_schema=False)
async def give_to_team(act: GivenAct, directory: GivenDirectory, conversation_id: FromPath[UUID]) -> Response[Any]:
    """To a team, or to none."""
    chosen = (await act.form()).get("team", "")
    team_id = uuid(chosen, "team") if chosen else None
    async with act.work() as work:
        name = await directory.team_name(work, team_id) if team_id else ""
        if team_id and not name:
            raise Invalid(message("This team does not exist."), field="team")
        await set_team(work, act.author, conversation_id, team_id, team=name)
    return act.done()


@post("/conversations/{conversation_id:uuid}/priority", opt=_ASSIGN, include_in_schema=False)
async def change_priority(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Low to urgent."""
    chosen = (await act.form()).get("priority", "")
    if chosen not in ("-1", "0", "1", "2"):
        raise Invalid(message("There is no such priority."), field="priority")
    async with act.work() as work:
        await set_priority(work, act.author, conversation_id, int(chosen))
    return act.done()


@post("/conversations/{conversation_id:uuid}/tags", opt=_ASSIGN, include_in_schema=False)
async def change_tags(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Adds or removes one tag."""
    form = await act.form()
    async with act.work() as work:
        tags = (await open_conversation(work, conversation_id, act.viewer.agent_id)).tags
        wanted = [tag for tag in tags if tag != form.get("remove")] + ([form["add"]] if form.get("add") else [])
        await set_tags(work, act.author, conversation_id, wanted)
    return act.done()


@post("/conversations/{conversation_id:uuid}/unread", opt=_READ, include_in_schema=False)
async def mark_unread(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """As if the newest messages had not been seen."""
    async with act.work() as work:
        await forget_read(work, act.viewer.agent_id, conversation_id)
    return act.done(message("Marked as unread"))


@post("/conversations/{conversation_id:uuid}/read", opt=_READ, include_in_schema=False)
async def mark_as_read(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """The agent has seen everything until now."""
    async with act.work() as work:
        if await mark_read(work, act.viewer.agent_id, conversation_id):
            await show_read(work, act.services.book, conversation_id)
    return act.done()


@post("/conversations/{conversation_id:uuid}/presence", opt=_READ, include_in_schema=False)
async def tell_presence(act: GivenAct, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Tells colleagues who looks at the conversation and who writes; nothing is kept."""
    doing = (await act.form()).get("doing", "")
    if doing not in ("looks", "types", "left", "asks"):
        raise Invalid(message("There is no such action."), field="doing")
    async with act.work() as work:
        facts = {"agent": str(act.viewer.agent_id), "name": act.viewer.name, "doing": doing}
        work.emit("presence", conversation_id, facts)
        if doing == "types":
            await show_typing(work, act.services.book, conversation_id, act.viewer.name.split(" ")[0])
    return act.done()


@post("/messages/{message_id:uuid}/cancel", opt=_REPLY, include_in_schema=False)
async def take_back(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """Undo: the message has not left yet."""
    async with act.work() as work:
        await cancel(work, message_id)
    return act.done(message("Not sent"))


@post("/messages/{message_id:uuid}/retry", opt=_REPLY, include_in_schema=False)
async def send_again(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """Once more: what failed, or what we cannot tell."""
    async with act.work() as work:
        if await fate_of(work, message_id) == "unknown":
            await resolve_unknown(work, message_id, "again")
        else:
            await retry(work, message_id)
    return act.done(message("Is being sent again"))


@post("/messages/{message_id:uuid}/arrived", opt=_REPLY, include_in_schema=False)
async def it_arrived(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """A person knows what we cannot tell."""
    async with act.work() as work:
        await resolve_unknown(work, message_id, "sent")
    return act.done()


@post("/messages/{message_id:uuid}/drop", opt=_REPLY, include_in_schema=False)
async def give_up(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """What did not arrive shall not be sent any more."""
    async with act.work() as work:
        await drop(work, message_id)
    return act.done(message("Will not be sent"))


@post("/messages/{message_id:uuid}/reaction", opt=_REPLY, include_in_schema=False)
async def react_to(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """Our reaction to a message of the customer; an empty emoji takes it back."""
    emoji = (await act.form()).get("emoji", "")
    async with act.work() as work:
        await react(work, act.services.book, act.author, message_id, emoji)
    return act.done()


@post("/messages/{message_id:uuid}/moderate", opt=_MODERATE, include_in_schema=False)
async def act_on_public(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """Hides, shows, deletes, likes or unlikes a public message; an empty act leaves undone what waits or failed."""
    wanted = await act.given("act")
    if wanted not in _DONE:
        raise Invalid(message("There is no such action."), field="act")
    async with act.work() as work:
        await moderate(work, act.services.book, act.author, message_id, cast("Any", wanted))
    said, back = _DONE[wanted]
    return act.done(said, undo=f"/messages/{message_id}/moderate?act={back}") if back else act.done(said)


@post("/messages/{message_id:uuid}/settle", opt=_CLOSE, include_in_schema=False)
async def settle_message(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """A public message needs no answer."""
    async with act.work() as work:
        await needs_no_answer(work, act.author, [message_id])
    return act.done(message("Needs no answer"), undo=f"/messages/{message_id}/unsettle")


@post("/messages/{message_id:uuid}/unsettle", opt=_CLOSE, include_in_schema=False)
async def unsettle_message(act: GivenAct, message_id: FromPath[UUID]) -> Response[Any]:
    """A public message needs an answer after all."""
    async with act.work() as work:
        await needs_an_answer(work, act.author, [message_id])
    return act.done(message("Waits for an answer again"))


handlers: Final = [
    change_state, snooze_until, give_to_agent, give_to_team, change_priority, change_tags, mark_unread, mark_as_read,
    tell_presence, take_back, send_again, it_arrived, give_up, react_to,
    act_on_public, settle_message, unsettle_message,
]  # fmt: skip
