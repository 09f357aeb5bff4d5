"""All SQL of the intake: each function is one statement for a whole batch, rows in id order."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork


class KnownConversation(Struct, frozen=True, kw_only=True):
    """What intake needs to know of a conversation."""

    id: UUID
    person_id: UUID
    channel: str
    state: State
    subject: str
    last_at: datetime
    due_at: datetime | None
    assignee_id: UUID | None


class NewConversation(Struct, kw_only=True):
    """A conversation about to be written."""

    id: UUID
    person_id: UUID
    identity_id: UUID
    account_id: UUID
    channel: str
    subject: str
    token: str
    created_at: datetime
    fields: dict[str, Any]


class NewMessage(Struct, kw_only=True):
    """An inbound message about to be written."""

    id: UUID
    conversation_id: UUID
    kind: str
    channel: str
    account_id: UUID
    identity_id: UUID
    author_name: str
    text: str
    html: str
    quoted: str
    signature: str
    subject: str
    data: dict[str, Any]
    external_id: str | None
    reply_to: str
    automatic: str
    journal_id: UUID | None  # None: a program told us of it
    at: datetime


class NewAttachment(Struct, kw_only=True):
    """A file of an inbound message, whose bytes are fetched later."""

    id: UUID
    message_id: UUID
    account_id: UUID
    journal_id: UUID | None
    position: int
    name: str
    type: str
    size_bytes: int | None
    inline: bool
    content_id: str
    media: Any
    state: str = "pending"
    blob_key: str = ""


class Touched(Struct, kw_only=True):
    """How a conversation changes by what came in."""

    id: UUID
    count: int = 0
    last_at: datetime
    last_in_at: datetime | None = None
    due_at: datetime | None = None
    first_line: str = ""
    reopens: bool = False
    identity_id: UUID
    account_id: UUID
    channel: str


_KNOWN = "c.id, c.person_id, c.channel, c.state, c.subject, c.last_at, c.due_at, c.assignee_id"


async def lock_persons(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Two lanes with the same person take turns, so that a person does not get two conversations for one concern."""
    await work.run(
        "SELECT id FROM person WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"ids": sorted(ids)},
    )


async def messages_by_external_id(
    work: UnitOfWork, account_id: UUID, external_ids: Sequence[str]
) -> dict[str, tuple[UUID, UUID]]:
    """external id -> (message, conversation), for what came in and what was sent over this account."""
    rows = await work.tuples(
        "SELECT m.external_id, m.id, coalesce(c.merged_into, c.id) FROM message m"
        " JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.account_id = %(account_id)s AND m.external_id = ANY(%(ids)b::text[])",
        {"account_id": account_id, "ids": list(external_ids)},
    )
    return {external: (message, conversation) for external, message, conversation in rows}


async def conversations(work: UnitOfWork, *, ids: Sequence[UUID], tokens: Sequence[str]) -> list[tuple[KnownConversation, str]]:
    """Conversations by id or token, each with its token; merged ones lead to the one they became part of."""
    rows = await work.tuples(
        f"SELECT {_KNOWN}, t.token FROM conversation t JOIN conversation c"
        " ON c.workspace_id = t.workspace_id AND c.id = coalesce(t.merged_into, t.id)"
        " WHERE t.workspace_id = %(workspace_id)s AND (t.id = ANY(%(ids)s) OR t.token = ANY(%(tokens)b::text[]))",
        {"ids": list(ids), "tokens": list(tokens)},
    )
    return [(_known(row), row[8]) for row in rows]


async def newest_of_persons(work: UnitOfWork, person_ids: Sequence[UUID], since: datetime, each: int) -> list[KnownConversation]:
    """The newest conversations of each person: at most `each`, moved since."""
    rows = await work.tuples(
        f"SELECT {_KNOWN} FROM unnest(%(ids)b::uuid[]) AS p (id), LATERAL (SELECT * FROM conversation c"
        " WHERE c.workspace_id = %(workspace_id)s AND c.person_id = p.id AND c.kind = 'private' AND c.merged_into IS NULL"
        " AND (c.last_at > %(since)s OR c.state <> 'solved') ORDER BY c.last_at DESC LIMIT %(each)s) AS c",
        {"ids": sorted(person_ids), "since": since, "each": each},
    )
    return [_known(row) for row in rows]


def _known(row: tuple[Any, ...]) -> KnownConversation:
    return KnownConversation(
        id=row[0],
        person_id=row[1],
        channel=row[2],
        state=row[3],
        subject=row[4],
        last_at=row[5],
        due_at=row[6],
        assignee_id=row[7],
    )


