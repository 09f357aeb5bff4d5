"""How reliable promises are: what was promised to customers lately, and what became of it."""

from datetime import datetime, timedelta
from typing import Final, Literal

from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.kernel.ids import first_id_of

_CLOCKS_APART: Final = timedelta(days=1)


class PromisesKept(Struct, frozen=True, kw_only=True):
    """Promises of one kind made in a range of days. `number`: 1 the first one, 2 the one told when it could not be kept."""

    days: int
    kind: Literal["first", "next", "solution"]
    number: int
    kept: int
    broken: int  # what is overdue and still open is broken already

    @property
    def percent(self) -> int:
        """How many of a hundred were kept, rounding down."""
        count = self.kept + self.broken
        return self.kept * 100 // count if count else 0


async def promises_kept(work: UnitOfWork, at: datetime, days: tuple[int, ...]) -> list[PromisesKept]:
    """What became of promises made in each range of days until a moment. One statement, by ids, which are in the order of time."""
    return await work.all(
        PromisesKept,
        "SELECT r.days, p.kind, p.number, count(*) FILTER (WHERE p.outcome = 'kept') AS kept,"
        " count(*) FILTER (WHERE p.outcome IS DISTINCT FROM 'kept') AS broken"
        " FROM unnest(%(days)s::int[]) AS r (days) JOIN promise p ON p.made_at > %(at)s - make_interval(days => r.days)"
        " WHERE p.workspace_id = %(workspace_id)s AND p.id >= %(first)s AND p.made_at <= %(at)s"
        " AND (p.outcome IN ('kept', 'broken') OR p.settled_at IS NULL AND p.paused_at IS NULL AND p.due_at <= %(at)s)"
        " GROUP BY r.days, p.kind, p.number ORDER BY r.days, p.kind, p.number",
        {"at": at, "days": list(days), "first": first_id_of(at - timedelta(days=max(days)) - _CLOCKS_APART)},
    )
