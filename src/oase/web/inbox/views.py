"""What the pages of the inbox need, exactly: frozen structs between the queries and the templates.

    conversations.queries + people + staff + manifests --assemble--> Inbox, Row, Conversation, Entry, Somebody --template--> HTML

Nothing here knows the database or HTTP; `tests/web/inbox/example.py` fills these by hand to look at the pages.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from oase.people import Consent
from oase.web.inbox.comments import Comment, Earlier
from oase.web.inbox.plans import Planned, PromiseLine, TaskLine
from oase.web.moments import Worked

DeliveryState = Literal["", "queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled"]
State = Literal["open", "waiting", "snoozed", "solved"]


class Mark(Struct, frozen=True, kw_only=True):
    """How a channel is shown: id for the colour, icon, name in the reader's language."""

    id: str
    icon: str
    name: str


class Colleague(Struct, frozen=True, kw_only=True):
    """An agent, as others see them."""

    id: UUID
    name: str


class Team(Struct, frozen=True, kw_only=True):
    """A team."""

    id: UUID
    name: str


class Queue(Struct, frozen=True, kw_only=True):
    """One line of the left pane. `id` stands in the address; `count` ends at 100, which is shown as 99+."""

    id: str
    name: str
    icon: str = ""
    mark: Mark | None = None
    count: int = 0
    loud: bool = False  # the number matters now: unread, mine


class QueueGroup(Struct, frozen=True, kw_only=True):
    """Queues under a heading; an empty heading for the first ones."""

    name: str
    queues: Sequence[Queue]


class Row(Struct, frozen=True, kw_only=True):
    """One conversation in the list."""

    id: UUID
    number: int
    face: UUID  # decides the colour of its picture
    person: str  # the person's name; in public the title of the place
    public: bool = False
    speakers: int = 0
    waits: int = 0  # public messages that need an answer
    mark: Mark
    state: State
    subject: str
    line: str
    line_by: str  # in, out, note
    assignee: Colleague | None
    team: str
    priority: int
    due_at: datetime | None
    worked: Worked | None = None
    last_at: datetime
    snoozed_until: datetime | None
    unread: int
    draft: bool
    aside: bool = False  # its agent laid it aside
    sends_at: datetime | None = None  # when a scheduled message goes
    tags: Sequence[str]
    key: int  # where it stands in the list: microseconds of the time that the list is ordered by


class Chip(Struct, frozen=True, kw_only=True):
    """One thing that the list is filtered by; `without` is the queue that lacks it."""

    name: str
    without: str


class Kept(Struct, frozen=True, kw_only=True):
    """The saved view that is open."""

    id: UUID
    shared: str  # with whom, in the reader's words; empty: with nobody
    can_change: bool
    can_rule: bool  # its filter can be made a rule
    can_rise: bool
    can_sink: bool


class Listing(Struct, frozen=True, kw_only=True):
    """A page of the list. `after` asks for the next one; empty at the end."""

    queue: Queue
    rows: Sequence[Row]
    after: str
    newest_first: bool  # False: by due time
    chips: Sequence[Chip] = ()  # of a filter
    kept: Kept | None = None
    tasks: Sequence[TaskLine] | None = None  # the list shows these instead of conversations
    whole: bool = False  # it comes as a whole when something changes: nothing else says which rows


class File(Struct, frozen=True, kw_only=True):
    """A file of a message. `state`: pending, stored, failed."""

    id: UUID
    name: str
    type: str
    size_bytes: int | None
    state: str
    kind: Literal["image", "audio", "video", "pdf", "file"]
    why: str = ""


class Delivery(Struct, frozen=True, kw_only=True):
    """What became of a message of ours; `why` in the provider's words."""

    state: DeliveryState = ""
    why: str = ""
    not_to: str = ""  # it went, but somebody in copy got nothing: who, and the provider's words
    at: datetime | None = None
    undo_until: datetime | None = None


class Quoted(Struct, frozen=True, kw_only=True):
    """The message that another one answers: who wrote it, and its first line. `here`: it stands in this timeline."""

    id: UUID
    author: str
    line: str
    here: bool = True


