"""The methods of the Bot API that a customer-service bot uses.

token -> faults -> method -> {"ok": true, "result": …}, or {"ok": false, "error_code", "description", "parameters"}

https://core.telegram.org/bots/api#available-methods (Bot API 10.1, read 2026-11). Telegram does not publish the wording of its
errors; what bots' developers report of it is used here.
"""

import asyncio
import hmac
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Request, Response

from oase.kernel.errors import NotFound
from oase.sandbox.places import Json
from oase.sandbox.telegram.asked import Asked, Refused, bad, read
from oase.sandbox.telegram.sending import SENDERS, Sending
from oase.sandbox.telegram.shapes import GROUP_ID
from oase.sandbox.whatsapp.answers import Answer, json_answer

if TYPE_CHECKING:
    from oase.sandbox.telegram.platform import Telegram

_SECRET: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_LONGEST_HOLD_SECONDS: Final = 50
_DOWNLOAD_BYTES: Final = 20_000_000
Method = Callable[[Asked], Awaitable[Any]]


class Methods:
    """Answers what a bot asks."""

    def __init__(self, platform: "Telegram") -> None:
        self._platform = platform
        self._sending = Sending(platform)
        self._asking = 0  # the newest getUpdates; an older one gives up
        self._methods: dict[str, Method] = {
            "getme": self._me,
            "getupdates": self._updates,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
            "getwebhookinfo": self._webhook_info,
            "answercallbackquery": self._answer_callback,
            "sendchataction": self._chat_action,
            "setmessagereaction": self._react,
            "deletemessage": self._delete,
            "getfile": self._file,
        }

    async def answer(self, bot: str, name: str, request: Request[Any, Any, Any]) -> Answer:
        """The answer to one request."""
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            self._check_token(bot)
            asked = await read(request)
            result = await self._run(name.lower(), asked)
        except Refused as refused:
            return refused.answer()
        if self._platform.struck("error_in_200"):
            return bad("chat not found").answer(200)
        accepted = self._platform.fault_after() if name.lower() in SENDERS else None
        return accepted or json_answer({"ok": True, "result": result})

    def hear(self, said: bytes) -> None:
        """A call that came as the answer to a webhook; nobody learns what became of it."""
        try:
            call = msgspec.json.decode(said, type=dict[str, Any])
        except msgspec.DecodeError:
            return
        if str(call.get("method", "")).lower() == "answercallbackquery":
            self._platform.spinning.discard(str(call.get("callback_query_id")))

    async def download(self, bot: str, path: str) -> Response[bytes] | Answer:
        """The bytes of a file."""
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            self._check_token(bot)
            if self._platform.struck("media_expired"):
                raise Refused(404, "Not Found")
            file = self._platform.phone.file(path.rpartition("/")[2].partition(".")[0])
        except Refused as refused:
            return refused.answer()
        except NotFound:
            return Refused(404, "Not Found").answer()
        return Response(file.data, media_type="application/octet-stream")

    def _check_token(self, bot: str) -> None:
        token = bot.removeprefix("bot")
        if not bot.startswith("bot") or not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", token):
            raise Refused(404, "Not Found")
        known = hmac.compare_digest(token.encode(), self._platform.token.encode())
        if not known or self._platform.struck("token_expired"):
            raise Refused(401, "Unauthorized")
        throttled = self._platform.struck("throttled")
        if throttled:
            seconds = max(1, round(throttled.seconds))
            raise Refused(429, f"Too Many Requests: retry after {seconds}", seconds)

    async def _run(self, name: str, asked: Asked) -> Any:
        if name in SENDERS:
            return self._sending.send(name, asked)
        method = self._methods.get(name)
        if method is None:
            raise Refused(404, "Not Found: method not found")
        return await method(asked)

    async def _me(self, asked: Asked) -> Json:
        can = {"can_join_groups": True, "can_read_all_group_messages": False, "supports_inline_queries": False}
        return self._platform.bot | can | {"can_connect_to_business": False, "has_main_web_app": False}

    # --- how updates come ---

    async def _updates(self, asked: Asked) -> list[Json]:
        platform = self._platform
        if platform.webhook_url:
            words = "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first"
            raise Refused(409, f"Conflict: {words}")
        allowed = asked.json("allowed_updates")
        if isinstance(allowed, list):
            platform.allowed = tuple(map(str, allowed))
        offset, limit = asked.whole("offset", 0), min(max(asked.whole("limit", 100), 1), 100)
        while platform.updates and platform.updates[0]["update_id"] < offset:
            platform.updates.popleft()
        self._asking += 1
        mine = self._asking
        platform.news.set()  # an older request ends
        hold = min(max(asked.whole("timeout", 0), 0), _LONGEST_HOLD_SECONDS)
        with suppress(TimeoutError):
            async with asyncio.timeout(hold):
                while not platform.updates and mine == self._asking and not platform.webhook_url:
                    platform.news.clear()
                    await platform.news.wait()
        if mine != self._asking:
            words = "terminated by other getUpdates request; make sure that only one bot instance is running"
            raise Refused(409, f"Conflict: {words}")
        given = [update for update, _ in zip(platform.updates, range(limit), strict=False)]
        for update in given:
            self._taken(update)
        return given

    def _taken(self, update: Json) -> None:
        said = update.get("message")
        if said and said["chat"]["type"] == "private":
            self._platform.phone.taken(str(said["message_id"]))

    async def _set_webhook(self, asked: Asked) -> bool:
        url, secret = asked.text("url"), asked.text("secret_token")
        if url and not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):  # as a local Bot API server
            raise bad("bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not _SECRET.fullmatch(secret):
            raise bad("secret token contains illegal characters")
        allowed = asked.json("allowed_updates")
        if isinstance(allowed, list):
            self._platform.allowed = tuple(map(str, allowed))
        self._platform.webhook_url, self._platform.secret_token = url, secret
        return True

    async def _delete_webhook(self, asked: Asked) -> bool:
        self._platform.webhook_url = ""
        if asked.text("drop_pending_updates").lower() == "true":
            self._platform.updates.clear()
        return True

    async def _webhook_info(self, asked: Asked) -> Json:
        platform = self._platform
        waiting = platform.courier.pending if platform.webhook_url else len(platform.updates)
        info: Json = {"url": platform.webhook_url, "has_custom_certificate": False, "pending_update_count": waiting}
        failed = next((one for one in reversed(platform.courier.log) if not 200 <= one.status < 300 and not one.note), None)
        if failed is not None:
            words = f"Wrong response from the webhook: {failed.status}" if failed.status else "Connection refused"
            info |= {"last_error_date": int(platform.now().timestamp()), "last_error_message": words}
        return info | {"max_connections": 40} | ({"allowed_updates": list(platform.allowed)} if platform.allowed else {})

    # --- small things ---

    async def _answer_callback(self, asked: Asked) -> bool:
        id = asked.text("callback_query_id")
        if id not in self._platform.spinning:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self._platform.spinning.discard(id)
        return True

    async def _chat_action(self, asked: Asked) -> bool:
        if not asked.has("action"):
            raise bad("wrong parameter action in request")
        chat = asked.whole("chat_id")
        if chat != GROUP_ID:
            self._platform.phone.business_types(self._sending.customer(chat).id)
        return True

    async def _react(self, asked: Asked) -> bool:
        emoji = self._sending.emoji(asked.json("reaction"))
        chat, message = asked.whole("chat_id"), str(asked.whole("message_id"))
        if chat == GROUP_ID:
            if message not in self._platform.timeline.posts:
                raise bad("message to react not found")
            self._platform.timeline.like(message, "", bool(emoji))
            return True
        customer = self._sending.customer(chat)
        known = self._platform.phone.messages.get(message)
        if known is None or known.customer_id != customer.id:
            raise bad("message to react not found")
        self._platform.phone.business_reacts(message, emoji)
        return True

    async def _delete(self, asked: Asked) -> bool:
        message = str(asked.whole("message_id"))
        post = self._platform.timeline.posts.get(message)
        if asked.whole("chat_id") != GROUP_ID or post is None or post.deleted:
            raise bad("message to delete not found")
        self._platform.timeline.erase(message)
        return True

    async def _file(self, asked: Asked) -> Json:
        try:
            file = self._platform.phone.file(asked.text("file_id"))
        except NotFound:
            raise bad("invalid file_id") from None
        if len(file.data) > _DOWNLOAD_BYTES:
            raise bad("file is too big")
        ending = file.name.rpartition(".")[2].lower() if "." in file.name else "bin"
        ending = ending if ending.isascii() and ending.isalnum() else "bin"
        named = {"file_id": file.id, "file_unique_id": f"u{file.id[-12:]}", "file_size": len(file.data)}
        return named | {"file_path": f"documents/{file.id}.{ending}"}
