"""What comes in: raw deliveries and the events that `parse` makes of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from msgspec import Struct


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

    ref: str  # provider's media id, the part of the raw mail, or the key of a blob
    source: Literal["call", "raw", "blob"]  # by `fetch`; by `extract` from the delivery's own bytes; already in our storage
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


Wish = Literal["", "stop", "start"]
"""What the words ask of us beside what they say: to write nothing unasked any more, or again (a text message's STOP and START)."""

Automatic = Literal["", "auto_reply", "bounce", "list", "loop"]


class Thread(Struct, frozen=True, kw_only=True):
    """A place in public where several people speak: a post with its comments, an article, a topic of a forum, a review."""

    external_id: str  # unique in the account, the same for everything that is said there
    title: str = ""  # its heading or first words
    link: str = ""  # where everybody reads it
    author: str = ""  # who opened it, as shown there
    ours: bool = False  # our own side opened it


Act = Literal["hide", "show", "delete", "like", "unlike"]
"""What one can do about something said in public, beside answering it."""


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
    asks: bool = True  # False: nobody waits for an answer to it (a like, a share)
    may_auto_answer: bool = True  # False: no machine may answer this (RFC 3834): a machine, a list or nobody would get it
    wish: Wish = ""
    origin: Mapping[str, Any] = {}  # where it came from: advertisement, page address, form name
    tokens: Mapping[
        str, str
    ] = {}  # what the provider wants to have back when this message is answered or read: in `Envelope.tokens`
    thread: Thread | None = None  # said in public, there; None: to us alone
    link: str = ""  # where everybody can read this message


class SaidElsewhere(Struct, frozen=True, kw_only=True, tag="said_elsewhere"):
    """Our side said something with another program: a colleague in the provider's own app, or in a mail program.

    What we sent ourselves must not come as this where the adapter can tell; `our_id` and `external_id` catch the rest.
    """

    external_id: str  # as of `Received`
    our_id: str = ""  # the envelope id that its id may hold: if it is one, this is only the receipt of our own message
    to: Address | None = None  # to whom; of several, the one that it is meant for. None: to everybody, in `thread`
    at: datetime  # by the provider's clock
    content: Content
    author: str = ""  # who wrote it, where the provider says so
    reply_to: str = ""
    references: tuple[str, ...] = ()
    token: str = ""
    others: tuple[Address, ...] = ()
    automatic: Automatic = ""
    origin: Mapping[str, Any] = {}
    thread: Thread | None = None
    link: str = ""


class Receipt(Struct, frozen=True, kw_only=True, tag="receipt"):
    """What became of a message that we sent."""

    external_id: str
    our_id: str = ""  # the envelope id that we gave the provider, where it hands it back: resolves an *unknown* delivery
    state: Literal["sent", "delivered", "read", "failed"]
    at: datetime
    code: str = ""
    why: str = ""  # the provider's words
    final: bool = True  # for "failed": False = the provider goes on trying
    up_to: bool = False  # every earlier message to this person has this state too
    sender: Address | None = None  # who read it, where there is no external id to go by


class Edited(Struct, frozen=True, kw_only=True, tag="edited"):
    """The sender changed what was said. Where a place lets anybody claim that, `sender` says who did: only their own changes."""

    external_id: str
    content: Content
    at: datetime
    sender: Address | None = None  # None: the provider lets nobody but the author


class Deleted(Struct, frozen=True, kw_only=True, tag="deleted"):
    """The sender took a message back; `sender` as of `Edited`."""

    external_id: str
    at: datetime
    sender: Address | None = None


class Reacted(Struct, frozen=True, kw_only=True, tag="reacted"):
    """Somebody reacted to a message (ours or theirs). An empty `emoji` takes the reaction back."""

    external_id: str  # of the message reacted to
    sender: Address
    emoji: str
    at: datetime


class Moderated(Struct, frozen=True, kw_only=True, tag="moderated"):
    """Our side did something about a public message with another program, or the place did (a filter hid it)."""

    external_id: str
    act: Act
    at: datetime
    by: str = ""  # who did it, where the provider says so


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


Event = Received | SaidElsewhere | Receipt | Edited | Deleted | Reacted | Moderated | Typing | Moved | Notice | Unknown | Broken


class Polled(Struct, frozen=True, kw_only=True):
    """What asking the provider gave: deliveries in the provider's order, and where to go on. Kept in one commit."""

    raws: tuple[Raw, ...] = ()
    cursor: Mapping[str, Any] = {}  # JSON; the whole of it, not only what changed
    after: timedelta = timedelta(seconds=30)  # the least wait before the next round; 0 where the provider holds the request
