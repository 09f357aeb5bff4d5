"""What programs ask: conversations by filters and pages, messages with files and deliveries. Constant numbers of queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.delivery.types import DeliveryKind
from oase.conversations.errors import NoConversation, NoMessage, OutOfDate
from oase.conversations.public import SPOKEN_IN
from oase.conversations.queries.listing import inbox_page, key_at, place_of
from oase.conversations.queries.views import View
from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message

_STATES: Final[tuple[State, ...]] = ("open", "waiting", "snoozed", "solved")
Place = tuple[datetime, UUID]
"""A moment and an id: from where a list goes on."""


class ConversationFacts(Struct, frozen=True, kw_only=True):
    """A conversation with everything that is kept of it."""

    id: UUID
    number: int
    subject: str
    channel: str
    account_id: UUID | None
    kind: Literal["private", "public"]
    thread_external_id: str | None
    thread: dict[str, Any]
    waiting_count: int
    speaker_count: int
    person_id: UUID | None
    identity_id: UUID | None
    state: State
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    tags: list[str]
    fields: dict[str, Any]
    due_at: datetime | None
    snoozed_until: datetime | None
    waiting_since: datetime | None
    last_at: datetime
    last_in_at: datetime | None
    last_out_at: datetime | None
    solved_at: datetime | None
    created_at: datetime
    message_count: int
    first_line: str
    merged_into: UUID | None
    version: int


class ConversationFilter(Struct, frozen=True, kw_only=True):
    """Which conversations are wanted; what is left out does not matter."""

    states: Sequence[State] = ()
    assignee: UUID | Literal["none"] | None = None
    team_id: UUID | None = None
    channel: str = ""
    account_id: UUID | None = None
    person_id: UUID | None = None
    kind: Literal["private", "public", ""] = ""
    tag: str = ""
    number: int | None = None
    since: datetime | None = None  # of the newest message
    until: datetime | None = None


class FileFacts(Struct, frozen=True, kw_only=True):
    """A file of a message."""

    id: UUID
    message_id: UUID | None
    name: str
    type: str
    size_bytes: int | None
    inline: bool
    state: Literal["pending", "stored", "failed"]
    why: str


class DeliveryFacts(Struct, frozen=True, kw_only=True):
    """The fate of one part of a message of ours, or of our reaction to one."""

    id: UUID
    message_id: UUID
    kind: DeliveryKind
    part: int
    recipient: str
    emoji: str  # of our reaction; empty where one was taken back
    act: str  # hide, show, delete, like, unlike: what was done about a public message
    state: str
    code: str
    why: str
    attempts: int
    next_at: datetime
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None


class MessageFacts(Struct, frozen=True, kw_only=True):
    """A message with everything that is kept of it."""

    id: UUID
    conversation_id: UUID
    direction: Literal["in", "out", "note", "event"]
    kind: str
    channel: str
    account_id: UUID | None
    identity_id: UUID | None
    author_id: UUID | None
    author_name: str
    subject: str
    text: str
    html: str
    quoted: str
    reply_to: str
    branch: str | None
    wants_answer: bool
    data: dict[str, Any]
    external_id: str | None
    automatic: str
    reactions: dict[str, Any]
    at: datetime
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


class MessagesWithParts(Struct, frozen=True, kw_only=True):
    """Messages in their order, with the files and deliveries of all of them."""

    messages: Sequence[MessageFacts]
    files: Sequence[FileFacts]
    deliveries: Sequence[DeliveryFacts]


_CONVERSATION: Final = ", ".join(f"c.{name}" for name in ConversationFacts.__struct_fields__)
_MESSAGE: Final = ", ".join(f"m.{name}" for name in MessageFacts.__struct_fields__)
_FILE: Final = ", ".join(FileFacts.__struct_fields__)
_EMOJI: Final = "CASE WHEN kind = 'reaction' THEN coalesce(outbound->'outbound'->>'emoji', '') ELSE '' END AS emoji"
_ACT: Final = "CASE WHEN kind = 'act' THEN coalesce(outbound->'outbound'->>'act', '') ELSE '' END AS act"
_DELIVERY: Final = ", ".join({"emoji": _EMOJI, "act": _ACT}.get(name, name) for name in DeliveryFacts.__struct_fields__)


async def conversation_facts(work: UnitOfWork, conversation_id: UUID) -> ConversationFacts:
    """One conversation; raises NoConversation. One query."""
    found = await work.one(
        ConversationFacts,
        f"SELECT {_CONVERSATION} FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.id = %(id)s",
        {"id": conversation_id},
    )
    if found is None:
        raise NoConversation(message("This conversation does not exist."))
    return found


async def require_version(work: UnitOfWork, conversation_id: UUID, version: int) -> None:
    """Locks the conversation until the end of the transaction; raises OutOfDate unless it is of this version, NoConversation."""
    found = await work.value(
        "SELECT version FROM conversation WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR NO KEY UPDATE",
        {"id": conversation_id},
    )
    if found is None:
        raise NoConversation(message("This conversation does not exist."))
    if found != version:
        raise OutOfDate(message("Somebody else has changed this conversation meanwhile. Read it again."))


async def list_conversations(
    work: UnitOfWork, wanted: ConversationFilter, *, after: Place | None = None, limit: int
) -> list[ConversationFacts]:
    """Conversations that pass the filter, the newest message first; those merged into others are left out. One query."""
    where, parameters = _conditions(wanted)
    if after is not None:
        where += " AND (c.last_at, c.id) < (%(after)s, %(after_id)s)"
        parameters |= {"after": after[0], "after_id": after[1]}
    page = f"{where} ORDER BY c.last_at DESC, c.id DESC LIMIT %(limit)s"
    if wanted.person_id is not None or wanted.number is not None:
        statement = f"SELECT {_CONVERSATION} FROM conversation c WHERE c.workspace_id = %(workspace_id)s{page}"
    else:  # an ordered range of the index for each state, merged
        statement = (
            f"SELECT {_CONVERSATION} FROM unnest(%(states)b::text[]) AS s (state), LATERAL (SELECT * FROM conversation c"
            f" WHERE c.workspace_id = %(workspace_id)s AND c.state = s.state{page}) AS c"
            " ORDER BY c.last_at DESC, c.id DESC LIMIT %(limit)s"
        )
    return await work.all(ConversationFacts, statement, {**parameters, "states": list(wanted.states or _STATES), "limit": limit})


async def conversations_in_view(
    work: UnitOfWork, view: View, me: UUID, *, after: Place | None = None, limit: int
) -> tuple[list[ConversationFacts], Place | None]:
    """A page of what `me` sees in a view, in the order of the inbox, and from where the next page goes on. Two queries."""
    rows, following = await inbox_page(work, view, me, after=key_at(*after) if after else "", size=limit)
    statement = (
        f"SELECT {_CONVERSATION} FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS wanted (id, place) JOIN conversation c"
        " ON c.workspace_id = %(workspace_id)s AND c.id = wanted.id ORDER BY wanted.place"
    )
    facts = await work.all(ConversationFacts, statement, {"ids": [row.id for row in rows]})
    return facts, place_of(following) if following else None


def _conditions(wanted: ConversationFilter) -> tuple[str, dict[str, Any]]:
    where = " AND c.merged_into IS NULL"
    parameters: dict[str, Any] = {}
    if wanted.assignee == "none":
        where += " AND c.assignee_id IS NULL"
    elif wanted.assignee is not None:
        where += " AND c.assignee_id = %(assignee)s"
        parameters["assignee"] = wanted.assignee
    if wanted.person_id is not None:
        where += f" AND (c.person_id = %(person_id)s OR c.id IN ({SPOKEN_IN}))"
        parameters |= {"person_id": wanted.person_id, "persons": [wanted.person_id]}
    for column in ("team_id", "account_id", "number", "channel", "kind"):
        if value := getattr(wanted, column):
            where += f" AND c.{column} = %({column})s"
            parameters[column] = value
    if wanted.states:
        where += " AND c.state = ANY(%(states)b::text[])"
    if wanted.tag:
        where += " AND %(tag)s = ANY(c.tags)"
        parameters["tag"] = wanted.tag
    for name, comparison in (("since", ">="), ("until", "<")):
        if value := getattr(wanted, name):
            where += f" AND c.last_at {comparison} %({name})s"
            parameters[name] = value
    return where, parameters


async def list_messages(
    work: UnitOfWork, conversation_id: UUID, *, after: Place | None = None, limit: int, newest_first: bool = False
) -> MessagesWithParts:
    """A conversation's messages, notes and events in the order in which they were said. Three queries."""
    order, comparison = ("DESC", "<") if newest_first else ("ASC", ">")
    parameters: dict[str, Any] = {"id": conversation_id, "limit": limit}
    beyond = ""
    if after is not None:
        beyond = f" AND (m.at, m.id) {comparison} (%(after)s, %(after_id)s)"
        parameters |= {"after": after[0], "after_id": after[1]}
    rows = await work.all(
        MessageFacts,
        f"SELECT {_MESSAGE} FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = %(id)s{beyond}"
        f" ORDER BY m.at {order}, m.id {order} LIMIT %(limit)s",
        parameters,
    )
    return await _with_parts(work, rows)


