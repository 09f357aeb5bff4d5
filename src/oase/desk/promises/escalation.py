"""Escalation: what happens before a promise is broken, and when it is.

steps of the policy + opening hours --thresholds (pure)--> due until when --> steps to take, each once --> notify, raise, hand over
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.conversations import Author, Owed, assign, owed, record, set_priority, set_team
from oase.desk.hours import NeverOpen, Timetable, Timetables
from oase.desk.promises import repository
from oase.desk.promises.types import KINDS, Step, Taken, Threshold
from oase.kernel.db import UnitOfWork
from oase.staff import Team, list_teams

_AT_ONCE: Final = 100  # steps of a turn; more wait for the next
_URGENT: Final = 2
_FURTHEST_BACK: Final = timedelta(days=400)
_SECOND: Final = timedelta(seconds=1)


class _Scene(Struct, frozen=True):
    """What a turn knows."""

    steps: Mapping[UUID, Step]
    teams: Mapping[UUID, Team]
    conversations: Mapping[UUID, Owed]


def thresholds(steps: Sequence[Step], tables: Mapping[UUID | None, Timetable], now: datetime) -> Iterator[Threshold]:
    """For each step, kind of promise and team: until when it is due what the step is to be taken for. Pure."""
    for step in steps:
        for team_id, timetable in tables.items():
            until = ahead(timetable, now, -step.minutes) if step.minutes < 0 else back(timetable, now, step.minutes)
            for kind in step.kinds or KINDS:
                yield Threshold(step_id=step.id, kind=kind, team_id=team_id, until=until, begun=step.since)


def ahead(timetable: Timetable, now: datetime, minutes: int) -> datetime:
    """The moment until which there are so many minutes of working time left."""
    try:
        return timetable.add_working_time(now, timedelta(minutes=minutes))
    except NeverOpen:
        return now + timedelta(minutes=minutes)


def back(timetable: Timetable, now: datetime, minutes: int) -> datetime:
    """The last moment since which so many minutes were worked; to the second."""
    amount = timedelta(minutes=minutes)
    low, high = now - _FURTHEST_BACK - amount, now
    if timetable.working_time_between(low, now) < amount:
        return now - amount
    while high - low > _SECOND:
        middle = low + (high - low) / 2
        low, high = (middle, high) if timetable.working_time_between(middle, now) >= amount else (low, middle)
    return low if amount else now


async def escalate(work: UnitOfWork, timetables: Timetables) -> int:
    """Takes the steps that are to be taken now in this workspace; gives how many."""
    steps = (await repository.policy(work)).steps
    if not steps:
        return 0
    tables = {team: await timetables.of_team(work, team) for team in await repository.open_teams(work)}
    due = await repository.steps_due(work, list(thresholds(steps, tables, work.clock.now())), _AT_ONCE)
    if not due:
        return 0
    fresh = await repository.take_steps(work, due)
    conversations = {one.id: one for one in await owed(work, sorted({one.conversation_id for one in due}))}
    scene = _Scene({one.id: one for one in steps}, {one.id: one for one in await list_teams(work)}, conversations)
    taken: dict[UUID, list[Taken]] = {}
    for one in sorted(due, key=lambda one: (one.conversation_id, scene.steps[one.step_id].minutes)):
        if (one.step_id, one.conversation_id) in fresh and one.conversation_id in conversations:
            taken.setdefault(one.conversation_id, []).append(one)
    for conversation_id, those in taken.items():
        did = [word for one in those for word in await _take(work, scene, one)]
        if did:
            facts = {"due": those[-1].due_at.isoformat(), "did": list(dict.fromkeys(did))}
            await record(work, Author(), conversation_id, "escalated", facts)
    return sum(len(those) for those in taken.values())


async def _take(work: UnitOfWork, scene: _Scene, taken: Taken) -> list[str]:
    """One step in one conversation; gives what was done."""
    step, found, did = scene.steps[taken.step_id], scene.conversations[taken.conversation_id], []
    if step.raise_priority and found.priority < _URGENT:
        await set_priority(work, Author(), found.id, found.priority + 1)
        did.append("priority")
    team = scene.teams.get(step.team_id) if step.team_id else None
    if team is not None and found.team_id != team.id:
        await set_team(work, Author(), found.id, team.id, team=team.name)
        if found.assignee_id is not None and found.assignee_id not in team.members:
            await assign(work, Author(), found.id, None)
        did.append("team")
    if told := _whom(scene, step, found, team):
        for agent_id in sorted(told):
            usual = agent_id == found.assignee_id and _is_usual(step, scene.steps.values())
            facts = {"agent": str(agent_id), "at": taken.due_at.isoformat()}
            work.emit("due", found.id, facts if usual else {**facts, "step": str(step.id)})
        did.append("notified")
    return did


def _is_usual(step: Step, steps: Collection[Step]) -> bool:
    """Whether a step says to whoever has it what the usual notice of what is due soon says: the last that does so before the moment.

    It is said as that notice is, which is told once, whichever of the two comes first.
    """
    before = [one for one in steps if one.minutes < 0 and one.notify_assignee and one.team_id is None]
    alike = [one for one in before if not one.kinds or not step.kinds or set(one.kinds) & set(step.kinds)]
    return step in before and step.minutes == max(one.minutes for one in alike)


def _whom(scene: _Scene, step: Step, found: Owed, team: Team | None) -> set[UUID]:
    """Who is told: whose it is, and who leads the team that it is in now."""
    told = {found.assignee_id} if step.notify_assignee and found.assignee_id else set()
    leading = team or (scene.teams.get(found.team_id) if found.team_id else None)
    if step.notify_leads and leading is not None:
        told |= set(leading.leads)
    return told
