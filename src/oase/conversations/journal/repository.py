"""All SQL of the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.channels.contract import Broken
from oase.conversations.journal.types import Arrival, Became, JournalRow, JournalState, kept_headers
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import first_id_of, new_id

_CLOCKS: Final = timedelta(minutes=2)  # by how much the clocks of two processes may differ
_COLUMNS = (
    "id, account_id, channel, received_at, method, headers, query, body, blob_key, size_bytes"
    ", state, why, attempts, items, taken_at"
)


async def insert(work: UnitOfWork, arrivals: Sequence[Arrival]) -> None:
    """Writes deliveries, of any workspaces; known ones are left alone. Sorted: batches cannot deadlock."""
    ordered = sorted(arrivals, key=lambda one: (one.workspace_id.int, one.account_id.int, one.dedup))
    await work.run(
        "INSERT INTO journal (workspace_id, id, account_id, channel, dedup, received_at, method, headers, query, body, blob_key,"
        " size_bytes, state) SELECT a.*, 'new' FROM unnest(%(workspaces)b::uuid[], %(ids)b::uuid[], %(accounts)b::uuid[],"
        " %(channels)b::text[], %(dedups)b::bytea[], %(times)b::timestamptz[], %(methods)b::text[], %(headers)b::jsonb[],"
        " %(queries)b::jsonb[], %(bodies)b::bytea[], %(blobs)b::text[], %(sizes)b::bigint[]) AS a"
        " ON CONFLICT (workspace_id, account_id, dedup) DO NOTHING",
        {
            "workspaces": [one.workspace_id for one in ordered],
            "ids": [one.id for one in ordered],
            "accounts": [one.account_id for one in ordered],
            "channels": [one.channel for one in ordered],
            "dedups": [one.dedup for one in ordered],
            "times": [one.raw.received_at for one in ordered],
            "methods": [one.raw.method for one in ordered],
            "headers": [kept_headers(one.raw.headers) for one in ordered],
            "queries": [msgspec.json.encode(dict(one.raw.query)).decode() for one in ordered],
            "bodies": [None if one.blob_key else one.raw.body for one in ordered],
            "blobs": [one.blob_key for one in ordered],
            "sizes": [len(one.raw.body) for one in ordered],
        },
    )


async def lanes(work: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """(workspace, account) of everything that waits to be taken in, over all workspaces."""
    rows = await work.tuples("SELECT DISTINCT workspace_id, account_id FROM journal WHERE state = 'new'")
    return [(workspace, account) for workspace, account in rows]


async def next_batch(work: UnitOfWork, account_id: UUID, limit: int) -> list[JournalRow]:
    """The oldest deliveries of an account that wait."""
    return await work.all(
        JournalRow,
        f"SELECT {_COLUMNS} FROM journal WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s"
        " AND state = 'new' ORDER BY id LIMIT %(limit)s",
        {"account_id": account_id, "limit": limit},
    )


async def lock(work: UnitOfWork, ids: Sequence[UUID]) -> set[UUID]:
    """Those of the deliveries that still wait, locked until the end of the transaction."""
    rows = await work.tuples(
        "SELECT id FROM journal WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND state = 'new'"
        " ORDER BY id FOR UPDATE",
        {"ids": list(ids)},
    )
    return {row[0] for row in rows}


async def finish(work: UnitOfWork, fates: Sequence[tuple[UUID, JournalState, str, int]]) -> None:
    """Writes down what became of deliveries: (id, state, why, number of items)."""
    ordered = sorted(fates)
    await work.run(
        "UPDATE journal j SET state = f.state, why = f.why, items = f.items, attempts = attempts + 1, taken_at = %(now)s"
        " FROM unnest(%(ids)b::uuid[], %(states)b::text[], %(whys)b::text[], %(items)b::int[]) AS f (id, state, why, items)"
        " WHERE j.workspace_id = %(workspace_id)s AND j.id = f.id",
        {
            "ids": [one[0] for one in ordered],
            "states": [one[1] for one in ordered],
            "whys": [one[2] for one in ordered],
            "items": [one[3] for one in ordered],
            "now": work.clock.now(),
        },
    )


async def put_aside(work: UnitOfWork, broken: Sequence[tuple[UUID, Broken]]) -> None:
    """Keeps single items that cannot be read, with their place and the reason."""
    await work.run(
        "INSERT INTO quarantine (workspace_id, id, journal_id, place, why, at)"
        " SELECT %(workspace_id)s, q.id, q.journal_id, q.place, q.why, %(now)s"
        " FROM unnest(%(ids)b::uuid[], %(journals)b::uuid[], %(places)b::text[], %(whys)b::text[])"
        " AS q (id, journal_id, place, why)",
        {
            "ids": [new_id() for _ in broken],
            "journals": [journal for journal, _ in broken],
            "places": [one.place[:200] for _, one in broken],
            "whys": [one.why[:1000] for _, one in broken],
            "now": work.clock.now(),
        },
    )


async def find(work: UnitOfWork, journal_id: UUID) -> JournalRow | None:
    """One delivery."""
    return await work.one(
        JournalRow, f"SELECT {_COLUMNS} FROM journal WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": journal_id}
    )


async def listing(
    work: UnitOfWork,
    *,
    state: str = "",
    account_id: UUID | None = None,
    since: UUID | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[JournalRow]:
    """The newest deliveries first, without their bodies; those with `since` <= id < `before` (see `kernel.ids.first_id_of`)."""
    columns = _COLUMNS.replace(" body,", " NULL::bytea AS body,")
    return await work.all(
        JournalRow,
        f"SELECT {columns} FROM journal WHERE workspace_id = %(workspace_id)s"
        + (" AND state = %(state)s" if state and state != "trouble" else "")
        + (" AND state IN ('partial', 'quarantined')" if state == "trouble" else "")
        + (" AND account_id = %(account_id)s" if account_id else "")
        + (" AND id >= %(since)s" if since else "")
        + (" AND id < %(before)s" if before else "")
        + " ORDER BY id DESC LIMIT %(limit)s",
        {"state": state, "account_id": account_id, "since": since, "before": before, "limit": limit},
    )


async def became(work: UnitOfWork, row: JournalRow) -> list[Became]:
    """The messages that a delivery became, at most 50.

    Messages have no index by delivery: their ids carry the time at which they were made, between the delivery's arrival and
    the moment at which it was taken in last.
    """
    if row.taken_at is None:
        return []
    return await work.all(
        Became,
        "SELECT m.id AS message_id, m.conversation_id, c.number, c.subject, left(m.text, 200) AS text, m.kind, m.at"
        " FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.id BETWEEN %(first)s AND %(last)s AND m.journal_id = %(id)s"
        " ORDER BY m.id LIMIT 50",
        {"id": row.id, "first": first_id_of(row.received_at - _CLOCKS), "last": first_id_of(row.taken_at + _CLOCKS)},
    )


async def last_arrivals(work: UnitOfWork) -> dict[UUID, datetime]:
    """When each account was last heard of, among the newest 5,000 deliveries of the workspace."""
    rows = await work.tuples(
        "SELECT account_id, max(received_at) FROM (SELECT account_id, received_at FROM journal"
        " WHERE workspace_id = %(workspace_id)s ORDER BY id DESC LIMIT 5000) newest GROUP BY account_id"
    )
    return dict(rows)


async def quarantined_items(work: UnitOfWork, journal_id: UUID) -> list[dict[str, Any]]:
    """The items of a delivery that were put aside."""
    return await work.rows(
        "SELECT id, place, why, at FROM quarantine WHERE workspace_id = %(workspace_id)s AND journal_id = %(id)s ORDER BY id",
        {"id": journal_id},
    )


async def replay(work: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Puts deliveries back into their lane; items that are in place already are recognised and not doubled."""
    await work.run(
        "DELETE FROM quarantine WHERE workspace_id = %(workspace_id)s AND journal_id = ANY(%(ids)s)", {"ids": list(ids)}
    )
    return await work.run(
        "UPDATE journal SET state = 'new', why = '' WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " AND state <> 'new'",
        {"ids": list(ids)},
    )
