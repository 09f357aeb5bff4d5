"""How reliable expected waits are: what customers were told lately, and how long they waited."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from msgspec import Struct

from oase.desk.hours import Timetable
from oase.kernel.db import UnitOfWork

QuotesOf = Literal["all", "live", "messaging", "mail", "busy", "learning"]
"""Of which: all that were learnt, those of one pace, those made while nobody was free; and those that said "usually"."""
_MOST: Final = 20_000  # who wait longer than they were told


class QuotesKept(Struct, frozen=True, kw_only=True):
    """Waits that were foretold in a range of days: of nine of ten it was said that they wait no longer."""

    days: int
    of: QuotesOf
    kept: int
    count: int


async def quotes_kept(work: UnitOfWork, at: datetime, days: Sequence[int], hours: Timetable) -> list[QuotesKept]:
    """What became of the waits foretold in each range of days until a moment. Two statements.

    Answered in that time: kept. Answered later, or still waiting for longer: broken. Who left or is not that late is not counted.
    """
    late = await work.tuples(
        "SELECT q.made_at, q.p90 + q.answer, q.kind, q.busy, q.usually FROM wait_quote q"
        " JOIN conversation c ON c.workspace_id = q.workspace_id AND c.id = q.conversation_id"
        " AND c.waiting_since = q.waiting_since AND c.state = 'open' AND c.merged_into IS NULL"
        " WHERE q.workspace_id = %(workspace_id)s AND q.waited IS NULL AND q.made_at > %(at)s - make_interval(days => %(days)s)"
        " AND q.made_at + make_interval(secs => q.p90 + q.answer) < %(at)s ORDER BY q.made_at LIMIT %(most)s",
        {"at": at, "days": max(days), "most": _MOST},
    )
    rows = await work.tuples(
        "SELECT r.days, q.kind, q.busy, q.usually, count(*) FILTER (WHERE q.waited <= q.p90 + q.answer), count(*)"
        " FROM unnest(%(days)s::int[]) AS r (days) JOIN wait_quote q ON q.made_at > %(at)s - make_interval(days => r.days)"
        " WHERE q.workspace_id = %(workspace_id)s AND q.made_at <= %(at)s AND q.waited IS NOT NULL GROUP BY 1, 2, 3, 4",
        {"at": at, "days": list(days)},
    )
    return _summed([*rows, *_broken(late, at, days, hours)], days)


def _broken(late: Sequence[tuple[Any, ...]], at: datetime, days: Sequence[int], hours: Timetable) -> Iterator[tuple[Any, ...]]:
    """Those who still wait, and longer than they were told in working time."""
    for made_at, told, kind, busy, usually in late:
        if hours.working_time_between(made_at, at) > timedelta(seconds=told):
            for one in days:
                if made_at > at - timedelta(days=one):
                    yield one, kind, busy, usually, 0, 1


def _summed(rows: Sequence[tuple[Any, ...]], days: Sequence[int]) -> list[QuotesKept]:
    sums: dict[tuple[int, QuotesOf], list[int]] = defaultdict(lambda: [0, 0])
    for one, kind, busy, usually, kept, count in rows:
        groups: list[QuotesOf] = ["learning"] if usually else ["all", kind, *(["busy"] if busy else [])]  # type: ignore[list-item]
        for group in groups:
            sums[one, group][0] += kept
            sums[one, group][1] += count
    order: tuple[QuotesOf, ...] = ("all", "live", "messaging", "mail", "busy", "learning")
    return [
        QuotesKept(days=one, of=group, kept=sums[one, group][0], count=sums[one, group][1])
        for one in days
        for group in order
        if (one, group) in sums
    ]
