"""The Messaging API as far as customer service needs it.

token -> faults -> endpoint -> answer, or LINE's error body; a retry key that was accepted before gives 409 and the same ids

https://developers.line.biz/en/reference/messaging-api/ and line-openapi (read 2026-11)
"""

import hmac
import re
import secrets
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request, Response, route
from litestar.enums import HttpMethod
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.kernel.errors import NotFound
from oase.sandbox.line.checks import Refused, check_messages
from oase.sandbox.places import Choice, Json, Spot
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.line.platform import Line

_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_MONTH: Final = 1000
_KEEP_KEYS: Final = 10_000
Run = Callable[[Request[Any, Any, Any], Sequence[str]], Awaitable[Answer]]


def _json(content: Json, status: int = 200, **headers: str) -> Answer:
    named = {"x-line-request-id": secrets.token_hex(16), **{name.replace("_", "-"): value for name, value in headers.items()}}
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json", headers=named)


class Api:
    """Answers requests to api.line.me and api-data.line.me."""

    def __init__(self, platform: "Line") -> None:
        self._platform = platform
        self._accepted: dict[str, tuple[str, list[Json]]] = {}  # retry key -> request id, messages
        self.used = 0
        self.limit = _MONTH
        self._routes: tuple[tuple[str, str, Run], ...] = (
            ("GET", "info", self._info),
            ("GET", "profile/*", self._profile),
            ("GET", "channel/webhook/endpoint", self._endpoint),
            ("PUT", "channel/webhook/endpoint", self._set_endpoint),
            ("GET", "message/quota", self._quota),
            ("GET", "message/quota/consumption", self._consumption),
            ("POST", "message/push", self._push),
            ("GET", "message/*/content", self._content),
            ("POST", "chat/loading/start", self._loading),
            ("POST", "chat/markAsRead", self._mark_as_read),
        )

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """One handler for all paths below /v2/bot."""
        methods = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT]

        @route("/v2/bot/{path:path}", http_method=methods, status_code=200)
        async def answer(path: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            return await self.answer(request, path.strip("/"))

        return [answer]

    async def answer(self, request: Request[Any, Any, Any], path: str) -> Answer:
        """The answer to one request."""
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            self._check_token(request)
            for method, pattern, run in self._routes:
                found = re.fullmatch(pattern.replace("*", "([^/]+)"), path)
                if found and method == request.method:
                    return await run(request, found.groups())
            raise Refused(404, "Not found")
        except Refused as refused:
            return _json(refused.body, refused.status)

    def _check_token(self, request: Request[Any, Any, Any]) -> None:
        given = request.headers.get("authorization", "").encode()
        known = hmac.compare_digest(given, f"Bearer {self._platform.token}".encode())
        if not known or self._platform.struck("token_expired"):
            words = "Authentication failed. Confirm that the access token in the authorization header is valid."
            raise Refused(401, words)
        if self._platform.struck("throttled"):
            raise Refused(429, "The API rate limit has been exceeded. Try again later.")

    async def _body(self, request: Request[Any, Any, Any]) -> Json:
        try:
            return msgspec.json.decode(await request.body(), type=dict[str, Any])
        except msgspec.DecodeError:
            raise Refused(400, "The request body could not be parsed as JSON") from None

    async def _info(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        one = self._platform
        names = {"userId": one.user_id, "basicId": one.basic_id, "displayName": "Lindgrün Fahrräder"}
        return _json({**names, "chatMode": "bot", "markAsReadMode": "manual"})

    async def _profile(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        customer = self._platform.phone.customers.get(parts[0])
        if customer is None or customer.blocked:
            raise Refused(404, "Not found")
        return _json(self._platform.describe(customer))

    async def _endpoint(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        if not self._platform.webhook_url:
            raise Refused(404, "Webhook endpoint is not set")
        return _json({"endpoint": self._platform.webhook_url, "active": self._platform.active})

    async def _set_endpoint(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        url = str((await self._body(request)).get("endpoint") or "")
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
            raise Refused(400, "Invalid webhook endpoint URL")
        self._platform.webhook_url = url
        return _json({})

    async def _quota(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        return _json({"type": "limited", "value": self.limit})

    async def _consumption(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        return _json({"totalUsage": self.used})

    async def _content(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        try:
            file = self._platform.phone.file(parts[0])
        except NotFound:
            raise Refused(404, "Not found") from None
        if self._platform.struck("media_expired"):
            raise Refused(410, "The content has expired")
        return Response(file.data, media_type=file.type)

    async def _loading(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        body = await self._body(request)
        seconds = body.get("loadingSeconds", 20)
        if not (isinstance(seconds, int) and 5 <= seconds <= 60 and seconds % 5 == 0):
            raise Refused(400, "The request body has 1 error(s)", "loadingSeconds", "Must be a multiple of 5 between 5 and 60")
        customer = self._platform.phone.customers.get(str(body.get("chatId")))
        if customer is None:
            raise Refused(400, "The property, 'chatId', in the request body is invalid")
        self._platform.phone.business_types(customer.id, float(seconds))
        return _json({}, 202)

    async def _mark_as_read(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        platform = self._platform
        message_id = platform.tokens.get(str((await self._body(request)).get("markAsReadToken")), "")
        if message_id not in platform.phone.messages:
            raise Refused(400, "The property, 'markAsReadToken', in the request body is invalid")
        platform.phone.business_read(message_id)
        return _json({})

    def _quoted(self, message: Json) -> str:
        """The id of the message that this one quotes; empty if it quotes none."""
        token = message.get("quoteToken")
        if token is None:
            return ""
        if token not in self._platform.tokens or message["type"] not in ("text", "sticker"):
            raise Refused(400, "The request body has 1 error(s)", "messages[0].quoteToken", "Invalid quote token")
        return self._platform.tokens[token]

    async def _push(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        key = request.headers.get("x-line-retry-key", "")
        if key and not _UUID.fullmatch(key):
            raise Refused(400, "Invalid retry key")
        if key in self._accepted:
            request_id, sent = self._accepted[key]
            said = {"message": "The retry key is already accepted", "sentMessages": sent}
            return _json(said, 409, x_line_accepted_request_id=request_id)
        body = await self._body(request)
        messages = check_messages(body.get("messages"))
        if self.used >= self.limit:
            raise Refused(429, "You have reached your monthly limit.")
        sent = self._deliver(str(body.get("to") or ""), messages, key)
        self.used += 1
        if key:
            self._accepted[key] = (secrets.token_hex(16), sent)
            if len(self._accepted) > _KEEP_KEYS:
                del self._accepted[next(iter(self._accepted))]
        if self._platform.struck("error_in_200"):
            return _json({"message": "The request body has 1 error(s)"})
        return self._platform.fault_after() or _json({"sentMessages": sent})

    def _deliver(self, to: str, messages: Sequence[Json], key: str) -> list[Json]:
        platform = self._platform
        if to == platform.group_id:
            return [self._in_group(message, key) for message in messages]
        if to not in platform.phone.customers:
            raise Refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        if platform.phone.customers[to].blocked:  # LINE accepts it and delivers nothing
            return [{"id": platform.new_id("message")} for _ in messages]
        return [self._to_one(to, message, key) for message in messages]

    def _to_one(self, to: str, message: Json, key: str) -> Json:
        spot = None
        if message["type"] == "location":
            place = {name: message[name] for name in ("latitude", "longitude", "address")}
            spot = Spot(name=message["title"], **place)
        actions = [item["action"] for item in (message.get("quickReply") or {}).get("items", [])]
        choices = [Choice(id=f"{key[:8]}-{number}", title=action["label"]) for number, action in enumerate(actions)]
        shown = self._platform.phone.deliver(
            to, str(message.get("text") or ""), key=key, choices=choices, spot=spot, sticker=message["type"] == "sticker",
            reply_to=self._quoted(message),
        )  # fmt: skip
        shown.extra["data"] = {choice.id: action.get("data", "") for choice, action in zip(choices, actions, strict=True)}
        if message["type"] == "image":
            self._platform.show_picture(shown, message["originalContentUrl"])
        return {"id": shown.id, "quoteToken": self._platform.token_of(shown.id)}

    def _in_group(self, message: Json, key: str) -> Json:
        timeline = self._platform.timeline
        text = str(message.get("text") or message.get("originalContentUrl") or message.get("title") or "")
        newest = self._quoted(message) or next((one.id for one in reversed(timeline.posts.values())), "")
        post = timeline.answer(text, parent_id=newest, key=key) if newest else timeline.publish("", text, tell=False)
        return {"id": post.id, "quoteToken": self._platform.token_of(post.id)}
