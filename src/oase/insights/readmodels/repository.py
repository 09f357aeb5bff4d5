"""SQL of the read models: conversations, messages, deliveries and promises are read, `wait` is written."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec.structs import replace

from oase.insights.readmodels.types import Entry, Promised, Talk
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork

# What was said, with what became of ours. In public an answer belongs to the thread of whose message it answers.
_ENTRIES: Final = """
SELECT m.conversation_id, m.id, m.direction, m.channel, m.account_id, m.at, least(m.at, m.created_at), m.branch,
    coalesce(a.identity_id, m.identity_id), m.wants_answer, m.data->'settled'->>'how', (m.data->'settled'->>'at')::timestamptz,
    m.deleted_at IS NOT NULL, d.count, d.sent_at, d.leaving, d.unclear, d.failed
FROM unnest(%(ids)b::uuid[]) AS n (id), LATERAL (
    SELECT * FROM message WHERE workspace_id = %(workspace_id)s AND conversation_id = n.id AND automatic = ''
    AND (direction IN ('in', 'out') OR direction = 'event' AND kind = 'state' AND data->>'to' = 'solved')
    ORDER BY at DESC, id DESC LIMIT %(limit)s) AS m
LEFT JOIN LATERAL (
    SELECT count(*), min(sent_at) AS sent_at, bool_or(state IN ('queued', 'sending')) AS leaving,
    bool_or(state IN ('unknown', 'sent', 'delivered', 'read')) AS unclear, bool_or(state = 'failed') AS failed FROM delivery
    WHERE workspace_id = %(workspace_id)s AND message_id = m.id AND kind = 'message') AS d ON m.direction = 'out'
LEFT JOIN LATERAL (
    SELECT identity_id FROM message WHERE workspace_id = %(workspace_id)s AND account_id = m.account_id
    AND external_id = m.reply_to) AS a ON m.direction = 'out' AND m.branch IS NOT NULL AND m.reply_to <> ''
