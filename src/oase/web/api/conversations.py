"""Conversations: list, read, start, change, merge and undo it, split."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
import nh3
from litestar import Request, Response, get, patch, post
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.conversations import (
    ConversationFacts,
    ConversationFilter,
    Start,
    Started,
    TemplateUse,
    assign,
    conversation_facts,
    list_conversations,
    list_merges,
    merge,
    require_version,
    set_fields,
    set_priority,
    set_state,
    set_subject,
    set_tags,
    set_team,
    snooze,
    split,
    unmerge,
)
from oase.desk import Grounds, first_contact
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.staff import find_agent, list_teams
from oase.web.api.caller import Caller
from oase.web.api.parts import GivenCaller, GivenParts
from oase.web.api.request import Page, carried_out, once_of, own_names, page_of, read_cursor, version_of
from oase.web.api.shapes import PRIORITIES, PRIORITY_NUMBERS, Conversation, ConversationMerge, ConversationState, Priority, shown
from oase.web.given import GivenServices
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
Text = Annotated[str, Meta(max_length=100_000)]
Moment = Annotated[datetime, Meta(tz=True)]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="if-match", max_length=60, description="The ETag that was read; 412 if it is out of date."),
]
IdempotencyKey = Annotated[
    str | None,
    HeaderParameter(
        name="idempotency-key",
        min_length=1,
        max_length=255,
        description="Any text of yours; a repetition within 24 hours gets the first answer.",
    ),
]
Limit = Annotated[int, QueryParameter(ge=1, le=100, description="How many items a page has.")]
Cursor = Annotated[str | None, QueryParameter(max_length=500, description="`next` of the page before.")]
Tags = Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=50)]
Fields = Annotated[dict[str, Any], Meta(max_length=200, description="Custom fields by key.")]
ChangedFields = Annotated[dict[str, Any], Meta(max_length=200, description="Merged; null takes a field away.")]
Files = Annotated[list[UUID], Meta(max_length=20, description="Of uploads.")]
READ: Final = {"permission": Permission.CONVERSATION_READ, "api": True}
REPLY: Final = {"permission": Permission.CONVERSATION_REPLY, "api": True}
ASSIGN: Final = {"permission": Permission.CONVERSATION_ASSIGN, "api": True}


class Template(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A provider's template."""

    name: Annotated[str, Meta(max_length=200)]
    language: Annotated[str, Meta(max_length=20, examples=["de"])]
    parameters: Annotated[
        dict[str, Annotated[list[Annotated[str, Meta(max_length=2000)]], Meta(max_length=100)]],
        Meta(max_length=50, description="By component: header, body, button.0 …"),
    ] = {}
    preview: Annotated[str, Meta(max_length=5000, description="The text as the customer will read it.")] = ""

    def as_use(self) -> TemplateUse:
        """As the slice takes it."""
        parameters = {name: tuple(values) for name, values in self.parameters.items()}
        return TemplateUse(name=self.name, language=self.language, parameters=parameters, preview=self.preview)


class FirstMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What was, or is to be, said first."""

    direction: Annotated[
        Literal["in", "out"], Meta(description="`in`: the person said it, taken as received; `out`: we say it, it is sent.")
    ] = "in"
    text: Annotated[Text, Meta(examples=["Die Kiste kam zerdrückt an 😕"])] = ""
    html: Annotated[Text, Meta(description="Sanitised; channels without HTML get the text.")] = ""
    attachment_ids: Files = []
    template: Template | None = None
    at: Annotated[Moment | None, Meta(description="When it was said; only of what came in.")] = None
    external_id: Annotated[str, Meta(max_length=500, description="An id of yours, unique in the account.")] = ""


class FirstGrounds(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the person may be written to unasked."""

    basis: Annotated[
        Literal["consent", "contract", "request", "interest"],
        Meta(description="They agreed (kept for later); the others are reasons for this conversation."),
    ]
    note: Annotated[str, Meta(min_length=1, max_length=500, description="Where and when they agreed, or the reason in words.")]


