"""What Bluesky's services say and want: views and records, as far as they are used; addresses, headers, ids.

The lexicons: https://docs.bsky.app/docs/category/http-reference and https://atproto.com/specs/ (read 2026-08).
"""

from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from oase.channels.contract import Account, Call, FromReply
from oase.kernel.secrets import Secret

Json = dict[str, Any]
ENTRYWAY: Final = "https://bsky.social"
WEB: Final = "https://bsky.app"
CHAT: Final = {"atproto-proxy": "did:web:api.bsky.chat#bsky_chat"}
"""Our server hands these calls on to the chat service: https://docs.bsky.app/docs/api/chat-bsky-convo-send-message"""

POST: Final = "app.bsky.feed.post"
LIKES: Final = "app.bsky.feed.like"
LIKE: Final = "❤️"
_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"


class Profile(Struct, frozen=True, rename="camel"):
    """Somebody: the did stays, the handle may change."""

    did: str
    handle: str = ""
    display_name: str | None = None


class Ref(Struct, frozen=True):
    """A record in exactly one version."""

    uri: str = ""
    cid: str = ""


class Below(Struct, frozen=True):
    """What a post answers, and what opened the thread."""

    root: Ref = Ref()
    parent: Ref = Ref()


class Slice(Struct, frozen=True, rename="camel"):
    """From which byte to which, of the text in UTF-8."""

    byte_start: int
    byte_end: int


class Feature(Struct, frozen=True):
    """What a piece of text is: a link, a mention, a tag."""

    uri: str = ""


class Facet(Struct, frozen=True):
    """A piece of text that is more than words."""

    index: Slice
    features: tuple[Feature, ...] = ()


class PostRecord(Struct, frozen=True, rename="camel"):
    """What somebody published."""

    text: str = ""
    created_at: datetime | None = None
    facets: tuple[Facet, ...] = ()
    reply: Below | None = None
    langs: tuple[str, ...] = ()


class Notification(Struct, frozen=True, rename="camel"):
    """Something that concerns us. `record` is raw: it may be a post, a like, a follow."""

    uri: str
    reason: str
    author: Profile
    indexed_at: datetime
    cid: str = ""
    reason_subject: str | None = None
    record: msgspec.Raw = msgspec.Raw(b"")


class ViewImage(Struct, frozen=True):
    """A picture as it is shown."""

    fullsize: str = ""
    alt: str = ""


class External(Struct, frozen=True):
    """A link that a post shows as a card."""

    uri: str = ""
    title: str = ""


class Embed(Struct, frozen=True):
    """What is shown below the text: pictures, a video, a card, another post."""

    images: tuple[ViewImage, ...] = ()
    playlist: str = ""
    alt: str | None = None
    external: External | None = None
    media: msgspec.Raw = msgspec.Raw(b"")


class PostView(Struct, frozen=True, rename="camel"):
    """A post as it is shown."""

    uri: str
    author: Profile
    record: PostRecord = PostRecord()
    cid: str = ""
    embed: Embed | None = None


class Sender(Struct, frozen=True):
    """Who wrote a message."""

    did: str


class Answered(Struct, frozen=True):
    """The message that a message answers."""

    id: str = ""


class ChatMessage(Struct, frozen=True, rename="camel"):
    """A direct message."""

    id: str
    sender: Sender
    sent_at: datetime | None = None
    text: str = ""
    facets: tuple[Facet, ...] = ()
    embed: msgspec.Raw = msgspec.Raw(b"")
    reply_to: Answered | None = None


class Reaction(Struct, frozen=True, rename="camel"):
    """A reaction to a direct message."""

    value: str
    sender: Sender
    created_at: datetime | None = None


class Log(Struct, frozen=True, rename={"type": "$type", "convo_id": "convoId"}):
    """One thing that happened in a chat. `message` is raw: it may be a deleted one."""

    type: str
    rev: str = ""
    convo_id: str = ""
    message: msgspec.Raw = msgspec.Raw(b"")
    reaction: msgspec.Raw = msgspec.Raw(b"")


