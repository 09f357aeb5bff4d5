"""The channel contract: what an adapter is, and nothing else.

    bytes --verify--> bytes that are genuine --parse--> events            (in: the core stores, groups, shows)
    outbound --render--> calls --perform--> replies --interpret--> outcome  (out: the core retries, counts, shows)

An adapter is a folder with pure functions and a manifest. It sees no database, no queue, no clock; the core calls it and asks
only its manifest, never a channel by name. Moving bytes (`listen`, `perform`) is separate, and only where the wire is not HTTP.
`oase.channels.testing` holds every adapter to this contract.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, ClassVar, Literal, Protocol

from msgspec import Struct

from oase.kernel.errors import OaseError
from oase.kernel.secrets import Secret

# ---------------------------------------------------------------------------------------------------------------- errors


class ChannelError(OaseError):
    """The root of what an adapter may raise."""


class Forged(ChannelError):
    """The bytes do not carry a valid signature of this account's provider."""


class Malformed(ChannelError):
    """Nothing can be read from the bytes; the message says what is wrong. Parts that can be read must not raise this."""


class CannotSay(ChannelError):
    """This channel cannot carry what was to be said; `capability` names what is missing."""

    def __init__(self, capability: str, message: str = "") -> None:
        super().__init__(message or f"This channel cannot carry: {capability}.")
        self.capability = capability


# -------------------------------------------------------------------------------------------------------------- manifest


class Capability(StrEnum):
    """What a channel can carry. Shown to agents and in the docs' feature matrix; tested against `render` and `parse`."""

    TEXT = "text"
    HTML = "html"
    SUBJECT = "subject"
    COPY = "copy"  # cc
    IMAGE = "image"
    AUDIO = "audio"
    VOICE = "voice"
    VIDEO = "video"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    BUTTONS = "buttons"
    LIST = "list"
    TEMPLATE = "template"
    REPLY = "reply"  # answers one given message
    REACTION = "reaction"
    EDIT = "edit"
    DELETE = "delete"
    TYPING = "typing"  # we can show that we type
    MARK_READ = "mark_read"  # we can tell that we have read
    RECEIPTS = "receipts"  # we are told what became of what we sent


Pace = Literal["live", "messaging", "mail"]
"""How fast customers expect an answer by nature of the channel; chooses the default promise."""


class FileRule(Struct, frozen=True, kw_only=True):
    """What files of one kind may be. `types` are MIME types, `image/*` allowed; empty = all."""

    types: tuple[str, ...] = ()
    size_bytes: int


class Limits(Struct, frozen=True, kw_only=True):
    """What the provider allows, as data: the core degrades by it, the composer shows it."""

    text_length: int  # characters of one message
    caption_length: int = 0  # text beside a file; 0 = files carry no text
    files: Mapping[Capability, FileRule] = {}
    attachments_per_message: int = 1
    buttons: int = 0
    button_length: int = 20
    list_rows: int = 0
    reply_window: timedelta | None = None  # after the customer's last message; then templates only
    messages_per_second: float = 0.0  # of one account; 0 = no limit known
    pair_interval: timedelta | None = None  # between two messages to the same person, sustained
    pair_burst: int = 1  # messages to one person that may go before pair_interval counts


class Words(Struct, frozen=True):
    """A text in the interface's languages."""

    en: str
    de: str


class Setting(Struct, frozen=True, kw_only=True):
    """One field of an account's set-up page. `kind` "secret" is kept sealed and given to the adapter as a list (rotation)."""

    name: str
    label: Words
    help: Words = Words("", "")
    kind: Literal["text", "secret", "email", "url", "number", "boolean", "choice", "long_text", "lines"] = "text"
    required: bool = True
    default: Any = None
    choices: tuple[tuple[str, Words], ...] = ()
    group: Words | None = None  # heading above this field
    only_if: tuple[str, str] | None = None  # (name, value) of another field
    generated: bool = False  # made by Oase, shown for copying (a verify token, for example)


class Manifest(Struct, frozen=True, kw_only=True):
    """What a channel is, as data."""

    id: str  # "whatsapp": in addresses, the database, the entry point
    name: Words
    icon: str  # Tabler icon name
    color: str  # "#25d366", of the channel's mark
    identity: str  # kind of address: "phone", "email", "visitor"
    pace: Pace
    wire: Literal["http", "own", "local"]  # own: the adapter performs; local: our own pages show it
    webhook: bool = False
    listens: bool = False
    signature: str = ""  # name of the scheme, for the docs
    capabilities: frozenset[Capability]
    incoming: frozenset[Capability] = frozenset()  # kinds that can arrive, where they differ from `capabilities`
    limits: Limits
    settings: tuple[Setting, ...] = ()
    guide: Words = Words("", "")  # markdown: what to create at the provider, step by step
    customer_starts: bool = True  # only the customer can open the dialogue, apart from templates
    safe_to_repeat: bool = False  # the provider recognises a repeated send by our id
    threads: Literal["person", "subject"] = "person"  # "subject": a person may hold several conversations (mail)


