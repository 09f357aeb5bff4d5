"""`python -m bench.routing [--scenario name] [--weeks n]`: our rule and what other desks do, with the same customers.

What one run finds replaces the tables of docs/performance.md: those of the base world, and that of the others. A single other world
is only shown. A goal is a figure that issue and design name for the base world; there each mutation of our rule must miss at least one
that ours reaches, or the bench would not notice a broken rule. Each process takes a week of a world through all rules.
"""

import argparse
import gc
import os
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import monotonic
from typing import Final

from bench.routing.desks import DESKS, MUTATIONS, OURS
from bench.routing.engine import Week
from bench.routing.measure import Week as Counts
from bench.routing.measure import week_of
from bench.routing.rivals import RIVALS
from bench.routing.scenario import NAMES, Scenario, scenario
from bench.routing.tables import Found, base, block, caught, worlds, written
from bench.routing.world import customers
from oase.kernel.clock import SystemClock

PAGE: Final = Path(__file__).parents[2] / "docs" / "performance.md"
FIRST_SEED: Final = 1000
"""Weeks before it were looked at when parameters were chosen (0 to 3, 100 to 131): they may show how a rule works, not how well."""
MUTATED_WEEKS: Final = 6
"""A broken rule shows soon."""


def one_week(task: tuple[str, float, int]) -> dict[str, Counts]:
    """A week under each rule, counted. Runs in a process of its own."""
    name, load, seed = task
    gc.disable()  # a week makes hardly any rings, and takes a fifth longer with it
    lived = scenario(name)
    world, workers = lived.at(load), lived.workers()
    people, found = customers(world, seed), {}
    mutated = name == "base" and seed < FIRST_SEED + MUTATED_WEEKS
    for desk in [OURS, *RIVALS, *(MUTATIONS if mutated else ())]:
        week = Week(world, workers, people, DESKS[desk](workers))
        found[desk] = week_of(week.run(), week.said.counts)
    gc.collect()
    return found


def lives(pool: ProcessPoolExecutor, lived: Scenario, weeks: int) -> Found:
    """Weeks of a scenario, by load and rule."""
    began, seeds = monotonic(), range(FIRST_SEED, FIRST_SEED + weeks)
    tasks = [(lived.name, load, seed) for load in lived.loads for seed in seeds]
    found: dict[float, dict[str, list[Counts]]] = {load: {} for load in lived.loads}
    for (_, load, seed), rules in zip(tasks, pool.map(one_week, tasks), strict=True):
        for rule, week in rules.items():
            found[load].setdefault(rule, []).append(week)
        print(f"{lived.name}, {load:.0%}, week {seed - FIRST_SEED + 1} of {weeks}, {monotonic() - began:.0f} s", file=sys.stderr)
    return found


def unnoticed(found: Found) -> Iterator[str]:
    """Broken rules that reach all that ours reaches, at each load."""
    for name in MUTATIONS:
        if not any(caught(load, rules, name) for load, rules in found.items()):
            yield name


def main() -> None:
    """Runs what is asked for, says what came out, and writes it down."""
    asks = argparse.ArgumentParser(prog="python -m bench.routing", description=__doc__)
    asks.add_argument("--scenario", choices=[*NAMES, "others"], help="only this one; others: all but the base world")
    asks.add_argument("--weeks", type=int, default=int(os.environ.get("BENCH_WEEKS", "30")), help="weeks of each load; 30 count")
    asked = asks.parse_args()
    ran = (
        f"{asked.weeks} weeks of each load, seeds {FIRST_SEED} to {FIRST_SEED + asked.weeks - 1}, {SystemClock().now():%Y-%m-%d}."
    )
    missing: list[str] = []
    with ProcessPoolExecutor(int(os.environ.get("BENCH_PROCESSES", "2"))) as pool:
        if asked.scenario in (None, "base"):
            lived = scenario("base")
            found = lives(pool, lived, asked.weeks)
            _ends(block("base", base(lived, found, ran)))
            missing = list(unnoticed(found))
        if asked.scenario != "base":
            one = asked.scenario not in (None, "others")
            others = [scenario(name) for name in ([asked.scenario] if one else NAMES[1:])]
            _ends(block("others", worlds([(lived, lives(pool, lived, asked.weeks)) for lived in others], ran)), shown=one)
    if missing:
        sys.exit(f"No goal is missed by {', '.join(missing)}: the bench would not notice such a rule.")


def _ends(found: str, *, shown: bool = False) -> None:
    """Says what was found, and writes it down if it is whole."""
    print(found, flush=True)
    if not shown:
        PAGE.write_text(written(PAGE.read_text(), found))


if __name__ == "__main__":
    main()
