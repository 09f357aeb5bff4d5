"""What waits, in lines: how much of it, what comes first in each, what is due soon, what agents hold. For those who watch a desk.

A line is a team (or none) and a kind, such as live or mail: whoever asks says which kind each channel is. Ten thousand that wait are
counted in the database; what comes back is as long as there are lines and agents.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.people import PERSON_NAME

Kinds = Sequence[tuple[str, bool, str]]
"""Channel, whether it is its public side, and the kind that it is."""


class Line(Struct, frozen=True, kw_only=True):
    """How much waits in a line."""

    team_id: UUID | None
    kind: str
    count: int
    nobodys: int  # have no assignee
    oldest: datetime  # since when the one waits that waits longest
    due_at: datetime | None  # when the next promise ends that is not over yet
    over: int  # whose promise is over
    soon: int  # whose promise ends within the given time


class InLine(Struct, frozen=True, kw_only=True):
    """One that waits, in a few words."""

    id: UUID
    channel: str
    public: bool
    kind: str
    person_id: UUID | None
    person: str
    subject: str
    first_line: str
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    waiting_since: datetime | None
    due_at: datetime | None


class Held(Struct, frozen=True, kw_only=True):
    """What agents have of a kind. `talking`: something was said in it since the given moment; `waiting`: the customer waits."""

    agent_id: UUID
    kind: str
    talking: int
    waiting: int
    over: int


_KINDS: Final = "unnest(%(channels)b::text[], %(publics)b::bool[], %(kinds)b::text[]) AS k (channel, public, kind)"
_LEFT: Final = f"LEFT JOIN {_KINDS} ON k.channel = c.channel AND k.public = (c.kind = 'public')"
_KIND: Final = "coalesce(k.kind, 'messaging')"
_WAITS: Final = (
    "c.workspace_id = %(workspace_id)s AND c.state = 'open' AND c.merged_into IS NULL AND c.waiting_since IS NOT NULL"
    " AND (%(team)s::uuid IS NULL OR c.team_id = %(team)s)"
)


def _given(kinds: Kinds, **more: Any) -> dict[str, Any]:
    columns = {name: [one[at] for one in kinds] for at, name in enumerate(("channels", "publics", "kinds"))}
    return {**columns, "team": None, **more}


async def all_lines(work: UnitOfWork, kinds: Kinds, within: timedelta, *, team_id: UUID | None = None) -> list[Line]:
    """All lines in which something waits, or those of a team. One query."""
    now = work.clock.now()
    return await work.all(
        Line,
        f"SELECT c.team_id, {_KIND} AS kind, count(*)::int AS count, (count(*) FILTER (WHERE c.assignee_id IS NULL))::int AS nobodys,"
        " min(c.waiting_since) AS oldest, min(c.due_at) FILTER (WHERE c.due_at >= %(now)s) AS due_at,"
        " (count(*) FILTER (WHERE c.due_at < %(now)s))::int AS over,"
        " (count(*) FILTER (WHERE c.due_at >= %(now)s AND c.due_at <= %(until)s))::int AS soon"
        f" FROM conversation c {_LEFT} WHERE {_WAITS} GROUP BY 1, 2 ORDER BY 1 NULLS LAST, 2",
        _given(kinds, now=now, until=now + within, team=team_id),
    )


async def first_in_lines(work: UnitOfWork, kinds: Kinds, most: int, *, team_id: UUID | None = None) -> list[UUID]:
    """Of each line those that are due first, in that order. One query."""
    rows = await work.tuples(
        "SELECT id FROM (SELECT c.id, c.due_at, row_number() OVER (PARTITION BY c.team_id, "
        f"{_KIND} ORDER BY coalesce(c.due_at, 'infinity'), c.id) AS place FROM conversation c {_LEFT} WHERE {_WAITS}) AS ranked"
        " WHERE place <= %(most)s ORDER BY coalesce(due_at, 'infinity'), id",
        _given(kinds, most=most, team=team_id),
    )
    return [one for (one,) in rows]


async def due_between(
    work: UnitOfWork, since: datetime | None, until: datetime, most: int, *, team_id: UUID | None = None, last: bool = False
) -> list[UUID]:
    """What waits and is due then, the next first, or (`last`) the latest of them. One query."""
    at, direction = "coalesce(c.due_at, 'infinity')", "DESC" if last else "ASC"
    rows = await work.tuples(
        f"SELECT c.id FROM conversation c WHERE {_WAITS} AND {at} >= coalesce(%(since)s, '-infinity'::timestamptz) AND {at} < %(until)s"
        f" ORDER BY {at} {direction}, c.id LIMIT %(most)s",
        {"since": since, "until": until, "most": most, "team": team_id},
    )
    return [one for (one,) in rows]


async def first_of_agents(work: UnitOfWork, each: int, most: int, *, team_id: UUID | None = None) -> list[UUID]:
    """What waits in the hands of agents: of each what is due first, in that order. One query."""
    rows = await work.tuples(
        "SELECT id FROM (SELECT c.id, c.due_at, row_number() OVER (PARTITION BY c.assignee_id"
        " ORDER BY coalesce(c.due_at, 'infinity'), c.id) AS place"
        f" FROM conversation c WHERE {_WAITS} AND c.assignee_id IS NOT NULL) AS ranked"
        " WHERE place <= %(each)s ORDER BY coalesce(due_at, 'infinity'), id LIMIT %(most)s",
        {"each": each, "most": most, "team": team_id},
    )
    return [one for (one,) in rows]


async def in_line(work: UnitOfWork, kinds: Kinds, ids: Collection[UUID]) -> dict[UUID, InLine]:
    """These, as far as they exist, in a few words. One query."""
    found = await work.all(
        InLine,
        f"SELECT c.id, c.channel, c.kind = 'public' AS public, {_KIND} AS kind, c.person_id, coalesce({PERSON_NAME}, '') AS person,"
        " c.subject, c.first_line, c.assignee_id, c.team_id, c.priority, c.waiting_since, c.due_at"
        f" FROM conversation c {_LEFT} LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id"
        " LEFT JOIN identity i ON i.workspace_id = c.workspace_id AND i.id = c.identity_id"
        " WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(ids)s)",
        _given(kinds, ids=sorted(ids)),
    )
    return {one.id: one for one in found}


async def held(work: UnitOfWork, kinds: Kinds, since: datetime) -> list[Held]:
    """What each agent has that is open, by kind. One query."""
    return await work.all(
        Held,
        f"SELECT c.assignee_id AS agent_id, {_KIND} AS kind, (count(*) FILTER (WHERE c.last_at > %(since)s))::int AS talking,"
        " (count(*) FILTER (WHERE c.state = 'open' AND c.waiting_since IS NOT NULL))::int AS waiting,"
        " (count(*) FILTER (WHERE c.state = 'open' AND c.waiting_since IS NOT NULL AND c.due_at < %(now)s))::int AS over"
        f" FROM conversation c {_LEFT} WHERE c.workspace_id = %(workspace_id)s AND c.assignee_id IS NOT NULL"
        " AND c.state IN ('open', 'waiting') AND c.merged_into IS NULL"
        " AND (c.last_at > %(since)s OR (c.state = 'open' AND c.waiting_since IS NOT NULL)) GROUP BY 1, 2",
        _given(kinds, since=since, now=work.clock.now()),
    )
