"""Telegram as customers and the company's bot see it.

customer ── write, react, press ──▶ update ──▶ webhook (with the secret), or kept for getUpdates
bot ── sendMessage … ──▶ `methods` ──▶ chats and group

In the group everything that people say is said to the bot (its name goes before it), since that is all that it hears of.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from litestar import Request, Response, get, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.places import Customer, Hook, Json, Message, Platform, Post
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.places.types import Feature, PublicFeature
from oase.sandbox.telegram.methods import Methods
from oase.sandbox.telegram.shapes import bot_json, chat_json, group_json, message_json, post_json, user_json
from oase.sandbox.whatsapp.answers import Answer

_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
_NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
_KEEP_UPDATES: Final = 10_000


class Telegram(Platform):
    """One bot, its private chats and one group."""

    id = "telegram"
    name = "Telegram"
    icon = "brand-telegram"
    color = "#1f8fd0"
    features: ClassVar[frozenset[Feature]] = frozenset(
        {"files", "voice", "sticker", "location", "contact", "choices", "reply", "reactions", "edit"}
    )
    public_name = "Telegram-Gruppe"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "files", "edit"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.token = "7000000001:AAFsandbox-0123456789abcdefghijklmno"  # noqa: S105 - of the sandbox, not a secret
        self.first_secret = "sandbox-secret-of-the-deliveries"  # noqa: S105 - the same; until setWebhook gives another
        self.secret_token = self.first_secret
        self.username = "lindgruen_bot"
        self.group_title = f"{COMPANY_NAME} – Gruppe"
        self.allowed: tuple[str, ...] = ()
        self.updates: deque[Json] = deque(maxlen=_KEEP_UPDATES)
        self.news = asyncio.Event()
        self.spinning: set[str] = set()  # pressed buttons that the bot has not answered
        self._update_id = 814000000
        self._message_id = 100
        self._methods = Methods(self)

    @property
    def bot(self) -> Json:
        """The bot as a user."""
        return bot_json(COMPANY_NAME, self.username)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The Bot API: methods, and files."""

        @route("/{bot:str}/{method:str}", http_method=[HttpMethod.GET, HttpMethod.POST], status_code=200)
        async def call(bot: FromPath[str], method: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            return await self._methods.answer(bot, method, request)

        @get("/file/{bot:str}/{folder:str}/{name:str}")
        async def download(bot: FromPath[str], folder: FromPath[str], name: FromPath[str]) -> Response[bytes] | Answer:
            return await self._methods.download(bot, f"{folder}/{name}")

        return [call, download]

    def seed(self) -> None:
        """Three people (ids that Telegram never gave)."""
        for number, name, handle in (
            ("88120417", "Aylin Özdemir", "@aylin_oe"),
            ("88120418", "Jürgen Groß", ""),
            ("88120419", "Sam O’Neill", "@sam_oneill"),
        ):
            self.phone.add_customer(number, name, handle)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with a number of their own and the handle as user name."""
        number = str(88_200_000 + len(self.phone.customers))
        return self.phone.add_customer(number, name, handle and f"@{handle.removeprefix('@')}")

    def new_id(self, kind: str) -> str:
        """Messages are numbered; files have long ids."""
        if kind == "file":
            return f"AgACAgIAAxkBAAI{secrets.token_hex(12)}"
        self._message_id += 1
        return str(self._message_id)

    # --- what the bot is told ---

    def on_message(self, message: Message) -> None:
        """A message, or a pressed button; several files are messages of one album."""
        customer = self.phone.customer(message.customer_id)
        customer.extra["started"] = True
        if message.chosen:
            self._pressed(message, customer)
            return
        body = message_json(message, customer, self.bot) | self.answered(message.reply_to)
        if len(message.files) <= 1:
            self._update("message", body, customer.id, message)
            return
        for number, file in enumerate(message.files):
            alone = Message(
                id=message.id if number == 0 else self.new_id("message"), customer_id=customer.id, from_business=False,
                time=message.time, text=message.text if number == 0 else "", files=[file], extra={"album": f"135{message.id}"},
            )  # fmt: skip
            self._update("message", message_json(alone, customer, self.bot), customer.id, message)

    def _pressed(self, message: Message, customer: Customer) -> None:
        below = self.phone.messages.get(message.reply_to) or next(
            (one for one in reversed(self.phone.chats[customer.id]) if any(c.id == message.chosen for c in one.choices)), None
        )
        callback: Json = {
            "id": f"{customer.id}{message.id}",
            "from": user_json(customer),
            "chat_instance": f"-{customer.id}",
            "data": message.chosen,
        }
        if below is not None:
            callback["message"] = message_json(below, customer, self.bot)
        self.spinning.add(callback["id"])
        self._update("callback_query", callback, customer.id, message)

    def on_edited(self, message: Message) -> None:
        """A changed message."""
        customer = self.phone.customer(message.customer_id)
        body = message_json(message, customer, self.bot) | {"edit_date": int(self.now().timestamp())}
        self._update("edited_message", body, customer.id)

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A reaction, with the one before."""
        customer = self.phone.customer(message.customer_id)
        reaction = {
            "chat": chat_json(customer),
            "message_id": int(message.id),
            "user": user_json(customer),
            "date": int(self.now().timestamp()),
            "old_reaction": [{"type": "emoji", "emoji": before}] if before else [],
            "new_reaction": [{"type": "emoji", "emoji": emoji}] if emoji else [],
        }
        self._update("message_reaction", reaction, customer.id)

    def on_blocked(self, customer: Customer) -> None:
        """The bot is blocked, or no longer."""
        now, before = ("kicked", "member") if customer.blocked else ("member", "kicked")
        change = {
            "chat": chat_json(customer),
            "from": user_json(customer),
            "date": int(self.now().timestamp()),
            "old_chat_member": self._membership(before),
            "new_chat_member": self._membership(now),
        }
        self._update("my_chat_member", change, customer.id)

    def _membership(self, status: str) -> Json:
        until = {"until_date": 0} if status == "kicked" else {}
        return {"user": self.bot, "status": status, **until}

    def on_post(self, post: Post) -> None:
        """Something said in the group: to the bot by its name, unless it answers the bot."""
        parent = self.timeline.posts.get(post.parent_id)
        if (parent is None or parent.author_id) and f"@{self.username}" not in post.text:
            post.text = f"@{self.username} {post.text}".strip()
        self._update("message", self.in_group(post), "group")

    def on_post_edited(self, post: Post) -> None:
        """Something in the group was changed."""
        self._update("edited_message", self.in_group(post) | {"edit_date": int(self.now().timestamp())}, "group")

    def in_group(self, post: Post) -> Json:
        """A message of the group, with what it answers."""
        author = user_json(self.phone.customer(post.author_id)) if post.author_id else self.bot
        body = post_json(post, author, self.group_title, self.username)
        parent = self.timeline.posts.get(post.parent_id)
        return body | ({"reply_to_message": self.in_group(parent)} if parent and not parent.parent_id else self._below(parent))

    def _below(self, parent: Post | None) -> Json:
        if parent is None:
            return {}
        author = user_json(self.phone.customer(parent.author_id)) if parent.author_id else self.bot
        return {"reply_to_message": post_json(parent, author, self.group_title, self.username)}

    def answered(self, message_id: str) -> Json:
        """The field for what a message answers."""
        answered = self.phone.messages.get(message_id)
        if answered is None:
            return {}
        return {"reply_to_message": message_json(answered, self.phone.customer(answered.customer_id), self.bot)}

    @property
    def group(self) -> Json:
        """The group as a chat."""
        return group_json(self.group_title)

    def _update(self, kind: str, value: Json, lane: str, message: Message | None = None) -> None:
        """Tells the bot, if it wants to hear of this kind."""
        if kind not in self.allowed if self.allowed else kind in _NOT_BY_DEFAULT:
            return
        self._update_id += 1
        update = {"update_id": self._update_id, kind: value}
        if not self.webhook_url:
            self.updates.append(update)
            self.news.set()
            return
        body = json.dumps(update, ensure_ascii=False, separators=(",", ":")).encode()

        def taken() -> None:
            if message is not None:
                self.phone.taken(message.id)

        hook = Hook(url=self.webhook_url, body=body, sign=self._sign, lane=lane, taken=taken, heard=self._methods.hear)
        self.courier.put(hook)

    def _sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        token = secret.replace(" ", "-").replace("'", "") or self.secret_token
        return {_HEADER: token} if token else {}
