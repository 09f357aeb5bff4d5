"""Bluesky as people and the company's program see it.

people ── posts, replies, likes, direct messages ──▶ notifications and the log of the chats, kept until the program asks
program ── putRecord, sendMessage ──▶ the timeline, or a person's chat
"""

import itertools
from collections import deque
from collections.abc import Sequence
from typing import ClassVar, Final

import msgspec
from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.bluesky.api import Api
from oase.sandbox.bluesky.shapes import US, log_json, message_json, moment, tid
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, Json, Message, Platform, Post
from oase.sandbox.places.requests import handler
from oase.sandbox.places.types import Feature, PublicFeature

_KEEP: Final = 10_000


class Told(msgspec.Struct, kw_only=True):
    """A notification."""

    reason: str  # mention, reply, like
    customer_id: str
    post_id: str
    key: str  # of the record that it tells of
    at: str


class Bluesky(Platform):
    """One server with the company's account."""

    id = "bluesky"
    name = "Bluesky"
    icon = "brand-bluesky"
    color = "#0a7aff"
    features: ClassVar[frozenset[Feature]] = frozenset({"reactions"})
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "mentions", "files", "likes", "delete"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.app_password = "sand-boxx-blue-sky2"  # noqa: S105 - of the sandbox, not a secret
        self.told: deque[Told] = deque(maxlen=_KEEP)
        self.log: deque[Json] = deque(maxlen=_KEEP)
        self._ids = itertools.count(1_990_000_000_000_000_000, 1_024)
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """XRPC, and pictures."""
        return [handler(f"/sandbox/{self.id}", self._api.answer)]

    def seed(self) -> None:
        """Three people."""
        for key, name, handle in (
            ("did:plc:aylin222222222222222222222", "Aylin Özdemir", "@aylin.example"),
            ("did:plc:juergen2222222222222222222", "Jürgen Groß", "@juergen.example"),
            ("did:plc:sam22222222222222222222222", "Sam O’Neill 🚲", "@sam.example"),
        ):
            self.phone.add_customer(key, name, handle)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with a did of their own."""
        key = f"did:plc:gast{tid(next(self._ids))}2222222"
        known = (handle or f"gast{len(self.phone.customers)}").removeprefix("@")
        return self.phone.add_customer(key, name, f"@{known if '.' in known else f'{known}.example'}")

    def new_id(self, kind: str) -> str:
        """Keys grow with time."""
        return tid(next(self._ids))

    # --- what the company's program will find when it asks ---

    def on_message(self, message: Message) -> None:
        """A direct message."""
        self.happened("logCreateMessage", message)
        self.soon(lambda: self.phone.taken(message.id))

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A reaction; the one before is taken back first."""
        for kind, value in (("logRemoveReaction", before), ("logAddReaction", emoji)):
            if value:
                reaction = {"value": value, "sender": {"did": message.customer_id}, "createdAt": moment(self.now())}
                self.happened(kind, message, reaction=reaction)

    def on_post(self, post: Post) -> None:
        """A post that names the company, or answers it."""
        if post.author_id:
            above = self.timeline.posts.get(post.parent_id)
            reason = "reply" if above is not None and not above.author_id else "mention"
            self._tell(reason, post.author_id, post.id, post.id)

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """Somebody likes a post of the company."""
        if on and not post.author_id:
            self._tell("like", by, post.id, self.new_id("like"))

    def _tell(self, reason: str, customer_id: str, post_id: str, key: str) -> None:
        self.told.append(Told(reason=reason, customer_id=customer_id, post_id=post_id, key=key, at=moment(self.now())))

    # --- chats ---

    def happened(self, kind: str, message: Message, **more: Json) -> None:
        """Writes into the log of the chats."""
        rev = self.new_id("rev")
        message.extra.setdefault("rev", rev)
        self.log.append(log_json(kind, rev, self.convo(message.customer_id), message_json(message), **more))

    def convo(self, customer_id: str) -> str:
        """The chat with a person."""
        extra = self.phone.customer(customer_id).extra
        if "convo" not in extra:
            extra["convo"] = self.new_id("convo")
        return str(extra["convo"])

    def person_of(self, convo: str) -> Customer | None:
        """With whom a chat is held."""
        return next((one for one in self.phone.customers.values() if one.extra.get("convo") == convo), None)

    def owner(self, post: Post) -> str:
        """Whose repository a post is in."""
        return post.author_id or US
