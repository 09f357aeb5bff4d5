"""All SQL of notifications: each function is one statement, for a whole batch where there is one."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.desk.notifications.types import Device, Notification, Seen, Told, Wishes
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_NOTIFICATION: Final = "id, agent_id, kind, conversation_id, person_id, message_id, by_name, at, words"
_TOLD: Final = Batch(
    id="uuid", agent_id="uuid", kind="text", conversation_id="uuid", person_id="uuid", message_id="uuid", by_name="text",
    source="text", mail="bool",    at="timestamptz", words="text",
)  # fmt: skip
_SEEN: Final = Batch(conversation_id="uuid", at="timestamptz", by="uuid", kept="uuid", kind="text")
_UNTIL_LOOKED: Final = ("mention", "task", "unsent")
_PUSHED: Final = Batch(id="uuid", agent_id="uuid", about="uuid")


class Leased(Struct, frozen=True, kw_only=True):
    """A push that is to be tried now."""

    id: UUID
    subscription_id: UUID
    sealed: bytes
    attempts: int
    notification: UUID


async def wishes(work: UnitOfWork) -> dict[UUID, Wishes]:
    """What agents wish, of those who said something."""
    rows = await work.tuples("SELECT id, wishes FROM notification_wishes WHERE workspace_id = %(workspace_id)s")
    return {agent_id: msgspec.convert(stored, Wishes) for agent_id, stored in rows}


async def wishes_of(work: UnitOfWork, agent_id: UUID) -> Wishes:
    """What one agent wishes."""
    stored = await work.value(
        "SELECT wishes FROM notification_wishes WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": agent_id}
    )
    return msgspec.convert(stored, Wishes) if stored else Wishes()


async def put_wishes(work: UnitOfWork, agent_id: UUID, given: Wishes) -> None:
    """Writes what an agent wishes."""
    await work.run(
        "INSERT INTO notification_wishes (workspace_id, id, wishes) VALUES (%(workspace_id)s, %(id)s, %(wishes)s::jsonb)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET wishes = excluded.wishes",
        {"id": agent_id, "wishes": msgspec.json.encode(given).decode()},
    )


async def insert(work: UnitOfWork, told: Sequence[Told]) -> set[UUID]:
    """Writes notifications down, each once for its agent and source; gives the new ones."""
    rows = await work.tuples(
        f"INSERT INTO notification (workspace_id, {_TOLD.names}) SELECT %(workspace_id)s, n.* FROM {_TOLD.rows}"
        " WHERE EXISTS (SELECT FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.id = n.conversation_id)"
        " OR EXISTS (SELECT FROM person p WHERE p.workspace_id = %(workspace_id)s AND p.id = n.person_id)"
        " ON CONFLICT (workspace_id, agent_id, source) DO NOTHING RETURNING id",
        _TOLD.values(told),
    )
    return {row[0] for row in rows}


async def queue_pushes(work: UnitOfWork, told: Sequence[Told]) -> int:
    """Puts them (one of each agent and conversation) on the way to every browser of their agents; a newer one replaces an older."""
    return await work.run(
        "INSERT INTO push_delivery (workspace_id, id, subscription_id, about_id, notification_id, next_at)"
        f" SELECT s.workspace_id, gen_random_uuid(), s.id, n.about, n.id, %(now)s FROM {_PUSHED.rows}"
        " JOIN push_subscription s ON s.workspace_id = %(workspace_id)s AND s.agent_id = n.agent_id"
        " ON CONFLICT (workspace_id, subscription_id, about_id) DO UPDATE"
        " SET notification_id = excluded.notification_id, attempts = 0, next_at = excluded.next_at",
        {**_PUSHED.values({"id": one.id, "agent_id": one.agent_id, "about": one.about} for one in told), "now": work.clock.now()},
    )


async def see(work: UnitOfWork, seen: Sequence[Seen]) -> set[UUID]:
    """Ends concerns. A mention, a task and what was not sent end only when their agent looks. Gives the agents who have less to see now."""
    rows = await work.tuples(
        f"UPDATE notification t SET seen_at = %(now)s FROM {_SEEN.rows} WHERE t.workspace_id = %(workspace_id)s"
        " AND (t.conversation_id = n.conversation_id OR t.person_id = n.conversation_id)"
        " AND t.seen_at IS NULL AND t.at <= n.at AND (n.kind IS NULL OR t.kind = n.kind) AND (t.agent_id = n.by"
        " OR n.by IS NULL AND t.kind <> ALL(%(stays)s) AND (t.agent_id IS DISTINCT FROM n.kept OR t.kind = 'unassigned'))"
        " RETURNING t.agent_id",
        {**_SEEN.values(seen), "now": work.clock.now(), "stays": list(_UNTIL_LOOKED)},
    )
    return {row[0] for row in rows}


async def drop_seen_pushes(work: UnitOfWork, agent_ids: Sequence[UUID]) -> int:
    """What these agents have seen is not shown to them any more."""
    return await work.run(
        "DELETE FROM push_delivery d USING notification t WHERE d.workspace_id = %(workspace_id)s AND t.workspace_id = d.workspace_id"
        " AND t.id = d.notification_id AND t.agent_id = ANY(%(agents)s) AND t.seen_at IS NOT NULL",
        {"agents": sorted(agent_ids)},
    )


async def follow_merged(work: UnitOfWork, merged: Sequence[tuple[UUID, UUID]]) -> int:
    """What was told of a conversation is told of the one that it became part of."""
    return await work.run(
        "UPDATE notification t SET conversation_id = n.kept FROM unnest(%(old)b::uuid[], %(kept)b::uuid[]) AS n (old, kept)"
        " WHERE t.workspace_id = %(workspace_id)s AND t.conversation_id = n.old AND t.seen_at IS NULL",
        {"old": [one[0] for one in merged], "kept": [one[1] for one in merged]},
    )


async def waiting(work: UnitOfWork, agent_ids: Sequence[UUID]) -> dict[UUID, int]:
    """In how many conversations something waits for these agents."""
    rows = await work.tuples(
        "SELECT agent_id, count(DISTINCT coalesce(conversation_id, person_id)) FROM notification"
        " WHERE workspace_id = %(workspace_id)s AND agent_id = ANY(%(agents)s) AND seen_at IS NULL GROUP BY agent_id",
        {"agents": sorted(agent_ids)},
    )
    return dict(rows)


async def find(work: UnitOfWork, ids: Sequence[UUID]) -> list[Notification]:
    """These notifications, as far as they still concern their agents."""
    return await work.all(
        Notification,
        f"SELECT {_NOTIFICATION} FROM notification WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND seen_at IS NULL",
        {"ids": sorted(ids)},
    )


async def due_workspaces(work: UnitOfWork) -> list[UUID]:
    """Workspaces in which something is to be pushed now."""
    rows = await work.tuples(
        "SELECT DISTINCT workspace_id FROM push_delivery WHERE next_at <= %(now)s", {"now": work.clock.now()}
    )
    return [row[0] for row in rows]


async def lease(work: UnitOfWork, limit: int, until: datetime) -> list[Leased]:
    """Takes what is due, the oldest first; nobody else takes it before `until`."""
    return await work.all(
        Leased,
        "UPDATE push_delivery d SET attempts = d.attempts + 1, next_at = %(until)s FROM push_subscription s, (SELECT id"
        " FROM push_delivery WHERE workspace_id = %(workspace_id)s AND next_at <= %(now)s ORDER BY next_at, id LIMIT %(limit)s"
        " FOR UPDATE SKIP LOCKED) AS n WHERE d.workspace_id = %(workspace_id)s AND d.id = n.id AND s.workspace_id = d.workspace_id"
        " AND s.id = d.subscription_id RETURNING d.id, d.subscription_id, s.sealed, d.attempts, d.notification_id AS notification",
        {"now": work.clock.now(), "until": until, "limit": limit},
    )


async def drop_pushes(work: UnitOfWork, sent: Sequence[tuple[UUID, UUID]]) -> None:
    """(push, notification): done with, unless a newer notification has taken its place meanwhile."""
    await work.run(
        "DELETE FROM push_delivery d USING unnest(%(ids)b::uuid[], %(notifications)b::uuid[]) AS n (id, notification)"
        " WHERE d.workspace_id = %(workspace_id)s AND d.id = n.id AND d.notification_id = n.notification",
        {"ids": [one[0] for one in sent], "notifications": [one[1] for one in sent]},
    )


async def try_again(work: UnitOfWork, push_id: UUID, notification_id: UUID, wait: timedelta) -> None:
    """Later, unless a newer notification has taken its place."""
    await work.run(
        "UPDATE push_delivery SET next_at = %(next)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s"
        " AND notification_id = %(notification)s",
        {"id": push_id, "notification": notification_id, "next": work.clock.now() + wait},
    )


async def put_subscription(
    work: UnitOfWork, agent_id: UUID, session_id: UUID, fingerprint: bytes, sealed: bytes, user_agent: str
) -> UUID:
    """Writes a browser down; it belongs to who is signed in there now."""
    found: UUID = await work.value(
        "INSERT INTO push_subscription (workspace_id, id, agent_id, session_id, fingerprint, sealed, user_agent, created_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(agent)s, %(session)s, %(fingerprint)s, %(sealed)s, %(user_agent)s, %(now)s)"
        " ON CONFLICT (workspace_id, fingerprint) DO UPDATE SET agent_id = excluded.agent_id, session_id = excluded.session_id,"
        " sealed = excluded.sealed, user_agent = excluded.user_agent RETURNING id",
        {
            "id": new_id(),
            "agent": agent_id,
            "session": session_id,
            "fingerprint": fingerprint,
            "sealed": sealed,
            "user_agent": user_agent,
            "now": work.clock.now(),
        },
    )
    return found


async def subscriptions_of(work: UnitOfWork, agent_id: UUID, session_id: UUID | None = None) -> list[tuple[UUID, bytes]]:
    """(id, sealed) of the browsers of an agent; of one session only, if it is given."""
    rows = await work.tuples(
        "SELECT id, sealed FROM push_subscription WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s"
        " AND (%(session)s::uuid IS NULL OR session_id = %(session)s) ORDER BY id",
        {"agent": agent_id, "session": session_id},
    )
    return [(row[0], bytes(row[1])) for row in rows]


async def devices_of(work: UnitOfWork, agent_id: UUID) -> list[Device]:
    """The browsers in which an agent is told."""
    return await work.all(
        Device,
        "SELECT id, session_id, user_agent, trouble, created_at FROM push_subscription"
        " WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s ORDER BY id",
        {"agent": agent_id},
    )


async def delete_subscription(work: UnitOfWork, subscription_id: UUID, agent_id: UUID | None = None) -> bool:
    """Forgets a browser, with what is on its way to it; only if it is this agent's, where one is given."""
    return bool(
        await work.run(
            "DELETE FROM push_subscription WHERE workspace_id = %(workspace_id)s AND id = %(id)s"
            " AND (%(agent)s::uuid IS NULL OR agent_id = %(agent)s)",
            {"id": subscription_id, "agent": agent_id},
        )
    )