async def message_facts(work: UnitOfWork, message_id: UUID) -> MessagesWithParts:
    """One message; raises NoMessage. Three queries."""
    rows = await work.all(
        MessageFacts,
        f"SELECT {_MESSAGE} FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.id = %(id)s",
        {"id": message_id},
    )
    if not rows:
        raise NoMessage(message("This message does not exist."))
    return await _with_parts(work, rows)


async def _with_parts(work: UnitOfWork, messages: Sequence[MessageFacts]) -> MessagesWithParts:
    files = await work.all(
        FileFacts,
        f"SELECT {_FILE} FROM attachment WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)b::uuid[])"
        " ORDER BY message_id, position, id",
        {"ids": [one.id for one in messages]},
    )
    deliveries = await work.all(
        DeliveryFacts,
        f"SELECT {_DELIVERY} FROM delivery WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)b::uuid[])"
        " ORDER BY message_id, part",
        {"ids": [one.id for one in messages if one.direction in ("in", "out")]},
    )
    return MessagesWithParts(messages=messages, files=files, deliveries=deliveries)


class MergeFacts(Struct, frozen=True, kw_only=True):
    """That a conversation became part of another one, and can be taken out again."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    merged_number: int
    at: datetime


async def list_merges(work: UnitOfWork, conversation_id: UUID) -> list[MergeFacts]:
    """What became part of a conversation and was not taken out again, the newest first. One query."""
    return await work.all(
        MergeFacts,
        "SELECT g.id, g.kept_id, g.merged_id, c.number AS merged_number, g.at FROM conversation_merge g"
        " JOIN conversation c ON c.workspace_id = g.workspace_id AND c.id = g.merged_id"
        " WHERE g.workspace_id = %(workspace_id)s AND g.kept_id = %(id)s AND g.undone_at IS NULL ORDER BY g.id DESC LIMIT 100",
        {"id": conversation_id},
    )


class Tag(Struct, frozen=True, kw_only=True):
    """A word to sort by."""

    id: UUID
    name: str
    color: str


async def list_tags(work: UnitOfWork) -> list[Tag]:
    """The workspace's tags, by name."""
    return await work.all(
        Tag, "SELECT id, name, color FROM tag WHERE workspace_id = %(workspace_id)s ORDER BY lower(name) LIMIT 1000"
    )
