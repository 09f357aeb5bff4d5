"""All SQL of rules and of what became of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations.conditions import Group
from oase.desk.automations.types import Act, Application, Outcome, Rule, Run, When
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.live import Position

_RULE: Final = "id, name, position, state, trigger, groups, acts, stop, why, version, on_since, checked_until, changed_at"
_RUNS: Final = Batch(
    id="uuid", rule_id="uuid", conversation_id="uuid", source="text", acts="jsonb", outcome="text", why="text", chain="jsonb"
)
_ENDED: Final = Batch(id="uuid", outcome="text", why="text", answered_at="timestamptz")


def _rule(row: dict[str, Any]) -> Rule:
    shaped = {
        **row,
        "when": msgspec.convert(row["trigger"], When),
        "groups": msgspec.convert(row["groups"], tuple[Group, ...]),
        "acts": msgspec.convert(row["acts"], tuple[Act, ...]),
    }
    del shaped["trigger"]
    return Rule(**shaped)


async def all_rules(work: UnitOfWork) -> list[Rule]:
    """The rules of the workspace, in their order."""
    rows = await work.rows(f"SELECT {_RULE} FROM automation WHERE workspace_id = %(workspace_id)s ORDER BY position, id")
    return [_rule(row) for row in rows]


async def rules_on(work: UnitOfWork) -> list[Rule]:
    """The rules that are switched on, in their order."""
    rows = await work.rows(
        f"SELECT {_RULE} FROM automation WHERE workspace_id = %(workspace_id)s AND state = 'on' ORDER BY position, id FOR SHARE"
    )
    return [_rule(row) for row in rows]


async def workspaces_with_rules(work: UnitOfWork) -> list[UUID]:
    """Where a rule is switched on, or broke and nobody was told yet."""
    rows = await work.tuples(
        "SELECT DISTINCT workspace_id FROM automation WHERE state = 'on' OR state = 'broken' AND told_at IS NULL"
    )
    return [row[0] for row in rows]


async def find_rule(work: UnitOfWork, rule_id: UUID) -> Rule | None:
    """One rule, locked."""
    row = await work.row(
        f"SELECT {_RULE} FROM automation WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE", {"id": rule_id}
    )
    return _rule(row) if row else None


async def put_rule(work: UnitOfWork, rule: Rule) -> None:
    """Writes a rule, new or changed."""
    await work.run(
        f"INSERT INTO automation (workspace_id, {_RULE}) VALUES (%(workspace_id)s, %(id)s, %(name)s, %(position)s, %(state)s,"
        " %(trigger)s::jsonb, %(groups)s::jsonb, %(acts)s::jsonb, %(stop)s, %(why)s, %(version)s, %(on_since)s,"
        " %(checked_until)s, %(changed_at)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, state = excluded.state, trigger = excluded.trigger,"
        " groups = excluded.groups, acts = excluded.acts, stop = excluded.stop, why = excluded.why, version = excluded.version,"
        " on_since = excluded.on_since, checked_until = excluded.checked_until, changed_at = excluded.changed_at, told_at = NULL",
        {
            **msgspec.structs.asdict(rule),
            "trigger": msgspec.json.encode(rule.when).decode(),
            "groups": msgspec.json.encode(rule.groups).decode(),
            "acts": msgspec.json.encode(rule.acts).decode(),
        },
    )


async def order_rules(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Gives the rules the positions in which their ids stand here."""
    await work.run(
        "UPDATE automation a SET position = o.position FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS o (id, position)"
        " WHERE a.workspace_id = %(workspace_id)s AND a.id = o.id",
        {"ids": list(ids)},
    )


async def delete_rule(work: UnitOfWork, rule_id: UUID) -> None:
    """Removes a rule with its runs; what it did stays."""
    await work.run("DELETE FROM automation WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": rule_id})


async def set_checked(work: UnitOfWork, ids: Sequence[UUID], until: datetime) -> None:
    """These rules were asked about all that passed until then."""
    await work.run(
        "UPDATE automation SET checked_until = %(until)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)b::uuid[])",
        {"ids": list(ids), "until": until},
    )


