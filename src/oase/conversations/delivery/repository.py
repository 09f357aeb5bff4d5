"""All SQL of deliveries: the table is the queue, one lane per account."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from oase.conversations.delivery.types import Delivery, DeliveryKind, Fate, Planned
from oase.kernel.db import UnitOfWork


async def lanes(work: UnitOfWork) -> list[tuple[UUID, UUID]]:
    """(workspace, account) of lanes with something to do, over all workspaces."""
    rows = await work.tuples(
        "SELECT DISTINCT workspace_id, account_id FROM delivery WHERE state = 'queued' AND next_at <= %(now)s"
        " UNION SELECT workspace_id, account_id FROM delivery WHERE state = 'sending'",
        {"now": work.clock.now()},
    )
    return [(workspace, account) for workspace, account in rows]


async def insert(
    work: UnitOfWork,
    rows: Sequence[tuple[UUID, UUID, UUID, UUID, str, int, Planned, datetime]],
    kind: DeliveryKind = "message",
) -> None:
    """Queues deliveries: (id, message, conversation, account, recipient, part, planned, not before)."""
    ordered = sorted(rows, key=lambda row: row[0])
    columns = list(zip(*ordered, strict=True))
    await work.run(
        "INSERT INTO delivery (workspace_id, id, message_id, conversation_id, account_id, recipient, thread, kind, part,"
        " outbound, state, next_at,"
        " created_at) SELECT %(workspace_id)s, n.id, n.message_id, n.conversation_id, n.account_id,"
        " n.recipient, coalesce(n.outbound->'outbound'->'envelope'->>'thread', ''), %(kind)s, n.part, n.outbound,"
        " 'queued', n.next_at, %(now)s FROM unnest(%(ids)b::uuid[], %(messages)b::uuid[], %(conversations)b::uuid[],"
        " %(accounts)b::uuid[], %(recipients)b::text[], %(parts)b::int[], %(outbounds)b::jsonb[], %(times)b::timestamptz[])"
        " AS n (id, message_id, conversation_id, account_id, recipient, part, outbound, next_at)",
        {
            "kind": kind,
            "ids": list(columns[0]),
            "messages": list(columns[1]),
            "conversations": list(columns[2]),
            "accounts": list(columns[3]),
            "recipients": list(columns[4]),
            "parts": list(columns[5]),
            "outbounds": [msgspec.json.encode(planned).decode() for planned in columns[6]],
            "times": list(columns[7]),
            "now": work.clock.now(),
        },
    )


async def claim(
    work: UnitOfWork, account_id: UUID, limit: int, held: Sequence[str] = (), public: bool | None = None
) -> list[Delivery]:
    """The oldest that may go now become *sending*; to one person only one at a time, in order.

    `public`: only what is said there, or only what is not; None: all. Nothing goes to those `held`: persons, or public places.
    """
    rows = await work.tuples(
        # materialized: a sub-select with LIMIT that locks may be run again for each row of a join, and then claims too many
        "WITH next AS MATERIALIZED (SELECT q.id FROM delivery q"
        " WHERE q.workspace_id = %(workspace_id)s AND q.account_id = %(account_id)s AND q.state = 'queued'"
        f" AND q.next_at <= %(now)s AND {_of_side(public, 'q')}"
        " AND NOT EXISTS (SELECT FROM delivery e WHERE e.workspace_id = q.workspace_id AND e.account_id = q.account_id"
        " AND e.recipient = q.recipient AND e.id < q.id AND (e.state = 'sending'"
        " OR (e.state = 'queued' AND (e.attempts > 0 OR e.next_at <= %(now)s))))"
        " ORDER BY q.id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)"
        " UPDATE delivery d SET state = 'sending', attempts = attempts + 1 FROM next"
        " WHERE d.workspace_id = %(workspace_id)s AND d.id = next.id"
        " RETURNING d.id, d.message_id, d.conversation_id, d.recipient, d.thread, d.kind, d.part, d.outbound, d.attempts, d.next_at,"
        " d.created_at",
        {"account_id": account_id, "limit": limit, "held": list(held), "now": work.clock.now()},
    )
    return sorted((_delivery(row) for row in rows), key=lambda one: one.id)


def _delivery(row: tuple[object, ...]) -> Delivery:
    names = (
        "id", "message_id", "conversation_id", "recipient", "thread", "kind", "part", "planned", "attempts", "next_at", "created_at",
    )  # fmt: skip
    values = dict(zip(names, row, strict=True))
    return Delivery(**{**values, "planned": msgspec.convert(values["planned"], Planned)})  # type: ignore[arg-type]


async def write_fates(work: UnitOfWork, fates: Sequence[Fate]) -> set[UUID]:
    """What became of attempts. A row that a receipt or a person moved on meanwhile keeps its better state, and why. Gives what changed."""
    ordered = sorted(fates, key=lambda one: one.delivery_id)
    rows = await work.tuples(
        f"UPDATE delivery d SET {_unless_moved('state', 'code', 'why')}, external_id = coalesce(d.external_id, n.external_id),"
        " next_at = coalesce(n.next_at, d.next_at),"
        " sent_at = CASE WHEN n.state IN ('sent', 'delivered') THEN coalesce(d.sent_at, %(now)s) ELSE d.sent_at END,"
        " delivered_at = CASE WHEN n.state = 'delivered' THEN coalesce(d.delivered_at, %(now)s) ELSE d.delivered_at END,"
        " failed_at = CASE WHEN n.state = 'failed' THEN %(now)s ELSE d.failed_at END"
        " FROM unnest(%(ids)b::uuid[], %(states)b::text[], %(externals)b::text[], %(codes)b::text[], %(whys)b::text[],"
        " %(times)b::timestamptz[]) AS n (id, state, external_id, code, why, next_at)"
        " WHERE d.workspace_id = %(workspace_id)s AND d.id = n.id AND d.state <> 'cancelled' RETURNING d.id",
        {
            "ids": [one.delivery_id for one in ordered],
            "states": [one.state for one in ordered],
            "externals": [one.external_id for one in ordered],
            "codes": [one.code for one in ordered],
            "whys": [one.why for one in ordered],
            "times": [one.next_at for one in ordered],
            "now": work.clock.now(),
        },
    )
    await _name_messages(work, [one for one in ordered if one.external_id and one.kind == "message" and one.part == 0])
    return {row[0] for row in rows}


def _unless_moved(*columns: str) -> str:
    return ", ".join(f"{one} = CASE WHEN d.state IN ('sending', 'unknown') THEN n.{one} ELSE d.{one} END" for one in columns)


async def _name_messages(work: UnitOfWork, accepted: Sequence[Fate]) -> None:
    """The provider's id goes to the message, so that answers to it find their conversation."""
    if accepted:
        await work.run(
            "UPDATE message m SET external_id = n.external_id FROM unnest(%(ids)b::uuid[],"
            " %(externals)b::text[]) AS n (id, external_id)"
            " WHERE m.workspace_id = %(workspace_id)s AND m.id = n.id AND m.external_id IS NULL"
            " AND NOT EXISTS (SELECT FROM message o WHERE o.workspace_id = m.workspace_id AND o.account_id = m.account_id"
            " AND o.external_id = n.external_id)",  # a copy that stands there already must not hold up the lane
            {"ids": [one.message_id for one in accepted], "externals": [one.external_id for one in accepted]},
        )


