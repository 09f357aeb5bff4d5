"""X as people and the company's program see it.

people ── posts, replies, likes, direct messages ──▶ kept until asked for; where there is a webhook, delivered with a signature
program ── POST tweets, dm_conversations … ──▶ the timeline, or a person's chat
"""

import hmac
import itertools
from base64 import b64encode
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, ClassVar

import aiohttp
import msgspec
from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, File, Hook, Json, Message, Platform, Post
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.places.requests import handler
from oase.sandbox.places.types import Feature, PublicFeature
from oase.sandbox.x.api import Api
from oase.sandbox.x.shapes import US, WEB_APP, millis, old_message, old_post, old_user, us_json, user_json
from oase.sandbox.x.tokens import Tokens

_HEADER = "x-twitter-webhooks-signature"


class X(Platform):
    """One company's account."""

    id = "x"
    name = "X"
    icon = "brand-x"
    color = "#14171a"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "typing", "receipts"})
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "mentions", "files", "likes", "delete"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.tokens = Tokens()
        self.consumer_secret = "sandbox-api-secret-of-x"  # noqa: S105 - of the sandbox, not a secret
        self.bearer_token = "sandbox-AAAA-bearer"  # noqa: S105 - the same
        self.hooks: dict[str, Json] = {}  # registered webhooks
        self.subscribed: set[str] = set()
        self._ids = itertools.count(1_995_100_000_000_000_000, 4_097)
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """API v2, and files."""
        return [handler(f"/sandbox/{self.id}", self._api.answer)]

    def seed(self) -> None:
        """Three people."""
        for key, name, handle in (
            ("1500000000000000001", "Aylin Özdemir", "@aylin_oe"),
            ("1500000000000000002", "Jürgen Groß", "@juergen_gross"),
            ("1500000000000000003", "Sam O’Neill", "@sam_oneill"),
        ):
            self.phone.add_customer(key, name, handle)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with an id of their own."""
        key = str(1_500_000_000_000_000_100 + len(self.phone.customers))
        return self.phone.add_customer(key, name, f"@{(handle or f'gast_{key[-4:]}').removeprefix('@')}")

    def new_id(self, kind: str) -> str:
        """Ids are numbers that grow."""
        return str(next(self._ids))

    # --- what the company is told, where it has a webhook ---

    def on_message(self, message: Message) -> None:
        """A direct message."""
        files = [(file, self.private_file(message, file)) for file in message.files]
        body = {"direct_message_events": [old_message(message, files)]} | self._people(message.customer_id)
        self._tell(body, message.customer_id, message)

    def on_state(self, message: Message) -> None:
        """The customer has read up to a message of the company."""
        if message.state == "read":
            sign = {
                "created_timestamp": millis(self.now()), "sender_id": message.customer_id, "target": {"recipient_id": US},
                "last_read_event_id": message.id,
            }  # fmt: skip
            self._tell({"direct_message_mark_read_events": [sign]} | self._people(message.customer_id), message.customer_id)

    def on_typing(self, customer: Customer, on: bool) -> None:
        """The customer types; that somebody stopped is not told."""
        if on:
            sign = {"created_timestamp": millis(self.now()), "sender_id": customer.id, "target": {"recipient_id": US}}
            self._tell({"direct_message_indicate_typing_events": [sign]} | self._people(customer.id), customer.id)

    def on_post(self, post: Post) -> None:
        """A post that names the company, or that a colleague wrote with X itself."""
        self._tell({"tweet_create_events": [self._old(post)]}, post.author_id or "us")

    def on_post_deleted(self, post: Post) -> None:
        """Only the company's own deletions are told."""
        if not post.author_id:
            gone = {"status": {"id": post.id, "user_id": US}, "timestamp_ms": millis(self.now())}
            self._tell({"tweet_delete_events": [gone]}, "us")

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """Somebody likes a post of the company; that one no longer does is not told."""
        if on and not post.author_id:
            user = old_user(user_json(self.phone.customer(by)))
            liked = {
                "id": f"{by}{post.id}",
                "timestamp_ms": millis(self.now()),
                "favorited_status": self._old(post),
                "user": user,
            }
            self._tell({"favorite_events": [liked]}, by)

    def _old(self, post: Post) -> Json:
        user = user_json(self.phone.customer(post.author_id)) if post.author_id else us_json(COMPANY_NAME)
        return old_post(post, user, [(file, self.public_file(file)) for file in post.files], WEB_APP)

    def _people(self, customer_id: str) -> Json:
        everybody = (us_json(COMPANY_NAME), user_json(self.phone.customer(customer_id)))
        users = {one["id"]: {"id": one["id"], "name": one["name"], "screen_name": one["username"]} for one in everybody}
        return {
            "users": users,
            "apps": {"268278": {"id": "268278", "name": "Twitter Web App", "url": "https://mobile.twitter.com"}},
        }

    def _tell(self, body: Json, lane: str, message: Message | None = None) -> None:
        if message is not None and not self.webhook_url:
            self.soon(lambda: self.phone.taken(message.id))
        content = msgspec.json.encode({"for_user_id": US, **body})
        taken = (lambda: self.phone.taken(message.id)) if message is not None else (lambda: None)
        self.courier.put(Hook(url=self.webhook_url, body=content, sign=self.sign, lane=lane, taken=taken))

    def sign(self, body: bytes, other: str = "") -> Mapping[str, str]:
        """The header that X signs a delivery with."""
        digest = hmac.digest((other or self.consumer_secret).encode(), body, sha256)
        return {_HEADER: f"sha256={b64encode(digest).decode()}"}

    async def challenge(self, url: str) -> bool:
        """Asks an endpoint whether it knows the secret (CRC)."""
        token = f"crc-{next(self._ids)}"
        expected = self.sign(token.encode())[_HEADER]
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(url, params={"crc_token": token}) as answer,
            ):
                said: Any = await answer.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False
        return isinstance(said, dict) and said.get("response_token") == expected

    # --- where files lie ---

    def public_file(self, file: File) -> str:
        """The address of a file of a post."""
        return f"{self.base_url}/media/{file.id}.{_ending(file)}"

    def private_file(self, message: Message, file: File) -> str:
        """The address of a file of a direct message: only the API gives it out."""
        return f"{self.base_url}/dm/{message.id}/{file.id}/file.{_ending(file)}"


def _ending(file: File) -> str:
    return {"image/jpeg": "jpg", "image/png": "png", "image/gif": "gif", "image/webp": "webp"}.get(file.type, "mp4")
