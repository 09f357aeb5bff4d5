"""LINE as customers and the company's account see it.

customer ── write, press, take back, block ──▶ event ──▶ webhook, signed with the channel secret
account ── push ──▶ `api` ──▶ chats and group
"""

import asyncio
import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import aiohttp
from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.line.api import Api
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, Hook, Json, Message, Platform, Post
from oase.sandbox.places.types import Feature, File, PublicFeature

_FETCH_SECONDS: Final = 10.0
_KEEP_TOKENS: Final = 20_000


class Line(Platform):
    """One official account, its chats and one group."""

    id = "line"
    name = "LINE"
    icon = "brand-line"
    color = "#06a048"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "voice", "sticker", "location", "choices", "reply", "delete"})
    public_name = "LINE-Gruppe"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.token = "line-sandbox-token"  # noqa: S105 - of the sandbox, not a secret
        self.secret = "line-sandbox-channel-secret"  # noqa: S105 - the same
        self.user_id = "U" + "0" * 31 + "1"
        self.group_id = "C" + "0" * 31 + "1"
        self.basic_id = "@lindgruen"
        self.active = True  # *Use webhook*
        self.tokens: dict[str, str] = {}  # which message a token is for: LINE's have no end, these go when there are very many
        self._tasks: set[asyncio.Task[None]] = set()
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The Messaging API."""
        return self._api.handlers()

    def seed(self) -> None:
        """Three people."""
        for number, name in enumerate(("Aylin Özdemir", "Jürgen Groß", "Sam O’Neill"), start=1):
            self.phone.add_customer(f"U{number:032x}".replace("U0", "Ua", 1), name)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with an id of LINE's form."""
        return self.phone.add_customer(f"U{secrets.token_hex(16)}", name)

    def new_id(self, kind: str) -> str:
        """Messages have long numbers."""
        self._count += 1
        return f"50800000000{self._count:07d}" if kind in ("message", "post") else f"{kind}-{secrets.token_hex(6)}"

    # --- what the account is told ---

    def on_message(self, message: Message) -> None:
        """A message, or a pressed button; each file is a message of its own."""
        who = message.customer_id
        if message.chosen:
            offered = (one.extra.get("data", {}).get(message.chosen) for one in reversed(self.phone.chats[who]))
            data = next((one for one in offered if one is not None), message.chosen)
            self._tell("postback", who, {"postback": {"data": data}}, message)
            return
        for said in self._said(message):
            self._tell("message", who, {"message": said}, message)

    def _said(self, message: Message) -> list[Json]:
        read: Json = {"markAsReadToken": self.token_of(message.id)}
        quote: Json = {"quoteToken": self.token_of(message.id), **read}
        if message.sticker:
            return [{"id": message.id, "type": "sticker", "packageId": "446", "stickerId": "1988",
                     "stickerResourceType": "STATIC", "keywords": ["danke"], **quote}]  # fmt: skip
        if message.spot:
            spot = message.spot
            named = {key: text for key, text in (("title", spot.name), ("address", spot.address)) if text}
            return [
                {"id": message.id, "type": "location", "latitude": spot.latitude, "longitude": spot.longitude, **named, **read}
            ]
        said: list[Json] = []
        if message.text:
            quoted = {"quotedMessageId": message.reply_to} if message.reply_to else {}
            said.append({"id": message.id, "type": "text", "text": message.text, **quote, **quoted})
        for file in message.files:
            said.append(self._file(file, message.id if not said else self.new_id("message"), quote))
        return said

    def _file(self, file: File, id: str, quote: Json) -> Json:
        self.phone.files[id] = file  # its content is asked for by the message's id
        kind = file.type.partition("/")[0]
        kept = {"contentProvider": {"type": "line"}}
        if kind == "image":
            return {"id": id, "type": "image", **kept, **quote}
        if kind == "video":
            return {"id": id, "type": "video", "duration": 3000, **kept, **quote}
        if kind == "audio":
            return {"id": id, "type": "audio", "duration": 3000, **kept, "markAsReadToken": quote["markAsReadToken"]}
        named = {"fileName": file.name, "fileSize": len(file.data)}
        return {"id": id, "type": "file", **named, "markAsReadToken": quote["markAsReadToken"]}

    def token_of(self, message_id: str) -> str:
        """A token for this message, to quote it or to mark it as read."""
        token = secrets.token_hex(16)
        self.tokens[token] = message_id
        if len(self.tokens) > _KEEP_TOKENS:
            del self.tokens[next(iter(self.tokens))]
        return token

    def on_deleted(self, message: Message) -> None:
        """A message is taken back."""
        self._tell("unsend", message.customer_id, {"unsend": {"messageId": message.id}})

    def on_blocked(self, customer: Customer) -> None:
        """The account is blocked, or no longer."""
        if customer.blocked:
            self._tell("unfollow", customer.id, {})
        else:
            self._tell("follow", customer.id, {"replyToken": secrets.token_hex(16), "follow": {"isUnblocked": True}})

    def on_post(self, post: Post) -> None:
        """Something said in the group: to the account by its name, since that is all that it takes."""
        if "@Lindgrün" not in post.text:
            post.text = f"@Lindgrün {post.text}"
        mention = {"mentionees": [{"index": 0, "length": 9, "type": "user", "userId": self.user_id, "isSelf": True}]}
        said = {"id": post.id, "type": "text", "text": post.text, "quoteToken": self.token_of(post.id), "mention": mention}
        said |= {"quotedMessageId": post.parent_id} if post.parent_id else {}
        source = {"type": "group", "groupId": self.group_id, "userId": post.author_id}
        self._put("group", self._event("message", source, {"message": said, "replyToken": secrets.token_hex(16)}))

    def _tell(self, type: str, who: str, more: Json, message: Message | None = None) -> None:
        token = {"replyToken": secrets.token_hex(16)} if type in ("message", "postback") else {}
        self._put(who, self._event(type, {"type": "user", "userId": who}, token | more), message)

    def _event(self, type: str, source: Json, more: Json) -> Json:
        return {
            "type": type,
            "mode": "active",
            "timestamp": int(self.now().timestamp() * 1000),
            "source": source,
            "webhookEventId": f"01{secrets.token_hex(12).upper()}",
            "deliveryContext": {"isRedelivery": False},
            **more,
        }

    def _put(self, lane: str, event: Json, message: Message | None = None) -> None:
        if not self.active:
            return
        body = json.dumps({"destination": self.user_id, "events": [event]}, ensure_ascii=False).encode()
        id = message.id if message else ""
        self.courier.put(Hook(url=self.webhook_url, body=body, sign=self._sign, lane=lane, taken=lambda: self.phone.taken(id)))

    def _sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        digest = hmac.digest((secret or self.secret).encode(), body, hashlib.sha256)
        return {"X-Line-Signature": base64.b64encode(digest).decode()}

    # --- what the account says ---

    def show_picture(self, message: Message, url: str) -> None:
        """The phone fetches a picture from where the account says that it lies."""
        task = asyncio.get_running_loop().create_task(self._fetch(message, url))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch(self, message: Message, url: str) -> None:
        try:
            timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
                data = await answer.read() if answer.status == 200 else b""
                type = answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError):
            data, type = b"", ""
        if data:
            message.files = [self.phone.add_file(url.rpartition("/")[2] or "picture", type, data)]
        else:
            message.text = f"{message.text}\n{url}".strip()
        self.phone.tell(message)

    async def fetched(self) -> None:
        """Waits until all pictures were fetched: for tests."""
        await asyncio.gather(*self._tasks)

    def describe(self, customer: Customer) -> dict[str, Any]:
        """A person's profile."""
        return {"userId": customer.id, "displayName": customer.name, "language": "de"}
