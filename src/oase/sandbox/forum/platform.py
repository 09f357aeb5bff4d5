"""A small forum that speaks as Discourse does: topics in public, personal messages, signed webhooks.

https://docs.discourse.org/ (read 2026-08)

timeline page ── topics, posts, likes ──▶ Timeline ── post_created, post_edited, post_destroyed, like_created ──▶ Oase's webhook
phone page    ── a personal message   ──▶ Phone    ── post_created (private_message) ──▶
Oase ── POST posts.json, post_actions.json, DELETE posts/<id>.json ──▶ Timeline.answer, like, erase; Phone.deliver
"""

import hmac
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

from litestar import Request, delete, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.errors import Conflict, NotFound
from oase.sandbox.forum import shapes
from oase.sandbox.places import COMPANY, Customer, Hook, Message, Platform, Post
from oase.sandbox.places.requests import read
from oase.sandbox.places.types import Feature, Json, PublicFeature
from oase.sandbox.whatsapp.answers import Answer

Asked = Request[Any, Any, Any]
USER: Final = "serviceteam"
KEY: Final = "4f1c9a6e0b7d4f1c9a6e0b7d4f1c9a6e0b7d4f1c9a6e0b7d4f1c9a6e0b7d4f1c"
SECRET: Final = "sandbox webhook secret"  # noqa: S105 - of the sandbox
_REFUSED: Final = "You are not permitted to view the requested resource. The API username or key is invalid."
_PAGE: Final = 50
_SHORTEST: Final = 2


