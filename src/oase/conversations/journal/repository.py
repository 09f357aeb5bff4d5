"""All SQL of the journal."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from oase.channels.contract import Broken
from oase.conversations.journal.types import Arrival, Became, JournalRow, JournalState
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import first_id_of, new_id

_CLOCKS: Final = timedelta(minutes=2)  # by how much the clocks of two processes may differ
_COLUMNS = (
    "id, account_id, channel, received_at, method, headers, query, body, blob_key, size_bytes"
    ", state, why, attempts, items, taken_at, next_at"
)

_OF_J: Final = ", ".join(f"j.{name.strip()}" for name in _COLUMNS.split(","))

_ARRIVALS: Final = Batch(
    workspace_id="uuid", id="uuid", account_id="uuid", channel="text", dedup="bytea", received_at="timestamptz", method="text",
    headers="jsonb", query="jsonb", body="bytea", blob_key="text", size_bytes="bigint", state="text", next_at="timestamptz",
)  # fmt: skip
_FATES: Final = Batch(id="uuid", state="text", why="text", items="int")
_BROKEN: Final = Batch(id="uuid", journal_id="uuid", place="text", why="text")


async def insert(work: UnitOfWork, arrivals: Sequence[Arrival]) -> None:
    """Writes deliveries, of any workspaces; known ones are left alone. Sorted: batches cannot deadlock."""
    ordered = sorted(arrivals, key=lambda one: (one.workspace_id.int, one.account_id.int, one.dedup))
    await work.run(
        f"INSERT INTO journal ({_ARRIVALS.names}) SELECT n.* FROM {_ARRIVALS.rows}"
        " ON CONFLICT (workspace_id, account_id, dedup) DO NOTHING",
        _ARRIVALS.values(one.row() for one in ordered),
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
    names = ("id", "state", "why", "items")
    await work.run(
        "UPDATE journal j SET state = n.state, why = n.why, items = n.items, attempts = attempts + 1, taken_at = %(now)s"
        f" FROM {_FATES.rows} WHERE j.workspace_id = %(workspace_id)s AND j.id = n.id",
        {**_FATES.values(dict(zip(names, fate, strict=True)) for fate in sorted(fates)), "now": work.clock.now()},
    )


async def pointing_workspaces(work: UnitOfWork) -> list[UUID]:
    """Where deliveries wait that only point at something and are due to be followed; over all workspaces."""
    rows = await work.tuples(
        "SELECT DISTINCT workspace_id FROM journal WHERE state = 'pointed' AND next_at <= %(now)s", {"now": work.clock.now()}
    )
    return [workspace for (workspace,) in rows]


async def lease_pointers(work: UnitOfWork, limit: int, until: datetime) -> list[JournalRow]:
    """The pointers of a workspace that are due longest, for one attempt. From now on the same may come once more."""
    return await work.all(
        JournalRow,
        "WITH next AS MATERIALIZED (SELECT id FROM journal WHERE workspace_id = %(workspace_id)s AND state = 'pointed'"
        " AND next_at <= %(now)s ORDER BY next_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)"
        " UPDATE journal j SET next_at = %(until)s, attempts = attempts + 1, dedup = uuid_send(j.id) FROM next"
        f" WHERE j.workspace_id = %(workspace_id)s AND j.id = next.id RETURNING {_OF_J}",
        {"now": work.clock.now(), "limit": limit, "until": until},
    )


async def follow_later(work: UnitOfWork, journal_id: UUID, at: datetime, why: str) -> None:
    """What it points at could not be fetched."""
    await work.run(
        "UPDATE journal SET next_at = %(at)s, why = %(why)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": journal_id, "at": at, "why": why[:1000]},
    )


async def followed(work: UnitOfWork, journal_id: UUID, state: JournalState, why: str, items: int) -> None:
    """What it points at was fetched, or never will be."""
    await work.run(
        "UPDATE journal SET state = %(state)s, why = %(why)s, items = %(items)s, taken_at = %(now)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": journal_id, "state": state, "why": why[:1000], "items": items, "now": work.clock.now()},
    )


async def put_aside(work: UnitOfWork, broken: Sequence[tuple[UUID, Broken]]) -> None:
    """Keeps single items that cannot be read, with their place and the reason."""
    rows = [{"id": new_id(), "journal_id": journal, "place": one.place[:200], "why": one.why[:1000]} for journal, one in broken]
    await work.run(
        f"INSERT INTO quarantine (workspace_id, at, {_BROKEN.names}) SELECT %(workspace_id)s, %(now)s, n.* FROM {_BROKEN.rows}",
        {**_BROKEN.values(rows), "now": work.clock.now()},
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
        "UPDATE journal SET state = CASE WHEN next_at IS NULL THEN 'new' ELSE 'pointed' END, why = '',"
        " next_at = CASE WHEN next_at IS NULL THEN NULL ELSE %(now)s END WHERE workspace_id = %(workspace_id)s"
        " AND id = ANY(%(ids)s) AND state NOT IN ('new', 'pointed')",
        {"ids": list(ids), "now": work.clock.now()},
    )