async def insert_conversations(work: UnitOfWork, new: Sequence[NewConversation]) -> dict[UUID, int]:
    """Writes conversations and gives their numbers, which come from one sequence."""
    ordered = sorted(new, key=lambda one: one.id)
    rows = await work.tuples(
        "INSERT INTO conversation (workspace_id, id, number, person_id, identity_id, account_id, channel, subject, state, token,"
        " last_at, created_at, fields) SELECT %(workspace_id)s, n.id, nextval('conversation_number'), n.person_id, n.identity_id,"
        " n.account_id, n.channel, n.subject, 'open', n.token, n.created_at, n.created_at, n.fields FROM unnest(%(ids)b::uuid[],"
        " %(persons)b::uuid[], %(identities)b::uuid[], %(accounts)b::uuid[], %(channels)b::text[], %(subjects)b::text[],"
        " %(tokens)b::text[], %(times)b::timestamptz[], %(fields)b::jsonb[])"
        " AS n (id, person_id, identity_id, account_id, channel, subject, token, created_at, fields) RETURNING id, number",
        {
            "ids": [one.id for one in ordered],
            "persons": [one.person_id for one in ordered],
            "identities": [one.identity_id for one in ordered],
            "accounts": [one.account_id for one in ordered],
            "channels": [one.channel for one in ordered],
            "subjects": [one.subject for one in ordered],
            "tokens": [one.token for one in ordered],
            "times": [one.created_at for one in ordered],
            "fields": [_json(one.fields) for one in ordered],
        },
    )
    return {row[0]: row[1] for row in rows}


async def insert_messages(work: UnitOfWork, new: Sequence[NewMessage]) -> None:
    """Writes inbound messages. Each has exactly one place: the unique key refuses a second one."""
    await work.run(
        "INSERT INTO message (workspace_id, id, conversation_id, direction, kind, channel, account_id, identity_id, author_name,"
        " text, html, quoted, signature, subject, data, external_id, reply_to, automatic, journal_id, at, created_at)"
        " SELECT %(workspace_id)s, n.id, n.conversation_id, 'in', n.kind, n.channel, n.account_id, n.identity_id, n.author_name,"
        " n.text, n.html, n.quoted, n.signature, n.subject, n.data, n.external_id, n.reply_to, n.automatic, n.journal_id, n.at,"
        " %(now)s FROM unnest(%(ids)b::uuid[], %(conversations)b::uuid[], %(kinds)b::text[], %(channels)b::text[],"
        " %(accounts)b::uuid[], %(identities)b::uuid[], %(names)b::text[], %(texts)b::text[], %(htmls)b::text[],"
        " %(quoteds)b::text[], %(signatures)b::text[], %(subjects)b::text[], %(datas)b::jsonb[], %(externals)b::text[],"
        " %(replies)b::text[], %(automatics)b::text[], %(journals)b::uuid[], %(times)b::timestamptz[])"
        " AS n (id, conversation_id, kind, channel, account_id, identity_id, author_name, text, html, quoted, signature, subject,"
        " data, external_id, reply_to, automatic, journal_id, at)",
        {
            "ids": [one.id for one in new],
            "conversations": [one.conversation_id for one in new],
            "kinds": [one.kind for one in new],
            "channels": [one.channel for one in new],
            "accounts": [one.account_id for one in new],
            "identities": [one.identity_id for one in new],
            "names": [one.author_name for one in new],
            "texts": [one.text for one in new],
            "htmls": [one.html for one in new],
            "quoteds": [one.quoted for one in new],
            "signatures": [one.signature for one in new],
            "subjects": [one.subject for one in new],
            "datas": [_json(one.data) for one in new],
            "externals": [one.external_id for one in new],
            "replies": [one.reply_to for one in new],
            "automatics": [one.automatic for one in new],
            "journals": [one.journal_id for one in new],
            "times": [one.at for one in new],
            "now": work.clock.now(),
        },
    )


async def insert_attachments(work: UnitOfWork, new: Sequence[NewAttachment]) -> None:
    """Writes files that are still to be fetched."""
    await work.run(
        "INSERT INTO attachment (workspace_id, id, message_id, account_id, journal_id, position, name, type, size_bytes, inline,"
        " content_id, state, blob_key, media, next_at, created_at) SELECT %(workspace_id)s, n.id, n.message_id, n.account_id,"
        " n.journal_id, n.position, n.name, n.type, n.size_bytes, n.inline, n.content_id, n.state, n.blob_key, n.media, %(now)s, %(now)s"
        " FROM unnest(%(ids)b::uuid[], %(messages)b::uuid[], %(accounts)b::uuid[], %(journals)b::uuid[], %(positions)b::int[],"
        " %(names)b::text[], %(types)b::text[], %(sizes)b::bigint[], %(inlines)b::bool[], %(cids)b::text[], %(medias)b::jsonb[],"
        " %(states)b::text[], %(blobs)b::text[])"
        " AS n (id, message_id, account_id, journal_id, position, name, type, size_bytes, inline, content_id, media, state, blob_key)",
        {
            "ids": [one.id for one in new],
            "messages": [one.message_id for one in new],
            "accounts": [one.account_id for one in new],
            "journals": [one.journal_id for one in new],
            "positions": [one.position for one in new],
            "names": [one.name for one in new],
            "types": [one.type for one in new],
            "sizes": [one.size_bytes for one in new],
            "inlines": [one.inline for one in new],
            "cids": [one.content_id for one in new],
            "medias": [_json(one.media) for one in new],
            "states": [one.state for one in new],
            "blobs": [one.blob_key for one in new],
            "now": work.clock.now(),
        },
    )


