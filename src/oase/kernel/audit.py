"""The audit log: who did what to what, written in the same transaction as the act itself.

Rows are never changed; they go when the workspace's retention rule for the log says so.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg import AsyncConnection

from oase.kernel.ids import new_id


class Actor(Struct, frozen=True, kw_only=True):
    """Who acts: an agent, an API token, a person outside, or the system itself."""

    kind: Literal["agent", "token", "person", "system"] = "system"
    id: UUID | None = None
    name: str = ""
    address: str = ""  # network address the request came from
    request_id: str = ""


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One act. `act` is `<subject>.<past participle>`, for example `account.changed`; `data` never holds secrets."""

    act: str
    subject: str = ""
    subject_id: UUID | None = None
    data: dict[str, Any] = {}


async def insert_entries(
    connection: AsyncConnection[Any], workspace_id: UUID, actor: Actor, at: datetime, entries: Sequence[AuditEntry]
) -> None:
    """Writes entries of one actor in one statement."""
    await connection.execute(
        b"INSERT INTO audit_entry (workspace_id, id, at, actor_kind, actor_id, actor_name, address, request_id,"
        b" act, subject, subject_id, data)"
        b" SELECT %s, e.id, %s, %s, %s, %s, %s, %s, e.act, e.subject, e.subject_id, e.data"
        b" FROM unnest(%b::uuid[], %b::text[], %b::text[], %b::uuid[], %b::jsonb[])"
        b" AS e (id, act, subject, subject_id, data)",
        [
            workspace_id,
            at,
            actor.kind,
            actor.id,
            actor.name,
            actor.address,
            actor.request_id,
            [new_id() for _ in entries],
            [entry.act for entry in entries],
            [entry.subject for entry in entries],
            [entry.subject_id for entry in entries],
            [msgspec.json.encode(entry.data).decode() for entry in entries],
        ],
    )
