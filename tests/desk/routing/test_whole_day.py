"""A whole day through the real stack takes the same decisions as the rules alone, one by one and in the same order."""

import random
from collections import Counter
from collections.abc import Collection
from uuid import UUID

import pytest
from bench.routing.world import roster
from tests.desk.routing.day.alone import Alone
from tests.desk.routing.day.life import ENDS, OPENS, WINDOW, Day, people_of
from tests.desk.routing.day.stack import Stack, open_stack

pytestmark = pytest.mark.xdist_group("whole day")  # what is grouped begins before what is not: it takes long
SEED = 1
"""Of the day that is lived through each time; any other will do."""


async def live_through(stack: Stack, alone: Alone, day: Day, until: int, takeovers: Collection[int] = ()) -> Counter[str]:
    """Lets both decide, window by window; gives how often what was decided. Fails at the first that differs."""
    decided: Counter[str] = Counter()
    for now in range(OPENS, until, WINDOW):
        if now in takeovers:
            await stack.another_leader()
        acts = day.acts(now)
        expected, found = alone.decide(acts, now), await stack.decide(acts, now)
        assert found == expected, f"{now // 3600:02}:{now // 60 % 60:02}:{now % 60:02}, after {acts}"
        day.follows(found, now)
        decided.update(one.what for one in found)
    return decided


@pytest.mark.timeout(900)
async def test_a_whole_day_through_the_stack_is_decided_as_the_rules_alone_decide_it(fresh_dsn: str, workspace_id: UUID) -> None:
    people, workers = people_of(SEED), roster()
    async with open_stack(fresh_dsn, workspace_id, workers) as stack:
        alone = Alone(stack.cast)
        decided = await live_through(stack, alone, Day(people, workers, SEED), ENDS)
        assert await stack.offers() == alone.offers
        assert sorted(set(await stack.said()) ^ set(alone.said)) == []
    assert len(people) > 2_300
    assert (
        decided["offered"] + decided["begun"] > 5_000 and decided["parked"] > 100 and decided["returned"] > 5 < decided["expired"]
    )


@pytest.mark.timeout(300)
async def test_whoever_takes_over_decides_as_the_one_before_would_have(fresh_dsn: str, workspace_id: UUID) -> None:
    people, workers = people_of(SEED), roster()
    hour = range(OPENS + WINDOW, OPENS + 3600, WINDOW)
    async with open_stack(fresh_dsn, workspace_id, workers) as stack:
        alone = Alone(stack.cast)
        await live_through(stack, alone, Day(people, workers, SEED), hour.stop, random.Random(SEED).sample(hour, 10))
        assert await stack.offers() == alone.offers