class Reaction(Struct, frozen=True, kw_only=True):
    """Our own reaction to a message. Where it failed or is unknown, `wanted` is what was sent and `there` what the customer has."""

    emoji: str
    by: str = ""
    state: DeliveryState = ""
    why: str = ""
    wanted: str = ""
    there: str = ""


class ContactCard(Struct, frozen=True, kw_only=True):
    """A contact card that was sent or received."""

    name: str
    organisation: str = ""
    phones: Sequence[str] = ()
    emails: Sequence[str] = ()
    urls: Sequence[str] = ()


class Entry(Struct, frozen=True, kw_only=True):
    """One entry of the timeline. `direction`: in, out, note, event."""

    id: UUID
    direction: Literal["in", "out", "note", "event"]
    kind: str
    at: datetime
    day: str  # in the reader's time zone, for the separators
    author: str
    author_id: UUID | None = None
    mine: bool = False
    mark: Mark | None = None
    switched: bool = False  # another channel than the entry before
    follows: bool = False  # the same author within a few minutes: no second head
    text: str = ""
    merge: str = ""  # of an event: the merge that can be undone
    mail: bool = False  # has HTML, shown in a frame
    subject: str = ""
    quoted: str = ""
    signature: str = ""
    data: Mapping[str, Any] = {}
    quoted_message: Quoted | None = None  # the message answered
    cards: Sequence[ContactCard] = ()
    choices: Sequence[str] = ()  # quick replies that were offered
    files: Sequence[File] = ()
    reactions: Sequence[str] = ()  # of customers
    reaction: Reaction | None = None  # ours
    line: str = ""  # what stands for it where it is answered
    way: str = ""  # address and account by which it can be answered; empty: not this one alone
    reacts: bool = False  # we can react to it
    automatic: str = ""
    elsewhere: bool = False  # our side said it with another program
    leads_to: Sequence[str] = ()  # names of the channels that links beneath it lead to
    edited: bool = False
    earlier: Sequence[Earlier] = ()  # what it said before
    deleted: bool = False
    deleted_by: str = ""  # who of us; empty: who said it
    erased: bool = False  # its words are gone for good
    opens: UUID | None = None  # of an event: the conversation that it tells of
    comment: Comment | None = None  # in public
    delivery: Delivery = Delivery()


class Branch(Struct, frozen=True, kw_only=True):
    """A comment with what is below it. `key` asks for all of it; `more` messages of it are not shown."""

    key: str
    entries: Sequence[Entry]
    more: int


class Stage(Struct, frozen=True, kw_only=True):
    """What the page of a public conversation shows instead of a timeline."""

    place: Mark  # the public side of the channel
    link: str
    author: str  # who opened the place
    ours: bool  # we did
    post: Entry | None
    speakers: int
    waits: int  # messages that need an answer
    waiting: Sequence[Branch]  # longest first
    more_waiting: int
    rest: Sequence[Branch]  # newest first
    more_rest: int


class Answer(Struct, frozen=True, kw_only=True):
    """A way to answer: an address of the person and the account that speaks to it. In public: everybody, or one of many."""

    identity_id: UUID | None
    account_id: UUID
    audience: Literal["", "public", "private"] = ""
    readers: str = ""  # who will read it, in the reader's words
    mark: Mark
    to: str
    account: str
    text_length: int
    caption_length: int
    files: int  # how many at once; 0 = none
    accepts: str  # for the file button
    size_bytes: int  # of the largest file
    subject: bool
    copies: bool
    templates: bool
    replies: bool  # answers one given message
    places: bool
    cards: bool
    choices: int  # quick replies beside a text; 0 = none
    choice_length: int
    window_open: bool
    window_ends_at: datetime | None
    public: bool  # everybody reads it
    trouble: str = ""  # the account is down or needs to sign in
    left: bool = False  # an address that the person wrote down; it becomes one of theirs with the first answer
    here: bool = True  # the way of the conversation: the customer has its story there
    leads_to: Sequence[str] = ()  # names of the channels that links beneath it lead to


class Template(Struct, frozen=True, kw_only=True):
    """A template that the provider has approved. `reads`: its words, with blanks as they are named in the form; `blanks`: those as
    JSON, with what they are called."""

    name: str
    language: str
    reads: str
    blanks: str


class Elsewhere(Struct, frozen=True, kw_only=True):
    """Another account to which the customer can be invited."""

    account_id: UUID
    mark: Mark
    account: str


