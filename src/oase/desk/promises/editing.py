"""What people change of what a workspace promises. Each change is one version of the policy, and in the audit log."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Final, TypeVar
from uuid import UUID

from msgspec.structs import replace

from oase.conversations import PRIORITIES, custom_fields
from oase.desk.promises import repository
from oase.desk.promises.types import PACES, Policy, Step, Target
from oase.desk.promises.wording import BLANK
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import LANGUAGES, message
from oase.staff import list_teams

_MOST: Final = 200
_NAME_LENGTH: Final = 120
_TEXT_LENGTH: Final = 2_000
_SHORTEST: Final = timedelta(seconds=10)
_LONGEST: Final = timedelta(days=366)
_LONGEST_WAIT: Final = 24 * 60  # minutes
_SECOND: Final = (timedelta(minutes=1), timedelta(days=30))
_FURTHEST_MINUTES: Final = 30 * 24 * 60
Thing = TypeVar("Thing", Target, Step)


async def change_policy(work: UnitOfWork, act: str, edit: Callable[[Policy], Policy], **facts: object) -> Policy:
    """Writes what `edit` makes of the policy. Raises Invalid, and Conflict if somebody else changed it meanwhile."""
    before = await repository.policy(work)
    after = edit(before)
    await check_policy(work, after)
    if not await repository.put_policy(work, after):
        raise Conflict(message("Somebody else has changed the promises meanwhile. Please look again."))
    work.audit(f"promises.{act}", subject="promises", subject_id=work.workspace_id, **facts)
    work.emit("desk", work.workspace_id, {"what": "targets"})
    return replace(after, version=before.version + 1)


async def save_target(work: UnitOfWork, target: Target) -> None:
    """Changes a target, or adds it after the others."""
    await change_policy(
        work, "target_saved", lambda policy: replace(policy, targets=_with(policy.targets, target)), name=target.name
    )


async def remove_target(work: UnitOfWork, target_id: UUID) -> None:
    """Takes a target away; what was promised by it stands."""
    await change_policy(work, "target_removed", lambda policy: replace(policy, targets=_without(policy.targets, target_id)))


async def move_target(work: UnitOfWork, target_id: UUID, *, up: bool) -> None:
    """Moves a target by one place: the first that fits decides."""
    await change_policy(work, "target_moved", lambda policy: replace(policy, targets=_moved(policy.targets, target_id, up=up)))


async def save_step(work: UnitOfWork, step: Step) -> None:
    """Changes an escalation step, or adds it."""
    await change_policy(work, "step_saved", lambda policy: replace(policy, steps=_with(policy.steps, step)), minutes=step.minutes)


async def remove_step(work: UnitOfWork, step_id: UUID) -> None:
    """Takes a step away."""
    await change_policy(work, "step_removed", lambda policy: replace(policy, steps=_without(policy.steps, step_id)))


def _with(known: Sequence[Thing], one: Thing) -> tuple[Thing, ...]:
    there = any(other.id == one.id for other in known)
    return tuple(one if other.id == one.id else other for other in known) + (() if there else (one,))


def _without(known: Sequence[Thing], id: UUID) -> tuple[Thing, ...]:
    left = tuple(one for one in known if one.id != id)
    if len(left) == len(known):
        raise NotFound(message("This entry does not exist any more."))
    return left


def _moved(known: Sequence[Target], id: UUID, *, up: bool) -> tuple[Target, ...]:
    found = list(known)
    at = next((place for place, one in enumerate(found) if one.id == id), None)
    if at is None:
        raise NotFound(message("This entry does not exist any more."))
    other = at - 1 if up else at + 1
    if 0 <= other < len(found):
        found[at], found[other] = found[other], found[at]
    return tuple(found)


async def check_policy(work: UnitOfWork, policy: Policy) -> None:
    """Raises Invalid for what could never be promised, or names what does not exist. A team that was deleted is no mistake."""
    if len(policy.targets) > _MOST or len(policy.steps) > _MOST:
        raise Invalid(message("There can be %(n)s of these at most.", n=_MOST), field="targets")
    known = {team.id for team in await list_teams(work)}
    for target in policy.targets:
        _check_target(target)
    for step in policy.steps:
        _check_step(step, known)
    for pace, amount in policy.second.items():
        if not _SECOND[0] <= amount <= _SECOND[1]:
            raise Invalid(
                message("A second promise lasts between one minute and 30 days of working time."), field=f"second.{pace}"
            )
    for texts, field in ((policy.lines, "lines"), (policy.letters, "letters"), (policy.waits, "waits")):
        for language, text in texts.items():
            _check_text(language, text, f"{field}.{language}", "wait" if field == "waits" else "time")
    if not 1 <= policy.wait_minutes <= _LONGEST_WAIT:
        raise Invalid(message("Between one minute and a day."), field="wait_minutes")
    if len(policy.vip_tag) > _NAME_LENGTH:
        raise Invalid(message("This is too long."), field="vip_tag")
    if policy.vip_field and policy.vip_field not in {
        one.key for one in await custom_fields(work) if one.subject == "person" and one.kind == "boolean"
    }:
        raise Invalid(message("There is no such yes-or-no field of persons."), field="vip_field")


def _check_target(target: Target) -> None:
    if len(target.name) > _NAME_LENGTH:
        raise Invalid(message("This is too long."), field="name")
    amounts = {"first": target.first, "next": target.next, "solution": target.solution}
    if all(amount is None for amount in amounts.values()):
        raise Invalid(message("Please promise at least one of the three."), field="first")
    for field, amount in amounts.items():
        if amount is not None and not _SHORTEST <= amount <= _LONGEST:
            raise Invalid(message("A promise lasts between ten seconds and a year of working time."), field=field)
    if any(pace not in PACES for pace in target.paces):
        raise Invalid(message("There is no such kind of channel."), field="paces")
    if any(priority not in PRIORITIES for priority in target.priorities):
        raise Invalid(message("There is no such priority."), field="priorities")


def _check_step(step: Step, teams: set[UUID]) -> None:
    if abs(step.minutes) > _FURTHEST_MINUTES:
        raise Invalid(message("A step lies at most thirty days before or after the moment."), field="minutes")
    if not (step.notify_assignee or step.notify_leads or step.raise_priority or step.team_id):
        raise Invalid(message("Please choose what is to happen."), field="notify_assignee")
    if step.team_id is not None and step.team_id not in teams:
        raise Invalid(message("This team does not exist any more. Please choose another one."), field="team")


def _check_text(language: str, text: str, field: str, needed: str) -> None:
    if language not in LANGUAGES:
        raise Invalid(message("There is no such language here."), field=field)
    if not text.strip():
        return
    if len(text) > _TEXT_LENGTH:
        raise Invalid(message("This is too long."), field=field)
    blanks = set(BLANK.findall(text))
    if needed not in blanks:
        raise Invalid(message("The text must say by when: please keep {{%(name)s}} in it.", name=needed), field=field)
    if unknown := sorted(blanks - {needed, "company"}):
        raise Invalid(message("There is no blank {{%(name)s}}.", name=unknown[0]), field=field)
