"""What Mastodon's API says and wants: its entities, as far as they are used, addresses and headers.

https://docs.joinmastodon.org/entities/ (read 2026-08)
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from oase.channels.contract import Account, Call, NoReply, Reply
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.kernel.secrets import Secret

Json = dict[str, Any]

PRIVATE: Final = ("direct", "private", "limited")
"""Visibilities that not everybody reads: an answer in public would show more than its author did."""


class Author(Struct, frozen=True):
    """Who wrote (entity Account). `acct` has no server for people of our own one."""

    id: str
    acct: str
    username: str = ""
    display_name: str = ""
    url: str | None = None
    uri: str | None = None
    bot: bool | None = False


class Attachment(Struct, frozen=True):
    """A file of a status (entity MediaAttachment)."""

    id: str
    type: str = "unknown"  # image, gifv, video, audio, unknown
    url: str | None = None
    remote_url: str | None = None
    description: str | None = None


class Option(Struct, frozen=True):
    """An answer of a poll."""

    title: str = ""


class Poll(Struct, frozen=True):
    """A poll in a status."""

    multiple: bool = False
    options: tuple[Option, ...] = ()


class Tag(Struct, frozen=True):
    """Somebody who is named in a status (entity Status::Mention)."""

    id: str = ""
    acct: str = ""
    url: str = ""


class Status(Struct, frozen=True):
    """What somebody wrote."""

    id: str
    account: Author
    created_at: datetime
    content: str = ""
    visibility: str = "public"
    url: str | None = None
    uri: str = ""
    in_reply_to_id: str | None = None
    in_reply_to_account_id: str | None = None
    spoiler_text: str = ""
    edited_at: datetime | None = None
    language: str | None = None
    media_attachments: tuple[Attachment, ...] = ()
    mentions: tuple[Tag, ...] = ()
    poll: Poll | None = None


class Notification(Struct, frozen=True):
    """Something that concerns us. `status` is raw: one that cannot be read must not hide the notification."""

    id: str
    type: str
    created_at: datetime | None = None
    account: msgspec.Raw = msgspec.Raw(b"")
    status: msgspec.Raw = msgspec.Raw(b"")


class Told(Struct, frozen=True):
    """What `poll` puts into one delivery: an item as the server gave it, and what is needed to understand it."""

    me: str  # the id of our own account
    domain: str  # of our own server, for addresses of its people
    notification: msgspec.Raw = msgspec.Raw(b"")
    root: msgspec.Raw = msgspec.Raw(b"")  # the status that opened the thread
    changed: msgspec.Raw = msgspec.Raw(b"")  # a status that was edited since
    gone: str = ""  # the id of a status that we may no longer see


def base_url(account: Account) -> str:
    """The server."""
    return str(account.settings.get("base_url") or "").strip().rstrip("/")


def host(account: Account) -> str:
    """The server's name."""
    try:
        return (urlsplit(base_url(account)).hostname or "").lower()
    except ValueError:
        return ""


def bearer(account: Account) -> Mapping[str, Secret]:
    """The header that carries the account's access token."""
    return {"authorization": Secret(f"Bearer {account.secret('access_token').reveal()}")}


def get(account: Account, path: str, query: Sequence[tuple[str, str]] = ()) -> Call:
    """A question to the server; `path` begins with a slash."""
    return Call(method="GET", url=address(account, path) + (f"?{urlencode(query)}" if query else ""), headers=bearer(account))


def address(account: Account, path: str) -> str:
    """The address of an endpoint; `{name}` is for `Call.fill`."""
    return base_url(account) + quote(path, safe="/{}")


def objects(reply: Reply | NoReply) -> list[msgspec.Raw] | None:
    """The items of a reply that is a list; None if it is something else."""
    if not isinstance(reply, Reply) or reply.status != 200:
        return None
    try:
        return msgspec.json.decode(sound(reply.body), type=list[msgspec.Raw])
    except Unreadable:
        return None