async def orphans(work: UnitOfWork, account_id: UUID, *, repeat: bool) -> list[tuple[UUID, DeliveryKind, UUID, str]]:
    """Deliveries that a dead process left *sending*: *unknown*, or queued again where the provider recognises repeats.

    Gives conversation, kind, message and state of each.
    """
    state, why = ("queued", "") if repeat else ("unknown", "The program stopped while this was being sent.")
    return await work.tuples(
        "UPDATE delivery SET state = CASE WHEN kind = 'act' THEN 'queued' ELSE %(state)s END, why = %(why)s"
        " WHERE workspace_id = %(workspace_id)s AND account_id = %(account_id)s AND state = 'sending'"
        " RETURNING conversation_id, kind, message_id, state",
        {"account_id": account_id, "state": state, "why": why},
    )


def _of_side(public: bool | None, table: str) -> str:
    """What a delivery must be to go on this side, and to nobody, or to no place, that is held."""
    if public:
        return f"{table}.thread <> '' AND {table}.thread <> ALL(%(held)s::text[])"
    return f"{table}.recipient <> ALL(%(held)s::text[])" + (f" AND {table}.thread = ''" if public is False else "")


async def next_due(work: UnitOfWork, account_id: UUID, held: Sequence[str], public: bool | None = None) -> datetime | None:
    """When the lane has something to do next on this side (None: on any), apart from those `held`."""
    found = await work.value(
        "SELECT min(q.next_at) FROM delivery q WHERE q.workspace_id = %(workspace_id)s AND q.account_id = %(account_id)s"
        f" AND q.state = 'queued' AND {_of_side(public, 'q')}",
        {"account_id": account_id, "held": list(held)},
    )
    return found if isinstance(found, datetime) else None


async def files(work: UnitOfWork, attachment_ids: Sequence[UUID]) -> dict[UUID, tuple[str, str, str, bool, str]]:
    """id -> (name, type, blob key, inline, content id) of stored files."""
    rows = await work.tuples(
        "SELECT id, name, type, blob_key, inline, content_id FROM attachment WHERE workspace_id = %(workspace_id)s"
        " AND id = ANY(%(ids)s) AND state = 'stored'",
        {"ids": list(attachment_ids)},
    )
    return {row[0]: row[1:] for row in rows}


async def record(work: UnitOfWork, message_id: UUID, state: str, external_id: str, at: datetime, why: str) -> None:
    """The fate of a message that went another way than through a lane, while its deliveries are still queued."""
    await work.run(
        "UPDATE delivery SET state = %(state)s, why = %(why)s, attempts = 1,"
        " external_id = CASE WHEN part = 0 THEN %(external_id)s ELSE external_id END,"
        " sent_at = CASE WHEN %(state)s <> 'failed' THEN %(at)s END,"
        " delivered_at = CASE WHEN %(state)s IN ('delivered', 'read') THEN %(at)s END,"
        " read_at = CASE WHEN %(state)s = 'read' THEN %(at)s END, failed_at = CASE WHEN %(state)s = 'failed' THEN %(at)s END"
        " WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s AND kind = 'message' AND state = 'queued'",
        {"id": message_id, "state": state, "external_id": external_id, "at": at, "why": why},
    )
    await work.run(
        "UPDATE message SET external_id = %(external_id)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": message_id, "external_id": external_id},
    )