class Account(Struct, frozen=True, kw_only=True):
    """One configured connection of a channel, as adapters see it."""

    id: str
    channel: str
    name: str = ""
    settings: Mapping[str, Any] = {}
    secrets: Mapping[str, tuple[Secret, ...]] = {}  # newest first; any of them verifies, the first is used to send

    def secret(self, name: str) -> Secret:
        """The newest secret of that name; an empty one if there is none."""
        found = self.secrets.get(name, ())
        return found[0] if found else Secret("")


# --------------------------------------------------------------------------------------------------------------- inbound


class Raw(Struct, frozen=True, kw_only=True):
    """What came from outside, untouched. Header names are lower case."""

    body: bytes
    headers: Mapping[str, str] = {}
    query: Mapping[str, str] = {}
    method: str = "POST"
    received_at: datetime


class Address(Struct, frozen=True, kw_only=True):
    """A person on a channel. `aliases` are other addresses that the provider vouches for, as (kind, value)."""

    value: str  # normalised: +49…, lower-case mail address, visitor id
    name: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    fields: Mapping[str, str] = {}  # what the provider or a form says about the person: company, language, …


class Media(Struct, frozen=True, kw_only=True):
    """A file that belongs to a message; its bytes are fetched after the message is stored."""

    ref: str  # provider's media id, or the part of the raw mail
    source: Literal["call", "raw"]  # call: by `fetch`; raw: by `extract` from the delivery's own bytes
    type: str  # MIME type as stated
    name: str = ""
    size_bytes: int | None = None
    inline: bool = False
    content_id: str = ""


ContentKind = Literal[
    "text", "image", "audio", "voice", "video", "document", "sticker", "location", "contacts", "choice", "order", "system",
    "placeholder",
]  # fmt: skip


class Content(Struct, frozen=True, kw_only=True):
    """What was said. `text` is always readable by itself; `data` holds what the kind needs more (coordinates, cards, items)."""

    kind: ContentKind = "text"
    text: str = ""
    html: str = ""  # sanitised
    quoted: str = ""
    signature: str = ""
    subject: str = ""
    media: tuple[Media, ...] = ()
    data: Mapping[str, Any] = {}


Automatic = Literal["", "auto_reply", "bounce", "list", "loop"]


class Received(Struct, frozen=True, kw_only=True, tag="received"):
    """Somebody said something. `external_id` is unique in the account and stable when the provider repeats itself."""

    external_id: str
    sender: Address
    at: datetime  # by the provider's clock
    content: Content
    reply_to: str = ""  # external id of the message that is answered
    references: tuple[str, ...] = ()  # external ids of earlier messages of the thread, newest first
    token: str = ""  # our own conversation token, found in an address or a subject
    others: tuple[Address, ...] = ()  # further people in the dialogue (cc)
    automatic: Automatic = ""
    origin: Mapping[str, Any] = {}  # where it came from: advertisement, page address, form name


class Receipt(Struct, frozen=True, kw_only=True, tag="receipt"):
    """What became of a message that we sent."""

    external_id: str
    state: Literal["sent", "delivered", "read", "failed"]
    at: datetime
    code: str = ""
    why: str = ""  # the provider's words
    final: bool = True  # for "failed": False = the provider goes on trying
    up_to: bool = False  # every earlier message to this person has this state too
    sender: Address | None = None  # who read it, where there is no external id to go by


class Edited(Struct, frozen=True, kw_only=True, tag="edited"):
    """The sender changed what was said."""

    external_id: str
    content: Content
    at: datetime


class Deleted(Struct, frozen=True, kw_only=True, tag="deleted"):
    """The sender took a message back."""

    external_id: str
    at: datetime


class Reacted(Struct, frozen=True, kw_only=True, tag="reacted"):
    """Somebody reacted to a message (ours or theirs). An empty `emoji` takes the reaction back."""

    external_id: str  # of the message reacted to
    sender: Address
    emoji: str
    at: datetime


class Typing(Struct, frozen=True, kw_only=True, tag="typing"):
    """The person types (or stopped)."""

    sender: Address
    on: bool
    at: datetime


class Moved(Struct, frozen=True, kw_only=True, tag="moved"):
    """A person has a new address on this channel."""

    old: str
    new: str
    at: datetime


