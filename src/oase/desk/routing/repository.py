"""All SQL of routing. Statements of the leader run in a transaction that `hold_epoch` has begun."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct, structs
from psycopg.types.json import Jsonb

from oase.desk.routing.types import Began, Ended, Expected, LaidAside, LiveOffer, OfferState, Quoted, Remembered, Stranded
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_LIVE: Final = "id, conversation_id, waiting_since, agent_id, state, made_at, expires_at, begun_at"

_ENDED: Final = Batch(conversation_id="uuid", state="text")
_BEGAN: Final = Batch(
    id="uuid", conversation_id="uuid", waiting_since="timestamptz", agent_id="uuid", begun="bool", rule="smallint", facts="jsonb",
    until="timestamptz",
)  # fmt: skip
_QUOTED: Final = Batch(
    id="uuid", conversation_id="uuid", waiting_since="timestamptz", kind="text", made_at="timestamptz", p50="float8", p80="float8",
    p90="float8", answer="float8", usually="bool", busy="bool",
)  # fmt: skip


async def next_epoch(work: UnitOfWork) -> int:
    """This process leads from now on; whoever led before can write no more."""
    found = await work.value(
        "INSERT INTO routing_leader (workspace_id, id, epoch, since) VALUES (%(workspace_id)s, %(workspace_id)s, 1, %(now)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET epoch = routing_leader.epoch + 1, since = excluded.since RETURNING epoch",
        {"now": work.clock.now()},
    )
    return int(found)


async def hold_epoch(work: UnitOfWork, epoch: int, conversation_ids: Collection[UUID] = ()) -> list[LiveOffer] | None:
    """Nobody else begins to lead until the transaction ends; None if somebody has: else what is live of these conversations."""
    rows = await work.tuples(
        f"SELECT l.epoch, {', '.join(f'o.{name}' for name in LiveOffer.__struct_fields__)} FROM routing_leader l LEFT JOIN offer o"
        " ON o.workspace_id = l.workspace_id AND o.conversation_id = ANY(%(ids)s) AND o.state IN ('made', 'working')"
        " WHERE l.workspace_id = %(workspace_id)s AND l.id = %(workspace_id)s FOR SHARE OF l",
        {"ids": list(conversation_ids)},
    )
    if not rows or rows[0][0] != epoch:
        return None
    return [LiveOffer(**dict(zip(LiveOffer.__struct_fields__, row[1:], strict=True))) for row in rows if row[1] is not None]


async def live_offers(work: UnitOfWork, conversation_ids: Collection[UUID] | None = None) -> list[LiveOffer]:
    """What is offered or at work: of these conversations, or all."""
    return await work.all(
        LiveOffer,
        f"SELECT {_LIVE} FROM offer WHERE workspace_id = %(workspace_id)s AND state IN ('made', 'working')"
        + (" AND conversation_id = ANY(%(ids)s)" if conversation_ids is not None else "")
        + " ORDER BY made_at, id",
        {"ids": sorted(conversation_ids or ())},
    )


async def times_parked(work: UnitOfWork) -> dict[UUID, int]:
    """How often what waits now was laid aside."""
    rows = await work.tuples(
        "SELECT o.conversation_id, count(*) FROM offer o JOIN conversation c ON c.workspace_id = o.workspace_id"
        " AND c.id = o.conversation_id AND c.waiting_since = o.waiting_since"
        " WHERE o.workspace_id = %(workspace_id)s AND o.state = 'parked' GROUP BY 1"
    )
    return {row[0]: row[1] for row in rows}


async def laid_aside(work: UnitOfWork, conversation_ids: Collection[UUID]) -> list[LaidAside]:
    """Which of these conversations their agents laid aside and have not come back to. One query."""
    return await work.all(
        LaidAside,
        "SELECT a.conversation_id, a.agent_id, a.ended_at AS at, l.conversation_id AS instead_id FROM (SELECT DISTINCT ON"
        " (o.conversation_id) o.conversation_id, o.agent_id, o.state, o.made_at, o.ended_at, c.assignee_id FROM offer o"
        " JOIN conversation c ON c.workspace_id = o.workspace_id AND c.id = o.conversation_id AND c.waiting_since = o.waiting_since"
        " WHERE o.workspace_id = %(workspace_id)s AND o.conversation_id = ANY(%(ids)s) AND c.state = 'open'"
        " ORDER BY o.conversation_id, o.made_at DESC, o.id DESC) AS a LEFT JOIN LATERAL (SELECT n.conversation_id FROM offer n"
        " WHERE n.workspace_id = %(workspace_id)s AND n.agent_id = a.agent_id AND n.made_at >= a.made_at"
        " AND n.state IN ('made', 'working') ORDER BY n.made_at DESC LIMIT 1) AS l ON true"
        " WHERE a.state = 'parked' AND a.agent_id = a.assignee_id",
        {"ids": sorted(conversation_ids)},
    )


async def begun_by_theirs(work: UnitOfWork) -> dict[UUID, datetime]:
    """When those who have what waits now began with it last, where they did."""
    rows = await work.tuples(
        "SELECT o.conversation_id, max(o.begun_at) FROM offer o JOIN conversation c ON c.workspace_id = o.workspace_id"
        " AND c.id = o.conversation_id AND c.waiting_since = o.waiting_since AND c.assignee_id = o.agent_id"
        " WHERE o.workspace_id = %(workspace_id)s AND o.begun_at IS NOT NULL GROUP BY 1"
    )
    return {row[0]: row[1] for row in rows}


async def end_offers(work: UnitOfWork, ended: Sequence[Ended]) -> dict[UUID, UUID]:
    """Ends live offers; gives the agents of those that were live, by conversation."""
    rows = await work.tuples(
        f"UPDATE offer o SET state = n.state, ended_at = %(now)s, expires_at = NULL FROM {_ENDED.rows}"
        " WHERE o.workspace_id = %(workspace_id)s AND o.conversation_id = n.conversation_id"
        " AND o.state IN ('made', 'working') RETURNING o.agent_id, o.conversation_id",
        {**_ENDED.values(ended), "now": work.clock.now()},
    )
    return {row[1]: row[0] for row in rows}


async def insert_offers(work: UnitOfWork, began: Sequence[Began], epoch: int, patience: Sequence[timedelta]) -> list[UUID]:
    """Writes offers, each with how long its agent may think; gives their ids in the same order.

    Breaks the transaction where a conversation has a live one already.
    """
    now, ids = work.clock.now(), [new_id() for _ in began]
    rows = [
        {**structs.asdict(one), "id": offer_id, "until": now + span}
        for one, offer_id, span in zip(began, ids, patience, strict=True)
    ]
    await work.run(
        "INSERT INTO offer (workspace_id, id, conversation_id, waiting_since, agent_id, state, made_at, expires_at, begun_at, rule,"
        " facts, epoch) SELECT %(workspace_id)s, n.id, n.conversation_id, n.waiting_since, n.agent_id,"
        " CASE WHEN n.begun THEN 'working' ELSE 'made' END, %(now)s, CASE WHEN n.begun THEN NULL ELSE n.until END,"
        f" CASE WHEN n.begun THEN %(now)s END, n.rule, n.facts, %(epoch)s FROM {_BEGAN.rows}",
        {**_BEGAN.values(rows), "now": now, "epoch": epoch},
    )
    return ids


async def expired_offers(work: UnitOfWork, at_most: int) -> list[tuple[UUID, UUID]]:
    """Conversation and agent of offers that were not answered in time, the oldest of them first."""
    rows = await work.tuples(
        "SELECT conversation_id, agent_id FROM offer WHERE workspace_id = %(workspace_id)s AND state = 'made' AND expires_at <= %(now)s"
        " ORDER BY expires_at, id LIMIT %(n)s",
        {"now": work.clock.now(), "n": at_most},
    )
    return [(row[0], row[1]) for row in rows]


async def take_offer(work: UnitOfWork, offer_id: UUID, agent_id: UUID) -> LiveOffer | None:
    """An offer that is still made to this agent, locked; None if it is not any more."""
    return await work.one(
        LiveOffer,
        f"SELECT {_LIVE} FROM offer WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND agent_id = %(agent)s AND state = 'made'"
        " FOR UPDATE",
        {"id": offer_id, "agent": agent_id},
    )


async def begin(work: UnitOfWork, offer_id: UUID) -> None:
    """The agent begins."""
    await work.run(
        "UPDATE offer SET state = 'working', begun_at = %(now)s, expires_at = NULL WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": offer_id, "now": work.clock.now()},
    )


async def insert_quotes(work: UnitOfWork, quotes: Sequence[Quoted]) -> None:
    """What customers are told of their wait; the first quote of a stretch stays."""
    now = work.clock.now()
    rows = [{**structs.asdict(one), "id": new_id(), "kind": one.pace, "made_at": now} for one in quotes]
    await work.run(
        f"INSERT INTO wait_quote (workspace_id, {_QUOTED.names}) SELECT %(workspace_id)s, n.* FROM {_QUOTED.rows}"
        " ON CONFLICT (workspace_id, conversation_id, waiting_since) DO NOTHING",
        _QUOTED.values(rows),
    )


async def keep_expected(work: UnitOfWork, expected: Mapping[str, Expected]) -> None:
    """Writes down how long one waits who comes now."""
    await work.run(
        "UPDATE routing_leader SET expected = %(expected)s, expected_at = %(now)s WHERE workspace_id = %(workspace_id)s"
        " AND id = %(workspace_id)s",
        {"expected": Jsonb(msgspec.to_builtins(expected)), "now": work.clock.now()},
    )


async def expected_waits(work: UnitOfWork, *, fresh: timedelta = timedelta(minutes=1)) -> dict[str, Expected]:
    """How long one waits who comes now, by pace, as the leader said lately; nothing where nobody leads or is there."""
    found = await work.value(
        "SELECT expected FROM routing_leader WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s AND expected_at > %(since)s",
        {"since": work.clock.now() - fresh},
    )
    return msgspec.convert(found or {}, dict[str, Expected])


async def refusals(work: UnitOfWork) -> dict[UUID, list[tuple[UUID, datetime]]]:
    """Who did not want what waits now, or said nothing in time, and when: the first first."""
    rows = await work.tuples(
        "SELECT o.conversation_id, o.agent_id, o.ended_at FROM offer o JOIN conversation c ON c.workspace_id = o.workspace_id"
        " AND c.id = o.conversation_id AND c.waiting_since = o.waiting_since"
        " WHERE o.workspace_id = %(workspace_id)s AND o.state IN ('declined', 'expired') ORDER BY o.ended_at, o.id"
    )
    found: dict[UUID, list[tuple[UUID, datetime]]] = {}
    for conversation_id, agent_id, at in rows:
        found.setdefault(conversation_id, []).append((agent_id, at))
    return found


async def remember(work: UnitOfWork, remembered: Remembered) -> None:
    """What was learnt, for whoever leads next."""
    await work.run(
        "UPDATE routing_leader SET learnt = %(learnt)s WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s",
        {"learnt": Jsonb(msgspec.to_builtins(remembered))},
    )


async def remembered(work: UnitOfWork) -> Remembered:
    """What those who led before have learnt; nothing, where this version cannot read it."""
    found = await work.value("SELECT learnt FROM routing_leader WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s")
    try:
        return msgspec.convert(found or {}, Remembered)
    except msgspec.ValidationError:
        return Remembered()


async def keep_stranded(work: UnitOfWork, stranded: Sequence[Stranded]) -> None:
    """Writes down what nobody on duty can do."""
    await work.run(
        "UPDATE routing_leader SET stranded = %(stranded)s WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s",
        {"stranded": Jsonb(msgspec.to_builtins(stranded))},
    )


async def stranded(work: UnitOfWork) -> list[Stranded]:
    """What waits although nobody on duty can do it, as the leader saw it last."""
    found = await work.value(
        "SELECT stranded FROM routing_leader WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s"
    )
    return msgspec.convert(found or [], list[Stranded])


class OfferedNow(Struct, frozen=True, kw_only=True):
    """What an agent is asked to begin, for their page."""

    id: UUID
    conversation_id: UUID
    made_at: datetime
    expires_at: datetime
    rule: int
    facts: dict[str, Any]


async def offered_to(work: UnitOfWork, agent_id: UUID) -> OfferedNow | None:
    """The offer that waits for an agent's answer."""
    return await work.one(
        OfferedNow,
        "SELECT id, conversation_id, made_at, expires_at, rule, facts FROM offer WHERE workspace_id = %(workspace_id)s"
        " AND agent_id = %(agent)s AND state = 'made' AND expires_at > %(now)s ORDER BY made_at DESC LIMIT 1",
        {"agent": agent_id, "now": work.clock.now()},
    )


