"""What agents are told, as values."""

from datetime import datetime
from typing import Final, Literal, get_args
from uuid import UUID
from zoneinfo import ZoneInfo

from msgspec import Struct

from oase.kernel.i18n import Language

Kind = Literal["offer", "message", "mention", "assigned", "unassigned", "due", "task", "unsent"]
Way = Literal["browser", "mail", "sound"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)
WAYS: Final[tuple[Way, ...]] = get_args(Way)


class Wishes(Struct, frozen=True, kw_only=True):
    """What an agent wants to be told, and how. Times are "HH:MM" of the agent's own zone; empty: no quiet hours."""

    offer: tuple[Way, ...] = ("browser", "sound")  # never by mail: it is over within a minute
    message: tuple[Way, ...] = ("browser", "mail", "sound")
    mention: tuple[Way, ...] = ("browser", "mail", "sound")
    assigned: tuple[Way, ...] = ("browser", "mail")
    unassigned: tuple[Way, ...] = ()
    due: tuple[Way, ...] = ("browser", "sound")
    task: tuple[Way, ...] = ("browser", "mail", "sound")
    unsent: tuple[Way, ...] = ("browser", "mail")
    quiet_from: str = ""
    quiet_until: str = ""
    quiet_weekend: bool = False
    mail_after_minutes: int = 15
    mail_every_minutes: int = 60

    def of(self, kind: Kind) -> tuple[Way, ...]:
        """The ways for a kind."""
        ways: tuple[Way, ...] = getattr(self, kind)
        return ways


class Colleague(Struct, frozen=True, kw_only=True):
    """An agent who may read conversations, as far as telling them something needs it."""

    id: UUID
    name: str
    email: str
    language: Language
    zone: ZoneInfo
    teams: frozenset[UUID]
    last_seen_at: datetime | None
    wishes: Wishes


What = Literal["offered", "wrote", "mentioned", "assigned", "teamed", "due", "escalated", "task", "unsent"]


class News(Struct, frozen=True, kw_only=True):
    """Something that happened to a conversation and may concern somebody. `to`, `team`: the one, or those, whom it names."""

    what: What
    conversation_id: UUID  # the person, where there is no conversation
    of_person: bool = False
    source: str
    at: datetime
    messages: tuple[UUID, ...] = ()
    fresh: bool = False  # a conversation that is new, or open again
    by_id: UUID | None = None
    by_name: str = ""
    to: UUID | None = None
    team: UUID | None = None
    words: str = ""  # what it is about, where no message says it


class Seen(Struct, frozen=True, kw_only=True):
    """Something that ends the concern: an agent looked, a conversation went to somebody (`kept`), or is solved."""

    conversation_id: UUID  # or the person that was looked at
    at: datetime
    by: UUID | None = None  # None: for everybody, but for whom it is kept
    kept: UUID | None = None
    kind: Kind | None = None  # only this


class Told(Struct, frozen=True, kw_only=True):
    """What is to be written down: an agent, a kind, a conversation. `push` and `sound` are decided at this moment."""

    id: UUID
    agent_id: UUID
    kind: Kind
    conversation_id: UUID | None
    person_id: UUID | None
    message_id: UUID | None
    by_name: str
    source: str
    mail: bool
    at: datetime
    push: bool
    sound: bool
    words: str = ""

    @property
    def about(self) -> UUID | None:
        """The conversation or the person."""
        return self.conversation_id or self.person_id


class Notification(Struct, frozen=True, kw_only=True):
    """A notification as it was written down."""

    id: UUID
    agent_id: UUID
    kind: Kind
    conversation_id: UUID | None
    person_id: UUID | None
    message_id: UUID | None
    by_name: str
    at: datetime
    words: str


class Shown(Struct, frozen=True, kw_only=True):
    """A notification in words, and where it leads: in the page, in the browser, in a mail."""

    id: UUID
    conversation: UUID  # or the person: notices about the same replace each other
    title: str
    body: str
    path: str
    kind: Kind = "message"


class Device(Struct, frozen=True, kw_only=True):
    """A browser in which an agent is told."""

    id: UUID
    session_id: UUID
    user_agent: str
    trouble: str
    created_at: datetime
