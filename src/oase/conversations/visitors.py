"""What a visitor of our own pages may see of a dialogue: what was said in and out over one account, nothing internal."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork


class VisibleFile(Struct, frozen=True, kw_only=True):
    """A stored file of a message."""

    blob_key: str
    name: str
    type: str
    size_bytes: int


class VisibleMessage(Struct, frozen=True, kw_only=True):
    """One message as the customer may see it."""

    id: UUID
    at: datetime
    ours: bool
    system: bool  # what happened, not what was said
    text: str
    author_name: str
    external_id: str
    read: bool
    choices: list[dict[str, Any]]
    files: list[VisibleFile]


class VisibleConversation(Struct, frozen=True, kw_only=True):
    """One conversation as the customer may see it."""

    id: UUID
    state: str
    began_at: datetime
    last_at: datetime
    last_text: str
    unread: int


_WHO: Final = (
    "m.workspace_id = %(workspace_id)s AND m.account_id = %(account_id)s AND m.direction IN ('in', 'out') AND m.deleted_at IS NULL"
    " AND m.identity_id = (SELECT id FROM identity i WHERE i.workspace_id = %(workspace_id)s AND i.kind = %(kind)s"
    " AND i.value = %(address)s)"
    # what is still in the queue can be taken back: the customer sees it once it is on its way
    " AND (m.direction = 'in' OR EXISTS (SELECT FROM delivery d WHERE d.workspace_id = m.workspace_id AND d.message_id = m.id"
    " AND d.state IN ('sent', 'delivered', 'read')))"
)


async def visitor_timeline(work: UnitOfWork, account_id: UUID, kind: str, address: str, *, limit: int) -> list[VisibleMessage]:
    """The newest messages of an address over one account, oldest first."""
    parameters = {"account_id": account_id, "kind": kind, "address": address, "limit": limit}
    return await _load(work, f"{_WHO} ORDER BY m.at DESC, m.id DESC LIMIT %(limit)s", parameters)


async def visitor_page(
    work: UnitOfWork, account_id: UUID, kind: str, address: str, *, limit: int, before: UUID | None, conversation: UUID | None
) -> list[VisibleMessage]:
    """A page of an address's messages over one account, oldest first: those before one of them, of one conversation or of all."""
    parameters = {
        "account_id": account_id, "kind": kind, "address": address, "limit": limit, "before": before, "conversation": conversation,
    }  # fmt: skip
    older = " AND (m.at, m.id) < (SELECT b.at, b.id FROM message b WHERE b.workspace_id = %(workspace_id)s AND b.id = %(before)s)"
    condition = _WHO + (older if before else "") + (" AND m.conversation_id = %(conversation)s" if conversation else "")
    return await _load(work, f"{condition} ORDER BY m.at DESC, m.id DESC LIMIT %(limit)s", parameters)


async def visitor_conversations(
    work: UnitOfWork, account_id: UUID, kind: str, address: str, *, limit: int
) -> list[VisibleConversation]:
    """The conversations of an address over one account, the newest first, as the customer may see them."""
    return await work.all(
        VisibleConversation,
        "SELECT m.conversation_id AS id, max(c.state) AS state, min(m.at) AS began_at, max(m.at) AS last_at,"
        " (array_agg(m.text ORDER BY m.at DESC, m.id DESC))[1] AS last_text, count(*) FILTER (WHERE m.direction = 'out'"
        " AND m.kind <> 'system' AND EXISTS (SELECT FROM delivery r WHERE r.workspace_id = m.workspace_id AND r.message_id = m.id"
        " AND r.part = 0 AND r.state IN ('sent', 'delivered'))) AS unread"
        " FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        f" WHERE {_WHO} GROUP BY m.conversation_id ORDER BY max(m.at) DESC LIMIT %(limit)s",
        {"account_id": account_id, "kind": kind, "address": address, "limit": limit},
    )


async def visitor_message(work: UnitOfWork, account_id: UUID, kind: str, address: str, message_id: UUID) -> VisibleMessage | None:
    """One message, if this address may see it."""
    parameters = {"account_id": account_id, "kind": kind, "address": address, "id": message_id}
    found = await _load(work, f"{_WHO} AND m.id = %(id)s", parameters)
    return found[0] if found else None


async def visitor_conversation(work: UnitOfWork, kind: str, address: str) -> UUID | None:
    """The conversation in which this address's person was heard of last, with them alone."""
    found = await work.value(
        "SELECT c.id FROM identity i JOIN conversation c ON c.workspace_id = i.workspace_id AND c.person_id = i.person_id"
        " WHERE i.workspace_id = %(workspace_id)s AND i.kind = %(kind)s AND i.value = %(address)s AND c.kind = 'private'"
        " AND c.merged_into IS NULL ORDER BY c.last_at DESC LIMIT 1",
        {"kind": kind, "address": address},
    )
    return found if isinstance(found, UUID) else None


async def _load(work: UnitOfWork, condition: str, parameters: dict[str, Any]) -> list[VisibleMessage]:
    rows = await work.rows(
        "SELECT m.id, m.at, m.direction = 'out' AS ours, m.kind = 'system' AS system, m.text, m.author_name,"
        " coalesce(m.external_id, '') AS external_id,"
        " m.data->'choices' AS choices, EXISTS (SELECT FROM read_state r WHERE r.workspace_id = m.workspace_id"
        " AND r.conversation_id = m.conversation_id AND r.read_at >= m.created_at) AS read FROM message m WHERE " + condition,
        parameters,
    )
    files = await _files(work, [row["id"] for row in rows])
    return [
        VisibleMessage(**{**row, "choices": row["choices"] or []}, files=files.get(row["id"], []))
        for row in sorted(rows, key=lambda row: (row["at"], row["id"]))
    ]


async def _files(work: UnitOfWork, message_ids: Sequence[UUID]) -> dict[UUID, list[VisibleFile]]:
    found: dict[UUID, list[VisibleFile]] = {}
    for message_id, *columns in await work.tuples(
        "SELECT message_id, blob_key, name, type, coalesce(size_bytes, 0) FROM attachment WHERE workspace_id = %(workspace_id)s"
        " AND message_id = ANY(%(ids)s) AND state = 'stored' ORDER BY message_id, position",
        {"ids": list(message_ids)},
    ):
        blob_key, name, kind, size = columns
        found.setdefault(message_id, []).append(VisibleFile(blob_key=blob_key, name=name, type=kind, size_bytes=size))
    return found
