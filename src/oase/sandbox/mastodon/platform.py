"""A server of the fediverse as people and the company's program see it.

people ── posts, private mentions, stars ──▶ statuses and notifications, kept until the company's program asks
program ── POST statuses ──▶ the timeline (public, unlisted), or the chats of those whom a `direct` one names
"""

import itertools
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import ClassVar, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.mastodon.api import Api
from oase.sandbox.mastodon.shapes import Status
from oase.sandbox.places import Customer, Message, Platform, Post
from oase.sandbox.places.requests import handler
from oase.sandbox.places.types import Feature, PublicFeature

_KEEP: Final = 10_000


class Told(msgspec.Struct, kw_only=True):
    """A notification."""

    id: str
    type: str  # mention, favourite
    customer_id: str
    status_id: str


class Mastodon(Platform):
    """One server with the company's account on it."""

    id = "mastodon"
    name = "Mastodon"
    icon = "brand-mastodon"
    color = "#6364ff"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "edit", "delete"})
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "mentions", "files", "likes", "edit", "delete"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.token = "sandbox-Zk3vQ0hXr8-mastodon"  # noqa: S105 - of the sandbox, not a secret
        self.told: deque[Told] = deque(maxlen=_KEEP)
        self._ids = itertools.count(115_600_000_000_000_000, 65_537)
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The client API, and files."""
        return [handler(f"/sandbox/{self.id}", self._api.answer)]

    def seed(self) -> None:
        """Three people of three servers, one of them ours."""
        for key, name, handle in (
            ("110101", "Aylin Özdemir", "@aylin@chaos.example"),
            ("110102", "Jürgen Groß", "@juergen@garten.example"),
            ("110103", "Sam O’Neill 🚲", "@sam"),
        ):
            self.phone.add_customer(key, name, handle)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with an account id of their own."""
        key = str(110_200 + len(self.phone.customers))
        return self.phone.add_customer(key, name, f"@{(handle or f'gast{key}').removeprefix('@')}")

    def new_id(self, kind: str) -> str:
        """Ids are numbers that grow."""
        return str(next(self._ids))

    # --- what the company's program will find when it asks ---

    def on_message(self, message: Message) -> None:
        """A private mention."""
        self._tell("mention", message.customer_id, message.id)
        self.soon(lambda: self.phone.taken(message.id))

    def on_edited(self, message: Message) -> None:
        """Nobody is told; whoever looks again sees it."""
        message.extra["edited_at"] = self.now()

    def on_post(self, post: Post) -> None:
        """A post that names the company: all that people say here do."""
        if post.author_id:
            self._tell("mention", post.author_id, post.id)

    def on_post_edited(self, post: Post) -> None:
        """Nobody is told."""
        post.extra["edited_at"] = self.now()

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """A star; that one was taken back is told to nobody."""
        if on and not post.author_id:
            self._tell("favourite", by, post.id)

    def _tell(self, type: str, customer_id: str, status_id: str) -> None:
        self.told.append(Told(id=str(34_975_000 + len(self.told)), type=type, customer_id=customer_id, status_id=status_id))

    # --- statuses, wherever they stand ---

    def status(self, key: str) -> Status | None:
        """A status that still stands."""
        post, message = self.timeline.posts.get(key), self.phone.messages.get(key)
        if post is not None and not post.deleted:
            return Status(
                id=key, author_id=post.author_id, text=post.text, visibility=post.extra.get("visibility", "public"), time=post.time,
                files=post.files, in_reply_to=post.parent_id, edited=post.extra.get("edited_at"), favourites=len(post.likes),
                favourited="" in post.likes,
            )  # fmt: skip
        if message is not None and not message.deleted:
            customer = self.phone.customer(message.customer_id)
            return Status(
                id=key, author_id="" if message.from_business else customer.id, text=message.text, visibility="direct",
                time=message.time, files=message.files, in_reply_to=message.reply_to or message.extra.get("below", ""),
                edited=message.extra.get("edited_at"), named=[customer] if message.from_business else (),
                favourited="business" in message.reactions,
            )  # fmt: skip
        return None

    def reset_at(self, seconds: float) -> str:
        """When a limit ends, as the headers say it."""
        return (self.now() + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
