"""What Facebook's and Instagram's simulators share: the Graph API's door, dialogues and their webhooks, files, the application.

Oase ── /graph/v23.0/… ──▶ token, faults ── node, edge ──▶ answer, or Graph's refusal
customer ── phone page ──▶ on_message … ──▶ webhook (only the fields that the page's application is subscribed to)
"""

import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import ClassVar, Final
from urllib.parse import quote

import aiohttp
import msgspec
from litestar import Response, get, post, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from oase.kernel.clock import Clock
from oase.kernel.errors import NotFound
from oase.sandbox.live import Hub
from oase.sandbox.meta import webhooks
from oase.sandbox.meta.asked import Upload, fields_of, read
from oase.sandbox.meta.errors import Refused, Usage, missing, parameter, too_many
from oase.sandbox.meta.sending import Sending
from oase.sandbox.meta.tokens import Asked, Keys, token_of
from oase.sandbox.places import Customer, File, Hook, Json, Message, Platform
from oase.sandbox.whatsapp.answers import Answer, json_answer

_VERSION: Final = re.compile(r"v\d{1,2}\.\d")
_ATTACHMENT: Final = re.compile(r"^attachments?$")


class MetaPlatform(Platform):
    """One page with an application of the company's. `own_id`: whom webhooks and dialogues are about."""

    hooks_object: ClassVar[str]  # "object" of its webhooks
    own_id: ClassVar[str]
    page_id: ClassVar[str]
    app_id: ClassVar[str]
    permissions: ClassVar[tuple[str, ...]]
    messaging_permission: ClassVar[str]
    text_bytes: ClassVar[int] = 0
    text_characters: ClassVar[int] = 2000

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.keys = Keys(self.page_id, self.app_id, self.permissions)
        self.fields: dict[str, list[str]] = {}  # application id -> fields of the page
        self.get_started = ""
        self.fields_here: tuple[str, ...] = ()  # of the webhook, as the application asked for them
        self.uploads: dict[str, str] = {}  # attachment id -> file id
        self.wrote_at: dict[str, datetime] = {}
        self.sending = Sending(self)
        self._edges: dict[tuple[str, str], Callable[[str, Json, Upload | None], Awaitable[Json]]] = {
            ("POST", "messages"): self._send,
            ("POST", "message_attachments"): self._upload,
            ("POST", "messenger_profile"): self._profile,
            ("GET", "subscribed_apps"): self._applications,
            ("POST", "subscribed_apps"): self._subscribe,
        }

    # --- ids ---

    def new_id(self, kind: str) -> str:
        """Ids in Meta's form: messages by letters, everything else by digits."""
        self._count += 1
        if kind == "message":
            return f"m_{secrets.token_urlsafe(48)}"
        if kind == "customer":
            return str(7_200_000_000_000_000 + self._count * 1_000 + secrets.randbelow(1_000))
        return str(122_100_000_000_000_000 + self._count * 1_000 + secrets.randbelow(1_000))

    # --- the API ---

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """Graph, files, and what the pages of the sandbox have no button for."""

        @route("/graph/{rest:path}", http_method=[HttpMethod.GET, HttpMethod.POST, HttpMethod.DELETE], status_code=200)
        async def graph(request: Asked, rest: FromPath[str]) -> Answer:
            return await self.answer(request, rest)

        @get("/cdn/{file_id:str}/{name:str}", sync_to_thread=False)
        def file(file_id: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            if self.struck("media_expired"):
                return Response(b"URL signature expired", status_code=403, media_type="text/plain")
            try:
                kept = self.phone.file(file_id)
            except NotFound:
                return Response(b"", status_code=404)
            return Response(kept.data, media_type=kept.type)

        @post("/colleague")
        async def colleague(data: JSONBody[Json]) -> Json:
            return self.colleague_writes(str(data["to"]), str(data["text"]))

        @post("/link")
        async def link(data: JSONBody[Json]) -> None:
            self.comes_by_link(str(data["customer"]), str(data["ref"]))

        return [graph, file, colleague, link]

    async def answer(self, request: Asked, path: str) -> Answer:
        """The answer to any request below the Graph address."""
        parts = [part for part in path.split("/") if part]
        if parts and _VERSION.fullmatch(parts[0]):
            parts = parts[1:]
        fault = await self.fault_before()
        if fault:
            return fault
        try:
            if throttled := self.struck("throttled"):
                return self._throttled(round(throttled.seconds / 60))
            content = await self._answer(request, parts)
        except Refused as refused:
            return json_answer(refused.body, 200 if self.struck("error_in_200") else refused.status)
        if self.struck("error_in_200"):
            return json_answer(Refused(2, "(#2) Service temporarily unavailable").body)
        return self.fault_after() or json_answer(content)

    def _throttled(self, minutes: int) -> Answer:
        """Meta's answer at a limit: the wait stands in a header, in minutes."""
        refused = too_many()
        answer = json_answer(refused.body, refused.status)
        usage = Usage(type="messenger", estimated_time_to_regain_access=minutes)
        answer.headers["x-business-use-case-usage"] = msgspec.json.encode({self.page_id: [usage]}).decode()
        return answer

    async def _answer(self, request: Asked, parts: Sequence[str]) -> Json:
        given, upload = await read(request)
        token, over = token_of(request, given), bool(self.struck("token_expired"))
        given.pop("access_token", None)
        if parts == ["debug_token"]:
            self.keys.check_app(token)
            return self.keys.describe(request.query_params.get("input_token", ""), over=over)
        if parts == [self.app_id, "subscriptions"]:
            self.keys.check_app(token)
            return self._subscriptions() if request.method == "GET" else await self._deliver_here(given)
        self.keys.check(token, over=over)
        if parts[:1] == ["me"]:  # whose token it is
            parts = [self.page_id, *parts[1:]]
        if len(parts) == 1:
            return await self.node(request.method, parts[0], given)
        if len(parts) == 2:
            edge = self._edges.get((request.method, parts[1])) if parts[0] == self.page_id else None
            if edge is not None:
                return await edge(parts[0], given, upload)
            return await self.edge(request.method, parts[0], parts[1], given, upload)
        raise missing("/".join(parts))

    async def node(self, method: str, node: str, given: Json) -> Json:
        """An object: the page, a message. Subclasses add theirs. Raises Refused."""
        if method == "GET" and node == self.page_id:
            self.keys.need("pages_show_list")
            known = self.page_node()
            return {name: known[name] for name in self._wanted(given, known)} | {"id": self.page_id}
        if method == "GET" and node in self.phone.messages:
            message = self.phone.message(node)
            if any(map(_ATTACHMENT.match, fields_of(given))) and message.files:
                return {"attachments": {"data": [self._stored(one) for one in message.files]}, "id": node}
            return {"id": node}
        if method == "GET" and node in self.phone.customers:
            self.keys.need(self.messaging_permission)
            known = self.profile(self.phone.customer(node))
            return {name: known[name] for name in fields_of(given) or ("name",) if name in known} | {"id": node}
        raise missing(node)

    async def edge(self, method: str, node: str, edge: str, given: Json, upload: Upload | None) -> Json:
        """What hangs on an object. Raises Refused."""
        raise missing(node)

    def page_node(self) -> Json:
        """What the page's node may tell."""
        raise NotImplementedError

    def _wanted(self, given: Json, known: Json) -> list[str]:
        names = [name.partition("{")[0] for name in fields_of(given)] or ["id", "name"]
        unknown = [name for name in names if name not in known]
        if unknown:
            raise parameter(f"Tried accessing nonexisting field ({unknown[0]}) on node type (Page)")
        return names

    def _stored(self, file: File) -> Json:
        url = f"{self.cdn}/{file.id}/{quote(file.name)}?oe=70AA"
        about: Json = {"id": file.id, "mime_type": file.type, "name": file.name, "size": len(file.data)}
        kind = webhooks.kind_of(file.type)
        return about | ({f"{kind}_data": {"url": url}} if kind in ("image", "video") else {"file_url": url})

    # --- edges of the page ---

    async def _send(self, node: str, given: Json, upload: Upload | None) -> Json:
        self.keys.need(self.messaging_permission)
        return self.sending.send(given)

    async def _upload(self, node: str, given: Json, upload: Upload | None) -> Json:
        self.keys.need("pages_messaging")
        return self.sending.upload(given, upload)

    async def _profile(self, node: str, given: Json, upload: Upload | None) -> Json:
        self.keys.need("pages_messaging")
        started = given.get("get_started")
        if not isinstance(started, dict) or not started.get("payload"):
            raise parameter("Requires one of the params: get_started, ice_breakers, persistent_menu")
        self.get_started = str(started["payload"])
        return {"result": "success"}

    async def _applications(self, node: str, given: Json, upload: Upload | None) -> Json:
        self.keys.need("pages_manage_metadata")
        return {
            "data": [
                {"category": "Business", "name": "Oase", "id": app, "subscribed_fields": kept}
                for app, kept in self.fields.items()
            ]
        }

    async def _subscribe(self, node: str, given: Json, upload: Upload | None) -> Json:
        self.keys.need("pages_manage_metadata")
        wanted = given.get("subscribed_fields")
        names = wanted if isinstance(wanted, list) else str(wanted or "").split(",")
        if not [name for name in names if name]:
            raise parameter("The parameter subscribed_fields is required.")
        self.fields[self.app_id] = [str(name) for name in names if name]
        return {"success": True}

    # --- the application's webhook ---

    def _subscriptions(self) -> Json:
        if not self.webhook_url:
            return {"data": []}
        fields = [{"name": name, "version": "v23.0"} for name in self.fields_here]
        return {"data": [{"object": self.hooks_object, "callback_url": self.webhook_url, "active": True, "fields": fields}]}

    async def _deliver_here(self, given: Json) -> Json:
        """Meta asks the address for its challenge before it delivers there."""
        if given.get("object") != self.hooks_object:
            raise parameter("Param object must be one of {page, instagram, user, permissions}")
        address, challenge = str(given.get("callback_url") or ""), secrets.token_hex(8)
        query = {"hub.mode": "subscribe", "hub.challenge": challenge, "hub.verify_token": str(given.get("verify_token") or "")}
        try:
            async with (
                aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as session,
                session.get(address, params=query) as answer,
            ):
                good = answer.status == 200 and await answer.text() == challenge
        except (aiohttp.ClientError, TimeoutError, ValueError):
            good = False
        if not good:
            raise Refused(2200, "(#2200) Callback verification failed with the following errors: The URL couldn't be validated.")
        self.webhook_url = address
        self.fields_here = tuple(str(given.get("fields") or "").split(","))
        return {"success": True}

    # --- what Meta tells ---

    @property
    def cdn(self) -> str:
        """Where files lie."""
        return f"{self.base_url}/cdn"

    def subscribed(self, field: str) -> bool:
        """Whether the application hears of this field."""
        return field in self.fields.get(self.app_id, ())

    def tell_item(self, field: str, item: Json, lane: str, message_id: str = "") -> None:
        """One item of a dialogue, if the field is subscribed."""
        if self.subscribed(field):
            self._put(webhooks.delivery(self.hooks_object, self.own_id, self.now(), messaging=item), lane, message_id)

    def tell_change(self, field: str, value: Json, lane: str) -> None:
        """One change in public, if the field is subscribed."""
        if self.subscribed(field):
            change = {"field": field, "value": value}
            self._put(webhooks.delivery(self.hooks_object, self.own_id, self.now(), change=change), lane, "")

    def _put(self, body: bytes, lane: str, message_id: str) -> None:
        self.courier.put(
            Hook(
                url=self.webhook_url,
                body=body,
                sign=lambda body, secret: webhooks.signed(body, secret or self.keys.app_secret),
                lane=lane,
                taken=lambda: self.phone.taken(message_id) if message_id else None,
            )
        )

    def from_customer(self, customer_id: str, **what: object) -> Json:
        """An item that a customer caused."""
        return webhooks.item(customer_id, self.own_id, self.now(), **what)

    # --- what customers do ---

    def on_message(self, message: Message) -> None:
        """A message, which opens the window for answers."""
        self.wrote_at[message.customer_id] = self.now()
        item = self.from_customer(message.customer_id, message=webhooks.message_content(message, self.cdn))
        self.tell_item("messages", item, message.customer_id, message.id)

    def on_deleted(self, message: Message) -> None:
        """A message was taken back."""
        item = self.from_customer(message.customer_id, message={"mid": message.id, "is_deleted": True})
        self.tell_item("messages", item, message.customer_id)

    def on_edited(self, message: Message) -> None:
        """A message has a new text."""
        edit = {"mid": message.id, "text": message.text, "num_edit": 1}
        self.tell_item(self.edit_field, self.from_customer(message.customer_id, message_edit=edit), message.customer_id)

    def on_reacted(self, message: Message, emoji: str, before: str) -> None:
        """A reaction, or its withdrawal."""
        reaction: Json = {"mid": message.id, "action": "react" if emoji else "unreact"}
        if emoji:
            reaction |= {"reaction": "love" if emoji.startswith("❤") else "other", "emoji": emoji}
        self.tell_item("message_reactions", self.from_customer(message.customer_id, reaction=reaction), message.customer_id)

    def comes_by_link(self, customer_id: str, ref: str) -> None:
        """A customer opens the dialogue by a link with a code: in a new one by the button, in a known one at once."""
        self.phone.customer(customer_id)
        known = customer_id in self.wrote_at
        self.wrote_at[customer_id] = self.now()
        referral = {"ref": ref, "source": self.link_source, "type": "OPEN_THREAD"}
        if known:
            self.tell_item(self.referral_field, self.from_customer(customer_id, referral=referral), customer_id)
        elif self.get_started:
            pressed = {"mid": self.new_id("message"), "title": "Get Started", "payload": self.get_started, "referral": referral}
            self.tell_item("messaging_postbacks", self.from_customer(customer_id, postback=pressed), customer_id)

    def colleague_writes(self, customer_id: str, text: str) -> Json:
        """Somebody of the company writes with Meta's own inbox."""
        message = self.phone.deliver(customer_id, text)
        self.echo(message, app_id=self.inbox_app_id, metadata="")
        return {"id": message.id}

    def echo(self, message: Message, *, app_id: str, metadata: str) -> None:
        """A copy of what the company's side wrote."""
        content = webhooks.message_content(message, self.cdn)
        content.pop("quick_reply", None)
        content |= self.echo_marks(app_id, metadata)
        item = webhooks.item(self.own_id, message.customer_id, self.now(), message=content)
        self.tell_item(self.echo_field, item, message.customer_id)

    # --- where the two differ ---

    edit_field: ClassVar[str]
    referral_field: ClassVar[str]
    echo_field: ClassVar[str]
    link_source: ClassVar[str]
    inbox_app_id: ClassVar[str]

    def profile(self, customer: Customer) -> Json:
        """What a customer's profile tells."""
        first, _, last = customer.name.partition(" ")
        return {"name": customer.name, "first_name": first, "last_name": last}

    def echo_marks(self, app_id: str, metadata: str) -> Json:
        """How an echo is marked."""
        raise NotImplementedError

    def takes(self, kind: str, type: str) -> bool:
        """Whether a file of this type goes as that kind."""
        raise NotImplementedError

    def private_reply(self, asked: Json) -> Customer:
        """The author of the comment or post that is answered in private. Raises Refused."""
        raise NotImplementedError
