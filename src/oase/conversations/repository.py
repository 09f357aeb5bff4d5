"""SQL of the conversations' own rows: what actions read and write. (Journal, intake, delivery and queries have their own.)"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct
from psycopg.types.json import Jsonb

from oase.conversations.errors import NoConversation
from oase.conversations.types import Author, ConversationRow, EventKind, IdentityRow, OnItsWay
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_CONVERSATION = (
    "id, number, person_id, identity_id, account_id, channel, kind, thread_external_id, waiting_count, subject, state, assignee_id,"
    " team_id, priority, due_at,"
    " snoozed_until, last_in_at, waiting_since, solved_at, first_line, tags, token, version, merged_into"
)


async def lock_conversation(work: UnitOfWork, conversation_id: UUID) -> ConversationRow:
    """The conversation, locked until the end of the transaction; raises NoConversation."""
    found = await work.one(
        ConversationRow,
        f"SELECT {_CONVERSATION} FROM conversation WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR NO KEY UPDATE",
        {"id": conversation_id},
    )
    if found is None:
        raise NoConversation("This conversation does not exist.")
    return found


async def lock_conversations(work: UnitOfWork, ids: Sequence[UUID]) -> list[ConversationRow]:
    """Those of these conversations that were not merged into others, locked in the order of their ids."""
    return await work.all(
        ConversationRow,
        f"SELECT {_CONVERSATION} FROM conversation WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)b::uuid[])"
        " AND merged_into IS NULL ORDER BY id FOR NO KEY UPDATE",
        {"ids": sorted(set(ids))},
    )


async def update_conversation(work: UnitOfWork, conversation_id: UUID, changes: Mapping[str, Any]) -> None:
    """Writes columns of a conversation. Keys are column names of this file's callers, never input."""
    settings = ", ".join(f"{column} = %({column})s" for column in changes)
    await work.run(
        f"UPDATE conversation SET {settings}, version = version + 1 WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation_id, **changes},
    )


async def identity(work: UnitOfWork, identity_id: UUID) -> IdentityRow | None:
    """An address of a person."""
    return await work.one(
        IdentityRow,
        "SELECT id, person_id, kind, value, name FROM identity WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": identity_id},
    )


async def heard_over(work: UnitOfWork, conversation: OnItsWay, account_id: UUID, identity_id: UUID) -> datetime | None:
    """When the person wrote last over this account, from this address: what counts for its reply window."""
    if (account_id, identity_id) == (conversation.account_id, conversation.identity_id) and conversation.last_in_at is not None:
        return conversation.last_in_at
    found = await work.value(
        "SELECT coalesce((SELECT max(m.at) FROM message m WHERE m.workspace_id = %(workspace_id)s"
        " AND m.conversation_id = %(conversation)s AND m.account_id = %(account)s AND m.identity_id = %(identity)s"
        " AND m.direction = 'in'), (SELECT max(c.last_in_at) FROM identity i JOIN conversation c ON c.workspace_id = i.workspace_id"
        " AND c.person_id = i.person_id AND c.identity_id = i.id AND c.account_id = %(account)s"
        " WHERE i.workspace_id = %(workspace_id)s AND i.id = %(identity)s),"
        " (SELECT i.last_seen_at FROM identity i WHERE i.workspace_id = %(workspace_id)s"
        " AND i.id = %(identity)s AND i.last_seen_at > i.created_at))",  # elsewhere, to half an hour; never, if only added by hand
        {"conversation": conversation.id, "account": account_id, "identity": identity_id},
    )
    return found if isinstance(found, datetime) else None


async def heard_at(work: UnitOfWork, identity_id: UUID, account_id: UUID) -> datetime | None:
    """When the owner of an address wrote last over an account, in any conversation."""
    found = await work.value(
        "SELECT max(c.last_in_at) FROM identity i JOIN conversation c ON c.workspace_id = i.workspace_id"
        " AND c.person_id = i.person_id AND c.identity_id = i.id AND c.account_id = %(account)s"
        " WHERE i.workspace_id = %(workspace_id)s AND i.id = %(identity)s",
        {"identity": identity_id, "account": account_id},
    )
    return found if isinstance(found, datetime) else None


