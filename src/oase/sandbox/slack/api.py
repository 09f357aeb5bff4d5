"""The Web API as far as customer service needs it: 200 with `ok: false` for errors, 429 with Retry-After.

token -> faults -> method -> answer

https://docs.slack.dev/reference/methods (read 2026-11)
"""

import html
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from oase.sandbox.places import Choice, Json
from oase.sandbox.places.types import File
from oase.sandbox.slack.names import SIGNS
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.slack.platform import Slack

_SCOPES: Final = (
    "chat:write,im:history,im:write,channels:history,groups:history,users:read,users:read.email,files:read,files:write,"
    "reactions:read,reactions:write"
)
_MOST: Final = 40_000
Run = Callable[[Json], Awaitable[Json]]


class Failed(Exception):
    """An error of a method, by its name."""


class Api:
    """Answers requests to slack.com/api and files.slack.com."""

    def __init__(self, platform: "Slack") -> None:
        self._platform = platform
        self._waiting: dict[str, tuple[str, int, bytes]] = {}  # uploads by file id: name, announced size, bytes
        self._methods: Mapping[str, Run] = {
            "auth.test": self._auth,
            "chat.postMessage": self._post,
            "conversations.open": self._open,
            "reactions.add": self._react,
            "reactions.remove": self._take_back,
            "users.info": self._user,
            "files.info": self._info,
            "files.getUploadURLExternal": self._upload_url,
            "files.completeUploadExternal": self._complete,
        }

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """Methods, the place for uploads, files."""

        @post("/api/{method:str}", status_code=200)
        async def call(method: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            return await self.answer(method, request)

        @post("/upload/{file:str}", status_code=200)
        async def upload(file: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            fault = await self._platform.fault_before()
            name, size, _ = self._waiting.get(file, ("", 0, b""))
            if fault or not name:
                return fault or Response(b"not found", status_code=404)
            self._waiting[file] = (name, size, await request.body())
            return Response(f"OK - {size}".encode(), media_type="text/plain")

        @get("/files-pri/{file:str}/download")
        async def download(file: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            fault = await self._platform.fault_before()
            kept = self._platform.phone.files.get(file)
            if fault:
                return fault
            if kept is None or self._platform.struck("media_expired"):
                return Response(b"", status_code=404)
            if not self._knows(request):
                return Response(b"<html>Sign in to Slack</html>", media_type="text/html; charset=utf-8")
            return Response(kept.data, media_type=kept.type)

        return [call, upload, download]

    async def answer(self, method: str, request: Request[Any, Any, Any]) -> Answer:
        """The answer to one call of a method."""
        fault = await self._platform.fault_before()
        if fault:
            return fault
        if self._platform.struck("throttled"):
            return Response(
                b'{"ok":false,"error":"ratelimited"}',
                status_code=429,
                media_type="application/json",
                headers={"Retry-After": "1"},
            )
        try:
            if not request.headers.get("authorization"):
                raise Failed("not_authed")
            if not self._knows(request) or self._platform.struck("token_expired"):
                raise Failed("invalid_auth")
            if self._platform.struck("error_in_200"):
                raise Failed("fatal_error")
            run = self._methods.get(method)
            if run is None:
                raise Failed("unknown_method")
            content = {"ok": True, **await run(await _arguments(request))}
        except Failed as failed:
            content = {"ok": False, "error": str(failed)}
        return Response(
            msgspec.json.encode(content), media_type="application/json; charset=utf-8", headers={"X-OAuth-Scopes": _SCOPES}
        )

    def _knows(self, request: Request[Any, Any, Any]) -> bool:
        return secrets.compare_digest(
            request.headers.get("authorization", "").encode(), f"Bearer {self._platform.token}".encode()
        )

    async def _auth(self, given: Json) -> Json:
        one = self._platform
        names = {"url": "https://lindgruen.slack.com/", "team": "Lindgrün Fahrräder", "user": "service"}
        return {**names, "team_id": "T0LINDGRUEN", "user_id": one.bot_user, "bot_id": one.bot_id, "is_enterprise_install": False}

    async def _post(self, given: Json) -> Json:
        text, blocks = str(given.get("text") or ""), given.get("blocks") or []
        if not text.strip() and not blocks:
            raise Failed("no_text")
        if len(text) > _MOST:
            raise Failed("msg_too_long")
        metadata = given.get("metadata") if isinstance(given.get("metadata"), dict) else {}
        key = str((metadata or {}).get("event_payload", {}).get("id") or "")
        channel, ts = self._say(
            str(given.get("channel") or ""), html.unescape(text), _choices(blocks), (), str(given.get("thread_ts") or ""), key
        )
        said = {"text": text, **({"metadata": metadata} if metadata else {}), **_thread(given)}
        self._platform.echo(self._lane(channel), channel, ts, said)
        return {"channel": channel, "ts": ts, "message": said}

    def _say(
        self, channel: str, text: str, choices: Sequence[Choice], files: Sequence[File], thread: str, key: str
    ) -> tuple[str, str]:
        """Says it where it is to be said; the channel's id and the message's time."""
        one = self._platform
        if channel == one.channel:
            if thread and thread not in one.timeline.posts:
                raise Failed("thread_not_found")
            if not thread:
                return channel, one.timeline.add("", text, files=files).id
            return channel, one.timeline.answer(text, parent_id=thread, key=key, files=files).id
        who = self._person(channel)
        return one.chat_of(who), one.phone.deliver(who, text, choices=choices, files=files, key=key, reply_to=thread).id

    def _person(self, channel: str) -> str:
        """Whose direct messages these are, by the person's id or the chat's. Raises Failed."""
        who = channel if channel.startswith("U") else f"U{channel[1:]}"
        customer = self._platform.phone.customers.get(who)
        if customer is None:
            raise Failed("channel_not_found")
        if customer.blocked:
            raise Failed("user_disabled")
        return who

    def _lane(self, channel: str) -> str:
        return "public" if channel == self._platform.channel else f"U{channel[1:]}"

    async def _open(self, given: Json) -> Json:
        who = self._person(str(given.get("users") or ""))
        return {"channel": {"id": self._platform.chat_of(who)}}

    async def _react(self, given: Json) -> Json:
        ts, name = str(given.get("timestamp") or ""), str(given.get("name") or "")
        if ts in self._platform.timeline.posts:
            return {}
        message = self._platform.phone.messages.get(ts)
        if message is None:
            raise Failed("message_not_found")
        if name not in SIGNS:
            raise Failed("invalid_name")
        if message.reactions.get("business") == SIGNS[name]:
            raise Failed("already_reacted")
        self._platform.phone.business_reacts(ts, SIGNS[name])
        return {}

    async def _take_back(self, given: Json) -> Json:
        ts, name = str(given.get("timestamp") or ""), str(given.get("name") or "")
        message = self._platform.phone.messages.get(ts)
        if message is None:
            raise Failed("message_not_found")
        if name not in SIGNS or message.reactions.get("business") != SIGNS[name]:
            raise Failed("no_reaction")
        self._platform.phone.business_reacts(ts, "")
        return {}

    async def _user(self, given: Json) -> Json:
        person = self._platform.phone.customers.get(str(given.get("user") or ""))
        if person is None:
            raise Failed("user_not_found")
        profile = {"display_name": person.name, "real_name": person.name}
        return {
            "user": {
                "id": person.id,
                "team_id": "T0KUNDE",
                "name": person.handle,
                "real_name": person.name,
                "locale": "de-DE",
                "profile": profile,
            }
        }

    async def _info(self, given: Json) -> Json:
        file = self._platform.phone.files.get(str(given.get("file") or ""))
        if file is None:
            raise Failed("file_not_found")
        url = f"{self._platform.base_url}/files-pri/{file.id}/download"
        return {
            "file": {"id": file.id, "name": file.name, "mimetype": file.type, "size": len(file.data), "url_private_download": url}
        }

    async def _upload_url(self, given: Json) -> Json:
        name, length = str(given.get("filename") or ""), str(given.get("length") or "")
        if not (name and length.isdigit()):
            raise Failed("invalid_arguments")
        id = self._platform.new_id("file")
        self._waiting[id] = (name, int(length), b"")
        return {"upload_url": f"{self._platform.base_url}/upload/{id}", "file_id": id}

    async def _complete(self, given: Json) -> Json:
        files: list[File] = []
        for one in given.get("files") or []:
            name, size, data = self._waiting.pop(str(one.get("id") or ""), ("", 0, b""))
            if not name or len(data) != size:
                raise Failed("file_not_found")
            file = File(id=str(one["id"]), name=str(one.get("title") or name), type=_type(name), data=data)
            self._platform.phone.files[file.id] = file
            files.append(file)
        if not files:
            raise Failed("invalid_arguments")
        if not given.get("channel_id"):
            return {"files": []}
        text = html.unescape(str(given.get("initial_comment") or ""))
        channel, ts = self._say(str(given["channel_id"]), text, (), files, str(given.get("thread_ts") or ""), "")
        shown = [{"id": file.id, "title": file.name} for file in files]
        self._platform.echo(
            self._lane(channel), channel, ts, {"text": text, "files": shown, "subtype": "file_share", **_thread(given)}
        )
        return {"files": shown}


async def _arguments(request: Request[Any, Any, Any]) -> Json:
    """Arguments as JSON or as a form."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("application/json"):
        try:
            return msgspec.json.decode(body or b"{}", type=dict[str, Any])
        except msgspec.DecodeError:
            raise Failed("invalid_json") from None
    given: Json = {**dict(request.query_params), **dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=100))}
    for name in ("blocks", "metadata", "files"):
        if isinstance(given.get(name), str):
            try:
                given[name] = msgspec.json.decode(given[name])
            except msgspec.DecodeError:
                raise Failed("invalid_arguments") from None
    return given


def _thread(given: Json) -> Json:
    return {"thread_ts": given["thread_ts"]} if given.get("thread_ts") else {}


def _choices(blocks: list[Json]) -> list[Choice]:
    """Buttons and rows of lists. Raises Failed for what Block Kit does not allow."""
    found: list[Choice] = []
    for block in blocks:
        for element in block.get("elements", []) if block.get("type") == "actions" else []:
            rows = element.get("options", []) if element.get("type") == "static_select" else [element]
            for row in rows:
                title = str(row.get("text", {}).get("text") or "")
                if not title or len(title) > 75:
                    raise Failed("invalid_blocks")
                found.append(Choice(id=str(row.get("value") or ""), title=title))
    return found


def _type(name: str) -> str:
    endings = {
        "png": "image/png",
        "jpg": "image/jpeg",
        "jpeg": "image/jpeg",
        "gif": "image/gif",
        "pdf": "application/pdf",
        "mp3": "audio/mpeg",
        "mp4": "video/mp4",
    }
    return endings.get(name.rpartition(".")[2].lower(), "application/octet-stream")