async def delete_by_fingerprint(work: UnitOfWork, agent_id: UUID, fingerprint: bytes) -> bool:
    """Forgets a browser by its address."""
    return bool(
        await work.run(
            "DELETE FROM push_subscription WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s"
            " AND fingerprint = %(fingerprint)s",
            {"agent": agent_id, "fingerprint": fingerprint},
        )
    )


async def note_trouble(work: UnitOfWork, subscription_id: UUID, why: str) -> None:
    """Why a browser was not reached; empty: it was."""
    await work.run(
        "UPDATE push_subscription SET trouble = %(why)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND trouble <> %(why)s",
        {"id": subscription_id, "why": why[:300]},
    )


async def unmailed_agents(work: UnitOfWork, since: datetime) -> list[tuple[UUID, datetime, datetime | None]]:
    """(agent, since when the oldest unmailed thing waits, when the last mail went) of those for whom something waits."""
    rows = await work.tuples(
        "SELECT w.agent_id, w.oldest, (SELECT max(m.mailed_at) FROM notification m WHERE m.workspace_id = %(workspace_id)s"
        " AND m.agent_id = w.agent_id AND m.at > %(since)s) FROM (SELECT agent_id, min(at) AS oldest FROM notification"
        " WHERE workspace_id = %(workspace_id)s AND seen_at IS NULL AND mailed_at IS NULL AND mail AND at > %(since)s"
        " GROUP BY agent_id) AS w ORDER BY w.agent_id",
        {"since": since},
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def mark_mailed(work: UnitOfWork, agent_ids: Sequence[UUID]) -> list[Notification]:
    """Everything that waits for these agents and may be mailed; from now on it has been."""
    return await work.all(
        Notification,
        "UPDATE notification SET mailed_at = %(now)s WHERE workspace_id = %(workspace_id)s AND agent_id = ANY(%(agents)s)"
        f" AND seen_at IS NULL AND mail RETURNING {_NOTIFICATION}",
        {"agents": sorted(agent_ids), "now": work.clock.now()},
    )


async def count_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """How many notifications are from before this moment, at most `limit`."""
    found: int = await work.value(
        "SELECT count(*) FROM (SELECT FROM notification WHERE workspace_id = %(workspace_id)s AND at < %(before)s"
        " LIMIT %(limit)s) old",
        {"before": before, "limit": limit},
    )
    return found


async def delete_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Deletes notifications from before this moment, the oldest first, with what is still on its way of them."""
    return await work.run(
        "DELETE FROM notification WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM notification"
        " WHERE workspace_id = %(workspace_id)s AND at < %(before)s ORDER BY at, id LIMIT %(limit)s)",
        {"before": before, "limit": limit},
    )
