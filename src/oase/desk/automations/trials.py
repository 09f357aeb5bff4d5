"""Rules are tried on the past, a piece at a time, so that whoever waits sees how far it is. Nothing is changed by it.

begin --count--> trial --step, step …: 500 conversations each, by facts and past (pure)--> "would have hit 214 of 1,902"
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations import count_lately, facts_of, happened_in, lately
from oase.desk.automations import repository
from oase.desk.automations.actions import find_rule
from oase.desk.automations.means import Means, asks, hours_of
from oase.desk.automations.past import would_have
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

DAYS: Final = 30
MOST: Final = 50_000
_STEP: Final = 500
_KEPT_HITS: Final = 1_000
_TRIAL: Final = "id, rule_id, version, began_at, since, total, looked, hit_count, hits, place, done"


class Trial(Struct, frozen=True, kw_only=True):
    """How far a trial is, and what it found. `hits`: the first thousand."""

    id: UUID
    rule_id: UUID
    version: int
    began_at: datetime
    since: datetime
    total: int
    looked: int
    hit_count: int
    hits: Sequence[UUID]
    place: str
    done: bool


async def begin_trial(work: UnitOfWork, rule_id: UUID) -> Trial:
    """A trial of the rule as it is written now. Raises NotFound."""
    rule, now = await find_rule(work, rule_id), work.clock.now()
    since = now - timedelta(days=DAYS)
    trial = Trial(
        id=new_id(), rule_id=rule.id, version=rule.version, began_at=now, since=since, looked=0, hit_count=0, hits=(), place="",
        total=await count_lately(work, since, MOST), done=False,
    )  # fmt: skip
    await repository.forget_trials(work, rule.id)
    await _put(work, trial)
    work.audit("automation.tried", subject="automation", subject_id=rule.id, name=rule.name, version=rule.version)
    return trial


async def find_trial(work: UnitOfWork, rule_id: UUID, trial_id: UUID) -> Trial:
    """One trial, locked; raises NotFound."""
    found = await work.one(
        Trial,
        f"SELECT {_TRIAL} FROM automation_trial WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND rule_id = %(rule)s FOR UPDATE",
        {"id": trial_id, "rule": rule_id},
    )
    if found is None:
        raise NotFound(message("This trial does not exist any more."))
    return found


async def step_trial(work: UnitOfWork, means: Means, rule_id: UUID, trial_id: UUID) -> Trial:
    """Looks at some more conversations. Nine statements at most. Raises NotFound."""
    trial = await find_trial(work, rule_id, trial_id)
    if trial.done:
        return trial
    rule = await find_rule(work, rule_id)
    ids, place = await lately(work, trial.since, trial.place, _STEP)
    found: list[UUID] = []
    if ids:
        facts, past = await facts_of(work, ids), await happened_in(work, ids, trial.since)
        hours = await hours_of(work, means, [one.team_id for one in facts.values()]) if asks(rule.groups, "hours") else {}
        now = work.clock.now()
        found = [one for one in ids if one in facts and would_have(rule, facts[one], past.get(one, []), hours, trial.since, now)]
    looked = trial.looked + len(ids)
    trial = msgspec.structs.replace(
        trial, looked=looked, place=place, done=not place or looked >= MOST, hit_count=trial.hit_count + len(found),
        hits=[*trial.hits, *found][:_KEPT_HITS], total=max(trial.total, looked) if place else looked,
    )  # fmt: skip
    await _put(work, trial)
    return trial


async def _put(work: UnitOfWork, trial: Trial) -> None:
    await work.run(
        f"INSERT INTO automation_trial (workspace_id, {_TRIAL}) VALUES (%(workspace_id)s, %(id)s, %(rule_id)s, %(version)s,"
        " %(began_at)s, %(since)s, %(total)s, %(looked)s, %(hit_count)s, %(hits)b::uuid[], %(place)s, %(done)s)"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET looked = excluded.looked, hit_count = excluded.hit_count,"
        " hits = excluded.hits, place = excluded.place, done = excluded.done, total = excluded.total",
        {**msgspec.structs.asdict(trial), "hits": list(trial.hits)},
    )
