"""The resources of the API, as programs see them. A change here changes the contract: only add, never rename."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Final, Literal, TypeVar
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

T = TypeVar("T")
ConversationState = Literal["open", "waiting", "snoozed", "solved"]
DeliveryState = Literal["queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled"]
Shared = Literal["none", "team", "all"]
Priority = Literal["low", "normal", "high", "urgent"]
PRIORITIES: Final[dict[int, Priority]] = {-1: "low", 0: "normal", 1: "high", 2: "urgent"}
PRIORITY_NUMBERS: Final = {word: number for number, word in PRIORITIES.items()}


class PublicThread(Struct, frozen=True, kw_only=True):
    """A place in public: a post with its comments, an article, a topic of a forum, a review."""

    external_id: Annotated[str, Meta(description="The provider's, unique in the account.")]
    title: Annotated[str, Meta(description="Its heading or first words.", examples=["Wir haben wieder Lastenräder!"])] = ""
    link: Annotated[str, Meta(description="Where everybody reads it.")] = ""
    author: Annotated[str, Meta(description="Who opened it, as shown there.")] = ""
    ours: Annotated[bool, Meta(description="We opened it.")] = False


class Conversation(Struct, frozen=True, kw_only=True):
    """One concern of one person, which may span channels; or one public place in which several persons speak."""

    id: UUID
    number: Annotated[int, Meta(description="What people call it by.", examples=[1042])]
    subject: Annotated[str, Meta(examples=["Lieferung beschädigt"])]
    state: Annotated[ConversationState, Meta(description="`waiting`: we wait for the customer.")]
    priority: Priority
    channel: Annotated[str, Meta(description="Of the newest message.", examples=["whatsapp"])]
    account_id: Annotated[UUID | None, Meta(description="Over which account the next answer goes.")]
    kind: Annotated[Literal["private", "public"], Meta(description="`public`: whoever visits the place reads what is said.")]
    thread: Annotated[PublicThread | None, Meta(description="The public place; null in private.")]
    waiting_count: Annotated[int, Meta(description="Public messages that still need an answer.")]
    speaker_count: Annotated[int, Meta(description="How many have spoken in public.")]
    person_id: Annotated[UUID | None, Meta(description="Whose concern it is; null in public.")]
    identity_id: Annotated[UUID | None, Meta(description="To which address of the person.")]
    assignee_id: Annotated[UUID | None, Meta(description="The agent.")]
    team_id: UUID | None
    tags: Annotated[list[str], Meta(examples=[["garantie"]])]
    fields: Annotated[dict[str, Any], Meta(description="Custom fields.", examples=[{"order_number": "K-104233"}])]
    first_line: Annotated[str, Meta(description="Of the newest message, for lists.")]
    message_count: int
    due_at: Annotated[datetime | None, Meta(description="When the promised answer is due; null while nothing is owed.")]
    snoozed_until: datetime | None
    waiting_since: Annotated[datetime | None, Meta(description="The oldest message of the person without an answer.")]
    last_at: datetime
    last_in_at: datetime | None
    last_out_at: datetime | None
    solved_at: datetime | None
    created_at: datetime
    merged_into: Annotated[UUID | None, Meta(description="The conversation that this one became part of.")]
    version: Annotated[int, Meta(description="Rises with every act; the ETag.")]


class ConversationMerge(Struct, frozen=True, kw_only=True):
    """That a conversation became part of another one; it can be undone."""

    id: UUID
    kept_id: UUID
    merged_id: Annotated[UUID, Meta(description="The conversation that became part of the other one.")]
    merged_number: int
    at: datetime


class Attachment(Struct, frozen=True, kw_only=True):
    """A file. Its bytes are at `/api/v1/attachments/{id}/content` once its state is `stored`."""

    id: UUID
    message_id: Annotated[UUID | None, Meta(description="Null while an upload waits for its message.")]
    name: Annotated[str, Meta(examples=["Foto der Kiste.jpg"])]
    type: Annotated[str, Meta(description="MIME type.", examples=["image/jpeg"])]
    size_bytes: int | None
    inline: bool
    state: Literal["pending", "stored", "failed"]
    why: Annotated[str, Meta(description="Why it could not be fetched.")]


class Delivery(Struct, frozen=True, kw_only=True):
    """The fate of one part of a message of ours, or of our reaction. `unknown`: nobody can tell whether the provider took it."""

    id: UUID
    kind: Annotated[
        Literal["message", "reaction", "act"],
        Meta(description="`reaction`: what we sent to a message of the person; `act`: what we did about a public message."),
    ]
    part: int
    emoji: Annotated[str, Meta(description="Of a reaction; empty: it was taken away.")]
    act: Annotated[str, Meta(description="hide, show, delete, like, unlike; empty unless the kind is `act`.")]
    recipient: str
    state: DeliveryState
    code: Annotated[str, Meta(description="The provider's error code.")]
    why: Annotated[str, Meta(description="The provider's words.")]
    attempts: int
    next_at: Annotated[datetime, Meta(description="Not sent before: undo, schedule, back-off.")]
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None


class Message(Struct, frozen=True, kw_only=True):
    """One thing said, in or out; a note to colleagues; or what the system did (`event`)."""

    id: UUID
    conversation_id: UUID
    direction: Literal["in", "out", "note", "event"]
    kind: Annotated[str, Meta(examples=["text"], description="text, image, document, …; of events what happened.")]
    channel: str
    account_id: UUID | None
    identity_id: Annotated[UUID | None, Meta(description="Who said it, or to whom.")]
    author_id: Annotated[UUID | None, Meta(description="The agent.")]
    author_name: str
    subject: str
    text: Annotated[str, Meta(description="Without quotes and signature.", examples=["Die Kiste kam zerdrückt an 😕"])]
    html: Annotated[str, Meta(description="Sanitised.")]
    quoted: str
    in_reply_to: Annotated[str, Meta(description="The provider's id of the message that is answered.")]
    branch: Annotated[
        str | None, Meta(description="In public: the provider's id of the comment at the top of those that answer each other.")
    ]
    wants_answer: Annotated[bool, Meta(description="In public: it still needs an answer.")]
    data: Annotated[
        dict[str, Any],
        Meta(description="What its kind needs more; of public ones also `link`, `hidden`, `liked` and `settled`: by whom, when."),
    ]
    external_id: Annotated[str | None, Meta(description="The provider's.")]
    automatic: Annotated[str, Meta(description="auto_reply, bounce, list, loop; empty for what people write.")]
    reactions: Annotated[dict[str, Any], Meta(description="Of persons; ours are among the deliveries.")]
    at: Annotated[datetime, Meta(description="The provider's time.")]
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None
    attachments: Sequence[Attachment] = ()
    deliveries: Sequence[Delivery] = ()


class Person(Struct, frozen=True, kw_only=True):
    """A human outside."""

    id: UUID
    name: Annotated[str, Meta(examples=["Änne Köhler"])]
    language: str
    organisation: str
    note: str
    tags: list[str]
    fields: dict[str, Any]
    blocked: bool
    created_at: datetime
    merged_into: UUID | None


class Identity(Struct, frozen=True, kw_only=True):
    """A person's address on a channel."""

    id: UUID
    person_id: UUID
    kind: Annotated[str, Meta(examples=["phone", "email", "visitor"])]
    value: Annotated[str, Meta(examples=["+4915228817386"])]
    name: str
    verified: bool
    last_seen_at: datetime


