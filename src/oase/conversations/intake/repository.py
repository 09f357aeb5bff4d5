"""All SQL of the intake: each function is one statement for a whole batch, rows in id order."""

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork


class KnownConversation(Struct, frozen=True, kw_only=True):
    """What intake needs to know of a conversation."""

    id: UUID
    person_id: UUID | None
    channel: str
    state: State
    subject: str
    last_at: datetime
    due_at: datetime | None
    assignee_id: UUID | None
    thread: str = ""  # external id of the public place; empty: private


class NewConversation(Struct, kw_only=True):
    """A conversation about to be written."""

    id: UUID
    person_id: UUID | None
    identity_id: UUID | None
    account_id: UUID
    channel: str
    kind: Literal["private", "public"] = "private"
    thread_external_id: str | None = None
    thread: dict[str, Any] = {}
    state: State = "open"
    subject: str
    token: str
    created_at: datetime
    fields: dict[str, Any]


class NewMessage(Struct, kw_only=True):
    """A message about to be written: it came in, or our side said it elsewhere."""

    id: UUID
    conversation_id: UUID
    direction: Literal["in", "out"] = "in"
    kind: str
    channel: str
    account_id: UUID
    identity_id: UUID | None
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
    branch: str | None = None  # in public: the comment at the top of those that answer each other
    wants_answer: bool = False  # in public
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
    """How a conversation changes by what came in and by what our side said elsewhere."""

    id: UUID
    count: int = 0
    last_at: datetime
    first_in_at: datetime | None = None
    last_in_at: datetime | None = None
    last_out_at: datetime | None = None
    answered_at: datetime | None = None
    due_at: datetime | None = None
    first_line: str = ""
    first_line_by: str = "in"
    line_human: bool = True
    line_at: datetime | None = None
    reopens: bool = False
    identity_id: UUID | None = None
    account_id: UUID | None = None
    channel: str | None = None


class KnownMessage(Struct, frozen=True):
    """A message that is there already, by its external id."""

    id: UUID
    conversation_id: UUID
    branch: str | None = None


_KNOWN = (
    "c.id, c.person_id, c.channel, c.state, c.subject, c.last_at, c.due_at, c.assignee_id,"
    " coalesce(c.thread_external_id, '') AS thread"
)


async def lock_persons(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Two lanes with the same person take turns, so that a person does not get two conversations for one concern."""
    await work.run(
        "SELECT id FROM person WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id FOR NO KEY UPDATE",
        {"ids": sorted(ids)},
    )


async def messages_by_external_id(work: UnitOfWork, account_id: UUID, external_ids: Sequence[str]) -> dict[str, KnownMessage]:
    """What came in and what was sent over this account, by its external id."""
    rows = await work.tuples(
        "SELECT m.external_id, m.id, coalesce((SELECT c.merged_into FROM conversation c WHERE c.workspace_id = m.workspace_id"
        " AND c.id = m.conversation_id), m.conversation_id), m.branch FROM message m"
        " WHERE m.workspace_id = %(workspace_id)s AND m.account_id = %(account_id)s AND m.external_id = ANY(%(ids)b::text[])",
        {"account_id": account_id, "ids": list(external_ids)},
    )
    return {external: KnownMessage(message, conversation, branch) for external, message, conversation, branch in rows}


async def conversations(work: UnitOfWork, *, ids: Sequence[UUID], tokens: Sequence[str]) -> list[tuple[KnownConversation, str]]:
    """Conversations by id or token, each with its token; merged ones lead to the one they became part of."""
    rows = await work.tuples(
        f"SELECT {_KNOWN}, t.token FROM conversation t JOIN conversation c"
        " ON c.workspace_id = t.workspace_id AND c.id = coalesce(t.merged_into, t.id)"
        " WHERE t.workspace_id = %(workspace_id)s AND (t.id = ANY(%(ids)s) OR t.token = ANY(%(tokens)b::text[]))",
        {"ids": list(ids), "tokens": list(tokens)},
    )
    return [(_known(row), row[9]) for row in rows]


async def conversations_of_threads(
    work: UnitOfWork, account_id: UUID, external_ids: Sequence[str]
) -> dict[str, KnownConversation]:
    """The conversations of these public places, by the place's external id."""
    rows = await work.tuples(
        f"SELECT {_KNOWN} FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.account_id = %(account_id)s"
        " AND c.thread_external_id = ANY(%(ids)b::text[])",
        {"account_id": account_id, "ids": list(external_ids)},
    )
    return {known.thread: known for known in map(_known, rows)}


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
        thread=row[8],
    )


