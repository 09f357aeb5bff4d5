"""What agents do with a conversation and its person: one address, one act. Answers are empty; the page hears of it and asks again.

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
    fate_of,
    forget_read,
    mark_read,
    merge,
    merge_persons,
    open_conversation,
    resolve_unknown,
    retry,
    set_priority,
    set_state,
    set_tags,
    set_team,
    show_read,
    show_typing,
    snooze,
    split,
    unmerge_persons,
)
from oase.kernel.errors import Invalid
from oase.kernel.i18n import Message, message
from oase.kernel.permissions import Permission
from oase.people import change_person, find_person, merges_of
from oase.web.forms import many, texts, uuid
from oase.web.given import GivenDirectory, GivenServices, GivenViewer
from oase.web.pages import reader_of, toast
from oase.web.sessions import Viewer

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.CONVERSATION_READ}
_ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN}
_CLOSE: Final = {"permission": Permission.CONVERSATION_CLOSE}
_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}
_MERGE: Final = {"permission": Permission.PERSON_MERGE}
_PERSON: Final = {"permission": Permission.PERSON_WRITE}
_SOLVED: Final = {
    "open": message("Opened again"),
    "waiting": message("Waits for the customer"),
    "solved": message("Solved"),
}


def author_of(viewer: Viewer) -> Author:
    """The viewer as the one who speaks for the company."""
    return Author(id=viewer.agent_id, name=viewer.name)


def done(request: AnyRequest, text: Message | None = None) -> Response[Any]:
    """Nothing to show but, perhaps, a notice."""
    headers = toast(reader_of(request).text(text)) if text is not None else {}
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


@post("/conversations/{conversation_id:uuid}/merge", opt=_ASSIGN, include_in_schema=False)
async def merge_with(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, conversation_id: FromPath[UUID]
) -> Response[Any]:
    """The other conversation goes into this one."""
    other = uuid((await texts(request)).get("other", ""), "other")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await merge(work, author_of(viewer), conversation_id, other)
    return done(request, message("Merged"))


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
    return Response(None, status_code=204, headers={**done(request, message("Split off")).headers, "x-opens": str(new)})


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


@post("/people/{person_id:uuid}", opt=_PERSON, include_in_schema=False)
async def save_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """Corrects what is known about a person."""
    form = await texts(request)
    changes: dict[str, Any] = {name: value for name, value in form.items() if name in ("name", "organisation", "note")}
    fields = {name[6:]: value for name, value in form.items() if name.startswith("field.")}
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await change_person(work, person_id, {**changes, **({"fields": fields} if fields else {})})
    return done(request)


@post("/people/{person_id:uuid}/tags", opt=_PERSON, include_in_schema=False)
async def tag_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """Adds or removes a tag of a person."""
    form = await texts(request)
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        person = await find_person(work, person_id)
        kept = [tag for tag in (person.tags if person else []) if tag != form.get("remove")]
        added = form.get("add", "").strip()[:40]
        await change_person(work, person_id, {"tags": list(dict.fromkeys([*kept, *([added] if added else [])]))})
    return done(request)


@post("/people/{person_id:uuid}/merge", opt=_MERGE, include_in_schema=False)
async def merge_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """The other one is the same human: everything of theirs comes here."""
    other = uuid((await texts(request)).get("other", ""), "other")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await merge_persons(work, person_id, other)
    return done(request, message("Merged"))


@post("/people/{person_id:uuid}/unmerge", opt=_MERGE, include_in_schema=False)
async def unmerge_person(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, person_id: FromPath[UUID]
) -> Response[Any]:
    """Two people after all."""
    other = uuid((await texts(request)).get("other", ""), "other")
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        for one in await merges_of(work, person_id):
            if one.merged_id == other and one.undone_at is None:
                await unmerge_persons(work, one.id)
    return done(request, message("Taken apart again"))


handlers: Final = [
    change_state, snooze_until, give_to_agent, give_to_team, change_priority, change_tags, mark_unread, mark_as_read, merge_with,
    split_off, tell_presence, take_back, send_again, it_arrived, save_person, tag_person, merge_person, unmerge_person,
]  # fmt: skip
