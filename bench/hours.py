"""`python -m bench.hours`: working time across a year, beside the two searches and the two conversions that it cannot do without.

Processor time, so that a busy machine says nearly the same. The calendar has two windows a day, holidays, and closures of its own.
"""

import gc
import random
from bisect import bisect_right
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from statistics import quantiles
from time import thread_time_ns
from typing import Final

from bench.ground import say
from oase.desk.hours import Calendar, Closure, Timetable, week_of

ASKED: Final = 20_000
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def calendar() -> Calendar:
    """An office in Munich."""
    week = week_of({day: [("08:00", "12:00"), ("13:00", "17:30")] for day in range(5)})
    closures = tuple(Closure(first=date(year, 12, 24), last=date(year, 12, 31)) for year in range(2024, 2032))
    return Calendar(zone="Europe/Berlin", week=week, closures=closures, country="DE", region="BY")


def moments(chance: random.Random) -> list[datetime]:
    """Moments of four years, as a database gives them."""
    return [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=chance.randrange(4 * 31_536_000)) for _ in range(ASKED)]


def took(act: Callable[[datetime], object], asked: list[datetime]) -> list[float]:
    """Microseconds of each."""
    found = []
    for one in asked:
        before = thread_time_ns()
        act(one)
        found.append((thread_time_ns() - before) / 1000)
    return found


def limit(asked: list[datetime]) -> list[float]:
    """Two searches among the year's openings and the way from a moment to a number and back."""
    places = list(range(0, 500 * 40_000_000_000, 40_000_000_000))

    def act(at: datetime) -> object:
        instant = (at - _EPOCH) // _MICROSECOND
        first = bisect_right(places, instant)
        last = bisect_right(places, instant + 31_536_000_000_000)
        return first, last, (_EPOCH + instant * _MICROSECOND).astimezone(at.tzinfo)

    return took(act, asked)


def main() -> None:
    """Says what came out."""
    table, asked = Timetable(calendar()), moments(random.Random(4))
    made = []
    for year in range(2024, 2032):
        before = thread_time_ns()
        table.prepare(year)
        made.append((thread_time_ns() - before) / 1e6)
    year, work = timedelta(days=365), timedelta(hours=2000)
    gc.collect()
    gc.freeze()
    added, measured = (
        took(lambda at: table.add_working_time(at, work), asked),
        took(lambda at: table.working_time_between(at, at + year), asked),
    )
    least = limit(asked)

    def at(values: list[float], share: int) -> float:
        return quantiles(values, n=100)[share - 1]

    say(
        bench="hours: a year across", add_p50_us=round(at(added, 50), 1), add_p99_us=round(at(added, 99), 1),
        between_p50_us=round(at(measured, 50), 1), between_p99_us=round(at(measured, 99), 1), reach_us=50.0,
        limit_p50_us=round(at(least, 50), 1), ratio=round(at(added, 50) / at(least, 50), 1),
        table_of_a_year_ms=round(sorted(made)[len(made) // 2], 1),
    )  # fmt: skip


if __name__ == "__main__":
    main()
