"""The shapes of LINE's webhooks, as far as we read them; what is not named here is ignored.

https://developers.line.biz/en/reference/messaging-api/#webhook-event-objects (and line-openapi, read 2026-11)
"""

from typing import Final

from msgspec import Raw, Struct, field

QUOTE: Final = "quoteToken"
READ: Final = "markAsReadToken"
"""Tokens of single messages: as LINE calls them, and as they are kept. They have no end, and count for this account only."""


class Payload(Struct, rename="camel"):
    """A whole delivery; without events it only asks whether we are there."""

    events: list[Raw]
    destination: str = ""


class Context(Struct, rename="camel"):
    """Whether LINE delivers this event again."""

    is_redelivery: bool = False


class Source(Struct, rename="camel"):
    """Where it comes from: "user", "group" or "room". In groups the person may be unknown."""

    type: str = "user"
    user_id: str = ""
    group_id: str = ""
    room_id: str = ""


class Head(Struct, rename="camel"):
    """What every event has. `timestamp` counts milliseconds."""

    type: str
    timestamp: int | None = None
    mode: str = "active"
    webhook_event_id: str = ""
    source: Source | None = None


class Provider(Struct, rename="camel"):
    """Who keeps a file: "line", or "external" with its address."""

    type: str = "line"
    original_content_url: str = ""


class ImageSet(Struct, rename="camel"):
    """Pictures that were sent together."""

    id: str = ""


class Mentionee(Struct, rename="camel"):
    """Somebody who is named in a text; `is_self`: us."""

    type: str = ""
    is_self: bool = False


class Mention(Struct, rename="camel"):
    """Everybody who is named in a text."""

    mentionees: list[Mentionee] = []


class Message(Struct, rename="camel"):
    """One message; `type` says which of the fields count."""

    id: str
    type: str
    text: str | None = None
    mention: Mention | None = None
    quoted_message_id: str = ""
    quote_token: str = ""
    mark_as_read_token: str = ""
    content_provider: Provider | None = None
    image_set: ImageSet | None = None
    file_name: str = ""
    file_size: int | None = None
    title: str = ""
    address: str = ""
    latitude: float | None = None
    longitude: float | None = None
    package_id: str = ""
    sticker_id: str = ""
    keywords: list[str] = []


class MessageEvent(Struct, rename="camel"):
    """Somebody says something."""

    message: Message


class Postback(Struct, rename="camel"):
    """A button was pressed; `params` holds a chosen day or time."""

    data: str
    params: dict[str, str] = {}


class PostbackEvent(Struct, rename="camel"):
    """A button was pressed."""

    postback: Postback


class Unsend(Struct, rename="camel"):
    """Which message was taken back."""

    message_id: str


class UnsendEvent(Struct, rename="camel"):
    """A message was taken back."""

    unsend: Unsend


class Follow(Struct, rename="camel"):
    """Whether a block was lifted, or we are new to this person."""

    is_unblocked: bool = False


class FollowEvent(Struct, rename="camel"):
    """Somebody added us as a friend, or lifted a block."""

    follow: Follow = field(default_factory=Follow)
