"""The open conversation: itself, its timeline by pages, and what belongs to the messages. Constant numbers of queries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.delivery.types import DeliveryKind
from oase.conversations.errors import NoConversation, NoMessage
from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.people import IDENTITY_NAME

PAGE: Final = 40


class OpenConversation(Struct, frozen=True, kw_only=True):
    """A conversation with what the head of its page shows, as one agent sees it."""

    id: UUID
    number: int
    person_id: UUID | None  # None in public
    identity_id: UUID | None
    account_id: UUID | None
    channel: str
    kind: str
    thread_external_id: str | None
    thread: dict[str, Any]
    waiting_count: int
    speaker_count: int
    subject: str
    state: State
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    due_at: datetime | None
    snoozed_until: datetime | None
    last_in_at: datetime | None
    first_line: str
    tags: list[str]
    fields: dict[str, Any]
    merged_into: UUID | None
    version: int
    draft: dict[str, Any] | None


class MessageFile(Struct, frozen=True, kw_only=True):
    """A file of a message."""

    id: UUID
    message_id: UUID | None
    name: str
    type: str
    size_bytes: int | None
    inline: bool
    content_id: str
    state: Literal["pending", "stored", "failed"]
    blob_key: str
    why: str


class MessageFate(Struct, frozen=True, kw_only=True):
    """The delivery of one part of the message, or of our reaction to it."""

    message_id: UUID
    kind: DeliveryKind
    emoji: str  # of our reaction; empty where one was taken back
    act: str  # what was done about a public message
    by: str  # who of us sent it
    state: str
    code: str
    why: str
    next_at: datetime
    at: datetime | None


class TimelineMessage(Struct, frozen=True, kw_only=True):
    """One entry of the timeline."""

    id: UUID
    direction: Literal["in", "out", "note", "event"]
    kind: str
    channel: str
    account_id: UUID | None
    identity_id: UUID | None
    person_id: UUID | None  # who said it, or to whom
    author_id: UUID | None
    author_name: str
    text: str
    has_html: bool
    quoted: str
    signature: str
    subject: str
    data: dict[str, Any]
    reply_to: str
    branch: str | None
    wants_answer: bool
    automatic: str
    reactions: dict[str, Any]
    at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    sender: str  # the address behind it
    known: bool  # the provider knows it by an id: it can be answered, reacted to
    answered_id: UUID | None  # the message that is answered
    answered_here: bool  # it stands in the same conversation
    answered_direction: str
    answered_kind: str
    answered_author: str
    answered: str  # the beginning of its text


class TimelinePage(Struct, frozen=True, kw_only=True):
    """Messages, oldest first, with files and deliveries. `earlier` asks for the page before; empty at the beginning."""

    messages: Sequence[TimelineMessage]
    files: Sequence[MessageFile]
    fates: Sequence[MessageFate]
    earlier: str


async def open_conversation(work: UnitOfWork, conversation_id: UUID, me: UUID) -> OpenConversation:
    """The conversation with this agent's draft; raises NoConversation. One query."""
    found = await work.one(
        OpenConversation,
        "SELECT c.id, c.number, c.person_id, c.identity_id, c.account_id, c.channel, c.kind, c.thread_external_id,"
        " c.thread, c.waiting_count, c.speaker_count, c.subject, c.state, c.assignee_id,"
        " c.team_id, c.priority, c.due_at, c.snoozed_until, c.last_in_at, c.first_line, c.tags, c.fields, c.merged_into, c.version,"
        " d.content AS draft FROM conversation c LEFT JOIN draft d ON d.workspace_id = c.workspace_id AND d.conversation_id = c.id"
        " AND d.agent_id = %(me)s WHERE c.workspace_id = %(workspace_id)s AND c.id = %(id)s",
        {"id": conversation_id, "me": me},
    )
    if found is None:
        raise NoConversation("This conversation does not exist.")
    return found


_MESSAGE: Final = f"""
SELECT m.id, m.direction, m.kind, m.channel, m.account_id, m.identity_id, i.person_id, m.author_id, m.author_name,
       left(m.text, 100000) AS text,
       m.html <> '' AS has_html, left(m.quoted, 50000) AS quoted, m.signature, m.subject, m.data, m.reply_to, m.branch, m.wants_answer,
       m.automatic, m.reactions,
       m.at, m.edited_at, m.deleted_at, {IDENTITY_NAME} AS sender,
       m.external_id IS NOT NULL AS known, q.id AS answered_id, coalesce(q.conversation_id = m.conversation_id, false) AS answered_here,
       coalesce(q.direction, '') AS answered_direction, coalesce(q.kind, '') AS answered_kind,
       coalesce(q.author_name, '') AS answered_author,
       CASE WHEN q.deleted_at IS NULL THEN coalesce(left(q.text, 160), '') ELSE '' END AS answered
FROM message m LEFT JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id
LEFT JOIN LATERAL (
    SELECT a.* FROM message a WHERE a.workspace_id = m.workspace_id AND a.account_id = m.account_id AND a.external_id = m.reply_to
    UNION ALL
    SELECT a.* FROM delivery d JOIN message a ON a.workspace_id = d.workspace_id AND a.id = d.message_id
    WHERE d.workspace_id = m.workspace_id AND d.account_id = m.account_id AND d.external_id = m.reply_to AND d.kind = 'message'
    LIMIT 1
) AS q ON m.reply_to <> ''
WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = %(id)s"""