async def message_by_client_key(work: UnitOfWork, client_key: UUID) -> UUID | None:
    """The message that a repeated request made the first time."""
    found = await work.value(
        "SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND client_key = %(key)s", {"key": client_key}
    )
    return found if isinstance(found, UUID) else None


async def insert_message(work: UnitOfWork, message: Mapping[str, Any]) -> UUID:
    """Writes one message of ours (out, note or event) and gives its id."""
    now = work.clock.now()
    row = {
        "id": new_id(), "kind": "text", "account_id": None, "identity_id": None, "author_id": None, "author_name": "",
        "text": "", "html": "", "subject": "", "data": {}, "reply_to": "", "branch": None, "automatic": "", "client_key": None, "at": now,
        "created_at": now, **message,
    }  # fmt: skip
    row["data"] = Jsonb(row["data"])
    columns = ", ".join(row)
    await work.run(
        f"INSERT INTO message (workspace_id, {columns}) VALUES (%(workspace_id)s, {', '.join(f'%({c})s' for c in row)})", row
    )
    return UUID(str(row["id"]))


async def insert_event(
    work: UnitOfWork,
    conversation: ConversationRow,
    kind: EventKind,
    author: Author,
    data: Mapping[str, Any],
    *,
    at: datetime | None = None,
) -> None:
    """What the system or an agent did, for the timeline: now, or at another moment."""
    await insert_message(
        work,
        {
            "conversation_id": conversation.id,
            "direction": "event",
            "kind": kind,
            "channel": conversation.channel,
            "author_id": author.id,
            "author_name": author.name,
            "data": dict(data),
            **({"at": at} if at else {}),
        },
    )


_EVENTS: Final = Batch(
    id="uuid", conversation_id="uuid", kind="text", channel="text", author_id="uuid", author_name="text", data="jsonb"
)


async def insert_events(work: UnitOfWork, events: Sequence[Mapping[str, Any]]) -> None:
    """What was done to many conversations, for their timelines: id, conversation_id, kind, channel, author_id, author_name, data."""
    await work.run(
        f"INSERT INTO message (workspace_id, direction, at, created_at, {_EVENTS.names})"
        f" SELECT %(workspace_id)s, 'event', %(now)s, %(now)s, n.* FROM {_EVENTS.rows}",
        {**_EVENTS.values(events), "now": work.clock.now()},
    )


class Known(Struct, frozen=True):
    """How the provider knows a message, and what it wants to have back when that is answered."""

    external_id: str
    tokens: dict[str, str]


async def known(work: UnitOfWork, message_id: UUID, conversation_id: UUID, account_id: UUID) -> Known | None:
    """As what a message is known; with an empty id if it has none on this account, None if it is not in the conversation."""
    return await work.one(
        Known,
        "SELECT CASE WHEN account_id = %(account_id)s THEN coalesce(external_id, '') ELSE '' END AS external_id,"
        " coalesce(data->'tokens', '{}') AS tokens FROM message"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND conversation_id = %(conversation_id)s",
        {"id": message_id, "conversation_id": conversation_id, "account_id": account_id},
    )


async def thread(work: UnitOfWork, conversation_id: UUID, account_id: UUID) -> list[dict[str, Any]]:
    """The newest messages of a conversation on one account, newest first: for references and quotes."""
    return await work.rows(
        "SELECT id, direction, external_id, author_name, text, subject, at, data FROM message"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s AND account_id = %(account_id)s"
        " AND direction IN ('in', 'out') AND external_id IS NOT NULL ORDER BY at DESC, id DESC LIMIT 20",
        {"id": conversation_id, "account_id": account_id},
    )


