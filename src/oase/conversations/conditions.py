"""Conditions on a conversation: one language, for views, rules and whoever else asks whether a conversation fits. Pure.

    View (a filter of the inbox) --conditions_of--> Condition, Condition …      a view is a rule's beginning
    Facts (a conversation as it stands, what was said just now) + Group (all or any of its conditions) --fits--> yes or no

Values of one condition are alternatives; what is negated (`is_not`, `lacks`) must hold for all of them.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.queries.views import View
from oase.conversations.rules import State

How = Literal["is", "is_not", "has", "lacks", "at_least", "at_most"]
NONE: Final = "none"
"""The value that stands for no team and no agent."""


class Condition(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that must hold. `what` is a key of KINDS; `key` names the custom field; `values` are alternatives."""

    what: str
    how: How = "is"
    values: tuple[str, ...] = ()
    key: str = ""


class Group(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Conditions of which all must hold, or any. An empty group holds."""

    match: Literal["all", "any"] = "all"
    conditions: tuple[Condition, ...] = ()


class Facts(Struct, frozen=True, kw_only=True):
    """A conversation as conditions see it. `text` and `automatic` are of what was said just now (or last, by the customer)."""

    id: UUID
    number: int
    kind: Literal["private", "public"]
    channel: str
    account_id: UUID | None
    state: State
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    tags: tuple[str, ...]
    fields: dict[str, Any]
    subject: str
    message_count: int
    created_at: datetime
    due_at: datetime | None
    waiting_since: datetime | None
    last_at: datetime
    last_out_at: datetime | None
    solved_at: datetime | None
    snoozed_until: datetime | None
    person_id: UUID | None
    person: str = ""
    person_language: str = ""
    person_tags: tuple[str, ...] = ()
    person_fields: dict[str, Any] = {}
    organisation: str = ""  # of the person
    address: str = ""  # to which the next answer goes
    agreed: bool = False  # the person agreed to be written to there
    person_count: int = 0  # conversations of the person, a hundred at most
    speaker_count: int = 0  # in public
    waiting_count: int = 0  # public messages that need an answer
    last_by: str = "in"  # who spoke last: in, out
    text: str = ""
    text_language: str = ""  # that it is written in; empty: not sure, or not asked for
    files: int = 0  # that came with it
    automatic: bool = False
    at: datetime | None = None  # when what is looked at happened
    own_promise: str = ""  # what a rule or macro promises here: minutes of working time, or the id of a target
    open: bool = True  # within the business hours of its team, at that moment


class Spoken(Struct, frozen=True, kw_only=True):
    """One message, as far as conditions ask for it. `state_before`: of its conversation, where it is an answer of ours."""

    id: UUID
    conversation_id: UUID
    direction: str
    text: str
    automatic: bool
    by_agent: bool
    at: datetime
    state_before: str | None
    files: int = 0


class PastMessage(Struct, frozen=True, kw_only=True):
    """A message or an event of the timeline. `kind` and `to`: of an event, what was done."""

    id: UUID
    conversation_id: UUID
    direction: str
    kind: str
    to: str
    text: str
    automatic: bool
    by_agent: bool
    at: datetime
    files: int = 0


Moment = Literal["waited_since", "waiting_since", "solved_at", "due_at"]
"""A moment of a conversation from which time is counted, while it is in the state that this belongs to."""

Read = Callable[[Facts, Condition], Sequence[str]]


class Kind(Struct, frozen=True, kw_only=True):
    """A thing that can be asked: how, and what its values are (for forms and checks)."""

    hows: tuple[How, ...]
    values: Literal[
        "state", "channel", "account", "team", "assignee", "priority", "tag", "field", "person_field", "language", "words", "yes",
        "speaker", "hours", "number", "minutes",
    ]  # fmt: skip


_IS: Final[tuple[How, ...]] = ("is", "is_not")
_WORDS: Final[tuple[How, ...]] = ("has", "lacks")
_NUMBER: Final[tuple[How, ...]] = ("at_least", "at_most")
KINDS: Final[dict[str, Kind]] = {
    "words": Kind(hows=_WORDS, values="words"),
    "subject": Kind(hows=_WORDS, values="words"),
    "text": Kind(hows=_WORDS, values="words"),
    "channel": Kind(hows=_IS, values="channel"),
    "account": Kind(hows=_IS, values="account"),
    "state": Kind(hows=_IS, values="state"),
    "team": Kind(hows=_IS, values="team"),
    "assignee": Kind(hows=_IS, values="assignee"),
    "priority": Kind(hows=_IS, values="priority"),
    "tag": Kind(hows=_IS, values="tag"),
    "field": Kind(hows=_IS, values="field"),
    "person_tag": Kind(hows=_IS, values="tag"),
    "person_field": Kind(hows=_IS, values="person_field"),
    "language": Kind(hows=_IS, values="language"),
    "text_language": Kind(hows=_IS, values="language"),
    "organisation": Kind(hows=_WORDS, values="words"),
    "address": Kind(hows=_WORDS, values="words"),
    "consent": Kind(hows=("is",), values="yes"),
    "last_by": Kind(hows=("is",), values="speaker"),
    "overdue": Kind(hows=("is",), values="yes"),
    "public": Kind(hows=("is",), values="yes"),
    "automatic": Kind(hows=("is",), values="yes"),
    "hours": Kind(hows=("is",), values="hours"),
    "messages": Kind(hows=_NUMBER, values="number"),
    "files": Kind(hows=_NUMBER, values="number"),
    "person_conversations": Kind(hows=_NUMBER, values="number"),
    "speakers": Kind(hows=_NUMBER, values="number"),
    "unanswered": Kind(hows=_NUMBER, values="number"),
    "due": Kind(hows=_NUMBER, values="minutes"),
    "age": Kind(hows=_NUMBER, values="minutes"),
    "waiting": Kind(hows=_NUMBER, values="minutes"),
    "quiet": Kind(hows=_NUMBER, values="minutes"),
}


def fits(groups: Sequence[Group], facts: Facts, now: datetime) -> bool:
    """Whether every group holds for the conversation."""
    return all(_group(one, facts, now) for one in groups)


def _group(group: Group, facts: Facts, now: datetime) -> bool:
    if not group.conditions:
        return True
    holds = (holds_for(one, facts, now) for one in group.conditions)
    return all(holds) if group.match == "all" else any(holds)


def holds_for(condition: Condition, facts: Facts, now: datetime) -> bool:
    """Whether one condition holds."""
    if condition.how in ("has", "lacks"):
        found = any(says(one, _SAID[condition.what](facts)) for one in condition.values)
        return found is (condition.how == "has")
    if condition.how in ("at_least", "at_most"):
        number, wanted = _NUMBERS[condition.what](facts, now), int(condition.values[0])
        if number is None:
            return False
        return number >= wanted if condition.how == "at_least" else number <= wanted
    if condition.what == "overdue":
        return (facts.due_at is not None and facts.due_at < now) is (condition.values[0] == "yes")
    there = {one.casefold() for one in _VALUES[condition.what](facts, condition)}
    found = any(one.casefold() in there for one in condition.values)
    return found is (condition.how == "is")


_SAID: Final[Mapping[str, Callable[[Facts], str]]] = {
    "words": lambda facts: f"{facts.subject}\n{facts.text}",
    "subject": lambda facts: facts.subject,
    "text": lambda facts: facts.text,
    "organisation": lambda facts: facts.organisation,
    "address": lambda facts: facts.address,
}
_VALUES: Final[Mapping[str, Read]] = {
    "channel": lambda facts, _: (facts.channel,),
    "account": lambda facts, _: (str(facts.account_id),),
    "state": lambda facts, _: (facts.state,),
    "team": lambda facts, _: (str(facts.team_id) if facts.team_id else NONE,),
    "assignee": lambda facts, _: (str(facts.assignee_id) if facts.assignee_id else NONE,),
    "priority": lambda facts, _: (str(facts.priority),),
    "tag": lambda facts, _: facts.tags,
    "field": lambda facts, asked: _field(facts.fields, asked.key),
    "person_tag": lambda facts, _: facts.person_tags,
    "person_field": lambda facts, asked: _field(facts.person_fields, asked.key),
    "language": lambda facts, _: (facts.person_language[:2] or NONE,),
    "text_language": lambda facts, _: (facts.text_language[:2] or NONE,),
    "consent": lambda facts, _: ("yes" if facts.agreed else "no",),
    "last_by": lambda facts, _: ("customer" if facts.last_by == "in" else "us",),
    "public": lambda facts, _: ("yes" if facts.kind == "public" else "no",),
    "automatic": lambda facts, _: ("yes" if facts.automatic else "no",),
    "hours": lambda facts, _: ("open" if facts.open else "closed",),
}


def _field(fields: Mapping[str, Any], key: str) -> Sequence[str]:
    value = fields.get(key)
    if isinstance(value, bool):
        return ("true", "yes", "ja") if value else ("false", "no", "nein")
    return () if value is None else (str(value),)


def _minutes(since: datetime | None, now: datetime) -> int | None:
    return (now - since) // timedelta(minutes=1) if since else None


_NUMBERS: Final[Mapping[str, Callable[[Facts, datetime], int | None]]] = {
    "messages": lambda facts, _: facts.message_count,
    "files": lambda facts, _: facts.files,
    "person_conversations": lambda facts, _: facts.person_count,
    "speakers": lambda facts, _: facts.speaker_count,
    "unanswered": lambda facts, _: facts.waiting_count,
    "due": lambda facts, now: (facts.due_at - now) // timedelta(minutes=1) if facts.due_at else None,
    "age": lambda facts, now: _minutes(facts.created_at, now),
    "waiting": lambda facts, now: _minutes(facts.waiting_since, now),
    "quiet": lambda facts, now: _minutes(facts.last_at, now),
}


def says(wanted: str, text: str) -> bool:
    """Whether a text holds these words as whole words, in any case; `liefer*` finds what begins so."""
    return _pattern(wanted).search(text.casefold()) is not None


@lru_cache(maxsize=4096)
def _pattern(wanted: str) -> re.Pattern[str]:
    plain = " ".join(wanted.casefold().split())
    open_end = plain.endswith("*")
    words = r"\s+".join(re.escape(one) for one in plain.rstrip("*").split(" "))
    return re.compile(rf"(?<!\w){words}" + ("" if open_end else r"(?!\w)"))


def conditions_of(view: View) -> tuple[Condition, ...]:
    """A view of the inbox as conditions: what is in the view fits them, and nothing else. (Mentions are nobody's condition.)"""
    owners = [*([NONE] if view.unassigned else []), *map(str, view.assignees)]
    found = [
        Condition(what="state", values=tuple(view.states)),
        Condition(what="assignee", values=tuple(owners)),
        Condition(what="team", values=tuple(map(str, view.teams))),
        Condition(what="channel", values=tuple(view.channels)),
        Condition(what="priority", values=tuple(map(str, view.priorities))),
        *(Condition(what="tag", values=(one,)) for one in view.tags),
        *(Condition(what="field", key=key, values=(value,)) for key, value in view.fields),
    ]
    return tuple(one for one in found if one.values)