class JournalEntry(Struct, frozen=True, kw_only=True):
    """A delivery of the outside world, and its fate."""

    id: UUID
    account_id: UUID
    channel: str
    received_at: datetime
    method: str
    size_bytes: int
    state: Annotated[str, Meta(description="new, done, partial (some items put aside), quarantined.")]
    why: str
    attempts: int
    items: int
    taken_at: datetime | None


class JournalItem(Struct, frozen=True, kw_only=True):
    """One item of a delivery that could not be read."""

    place: Annotated[str, Meta(examples=["entry/0/changes/1/messages/3"])]
    why: str
    at: datetime


class JournalDetails(Struct, frozen=True, kw_only=True):
    """A delivery with what it was made of."""

    entry: JournalEntry
    headers: dict[str, str]
    query: dict[str, str]
    body_base64: Annotated[str | None, Meta(description="The raw bytes; null where they lie in a file.")]
    items: list[JournalItem]


class Tag(Struct, frozen=True, kw_only=True):
    """A word to sort conversations and persons by."""

    id: UUID
    name: str
    color: Annotated[str, Meta(examples=["#64748b"])]


class Snippet(Struct, frozen=True, kw_only=True):
    """A prepared answer."""

    id: UUID
    shortcut: str
    name: str
    texts: Annotated[dict[str, str], Meta(description="By language.", examples=[{"de": "Guten Tag {{person.name}}, …"}])]
    team_id: Annotated[UUID | None, Meta(description="For this team only; null: for everybody.")]


