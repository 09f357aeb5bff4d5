"""Rules that can set each other off for ever: found by what they do and what they wait for, before it happens. Pure.

A circle whose rules all want the same ends by itself, since nothing changes any more; one whose rules want different things of the
same conversation (open and solved, team A and team B) would not.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

from oase.desk.automations.types import Act, Rule

_HAPPENS: Final[Mapping[str, str]] = {
    "tag": "tags", "untag": "tags", "assign": "assignee", "team": "team", "priority": "priority", "state": "state", "snooze": "state",
    "snooze_until_open": "state",
}  # fmt: skip


def circles(rules: Sequence[Rule]) -> list[list[Rule]]:
    """The rules, among those that are switched on, that would set each other off without an end; each circle in their order."""
    on = [one for one in rules if one.state == "on"]
    follows = {one.id: {other.id for other in on if _sets_off(one, other)} for one in on}
    reached = {one.id: _reached(one.id, follows) for one in on}
    found, seen = [], set[UUID]()
    for one in on:
        if one.id in seen:
            continue
        circle = [other for other in on if other.id in reached[one.id] and one.id in reached[other.id]]
        seen |= {other.id for other in circle}
        if len(circle) > 1 and _disagree([act for rule in circle for act in rule.acts]):
            found.append(circle)
    return found


def _sets_off(one: Rule, other: Rule) -> bool:
    return any(what == other.when.what and (not other.when.to or to in other.when.to) for what, to in _does(one.acts))


def _does(acts: Sequence[Act]) -> Iterator[tuple[str, str]]:
    for act in acts:
        if act.do in _HAPPENS:
            yield _HAPPENS[act.do], "snoozed" if act.do.startswith("snooze") else act.value


def _reached(start: UUID, follows: Mapping[UUID, set[UUID]]) -> set[UUID]:
    found, ahead = set[UUID](), [start]
    while ahead:
        for one in follows[ahead.pop()] - found:
            found.add(one)
            ahead.append(one)
    return found


def _disagree(acts: Sequence[Act]) -> bool:
    wanted: dict[str, set[str]] = {}
    for act in acts:
        if act.do in ("tag", "untag"):
            wanted.setdefault(f"tag {act.value}", set()).add(act.do)
        elif act.do in _HAPPENS:
            wanted.setdefault(_HAPPENS[act.do], set()).add("snoozed" if act.do.startswith("snooze") else act.value)
    return any(len(values) > 1 for values in wanted.values())
