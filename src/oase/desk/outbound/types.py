"""What agents plan, as values."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations import Answer

ScheduledState = Literal["waiting", "sent", "cancelled", "refused"]


class Scheduled(Struct, frozen=True, kw_only=True):
    """A message that goes later. `waking`: only in the customer's waking hours; `unless_answered`: not if they write before."""

    id: UUID
    conversation_id: UUID
    author_id: UUID | None
    author_name: str
    answer: Answer
    send_at: datetime
    waking: bool
    unless_answered: bool
    state: ScheduledState
    why: str
    message_id: UUID | None
    created_at: datetime


class When(Struct, frozen=True, kw_only=True):
    """When a message is to go: at a moment, or in the customer's next waking hours from that moment on."""

    at: datetime
    waking: bool = False
    unless_answered: bool = True


class Who(Struct, frozen=True, kw_only=True):
    """Who is to do something: an agent or a team."""

    agent_id: UUID | None = None
    team_id: UUID | None = None


class Task(Struct, frozen=True, kw_only=True):
    """Something to be done by a moment. `person` and `line` say what it is about."""

    id: UUID
    conversation_id: UUID | None
    person_id: UUID | None
    what: str
    agent_id: UUID | None
    team_id: UUID | None
    due_at: datetime
    done_at: datetime | None
    done_by: UUID | None
    created_by: UUID | None
    created_by_name: str
    created_at: datetime
    person: str = ""
    number: int | None = None
    channel: str = ""


class TaskFilter(Struct, frozen=True, kw_only=True):
    """Which tasks: of an agent with these teams, of a conversation, of a person; done ones too. What is not given does not narrow.

    `known_teams`: of an agent who leads, all teams there are: what was given to others, which are gone, is theirs, too.
    """

    agent_id: UUID | None = None
    team_ids: tuple[UUID, ...] = ()
    known_teams: tuple[UUID, ...] | None = None
    conversation_id: UUID | None = None
    person_id: UUID | None = None
    done: bool | None = False
