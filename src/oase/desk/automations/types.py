"""Rules, what sets them off, what they do, and what became of it."""

from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.conditions import Group

Happened = Literal["opened", "received", "answered", "state", "team", "assignee", "priority", "tags"]
Passed = Literal["waited", "unanswered", "solved_for", "due_soon", "overdue"]
What = Literal[
    "opened", "received", "answered", "state", "team", "assignee", "priority", "tags",
    "waited", "unanswered", "solved_for", "due_soon", "overdue",
]  # fmt: skip
PASSED: Final[tuple[What, ...]] = ("waited", "unanswered", "solved_for", "due_soon", "overdue")
"""What sets a rule off because time passes: the clock finds it."""
Do = Literal[
    "tag", "untag", "assign", "team", "priority", "state", "snooze", "snooze_until_open", "promise", "target", "answer", "note", "webhook",
]  # fmt: skip
RuleState = Literal["draft", "on", "off", "broken"]
Outcome = Literal["done", "waiting", "failed", "stopped"]
DEPTH: Final = 5
"""So many rules may set each other off, one after the other; then it ends."""


class When(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What sets a rule off. `to`: to which state (any, where empty); `minutes`: how much time passed, or is left."""

    what: What
    to: tuple[str, ...] = ()
    minutes: int = 0


class Act(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to do. `value`: a tag's name, the id of an agent, team, snippet or webhook ("": nobody), a priority, a state,
    minutes of sleep, minutes of working time until an answer is promised, the id of a target of the promises ("": as they say),
    the words of a note. `limit`: answers for each conversation within 24 hours."""

    do: Do
    value: str = ""
    limit: int = 1


class Rule(Struct, frozen=True, kw_only=True):
    """When - if - then. Groups must all hold. A draft is never applied."""

    id: UUID
    name: str
    position: int
    state: RuleState
    when: When
    groups: tuple[Group, ...]
    acts: tuple[Act, ...]
    stop: bool  # the rules below it are not asked about the same event
    why: str  # it is broken, in a sentence
    version: int
    on_since: datetime | None
    checked_until: datetime | None  # of those that time sets off
    changed_at: datetime


class Happening(Struct, frozen=True, kw_only=True):
    """Something happened to a conversation. `source` names it for good; `chain`: the rules that led to it, the first one first."""

    what: What
    conversation_id: UUID
    source: str
    at: datetime
    to: str = ""
    messages: tuple[UUID, ...] = ()
    chain: tuple[UUID, ...] = ()
    rule_id: UUID | None = None  # the clock found it for this rule alone


class Application(Struct, frozen=True, kw_only=True):
    """A rule fits what happened: its acts are to be done, or it is stopped since it would set itself off again."""

    rule: Rule
    happening: Happening
    acts: tuple[Act, ...]
    stopped: bool = False
    asleep_until: datetime | None = None  # where an act says "until we open"
    unanswerable: str = ""  # why customers get no answer by it


class Run(Struct, frozen=True, kw_only=True):
    """What became of a rule in a conversation."""

    id: UUID
    rule_id: UUID
    rule: str
    conversation_id: UUID
    number: int
    subject: str
    at: datetime
    acts: list[dict[str, Any]]
    outcome: Outcome
    why: str
    chain: list[UUID]
