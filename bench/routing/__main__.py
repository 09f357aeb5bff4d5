"""`python -m bench.routing [weeks]`: our rule, its mutations and other desks' rules, with the same customers, at three loads.

A goal is a figure of docs/performance.md's table; each mutation must miss at least one, or the bench would not notice a broken rule.
"""

import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from typing import Final

from bench.ground import say
from bench.routing.desks import DESKS, MUTATIONS, OURS
from bench.routing.engine import Week
from bench.routing.measure import Week as Counts
from bench.routing.measure import gain, share, week_of
from bench.routing.rivals import RIVALS
from bench.routing.world import World, customers, roster

LOADS: Final = (0.80, 0.95, 1.10)
GOALS: Final[dict[float, dict[str, float]]] = {
    0.80: {"all": 98.5, "live": 97.5},
    0.95: {"all": 96.5, "live": 94.5, "mail": 99.9, "scarce language": 85.0, "follow-up": 78.0, "wanted at once": 84.0},
    1.10: {"all": 88.5, "live": 86.0},
}
"""Per cent in time that are to be reached, by load and group."""

GAINS: Final[dict[float, dict[str, float]]] = {
    0.80: {"channel priority": 3.0, "capacity push": 5.0},
    0.95: {"channel priority": 3.5, "capacity push": 6.5},
    1.10: {"channel priority": 6.0, "capacity push": 6.0},
}
"""Points more than other rules that are to be gained, paired by week."""


def one_week(name: str, load: float, seed: int) -> Counts:
    """A week under a rule, counted. Runs in a process of its own."""
    world, workers = World(load=load), roster()
    return week_of(Week(world, workers, customers(world, seed), DESKS[name](workers)).run())


def missed(load: float, weeks: list[Counts]) -> list[str]:
    """The goals that a rule does not reach."""
    return [group for group, goal in GOALS[load].items() if share(weeks, group)[0] < goal]


def figures(counts: dict[tuple[str, float], list[Counts]]) -> Iterator[dict[str, object]]:
    """What is to be shown, a line for each rule and load."""
    for (name, load), weeks in counts.items():
        line: dict[str, object] = {"bench": f"routing: {name}, {load:.0%}"}
        for group in ("all", "live", "mail", "scarce language", "follow-up", "wanted at once"):
            line[group] = round(share(weeks, group)[0], 2)
        line["all ±"] = round(share(weeks, "all")[1], 2)
        if name == OURS:
            line["missed"] = ", ".join(missed(load, weeks)) or "nothing"
        elif name in MUTATIONS:
            line["missed"] = ", ".join(missed(load, weeks))
        else:
            more, half = gain(counts[OURS, load], weeks)
            line["we gain"], line["±"] = round(more, 2), round(half, 2)
            line["wanted"] = GAINS[load].get(name, 0.0)
        yield line


def main(weeks: int) -> None:
    """Runs all and says what came out."""
    names = [OURS, *RIVALS, *MUTATIONS]
    asked = [(name, load, seed) for name in names for load in LOADS for seed in range(weeks)]
    with ProcessPoolExecutor(2) as pool:
        found = list(pool.map(one_week, *zip(*asked, strict=True), chunksize=1))
    counts: dict[tuple[str, float], list[Counts]] = {}
    for (name, load, _), week in zip(asked, found, strict=True):
        counts.setdefault((name, load), []).append(week)
    for line in figures(counts):
        say(**line)
    for name in MUTATIONS:
        if not any(missed(load, counts[name, load]) for load in LOADS):
            sys.exit(f"No goal misses the mutation {name!r}: the bench would not notice it.")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
