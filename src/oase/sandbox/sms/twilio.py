"""The company's way in by Twilio: handlers of the API, webhooks for messages, callbacks for their states."""

import base64
import hmac
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.errors import NotFound
from oase.sandbox.places import Hook, Json, Message
from oase.sandbox.sms import api
from oase.sandbox.whatsapp.answers import Answer, json_answer

if TYPE_CHECKING:
    from oase.sandbox.sms.network import SmsNetwork

_BASE = "/2010-04-01/Accounts/{account:str}"


class Sent:
    """What the simulator knows of a message that came by the API."""

    def __init__(self, sid: str, form: Mapping[str, str]) -> None:
        self.sid, self.form = sid, dict(form)
        self.status = "queued"
        self.failed: int | None = None


class Twilio:
    """One account at Twilio with one number and one messaging service."""

    def __init__(self, network: "SmsNetwork") -> None:
        self._network = network
        self.account_sid = "AC5a6b7c8d9e0f11223344556677889900"
        self.token = "0a1b2c3d4e5f60718293a4b5c6d7e8f9"  # noqa: S105 - everybody may know it
        self.number = "+493023125100"
        self.number_sid = "PN11223344556677889900aabbccddeeff"
        self.service_sid = "MG00112233445566778899aabbccddeeff"
        self.sms_url = ""
        self.sent: dict[str, Sent] = {}

    @property
    def where(self) -> str:
        """Where messages of customers are told: what the company entered by the API, else the sandbox's setting."""
        return self.sms_url or self._network.webhook_url

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """The routes."""
        return [*_message_routes(self, self._network), *_account_routes(self, self._network), *_media_routes(self, self._network)]

    async def before(self, request: Request[Any, Any, Any], account: str = "") -> Answer | None:
        """What answers before anything is read: a fault, or a missing sign-in."""
        fault = await self._network.fault_before()
        if fault is not None:
            return fault
        if self._network.struck("throttled"):
            return refused(20429)
        pair = base64.b64encode(f"{self.account_sid}:{self.token}".encode()).decode()
        given = request.headers.get("authorization", "")
        known = hmac.compare_digest(given.encode(), f"Basic {pair}".encode())
        if not known or self._network.struck("token_expired") or (account and account != self.account_sid):
            return refused(20003)
        return None

    # --- webhooks ---

    def tell_message(self, message: Message) -> None:
        """A customer's message, with its files as MMS."""
        stop = message.text.strip().upper()
        opted = {"STOP": "STOP", "START": "START", "HELP": "HELP"}.get(stop, "")
        if opted == "STOP":
            self._network.stopped.add(message.customer_id)
        elif opted == "START":
            self._network.stopped.discard(message.customer_id)
        form = {
            "ToCountry": "DE", "ToState": "", "SmsMessageSid": message.id, "NumMedia": str(len(message.files)), "ToCity": "",
            "FromZip": "", "SmsSid": message.id, "FromState": "", "SmsStatus": "received", "FromCity": "", "Body": message.text,
            "FromCountry": "DE", "To": self.number, "ToZip": "", "NumSegments": "1", "MessageSid": message.id,
            "AccountSid": self.account_sid, "From": message.customer_id, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        for place, file in enumerate(message.files):
            form[f"MediaUrl{place}"] = (
                f"{self._network.base_url}/2010-04-01/Accounts/{self.account_sid}/Messages/{message.id}/Media/{file.id}"
            )
            form[f"MediaContentType{place}"] = file.type
        if opted:
            form["OptOutType"] = opted

        def heard(answer: bytes) -> None:
            for text in api.replies(answer):
                self._network.phone.deliver(message.customer_id, text)

        self._put(self.where, form, message.customer_id, lambda: self._network.phone.taken(message.id), heard)

    def tell_state(self, sid: str, status: str, failed: int | None = None) -> None:
        """What became of a message of the company, to the address that it named."""
        sent = self.sent.get(sid)
        if sent is None:
            return
        sent.status, sent.failed = status, failed
        form = {
            "SmsSid": sid, "SmsStatus": status, "MessageStatus": status, "To": sent.form.get("To", ""), "MessageSid": sid,
            "AccountSid": self.account_sid, "From": sent.form.get("From") or self.number, "ApiVersion": "2010-04-01",
        }  # fmt: skip
        if failed:
            form["ErrorCode"] = str(failed)
        self._put(sent.form.get("StatusCallback", ""), form, f"status {sid}")

    def _put(
        self,
        url: str,
        form: Mapping[str, str],
        lane: str,
        taken: Callable[[], None] = lambda: None,
        heard: Callable[[bytes], None] = lambda _: None,
    ) -> None:
        address = api.called(url)

        def sign(body: bytes, secret: str) -> Mapping[str, str]:
            return {"X-Twilio-Signature": api.signature(secret or self.token, address, body)}

        self._network.courier.put(
            Hook(
                url=address,
                body=urlencode(form).encode(),
                sign=sign,
                lane=lane,
                content_type="application/x-www-form-urlencoded; charset=utf-8",
                taken=taken,
                heard=heard,
            )
        )

    # --- the API ---

    def accept(self, form: Mapping[str, str]) -> Json:
        """Takes a message; it reaches the phone a moment later, or does not."""
        service = bool(form.get("MessagingServiceSid"))
        sid = self._network.new_id("message")
        sent = self.sent[sid] = Sent(sid, form)
        moment, status = self._network.now(), "accepted" if service else "queued"
        if self._network.struck("error_in_200"):
            sent.status, sent.failed = "failed", 30007
            return api.message_json(self.account_sid, sid, sent.form, moment, "failed", failed=30007)
        if not sent.form.get("From"):
            sent.form["From"] = self.number
        self._network.soon(lambda: self.tell_state(sid, "sent"), 0.02)
        try:
            self._network.arrives(form["To"], form.get("Body", ""), sid, "twilio")
        except NotFound:
            self._network.phone.take(sid, form["To"], form.get("Body", ""))
            self._network.soon(lambda: self.tell_state(sid, "undelivered", 30005), 0.05)
        return api.message_json(self.account_sid, sid, {**form}, moment, status)


def refused(code: int) -> Answer:
    """An error of Twilio's."""
    body, status = api.error(code)
    return json_answer(body, status)


async def _form(request: Request[Any, Any, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}


def _message_routes(twilio: Twilio, network: "SmsNetwork") -> list[HTTPRouteHandler]:
    @post(f"{_BASE}/Messages.json")
    async def send(account: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
        before = await twilio.before(request, account)
        if before is not None:
            return before
        form = await _form(request)
        code = api.refusal(form, {twilio.number}, {twilio.service_sid}, network.stopped)
        if code:
            return refused(code)
        taken = twilio.accept(form)
        return network.fault_after() or json_answer(taken, 201)

    @get(f"{_BASE}/Messages/{{sid:str}}")
    async def one(account: FromPath[str], sid: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
        before = await twilio.before(request, account)
        if before is not None:
            return before
        sent = twilio.sent.get(sid.removesuffix(".json"))
        if sent is None:
            return refused(20404)
        return json_answer(api.message_json(account, sent.sid, sent.form, network.now(), sent.status, failed=sent.failed))

    return [send, one]


def _account_routes(twilio: Twilio, network: "SmsNetwork") -> list[HTTPRouteHandler]:
    def number() -> Json:
        return api.number_json(
            twilio.account_sid, twilio.number_sid, twilio.number, twilio.sms_url or network.webhook_url, network.now()
        )

    @get("/2010-04-01/Accounts/{account:str}")
    async def account(account: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
        before = await twilio.before(request, account.removesuffix(".json"))
        return before or json_answer(api.account_json(twilio.account_sid, "Lindgrün Fahrräder", network.now()))

    @get(f"{_BASE}/IncomingPhoneNumbers.json")
    async def numbers(account: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
        before = await twilio.before(request, account)
        wanted = request.query_params.get("PhoneNumber", "")
        found = [number()] if not wanted or twilio.number.startswith(f"+{wanted.lstrip('+ ')}") else []
        uri = f"/2010-04-01/Accounts/{account}/IncomingPhoneNumbers.json"
        return before or json_answer(api.page(uri, "incoming_phone_numbers", found))

    @post(f"{_BASE}/IncomingPhoneNumbers/{{sid:str}}")
    async def change(account: FromPath[str], sid: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
        before = await twilio.before(request, account)
        if before is not None:
            return before
        if sid.removesuffix(".json") != twilio.number_sid:
            return refused(20404)
        twilio.sms_url = (await _form(request)).get("SmsUrl", twilio.sms_url)
        return json_answer(number())

    return [account, numbers, change]


def _media_routes(twilio: Twilio, network: "SmsNetwork") -> list[HTTPRouteHandler]:
    @get(f"{_BASE}/Messages/{{sid:str}}/Media/{{media:str}}")
    async def media(account: FromPath[str], sid: FromPath[str], media: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
        before = await twilio.before(request, account)
        if before is not None:
            return before
        if media not in network.phone.files:
            return refused(20404)
        return Response(b"", status_code=307, headers={"Location": f"{network.base_url}/cdn/{media}"})

    @get("/cdn/{media:str}", sync_to_thread=False)
    def content(media: FromPath[str]) -> Answer:
        if network.struck("media_expired"):
            return Response(b"AccessDenied", status_code=403, media_type="application/xml")
        file = network.phone.file(media)
        return Response(file.data, media_type=file.type)

    return [media, content]
