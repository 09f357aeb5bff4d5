"""What every simulated platform knows: its people, what they say to the company alone, and what is said in public."""

from datetime import datetime
from typing import Any, Literal

import msgspec

Json = dict[str, Any]

Feature = Literal[
    "files", "voice", "location", "contact", "choices", "reply", "reactions", "edit", "delete", "typing", "receipts", "sticker"
]
PublicFeature = Literal["posts", "comments", "mentions", "reviews", "files", "likes", "edit", "delete"]


class Customer(msgspec.Struct, kw_only=True):
    """A person of the platform. `id` is the platform's own: a number, an account id, `@name:server`."""

    id: str
    name: str
    handle: str = ""
    online: bool = True
    read_receipts: bool = True
    blocked: bool = False  # blocks the company
    extra: Json = {}  # what only this platform has


class File(msgspec.Struct, kw_only=True):
    """A file with its bytes."""

    id: str
    name: str
    type: str
    data: bytes


class Choice(msgspec.Struct, kw_only=True, frozen=True):
    """A button or a row that the company offers."""

    id: str
    title: str
    description: str = ""


class Spot(msgspec.Struct, kw_only=True, frozen=True):
    """A place on the map."""

    latitude: float
    longitude: float
    name: str = ""
    address: str = ""


class Contact(msgspec.Struct, kw_only=True, frozen=True):
    """A contact card."""

    name: str
    phone: str


State = Literal["sent", "delivered", "read", "failed"]


class Message(msgspec.Struct, kw_only=True):
    """One message between a customer and the company. `state` of the company's: how far it came on the customer's phone.

    Of the customer's: `sent`, `delivered` once the company's side has taken it, `read` once the company says so.
    """

    id: str
    customer_id: str
    from_business: bool
    time: datetime
    text: str = ""
    files: list[File] = msgspec.field(default_factory=list)
    voice: bool = False
    sticker: bool = False
    choices: tuple[Choice, ...] = ()
    chosen: str = ""  # the id of what was chosen
    spot: Spot | None = None
    contact: Contact | None = None
    reply_to: str = ""
    state: State = "sent"
    why: str = ""
    edited: bool = False
    deleted: bool = False
    reactions: dict[str, str] = msgspec.field(default_factory=dict)  # "customer" or "business" -> emoji
    extra: Json = msgspec.field(default_factory=dict)


class Post(msgspec.Struct, kw_only=True):
    """Something said in public: a post, a comment below one, a review. An empty `author_id` is the company."""

    id: str
    author_id: str
    time: datetime
    text: str = ""
    parent_id: str = ""  # what it answers; empty: it opens a thread
    thread_id: str = ""  # the post on top; its own id there
    files: list[File] = msgspec.field(default_factory=list)
    rating: int = 0  # 1 to 5 of a review
    mentions: bool = False  # names the company, in a thread of somebody else
    likes: set[str] = msgspec.field(default_factory=set)  # customer ids; "" is the company
    hidden: bool = False
    deleted: bool = False
    edited: bool = False
    extra: Json = msgspec.field(default_factory=dict)


class Accepted(msgspec.Struct, kw_only=True, frozen=True):
    """One thing that the simulator took from the company: what a test counts. `place` rises by one each time."""

    place: int
    id: str
    to: str
    text: str
    key: str  # the id that the company's request carried, if any
    time: datetime