async def untold(work: UnitOfWork) -> list[Rule]:
    """Broken rules of which administrators had no mail yet; from now on they had."""
    rows = await work.rows(
        "UPDATE automation SET told_at = %(now)s WHERE workspace_id = %(workspace_id)s AND state = 'broken' AND told_at IS NULL"
        f" RETURNING {_RULE}",
        {"now": work.clock.now()},
    )
    return [_rule(row) for row in rows]


async def mark(work: UnitOfWork) -> Position | None:
    """Up to where the workspace's rules were asked, locked; None: never."""
    rows = await work.tuples(
        "SELECT xid, event_id FROM automation_mark WHERE workspace_id = %(workspace_id)s AND id = %(workspace_id)s FOR UPDATE"
    )
    return Position(*rows[0]) if rows else None


async def set_mark(work: UnitOfWork, position: Position) -> None:
    """The workspace's rules were asked up to there."""
    await work.run(
        "INSERT INTO automation_mark (workspace_id, id, xid, event_id) VALUES (%(workspace_id)s, %(workspace_id)s, %(xid)s, %(event)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET xid = excluded.xid, event_id = excluded.event_id",
        {"xid": position.xid, "event": position.id},
    )


async def forget_marks(work: UnitOfWork) -> None:
    """The log begins anew: places in it that were noted mean nothing any more."""
    await work.run("DELETE FROM automation_mark")


class NewRun(Struct, frozen=True, kw_only=True):
    """An application as it is written down."""

    id: UUID
    application: Application
    outcome: Outcome
    why: str = ""


async def insert_runs(work: UnitOfWork, runs: Sequence[NewRun]) -> set[UUID]:
    """Writes down that rules are applied; gives those that were not yet, by the same source."""
    rows = [
        {
            "id": one.id, "rule_id": one.application.rule.id, "conversation_id": one.application.happening.conversation_id,
            "source": one.application.happening.source, "acts": one.application.acts, "outcome": one.outcome, "why": one.why,
            "chain": one.application.happening.chain,
        }
        for one in runs
    ]  # fmt: skip
    fresh = await work.tuples(
        "INSERT INTO automation_run (workspace_id, id, rule_id, conversation_id, source, acts, outcome, why, chain, at)"
        " SELECT %(workspace_id)s, n.id, n.rule_id, n.conversation_id, n.source, n.acts, n.outcome, n.why,"
        f" ARRAY(SELECT e::uuid FROM jsonb_array_elements_text(n.chain) AS e), %(now)s FROM {_RUNS.rows}"
        " ON CONFLICT (workspace_id, rule_id, conversation_id, source) DO NOTHING RETURNING id",
        {**_RUNS.values(rows), "now": work.clock.now()},
    )
    return {row[0] for row in fresh}


class Waiting(Struct, frozen=True, kw_only=True):
    """An application of which something is yet to be said."""

    id: UUID
    rule_id: UUID
    rule: str
    conversation_id: UUID
    acts: list[Any]
    chain: list[UUID]


async def waiting_runs(work: UnitOfWork, limit: int) -> list[Waiting]:
    """The oldest of them."""
    return await work.all(
        Waiting,
        "SELECT r.id, r.rule_id, a.name AS rule, r.conversation_id, r.acts, r.chain FROM automation_run r JOIN automation a"
        " ON a.workspace_id = r.workspace_id AND a.id = r.rule_id WHERE r.workspace_id = %(workspace_id)s AND r.outcome = 'waiting'"
        " ORDER BY r.id LIMIT %(limit)s",
        {"limit": limit},
    )


async def take_waiting(work: UnitOfWork, run_id: UUID) -> bool:
    """Locks one of them; False if another process has it, or it is done."""
    found = await work.value(
        "SELECT id FROM automation_run WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND outcome = 'waiting'"
        " FOR UPDATE SKIP LOCKED",
        {"id": run_id},
    )
    return found is not None


