"""Viber as customers and the company's bot see it.

customer ── open, write, press, read ──▶ callback, signed with the token ──▶ webhook
bot ── send_message ──▶ `checks` ──▶ chat ──▶ delivered, seen
"""

import asyncio
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final

import aiohttp
import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.clock import Clock
from oase.kernel.errors import NotFound
from oase.sandbox.live import Hub
from oase.sandbox.places import Choice, Contact, Customer, Hook, Json, Message, Platform, Spot
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.places.types import Feature
from oase.sandbox.viber.checks import EVENTS, Refused, check_message, is_reachable
from oase.sandbox.whatsapp.answers import Answer

_FETCH_SECONDS: Final = 10.0


class Viber(Platform):
    """One bot and its chats."""

    id = "viber"
    name = "Viber"
    icon = "brand-viber"
    color = "#6f5bd6"
    features: ClassVar[frozenset[Feature]] = frozenset({"files", "sticker", "location", "contact", "choices", "receipts"})

    def __init__(self, clock: Clock, hub: Hub, base_url: str) -> None:
        super().__init__(clock, hub, base_url)
        self.token = "4f00-sandbox-token-of-the-viber-bot"  # noqa: S105 - of the sandbox, not a secret
        self.events = EVENTS
        self._tasks: set[asyncio.Task[None]] = set()

    def seed(self) -> None:
        """Three people, with ids as this bot would know them."""
        for number, name in enumerate(("Aylin Özdemir", "Jürgen Groß", "Sam O’Neill"), start=1):
            self.phone.add_customer(f"0{number}sandbox567890A=", name)

    def new_customer(self, name: str, handle: str) -> Customer:
        """A person with an id of Viber's form."""
        return self.phone.add_customer(f"{secrets.token_urlsafe(16)}==", name)

    def new_id(self, kind: str) -> str:
        """Tokens of messages are long numbers."""
        self._count += 1
        return str(5741311803571700000 + self._count) if kind == "message" else f"{kind}{secrets.token_hex(8)}"

    # --- the API ---

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The methods, and the files of customers."""

        @post("/pa/{method:str}", status_code=200)
        async def call(method: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            return await self._answer(method, request)

        @get("/media/{file:str}/{name:str}", sync_to_thread=False)
        def media(file: FromPath[str], name: FromPath[str]) -> Response[bytes]:
            try:
                kept = self.phone.file(file)
            except NotFound:
                return Response(b"", status_code=404, media_type="text/plain")
            if self.struck("media_expired"):
                return Response(b"", status_code=403, media_type="text/plain")
            return Response(kept.data, media_type=kept.type)

        return [call, media]

    async def _answer(self, method: str, request: Request[Any, Any, Any]) -> Answer:
        fault = await self.fault_before()
        if fault:
            return fault
        try:
            body = msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
            given = request.headers.get("x-viber-auth-token") or str(body.get("auth_token", ""))
            if not hmac.compare_digest(given.encode(), self.token.encode()) or self.struck("token_expired"):
                raise Refused(2)
            if self.struck("throttled"):
                raise Refused(12)
            match method:
                case "get_account_info":
                    return _ok(self._account())
                case "set_webhook":
                    return _ok(await self._set_webhook(body))
                case "send_message":
                    return self._send(body)
                case "get_user_details":
                    return _ok({"user": self._details(str(body.get("id", "")))})
                case "get_online":
                    return _ok({"users": [self._online(str(one)) for one in body.get("ids", [])]})
            raise Refused(3)
        except msgspec.DecodeError:
            return Response(msgspec.json.encode(Refused(3).body), media_type="application/json")
        except Refused as refused:
            return Response(msgspec.json.encode(refused.body), media_type="application/json")

    def _account(self) -> Json:
        people = sum(bool(one.extra.get("subscribed")) for one in self.phone.customers.values())
        about = {"id": "pa:75346594275468546724", "name": COMPANY_NAME, "uri": "lindgruen", "country": "DE"}
        return about | {"webhook": self.webhook_url, "event_types": sorted(self.events), "subscribers_count": people}

    def _details(self, customer_id: str) -> Json:
        customer = self.phone.customers.get(customer_id)
        if customer is None:
            raise Refused(5)
        device = {"primary_device_os": "Android 14", "viber_version": "24.1.0", "mcc": 262, "mnc": 1, "device_type": "Pixel 8"}
        return self._user(customer) | device

    def _online(self, customer_id: str) -> Json:
        customer = self.phone.customers.get(customer_id)
        status, words = (0, "online") if customer and customer.online else (1, "offline") if customer else (4, "unavailable")
        return {"id": customer_id, "online_status": status, "online_status_message": words}

    async def _set_webhook(self, body: Json) -> Json:
        url = str(body.get("url") or "")
        if url and not (is_reachable(url) and await self._tries(url)):
            raise Refused(1)
        asked = body.get("event_types")
        self.events = EVENTS if asked is None else EVENTS & set(map(str, asked))
        self.webhook_url = url
        return {"event_types": sorted(self.events)}

    async def _tries(self, url: str) -> bool:
        """Whether somebody answers at the address: Viber asks before it takes it."""
        body = json.dumps(self._callback("webhook", {})).encode()
        try:
            timeout, headers = aiohttp.ClientTimeout(total=_FETCH_SECONDS), dict(self._sign(body, ""))
            async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, data=body, headers=headers) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    def _send(self, body: Json) -> Answer:
        check_message(body)
        if not self.webhook_url:
            raise Refused(10)
        customer = self.phone.customers.get(str(body.get("receiver")))
        if customer is None or customer.blocked or not customer.extra.get("subscribed"):
            raise Refused(6)
        buttons = (body.get("keyboard") or {}).get("Buttons", [])
        place, card = body.get("location"), body.get("contact")
        shown = self.phone.deliver(
            customer.id,
            str(body.get("text") or ""),
            choices=[Choice(id=one["ActionBody"], title=str(one.get("Text") or one["ActionBody"])) for one in buttons],
            spot=Spot(latitude=place["lat"], longitude=place["lon"]) if place else None,
            contact=Contact(name=card["name"], phone=card["phone_number"]) if card else None,
            sticker=body["type"] == "sticker",
        )
        customer.extra["tracking"] = body.get("tracking_data", "")
        if body.get("media"):
            self._show(shown, str(body["media"]), str(body.get("file_name") or ""))
        if self.struck("error_in_200"):
            return Response(msgspec.json.encode({"status": 3, "status_message": "badData"}), media_type="application/json")
        return self.fault_after() or _ok({"message_token": int(shown.id), "chat_hostname": "SN-SANDBOX"})

    def _show(self, message: Message, url: str, name: str) -> None:
        """The phone fetches a file from where the bot says that it lies."""
        task = asyncio.get_running_loop().create_task(self._fetch(message, url, name))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _fetch(self, message: Message, url: str, name: str) -> None:
        data, type = b"", ""
        try:
            timeout = aiohttp.ClientTimeout(total=_FETCH_SECONDS)
            async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
                data, type = (await answer.read() if answer.status == 200 else b""), answer.content_type
        except (aiohttp.ClientError, TimeoutError, OSError):
            pass
        if data:
            message.files = [self.phone.add_file(name or url.rpartition("/")[2] or "file", type, data)]
        else:
            message.text = f"{message.text}\n{url}".strip()
        self.phone.tell(message)

    async def fetched(self) -> None:
        """Waits until all files were fetched: for tests."""
        await asyncio.gather(*self._tasks)

    # --- what the bot is told ---

    def opens(self, customer_id: str, context: str = "") -> None:
        """The customer opens the chat, perhaps by a deep link that brings a code along."""
        customer = self.phone.customer(customer_id)
        subscribed = bool(customer.extra.get("subscribed"))
        more = {"type": "open", "user": self._user(customer), "subscribed": subscribed} | (
            {"context": context} if context else {}
        )
        self._tell("conversation_started", customer.id, more)

    def on_message(self, message: Message) -> None:
        """A message, or a pressed button, which says what it holds; the bot's tracking data comes back."""
        customer = self.phone.customer(message.customer_id)
        if not customer.extra.get("subscribed"):
            self.opens(customer.id)
            customer.extra["subscribed"] = True
        for number, said in enumerate(self._said(message)):
            tracking = {"tracking_data": customer.extra["tracking"]} if customer.extra.get("tracking") else {}
            token = message.id if number == 0 else self.new_id("message")
            more = {"sender": self._user(customer), "message": said | tracking, "silent": False}
            self._tell("message", customer.id, more, token, message)

    def _said(self, message: Message) -> list[Json]:
        if message.chosen:
            return [{"type": "text", "text": message.chosen}]
        if message.spot:
            return [{"type": "location", "location": {"lat": message.spot.latitude, "lon": message.spot.longitude}}]
        if message.contact:
            return [{"type": "contact", "contact": {"name": message.contact.name, "phone_number": message.contact.phone}}]
        if message.sticker:
            return [{"type": "sticker", "sticker_id": 46105}]
        said: list[Json] = []
        for file in message.files:
            kind = {"image": "picture", "video": "video"}.get(file.type.partition("/")[0], "file")
            address = f"{self.base_url}/media/{file.id}/file"
            text = {"text": message.text} if message.text and not said and kind == "picture" else {}
            said.append({"type": kind, "media": address, "file_name": file.name, "size": len(file.data), **text})
        if message.text and not any("text" in one for one in said):
            said.insert(0, {"type": "text", "text": message.text})
        return said

    def on_state(self, message: Message) -> None:
        """A message of the bot was delivered, seen, or failed."""
        kind = {"delivered": "delivered", "read": "seen", "failed": "failed"}.get(message.state, "")
        more = {"user_id": message.customer_id} | ({"desc": message.why} if kind == "failed" else {})
        if kind in self.events:
            self._tell(kind, message.customer_id, more, message.id)

    def on_blocked(self, customer: Customer) -> None:
        """The bot is unsubscribed, or subscribed again."""
        customer.extra["subscribed"] = not customer.blocked
        if customer.blocked:
            self._tell("unsubscribed", customer.id, {"user_id": customer.id})
        else:
            self._tell("subscribed", customer.id, {"user": self._user(customer)})

    def _user(self, customer: Customer) -> Json:
        return {"id": customer.id, "name": customer.name, "country": "DE", "language": "de", "api_version": 10}

    def _callback(self, event: str, more: Json, token: str = "") -> Json:
        number = int(token or self.new_id("message"))
        head = {"event": event, "timestamp": int(self.now().timestamp() * 1000), "message_token": number}
        return head | {"chat_hostname": "SN-SANDBOX", **more}

    def _tell(self, event: str, lane: str, more: Json, token: str = "", message: Message | None = None) -> None:
        if event != "message" and event not in self.events:
            return
        body = json.dumps(self._callback(event, more, token), ensure_ascii=False).encode()
        id = message.id if message else ""
        self.courier.put(Hook(url=self.webhook_url, body=body, sign=self._sign, lane=lane, taken=lambda: self.phone.taken(id)))

    def _sign(self, body: bytes, secret: str) -> Mapping[str, str]:
        return {"X-Viber-Content-Signature": hmac.digest((secret or self.token).encode(), body, hashlib.sha256).hex()}


def _ok(content: Json) -> Answer:
    return Response(msgspec.json.encode({"status": 0, "status_message": "ok", **content}), media_type="application/json")