_by_id: Final = attrgetter("id")
_CONVERSATIONS: Final = Batch(
    id="uuid", person_id="uuid", identity_id="uuid", account_id="uuid", channel="text", kind="text",
    thread_external_id="text", thread="jsonb", state="text", subject="text", token="text",  # noqa: S106 - a type
    created_at="timestamptz", fields="jsonb",
)  # fmt: skip
_MESSAGES: Final = Batch(
    id="uuid", conversation_id="uuid", direction="text", kind="text", channel="text", account_id="uuid", identity_id="uuid",
    author_name="text", text="text", html="text", quoted="text", signature="text", subject="text", data="jsonb", external_id="text",
    reply_to="text", automatic="text", journal_id="uuid", branch="text", wants_answer="bool", at="timestamptz",
)  # fmt: skip
_ATTACHMENTS: Final = Batch(
    id="uuid", message_id="uuid", account_id="uuid", journal_id="uuid", position="int", name="text", type="text", size_bytes="bigint",
    inline="bool", content_id="text", state="text", blob_key="text", media="jsonb",
)  # fmt: skip
_TOUCHED: Final = Batch(
    id="uuid", count="int", last_at="timestamptz", first_in_at="timestamptz", last_in_at="timestamptz",
    last_out_at="timestamptz", answered_at="timestamptz",
    due_at="timestamptz", first_line="text", first_line_by="text", line_human="bool", line_at="timestamptz",
    reopens="bool", identity_id="uuid", account_id="uuid", channel="text",
)  # fmt: skip


async def insert_conversations(work: UnitOfWork, new: Sequence[NewConversation]) -> dict[UUID, int]:
    """Writes conversations; numbers come from one sequence. Gives each one's number."""
    rows = await work.tuples(
        f"INSERT INTO conversation (workspace_id, number, last_at, {_CONVERSATIONS.names})"
        f" SELECT %(workspace_id)s, nextval('conversation_number'), n.created_at, n.* FROM {_CONVERSATIONS.rows}"
        " RETURNING id, number",
        _CONVERSATIONS.values(sorted(new, key=_by_id)),
    )
    return dict(rows)


async def insert_messages(work: UnitOfWork, new: Sequence[NewMessage]) -> None:
    """Writes messages. Each has exactly one place: the unique key refuses a second one."""
    await work.run(
        f"INSERT INTO message (workspace_id, created_at, {_MESSAGES.names})"
        f" SELECT %(workspace_id)s, %(now)s, n.* FROM {_MESSAGES.rows}",
        {**_MESSAGES.values(new), "now": work.clock.now()},
    )


async def insert_attachments(work: UnitOfWork, new: Sequence[NewAttachment]) -> None:
    """Writes files that are still to be fetched."""
    await work.run(
        f"INSERT INTO attachment (workspace_id, next_at, created_at, {_ATTACHMENTS.names})"
        f" SELECT %(workspace_id)s, %(now)s, %(now)s, n.* FROM {_ATTACHMENTS.rows}",
        {**_ATTACHMENTS.values(new), "now": work.clock.now()},
    )


# An answer settles what is owed unless the person has written again after it, which may have come to us earlier.
_SETTLED: Final = "(n.answered_at >= greatest(c.last_in_at, n.last_in_at, '-infinity'))"
# Lists show what humans said last: not what came late from our side, and a machine's words only where there are no others.
_OLD_LINE: Final = (
    "(n.first_line = '' OR (c.first_line <> '' AND NOT n.line_human) OR (n.first_line_by = 'out' AND n.line_at < c.last_at))"
)


async def touch_conversations(work: UnitOfWork, touched: Sequence[Touched]) -> None:
    """Conversations follow their newest messages; a due time stays when an older message already waits for its answer."""
    await work.run(
        "UPDATE conversation c SET message_count = c.message_count + n.count, last_at = greatest(c.last_at, n.last_at),"
        " last_in_at = greatest(c.last_in_at, n.last_in_at), last_out_at = greatest(c.last_out_at, n.last_out_at),"
        " channel = coalesce(n.channel, c.channel), account_id = coalesce(n.account_id, c.account_id),"
        " identity_id = coalesce(n.identity_id, c.identity_id),"
        f" first_line = CASE WHEN {_OLD_LINE} THEN c.first_line ELSE n.first_line END,"
        f" first_line_by = CASE WHEN {_OLD_LINE} THEN c.first_line_by ELSE n.first_line_by END,"
        f" state = CASE WHEN {_SETTLED} AND (n.reopens OR c.state = 'open') THEN 'waiting'"
        " WHEN n.reopens THEN 'open' ELSE c.state END,"
        " solved_at = CASE WHEN n.reopens THEN NULL ELSE c.solved_at END,"
        " snoozed_until = CASE WHEN n.reopens THEN NULL ELSE c.snoozed_until END,"
        f" due_at = CASE WHEN {_SETTLED} THEN NULL WHEN n.reopens THEN least(c.due_at, n.due_at) ELSE c.due_at END,"
        f" waiting_since = CASE WHEN {_SETTLED} THEN NULL WHEN n.reopens THEN coalesce(c.waiting_since, n.first_in_at)"
        " ELSE c.waiting_since END"
        f" FROM {_TOUCHED.rows} WHERE c.workspace_id = %(workspace_id)s AND c.id = n.id",
        _TOUCHED.values(sorted(touched, key=_by_id)),
    )
