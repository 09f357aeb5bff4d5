"""What agents do with a conversation: one address, one act. Answers are empty; the page hears of it and asks again.

button data-act --POST--> act --> 204 with a notice in a header; the live log tells every open page
"""

from datetime import datetime
from typing import Any, Final, cast
from uuid import UUID

from litestar import Request, Response, post
from litestar.params import FromPath

from oase.conversations import (
    Author,
    State,
    assign,
    cancel,
    drop,
    fate_of,
    forget_read,
    mark_read,
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
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.web.forms import texts, uuid
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.pages import reader_of, toast
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.CONVERSATION_READ}
_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}
_CLOSE: Final = {"permission": Permission.CONVERSATION_CLOSE}
_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}
_SOLVED: Final = {
    "open": message("Opened again"),
    "waiting": message("Waits for the customer"),
    "solved": message("Solved"),
}


def author_of(viewer: Viewer) -> Author:
    """The viewer as the one who speaks for the company."""
    return Author(id=viewer.agent_id, name=viewer.name)


def done(request: AnyRequest, text: Message | None = None, *, undo: str = "") -> Response[Any]:
    """Nothing to show but, perhaps, a notice; `undo` is the address that takes the act back."""
    reader = reader_of(request)
    headers = toast(reader.text(text), undo=undo, undo_label=reader.gettext("Undo")) if text is not None else {}
    return Response(None, status_code=204, headers=headers)


