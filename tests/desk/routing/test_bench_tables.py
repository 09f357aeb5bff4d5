"""The bench of routing: what a run found replaces its own tables and nothing else; goals and intervals are reckoned as they are named."""

import pytest
from bench.__main__ import page
from bench.routing.desks import DESKS, MUTATIONS, OURS
from bench.routing.engine import Week
from bench.routing.goals import GOALS, QUOTES, missed
from bench.routing.measure import share
from bench.routing.rivals import RIVALS
from bench.routing.scenario import scenario
from bench.routing.tables import base, block, blocks, caught, worlds, written
from bench.routing.world import World, customers, roster

GOOD, QUOTED = 999, 900


def week(**fewer: int) -> dict[str, tuple[int, int]]:
    """A week in which nearly everything is well; `fewer`: of a group (with _ for a blank), how many of 1,000 are."""
    of_goals = {group: (GOOD, 1000) for goals in GOALS.values() for group in goals}
    said = dict.fromkeys((*QUOTES, "quote phone"), (QUOTED, 1000))
    return of_goals | said | {name.replace("_", " "): (number, 1000) for name, number in fewer.items()}


def test_a_table_stands_in_its_place_and_the_next_run_replaces_only_its_own() -> None:
    rules = {rule: [week(), week()] for rule in (OURS, *RIVALS, *MUTATIONS)}
    lived = scenario("base")
    first = block("base", base(lived, dict.fromkeys(lived.loads, rules), "Two weeks."))
    others = block("others", worlds([(scenario("half-ill"), {0.95: rules})], "Two weeks."))
    again = block("base", base(lived, dict.fromkeys(lived.loads, rules), "Three weeks."))
    text = written(written(page({"hours": [{"bench": "hours"}]}), first), others)
    assert list(blocks(text)) == ["base", "others"]
    assert written(text, again) == text.replace(first, again)
    assert text.endswith('<!-- hours [{"bench": "hours"}] -->\n')


def test_a_broken_rule_is_noticed_by_what_it_misses_beside_ours() -> None:
    rules = {OURS: [week(mail=998), week()], "broken": [week(mail=998, quote=870)]}
    assert caught(0.95, rules, "broken") == ["quote"]
    assert missed(0.95, rules[OURS], {"capacity push": [week(), week()]}) == ["mail", "gain over capacity push"]


def test_the_interval_of_few_weeks_is_wide() -> None:
    assert share([week(all=900), week(all=920)], "all") == (91.0, pytest.approx(12.706))


@pytest.mark.parametrize("rule", DESKS)
def test_a_week_of_a_small_team_is_lived_through_under_each_rule(rule: str) -> None:
    world = World(size=12, load=0.2)
    workers, people = roster(12), customers(world, 7)[:150]
    fates = Week(world, workers, people, DESKS[rule](workers)).run()
    assert sum(one.answered is not None for one in fates) > 100
