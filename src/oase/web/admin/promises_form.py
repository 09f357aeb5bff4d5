"""Targets and steps as forms: what was typed, and what it means."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from oase.desk.promises import KINDS, PACES, Pace, Policy, Step, Target
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.web.forms import uuid

_UNITS: Final[Mapping[str, int]] = {"seconds": 1, "minutes": 60, "hours": 3600}
_LONGEST: Final = 9_999_999
TOLD: Final[tuple[Pace, ...]] = ("live", "messaging", "mail")
"""In these paces customers can be told of a second promise."""


def values_of_target(target: Target) -> dict[str, Any]:
    """What the form shows of a target."""
    values: dict[str, Any] = {
        "name": target.name, "paces": list(target.paces), "channels": list(target.channels), "vip": target.vip,
        "teams": [str(one) for one in target.teams], "priorities": [str(one) for one in target.priorities],
    }  # fmt: skip
    for kind in KINDS:
        values |= _typed(kind, target.of(kind))
    return values


def values_of_second(policy: Policy) -> dict[str, Any]:
    """What the form shows of how much later second promises end."""
    values: dict[str, Any] = {}
    for pace in TOLD:
        values |= _typed(f"second.{pace}", policy.second_of(pace))
    return values


def read_second(form: Mapping[str, str]) -> dict[Pace, timedelta]:
    """How much later second promises end, as far as that was typed; raises Invalid."""
    return {pace: span for pace in TOLD if (span := _span(form, f"second.{pace}")) is not None}


def _typed(field: str, span: timedelta | None) -> dict[str, str]:
    """A span as it was typed most likely."""
    if span is None:
        return {field: "", f"{field}_unit": "minutes"}
    seconds = int(span.total_seconds())
    unit = next(name for name in ("hours", "minutes", "seconds") if seconds % _UNITS[name] == 0)
    return {field: str(seconds // _UNITS[unit]), f"{field}_unit": unit}


def read_target(form: Mapping[str, str], lists: Mapping[str, Sequence[str]], target_id: UUID) -> Target:
    """The target that was typed; raises Invalid."""
    spans = {kind: _span(form, kind) for kind in KINDS}
    return Target(
        id=target_id,
        name=" ".join(form.get("name", "").split()),
        paces=tuple(one for one in lists["paces"] if one in PACES),
        channels=tuple(lists["channels"]),
        teams=tuple(uuid(one, "teams") for one in lists["teams"]),
        priorities=tuple(_number(one, "priorities") for one in lists["priorities"]),
        vip="vip" in form,
        **spans,
    )


def _span(form: Mapping[str, str], field: str) -> timedelta | None:
    text = form.get(field, "").strip()
    if not text:
        return None
    return timedelta(seconds=_number(text, field) * _UNITS.get(form.get(f"{field}_unit", ""), 60))


def _number(text: str, field: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise Invalid(message("Please type a whole number."), field=field) from None
    if abs(number) > _LONGEST:
        raise Invalid(message("This number is too large."), field=field)
    return number


def values_of_step(step: Step) -> dict[str, Any]:
    """What the form shows of a step."""
    return {
        "minutes": str(abs(step.minutes)), "side": "before" if step.minutes < 0 else "after", "kinds": list(step.kinds),
        "notify_assignee": step.notify_assignee, "notify_leads": step.notify_leads, "raise_priority": step.raise_priority,
        "team": str(step.team_id or ""),
    }  # fmt: skip


def read_step(form: Mapping[str, str], kinds: Sequence[str], step_id: UUID, since: datetime) -> Step:
    """The step that was typed; raises Invalid."""
    minutes = abs(_number(form.get("minutes", "").strip() or "0", "minutes"))
    return Step(
        id=step_id,
        minutes=-minutes if form.get("side") == "before" else minutes,
        kinds=tuple(one for one in kinds if one in KINDS),
        notify_assignee="notify_assignee" in form,
        notify_leads="notify_leads" in form,
        raise_priority="raise_priority" in form,
        team_id=uuid(form["team"], "team") if form.get("team") else None,
        since=since,
    )
