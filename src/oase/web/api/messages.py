"""Messages: say, note, list, read, react; take back, try again, decide what is unknown, give up."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
import nh3
from litestar import Request, Response, delete, get, post, put
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta, Struct

from oase.channels.contract import Choice
from oase.conversations import (
    Answer,
    ContactCard,
    MessagesWithParts,
    Place,
    cancel,
    conversation_facts,
    drop,
    list_messages,
    message_facts,
    note,
    react,
    require_version,
    resolve_unknown,
    retry,
    say,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.web.api.caller import Caller
from oase.web.api.conversations import READ, REPLY, Cursor, Files, IdempotencyKey, IfMatch, Limit, Template, Text
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out, own_names, page_of, read_cursor, version_of
from oase.web.api.shapes import Attachment, ConversationState, Delivery, Message, shown
from oase.web.given import GivenServices
from oase.web.services import Services

AnyRequest = Request[Any, Any, Any]
_NOTE: Final = {"permission": Permission.CONVERSATION_NOTE, "api": True}
_LONGEST_UNDO: Final = 60
NAMES: Final = (("place", "location"), ("card", "contacts"))


class Button(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing to choose."""

    id: Annotated[str, Meta(min_length=1, max_length=200)]
    title: Annotated[str, Meta(min_length=1, max_length=200)]
    description: Annotated[str, Meta(max_length=200)] = ""


