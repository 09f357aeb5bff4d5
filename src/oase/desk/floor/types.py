"""The floor as values: queues with what comes first in each, agents with what they do, what is at risk, what nobody can do."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Pace
from oase.conversations import lines
from oase.desk.presence import Capacity, State


class Queue(Struct, frozen=True, kw_only=True):
    """What waits for a team (or for none) at one pace; `first`: those that are due first."""

    team_id: UUID | None
    pace: Pace
    count: int
    nobodys: int  # have no assignee
    at_work: int
    oldest: datetime
    due_at: datetime | None  # when the next promise ends that is not over yet
    over: int
    soon: int
    first: Sequence[lines.InLine]


class Mate(Struct, frozen=True, kw_only=True):
    """Somebody on duty, and what they have."""

    id: UUID
    name: str
    state: State
    reason: str
    since: datetime
    teams: frozenset[UUID]
    capacity: Capacity
    held: Mapping[Pace, int]  # what fills them: open chats, messenger conversations that wait for them, the mail at work
    load: float  # 0: nothing, 1: full; more, if they took more by hand
    at_work: Sequence[lines.InLine]
    offered: Sequence[lines.InLine]
    next: Sequence[lines.InLine]  # what waits for them besides, due first
    waiting: int  # of their conversations: how many customers wait
    over: int  # and how many promises are over


class Colleague(Struct, frozen=True, kw_only=True):
    """Somebody who is away. `since` None: never said what they do."""

    id: UUID
    name: str
    reason: str
    since: datetime | None


class Totals(Struct, frozen=True, kw_only=True):
    """The whole in a few numbers. `load`: of those who are online or busy, None where nobody is."""

    waiting: int
    nobodys: int
    over: int
    soon: int
    oldest: datetime | None
    online: int
    busy: int
    on_break: int
    away: int
    load: float | None


class Unreached(Struct, frozen=True, kw_only=True):
    """So many wait for what nobody on duty has: anybody at all, anybody of the team, or these skills in one person of it."""

    team_id: UUID | None
    anybody: bool  # whether anybody of the team is on duty
    skills: tuple[UUID, ...]  # that are missing
    count: int


class Floor(Struct, frozen=True, kw_only=True):
    """The desk at one moment; of one team, where it was asked for."""

    at: datetime
    team_id: UUID | None
    totals: Totals
    queues: Sequence[Queue]
    over: Sequence[lines.InLine]  # promises that ended last without an answer, the newest first
    risk: Sequence[lines.InLine]  # promises that end within half an hour, the next first
    crew: Sequence[Mate]
    away: Sequence[Colleague]
    unreached: Sequence[Unreached]


class Given(Struct, frozen=True, kw_only=True):
    """What became of an act: whether anything changed, and whose it was before."""

    changed: bool
    before: UUID | None


class Whisper(Struct, frozen=True, kw_only=True):
    """A short note to one agent."""

    id: UUID
    by_name: str
    text: str
    conversation_id: UUID | None
    at: datetime


class Wall(Struct, frozen=True, kw_only=True):
    """A wallboard with an address of its own."""

    id: UUID
    name: str
    team_id: UUID | None
    created_at: datetime
    seen_at: datetime | None


class WallHolder(Struct, frozen=True, kw_only=True):
    """What an address opens."""

    workspace_id: UUID
    id: UUID
    team_id: UUID | None