ORDER BY m.conversation_id, m.at, m.id"""
_WAITS: Final = Batch(
    id="uuid", conversation_id="uuid", channel="text", account_id="uuid", team_id="uuid", public="bool", kind="text",
    asked_at="timestamptz", due_at="timestamptz", ended_at="timestamptz", outcome="text", working_seconds="int",
)  # fmt: skip
_SURE: Final = Batch("sure_", conversation_id="uuid", since="timestamptz")


async def talks(work: UnitOfWork, ids: Sequence[UUID], limit: int) -> list[Talk]:
    """These conversations with their newest messages, at most `limit` of each. Three statements."""
    rows = await work.tuples(_ENTRIES, {"ids": sorted(set(ids)), "limit": limit})
    said: dict[UUID, list[Entry]] = defaultdict(list)
    read: dict[UUID, int] = defaultdict(int)
    for row in rows:
        said[row[0]].extend(_entries(row))
        read[row[0]] += 1
    found = await work.all(
        Talk,
        "SELECT id, kind = 'public' AS public, team_id, waiting_since IS NOT NULL AS owes, due_at, last_at FROM conversation"
        " WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) ORDER BY id",
        {"ids": sorted(set(ids))},
    )
    made = await _promises(work, [one.id for one in found])
    return [
        replace(one, entries=tuple(sorted(said[one.id], key=_in_order)), promises=tuple(made[one.id]), cut=read[one.id] >= limit)
        for one in found
    ]


def _in_order(entry: Entry) -> tuple[datetime, bool]:
    return entry.said_at, entry.part != "question"


async def _promises(work: UnitOfWork, ids: Sequence[UUID]) -> dict[UUID, list[Promised]]:
    found: dict[UUID, list[Promised]] = defaultdict(list)
    for conversation_id, since, due_at, withdrawn in await work.tuples(
        "SELECT c.id, p.since, p.due_at, p.outcome IS NOT DISTINCT FROM 'withdrawn' FROM (SELECT id AS made_in,"
        " coalesce(merged_into, id) AS id FROM conversation WHERE workspace_id = %(workspace_id)s"
        " AND (id = ANY(%(ids)s) OR merged_into = ANY(%(ids)s))) AS c JOIN promise p ON p.workspace_id = %(workspace_id)s"
        " AND p.conversation_id = c.made_in AND p.number = 1 AND p.kind IN ('first', 'next') ORDER BY p.since, p.made_at, p.id",
        {"ids": list(ids)},
    ):
        found[conversation_id].append(Promised(since=since, due_at=due_at, withdrawn=withdrawn))
    return found


def _entries(row: tuple[Any, ...]) -> Iterator[Entry]:
    """What one message means; a question that was settled by itself ends by itself."""
    _, id, direction, channel, account_id, at, asked_at, branch, asker, wants_answer, settled, settled_at, deleted = row[:13]
    thread = f"{branch} {asker}" if branch is not None else ""
    if direction == "in":
        yield Entry(
            id=id, part="question", thread=thread, channel=channel, account_id=account_id, said_at=at, moment=asked_at,
            owed=wants_answer, taken_back=deleted,
        )  # fmt: skip
        if settled and settled_at is not None and not wants_answer:
            yield Entry(
                id=id, part="answer" if settled == "answered" else "end", thread=thread, said_at=settled_at, moment=settled_at
            )
    elif direction == "event":
        yield Entry(id=id, part="end", said_at=at, moment=at)
    else:
        yield from _ours(id, thread, at, deleted, row[13:])


def _ours(id: UUID, thread: str, at: datetime, deleted: bool, deliveries: tuple[Any, ...]) -> Iterator[Entry]:
    count, sent_at, leaving, unclear, failed = deliveries
    if sent_at is not None or not count or unclear:
        yield Entry(id=id, part="answer", thread=thread, said_at=at, moment=sent_at or at)
    elif leaving:
        yield Entry(id=id, part="leaving", thread=thread, said_at=at, moment=at)
    elif failed and not deleted:
        yield Entry(id=id, part="end", thread=thread, said_at=at, moment=at)


async def keep(work: UnitOfWork, waits: Sequence[Mapping[str, Any]], sure: Mapping[UUID, datetime | None]) -> None:
    """Writes what these conversations' waiting looks like now. `sure`: since when that is complete; what is not there any more goes.

    Whose it was when its waiting ended stays.
    """
    ordered = sorted(waits, key=lambda one: one["id"])
    if ordered:
        await work.run(
            f"INSERT INTO wait (workspace_id, {_WAITS.names}) SELECT %(workspace_id)s, n.* FROM {_WAITS.rows}"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET conversation_id = excluded.conversation_id, kind = excluded.kind,"
            " asked_at = excluded.asked_at, ended_at = excluded.ended_at, outcome = excluded.outcome,"
            " team_id = CASE WHEN wait.ended_at IS NULL THEN excluded.team_id ELSE wait.team_id END,"
            " due_at = coalesce(excluded.due_at, wait.due_at), working_seconds = excluded.working_seconds",
            _WAITS.values(ordered),
        )
    rows = [{"conversation_id": one, "since": since} for one, since in sorted(sure.items())]
    await work.run(
        f"DELETE FROM wait w USING {_SURE.rows} WHERE w.workspace_id = %(workspace_id)s AND w.conversation_id = n.conversation_id"
        " AND NOT w.id = ANY(%(ids)s) AND w.asked_at > coalesce(n.since, '-infinity')",
        {**_SURE.values(rows), "ids": [one["id"] for one in waits]},
    )


async def moved_since(work: UnitOfWork, since: datetime | None, after: UUID, limit: int) -> list[UUID]:
    """The next conversations by id in which something happened since; merged ones have nothing of their own."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND id > %(after)s AND merged_into IS NULL"
        " AND last_at >= coalesce(%(since)s::timestamptz, '-infinity') ORDER BY id LIMIT %(limit)s",
        {"since": since, "after": after, "limit": limit},
    )
    return [one for (one,) in rows]


async def count_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """How many began before this moment, at most `limit`."""
    found: int = await work.value(
        "SELECT count(*) FROM (SELECT FROM wait WHERE workspace_id = %(workspace_id)s AND asked_at < %(before)s"
        " AND ended_at IS NOT NULL LIMIT %(limit)s) old",
        {"before": before, "limit": limit},
    )
    return found


async def delete_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Deletes the oldest of them."""
    return await work.run(
        "DELETE FROM wait WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM wait"
        " WHERE workspace_id = %(workspace_id)s AND asked_at < %(before)s AND ended_at IS NOT NULL ORDER BY asked_at LIMIT %(limit)s)",
        {"before": before, "limit": limit},
    )
