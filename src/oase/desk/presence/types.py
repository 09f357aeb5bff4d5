"""Presence as values: what an agent does, how much they take on, how a team gets its work, what the workspace says of it."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Pace

State = Literal["online", "busy", "break", "away"]
"""online: takes what comes; busy: nothing new, keeps what is theirs; break: back soon; away: not here."""

LeftBy = Literal["", "unseen", "idle"]
"""Why somebody is away without having said so: no page was open, or nobody did anything in it."""

Overload = Literal["protect_live", "protect_mail"]

STATES: Final[tuple[State, ...]] = ("online", "busy", "break", "away")


class Standing(Struct, frozen=True, kw_only=True):
    """What an agent does now, and how it came about."""

    state: State = "away"
    reason: str = ""
    since: datetime | None = None  # None: never said
    seen_at: datetime | None = None
    acted_at: datetime | None = None
    left_by: LeftBy = ""
    back_to: State | Literal[""] = ""


class Capacity(Struct, frozen=True, kw_only=True):
    """How many conversations of a kind fill one person. Of different kinds each takes its share of the same room."""

    live: int = 3
    messaging: int = 5
    mail: int = 1

    def of(self, pace: Pace) -> int:
        """How many of this kind at once."""
        return {"live": self.live, "messaging": self.messaging, "mail": self.mail}[pace]


class Duty(Struct, frozen=True, kw_only=True):
    """Somebody on duty: online, busy, or on a break. Skills are levels from 1 to 5 by skill."""

    agent_id: UUID
    name: str
    state: State
    since: datetime
    reason: str = ""
    capacity: Capacity = Capacity()
    skills: dict[UUID, int] = {}
    teams: frozenset[UUID] = frozenset()


class TeamDesk(Struct, frozen=True, kw_only=True):
    """How a team gets its work. Seconds are of the clock on the wall."""

    pull_only: bool = False  # nothing is offered: its agents take for themselves
    accept_seconds: int = 45  # then an offer goes to somebody else
    overflow_team_id: UUID | None = None  # who may take what waits here
    overflow_after_seconds: int = 600  # having waited so long


class DutyRules(Struct, frozen=True, kw_only=True):
    """What the workspace says of presence; stored as its setting `duty`."""

    capacity: Capacity = Capacity()
    history: bool = True  # from when to when somebody was what is kept for a while
    idle_minutes: int = 0  # away after so long without an act; 0: never
    reasons: tuple[str, ...] = ()  # for a break; none: ours, in the reader's language
    away_reasons: tuple[str, ...] = ()  # for being away; none: as above
