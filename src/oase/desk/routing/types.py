"""Shapes of routing outside its rules: what is offered to whom, and what is to be written."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct, field

from oase.desk.routing.rules import Learnt

OfferState = Literal["made", "working", "parked", "done", "declined", "expired", "withdrawn", "returned"]
"""made: the agent was asked; working: they began; parked: laid aside; the others are ends."""


class LiveOffer(Struct, frozen=True, kw_only=True):
    """A conversation that is offered to somebody (made) or at work with them (working)."""

    id: UUID
    conversation_id: UUID
    waiting_since: datetime
    agent_id: UUID
    state: Literal["made", "working"]
    made_at: datetime
    expires_at: datetime | None
    begun_at: datetime | None


class Began(Struct, frozen=True, kw_only=True):
    """An offer to write. `begun`: it is their own conversation already, so nobody is asked."""

    conversation_id: UUID
    waiting_since: datetime
    agent_id: UUID
    begun: bool
    rule: int
    facts: Mapping[str, Any]


class Ended(Struct, frozen=True, kw_only=True):
    """A live offer of a conversation that ends."""

    conversation_id: UUID
    state: OfferState


class Quoted(Struct, frozen=True, kw_only=True):
    """What a customer is told of the wait: seconds."""

    conversation_id: UUID
    waiting_since: datetime
    pace: str
    p50: float
    p80: float
    p90: float
    usually: bool
    busy: bool
    answer: float = 0.0  # what an answer takes from then on


class Renewed(Struct, frozen=True, kw_only=True):
    """The promise cannot be kept: a second one."""

    conversation_id: UUID
    due_at: datetime


class Expected(Struct, frozen=True, kw_only=True):
    """How long somebody waits for an answer at most who comes now, in half and nine tenths of all cases: seconds.

    `at_once`: somebody is free, so it is only what an answer takes.
    """

    p50: float
    p90: float
    usually: bool
    at_once: bool


class Stranded(Struct, frozen=True, kw_only=True):
    """What waits although nobody on duty can do it: of this pace and team, with these skills, so many."""

    pace: str
    team_id: UUID | None
    skills: tuple[UUID, ...]
    count: int


class LaidAside(Struct, frozen=True, kw_only=True):
    """Work on a conversation that waits for its agent to come back to it; `instead_id`: what they have in hand meanwhile."""

    conversation_id: UUID
    agent_id: UUID
    at: datetime
    instead_id: UUID | None


class Needed(Struct, frozen=True, kw_only=True):
    """What conversations took of agents, as data."""

    pace: str
    team_id: UUID | None
    or_team_id: UUID | None
    skills: tuple[tuple[UUID, int], ...]


class Remembered(Struct, frozen=True, kw_only=True):
    """What whoever leads next goes on with beside what stands: how long one waits, and what is asked for at all."""

    waiting: Learnt = Learnt()
    needed: tuple[Needed, ...] = ()


class Decisions(Struct, kw_only=True):
    """What is to be written: of each conversation first what ends, then what begins."""

    ended: dict[UUID, Ended] = field(default_factory=dict)
    began: dict[UUID, Began] = field(default_factory=dict)
    quoted: list[Quoted] = field(default_factory=list)
    renewed: list[Renewed] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.ended or self.began or self.quoted or self.renewed)
