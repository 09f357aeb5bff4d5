"""What would have set a rule off: the past of a conversation as happenings. Pure.

Words, moments and business hours are as they were then; state, team, agent, tags and fields as they are today, since nobody keeps
how they were at every moment.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from oase.conversations.conditions import Facts, PastMessage, fits
from oase.desk.automations.means import Hours, asks
from oase.desk.automations.rules import moment_of, offset_of
from oase.desk.automations.types import Rule, When
from oase.desk.language import language_of

Moment = tuple[datetime, PastMessage | None]
"""When the rule would have been set off, and what was said then."""
_EVENTS: Final = {
    "team": ("team",), "assignee": ("assigned", "unassigned"), "priority": ("priority",), "tags": ("tagged", "untagged"),
}  # fmt: skip


Test = Callable[[PastMessage], bool]
_STRETCHES: Final[Mapping[str, tuple[Test, Test]]] = {
    "waited": (lambda one: one.by_agent, lambda one: one.by_agent or one.direction == "in"),
    "unanswered": (lambda one: one.direction == "in", lambda one: one.by_agent),
    "solved_for": (
        lambda one: one.kind == "state" and one.to == "solved",
        lambda one: one.direction == "in" or one.kind in ("state", "reopened"),
    ),
}
"""What begins a stretch of time, and what ends it."""


def would_have(rule: Rule, facts: Facts, past: Sequence[PastMessage], hours: Hours, since: datetime, now: datetime) -> bool:
    """Whether the rule would have been applied to the conversation since then."""
    return any(since <= at <= now and _fits(rule, facts, hours, (at, said)) for at, said in moments(rule.when, facts, past, now))


def _fits(rule: Rule, facts: Facts, hours: Hours, moment: Moment) -> bool:
    at, said = moment
    here = msgspec.structs.replace(
        facts, text=said.text if said else "", automatic=bool(said and said.automatic), at=at,
        files=said.files if said else 0, text_language=language_of(said.text) if said and asks(rule.groups, "text_language") else "",
        open=hours[facts.team_id].is_open(at) if facts.team_id in hours else True,
    )  # fmt: skip
    return fits(rule.groups, here, at)


def moments(when: When, facts: Facts, past: Sequence[PastMessage], now: datetime) -> Iterator[Moment]:
    """When a rule of this kind would have been set off."""
    heard = [one for one in past if one.direction == "in"]
    if when.what == "opened":
        yield facts.created_at, next(iter(heard), None)
    elif when.what == "received":
        yield from ((one.at, one) for one in heard)
    elif when.what == "answered":
        yield from ((one.at, one) for one in past if one.by_agent)
    elif when.what in _EVENTS:
        yield from (
            (one.at, _before(heard, one.at)) for one in past if one.kind in _EVENTS[when.what] and one.direction == "event"
        )
    elif when.what == "state":
        yield from ((at, _before(heard, at)) for at, state in _states(past) if not when.to or state in when.to)
    else:
        yield from ((at, _before(heard, at)) for at in _passed(when, facts, past, now))


def _before(heard: Sequence[PastMessage], at: datetime) -> PastMessage | None:
    return next((one for one in reversed(heard) if one.at <= at), None)


def _states(past: Sequence[PastMessage]) -> Iterator[tuple[datetime, str]]:
    """When which state began: said by the timeline, and by answers, which make wait."""
    waits = False
    for one in past:
        if one.direction == "event" and one.kind in ("state", "snoozed", "woke", "reopened"):
            state = {"snoozed": "snoozed", "woke": "open", "reopened": "open"}.get(one.kind, one.to)
            waits = state == "waiting"
            yield one.at, state
        elif one.by_agent and not waits:
            waits = True
            yield one.at, "waiting"
        elif one.direction == "in":
            waits = False


def _passed(when: When, facts: Facts, past: Sequence[PastMessage], now: datetime) -> Iterator[datetime]:
    """When so much time had passed. What was due in the past is not known here, only what is now."""
    offset = offset_of(when)
    if when.what in ("due_soon", "overdue"):
        moment = moment_of(when, facts)
        return iter([moment + offset] if moment else [])
    return _stretches(past, *_STRETCHES[when.what], offset, now)


def _stretches(past: Sequence[PastMessage], begins: Test, ends: Test, offset: timedelta, now: datetime) -> Iterator[datetime]:
    began: datetime | None = None
    for one in past:
        if began is not None and ends(one):
            if one.at - began >= offset:
                yield began + offset
            began = None
        if began is None and begins(one):
            began = one.at
    if began is not None and now - began >= offset:
        yield began + offset