class NewConversation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A conversation to be started. The person is found by the address, or made."""

    account_id: UUID
    address: Annotated[str, Meta(min_length=1, max_length=320, examples=["+4915228817386"])]
    name: Annotated[str, Meta(max_length=200, description="Of the person.", examples=["Änne Köhler"])] = ""
    subject: Annotated[str, Meta(max_length=500)] = ""
    message: FirstMessage
    grounds: Annotated[
        FirstGrounds | None,
        Meta(description="Of our own first word, where the channel asks for it (mail, SMS, WhatsApp) and no consent is kept."),
    ] = None
    tags: Tags = []
    fields: Fields = {}
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    priority: Priority = "normal"


class StartedConversation(Struct, frozen=True, kw_only=True):
    """What was made."""

    conversation_id: UUID
    number: Annotated[int, Meta(examples=[1042])]
    message_id: UUID
    person_id: UUID
    identity_id: UUID


class ConversationChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    state: ConversationState | UnsetType = UNSET
    snoozed_until: Annotated[Moment | UnsetType, Meta(description="With the state `snoozed`.")] = UNSET
    assignee_id: Annotated[UUID | UnsetType | None, Meta(description="Null: nobody.")] = UNSET
    team_id: UUID | UnsetType | None = UNSET
    priority: Priority | UnsetType = UNSET
    subject: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    fields: ChangedFields | UnsetType = UNSET


class Merge(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which conversation is to become part of this one."""

    conversation_id: UUID


class UnmergeConversation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which merge is to be undone."""

    merge_id: UUID


class Split(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which messages are to become a conversation of their own."""

    message_ids: Annotated[list[UUID], Meta(min_length=1, max_length=500)]


def public(facts: ConversationFacts) -> Conversation:
    """A conversation as the API shows it."""
    thread = {"external_id": facts.thread_external_id, **facts.thread} if facts.thread_external_id else None
    return shown(Conversation, facts, priority=PRIORITIES[facts.priority], thread=thread)


def answered(request: AnyRequest, conversation: Conversation, status: int = 200) -> Response[Conversation]:
    """A conversation with its ETag."""
    return Response(conversation, status_code=status, headers={"etag": f'"{conversation.version}"'})


