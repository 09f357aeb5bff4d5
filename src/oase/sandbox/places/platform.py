"""The base of a simulated platform: people, chats, public posts, webhooks and faults. A subclass knows the provider's API.

phone and timeline pages ──▶ Phone, Timeline ── on_message, on_post … (subclass) ──▶ Courier ──▶ Oase's webhook
Oase ──▶ routes of the subclass, written from the provider's description ──▶ Phone.deliver, Timeline.answer
"""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from litestar import Router
from litestar.handlers import HTTPRouteHandler

from oase.kernel.clock import Clock
from oase.sandbox.faults import Fault, Faults
from oase.sandbox.guard import GRAPH_OPTIONS, MAX_BODY_BYTES
from oase.sandbox.live import Hub
from oase.sandbox.places.courier import Courier
from oase.sandbox.places.phone import Phone
from oase.sandbox.places.timeline import Timeline
from oase.sandbox.places.types import Customer, Feature, Message, Post, PublicFeature
from oase.sandbox.whatsapp.answers import Answer, Cut, plain_error

COMPANY_NAME: Final = "Lindgrün Fahrräder"
FAULTS: Mapping[str, str] = {
    "http_error": "The API answers with an HTTP error without the provider's words (status)",
    "error_in_200": "The API answers 200 with an error inside",
    "throttled": "The API says: too many requests, come back later (seconds)",
    "token_expired": "The access token counts as expired or revoked",
    "slow": "The API answers late (seconds)",
    "outage": "The API is down: 503 for everything",
    "cut_before_accept": "The connection is cut before the message is accepted",
    "cut_after_accept": "The message is accepted, but the connection is cut before the answer",
    "media_expired": "Addresses of files are expired",
    "duplicate": "Each webhook comes again (times)",
    "reversed": "Webhooks of a customer come in reverse order",
    "delay": "Webhooks come late (seconds)",
    "wrong_signature": "A copy with a wrong signature comes first",
    "truncated": "A copy that breaks off half-way comes first",
    "webhook_outage": "No webhook is delivered until the fault is gone",
}


class Platform:
    """One simulated platform with one company's account on it. `base_url` is where its routes lie, as Oase reaches them."""

    id: ClassVar[str]  # of the page and the routes: "telegram"
    name: ClassVar[str]
    icon: ClassVar[str]  # of the sandbox's icons.svg
    color: ClassVar[str]
    features: ClassVar[frozenset[Feature]] = frozenset()  # what customers can do in a chat; empty: there are no chats
    public_name: ClassVar[str] = ""  # of the public side, where it is called otherwise
    tells_reading: ClassVar[bool] = True  # receipts of its phones know reading, not only arriving
    public: ClassVar[frozenset[PublicFeature]] = frozenset()  # what people can do in public; empty: nothing is public

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        self.clock, self.hub, self.base_url = clock, hub, base_url
        self.webhook_url = ""
        self.faults = Faults(FAULTS)
        self.courier = Courier(self)
        self.phone = Phone(self)
        self.timeline = Timeline(self)
        self._count = 0

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The provider's API as handlers with paths below `/sandbox/<id>`."""
        raise NotImplementedError

    def router(self) -> Router:
        """The provider's API."""
        return Router(
            path=f"/sandbox/{self.id}",
            route_handlers=list(self.handlers()),
            request_max_body_size=MAX_BODY_BYTES,
            opt=GRAPH_OPTIONS,
            include_in_schema=False,
        )

    def seed(self) -> None:
        """The usual inhabitants. The base adds nobody."""

    def new_customer(self, name: str, handle: str) -> Customer:
        """Adds a person from the page; the platform gives the id that its addresses have."""
        return self.phone.add_customer(handle or self.new_id("customer"), name, handle)

    async def start(self) -> None:
        """Starts what works in the background."""
        await self.courier.start()

    async def stop(self) -> None:
        """Ends it."""
        await self.courier.stop()

    # --- what a subclass tells the company; nothing where the platform is only polled ---

    def on_message(self, message: Message) -> None:
        """A customer said something."""

    def on_edited(self, message: Message) -> None:
        """A customer changed a message."""

    def on_deleted(self, message: Message) -> None:
        """A customer took a message back."""

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A customer reacted; empty: took the reaction `before` back."""

    def on_state(self, message: Message) -> None:
        """A message of the company was delivered, read, or failed."""

    def on_typing(self, customer: Customer, on: bool) -> None:
        """A customer types."""

    def on_blocked(self, customer: Customer) -> None:
        """A customer blocks the company, or no longer."""

    def on_fault(self, fault: Fault) -> None:
        """A fault was switched on; for platforms that hold connections."""

    def on_post(self, post: Post) -> None:
        """Somebody said something in public."""

    def on_post_edited(self, post: Post) -> None:
        """It was changed."""

    def on_post_deleted(self, post: Post) -> None:
        """It was taken away by its author."""

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """Somebody likes it, or no longer."""

    # --- what subclasses use ---

    def now(self) -> datetime:
        """The time of the sandbox."""
        return self.clock.now()

    def new_id(self, kind: str) -> str:
        """A new id; subclasses give it the provider's form."""
        self._count += 1
        return f"{kind}-{self._count}-{secrets.token_hex(3)}"

    def soon(self, run: Callable[[], None], seconds: float = 0.05) -> None:
        """Runs it a moment later, as a network would take; at once where no loop runs."""
        try:
            asyncio.get_running_loop().call_later(seconds, run)
        except RuntimeError:
            run()

    def tell(self, topic: str, event: dict[str, Any]) -> None:
        """Tells the open pages: `topic` is a customer's id, or "public"."""
        self.hub.tell(f"{self.id} {topic}", event)

    async def fault_before(self) -> Answer | None:
        """The answer of a fault that strikes before anything is read; to be asked first by each route of the API."""
        if self.faults.strikes("outage"):
            return plain_error(503)
        slow = self.faults.strikes("slow")
        if slow:
            await asyncio.sleep(slow.seconds)
        if self.faults.strikes("cut_before_accept"):
            return Cut()
        error = self.faults.strikes("http_error")
        return plain_error(error.status) if error else None

    def fault_after(self) -> Answer | None:
        """The answer of a fault that strikes after something was accepted."""
        return Cut() if self.faults.strikes("cut_after_accept") else None

    def struck(self, kind: str) -> Fault | None:
        """The fault of this kind, if it strikes now."""
        return self.faults.strikes(kind)