async def touch_conversations(work: UnitOfWork, touched: Sequence[Touched]) -> None:
    """Conversations follow their newest messages; a due time stays when an older message already waits for its answer."""
    ordered = sorted(touched, key=lambda one: one.id)
    await work.run(
        "UPDATE conversation c SET message_count = c.message_count + t.count, last_at = greatest(c.last_at, t.last_at),"
        " last_in_at = greatest(c.last_in_at, t.last_in_at), channel = t.channel,"
        " account_id = t.account_id, identity_id = t.identity_id,"
        " first_line = CASE WHEN t.first_line = '' THEN c.first_line ELSE t.first_line END,"
        " first_line_by = CASE WHEN t.first_line = '' THEN c.first_line_by ELSE 'in' END,"
        " state = CASE WHEN t.reopens THEN 'open' ELSE c.state END,"
        " solved_at = CASE WHEN t.reopens THEN NULL ELSE c.solved_at END,"
        " snoozed_until = CASE WHEN t.reopens THEN NULL ELSE c.snoozed_until END,"
        " due_at = CASE WHEN t.reopens THEN least(c.due_at, t.due_at) ELSE c.due_at END,"
        " waiting_since = CASE WHEN t.reopens THEN coalesce(c.waiting_since, t.last_in_at) ELSE c.waiting_since END"
        " FROM unnest(%(ids)b::uuid[], %(counts)b::int[], %(lasts)b::timestamptz[], %(ins)b::timestamptz[],"
        " %(dues)b::timestamptz[], %(lines)b::text[], %(reopens)b::bool[], %(identities)b::uuid[],"
        " %(accounts)b::uuid[], %(channels)b::text[])"
        " AS t (id, count, last_at, last_in_at, due_at, first_line, reopens, identity_id, account_id, channel)"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = t.id",
        {
            "ids": [one.id for one in ordered],
            "counts": [one.count for one in ordered],
            "lasts": [one.last_at for one in ordered],
            "ins": [one.last_in_at for one in ordered],
            "dues": [one.due_at for one in ordered],
            "lines": [one.first_line for one in ordered],
            "reopens": [one.reopens for one in ordered],
            "identities": [one.identity_id for one in ordered],
            "accounts": [one.account_id for one in ordered],
            "channels": [one.channel for one in ordered],
        },
    )


async def edit_message(
    work: UnitOfWork, account_id: UUID, external_id: str, content: Mapping[str, Any], at: datetime
) -> UUID | None:
    """The sender changed what was said; the earlier text stays in `data.earlier`. Gives the conversation."""
    found = await work.value(
        "UPDATE message SET data = data || jsonb_build_object('earlier',"
        " coalesce(data->'earlier', '[]') || jsonb_build_array(jsonb_build_object('text', text, 'until', %(at)s::text))),"
        " text = %(text)s, html = %(html)s, edited_at = %(at)s WHERE workspace_id = %(workspace_id)s"
        " AND account_id = %(account_id)s AND external_id = %(external_id)s AND (edited_at IS NULL OR edited_at < %(at)s)"
        " RETURNING conversation_id",
        {"account_id": account_id, "external_id": external_id, "at": at, **content},
    )
    return found if isinstance(found, UUID) else None


async def delete_message(work: UnitOfWork, account_id: UUID, external_id: str, at: datetime) -> UUID | None:
    """The sender took a message back; shown as such, kept until the workspace's rule erases it."""
    found = await work.value(
        "UPDATE message SET deleted_at = %(at)s WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND external_id = %(external_id)s AND deleted_at IS NULL RETURNING conversation_id",
        {"account_id": account_id, "external_id": external_id, "at": at},
    )
    return found if isinstance(found, UUID) else None


async def react(work: UnitOfWork, account_id: UUID, external_id: str, by: str, emoji: str) -> UUID | None:
    """Somebody's reaction to a message, or its end."""
    found = await work.value(
        "UPDATE message SET reactions = CASE WHEN %(emoji)s = '' THEN reactions - %(by)s"
        " ELSE reactions || jsonb_build_object(%(by)s::text, %(emoji)s::text) END"
        " WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s AND (external_id = %(external_id)s"
        " OR id IN (SELECT message_id FROM delivery d WHERE d.workspace_id = %(workspace_id)s"
        " AND d.account_id = %(account_id)s AND d.external_id = %(external_id)s)) RETURNING conversation_id",
        {"account_id": account_id, "external_id": external_id, "by": by, "emoji": emoji},
    )
    return found if isinstance(found, UUID) else None


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode().replace("\\u0000", "")
