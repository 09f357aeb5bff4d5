"""A platform as small as one can be: what the base gives, without any provider's form."""

import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from litestar import Request, post
from litestar.handlers import HTTPRouteHandler

from oase.sandbox.places import Choice, Customer, Hook, Message, Platform, Post
from oase.sandbox.places.types import Feature, PublicFeature
from oase.sandbox.whatsapp.answers import Answer, json_answer

SECRET = "toy secret"


class Toy(Platform):
    """Chats and a page; webhooks are JSON with an HMAC."""

    id = "toy"
    name = "Toy"
    icon = "message-2"
    color = "#0b7a5e"
    features: ClassVar[frozenset[Feature]] = frozenset(
        {"files", "location", "contact", "choices", "reply", "reactions", "edit", "delete", "typing", "receipts"}
    )
    public: ClassVar[frozenset[PublicFeature]] = frozenset(
        {"posts", "comments", "reviews", "mentions", "files", "likes", "edit", "delete"}
    )

    def seed(self) -> None:
        """Two people."""
        self.phone.add_customer("jürgen", "Jürgen Groß", "@jürgen")
        self.phone.add_customer("aylin", "Aylin Özdemir", "@aylin")

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """`POST send` and `POST comment`."""

        @post("/send")
        async def send(request: Request[Any, Any, Any]) -> Answer:
            fault = await self.fault_before()
            if fault:
                return fault
            asked = await request.json()
            choices = [Choice(id=one, title=one) for one in asked.get("choices", ())]
            message = self.phone.deliver(asked["to"], asked["text"], key=asked.get("key", ""), choices=choices)
            return self.fault_after() or json_answer({"id": message.id})

        @post("/comment")
        async def comment(request: Request[Any, Any, Any]) -> Answer:
            asked = await request.json()
            return json_answer({"id": self.timeline.answer(asked["text"], parent_id=asked["below"]).id})

        return [send, comment]

    def on_message(self, message: Message) -> None:
        """Tells of a message."""
        self._tell(message.customer_id, message.id, message.text)

    def on_typing(self, customer: Customer, on: bool) -> None:
        """Tells that somebody types."""
        self._tell(customer.id, "", "…")

    def on_post(self, post: Post) -> None:
        """Tells of something public."""
        self._tell(post.author_id, "", post.text)

    def _tell(self, lane: str, message_id: str, text: str) -> None:
        body = json.dumps({"from": lane, "text": text}).encode()
        self.courier.put(Hook(url=self.webhook_url, body=body, sign=_sign, lane=lane, taken=lambda: self.phone.taken(message_id)))


def _sign(body: bytes, secret: str) -> Mapping[str, str]:
    return {"X-Hub-Signature-256": "sha256=" + hmac.digest((secret or SECRET).encode(), body, "sha256").hex()}
