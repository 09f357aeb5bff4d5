"""What is promised, decided from what is: no I/O, no clock.

conversation as it is + promises that stand + targets + opening hours --plan_of--> promises made, settled, paused; the due time

Decided from states, not from events: whatever is told twice, late or in another order, the same comes out.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct, field

from oase.conversations import TARGETS, DueTime, Owed
from oase.desk.hours import NeverOpen, Timetable
from oase.desk.promises.types import Circumstances, Kind, Made, Moved, Pace, Policy, Settled, Standing, Target, Why
from oase.kernel.ids import new_id

USUAL: Final[Mapping[Pace, timedelta]] = {**dict[Pace, timedelta](TARGETS.items()), "phone": timedelta(seconds=60)}
"""How soon an answer is promised where no target says so."""

Answers = Mapping[tuple[UUID, datetime], datetime]
"""When we first answered in a conversation from a moment on."""


class Plan(Struct, frozen=True):
    """What is to be written. Settled before made: another promise takes the place of one that is withdrawn."""

    settled: list[Settled] = field(default_factory=list)
    made: list[Made] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    due: list[DueTime] = field(default_factory=list)


class Case(Struct, frozen=True):
    """One conversation with all that decides about its promises."""

    owed: Owed
    standing: Sequence[Standing]
    answers: Answers
    circumstances: Circumstances
    timetable: Timetable
    again: Made | None = None  # what was promised before an answer that did not arrive, and is promised on


def is_vip(policy: Policy, tags: Sequence[str], fields: Mapping[str, object]) -> bool:
    """Whether a person with these tags and custom fields is very important."""
    tagged = bool(policy.vip_tag) and policy.vip_tag.casefold() in (one.casefold() for one in tags)
    return tagged or (bool(policy.vip_field) and fields.get(policy.vip_field) in (True, "true", "yes", "1"))


def fits(target: Target, now: Circumstances) -> bool:
    """Whether a target speaks of such conversations."""
    return (
        (not target.channels or now.channel in target.channels)
        and (not target.paces or now.pace in target.paces)
        and (not target.teams or now.team_id in target.teams)
        and (not target.priorities or now.priority in target.priorities)
        and (not target.vip or now.vip)
    )


def promised(policy: Policy, kind: Kind, now: Circumstances) -> tuple[timedelta | None, str]:
    """In how much working time, and the name of the target that says so; answers are always promised, solutions only by targets.

    What a rule or a macro promised in the conversation goes before.
    """
    if now.own is not None and kind != "solution":
        return now.own, now.own_rule
    chosen = [one for one in policy.targets if one.id == now.own_target]
    for target in (*chosen, *(one for one in policy.targets if fits(one, now))):
        if (amount := target.of(kind)) is not None:
            return amount, target.name
    return (None if kind == "solution" else USUAL[now.pace]), ""


def due_after(timetable: Timetable, since: datetime, amount: timedelta) -> tuple[datetime, bool]:
    """When so much has been worked, and whether that had to be counted around the clock: the calendar never opens again."""
    try:
        return timetable.add_working_time(since, amount), False
    except NeverOpen:
        return since + amount, True


def plan_of(cases: Sequence[Case], policy: Policy, now: datetime) -> Plan:
    """What is to be written for these conversations."""
    plan = Plan()
    for case in cases:
        _plan_case(plan, case, policy, now)
    return plan


def _plan_case(plan: Plan, case: Case, policy: Policy, now: datetime) -> None:
    owed = case.owed
    due = [_answer(plan, case, policy, now)]
    if owed.kind == "private":
        due.append(_solution(plan, case, policy, now))
    shown = min((one for one in due if one is not None), default=None)
    if owed.merged_into is None and shown != owed.due_at:
        plan.due.append(DueTime(conversation_id=owed.id, waiting_since=owed.waiting_since, state=owed.state, due_at=shown))


def _answer(plan: Plan, case: Case, policy: Policy, now: datetime) -> datetime | None:
    """Settles, makes or revises the promises of an answer; gives when it is due."""
    owed = case.owed
    standing = [one for one in case.standing if one.kind != "solution"]
    if owed.merged_into is not None or owed.waiting_since is None:
        if owed.merged_into is not None or not may_come_back(owed, now):
            _settle(plan, case, standing, now, "merged" if owed.merged_into else "closed")
        return None
    same = [one for one in standing if _same_stretch(case, one)]
    _settle(plan, case, [one for one in standing if one not in same], now, "closed")
    if not same and case.again is not None:
        plan.made.append(case.again)
        return case.again.due_at
    if not same:
        return _make(plan, case, policy, "next" if owed.answered_before else "first", owed.waiting_since, now)
    last = {one.made_in: one for one in sorted(same, key=lambda one: one.number)}
    alone = len(last) == 1  # otherwise who waited longest was told by when, in a conversation that is part of this one
    due = [
        _go_on(plan, case, policy, one, min(one.since, owed.waiting_since) if alone else one.since, now) for one in last.values()
    ]
    return min((one for one in due if one is not None), default=None)


def may_come_back(owed: Owed, now: datetime) -> bool:
    """Whether the answer can still be taken back: then nothing is settled yet."""
    return owed.last_out_at is not None and owed.last_out_at > now


def _same_stretch(case: Case, one: Standing) -> bool:
    """Whether the customer still waits for what was promised: since then, or since a later message that nobody answered between."""
    since = case.owed.waiting_since
    if since is None or since == one.since or case.owed.kind == "public":
        return since == one.since
    answered = case.answers.get((case.owed.id, one.since))
    return answered is None or answered >= since


def _go_on(plan: Plan, case: Case, policy: Policy, last: Standing, since: datetime, now: datetime) -> datetime | None:
    """What was promised last counts on, paused or not, unless it is revised."""
    paused = _paused(policy, case.owed)
    revised = None if last.number == 2 or last.paused_at is not None else _revised(case, policy, last, since, now)
    if revised is not None:
        plan.settled.append(Settled(id=last.id, settled_at=now, outcome="withdrawn", why="revised"))
        return _write(plan, case, policy, last.kind, since, now, revised)
    return _pause_or_resume(plan, case, last, now) if paused != (last.paused_at is not None) else _shown(last, paused)


def _shown(one: Standing, paused: bool) -> datetime | None:
    return None if paused else one.due_at


def _revised(case: Case, policy: Policy, last: Standing, since: datetime, now: datetime) -> datetime | None:
    """Another due time for what stands, if there is one; None: it stays.

    What the customer was told, and what is late already, stays. What somebody decides about the conversation (priority, team, a
    very important customer) counts from the beginning; if that is over, from now. What was edited in targets and calendars only
    ever brings forward what can still be kept.
    """
    amount, _ = promised(policy, last.kind, case.circumstances)
    if amount is None or last.told_at is not None or last.due_at <= now:
        return None
    fresh, _ = due_after(case.timetable, since, amount)
    if case.circumstances != last.made_of or since != last.since:
        fresh = fresh if fresh > now else min(last.due_at, due_after(case.timetable, now, amount)[0])
        return fresh if fresh != last.due_at else None
    return fresh if now < fresh < last.due_at else None


def _paused(policy: Policy, owed: Owed) -> bool:
    return (owed.state == "waiting" and policy.pause_waiting) or (owed.state == "snoozed" and policy.pause_snoozed)


def _pause_or_resume(plan: Plan, case: Case, one: Standing, now: datetime) -> datetime | None:
    """Keeps what is left of its working time, or goes on with it. What is late stays late, and is not paused."""
    if one.left_time is not None:
        due, _ = due_after(case.timetable, now, one.left_time)
        plan.moved.append(Moved(id=one.id, due_at=due, paused_at=None, left_time=None))
        return due
    begun = _pause_begun(case, one, now)
    if one.due_at <= begun:
        return one.due_at
    left = case.timetable.working_time_between(begun, one.due_at)
    plan.moved.append(Moved(id=one.id, due_at=one.due_at, paused_at=begun, left_time=left))
    return None


def _pause_begun(case: Case, one: Standing, now: datetime) -> datetime:
    """Since when we wait for the customer: since our answer, however late we look; otherwise since now."""
    owed = case.owed
    answered = owed.last_out_at if owed.state == "waiting" and owed.waiting_since is None else None
    return max(min(answered, now), one.since) if answered else now


def _make(plan: Plan, case: Case, policy: Policy, kind: Kind, since: datetime, now: datetime) -> datetime | None:
    amount, _ = promised(policy, kind, case.circumstances)
    if amount is None:
        return None
    return _write(plan, case, policy, kind, since, now, due_after(case.timetable, since, amount)[0])


def _write(plan: Plan, case: Case, policy: Policy, kind: Kind, since: datetime, now: datetime, due: datetime) -> datetime | None:
    amount, rule = promised(policy, kind, case.circumstances)
    left = None
    if _paused(policy, case.owed) and due > now:
        left = case.timetable.working_time_between(now, due)
    plan.made.append(
        Made(
            id=new_id(), conversation_id=case.owed.id, kind=kind, since=since, due_at=due, target=amount or due - since, rule=rule,
            made_of=case.circumstances, never_open=due_after(case.timetable, since, amount or due - since)[1],
            paused_at=now if left is not None else None, left_time=left,
        )
    )  # fmt: skip
    return None if left is not None else due


def _solution(plan: Plan, case: Case, policy: Policy, now: datetime) -> datetime | None:
    """The promise that the concern is solved: made while it is not, kept when it is."""
    owed = case.owed
    standing = next((one for one in case.standing if one.kind == "solution"), None)
    if owed.merged_into is not None or owed.state == "solved":
        if standing is not None and (owed.merged_into is not None or not may_come_back(owed, now)):
            _settle(plan, case, [standing], now, "merged" if owed.merged_into else "solved")
        return None
    if standing is None:
        return _make(plan, case, policy, "solution", owed.waiting_since or now, now)
    return _go_on(plan, case, policy, standing, standing.since, now)


def _settle(plan: Plan, case: Case, standing: Sequence[Standing], now: datetime, why: Why) -> None:
    """Promises end: kept or broken by the answer (or the solution); without one, withdrawn, unless their time was over by then."""
    for one in standing:
        answered = case.owed.solved_at if one.kind == "solution" else case.answers.get((case.owed.id, one.since))
        if why == "merged":
            answered = None
        ended = answered or min(now, case.owed.solved_at or now)
        in_time = one.paused_at is not None or one.due_at >= ended
        outcome = "broken" if not in_time else "withdrawn" if answered is None else "kept"
        told = "solved" if one.kind == "solution" and answered else "answered" if answered else why
        plan.settled.append(Settled(id=one.id, settled_at=ended, outcome=outcome, why=told))  # type: ignore[arg-type]
