"""What a workspace promises, and what was promised to one customer."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

from msgspec import Struct

Kind = Literal["first", "next", "solution"]
"""What is promised: the first answer of a conversation, a later one, or that the concern is solved."""

Outcome = Literal["kept", "broken", "withdrawn"]
Why = Literal["answered", "solved", "closed", "merged", "revised"]
"""Why a promise ended: by an answer, by the solution, by being closed without one, by a merge, by another promise in its place."""

Pace = Literal["live", "messaging", "mail", "phone"]
KINDS: Final[tuple[Kind, ...]] = ("first", "next", "solution")
PACES: Final[tuple[Pace, ...]] = ("live", "messaging", "mail", "phone")
SECOND: Final[Mapping[Pace, timedelta]] = {
    "live": timedelta(minutes=15),
    "messaging": timedelta(hours=1),
    "mail": timedelta(hours=24),
    "phone": timedelta(minutes=5),
}
"""How much later a second promise ends, in working time, where the workspace says nothing else."""


class Target(Struct, frozen=True, kw_only=True):
    """One rule: for which conversations, and how soon in working time. What it leaves empty, the next rule that fits says.

    Conditions that are empty fit everything; within one, any of its values does.
    """

    id: UUID
    name: str = ""
    channels: tuple[str, ...] = ()
    paces: tuple[Pace, ...] = ()
    teams: tuple[UUID, ...] = ()
    priorities: tuple[int, ...] = ()
    vip: bool = False  # only customers who are very important
    first: timedelta | None = None
    next: timedelta | None = None
    solution: timedelta | None = None

    def of(self, kind: Kind) -> timedelta | None:
        """What it promises of this kind."""
        return {"first": self.first, "next": self.next, "solution": self.solution}[kind]


class Step(Struct, frozen=True, kw_only=True):
    """What happens when a promise is about to be broken, or is: once for each stretch of waiting."""

    id: UUID
    minutes: int  # of working time before (negative) or after the moment it is due
    kinds: tuple[Kind, ...] = ()  # of these promises only
    notify_assignee: bool = False
    notify_leads: bool = False  # of the conversation's team
    raise_priority: bool = False  # by one, up to urgent
    team_id: UUID | None = None  # hand over to this team
    since: datetime  # promises that were due before this step was made are none of its concern


class Policy(Struct, frozen=True, kw_only=True):
    """What a workspace promises, and how: targets in their order, what pauses a promise, who is very important."""

    targets: tuple[Target, ...] = ()
    pause_waiting: bool = True  # while we wait for the customer
    pause_snoozed: bool = False  # while the conversation sleeps: the customer does not know that it does
    vip_tag: str = "VIP"  # of persons
    vip_field: str = ""  # a custom field of persons that says yes
    steps: tuple[Step, ...] = ()
    tell_second: bool = True  # customers are told of a second promise
    second: dict[Pace, timedelta] = {}  # how much later it ends, in working time; what is missing: SECOND
    lines: dict[str, str] = {}  # by language, where the workspace says it in its own words: on messengers and in chats
    letters: dict[str, str] = {}  # the same by mail
    tell_wait: bool = False  # on messengers, whoever writes is told how long it takes, or when it opens
    wait_minutes: int = 15  # only of what takes longer
    waits: dict[str, str] = {}  # by language, where the workspace says that in its own words
    version: int = 0

    def second_of(self, pace: Pace) -> timedelta:
        """How much later a second promise of this pace ends, in working time."""
        return self.second.get(pace, SECOND[pace])


class Circumstances(Struct, frozen=True, kw_only=True):
    """What a target looks at. A promise remembers those that it was made in."""

    channel: str
    pace: Pace
    team_id: UUID | None
    priority: int
    vip: bool
    own: timedelta | None = None  # what a rule or a macro promises here
    own_target: UUID | None = None  # the target that it chose
    own_rule: str = ""  # its name


class Own(Struct, frozen=True, kw_only=True):
    """What a rule or a macro promises in one conversation: working time for each answer, or a target; neither: as the targets say."""

    conversation_id: UUID
    amount: timedelta | None = None
    target_id: UUID | None = None
    rule: str = ""


class Standing(Struct, frozen=True, kw_only=True):
    """A promise that is neither kept nor broken nor withdrawn yet. `left_time`: of working time, while it is paused."""

    id: UUID
    conversation_id: UUID  # in which it is to be kept
    made_in: UUID  # another one if that was merged after the customer was told
    kind: Kind
    number: Literal[1, 2]
    since: datetime  # from when it counts: the first message that waits for an answer
    made_at: datetime
    due_at: datetime
    target: timedelta
    made_of: Circumstances
    paused_at: datetime | None
    left_time: timedelta | None
    told_at: datetime | None


class Made(Struct, frozen=True, kw_only=True):
    """A promise to be written down."""

    id: UUID
    conversation_id: UUID
    kind: Kind
    number: Literal[1, 2] = 1
    since: datetime
    due_at: datetime
    target: timedelta
    rule: str  # name of the target that said so; empty: by nature of the channel
    made_of: Circumstances
    never_open: bool = False  # the calendar has no opening hour: counted around the clock
    paused_at: datetime | None = None
    left_time: timedelta | None = None
    told_at: datetime | None = None


class Past(Struct, frozen=True, kw_only=True):
    """A promise that was over before it was written: asked and answered while nobody followed. `id`: of the first message."""

    id: UUID
    conversation_id: UUID
    kind: Kind
    since: datetime
    due_at: datetime
    target: timedelta
    rule: str
    made_of: Circumstances
    never_open: bool
    settled_at: datetime | None  # None: it was answered, and that can still be taken back
    outcome: Outcome | None
    why: Why | Literal[""]


class Settled(Struct, frozen=True, kw_only=True):
    """How a standing promise ends."""

    id: UUID
    settled_at: datetime
    outcome: Outcome
    why: Why


class Moved(Struct, frozen=True, kw_only=True):
    """A standing promise that is paused (with what is left of its time), or goes on."""

    id: UUID
    due_at: datetime
    paused_at: datetime | None
    left_time: timedelta | None


class Threshold(Struct, frozen=True, kw_only=True):
    """A step is to be taken for promises of this kind and team that are due until then, and after it was made."""

    step_id: UUID
    kind: Kind
    team_id: UUID | None
    until: datetime
    begun: datetime


class Taken(Struct, frozen=True, kw_only=True):
    """A step that is to be taken in a conversation."""

    step_id: UUID
    conversation_id: UUID
    kind: Literal["answer", "solution"]
    since: datetime
    due_at: datetime


class PromiseFacts(Struct, frozen=True, kw_only=True):
    """A promise in the history of a conversation."""

    id: UUID
    kind: Kind
    number: int
    since: datetime
    made_at: datetime
    due_at: datetime
    target: timedelta
    rule: str
    never_open: bool
    paused_at: datetime | None
    left_time: timedelta | None
    told_at: datetime | None
    settled_at: datetime | None
    outcome: Outcome | None
    why: str


Stored = dict[str, Any]