class Decision(Struct, frozen=True, kw_only=True):
    """One time somebody was asked, or began: by which sentence, from which facts, and what became of it."""

    agent_id: UUID
    state: OfferState
    made_at: datetime
    ended_at: datetime | None
    rule: int
    due_at: datetime | None
    head_start: int  # seconds
    could: int  # how many on duty can do it
    free: int  # how many of them were free


async def decisions_about(work: UnitOfWork, conversation_id: UUID) -> list[Decision]:
    """Who was asked about a conversation, the newest first; twenty at most."""
    return await work.all(
        Decision,
        "SELECT agent_id, state, made_at, ended_at, rule, CASE WHEN (facts->>'due')::float8 < 1e11"
        " THEN to_timestamp((facts->>'due')::float8) END AS due_at, coalesce((facts->>'head_start')::float8, 0)::int AS head_start,"
        " coalesce((facts->>'could')::int, 0) AS could, coalesce((facts->>'free')::int, 0) AS free FROM offer"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s ORDER BY made_at DESC, id DESC LIMIT 20",
        {"id": conversation_id},
    )


_OLD: Final = {
    "offer": "workspace_id = %(workspace_id)s AND made_at < %(before)s AND state NOT IN ('made', 'working')",
    "wait_quote": "workspace_id = %(workspace_id)s AND made_at < %(before)s",
}


async def count_old(work: UnitOfWork, before: datetime, at_most: int) -> int:
    """How many offers and quotes are older, of so many at most."""
    old = " UNION ALL ".join(f"SELECT id FROM {table} WHERE {is_old}" for table, is_old in _OLD.items())
    return int(await work.value(f"SELECT count(*) FROM ({old} LIMIT %(n)s) AS old", {"before": before, "n": at_most}))


async def delete_old(work: UnitOfWork, before: datetime, at_most: int) -> int:
    """Deletes older ones, so many at most."""
    gone = 0
    for table, is_old in _OLD.items():
        gone += await work.run(
            f"DELETE FROM {table} WHERE workspace_id = %(workspace_id)s"
            f" AND id IN (SELECT id FROM {table} WHERE {is_old} ORDER BY id LIMIT %(n)s)",
            {"before": before, "n": at_most - gone},
        )
    return gone
