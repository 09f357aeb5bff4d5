"""All SQL of scheduled messages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.conversations import Answer
from oase.desk.outbound.types import Scheduled
from oase.kernel.db import UnitOfWork

_COLUMNS: Final = (
    "s.id, coalesce(c.merged_into, c.id) AS conversation_id, s.author_id, s.author_name, s.answer, s.send_at, s.waking,"
    " s.unless_answered, s.state, s.why, s.message_id, s.created_at"
)
_FROM: Final = (
    " FROM scheduled_message s JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id"
    " WHERE s.workspace_id = %(workspace_id)s"
)
_REFUSED_SHOWN: Final = "s.state IN ('waiting', 'refused')"


def _read(row: dict[str, Any]) -> Scheduled:
    return Scheduled(**{**row, "answer": msgspec.convert(row["answer"], Answer)})


async def insert(work: UnitOfWork, one: Scheduled) -> bool:
    """Writes a scheduled message; False if it is there already (the same request came again)."""
    return bool(
        await work.run(
            "INSERT INTO scheduled_message (workspace_id, id, conversation_id, author_id, author_name, answer, send_at, waking,"
            " unless_answered, created_at) VALUES (%(workspace_id)s, %(id)s, %(conversation_id)s, %(author_id)s, %(author_name)s,"
            " %(answer)s::jsonb, %(send_at)s, %(waking)s, %(unless_answered)s, %(created_at)s)"
            " ON CONFLICT (workspace_id, id) DO NOTHING",
            {**msgspec.structs.asdict(one), "answer": msgspec.json.encode(one.answer).decode()},
        )
    )


async def find(work: UnitOfWork, scheduled_id: UUID, *, lock: bool = False) -> Scheduled | None:
    """One scheduled message, under the conversation where it stands now; with `lock` until the end of the transaction."""
    row = await work.row(
        f"SELECT {_COLUMNS}{_FROM} AND s.id = %(id)s" + (" FOR UPDATE OF s" if lock else ""), {"id": scheduled_id}
    )
    return _read(row) if row else None


async def claim(work: UnitOfWork, scheduled_id: UUID) -> Scheduled | None:
    """The message, locked, if it waits, is due, and nobody else is at it."""
    row = await work.row(
        f"SELECT {_COLUMNS}{_FROM} AND s.id = %(id)s AND s.state = 'waiting' AND s.send_at <= %(now)s FOR UPDATE OF s SKIP LOCKED",
        {"id": scheduled_id, "now": work.clock.now()},
    )
    return _read(row) if row else None


async def of_conversation(work: UnitOfWork, conversation_id: UUID) -> list[Scheduled]:
    """What waits in a conversation, or was not sent, the first to go first."""
    rows = await work.rows(
        f"SELECT {_COLUMNS}{_FROM} AND (s.conversation_id = %(id)s OR c.merged_into = %(id)s) AND ({_REFUSED_SHOWN})"
        " ORDER BY s.send_at, s.id LIMIT 50",
        {"id": conversation_id},
    )
    return [_read(row) for row in rows]


async def next_moments(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When the next message goes in each of these conversations, where one waits; what was not sent counts by its moment."""
    rows = await work.tuples(
        f"SELECT coalesce(c.merged_into, c.id), min(s.send_at){_FROM} AND (c.id = ANY(%(ids)s) OR c.merged_into = ANY(%(ids)s))"
        f" AND ({_REFUSED_SHOWN}) GROUP BY 1",
        {"ids": list(conversation_ids)},
    )
    return dict(rows)


async def places(work: UnitOfWork, limit: int) -> dict[UUID, datetime]:
    """Conversations in which a message waits, or was not sent, with its moment: the first to go first."""
    rows = await work.tuples(
        f"SELECT coalesce(c.merged_into, c.id) AS id, min(s.send_at) AS at{_FROM} AND ({_REFUSED_SHOWN})"
        " GROUP BY 1 ORDER BY at, id LIMIT %(limit)s",
        {"limit": limit},
    )
    return dict(rows)


async def change(work: UnitOfWork, scheduled_id: UUID, answer: Answer, send_at: datetime, *, waking: bool, unless: bool) -> None:
    """Another text or another moment; what was refused waits again."""
    await work.run(
        "UPDATE scheduled_message SET answer = %(answer)s::jsonb, send_at = %(send_at)s, waking = %(waking)s,"
        " unless_answered = %(unless)s, state = 'waiting', why = '', created_at = %(now)s, settled_at = NULL"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {
            "id": scheduled_id, "answer": msgspec.json.encode(answer).decode(), "send_at": send_at, "waking": waking,
            "unless": unless, "now": work.clock.now(),
        },
    )  # fmt: skip