class Composer(Struct, frozen=True, kw_only=True):
    """Where the agent writes. `answers` is empty when nothing can be sent to this person."""

    answers: Sequence[Answer]
    chosen: Answer | None
    templates: Sequence[Template]
    tab: Literal["reply", "note"]
    text: str
    note: str
    subject: str
    copy_to: str
    files: Sequence[File]
    quoted: Quoted | None = None  # the message that is being answered
    choices: Sequence[str] = ()
    elsewhere: Sequence[Elsewhere] = ()
    can_reply: bool
    can_note: bool


class Field(Struct, frozen=True, kw_only=True):
    """A custom field with its value: as it is typed, and as it is read."""

    key: str
    label: str
    kind: str
    value: str
    shown: str = ""
    choices: Sequence[str] = ()


class Address(Struct, frozen=True, kw_only=True):
    """An address of the person on a channel. `consent`: what the person agreed to there."""

    id: UUID
    kind: str
    value: str
    icon: str
    name: str
    verified: bool
    consent: str = ""


class Past(Struct, frozen=True, kw_only=True):
    """Another conversation of the same person, or a public one in which they spoke."""

    id: UUID
    number: int
    public: bool = False
    line: str
    state: State
    mark: Mark
    last_at: datetime


class Twin(Struct, frozen=True, kw_only=True):
    """Another person who may be the same, and why we think so; or who was merged, and what goes back with them."""

    id: UUID
    name: str
    why: str
    addresses: int = 0
    conversations: int = 0


class Somebody(Struct, frozen=True, kw_only=True):
    """The pane of the person. `name` is how they are called, `written_name` what is kept as their name."""

    id: UUID
    name: str
    written_name: str
    organisation: str
    language: str
    note: str
    blocked: bool
    since: datetime
    tags: Sequence[str]
    addresses: Sequence[Address]
    fields: Sequence[Field]
    past: Sequence[Past]
    twins: Sequence[Twin]
    merged: Sequence[Twin] = ()  # persons merged into this one: can be undone
    consents: Sequence[Consent] = ()
    tasks: int = 0  # to be done about this person
    can_write: bool = True
    can_merge: bool = True


class Aside(Struct, frozen=True, kw_only=True):
    """That work on a conversation was laid aside: whose, and for which one."""

    name: str
    mine: bool
    instead_id: UUID | None


class Conversation(Struct, frozen=True, kw_only=True):
    """The open conversation with everything around it."""

    id: UUID
    number: int
    title: str
    person: Somebody | None  # None in public while nobody has spoken
    mark: Mark
    way: str  # address and account that an answer goes to, unless the agent chooses others
    state: State
    public: bool
    assignee: Colleague | None
    team: Team | None
    priority: int
    tags: Sequence[str]
    due_at: datetime | None
    worked: Worked | None = None
    snoozed_until: datetime | None
    version: int
    stage: Stage | None = None  # in public
    entries: Sequence[Entry]
    earlier: str  # asks for older entries; empty at the beginning
    composer: Composer
    fields: Sequence[Field]
    others: Sequence[Past]  # unsolved conversations of the same person: merging
    planned: Sequence[Planned] = ()  # what goes later
    tasks: Sequence[TaskLine] = ()  # what is to be done about it
    promises: Sequence[PromiseLine] = ()  # what was promised, the newest first
    aside: Aside | None = None
    can_plan: bool = True
    can_assign: bool = True
    can_close: bool = True


class Later(Struct, frozen=True, kw_only=True):
    """A moment to choose for snoozing and sending: "Tomorrow morning"."""

    name: str
    at: datetime


class Around(Struct, frozen=True, kw_only=True):
    """What the parts of the page share."""

    now: datetime
    queue_id: str
    colleagues: Sequence[Colleague]
    teams: Sequence[Team]
    known_tags: Sequence[str]
    snoozes: Sequence[Later]
    tomorrow: str = ""  # its morning, as a field for date and time takes it


class Inbox(Struct, frozen=True, kw_only=True):
    """The whole page. `position`: where the live log stood when it was read."""

    groups: Sequence[QueueGroup]
    listing: Listing
    conversation: Conversation | None
    now: datetime
    position: str
    has_channels: bool = True