@get("/conversations", opt=READ, summary="List conversations", tags=["Conversations"])
async def list_all(
    services: GivenServices,
    caller: GivenCaller,
    states: Annotated[
        list[ConversationState] | None, QueryParameter(name="state", max_items=4, description="One or several.")
    ] = None,
    assignee: Annotated[str | None, QueryParameter(max_length=50, description="An agent's id, `me`, or `none`.")] = None,
    team: Annotated[UUID | None, QueryParameter(description="A team's id.")] = None,
    channel: Annotated[str | None, QueryParameter(max_length=40, description="Of the newest message.")] = None,
    account: Annotated[UUID | None, QueryParameter(description="An account's id.")] = None,
    person: Annotated[UUID | None, QueryParameter(description="A person's id.")] = None,
    kind: Annotated[Literal["private", "public"] | None, QueryParameter(description="Which kind.")] = None,
    tag: Annotated[str | None, QueryParameter(max_length=40, description="A tag's name.")] = None,
    number: Annotated[int | None, QueryParameter(ge=1, le=2**53, description="The conversation of this number.")] = None,
    since: Annotated[Moment | None, QueryParameter(description="Newest message at or after.")] = None,
    until: Annotated[Moment | None, QueryParameter(description="Newest message before.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Conversation]:
    """The newest message first. Conversations that became part of others are left out."""
    wanted = ConversationFilter(
        states=states or (), assignee=_assignee(assignee, caller), team_id=team, channel=channel or "", account_id=account,
        person_id=person, kind=kind or "", tag=tag or "", number=number, since=since, until=until,
    )  # fmt: skip
    async with services.database.work(caller.workspace_id) as work:
        rows = await list_conversations(work, wanted, after=read_cursor(cursor), limit=limit + 1)
    return page_of([public(row) for row in rows], limit, lambda one: (one.last_at, one.id))


def _assignee(text: str | None, caller: Caller) -> UUID | Literal["none"] | None:
    if not text:
        return None
    if text == "none":
        return "none"
    if text == "me" and caller.agent_id:
        return caller.agent_id
    try:
        return UUID(text)
    except ValueError:
        raise Invalid(message("“%(text)s” is no agent's id.", text=text[:50]), field="assignee") from None


@post(
    "/conversations", opt=REPLY, summary="Start a conversation", tags=["Conversations"],
    response_description="Started; Location says where it is",
)  # fmt: skip
async def start(
    request: AnyRequest,
    services: GivenServices,
    parts: GivenParts,
    caller: GivenCaller,
    data: JSONBody[NewConversation],
    idempotency_key: IdempotencyKey = None,
) -> Response[StartedConversation]:
    """With a message of the person (taken as received) or one of ours (sent, by the channel's rules for a first word). Always a
    new conversation."""
    begun = data.message
    first = Start(
        account_id=data.account_id,
        address=data.address,
        name=data.name,
        subject=data.subject,
        text=begun.text,
        html=nh3.clean(begun.html) if begun.html else "",
        template=begun.template.as_use() if begun.template else None,
        attachment_ids=tuple(begun.attachment_ids),
        at=begun.at,
        external_id=begun.external_id,
        tags=tuple(data.tags),
        fields=data.fields,
        assignee_id=data.assignee_id,
        team_id=data.team_id,
        priority=PRIORITY_NUMBERS[data.priority],
        author=caller.author,
    )
    if begun.direction == "in":
        once = await once_of(request, caller)
        started = await parts.starter.start(caller.workspace_id, caller.actor, first, once=once)
    else:
        started = await _first_word(request, services, caller, first, data.grounds)
    made = StartedConversation(
        conversation_id=started.conversation_id, number=started.number, message_id=started.message_id,
        person_id=started.person_id, identity_id=started.identity_id,
    )  # fmt: skip
    return Response(made, status_code=201, headers={"location": f"/api/v1/conversations/{made.conversation_id}"})


async def _first_word(
    request: AnyRequest, services: Services, caller: Caller, first: Start, grounds: FirstGrounds | None
) -> Started:
    if first.at is not None:
        raise Invalid(message("A message of ours goes now; it is scheduled in its conversation."), field="at")
    given = Grounds(basis=grounds.basis, note=grounds.note) if grounds else Grounds()

    async def act(work: UnitOfWork) -> Started:
        with own_names((("basis", "grounds"), ("note", "grounds"))):
            return await first_contact(work, services.book, first, given)

    return await carried_out(request, services, caller, act, Started)


@get("/conversations/{conversation_id:uuid}", opt=READ, summary="Read a conversation", tags=["Conversations"])
async def read(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]
) -> Response[Conversation]:
    """With its ETag, for If-Match."""
    async with services.database.work(caller.workspace_id) as work:
        return answered(request, public(await conversation_facts(work, conversation_id)))


@patch("/conversations/{conversation_id:uuid}", opt=READ, summary="Change a conversation", tags=["Conversations"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[ConversationChanges],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[Conversation]:
    """State and snooze need `conversation.close`, everything else `conversation.assign`."""
    if data.state is not UNSET or data.snoozed_until is not UNSET:
        caller.require(Permission.CONVERSATION_CLOSE)
    if msgspec.structs.replace(data, state=UNSET, snoozed_until=UNSET) != ConversationChanges():
        caller.require(Permission.CONVERSATION_ASSIGN)
    return await _changed(
        request, services, caller, conversation_id, if_match, lambda work: _apply(work, caller, conversation_id, data)
    )


async def _changed(
    request: AnyRequest,
    services: Services,
    caller: Caller,
    conversation_id: UUID,
    if_match: str | None,
    act: Callable[[UnitOfWork], Awaitable[object]],
) -> Response[Conversation]:
    """Does something to a conversation, once per key and only as it was read; the conversation as it is then."""
    version = version_of(if_match)

    async def carry_out(work: UnitOfWork) -> Conversation:
        if version is not None:
            await require_version(work, conversation_id, version)
        await act(work)
        return public(await conversation_facts(work, conversation_id))

    return answered(request, await carried_out(request, services, caller, carry_out, Conversation))


async def _apply(work: UnitOfWork, caller: Caller, conversation_id: UUID, data: ConversationChanges) -> None:
    author = caller.author
    if data.subject is not UNSET:
        await set_subject(work, author, conversation_id, data.subject)
    if data.tags is not UNSET:
        await set_tags(work, author, conversation_id, data.tags)
    if data.fields is not UNSET:
        await set_fields(work, author, conversation_id, data.fields)
    if data.priority is not UNSET:
        await set_priority(work, author, conversation_id, PRIORITY_NUMBERS[data.priority])
    if data.team_id is not UNSET:
        await set_team(work, author, conversation_id, data.team_id, team=await _team_name(work, data.team_id))
    if data.assignee_id is not UNSET:
        agent = await find_agent(work, data.assignee_id) if data.assignee_id else None
        await assign(work, author, conversation_id, data.assignee_id, assignee=agent.name if agent else "")
    if data.state == "snoozed" or (data.state is UNSET and data.snoozed_until is not UNSET):
        if not isinstance(data.snoozed_until, datetime):
            raise Invalid(message("Say until when: snoozed_until."), field="snoozed_until")
        await snooze(work, author, conversation_id, data.snoozed_until)
    elif data.state is not UNSET:
        await set_state(work, author, conversation_id, data.state)


async def _team_name(work: UnitOfWork, team_id: UUID | None) -> str:
    if team_id is None:
        return ""
    name = next((team.name for team in await list_teams(work) if team.id == team_id), None)
    if name is None:
        raise Invalid(message("There is no such team."), field="team_id")
    return name


@post(
    "/conversations/{conversation_id:uuid}/merge", opt=ASSIGN, status_code=200, tags=["Conversations"],
    summary="Merge another conversation into this one",
)  # fmt: skip
async def merge_in(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[Merge],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[Conversation]:
    """Everything said in the other one comes here; answers to it find their way. `unmerge` undoes it."""
    return await _changed(
        request,
        services,
        caller,
        conversation_id,
        if_match,
        lambda work: merge(work, caller.author, conversation_id, data.conversation_id),
    )


@get("/conversations/{conversation_id:uuid}/merges", opt=READ, summary="List what was merged", tags=["Conversations"])
async def merges(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]) -> Page[ConversationMerge]:
    """Conversations that became part of this one and can be taken out again, the newest first."""
    async with services.database.work(caller.workspace_id) as work:
        await conversation_facts(work, conversation_id)
        return Page(data=[shown(ConversationMerge, one) for one in await list_merges(work, conversation_id)])


@post(
    "/conversations/{conversation_id:uuid}/unmerge", opt=ASSIGN, status_code=200, tags=["Conversations"],
    summary="Undo a merge of conversations",
)  # fmt: skip
async def take_apart(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[UnmergeConversation],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[Conversation]:
    """What came from the other one goes back, what was said since stays here. Gives this conversation."""

    async def act(work: UnitOfWork) -> None:
        if not any(one.id == data.merge_id for one in await list_merges(work, conversation_id)):
            raise NotFound(message("There is no such merge, or it was undone before."))
        await unmerge(work, caller.author, data.merge_id)

    return await _changed(request, services, caller, conversation_id, if_match, act)


@post(
    "/conversations/{conversation_id:uuid}/split", opt=ASSIGN, tags=["Conversations"],
    summary="Make messages a conversation of their own", response_description="The new conversation",
)  # fmt: skip
async def split_off(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[Split],
    idempotency_key: IdempotencyKey = None,
) -> Response[Conversation]:
    """Of the person who wrote the first of them. Merging the new one into this one undoes it."""

    async def act(work: UnitOfWork) -> Conversation:
        return public(await conversation_facts(work, await split(work, caller.author, conversation_id, data.message_ids)))

    return answered(request, await carried_out(request, services, caller, act, Conversation), 201)


handlers: Final = [list_all, start, read, change, merge_in, merges, take_apart, split_off]
