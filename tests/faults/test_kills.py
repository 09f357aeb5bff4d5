"""The promise of the house, tested by killing it: nothing lost, nothing doubled, nothing out of order, nothing sent twice."""

import asyncio
import os
import tempfile
from pathlib import Path

import pytest

from .arena import Killer, Load, all_heard, drained, judge, open_arena
from .processes import wait_for

KILLS = int(os.environ.get("OASE_FAULT_KILLS", "60"))
MESSAGES = int(os.environ.get("OASE_FAULT_MESSAGES", "5000"))
DRAIN_SECONDS = float(os.environ.get("OASE_FAULT_DRAIN", "120"))
PER_SECOND = float(os.environ.get("OASE_FAULT_RATE", "50"))


@pytest.mark.faults
@pytest.mark.timeout(900)
async def test_nothing_is_lost_doubled_or_out_of_order_while_processes_die() -> None:
    seconds = MESSAGES / PER_SECOND
    with tempfile.TemporaryDirectory(prefix="oase-faults-") as folder:
        async with open_arena(Path(folder)) as arena:
            elsewhere = MESSAGES * 2 // 5 if arena.places else 0
            mails = MESSAGES // 5
            load = Load(arena, MESSAGES - mails - elsewhere, mails, elsewhere, seconds, answers_per_second=20)
            killer = Killer(arena, KILLS, seconds, seed=20261122)
            await asyncio.gather(load.run(), killer.run())
            await wait_for(lambda: drained(arena), DRAIN_SECONDS, "everything to be taken in and sent", arena.report)
            await wait_for(lambda: all_heard(load), DRAIN_SECONDS, "everything that has to be asked for", arena.report)
            verdict = await judge(load)
        failures = arena.failures()
    print(f"\n{sum(killer.deaths.values())} kills {dict(killer.deaths)}; refused and repeated {dict(load.refusals)}")
    print(f"besides {dict(load.besides)}; missing {load.missing}\n{verdict}")
    assert (verdict.lost, verdict.doubled, verdict.out_of_order) == (0, 0, 0)
    assert failures == []
    assert verdict.received == MESSAGES
    assert (verdict.silently_lost, verdict.sent_twice, verdict.failed) == (0, 0, 0)
    assert verdict.once + verdict.unknown == verdict.answers
    assert verdict.answers > MESSAGES / 10  # there was something to lose