class Notice(Struct, frozen=True, kw_only=True, tag="notice"):
    """The provider tells us something about our account (template approved, quality dropped, app removed)."""

    kind: str
    text: str
    at: datetime
    serious: bool = False


class Unknown(Struct, frozen=True, kw_only=True, tag="unknown"):
    """An item of a kind that this adapter does not know: becomes a visible placeholder, never silence."""

    kind: str
    external_id: str
    at: datetime
    sender: Address | None = None
    data: Mapping[str, Any] = {}


class Broken(Struct, frozen=True, kw_only=True, tag="broken"):
    """One item of the delivery that cannot be read; quarantined alone, with its place and the reason."""

    place: str  # "entry/0/changes/1/messages/3"
    why: str


Event = Received | Receipt | Edited | Deleted | Reacted | Typing | Moved | Notice | Unknown | Broken

# -------------------------------------------------------------------------------------------------------------- outbound


class File(Struct, frozen=True, kw_only=True):
    """A file with its bytes."""

    name: str
    type: str
    content: bytes
    inline: bool = False
    content_id: str = ""


class Choice(Struct, frozen=True, kw_only=True):
    """One thing to choose: a button or a row of a list."""

    id: str
    title: str
    description: str = ""


class Envelope(Struct, frozen=True, kw_only=True):
    """To whom, in which thread, by whom: what every outgoing message has."""

    id: str  # our message id: stable over retries
    to: str
    to_name: str = ""
    copy_to: tuple[str, ...] = ()
    from_name: str = ""  # the agent's or the company's name
    token: str = ""  # the conversation's token (plus-address, subject)
    subject: str = ""
    reply_to: str = ""  # external id of the message answered
    references: tuple[str, ...] = ()  # external ids of the thread, oldest first
    at: datetime


class Say(Struct, frozen=True, kw_only=True, tag="say"):
    """Text, files, choices. The core has already degraded it to what the manifest can carry."""

    envelope: Envelope
    text: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    choices: tuple[Choice, ...] = ()
    choices_label: str = ""  # of the button that opens a list
    quoted: str = ""  # the message answered, for channels that carry it below (mail)
    signature: str = ""
    automatic: bool = False  # said by the system, not by a person (Auto-Submitted)


class Position(Struct, frozen=True, kw_only=True, tag="position"):
    """A place on the map, WGS 84."""

    envelope: Envelope
    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Card(Struct, frozen=True, kw_only=True, tag="card"):
    """Contact cards, each as a mapping with name, phones, emails, organisation."""

    envelope: Envelope
    contacts: tuple[Mapping[str, Any], ...]


class UseTemplate(Struct, frozen=True, kw_only=True, tag="template"):
    """A template approved by the provider, with its parameters in order by component ("header", "body", "button.0")."""

    envelope: Envelope
    name: str
    language: str
    parameters: Mapping[str, tuple[str, ...]] = {}


class React(Struct, frozen=True, kw_only=True, tag="react"):
    """Our reaction to the message `envelope.reply_to`; empty takes it back."""

    envelope: Envelope
    emoji: str


class MarkRead(Struct, frozen=True, kw_only=True, tag="mark_read"):
    """Tell the customer that `envelope.reply_to` was read."""

    envelope: Envelope


class ShowTyping(Struct, frozen=True, kw_only=True, tag="show_typing"):
    """Show the customer that somebody types an answer to `envelope.reply_to`."""

    envelope: Envelope


Outbound = Say | Position | Card | UseTemplate | React | MarkRead | ShowTyping


class FromReply(Struct, frozen=True, kw_only=True):
    """Stands inside a call's `json` for a value of an earlier reply (an uploaded file's id): JSON key `key` of call number `call`."""

    call: int
    key: str


class Part(Struct, frozen=True, kw_only=True):
    """One part of a multipart/form-data body."""

    name: str
    content: bytes
    filename: str = ""
    type: str = "text/plain"


class Call(Struct, frozen=True, kw_only=True):
    """One request to the provider, as data. Exactly one of json, parts, body, or none of them."""

    method: str
    url: str
    headers: Mapping[str, str | Secret] = {}
    json: Any = None
    parts: tuple[Part, ...] = ()
    body: bytes = b""
    timeout: timedelta = timedelta(seconds=20)
    options: Mapping[str, Any] = {}  # for wires of the adapter's own: envelope sender, …


class Reply(Struct, frozen=True, kw_only=True):
    """What the provider answered. Header names are lower case."""

    status: int
    headers: Mapping[str, str] = {}
    body: bytes = b""


class NoReply(Struct, frozen=True, kw_only=True):
    """No answer. `sent` says whether the request may have reached the provider."""

    sent: bool
    why: str