class Forum(Platform):
    """The forum of the demonstration's company."""

    id = "forum"
    name = "Forum"
    icon = "messages"
    color = "#d0232b"
    features: ClassVar[frozenset[Feature]] = frozenset({"edit", "delete"})
    public_name = "Forum"
    public: ClassVar[frozenset[PublicFeature]] = frozenset({"posts", "comments", "likes", "edit", "delete"})

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self._events = 1000
        self.topics: dict[str, int] = {}  # of personal messages, by customer

    def seed(self) -> None:
        """Two members and a topic."""
        for handle, name in (("juergen_g", "Jürgen Groß"), ("zoe", "Zoë O’Brien")):
            self.phone.add_customer(handle, name, handle)
        self.timeline.publish(
            "juergen_g", "Akku lädt nicht mehr 🔋\nSeit gestern blinkt die Anzeige nur noch rot. Was kann ich tun?", tell=False
        )

    def new_id(self, kind: str) -> str:
        """Numbers, as in Discourse; people are called by their names."""
        self._count += 1
        return f"mitglied{self._count}" if kind == "customer" else str(self._count)

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The API."""

        @get("/site/basic-info.json")
        async def info() -> Answer:
            return await self.fault_before() or shapes.answer(shapes.INFO)

        @get(["/u/{name:str}", "/users/{name:str}"])
        async def profile(request: Asked, name: FromPath[str]) -> Answer:
            return await self._asked(request) or self._profile(name.removesuffix(".json"))

        @get("/t/{topic_id:str}/posts.json")
        async def topic(request: Asked, topic_id: FromPath[str]) -> Answer:
            return await self._asked(request) or self._topic(topic_id)

        @get("/posts.json")
        async def latest(request: Asked) -> Answer:
            return await self._asked(request) or shapes.answer(
                {"latest_posts": self._latest(int(request.query_params.get("before", 0)))}
            )

        @get("/posts/{post_id:str}")
        async def one(request: Asked, post_id: FromPath[str]) -> Answer:
            return await self._asked(request) or self._found(post_id.removesuffix(".json"))

        @post(["/posts.json", "/posts"], status_code=200)
        async def create(request: Asked) -> Answer:
            return await self._asked(request) or self._create((await read(request, "")).values)

        @post("/post_actions.json", status_code=200)
        async def act(request: Asked) -> Answer:
            return await self._asked(request) or self._like(str((await read(request, "")).values.get("id")), on=True)

        @delete("/post_actions/{post_id:str}", status_code=200)
        async def undo(request: Asked, post_id: FromPath[str]) -> Answer:
            return await self._asked(request) or self._like(post_id.removesuffix(".json"), on=False)

        @delete("/posts/{post_id:str}", status_code=200)
        async def destroy(request: Asked, post_id: FromPath[str]) -> Answer:
            return await self._asked(request) or self._destroy(post_id.removesuffix(".json"))

        return [info, profile, topic, latest, one, create, act, undo, destroy]

    async def _asked(self, request: Asked) -> Answer | None:
        """What is answered before anything is done: faults, limits, a wrong key."""
        fault = await self.fault_before()
        if fault is not None:
            return fault
        slow = self.struck("throttled")
        if slow:
            return shapes.error(
                429, "You’ve performed this action too many times.", "rate_limit", wait_seconds=max(1, round(slow.seconds))
            )
        good = hmac.compare_digest(request.headers.get("api-key", ""), KEY) and request.headers.get("api-username", "") == USER
        if self.struck("token_expired") or not good:
            return shapes.error(403, _REFUSED, "invalid_access")
        if self.struck("error_in_200"):
            return shapes.error(200, "Das Thema ist geschlossen.", "")
        return None

    def _latest(self, before: int) -> list[Json]:
        found = sorted(
            (one for one in self.timeline.posts.values() if not one.deleted), key=lambda one: int(one.id), reverse=True
        )
        return [shapes.public(self, one) for one in found if not before or int(one.id) < before][:_PAGE]

    def _profile(self, name: str) -> Answer:
        customer = self.phone.customers.get(name)
        return _gone() if customer is None and name != USER else shapes.answer(shapes.profile(customer))

    def _topic(self, topic_id: str) -> Answer:
        if topic_id not in self.timeline.posts:
            return _gone()
        posts = [self.timeline.post(topic_id), *self.timeline.below(topic_id)]
        shown = [shapes.public(self, one) for one in posts if not one.deleted]
        return shapes.answer({"post_stream": {"posts": shown}, "id": int(topic_id)})

    def _found(self, post_id: str) -> Answer:
        if post_id in self.timeline.posts:
            return shapes.answer(shapes.public(self, self.timeline.post(post_id)))
        try:
            return shapes.answer(shapes.personal(self, self.phone.message(post_id)))
        except NotFound:
            return _gone()

    def _create(self, asked: Json) -> Answer:
        raw = str(asked.get("raw", "")).replace("&lt;", "<")
        if len(raw.strip()) < _SHORTEST:
            return shapes.error(422, f"Body is too short (minimum is {_SHORTEST} characters)", "", action="create_post")
        if asked.get("archetype") == "private_message":
            return self._personal(str(asked.get("target_recipients", "")), raw)
        topic = str(asked.get("topic_id", ""))
        customer = next((one for one, known in self.topics.items() if str(known) == topic), None)
        if customer is not None:
            return self._personal(customer, raw)
        if topic not in self.timeline.posts:
            return _gone()
        thread = [self.timeline.post(topic), *self.timeline.below(topic)]
        number = int(asked.get("reply_to_post_number") or 1)
        parent = thread[number - 1] if 0 < number <= len(thread) else thread[0]
        if any(one.author_id == COMPANY and one.text == raw for one in thread):
            return shapes.error(422, "Body is too similar to what you recently posted", "", action="create_post")
        said = self.timeline.answer(raw, parent_id=parent.id)
        self._tell("post_created", "post", shapes.public(self, said), said.thread_id)
        return self.fault_after() or shapes.answer(shapes.answered(shapes.public(self, said)))

    def _personal(self, name: str, raw: str) -> Answer:
        customer = self.phone.customers.get(name.lower())
        if customer is None:
            return shapes.error(422, "You must select a valid user.", "", action="create_post")
        self.topic_of(customer.id)
        message = self.phone.deliver(customer.id, raw)
        return self.fault_after() or shapes.answer(shapes.answered(shapes.personal(self, message)))

    def _like(self, post_id: str, *, on: bool) -> Answer:
        try:
            return shapes.answer(shapes.public(self, self.timeline.like(post_id, COMPANY, on)))
        except NotFound:
            return _gone()

    def _destroy(self, post_id: str) -> Answer:
        try:
            erased = self.timeline.erase(post_id)
        except (NotFound, Conflict):
            return _gone()
        self._tell("post_destroyed", "post", shapes.public(self, erased), erased.thread_id)
        return shapes.answer(None)

    def topic_of(self, customer_id: str) -> int:
        """The topic of the personal messages with somebody."""
        if customer_id not in self.topics:
            self.topics[customer_id] = int(self.new_id("topic"))
        return self.topics[customer_id]

    # --- webhooks ---

    def on_message(self, message: Message) -> None:
        """A personal message."""
        self._tell("post_created", "post", shapes.personal(self, message), message.customer_id, message.id)

    def on_edited(self, message: Message) -> None:
        """It was changed."""
        self._tell("post_edited", "post", shapes.personal(self, message), message.customer_id)

    def on_deleted(self, message: Message) -> None:
        """It was taken back."""
        self._tell("post_destroyed", "post", {**shapes.personal(self, message), "user_deleted": True}, message.customer_id)

    def on_post(self, post: Post) -> None:
        """A topic or a post in one."""
        self._tell("post_created", "post", shapes.public(self, post), post.thread_id)

    def on_post_edited(self, post: Post) -> None:
        """Its author changed it."""
        self._tell("post_edited", "post", shapes.public(self, post), post.thread_id)

    def on_post_deleted(self, post: Post) -> None:
        """Its author took it back."""
        self._tell("post_destroyed", "post", {**shapes.public(self, post), "user_deleted": True}, post.thread_id)

    def on_post_liked(self, post: Post, by: str, on: bool) -> None:
        """Somebody likes it; Discourse does not tell when that is taken back."""
        if on:
            who = shapes.person(self.phone.customers.get(by))
            self._tell("like_created", "like", {"post": shapes.public(self, post), "user": who}, post.thread_id)

    def _tell(self, event: str, kind: str, content: Json, lane: str, message_id: str = "") -> None:
        self._events += 1
        headers = {
            "X-Discourse-Instance": self.base_url, "X-Discourse-Event-Id": str(self._events),
            "X-Discourse-Event-Type": event.partition("_")[0], "X-Discourse-Event": event,
        }  # fmt: skip

        def sign(body: bytes, secret: str) -> Mapping[str, str]:
            digest = hmac.digest((secret or SECRET).encode(), body, "sha256").hex()
            return {**headers, "X-Discourse-Event-Signature": f"sha256={digest}"}

        def taken() -> None:
            if message_id:
                self.phone.taken(message_id)

        self.courier.put(Hook(url=self.webhook_url, body=shapes.encoded({kind: content}), sign=sign, lane=lane, taken=taken))

    def author(self, customer_id: str) -> Customer | None:
        """A member; None: the company's user."""
        return self.phone.customers.get(customer_id)


def _gone() -> Answer:
    return shapes.error(404, "The requested URL or resource could not be found.", "not_found")