class CustomField(Struct, frozen=True, kw_only=True):
    """A field that the company added."""

    id: UUID
    subject: Literal["person", "conversation"]
    key: str
    labels: dict[str, str]
    kind: str
    choices: list[Any]


class Agent(Struct, frozen=True, kw_only=True):
    """A person inside."""

    id: UUID
    name: str
    email: str
    state: Literal["active", "invited", "deactivated"]
    language: str
    roles: list[UUID]
    teams: list[UUID]


class Role(Struct, frozen=True, kw_only=True):
    """A set of permissions."""

    id: UUID
    key: Annotated[str, Meta(description="Of the four that every workspace begins with; they cannot be changed. Else empty.")]
    name: Annotated[str, Meta(examples=["Administrator"])]
    permissions: Annotated[list[str], Meta(examples=[["conversation.read"]])]


class Team(Struct, frozen=True, kw_only=True):
    """Agents who work on the same conversations."""

    id: UUID
    name: str
    description: str
    members: list[UUID]
    leads: Annotated[list[UUID], Meta(description="Those of the members who lead.")]


class SavedView(Struct, frozen=True, kw_only=True):
    """A filter of the inbox kept under a name."""

    id: UUID
    name: str
    query: Annotated[str, Meta(examples=["is:open tag:Reklamation"])]
    shared: Shared
    team_id: Annotated[UUID | None, Meta(description="With whom, where it is a team.")]
    agent_id: Annotated[UUID, Meta(description="Whose it is: of the agent or the program who made it.")]


class Workspace(Struct, frozen=True, kw_only=True):
    """One company's data."""

    id: UUID
    name: Annotated[str, Meta(examples=["Muster GmbH"])]
    language: Literal["de", "en"]
    time_zone: Annotated[str, Meta(examples=["Europe/Berlin"])]
    created_at: datetime


class Token(Struct, frozen=True, kw_only=True):
    """A program's way in. The token itself was shown once."""

    id: UUID
    name: str
    hint: Annotated[str, Meta(description="Its last characters, to recognise it by.")]
    permissions: list[str]
    created_by: Annotated[UUID, Meta(description="The agent.")]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


class Me(Struct, frozen=True, kw_only=True):
    """Who calls."""

    id: UUID
    kind: Literal["token", "agent"]
    name: str
    workspace_id: UUID
    permissions: list[str]


class Consent(Struct, frozen=True, kw_only=True):
    """Why a person may be written to at an address."""

    id: UUID
    identity_id: UUID
    purpose: Literal["service", "news"]
    basis: Annotated[
        Literal["consent", "contract", "request", "interest", "objection"],
        Meta(description="They agreed; reasons for one conversation; or they asked to be left alone."),
    ]
    source: Annotated[str, Meta(examples=["Anmeldung im Laden"])]
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None
    by_name: str


class ScheduledMessage(Struct, frozen=True, kw_only=True):
    """A message that goes later."""

    id: UUID
    conversation_id: UUID
    author_id: UUID | None
    author_name: str
    text: Annotated[str, Meta(description="Empty for templates and what is no text.")]
    send_at: datetime
    in_waking_hours: bool
    unless_answered: bool
    state: Literal["waiting", "sent", "cancelled", "refused"]
    why: Annotated[str, Meta(description="Why it was cancelled or refused.")]
    message_id: Annotated[UUID | None, Meta(description="Of the message that it became.")]
    created_at: datetime


class Task(Struct, frozen=True, kw_only=True):
    """Something to be done by a moment."""

    id: UUID
    what: str
    agent_id: UUID | None
    team_id: UUID | None
    conversation_id: UUID | None
    person_id: UUID | None
    due_at: datetime
    done_at: datetime | None
    done_by: Annotated[UUID | None, Meta(description="An agent; null for a program.")]
    created_by: UUID | None
    created_by_name: str
    created_at: datetime


def shown(kind: type[T], source: object, **more: Any) -> T:
    """A resource from a value of a slice: the fields of the same names, and `more`."""
    fields = {name: getattr(source, name) for name in kind.__struct_fields__ if hasattr(source, name)}  # type: ignore[attr-defined]
    return msgspec.convert({**fields, **more}, kind, from_attributes=True)
