"""All SQL of tasks."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from oase.desk.outbound.types import Task, TaskFilter
from oase.kernel.db import UnitOfWork
from oase.people import PERSON_NAME

_WHOLE: Final = (
    f"SELECT t.id, coalesce(c.merged_into, c.id) AS conversation_id, t.person_id, t.what, t.agent_id, t.team_id, t.due_at, t.done_at,"
    f" t.done_by, t.created_by, t.created_by_name, t.created_at, coalesce({PERSON_NAME}, '') AS person, c.number,"
    " coalesce(c.channel, '') AS channel FROM task t"
    " LEFT JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = t.conversation_id"
    " LEFT JOIN person p ON p.workspace_id = t.workspace_id AND p.id = t.person_id"
    " LEFT JOIN identity i ON i.workspace_id = c.workspace_id AND i.id = c.identity_id"
    " WHERE t.workspace_id = %(workspace_id)s"
)

_THEIRS: Final = (
    "(t.agent_id = %(agent)s OR t.team_id = ANY(%(teams)s) OR (t.team_id IS NOT NULL AND t.team_id <> ALL(%(known)s::uuid[])))"
)
"""What somebody has to do: `known` is NULL, or all teams there are for somebody who leads."""


async def insert(work: UnitOfWork, row: Mapping[str, Any]) -> bool:
    """Writes a task; False if it is there already (the same request came again)."""
    columns = ", ".join(row)
    return bool(
        await work.run(
            f"INSERT INTO task (workspace_id, {columns}) VALUES (%(workspace_id)s, {', '.join(f'%({name})s' for name in row)})"
            " ON CONFLICT (workspace_id, id) DO NOTHING",
            row,
        )
    )


async def find(work: UnitOfWork, task_id: UUID, *, lock: bool = False) -> Task | None:
    """One task; with `lock` until the end of the transaction."""
    return await work.one(Task, f"{_WHOLE} AND t.id = %(id)s" + (" FOR UPDATE OF t" if lock else ""), {"id": task_id})


async def update(work: UnitOfWork, task_id: UUID, changes: Mapping[str, Any]) -> None:
    """Writes columns of a task; keys are column names of this part's callers, never input."""
    settings = ", ".join(f"{column} = %({column})s" for column in changes)
    await work.run(
        f"UPDATE task SET {settings} WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": task_id, **changes}
    )


async def delete(work: UnitOfWork, task_id: UUID) -> None:
    """The task is gone."""
    await work.run("DELETE FROM task WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": task_id})


async def listing(work: UnitOfWork, wanted: TaskFilter, limit: int) -> list[Task]:
    """Tasks, what is due first at the top; done ones by when they were done, the newest first."""
    parts, order = [], "t.due_at, t.id"
    if wanted.agent_id is not None:
        parts.append(_THEIRS)
    if wanted.conversation_id is not None:
        parts.append("(t.conversation_id = %(conversation)s OR c.merged_into = %(conversation)s)")
    if wanted.person_id is not None:
        parts.append("(t.person_id = %(person)s OR p.merged_into = %(person)s)")
    if wanted.done is not None:
        parts.append("t.done_at IS NOT NULL" if wanted.done else "t.done_at IS NULL")
        order = "t.done_at DESC, t.id DESC" if wanted.done else order
    return await work.all(
        Task,
        " AND ".join([_WHOLE, *parts]) + f" ORDER BY {order} LIMIT %(limit)s",
        {
            "agent": wanted.agent_id, "teams": list(wanted.team_ids), "known": _known(wanted.known_teams),
            "conversation": wanted.conversation_id,
            "person": wanted.person_id, "limit": limit,
        },
    )  # fmt: skip


def _known(teams: Sequence[UUID] | None) -> list[UUID] | None:
    return None if teams is None else list(teams)


async def counts(work: UnitOfWork, agent_id: UUID, team_ids: Sequence[UUID], known: Sequence[UUID] | None) -> tuple[int, int]:
    """How many tasks wait for an agent, one of the teams, or (where `known` is given) a team that is gone; and in how many
    conversations a message waits. 100 at most."""
    ((tasks, scheduled),) = await work.tuples(
        f"SELECT (SELECT count(*) FROM (SELECT FROM task t WHERE workspace_id = %(workspace_id)s AND done_at IS NULL AND {_THEIRS}"
        " LIMIT 100) AS t), (SELECT count(*) FROM (SELECT DISTINCT conversation_id FROM scheduled_message"
        " WHERE workspace_id = %(workspace_id)s AND state IN ('waiting', 'refused') LIMIT 100) AS s)",
        {"agent": agent_id, "teams": list(team_ids), "known": _known(known)},
    )
    return tasks, scheduled


async def take_due(work: UnitOfWork, limit: int) -> list[dict[str, Any]]:
    """Marks what is due now as told, and gives it with the conversation that leads there: its own, or the person's newest."""
    return await work.rows(
        "WITH taken AS (UPDATE task SET told_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM task"
        " WHERE workspace_id = %(workspace_id)s AND done_at IS NULL AND told_at IS NULL AND due_at <= %(now)s ORDER BY due_at, id"
        " LIMIT %(limit)s FOR UPDATE SKIP LOCKED) RETURNING id, conversation_id, person_id, what, agent_id, team_id)"
        " SELECT t.id, t.what, t.agent_id, t.team_id, coalesce(p.merged_into, p.id) AS person_id, p.name AS person,"
        " coalesce(c.merged_into, c.id, (SELECT n.id FROM conversation n"
        " WHERE n.workspace_id = %(workspace_id)s AND n.person_id = t.person_id AND n.merged_into IS NULL"
        " ORDER BY n.last_at DESC LIMIT 1)) AS conversation_id FROM taken t"
        " LEFT JOIN conversation c ON c.workspace_id = %(workspace_id)s AND c.id = t.conversation_id"
        " LEFT JOIN person p ON p.workspace_id = %(workspace_id)s AND p.id = t.person_id ORDER BY t.id",
        {"now": work.clock.now(), "limit": limit},
    )


async def of_persons(work: UnitOfWork, person_ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """Tasks about these persons, for giving out."""
    return await work.rows(
        "SELECT id, conversation_id, what, due_at, done_at, created_by_name, created_at FROM task"
        " WHERE workspace_id = %(workspace_id)s AND person_id = ANY(%(ids)s) ORDER BY id",
        {"ids": list(person_ids)},
    )