class Location(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A place on the map (WGS 84)."""

    latitude: Annotated[float, Meta(ge=-90, le=90, description="Degrees.", examples=[52.5163])]
    longitude: Annotated[float, Meta(ge=-180, le=180, description="Degrees.", examples=[13.3777])]
    name: Annotated[str, Meta(max_length=200, examples=["Brandenburger Tor"])] = ""
    address: Annotated[str, Meta(max_length=500)] = ""


class Contact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contact card: how somebody else is reached, by phone or mail."""

    name: Annotated[str, Meta(min_length=1, max_length=200, examples=["Werkstatt Lindgrün"])]
    organisation: Annotated[str, Meta(max_length=200)] = ""
    phones: Annotated[list[Annotated[str, Meta(min_length=1, max_length=40)]], Meta(max_length=10)] = []
    emails: Annotated[list[Annotated[str, Meta(min_length=3, max_length=320)]], Meta(max_length=10)] = []

    def as_card(self) -> ContactCard:
        """As the slice takes it."""
        return ContactCard(name=self.name, organisation=self.organisation, phones=tuple(self.phones), emails=tuple(self.emails))


class Reaction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One emoji."""

    emoji: Annotated[str, Meta(min_length=1, max_length=16, examples=["👍"])]


class NewMessage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be said to the person: a text with what belongs to it, a template, a location, or contacts."""

    text: Annotated[Text, Meta(examples=["Das tut uns leid. Ein neues Paket ist unterwegs."])] = ""
    html: Annotated[Text, Meta(description="Sanitised; channels without HTML get the text.")] = ""
    subject: Annotated[str, Meta(max_length=500)] = ""
    copy_to: Annotated[list[Annotated[str, Meta(min_length=3, max_length=320)]], Meta(max_length=50)] = []
    attachment_ids: Files = []
    template: Template | None = None
    location: Annotated[Location | None, Meta(description="Goes by itself: without text and files.")] = None
    contacts: Annotated[list[Contact], Meta(max_length=10, description="Go by themselves: without text and files.")] = []
    choices: Annotated[list[Button], Meta(max_length=20, description="Buttons; a numbered list where there are none.")] = []
    choices_label: Annotated[str, Meta(max_length=40)] = ""
    reply_to: Annotated[
        UUID | None, Meta(description="The message of this conversation that is answered, where the channel can quote one.")
    ] = None
    audience: Annotated[
        Literal["public", "private"] | None,
        Meta(
            description="Of a public conversation: who is to read it. `private`: only the author of `reply_to`; it is said in a"
            " private conversation of theirs, which is linked to this one. Without: everybody."
        ),
    ] = None
    account_id: Annotated[UUID | None, Meta(description="Another account than the conversation's.")] = None
    identity_id: Annotated[UUID | None, Meta(description="Another address of the person.")] = None
    undo_seconds: Annotated[int, Meta(ge=0, le=_LONGEST_UNDO, description="So long it can be cancelled.")] = 0
    then: Annotated[ConversationState | None, Meta(description="The conversation's state afterwards; null: as it is.")] = (
        "waiting"
    )
    automatic: Annotated[bool, Meta(description="Said by a machine: marked as such, and it ends no promise.")] = False


class NewNote(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What only colleagues see."""

    text: Annotated[str, Meta(min_length=1, max_length=100_000)]
    mentions: Annotated[list[UUID], Meta(max_length=50, description="Agents who are to find it among their mentions.")] = []
    attachment_ids: Files = []


class Decision(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What became of a message of which nobody can tell."""

    decision: Annotated[Literal["sent", "again"], Meta(description="It arrived; or it is to be sent again.")]


def public(found: MessagesWithParts) -> list[Message]:
    """Messages as the API shows them."""
    files: dict[UUID, list[Attachment]] = defaultdict(list)
    for file in found.files:
        if file.message_id is not None:
            files[file.message_id].append(shown(Attachment, file))
    deliveries: dict[UUID, list[Delivery]] = defaultdict(list)
    for delivery in found.deliveries:
        deliveries[delivery.message_id].append(shown(Delivery, delivery))
    return [
        shown(Message, one, in_reply_to=one.reply_to, attachments=files.get(one.id, ()), deliveries=deliveries.get(one.id, ()))
        for one in found.messages
    ]


def answer_of(data: NewMessage) -> Answer:
    """What is to be said, as the slice takes it, under a key of its own."""
    return Answer(
        client_key=new_id(),
        text=data.text,
        html=nh3.clean(data.html) if data.html else "",
        subject=data.subject,
        copy_to=tuple(data.copy_to),
        attachment_ids=tuple(data.attachment_ids),
        template=data.template.as_use() if data.template else None,
        place=Place(**msgspec.structs.asdict(data.location)) if data.location else None,
        cards=tuple(one.as_card() for one in data.contacts),
        choices=tuple(Choice(id=one.id, title=one.title, description=one.description) for one in data.choices),
        choices_label=data.choices_label,
        reply_to_id=data.reply_to,
        audience=data.audience or "",
        account_id=data.account_id,
        identity_id=data.identity_id,
        undo=timedelta(seconds=data.undo_seconds),
        then=data.then,
        automatic=data.automatic,
    )


async def _one(work: UnitOfWork, message_id: UUID) -> Message:
    return public(await message_facts(work, message_id))[0]


@get("/conversations/{conversation_id:uuid}/messages", opt=READ, summary="List messages", tags=["Messages"])
async def list_all(
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    order: Annotated[Literal["oldest", "newest"], QueryParameter(description="Which come first.")] = "oldest",
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[Message]:
    """Messages, notes and events, in the order in which they were said."""
    async with services.database.work(caller.workspace_id) as work:
        await conversation_facts(work, conversation_id)
        found = await list_messages(
            work, conversation_id, after=read_cursor(cursor), limit=limit + 1, newest_first=order == "newest"
        )
    return page_of(public(found), limit, lambda one: (one.at, one.id))


@get("/messages/{message_id:uuid}", opt=READ, summary="Read a message", tags=["Messages"])
async def read(services: GivenServices, caller: GivenCaller, message_id: FromPath[UUID]) -> Message:
    """With its files and deliveries."""
    async with services.database.work(caller.workspace_id) as work:
        return await _one(work, message_id)


@post("/conversations/{conversation_id:uuid}/messages", opt=REPLY, summary="Say something", tags=["Messages"])
async def say_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[NewMessage],
    if_match: IfMatch = None,
    idempotency_key: IdempotencyKey = None,
) -> Response[Message]:
    """To the person, over the conversation's account unless another is named. It is queued; its deliveries say what becomes of it."""
    version, answer = version_of(if_match), answer_of(data)

    async def act(work: UnitOfWork) -> Message:
        if version is not None:
            await require_version(work, conversation_id, version)
        with own_names(NAMES):
            return await _one(work, await say(work, services.book, caller.author, conversation_id, answer))

    return _made(await carried_out(request, services, caller, act, Message))


@post("/conversations/{conversation_id:uuid}/notes", opt=_NOTE, summary="Write a note", tags=["Messages"])
async def note_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[NewNote],
    idempotency_key: IdempotencyKey = None,
) -> Response[Message]:
    """For colleagues; the person never sees it."""

    async def act(work: UnitOfWork) -> Message:
        message_id = await note(
            work, caller.author, conversation_id, data.text,
            client_key=new_id(), mentions=data.mentions, attachment_ids=data.attachment_ids,
        )  # fmt: skip
        return await _one(work, message_id)

    return _made(await carried_out(request, services, caller, act, Message))


def _made(message: Message) -> Response[Message]:
    return Response(message, status_code=201, headers={"location": f"/api/v1/messages/{message.id}"})


async def _after(
    request: AnyRequest, services: Services, caller: Caller, message_id: UUID, act: Callable[[UnitOfWork], Awaitable[object]]
) -> Message:
    """Does something to a message, once per key; the message as it is then."""

    async def carry_out(work: UnitOfWork) -> Message:
        await act(work)
        return await _one(work, message_id)

    return await carried_out(request, services, caller, carry_out, Message)


@post("/messages/{message_id:uuid}/cancel", opt=REPLY, status_code=200, summary="Take a message back", tags=["Messages"])
async def cancel_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """While it is queued; afterwards 409."""
    return await _after(request, services, caller, message_id, lambda work: cancel(work, message_id))


@post("/messages/{message_id:uuid}/retry", opt=REPLY, status_code=200, summary="Send what failed again", tags=["Messages"])
async def retry_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """Only the parts that failed."""
    return await _after(request, services, caller, message_id, lambda work: retry(work, message_id))


@post("/messages/{message_id:uuid}/resolve", opt=REPLY, status_code=200, summary="Decide what is unknown", tags=["Messages"])
async def resolve_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    data: JSONBody[Decision],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """For deliveries in the state `unknown`."""
    return await _after(request, services, caller, message_id, lambda work: resolve_unknown(work, message_id, data.decision))


@post("/messages/{message_id:uuid}/drop", opt=REPLY, status_code=200, summary="Give a message up", tags=["Messages"])
async def drop_it(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """What failed, or did not arrive as somebody knows, is not sent any more; the answer may be owed again."""
    return await _after(request, services, caller, message_id, lambda work: drop(work, message_id))


@put("/messages/{message_id:uuid}/reaction", opt=REPLY, summary="React to a message", tags=["Messages"])
async def react_to(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    data: JSONBody[Reaction],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """Of the person. One emoji takes the place of an earlier one; its delivery says what becomes of it."""
    return await _after(request, services, caller, message_id, _react(services, caller, message_id, data.emoji))


@delete("/messages/{message_id:uuid}/reaction", opt=REPLY, status_code=200, summary="Take a reaction away", tags=["Messages"])
async def take_reaction_away(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    message_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Message:
    """Ours, if there is one."""
    return await _after(request, services, caller, message_id, _react(services, caller, message_id, ""))


def _react(services: Services, caller: Caller, message_id: UUID, emoji: str) -> Callable[[UnitOfWork], Awaitable[object]]:
    return lambda work: react(work, services.book, caller.author, message_id, emoji)


handlers: Final = [
    list_all, read, say_it, note_it, cancel_it, retry_it, resolve_it, drop_it, react_to, take_reaction_away,
]  # fmt: skip