async def end_run(work: UnitOfWork, run_id: UUID, outcome: Outcome, why: str, *, answered: bool) -> None:
    """What became of it."""
    await work.run(
        "UPDATE automation_run SET outcome = %(outcome)s, why = coalesce(nullif(%(why)s, ''), why),"
        " answered_at = CASE WHEN %(answered)s THEN %(now)s END"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": run_id, "outcome": outcome, "why": why[:500], "answered": answered, "now": work.clock.now()},
    )


async def answers_since(work: UnitOfWork, conversation_id: UUID, rule_id: UUID, since: datetime) -> tuple[int, int]:
    """How often this rule, and how often any, has answered in the conversation since then."""
    rows = await work.tuples(
        "SELECT count(*) FILTER (WHERE rule_id = %(rule)s), count(*) FROM automation_run WHERE workspace_id = %(workspace_id)s"
        " AND conversation_id = %(conversation)s AND answered_at > %(since)s",
        {"rule": rule_id, "conversation": conversation_id, "since": since},
    )
    return rows[0][0], rows[0][1]


_RUN: Final = (
    "SELECT r.id, r.rule_id, a.name AS rule, r.conversation_id, c.number, c.subject, r.at, r.acts, r.outcome, r.why, r.chain"
    " FROM automation_run r JOIN automation a ON a.workspace_id = r.workspace_id AND a.id = r.rule_id"
    " JOIN conversation c ON c.workspace_id = r.workspace_id AND c.id = r.conversation_id WHERE r.workspace_id = %(workspace_id)s"
)


async def runs_of(work: UnitOfWork, rule_id: UUID | None, *, before: UUID | None = None, limit: int = 50) -> list[Run]:
    """What became of a rule (of all), the newest first, those before one of them."""
    where = (" AND r.rule_id = %(rule)s" if rule_id else "") + (" AND r.id < %(before)s" if before else "")
    return await work.all(
        Run, f"{_RUN}{where} ORDER BY r.id DESC LIMIT %(limit)s", {"rule": rule_id, "before": before, "limit": limit}
    )


class Tally(Struct, frozen=True, kw_only=True):
    """How a rule fared lately."""

    rule_id: UUID
    runs: int
    failed: int
    stopped: int
    last_at: datetime
    last_why: str
    last_chain: list[UUID]


async def tallies(work: UnitOfWork, days: int = 7) -> dict[UUID, Tally]:
    """How each rule fared in the last days."""
    found = await work.all(
        Tally,
        "SELECT rule_id, count(*) AS runs, count(*) FILTER (WHERE outcome = 'failed') AS failed,"
        " count(*) FILTER (WHERE outcome = 'stopped') AS stopped, max(at) AS last_at,"
        " coalesce((array_agg(why ORDER BY id DESC) FILTER (WHERE outcome = 'failed'))[1], '') AS last_why,"
        " (array_agg(to_jsonb(chain) ORDER BY id DESC) FILTER (WHERE outcome = 'stopped'))[1] AS last_chain"
        " FROM automation_run WHERE workspace_id = %(workspace_id)s AND at > %(since)s GROUP BY rule_id",
        {"since": work.clock.now() - timedelta(days=days)},
    )
    return {one.rule_id: one for one in found}


async def forget_trials(work: UnitOfWork, rule_id: UUID) -> None:
    """Only the newest trial of a rule is kept."""
    await work.run("DELETE FROM automation_trial WHERE workspace_id = %(workspace_id)s AND rule_id = %(rule)s", {"rule": rule_id})


async def count_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """How many runs are older, counted up to a number."""
    return int(
        await work.value(
            "SELECT count(*) FROM (SELECT FROM automation_run WHERE workspace_id = %(workspace_id)s AND at < %(before)s"
            " LIMIT %(limit)s) AS few",
            {"before": before, "limit": limit},
        )
    )


async def delete_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Deletes a batch of the older ones."""
    return await work.run(
        "DELETE FROM automation_run WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM automation_run"
        " WHERE workspace_id = %(workspace_id)s AND at < %(before)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)",
        {"before": before, "limit": limit},
    )


def new_run(application: Application, outcome: Outcome, why: str = "") -> NewRun:
    """An application that is yet to be written down."""
    return NewRun(id=new_id(), application=application, outcome=outcome, why=why)