async def timeline_page(work: UnitOfWork, conversation_id: UUID, *, before: str = "", size: int = PAGE) -> TimelinePage:
    """The newest messages, or those before the key of an earlier page. Three queries. Raises Invalid for what is no such key."""
    parameters: dict[str, Any] = {"id": conversation_id, "limit": size + 1}
    statement = _MESSAGE
    if before:
        statement += " AND (m.at, m.id) < (%(before)s::timestamptz, %(before_id)s)"
        parameters |= _read_key(before)
    rows = await work.all(TimelineMessage, f"{statement} ORDER BY m.at DESC, m.id DESC LIMIT %(limit)s", parameters)
    shown = rows[:size][::-1]
    earlier = f"{shown[0].at.isoformat()}/{shown[0].id}" if len(rows) > size else ""
    return await _with_parts(work, shown, earlier)


def _read_key(key: str) -> dict[str, Any]:
    moment, _, identifier = key.rpartition("/")
    try:
        return {"before": datetime.fromisoformat(moment), "before_id": UUID(identifier)}
    except ValueError:
        raise Invalid(message("There is no such page of this conversation."), field="before") from None


async def timeline_since(work: UnitOfWork, conversation_id: UUID, since: datetime, limit: int = 400) -> TimelinePage:
    """Everything since the moment of the oldest entry that a page shows: after live events. Three queries."""
    rows = await work.all(
        TimelineMessage,
        f"{_MESSAGE} AND m.at >= %(since)s ORDER BY m.at DESC, m.id DESC LIMIT %(limit)s",
        {"id": conversation_id, "since": since, "limit": limit},
    )
    return await _with_parts(work, rows[::-1], "")


async def timeline_entries(work: UnitOfWork, conversation_id: UUID, ids: Sequence[UUID]) -> TimelinePage:
    """These messages of the conversation. Three queries."""
    rows = await work.all(
        TimelineMessage, f"{_MESSAGE} AND m.id = ANY(%(ids)s) ORDER BY m.at, m.id", {"id": conversation_id, "ids": list(ids)}
    )
    return await _with_parts(work, rows, "")


async def _with_parts(work: UnitOfWork, messages: Sequence[TimelineMessage], earlier: str) -> TimelinePage:
    ids = [message.id for message in messages]
    files = await work.all(
        MessageFile,
        "SELECT id, message_id, name, type, size_bytes, inline, content_id, state, blob_key, why FROM attachment"
        " WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)s) ORDER BY message_id, position, id",
        {"ids": ids},
    )
    fates = await work.all(
        MessageFate,
        "SELECT message_id, kind, coalesce(outbound->'outbound'->>'emoji', '') AS emoji,"
        " coalesce(outbound->'outbound'->>'act', '') AS act,"
        " coalesce(outbound->'outbound'->'envelope'->>'from_name', '') AS by, state, code, why, next_at,"
        " coalesce(read_at, delivered_at, sent_at, failed_at) AS at FROM delivery"
        " WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)s) ORDER BY message_id, kind, part",
        {"ids": [message.id for message in messages if message.direction in ("in", "out")]},
    )
    return TimelinePage(messages=messages, files=files, fates=fates, earlier=earlier)


class MailBody(Struct, frozen=True, kw_only=True):
    """The HTML of a message with the files that it shows in place."""

    html: str
    files: Sequence[MessageFile]


async def mail_body(work: UnitOfWork, message_id: UUID) -> MailBody:
    """The sanitised HTML of a message; raises NoMessage."""
    html = await work.value(
        "SELECT html FROM message WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND deleted_at IS NULL",
        {"id": message_id},
    )
    if html is None:
        raise NoMessage("This message does not exist.")
    files = await work.all(
        MessageFile,
        "SELECT id, message_id, name, type, size_bytes, inline, content_id, state, blob_key, why FROM attachment"
        " WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s AND content_id <> ''",
        {"id": message_id},
    )
    return MailBody(html=html, files=files)


async def stored_file(work: UnitOfWork, attachment_id: UUID) -> MessageFile | None:
    """A file by its id, wherever it belongs."""
    return await work.one(
        MessageFile,
        "SELECT id, message_id, name, type, size_bytes, inline, content_id, state, blob_key, why FROM attachment"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": attachment_id},
    )


async def uploads_of(work: UnitOfWork, ids: Sequence[UUID]) -> list[MessageFile]:
    """Uploads that wait for their message: for drafts."""
    return await work.all(
        MessageFile,
        "SELECT id, message_id, name, type, size_bytes, inline, content_id, state, blob_key, why FROM attachment"
        " WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND message_id IS NULL",
        {"ids": list(ids)},
    )
