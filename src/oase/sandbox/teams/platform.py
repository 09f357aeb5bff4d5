"""Teams as customers, the channel of a team, and the company's bot see it.

person ── write, press, edit, react, read ──▶ activity ──▶ the bot's endpoint, with a token that Microsoft signed for it
bot ── activities, reactions (`api`) ──▶ `checks` ──▶ private chats and the channel
"""

import json
import secrets
from collections.abc import Mapping, Sequence
from typing import ClassVar
from uuid import UUID, uuid4

from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.live import Hub
from oase.sandbox.places import COMPANY, COMPANY_NAME, Customer, Hook, Json, Message, Platform, Post
from oase.sandbox.places.types import Feature, PublicFeature
from oase.sandbox.teams.activities import CHANNEL, REACTIONS, Bot, activity, in_channel, mentioning, said, thread_id
from oase.sandbox.teams.api import Api
from oase.sandbox.teams.login import SERVICE, Login
from oase.sandbox.teams.signing import signed

_TOKEN_SECONDS = 3600


class Teams(Platform):
    """One bot of the company: its private chats, and one channel of a team that several customers read."""

    id = "teams"
    name = "Teams"
    icon = "brand-teams"
    color = "#4f52b2"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "choices", "reactions", "edit", "delete", "receipts"})
    public_name = "Teams-Kanal"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "likes", "edit", "delete"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.login = Login(self)
        self.bot = Bot(self.login.app_id, f"{base_url}/emea/")
        self.installed: set[str] = set()  # whose private app it is
        self._newest = 0
        self._api = Api(self)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The connector service, the sign-in, and people's files."""
        return self._api.handlers()

    def seed(self) -> None:
        """Three people of customers' companies, and something said in the channel."""
        people = (("Aylin Özdemir", "aylin.oezdemir"), ("Jürgen Groß", "juergen.gross"), ("Sam O’Neill", "sam.oneill"))
        for number, (name, handle) in enumerate(people, start=1):
            id = UUID(int=0x5EED_0000_4000_8000_0000_0000_0000_0000 + number)
            self.phone.add_customer(str(id), name, f"{handle}@kunde.example")
        juergen = list(self.phone.customers)[1]
        self.timeline.publish(juergen, "Wann kommen die neuen Lastenräder in die Filialen?", tell=False)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with an object id of their organisation's directory."""
        return self.phone.add_customer(str(uuid4()), name, handle)

    def new_id(self, kind: str) -> str:
        """Messages are known by their time in milliseconds; files have ids of the store."""
        if kind in ("message", "post"):
            self._newest = max(self._newest + 1, int(self.now().timestamp() * 1000))
            return str(self._newest)
        return f"0-weu-d4-{secrets.token_hex(16)}" if kind == "file" else f"f:{uuid4()}"

    # --- what the bot is told ---

    def on_message(self, message: Message) -> None:
        """A message, or a pressed button; before the first one, that the person has the app."""
        customer = self.phone.customer(message.customer_id)
        if customer.id not in self.installed:
            self._install(customer)
        one = activity(self.bot, "message", customer, message.id, message.time)
        content = self._pressed(message) if message.chosen else said(self.bot, message, self.base_url)
        self._put(customer.id, {**one, **content}, message.id)

    def on_edited(self, message: Message) -> None:
        """A message is edited."""
        one = self._one("messageUpdate", message.customer_id, message.id)
        one |= said(self.bot, message, self.base_url)
        self._put(message.customer_id, _happened(one, "editMessage"))

    def on_deleted(self, message: Message) -> None:
        """A message is taken back."""
        one = self._one("messageDelete", message.customer_id, message.id)
        self._put(message.customer_id, _happened(one, "softDeleteMessage"))

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A reaction to a message of the bot's; of others it hears nothing."""
        for sign, field in ((before, "reactionsRemoved"), (emoji, "reactionsAdded")):
            if message.from_business and sign:
                one = self._one("messageReaction", message.customer_id, self.new_id("event"))
                self._put(message.customer_id, {**one, field: [_reaction(sign)], "replyToId": message.id})

    def on_state(self, message: Message) -> None:
        """A message was read; that one has arrived, nobody is told."""
        if message.state == "read":
            one = self._one("event", message.customer_id, self.new_id("event"))
            name = "application/vnd.microsoft.readReceipt"
            self._put(message.customer_id, {**one, "name": name, "value": {"lastReadMessageId": message.id}})

    def on_post(self, post: Post) -> None:
        """Something said in the channel; what colleagues say there without the bot's name, it does not hear."""
        if post.author_id != COMPANY:
            self._put("public", {**self._posted("message", post), **mentioning(self.bot, post.text)})

    def on_post_edited(self, post: Post) -> None:
        """It was edited."""
        if post.author_id != COMPANY:
            one = {**self._posted("messageUpdate", post), **mentioning(self.bot, post.text)}
            self._put("public", _happened(one, "editMessage"))

    def on_post_deleted(self, post: Post) -> None:
        """It was taken away."""
        if post.author_id != COMPANY:
            self._put("public", _happened(self._posted("messageDelete", post), "softDeleteMessage"))

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """Somebody likes a message of the bot's, or no longer; it is told for the channel as a whole."""
        if post.author_id == COMPANY:
            one = in_channel(self._one("messageReaction", by, self.new_id("event")), CHANNEL)
            field = "reactionsAdded" if on else "reactionsRemoved"
            self._put("public", {**one, field: [_reaction("👍")], "replyToId": post.id})

    def _install(self, customer: Customer) -> None:
        self.installed.add(customer.id)
        added = [{"id": self.bot.id, "name": COMPANY_NAME}]
        self._put(customer.id, {**self._one("conversationUpdate", customer.id, self.new_id("event")), "membersAdded": added})
        self._put(customer.id, {**self._one("installationUpdate", customer.id, self.new_id("event")), "action": "add"})

    def _pressed(self, message: Message) -> Json:
        """What the button of a card sends."""
        card_id, _, number = message.chosen.partition(".")
        action = self.phone.message(card_id).extra["buttons"][int(number)]
        if action["type"] == "imBack":
            return {"text": str(action["value"]), "textFormat": "plain"}
        text = {"text": action["text"], "textFormat": "plain"} if action.get("text") else {}
        return {**text, "value": action["value"], "replyToId": card_id}

    def _one(self, type: str, customer_id: str, id: str) -> Json:
        return activity(self.bot, type, self.phone.customer(customer_id), id, self.now())

    def _posted(self, type: str, post: Post) -> Json:
        return in_channel(self._one(type, post.author_id, post.id), thread_id(post.thread_id))

    def _put(self, lane: str, one: Json, message_id: str = "") -> None:
        body = json.dumps(one, ensure_ascii=False).encode()
        self.courier.put(
            Hook(url=self.webhook_url, body=body, sign=self._sign, lane=lane, taken=lambda: self.phone.taken(message_id))
        )

    def _sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        now = int(self.now().timestamp())
        claims = {"iss": SERVICE, "aud": self.bot.app_id, "nbf": now, "exp": now + _TOKEN_SECONDS}
        token = signed({**claims, "serviceurl": self.bot.service_url}, forged=bool(secret))
        return {"Authorization": f"Bearer {token}"}


def _happened(one: Json, event: str) -> Json:
    return {**one, "channelData": {**one["channelData"], "eventType": event}}


def _reaction(emoji: str) -> Json:
    return {"type": REACTIONS.get(emoji, emoji)}