class Told(Struct, frozen=True):
    """What `poll` puts into one delivery: an item as it came, and what is needed to understand it."""

    me: str
    notification: msgspec.Raw = msgspec.Raw(b"")
    post: msgspec.Raw = msgspec.Raw(b"")  # as it is shown, with the addresses of its pictures
    root: msgspec.Raw = msgspec.Raw(b"")  # the post that opened the thread
    log: msgspec.Raw = msgspec.Raw(b"")
    members: tuple[msgspec.Raw, ...] = ()
    gone: str = ""  # the uri of a post that is not there any more


def service(account: Account) -> str:
    """Where our account lives: its own server, as the last good test found it, or the one that the settings name."""
    return (account.facts.get("pds") or str(account.settings.get("base_url") or ENTRYWAY)).rstrip("/")


def me_of(account: Account) -> str:
    """Our own did, as the last good test found it, or as our access token says it; empty without both."""
    said = account.facts.get("did") or claims_of(account.secret("access_token").reveal()).get("sub")
    return said if isinstance(said, str) else ""


def claims_of(token: str) -> Mapping[str, Any]:
    """What a token of ours says of itself (a JWT); empty if it is none. Nothing is decided by it that its server does not check."""
    middle = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        value = msgspec.json.decode(urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
    except (ValueError, RecursionError, msgspec.DecodeError):
        return {}
    return value if isinstance(value, dict) else {}


def address(account: Account, method: str, query: Sequence[tuple[str, str]] = ()) -> str:
    """The address of a method of the lexicon."""
    return f"{service(account)}/xrpc/{method}" + (f"?{urlencode(query)}" if query else "")


def bearer(account: Account, token: str = "access_token") -> dict[str, str | Secret]:  # noqa: S107 - a name
    """The header that carries a token of ours."""
    return {"authorization": Secret(f"Bearer {account.secret(token).reveal()}")}


def get(account: Account, method: str, query: Sequence[tuple[str, str]] = (), *, chat: bool = False) -> Call:
    """A question."""
    headers = bearer(account) | (CHAT if chat else {})
    return Call(method="GET", url=address(account, method, query), headers=headers)


def post(account: Account, method: str, json: Mapping[str, Any], *, chat: bool = False) -> Call:
    """Something to be done."""
    headers = bearer(account) | (CHAT if chat else {})
    return Call(method="POST", url=address(account, method), headers=headers, json=json)


def cid_of(call: int) -> FromReply:
    """The version of the post that call number `call` (getPosts) asked for."""
    return FromReply(call=call, key="posts.0.cid")


def link(handle: str, uri: str) -> str:
    """Where everybody reads a post (at://did/collection/rkey)."""
    return f"{WEB}/profile/{quote(handle or owner(uri), safe=':.')}/post/{quote(key(uri), safe='')}"


def owner(uri: str) -> str:
    """Whose repository a record is in."""
    return uri.removeprefix("at://").partition("/")[0]


def key(uri: str) -> str:
    """The last part of a record's uri."""
    return uri.rpartition("/")[2]


def record_key(at: datetime, seed: str) -> str:
    """A record key of the form that the lexicon asks for (TID), the same each time: then a repetition changes nothing.

    https://atproto.com/specs/tid: 53 bits of microseconds since 1970, 10 bits to tell clocks apart, in a sortable base 32.
    """
    clock = int.from_bytes(sha256(seed.encode()).digest()[:2], "big") & 0x3FF
    return _tid(((int(at.timestamp() * 1_000_000) & (2**53 - 1)) << 10) | clock)


def like_key(uri: str) -> str:
    """The key of our like of a post: always the same, so that it can be taken back."""
    return _tid(int.from_bytes(sha256(uri.encode()).digest()[:8], "big") >> 1)


def _tid(number: int) -> str:
    return "".join(_SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))
