"""SQL over what was measured (`wait`); no other table is read here."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from oase.insights.responsetimes.types import DAYS, HOUR_SECONDS, QUARTER_SECONDS, Line, Measured, Share
from oase.kernel.db import UnitOfWork

_HISTORY_DAYS: Final = 28

# A case counts for a span as soon as its fate is decided: it is answered, or has waited longer without an answer, whatever ended it.
_LINES: Final = """
SELECT r.days, GROUPING(w.channel), GROUPING(w.team_id), w.channel, w.team_id, count(*), count(*) FILTER (WHERE w.outcome = 'waiting'),
    count(*) FILTER (WHERE w.outcome = 'closed'),
    count(*) FILTER (WHERE answered AND waited <= %(quarter)s), count(*) FILTER (WHERE answered OR waited > %(quarter)s),
    count(*) FILTER (WHERE answered AND waited <= %(hour)s), count(*) FILTER (WHERE answered OR waited > %(hour)s),
    count(*) FILTER (WHERE answered AND ended <= due_at), count(*) FILTER (WHERE due_at IS NOT NULL AND (answered OR ended > due_at)),
    percentile_disc(0.5) WITHIN GROUP (ORDER BY waited) FILTER (WHERE answered),
    percentile_disc(0.9) WITHIN GROUP (ORDER BY waited) FILTER (WHERE answered)
FROM unnest(%(days)s::int[]) AS r (days), LATERAL (
    SELECT channel, team_id, outcome, due_at, outcome = 'answered' AS answered, coalesce(ended_at, %(now)s) AS ended,
    extract(epoch FROM coalesce(ended_at, %(now)s) - asked_at)::int AS waited
    FROM wait WHERE workspace_id = %(workspace_id)s AND asked_at > %(now)s - make_interval(days => r.days) AND asked_at <= %(now)s
    AND (%(all)s OR channel = ANY(%(channels)s))) AS w
GROUP BY GROUPING SETS ((r.days), (r.days, w.channel), (r.days, w.team_id))
ORDER BY r.days, GROUPING(w.channel) + GROUPING(w.team_id) DESC, GROUPING(w.channel), w.channel, w.team_id"""


async def lines(work: UnitOfWork, now: datetime, channels: Sequence[str] | None = None) -> list[Line]:
    """What was measured until a moment, in each range of days: of all, by channel, by team. One statement."""
    rows = await work.tuples(
        _LINES,
        {
            "now": now, "days": list(DAYS), "quarter": QUARTER_SECONDS, "hour": HOUR_SECONDS, "all": channels is None,
            "channels": list(channels or ()),
        },
    )  # fmt: skip
    return [_line(row) for row in rows]


def _line(row: tuple[Any, ...]) -> Line:
    days, not_channel, not_team, channel, team_id, asked, waiting, closed, *shares, median, most = row
    quarter, hour, promise = (Share(kept=kept, count=count) for kept, count in zip(shares[::2], shares[1::2], strict=True))
    by = "channel" if not not_channel else "team" if not not_team else ""
    return Line(
        days=days, by=by, channel=channel or "", team_id=team_id, asked=asked, waiting=waiting, closed=closed, quarter=quarter,
        hour=hour, promise=promise, median_seconds=median, most_seconds=most,
    )  # fmt: skip


_MEASURED: Final = """
SELECT channel,
    count(*) FILTER (WHERE answered AND alike), percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE answered AND alike),
    count(*) FILTER (WHERE answered AND near), percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE answered AND near),
    count(*) FILTER (WHERE answered), percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE answered),
    count(*) FILTER (WHERE answered AND lately), percentile_disc(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE answered AND lately),
    count(*) FILTER (WHERE waiting), percentile_disc(0.5) WITHIN GROUP (ORDER BY asked_at) FILTER (WHERE waiting)
FROM (
    SELECT channel, asked_at, outcome = 'answered' AS answered, outcome = 'waiting' AS waiting, working_seconds AS seconds,
    ended_at > %(now)s - interval '1 hour' AS lately, near AND extract(isodow FROM local) = extract(isodow FROM here) AS alike, near
    FROM wait, LATERAL (SELECT asked_at AT TIME ZONE %(zone)s AS local, %(now)s AT TIME ZONE %(zone)s AS here) AS z, LATERAL (
        SELECT (extract(isodow FROM local) < 6) = (extract(isodow FROM here) < 6)
        AND abs(extract(epoch FROM local::time - here::time)) <= 5400 AS near) AS n
    WHERE workspace_id = %(workspace_id)s AND asked_at > %(now)s - make_interval(days => %(days)s) AND asked_at <= %(now)s
    AND channel = ANY(%(channels)s)) AS w
GROUP BY channel"""


async def measured(work: UnitOfWork, now: datetime, zone: str, channels: Sequence[str]) -> dict[str, Measured]:
    """What is known of waits on these channels about this time of the week (within an hour and a half). One statement."""
    rows = await work.tuples(_MEASURED, {"now": now, "zone": zone, "days": _HISTORY_DAYS, "channels": list(channels)})
    found = {
        row[0]: Measured(
            channel=row[0], alike=row[1:3], near=row[3:5], all=row[5:7], lately=row[7:9], waiting=row[9], middle_asked_at=row[10]
        )
        for row in rows
    }
    nothing = (0, None)
    return {
        one: found.get(one)
        or Measured(channel=one, alike=nothing, near=nothing, all=nothing, lately=nothing, waiting=0, middle_asked_at=None)
        for one in channels
    }
