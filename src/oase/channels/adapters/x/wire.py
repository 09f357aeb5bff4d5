"""What X says and wants: objects of API v2 (asked for) and of v1.1 (inside webhooks), as far as they are used; addresses, headers.

https://docs.x.com/x-api/fundamentals/data-dictionary (v2) and
https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/account-activity (webhooks), read 2026-08.
The description of 2026-08 calls some fields "posts" that the pages call "tweets": both are read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode

import msgspec
from msgspec import Struct

from oase.channels.contract import Account, Call
from oase.kernel.secrets import Secret

Json = dict[str, Any]
API: Final = "https://api.x.com"
WEB: Final = "https://x.com"
LIKE: Final = "❤️"


class User(Struct, frozen=True):
    """Somebody (v2)."""

    id: str
    name: str = ""
    username: str = ""


class Link(Struct, frozen=True):
    """An address inside a text: as it stands there, and where it leads."""

    url: str = ""
    expanded_url: str | None = None
    media_key: str | None = None


class Entities(Struct, frozen=True):
    """What a text holds beside words."""

    urls: tuple[Link, ...] = ()


class Reference(Struct, frozen=True):
    """Another post that a post refers to: replied_to, quoted, retweeted."""

    type: str
    id: str


class Long(Struct, frozen=True):
    """The whole text of a post that is longer than 280."""

    text: str
    entities: Entities | None = None


class Keys(Struct, frozen=True):
    """Which files belong to it."""

    media_keys: tuple[str, ...] | None = None


class Post(Struct, frozen=True):
    """A post (v2)."""

    id: str
    text: str = ""
    author_id: str = ""
    created_at: datetime | None = None
    conversation_id: str = ""
    edit_history_tweet_ids: tuple[str, ...] = ()
    edit_history_post_ids: tuple[str, ...] = ()
    referenced_tweets: tuple[Reference, ...] | None = None
    referenced_posts: tuple[Reference, ...] | None = None
    note_tweet: Long | None = None
    note_post: Long | None = None
    entities: Entities | None = None
    attachments: Keys | None = None
    lang: str | None = None


class Message(Struct, frozen=True):
    """A direct message (v2, entity DmEvent)."""

    id: str
    event_type: str = "MessageCreate"
    text: str = ""
    sender_id: str = ""
    created_at: datetime | None = None
    dm_conversation_id: str = ""
    participant_ids: tuple[str, ...] = ()
    attachments: Keys | None = None
    entities: Entities | None = None


class Variant(Struct, frozen=True):
    """One form in which a video can be had. v2 says bit_rate, v1.1 bitrate."""

    url: str | None = None
    content_type: str | None = None
    bit_rate: int | None = None
    bitrate: int | None = None


class File(Struct, frozen=True):
    """A picture or a video (v2, entity Media)."""

    media_key: str = ""
    type: str = ""
    url: str | None = None
    alt_text: str | None = None
    variants: tuple[Variant, ...] | None = None


class Told(Struct, frozen=True):
    """What `poll` puts into one delivery: a post or a message as X gave it, and what is needed to understand it."""

    me: str
    post: msgspec.Raw = msgspec.Raw(b"")
    message: msgspec.Raw = msgspec.Raw(b"")
    author: msgspec.Raw = msgspec.Raw(b"")
    root: msgspec.Raw = msgspec.Raw(b"")  # the post that opened the thread
    root_author: msgspec.Raw = msgspec.Raw(b"")
    media: tuple[msgspec.Raw, ...] = ()


def base_url(account: Account) -> str:
    """Where the API is: X's, or the one that the settings name (the sandbox)."""
    return str(account.settings.get("base_url") or API).rstrip("/")


def address(account: Account, path: str, query: Sequence[tuple[str, str]] = ()) -> str:
    """The address of an endpoint; `{name}` is for `Call.fill`."""
    return base_url(account) + quote(path, safe="/{}") + (f"?{urlencode(query, safe=',')}" if query else "")


def bearer(account: Account, secret: str = "access_token") -> Mapping[str, Secret]:  # noqa: S107 - a name
    """The header that carries the user's access token, or the application's own (`bearer_token`)."""
    return {"authorization": Secret(f"Bearer {account.secret(secret).reveal()}")}


def get(account: Account, path: str, query: Sequence[tuple[str, str]] = ()) -> Call:
    """A question to X."""
    return Call(method="GET", url=address(account, path, query), headers=bearer(account))


def me_of(account: Account) -> str:
    """Our own id, as the last good test found it; empty before."""
    return account.facts.get("user_id", "")


def link(username: str, post_id: str) -> str:
    """Where everybody reads a post."""
    return f"{WEB}/{quote(username or 'i', safe='')}/status/{quote(post_id, safe='')}"