async def attach(work: UnitOfWork, message_id: UUID, attachment_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Gives uploads to their message, in order; gives those that were there and belonged to nobody yet."""
    return await work.rows(
        "UPDATE attachment a SET message_id = %(message_id)s, position = n.position FROM"
        " unnest(%(ids)b::uuid[]) WITH ORDINALITY AS n (id, position) WHERE a.workspace_id = %(workspace_id)s AND a.id = n.id"
        " AND a.message_id IS NULL AND a.state = 'stored'"
        " RETURNING a.id, a.name, a.type, a.size_bytes, a.inline, a.content_id, a.blob_key, a.position",
        {"message_id": message_id, "ids": list(attachment_ids)},
    )


async def loose_files(work: UnitOfWork, attachment_ids: Sequence[UUID]) -> int:
    """How many of these files are there and belong to no message yet."""
    found: int = await work.value(
        "SELECT count(*) FROM attachment WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND message_id IS NULL"
        " AND state = 'stored'",
        {"ids": list(attachment_ids)},
    )
    return found


async def insert_upload(work: UnitOfWork, upload: Mapping[str, Any]) -> UUID:
    """Writes a file that an agent (or a program) uploaded, before its message exists."""
    attachment_id = new_id()
    await work.run(
        "INSERT INTO attachment (workspace_id, id, position, name, type, size_bytes, inline, content_id, state, blob_key,"
        " uploaded_by, created_at) VALUES (%(workspace_id)s, %(id)s, 0, %(name)s, %(type)s, %(size_bytes)s, %(inline)s,"
        " %(content_id)s, 'stored', %(blob_key)s, %(uploaded_by)s, %(now)s)",
        {"inline": False, "content_id": "", "uploaded_by": None, **upload, "id": attachment_id, "now": work.clock.now()},
    )
    return attachment_id


async def save_draft(work: UnitOfWork, conversation_id: UUID, agent_id: UUID, content: Mapping[str, Any]) -> None:
    """Keeps what an agent has begun to write."""
    await work.run(
        "INSERT INTO draft (workspace_id, id, conversation_id, agent_id, content, updated_at) VALUES (%(workspace_id)s, %(id)s,"
        " %(conversation_id)s, %(agent_id)s, %(content)s, %(now)s) ON CONFLICT (workspace_id, conversation_id, agent_id)"
        " DO UPDATE SET content = excluded.content, updated_at = excluded.updated_at",
        {
            "id": new_id(),
            "conversation_id": conversation_id,
            "agent_id": agent_id,
            "content": Jsonb(content),
            "now": work.clock.now(),
        },
    )


async def delete_draft(work: UnitOfWork, conversation_id: UUID, agent_id: UUID) -> None:
    """The draft was sent or thrown away."""
    await work.run(
        "DELETE FROM draft WHERE workspace_id = %(workspace_id)s AND conversation_id = %(c)s AND agent_id = %(a)s",
        {"c": conversation_id, "a": agent_id},
    )


async def mark_read(work: UnitOfWork, conversation_id: UUID, agent_id: UUID, at: datetime) -> bool:
    """The agent has seen everything until then; True if that was new, and the conversation is still there."""
    return bool(
        await work.run(
            "INSERT INTO read_state (workspace_id, id, conversation_id, agent_id, read_at) SELECT workspace_id, %(id)s, id,"
            " %(agent_id)s, %(at)s FROM conversation WHERE workspace_id = %(workspace_id)s AND id = %(conversation_id)s"
            " ON CONFLICT (workspace_id, agent_id, conversation_id)"
            " DO UPDATE SET read_at = excluded.read_at WHERE read_state.read_at < excluded.read_at",
            {"id": new_id(), "conversation_id": conversation_id, "agent_id": agent_id, "at": at},
        )
    )


async def mention(work: UnitOfWork, conversation_id: UUID, message_id: UUID, agent_ids: Sequence[UUID]) -> None:
    """Agents were named in a note."""
    await work.run(
        "INSERT INTO mention (workspace_id, id, conversation_id, message_id, agent_id, at)"
        " SELECT %(workspace_id)s, n.id, %(conversation_id)s, %(message_id)s, n.agent_id, %(now)s"
        " FROM unnest(%(ids)b::uuid[], %(agents)b::uuid[]) AS n (id, agent_id)",
        {
            "conversation_id": conversation_id,
            "message_id": message_id,
            "ids": [new_id() for _ in agent_ids],
            "agents": list(agent_ids),
            "now": work.clock.now(),
        },
    )


async def due_snoozes(work: UnitOfWork, now: datetime, limit: int) -> list[UUID]:
    """Conversations whose sleep is over."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND state = 'snoozed' AND snoozed_until <= %(now)s"
        " ORDER BY snoozed_until LIMIT %(limit)s",
        {"now": now, "limit": limit},
    )
    return [row[0] for row in rows]