async def move(work: UnitOfWork, scheduled_id: UUID, send_at: datetime) -> None:
    """It goes at another moment."""
    await work.run(
        "UPDATE scheduled_message SET send_at = %(send_at)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": scheduled_id, "send_at": send_at},
    )


async def settle(work: UnitOfWork, scheduled_id: UUID, state: str, *, why: str = "", message_id: UUID | None = None) -> None:
    """What became of it."""
    await work.run(
        "UPDATE scheduled_message SET state = %(state)s, why = %(why)s, message_id = %(message_id)s, settled_at = %(now)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": scheduled_id, "state": state, "why": why, "message_id": message_id, "now": work.clock.now()},
    )


async def busy_workspaces(work: UnitOfWork) -> list[UUID]:
    """Workspaces in which a scheduled message waits or a task is due; over all of them."""
    rows = await work.tuples(
        "SELECT DISTINCT workspace_id FROM scheduled_message WHERE state = 'waiting'"
        " UNION SELECT DISTINCT workspace_id FROM task WHERE done_at IS NULL AND told_at IS NULL AND due_at <= %(now)s",
        {"now": work.clock.now()},
    )
    return sorted(row[0] for row in rows)


_WROTE: Final = (
    "EXISTS (SELECT FROM message m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.direction = 'in'"
    " AND m.automatic = '' AND m.created_at > s.created_at AND m.at > s.created_at - interval '1 day')"
)
"""The person wrote after it was scheduled: by when we heard of it, whatever the provider's clock says."""


async def cancel_answered(work: UnitOfWork, why: str) -> list[tuple[UUID, UUID, UUID | None, str]]:
    """Cancels all whose customers wrote before; gives (id, conversation, author, the author's name)."""
    rows = await work.tuples(
        "UPDATE scheduled_message s SET state = 'cancelled', why = %(why)s, settled_at = %(now)s FROM conversation o, conversation c"
        " WHERE s.workspace_id = %(workspace_id)s AND s.state = 'waiting' AND s.unless_answered AND o.workspace_id = s.workspace_id"
        " AND o.id = s.conversation_id AND c.workspace_id = o.workspace_id AND c.id = coalesce(o.merged_into, o.id)"
        f" AND c.last_in_at > s.created_at - interval '1 day' AND {_WROTE} RETURNING s.id, c.id, s.author_id, s.author_name",
        {"why": why, "now": work.clock.now()},
    )
    return [(row[0], row[1], row[2], row[3]) for row in rows]


async def wrote_since(work: UnitOfWork, scheduled_id: UUID, conversation_id: UUID) -> bool:
    """Whether the person wrote since it was scheduled. Locks the conversation first: what is taken in meanwhile waits for us."""
    await work.run(
        "SELECT FROM conversation WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR NO KEY UPDATE",
        {"id": conversation_id},
    )
    return bool(
        await work.value(
            f"SELECT {_WROTE} FROM scheduled_message s, conversation c WHERE s.workspace_id = %(workspace_id)s AND s.id = %(id)s"
            " AND c.workspace_id = s.workspace_id AND c.id = %(conversation)s",
            {"id": scheduled_id, "conversation": conversation_id},
        )
    )


async def due(work: UnitOfWork, limit: int) -> list[UUID]:
    """What is to go now, the first to go first."""
    rows = await work.tuples(
        "SELECT id FROM scheduled_message WHERE workspace_id = %(workspace_id)s AND state = 'waiting' AND send_at <= %(now)s"
        " ORDER BY send_at, id LIMIT %(limit)s",
        {"now": work.clock.now(), "limit": limit},
    )
    return [row[0] for row in rows]


async def of_persons(work: UnitOfWork, person_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """What was written to these persons and has not gone, for giving out."""
    return await work.rows(
        "SELECT s.id, s.conversation_id, s.send_at, s.state, s.author_name, s.answer->>'text' AS text"
        f"{_FROM} AND c.person_id = ANY(%(ids)s) AND s.state <> 'sent' ORDER BY s.id",
        {"ids": list(person_ids)},
    )
