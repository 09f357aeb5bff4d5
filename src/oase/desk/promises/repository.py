"""SQL of promises: the policy, what stands, what is written. Each function is one statement, whatever its number of rows."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from oase.desk.promises.types import Made, Moved, Own, Past, Policy, PromiseFacts, Settled, Standing, Taken, Threshold
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_STANDING: Final = (
    "p.id, p.kind, p.number, p.since, p.made_at, p.due_at, p.target, p.made_of, p.paused_at, p.left_time, p.told_at"
)
# A promise that was told goes with its words: when its conversation is merged, the one that has the words now holds it, and its
# first promise with it. No row changes: taken apart again, each has its own.
_HELD_BY: Final = (
    "CASE WHEN EXISTS (SELECT FROM promise o WHERE o.workspace_id = p.workspace_id AND o.conversation_id = p.conversation_id"
    " AND o.kind = p.kind AND o.settled_at IS NULL AND o.told_at IS NOT NULL) THEN coalesce(c.merged_into, c.id) ELSE c.id END"
)
_WITH_CONVERSATION: Final = "promise p JOIN conversation c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id"
_MADE: Final = Batch(
    id="uuid", conversation_id="uuid", kind="text", number="int", since="timestamptz", due_at="timestamptz", target="interval",
    rule="text", made_of="jsonb", never_open="bool", paused_at="timestamptz", left_time="interval", told_at="timestamptz",
)  # fmt: skip
_PAST: Final = Batch(
    id="uuid", conversation_id="uuid", kind="text", since="timestamptz", due_at="timestamptz", target="interval", rule="text",
    made_of="jsonb", never_open="bool", settled_at="timestamptz", outcome="text", why="text",
)  # fmt: skip
_THRESHOLDS: Final = Batch(step_id="uuid", kind="text", team_id="uuid", until="timestamptz", begun="timestamptz")
_TAKEN: Final = Batch(id="uuid", conversation_id="uuid", step_id="uuid", kind="text", since="timestamptz")
_WAITED: Final = Batch(conversation_id="uuid", since="timestamptz")
_SETTLED: Final = Batch(id="uuid", settled_at="timestamptz", outcome="text", why="text")
_OWN: Final = Batch(id="uuid", amount="interval", target_id="uuid", rule="text")
_MOVED: Final = Batch(id="uuid", due_at="timestamptz", paused_at="timestamptz", left_time="interval")


async def policy(work: UnitOfWork) -> Policy:
    """What the workspace promises; the defaults where nothing was said."""
    row = await work.row("SELECT policy, version FROM promise_policy WHERE workspace_id = %(workspace_id)s")
    return msgspec.convert({**row["policy"], "version": row["version"]}, Policy) if row else Policy()


async def put_policy(work: UnitOfWork, given: Policy) -> bool:
    """Writes it as the version after the one it was made from; False if somebody else was faster."""
    stored = msgspec.json.encode(given).decode()
    return bool(
        await work.run(
            "INSERT INTO promise_policy (workspace_id, id, policy, version) SELECT %(workspace_id)s, %(workspace_id)s,"
            " %(policy)s::jsonb, 1 WHERE %(version)s = 0 OR EXISTS (SELECT FROM promise_policy WHERE workspace_id = %(workspace_id)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET policy = excluded.policy, version = promise_policy.version + 1"
            " WHERE promise_policy.version = %(version)s",
            {"policy": stored, "version": given.version},
        )
    )


async def standing(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> list[Standing]:
    """What is promised in these conversations, and not settled yet; what was told in others that are part of them, too."""
    rows = await work.rows(
        f"SELECT h.* FROM (SELECT {_STANDING}, p.conversation_id AS made_in, {_HELD_BY} AS conversation_id FROM {_WITH_CONVERSATION}"
        " WHERE p.workspace_id = %(workspace_id)s AND p.settled_at IS NULL AND p.conversation_id IN (SELECT id FROM conversation"
        " WHERE workspace_id = %(workspace_id)s AND (id = ANY(%(ids)s) OR merged_into = ANY(%(ids)s)))) AS h"
        " WHERE h.conversation_id = ANY(%(ids)s) ORDER BY h.conversation_id, h.number, h.made_at, h.id",
        {"ids": sorted(set(conversation_ids))},
    )
    return [msgspec.convert(row, Standing) for row in rows]


async def again(work: UnitOfWork, waited: Sequence[tuple[UUID, datetime]]) -> dict[UUID, Made]:
    """What was promised last in each conversation from that moment on, and ended with an answer: to be promised on as it was."""
    if not waited:
        return {}
    rows = await work.rows(
        "SELECT DISTINCT ON (p.conversation_id) p.conversation_id, p.kind, p.number, p.since, p.due_at, p.target, p.rule, p.made_of,"
        f" p.never_open, p.told_at FROM {_WAITED.rows} JOIN promise p ON p.workspace_id = %(workspace_id)s"
        " AND p.conversation_id = n.conversation_id AND p.since = n.since AND p.kind <> 'solution' AND p.why = 'answered'"
        " ORDER BY p.conversation_id, p.made_at DESC, p.number DESC",
        _WAITED.values({"conversation_id": one, "since": since} for one, since in waited),
    )
    return {row["conversation_id"]: msgspec.convert({**row, "id": new_id()}, Made) for row in rows}


async def own(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> dict[UUID, Own]:
    """What rules and macros promise in these conversations."""
    found = await work.all(
        Own,
        "SELECT id AS conversation_id, amount, target_id, rule FROM promise_own WHERE workspace_id = %(workspace_id)s"
        " AND id = ANY(%(ids)b::uuid[])",
        {"ids": sorted(set(conversation_ids))},
    )
    return {one.conversation_id: one for one in found}


async def put_own(work: UnitOfWork, given: Sequence[Own]) -> None:
    """From now on this is promised there."""
    rows = [
        {"id": one.conversation_id, "amount": one.amount, "target_id": one.target_id, "rule": one.rule}
        for one in given
        if one.amount or one.target_id
    ]
    if rows:
        await work.run(
            f"INSERT INTO promise_own (workspace_id, {_OWN.names}) SELECT %(workspace_id)s, n.* FROM {_OWN.rows}"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET amount = excluded.amount, target_id = excluded.target_id,"
            " rule = excluded.rule",
            _OWN.values(rows),
        )
    if over := [one.conversation_id for one in given if not (one.amount or one.target_id)]:
        await work.run(
            "DELETE FROM promise_own WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)b::uuid[])", {"ids": over}
        )


async def standing_ids(work: UnitOfWork, after: UUID | None, limit: int) -> list[UUID]:
    """Conversations in which something is promised, and those that they are part of, page by page in the order of their ids."""
    rows = await work.tuples(
        f"SELECT DISTINCT h.id FROM {_WITH_CONVERSATION}, LATERAL (VALUES (c.id), (c.merged_into)) AS h (id)"
        " WHERE p.workspace_id = %(workspace_id)s AND p.settled_at IS NULL"
        " AND h.id > coalesce(%(after)s, '00000000-0000-0000-0000-000000000000'::uuid) ORDER BY h.id LIMIT %(limit)s",
        {"after": after, "limit": limit},
    )
    return [one for (one,) in rows]


async def insert(work: UnitOfWork, made: Sequence[Made]) -> set[UUID]:
    """Writes promises; gives those that were new. Of two processes that do it at the same time, one does."""
    if not made:
        return set()
    rows = await work.tuples(
        f"INSERT INTO promise (workspace_id, made_at, {_MADE.names}) SELECT %(workspace_id)s, %(now)s, n.* FROM {_MADE.rows}"
        " WHERE EXISTS (SELECT FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.id = n.conversation_id)"
        " ON CONFLICT (workspace_id, conversation_id, kind, number) WHERE settled_at IS NULL DO NOTHING RETURNING id",
        {**_MADE.values(made), "now": work.clock.now()},
    )
    return {one for (one,) in rows}


async def spans(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> dict[UUID, list[tuple[datetime, datetime | None]]]:
    """From when until when an answer was promised in these conversations and what is part of them; None: until now."""
    found: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for conversation_id, since, until in await work.tuples(
        "SELECT DISTINCT c.id, p.since, p.settled_at FROM (SELECT id AS made_in, coalesce(merged_into, id) AS id FROM conversation"
        " WHERE workspace_id = %(workspace_id)s AND (id = ANY(%(ids)s) OR merged_into = ANY(%(ids)s))) AS c JOIN promise p"
        " ON p.workspace_id = %(workspace_id)s AND p.conversation_id = c.made_in AND p.kind <> 'solution'",
        {"ids": sorted(set(conversation_ids))},
    ):
        found.setdefault(conversation_id, []).append((since, until))
    return found


async def insert_past(work: UnitOfWork, past: Sequence[Past]) -> None:
    """Writes what was over before it could be written, each once: its id is that of the message with which the waiting began."""
    if past:
        await work.run(
            f"INSERT INTO promise (workspace_id, number, made_at, {_PAST.names}) SELECT %(workspace_id)s, 1, %(now)s, n.*"
            f" FROM {_PAST.rows} WHERE EXISTS (SELECT FROM conversation c WHERE c.workspace_id = %(workspace_id)s"
            " AND c.id = n.conversation_id) ON CONFLICT DO NOTHING",
            {**_PAST.values(past), "now": work.clock.now()},
        )


async def settle(work: UnitOfWork, settled: Sequence[Settled]) -> None:
    """Promises end, each once."""
    if settled:
        await work.run(
            "UPDATE promise p SET settled_at = n.settled_at, outcome = n.outcome, why = n.why"
            f" FROM {_SETTLED.rows} WHERE p.workspace_id = %(workspace_id)s AND p.id = n.id AND p.settled_at IS NULL",
            _SETTLED.values(settled),
        )


async def move(work: UnitOfWork, moved: Sequence[Moved]) -> None:
    """Promises are paused, or go on."""
    if moved:
        await work.run(
            "UPDATE promise p SET due_at = n.due_at, paused_at = n.paused_at, left_time = n.left_time"
            f" FROM {_MOVED.rows} WHERE p.workspace_id = %(workspace_id)s AND p.id = n.id AND p.settled_at IS NULL"
            " AND (p.paused_at IS NULL) <> (n.paused_at IS NULL)",
            _MOVED.values(moved),
        )


async def steps_due(work: UnitOfWork, thresholds: Sequence[Threshold], limit: int) -> list[Taken]:
    """Steps that are to be taken now and were not yet, the most urgent first. Of two promises, the second counts."""
    if not thresholds:
        return []
    return await work.all(
        Taken,
        "SELECT n.step_id, coalesce(c.merged_into, c.id) AS conversation_id,"
        " CASE p.kind WHEN 'solution' THEN 'solution' ELSE 'answer' END AS kind, p.since, p.due_at"
        f" FROM {_THRESHOLDS.rows} JOIN promise p ON p.workspace_id = %(workspace_id)s AND p.settled_at IS NULL AND p.paused_at IS NULL"
        " AND p.due_at <= n.until AND p.due_at > n.begun AND p.kind = n.kind"
        " AND (p.made_of->>'team_id')::uuid IS NOT DISTINCT FROM n.team_id"
        " JOIN conversation c ON c.workspace_id = p.workspace_id AND c.id = p.conversation_id"
        " WHERE NOT EXISTS (SELECT FROM promise o WHERE o.workspace_id = p.workspace_id AND o.conversation_id = p.conversation_id"
        " AND o.kind = p.kind AND o.settled_at IS NULL AND o.number > p.number)"
        " AND NOT EXISTS (SELECT FROM promise_step s WHERE s.workspace_id = p.workspace_id"
        " AND s.conversation_id = ANY(ARRAY[c.id, c.merged_into])"
        " AND s.step_id = n.step_id AND s.since = p.since AND s.kind = CASE p.kind WHEN 'solution' THEN 'solution' ELSE 'answer' END)"
        " ORDER BY p.due_at, p.id LIMIT %(limit)s",
        {**_THRESHOLDS.values(thresholds), "limit": limit},
    )


async def take_steps(work: UnitOfWork, taken: Sequence[Taken]) -> set[tuple[UUID, UUID]]:
    """Writes down that steps are taken; gives (step, conversation) of those that nobody else has taken."""
    rows = [{**msgspec.structs.asdict(one), "id": new_id()} for one in taken]
    found = await work.tuples(
        "INSERT INTO promise_step (workspace_id, at, id, conversation_id, step_id, kind, since)"
        f" SELECT %(workspace_id)s, %(now)s, n.* FROM {_TAKEN.rows} ON CONFLICT DO NOTHING RETURNING step_id, conversation_id",
        {**_TAKEN.values(rows), "now": work.clock.now()},
    )
    return set(found)


async def open_teams(work: UnitOfWork) -> list[UUID | None]:
    """The teams in whose conversations something is promised now; None: those without a team."""
    rows = await work.tuples(
        "SELECT DISTINCT (made_of->>'team_id')::uuid FROM promise WHERE workspace_id = %(workspace_id)s AND settled_at IS NULL"
    )
    return [team for (team,) in rows]


async def mark_told(work: UnitOfWork, promise_id: UUID, at: datetime) -> None:
    """The customer knows of it."""
    await work.run(
        "UPDATE promise SET told_at = %(at)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND told_at IS NULL"
        " AND settled_at IS NULL",
        {"id": promise_id, "at": at},
    )


async def history(work: UnitOfWork, conversation_id: UUID, limit: int) -> list[PromiseFacts]:
    """What was promised in a conversation and in those that are part of it, the newest first."""
    return await work.all(
        PromiseFacts,
        "SELECT id, kind, number, since, made_at, due_at, target, rule, never_open, paused_at, left_time, told_at, settled_at, outcome,"
        " why FROM promise WHERE workspace_id = %(workspace_id)s AND conversation_id IN (SELECT id FROM conversation"
        " WHERE workspace_id = %(workspace_id)s AND (id = %(id)s OR merged_into = %(id)s))"
        " ORDER BY made_at DESC, number DESC, id DESC LIMIT %(limit)s",
        {"id": conversation_id, "limit": limit},
    )