async def ensure_tags(work: UnitOfWork, names: Sequence[str]) -> None:
    """Tags of the workspace with these names; new ones get a quiet colour."""
    await work.run(
        "INSERT INTO tag (workspace_id, id, name, color) SELECT %(workspace_id)s, n.id, n.name, '#64748b'"
        " FROM unnest(%(ids)b::uuid[], %(names)b::text[]) AS n (id, name) ORDER BY n.name ON CONFLICT (workspace_id, name) DO NOTHING",
        {"ids": [new_id() for _ in names], "names": list(names)},
    )


# What lists show of conversation `w.id`: what a human said last; a machine's words only where there are no others.
_LAST_WORDS: Final = """LEFT JOIN LATERAL (SELECT direction, left(regexp_replace(trim(text), '\\s+', ' ', 'g'), 160) AS line
 FROM message WHERE workspace_id = %(workspace_id)s AND conversation_id = w.id AND direction IN ('in', 'out')
 AND deleted_at IS NULL ORDER BY automatic <> '', at DESC, id DESC LIMIT 1) AS n ON true"""


async def recount(work: UnitOfWork, conversation_id: UUID) -> None:
    """Sets what a conversation says about its messages anew, after messages came or went."""
    await work.run(
        "UPDATE conversation c SET message_count = w.count, last_at = coalesce(w.last_at, c.last_at), last_in_at = w.last_in_at,"
        " first_line = coalesce(nullif(n.line, ''), c.first_line), first_line_by = coalesce(n.direction, c.first_line_by)"
        " FROM (SELECT %(id)s::uuid AS id, count(*) FILTER (WHERE direction IN ('in', 'out')) AS count, max(at) AS last_at,"
        " max(at) FILTER (WHERE direction = 'in') AS last_in_at FROM message"
        f" WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s) AS w {_LAST_WORDS}"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = %(id)s",
        {"id": conversation_id},
    )


async def forget_lines(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> None:
    """Lists do not show the words of what was taken back."""
    await work.run(
        "UPDATE conversation c SET first_line = coalesce(n.line, ''), first_line_by = coalesce(n.direction, c.first_line_by)"
        f" FROM unnest(%(ids)b::uuid[]) AS w (id) {_LAST_WORDS}"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = w.id AND c.first_line <> coalesce(n.line, '')",
        {"ids": sorted(set(conversation_ids))},
    )


async def share_promise(work: UnitOfWork, ids: Sequence[UUID], source: ConversationRow) -> None:
    """After a split: what was owed is owed where the customer spoke last, and nowhere else."""
    await work.run(
        "UPDATE conversation c SET due_at = CASE WHEN n.direction = 'in' THEN %(due_at)s::timestamptz END,"
        " waiting_since = CASE WHEN n.direction = 'in' THEN %(waiting_since)s::timestamptz END FROM (SELECT o.id, (SELECT m.direction"
        " FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = o.id AND m.direction IN ('in', 'out')"
        " ORDER BY m.at DESC, m.id DESC LIMIT 1) AS direction FROM unnest(%(ids)b::uuid[]) AS o (id)) AS n"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = n.id",
        {"ids": list(ids), "due_at": source.due_at, "waiting_since": source.waiting_since},
    )


async def unseen(work: UnitOfWork, conversation_id: UUID, agent_id: UUID) -> bool:
    """Whether the customer wrote something that this agent has not seen."""
    found = await work.value(
        "SELECT EXISTS (SELECT FROM message m WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = %(id)s"
        " AND m.direction = 'in' AND m.created_at > coalesce((SELECT read_at FROM read_state r WHERE r.workspace_id = %(workspace_id)s"
        " AND r.agent_id = %(agent)s AND r.conversation_id = %(id)s), '-infinity'))",
        {"id": conversation_id, "agent": agent_id},
    )
    return bool(found)
