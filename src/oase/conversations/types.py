"""What others hand to this slice's actions, and what they get."""

from datetime import datetime, timedelta
from typing import Any, Literal, Protocol
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Choice
from oase.conversations.rules import State


class Author(Struct, frozen=True, kw_only=True):
    """Who speaks for the company: an agent, or the system (no id)."""

    id: UUID | None = None
    name: str = ""


class TemplateUse(Struct, frozen=True, kw_only=True):
    """A provider's template with its parameters by component."""

    name: str
    language: str
    parameters: dict[str, tuple[str, ...]] = {}
    preview: str = ""  # the text as the customer will read it


class Place(Struct, frozen=True, kw_only=True):
    """A place on the map: degrees, WGS 84."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class ContactCard(Struct, frozen=True, kw_only=True):
    """How somebody else can be reached."""

    name: str
    organisation: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()


class Answer(Struct, frozen=True, kw_only=True):
    """What an agent says: a text with what belongs to it, a template, a place or contact cards. `client_key` makes a repeated
    request harmless."""

    client_key: UUID
    text: str = ""
    html: str = ""
    subject: str = ""
    copy_to: tuple[str, ...] = ()
    attachment_ids: tuple[UUID, ...] = ()
    template: TemplateUse | None = None
    place: Place | None = None
    cards: tuple[ContactCard, ...] = ()
    choices: tuple[Choice, ...] = ()
    choices_label: str = ""
    reply_to_id: UUID | None = None  # our id of the message that is answered
    audience: Literal["", "public", "private"] = ""  # in public: everybody, unless it is to its author alone
    quote: bool = True  # mail: the message answered below
    story: bool = False  # what was said so far on other channels, shortened below the text
    account_id: UUID | None = None  # another account than the conversation's
    identity_id: UUID | None = None  # another address of the person
    undo: timedelta = timedelta(seconds=5)
    then: State | None = "waiting"
    automatic: bool = False


class OnItsWay(Protocol):
    """A conversation, as far as the way counts that its answers go."""

    @property
    def id(self) -> UUID: ...
    @property
    def account_id(self) -> UUID | None: ...
    @property
    def identity_id(self) -> UUID | None: ...
    @property
    def last_in_at(self) -> datetime | None: ...


class ConversationRow(Struct, frozen=True, kw_only=True):
    """A conversation as actions see it, locked for the transaction."""

    id: UUID
    number: int
    person_id: UUID | None  # None in public
    identity_id: UUID | None
    account_id: UUID | None
    channel: str
    kind: Literal["private", "public"]
    thread_external_id: str | None
    waiting_count: int
    subject: str
    state: State
    assignee_id: UUID | None
    team_id: UUID | None
    priority: int
    due_at: datetime | None
    snoozed_until: datetime | None
    last_in_at: datetime | None
    waiting_since: datetime | None
    solved_at: datetime | None
    first_line: str
    tags: list[str]
    token: str
    version: int
    merged_into: UUID | None


class IdentityRow(Struct, frozen=True, kw_only=True):
    """The address an answer goes to."""

    id: UUID
    person_id: UUID
    kind: str
    value: str
    name: str


EventKind = Literal[
    "assigned", "unassigned", "state", "snoozed", "woke", "tagged", "untagged", "priority", "team", "merged", "split", "subject",
    "reopened", "channel", "unmerged", "field", "from_public", "automation", "task_added", "task_done", "unscheduled",
    "promised", "escalated", "unreached",
]  # fmt: skip
"""What the system did, as the timeline shows it in one thin line; `data` holds the rest."""

Facts = dict[str, Any]
