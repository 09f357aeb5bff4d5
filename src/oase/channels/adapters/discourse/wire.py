"""What Discourse sends, as far as it is read.

https://docs.discourse.org/ (read 2026-08); the fields of webhooks as the forum's own page *API, Webhooks, Events* shows them.
"""

from typing import Final

import msgspec
from msgspec import Struct


class Person(Struct, frozen=True):
    """Somebody, in a few words."""

    username: str = ""
    name: str | None = None
    id: int | None = None


class Post(Struct):
    """A post. `cooked` is its HTML, `topic_archetype` "private_message" for what only a few may read."""

    id: int
    topic_id: int
    post_number: int = 1
    username: str = ""
    user_id: int | None = None
    name: str | None = None
    cooked: str = ""
    created_at: str = ""
    updated_at: str = ""
    version: int = 1
    reply_to_post_number: int | None = None
    reply_to_user: Person | None = None
    topic_slug: str | None = None
    topic_title: str | None = None
    topic_archetype: str = "regular"
    hidden: bool = False
    user_deleted: bool = False
    admin: bool = False
    moderator: bool = False
    staff: bool = False
    action_code: str | None = None  # set on small notes of the forum: "closed.enabled"


class Like(Struct):
    """Somebody likes a post."""

    post: Post
    user: Person


class Delivery(Struct):
    """A webhook: one of these, named by the header X-Discourse-Event-Type."""

    post: msgspec.Raw = msgspec.Raw(b"")
    like: msgspec.Raw = msgspec.Raw(b"")
    topic: msgspec.Raw = msgspec.Raw(b"")


class Topic(Struct):
    """A topic."""

    id: int
    title: str = ""
    slug: str = ""


class Page(Struct):
    """The newest posts."""

    latest_posts: list[msgspec.Raw]


class Wait(Struct, frozen=True):
    """More about an error."""

    wait_seconds: float | None = None


class Problem(Struct):
    """An error in the forum's words."""

    errors: list[str]
    error_type: str = ""
    extras: Wait | None = None


class User(Struct):
    """A user."""

    id: int
    username: str = ""
    admin: bool = False
    moderator: bool = False


class Profile(Struct):
    """The page of a user."""

    user: User


class Forum(Struct):
    """What the forum says about itself."""

    title: str = ""


POST: Final = msgspec.json.Decoder(Post, strict=False)
LIKE: Final = msgspec.json.Decoder(Like, strict=False)
TOPIC: Final = msgspec.json.Decoder(Topic, strict=False)
DELIVERY: Final = msgspec.json.Decoder(Delivery, strict=False)
PAGE: Final = msgspec.json.Decoder(Page, strict=False)
PROBLEM: Final = msgspec.json.Decoder(Problem, strict=False)
PROFILE: Final = msgspec.json.Decoder(Profile, strict=False)
FORUM: Final = msgspec.json.Decoder(Forum, strict=False)