class Accepted(Struct, frozen=True, kw_only=True):
    """The provider has taken it, under this id."""

    external_id: str
    state: Literal["sent", "delivered"] = "sent"


class Again(Struct, frozen=True, kw_only=True):
    """Not now: try again, not before `after`. `account`: the whole account must wait, not only this message."""

    why: str
    after: timedelta = timedelta(0)
    account: bool = False


class Refused(Struct, frozen=True, kw_only=True):
    """Never: the provider's words. `sign_in`: it refuses our credentials, so the account keeps its queue and waits."""

    why: str
    code: str = ""
    sign_in: bool = False


class Unclear(Struct, frozen=True, kw_only=True):
    """We cannot tell whether the provider took it; shown as such, resolved by a receipt or a person."""

    why: str


Outcome = Accepted | Again | Refused | Unclear


class Template(Struct, frozen=True, kw_only=True):
    """A template known to the provider. `parameters` counts the placeholders by component."""

    name: str
    language: str
    category: str = ""
    status: str = "approved"
    body: str = ""
    header: str = ""
    footer: str = ""
    buttons: tuple[str, ...] = ()
    parameters: Mapping[str, int] = {}


class Checked(Struct, frozen=True, kw_only=True):
    """What the test of an account found: `summary` for people ("+49 30 … · Muster GmbH"), or why it failed and what to do."""

    ok: bool
    summary: str
    facts: Mapping[str, str] = {}


class Answer(Struct, frozen=True, kw_only=True):
    """What to answer to the provider at once (a handshake)."""

    status: int
    body: bytes = b""
    type: str = "text/plain; charset=utf-8"


# ------------------------------------------------------------------------------------------------------------------ wires


class Sink(Protocol):
    """Where a listener puts what it hears. `deliver` returns when the bytes are durable; the cursor is kept in the same commit."""

    async def deliver(self, raws: Sequence[Raw], *, cursor: Mapping[str, Any] | None = None) -> None:
        """Stores these deliveries, in order, and the listener's cursor with them."""
        ...

    async def cursor(self) -> Mapping[str, Any]:
        """The cursor of the last delivery; empty at first."""
        ...

    async def state(self, state: Literal["up", "down", "needs_sign_in"], why: str = "") -> None:
        """Tells how the connection is."""
        ...


class Adapter:
    """Base of every adapter: `manifest`, `parse`, `render`, `interpret` are its own; the rest where the channel has it."""

    manifest: ClassVar[Manifest]

    def verify(self, raw: Raw, account: Account) -> None:
        """Raises Forged unless the bytes come from this account's provider."""
        raise NotImplementedError

    def greet(self, raw: Raw, account: Account) -> Answer | None:
        """Answers a provider's handshake (before `verify`); None for ordinary deliveries."""
        return None

    def dedup_key(self, raw: Raw) -> bytes | None:
        """The provider's own id of this delivery, if it repeats itself with one; None = a hash of the bytes."""
        return None

    def parse(self, raw: Raw, account: Account) -> Sequence[Event]:
        """The events of a delivery, in its order. Raises Malformed only if nothing can be read."""
        raise NotImplementedError

    def render(self, outbound: Outbound, account: Account) -> Sequence[Call]:
        """The calls that say it; raises CannotSay."""
        raise NotImplementedError

    def interpret(self, call: Call, reply: Reply | NoReply) -> Outcome:
        """What a reply means for the message."""
        raise NotImplementedError

    def fetch(
        self, media: Media, account: Account, replies: Sequence[Reply | NoReply] = ()
    ) -> Call | File | Again | Refused:
        """The next step to a file's bytes, given the replies so far."""
        raise NotImplementedError

    def extract(self, raw: Raw, media: Media) -> File:
        """A file out of the delivery's own bytes; raises Malformed."""
        raise NotImplementedError

    def check(self, account: Account, replies: Sequence[Reply | NoReply] = ()) -> Call | Checked:
        """The next step of *test connection*, given the replies so far."""
        return Checked(ok=True, summary="")

    def templates(self, account: Account, replies: Sequence[Reply] = ()) -> Call | Sequence[Template]:
        """The next step to the account's list of templates, given the replies so far."""
        return ()

    async def perform(self, call: Call, account: Account) -> Reply | NoReply:
        """Moves one call over the adapter's own wire (manifest.wire == "own")."""
        raise NotImplementedError

    async def listen(self, account: Account, sink: Sink) -> None:
        """Holds a long connection and feeds the sink until cancelled (manifest.listens). Raises ChannelError when it breaks."""
        raise NotImplementedError


def secret_texts(account: Account) -> Sequence[str]:
    """Every secret of the account in the clear: for checks that none leaks."""
    return [secret.reveal() for secrets in account.secrets.values() for secret in secrets if secret]