@post("/conversations/{conversation_id:uuid}/state", opt=_CLOSE, include_in_schema=False)
async def change_state(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """Open, waiting, solved."""
    state = (await texts(request)).get("state", "")
    if state not in _SOLVED:
        raise Invalid(message("There is no such state."), field="state")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await set_state(work, author_of(viewer), conversation_id, cast("State", state))
    return done(request, _SOLVED[state])


@post("/conversations/{conversation_id:uuid}/snooze", opt=_CLOSE, include_in_schema=False)
async def snooze_until(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """Until a moment: with its offset, or as the reader's clock shows it."""
    form, reader = await texts(request), reader_of(request)
    try:
        until = datetime.fromisoformat(form.get("until") or form.get("local", ""))
    except ValueError:
        raise Invalid(message("This is not a valid date and time."), field="until") from None
    until = until if until.tzinfo else until.replace(tzinfo=reader.zone)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await snooze(work, author_of(viewer), conversation_id, until)
    return done(request, message("Snoozed until %(time)s", time=reader.date_time(until, "short")))


@post("/conversations/{conversation_id:uuid}/assign", opt=_ASSIGN, include_in_schema=False)
async def give_to_agent(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    conversation_id: FromPath[UUID],
) -> Response[Any]:
    """To an agent, or to nobody."""
    chosen = (await texts(request)).get("agent", "")
    agent_id = uuid(chosen, "agent") if chosen else None
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        name = (await directory.of(work)).agent_names.get(agent_id, "") if agent_id else ""
        if agent_id and not name:
            raise Invalid(message("This agent does not exist."), field="agent")
        await assign(work, author_of(viewer), conversation_id, agent_id, assignee=name)
    return done(request, message("Assigned to %(name)s", name=name) if name else message("Assigned to nobody"))


@post("/conversations/{conversation_id:uuid}/team", opt=_ASSIGN, include_in_schema=False)
async def give_to_team(
    request: AnyRequest,
    services: GivenServices,
    viewer: GivenViewer,
    directory: GivenDirectory,
    conversation_id: FromPath[UUID],
) -> Response[Any]:
    """To a team, or to none."""
    chosen = (await texts(request)).get("team", "")
    team_id = uuid(chosen, "team") if chosen else None
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        name = (await directory.of(work)).team_names.get(team_id, "") if team_id else ""
        if team_id and not name:
            raise Invalid(message("This team does not exist."), field="team")
        await set_team(work, author_of(viewer), conversation_id, team_id, team=name)
    return done(request)


@post("/conversations/{conversation_id:uuid}/priority", opt=_ASSIGN, include_in_schema=False)
async def change_priority(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """Low to urgent."""
    chosen = (await texts(request)).get("priority", "")
    if chosen not in ("-1", "0", "1", "2"):
        raise Invalid(message("There is no such priority."), field="priority")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await set_priority(work, author_of(viewer), conversation_id, int(chosen))
    return done(request)


@post("/conversations/{conversation_id:uuid}/tags", opt=_ASSIGN, include_in_schema=False)
async def change_tags(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """Adds or removes one tag."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        tags = (await open_conversation(work, conversation_id, viewer.agent_id)).tags
        wanted = [tag for tag in tags if tag != form.get("remove")] + ([form["add"]] if form.get("add") else [])
        await set_tags(work, author_of(viewer), conversation_id, wanted)
    return done(request)


@post("/conversations/{conversation_id:uuid}/unread", opt=_READ, include_in_schema=False)
async def mark_unread(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """As if the newest messages had not been seen."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await forget_read(work, viewer.agent_id, conversation_id)
    return done(request, message("Marked as unread"))


@post("/conversations/{conversation_id:uuid}/read", opt=_READ, include_in_schema=False)
async def mark_as_read(services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]) -> Response[Any]:
    """The agent has seen everything until now."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        if await mark_read(work, viewer.agent_id, conversation_id):
            await show_read(work, services.book, conversation_id)
    return Response(None, status_code=204)


@post("/conversations/{conversation_id:uuid}/presence", opt=_READ, include_in_schema=False)
async def tell_presence(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """Tells colleagues who looks at the conversation and who writes; nothing is kept."""
    doing = (await texts(request)).get("doing", "")
    if doing not in ("looks", "types", "left", "asks"):
        raise Invalid(message("There is no such action."), field="doing")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        facts = {"agent": str(viewer.agent_id), "name": viewer.name, "doing": doing}
        work.emit("presence", conversation_id, facts)
        if doing == "types":
            await show_typing(work, services.book, conversation_id, viewer.name.split(" ")[0])
    return Response(None, status_code=204)


@post("/messages/{message_id:uuid}/cancel", opt=_REPLY, include_in_schema=False)
async def take_back(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, message_id: FromPath[UUID]
) -> Response[Any]:
    """Undo: the message has not left yet."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await cancel(work, message_id)
    return done(request, message("Not sent"))


@post("/messages/{message_id:uuid}/retry", opt=_REPLY, include_in_schema=False)
async def send_again(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, message_id: FromPath[UUID]
) -> Response[Any]:
    """Once more: what failed, or what we cannot tell."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        if await fate_of(work, message_id) == "unknown":
            await resolve_unknown(work, message_id, "again")
        else:
            await retry(work, message_id)
    return done(request, message("Is being sent again"))


@post("/messages/{message_id:uuid}/arrived", opt=_REPLY, include_in_schema=False)
async def it_arrived(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, message_id: FromPath[UUID]
) -> Response[Any]:
    """A person knows what we cannot tell."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await resolve_unknown(work, message_id, "sent")
    return done(request)


@post("/messages/{message_id:uuid}/drop", opt=_REPLY, include_in_schema=False)
async def give_up(request: AnyRequest, services: GivenServices, viewer: GivenViewer, message_id: FromPath[UUID]) -> Response[Any]:
    """What did not arrive shall not be sent any more."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await drop(work, message_id)
    return done(request, message("Will not be sent"))


@post("/messages/{message_id:uuid}/reaction", opt=_REPLY, include_in_schema=False)
async def react_to(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, message_id: FromPath[UUID]
) -> Response[Any]:
    """Our reaction to a message of the customer; an empty emoji takes it back."""
    emoji = (await texts(request)).get("emoji", "")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await react(work, services.book, author_of(viewer), message_id, emoji)
    return done(request)


handlers: Final = [
    change_state, snooze_until, give_to_agent, give_to_team, change_priority, change_tags, mark_unread, mark_as_read,
    tell_presence, take_back, send_again, it_arrived, give_up, react_to,
]  # fmt: skip
