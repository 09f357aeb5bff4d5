"""SQL that deletes: conversations with all that hangs on them, deliveries of the journal; files are doomed with their rows."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.ids import first_id_of
from oase.kernel.removal import doom
from oase.people import delete_unheard

_SOLVED = "workspace_id = %(workspace_id)s AND state = 'solved' AND merged_into IS NULL AND last_at < %(before)s"
_TAKEN_IN = "workspace_id = %(workspace_id)s AND id < %(first)s AND state = 'done'"


async def count_conversations(work: UnitOfWork, before: datetime, limit: int) -> int:
    """How many solved conversations have been silent since before this moment, at most `limit`."""
    found: int = await work.value(
        f"SELECT count(*) FROM (SELECT FROM conversation WHERE {_SOLVED} LIMIT %(limit)s) old", {"before": before, "limit": limit}
    )
    return found


async def sweep_conversations(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Deletes those that have been silent longest, and the persons of whom nothing is left."""
    rows = await work.tuples(
        f"SELECT id, person_id FROM conversation WHERE {_SOLVED} ORDER BY last_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED",
        {"before": before, "limit": limit},
    )
    if rows:
        ids = [one for one, _ in rows]
        spoke = await work.tuples(
            "SELECT DISTINCT i.person_id FROM participant s JOIN identity i ON i.workspace_id = s.workspace_id AND i.id = s.identity_id"
            " WHERE s.workspace_id = %(workspace_id)s AND s.conversation_id = ANY(%(ids)s)",
            {"ids": ids},
        )
        await delete_conversations(work, ids)
        await _delete_persons(work, sorted({person for _, person in rows if person} | {person for (person,) in spoke}), before)
    return len(rows)


async def _delete_persons(work: UnitOfWork, ids: Sequence[UUID], before: datetime) -> None:
    alone = await work.tuples(
        "SELECT p.id FROM unnest(%(ids)b::uuid[]) AS p (id) WHERE NOT EXISTS (SELECT FROM conversation c"
        " WHERE c.workspace_id = %(workspace_id)s AND c.person_id = p.id) AND NOT EXISTS (SELECT FROM identity i JOIN participant s"
        " ON s.workspace_id = i.workspace_id AND s.identity_id = i.id WHERE i.workspace_id = %(workspace_id)s AND i.person_id = p.id)",
        {"ids": list(ids)},
    )
    await delete_unheard(work, [one for (one,) in alone], before)


async def delete_conversations(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Deletes conversations and those merged into them, with messages, deliveries, drafts and files."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND (id = ANY(%(ids)s) OR merged_into = ANY(%(ids)s))"
        " ORDER BY id FOR UPDATE",
        {"ids": list(ids)},
    )
    everything = [one for (one,) in rows]
    files = await work.tuples(
        "SELECT DISTINCT a.blob_key FROM message m JOIN attachment a ON a.workspace_id = m.workspace_id AND a.message_id = m.id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = ANY(%(ids)s) AND a.blob_key <> ''",
        {"ids": everything},
    )
    await doom(work, [key for (key,) in files])
    await work.run("DELETE FROM conversation WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)", {"ids": everything})


async def delete_messages(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Deletes single messages with their deliveries and files."""
    files = await work.tuples(
        "SELECT DISTINCT blob_key FROM attachment WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)s)"
        " AND blob_key <> ''",
        {"ids": list(ids)},
    )
    await doom(work, [key for (key,) in files])
    await work.run("DELETE FROM message WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)", {"ids": list(ids)})


async def count_journal(work: UnitOfWork, before: datetime, limit: int) -> int:
    """How many deliveries that were taken in arrived before this moment, at most `limit`."""
    found: int = await work.value(
        f"SELECT count(*) FROM (SELECT FROM journal WHERE {_TAKEN_IN} LIMIT %(limit)s) old",
        {"first": first_id_of(before), "limit": limit},
    )
    return found


async def sweep_journal(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Deletes the oldest of them."""
    rows = await work.tuples(
        f"SELECT id FROM journal WHERE {_TAKEN_IN} ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED",
        {"first": first_id_of(before), "limit": limit},
    )
    await delete_deliveries(work, [one for (one,) in rows])
    return len(rows)


async def delete_deliveries(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Deletes raw deliveries with their bytes."""
    rows = await work.tuples(
        "DELETE FROM journal WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) RETURNING blob_key", {"ids": list(ids)}
    )
    await doom(work, [key for (key,) in rows if key])
