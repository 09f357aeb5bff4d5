"""The client-server API as far as customer service needs it.

token -> faults -> endpoint -> answer, or Matrix's error body (errcode, error)

https://spec.matrix.org/latest/client-server-api/ (read 2026-11)
"""

import asyncio
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
from oase.sandbox.places import Json, Spot
from oase.sandbox.places.types import File
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.matrix.platform import Matrix

_MOST: Final = 50_000_000
_LARGEST_EVENT: Final = 65_536
_GEO: Final = re.compile(r"geo:(-?[0-9.]+),(-?[0-9.]+)")
Run = Callable[[Request[Any, Any, Any], Sequence[str]], Awaitable[Answer]]


class Refused(Exception):
    """An error of the server's."""

    def __init__(self, status: int, code: str, words: str, **more: object) -> None:
        super().__init__(words)
        self.status, self.body = status, {"errcode": code, "error": words, **more}


def _json(content: Json, status: int = 200, **headers: str) -> Answer:
    return Response(msgspec.json.encode(content), status_code=status, media_type="application/json", headers=headers)


class Api:
    """Answers requests to the homeserver."""

    def __init__(self, platform: "Matrix") -> None:
        self._platform = platform
        self._sent: dict[str, str] = {}  # event ids by transaction
        self._open: tuple[tuple[str, str, Run], ...] = (
            ("GET", "client/versions", self._versions),
            ("POST", "client/v3/login", self._login),
        )
        self._routes: tuple[tuple[str, str, Run], ...] = (
            ("GET", "client/v3/account/whoami", self._whoami),
            ("GET", "client/v3/sync", self._sync),
            ("POST", "client/v3/join/*", self._join),
            ("GET", "client/v3/rooms/*/joined_members", self._members),
            ("GET", "client/v3/rooms/*/messages", self._messages),
            ("PUT", "client/v3/rooms/*/send/*/*", self._send),
            ("PUT", "client/v3/rooms/*/typing/*", self._typing),
            ("POST", "client/v3/rooms/*/receipt/m.read/*", self._receipt),
            ("GET", "client/v1/media/config", self._config),
            ("POST", "media/v3/upload", self._upload),
            ("GET", "client/v1/media/download/*/*", self._download),
        )

    def handlers(self) -> Sequence[HTTPRouteHandler]:
        """One handler for all paths below /_matrix."""
        methods = [HttpMethod.GET, HttpMethod.POST, HttpMethod.PUT]

        @route("/_matrix/{path:path}", http_method=methods, status_code=200)
        async def answer(path: FromPath[str], request: Request[Any, Any, Any]) -> Answer:
            return await self.answer(request, path.strip("/"))

        return [answer]

    async def answer(self, request: Request[Any, Any, Any], path: str) -> Answer:
        """The answer to one request."""
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            for routes, needs_token in ((self._open, False), (self._routes, True)):
                for method, pattern, run in routes:
                    found = re.fullmatch(re.escape(pattern).replace(r"\*", "([^/]+)"), path)
                    if found and method == request.method:
                        if needs_token:
                            self._check(request)
                        return await run(request, found.groups())
            raise Refused(404, "M_UNRECOGNIZED", "Unrecognized request")
        except Refused as refused:
            return _json(refused.body, refused.status)

    def _check(self, request: Request[Any, Any, Any]) -> None:
        given = request.headers.get("authorization", "").encode()
        if not given:
            raise Refused(401, "M_MISSING_TOKEN", "Missing access token")
        known = secrets.compare_digest(given, f"Bearer {self._platform.token}".encode())
        if not known or self._platform.struck("token_expired"):
            raise Refused(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.", soft_logout=False)
        if self._platform.struck("throttled"):
            raise Refused(429, "M_LIMIT_EXCEEDED", "Too many requests", retry_after_ms=1000)
        if self._platform.struck("error_in_200"):
            raise Refused(200, "M_FORBIDDEN", "An error behind a success")

    async def _body(self, request: Request[Any, Any, Any]) -> Json:
        try:
            return msgspec.json.decode(await request.body() or b"{}", type=dict[str, Any])
        except msgspec.DecodeError:
            raise Refused(400, "M_NOT_JSON", "Content not JSON.") from None

    async def _versions(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        return _json({"versions": ["v1.1", "v1.6", "v1.11"], "unstable_features": {}})

    async def _login(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        given, one = await self._body(request), self._platform
        if given.get("password") != one.password:
            raise Refused(403, "M_FORBIDDEN", "Invalid username or password")
        return _json({"user_id": one.user, "access_token": one.token, "device_id": one.device})

    async def _whoami(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        return _json({"user_id": self._platform.user, "device_id": self._platform.device, "is_guest": False})

    async def _sync(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        since, wait = request.query_params.get("since", ""), request.query_params.get("timeout", "0")
        start = int(since[1:]) if re.fullmatch(r"s\d{1,12}", since) else 0
        if start >= len(self._platform.stream) and wait.isdigit():
            try:
                async with asyncio.timeout(min(int(wait), 30_000) / 1000):
                    await self._platform.news.wait()
            except TimeoutError:
                pass
        return _json({"next_batch": f"s{len(self._platform.stream)}", "rooms": self._rooms(start)})

    def _rooms(self, start: int) -> Json:
        one = self._platform
        invite = {
            room: {"invite_state": {"events": [self._invitation(room)]}}
            for room, at in one.invited.items()
            if room not in one.joined and at >= start
        }
        join: Json = {}
        for room, at in one.joined.items():
            entries = [entry for entry in one.stream[0 if at >= start else start :] if entry.room == room]
            events = [entry.event for entry in entries if not entry.passing]
            if entries:
                for entry in entries:
                    if not entry.passing and entry.event["sender"] != one.user:
                        one.phone.taken(str(entry.event["event_id"]))
                passing = [entry.event for entry in entries if entry.passing]
                timeline = {"events": events, "limited": False, "prev_batch": f"s{start}"}
                join[room] = {"timeline": timeline, "state": {"events": self._names(room)}, "ephemeral": {"events": passing}}
        return {"invite": invite, "join": join, "leave": {}}

    def _invitation(self, room: str) -> Json:
        one = self._platform
        content = {"membership": "invite", "is_direct": True}
        return {"type": "m.room.member", "sender": one.customer_in(room), "state_key": one.user, "content": content}

    def _names(self, room: str) -> list[Json]:
        who = self._platform.customer_in(room)
        content = {"membership": "join", "displayname": self._platform.phone.customer(who).name}
        return [{"type": "m.room.member", "sender": who, "state_key": who, "event_id": f"$member-{who}", "content": content}]

    def _room(self, room: str) -> str:
        """Whose room it is. Raises Refused if the company's user is not in it."""
        if room not in self._platform.joined:
            raise Refused(403, "M_FORBIDDEN", f"User {self._platform.user} not in room {room}")
        return self._platform.customer_in(room)

    async def _join(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        one, room = self._platform, parts[0]
        if room not in one.invited:
            raise Refused(403, "M_FORBIDDEN", "You are not invited to this room.")
        if room not in one.joined:
            one.joined[room] = len(one.stream)
            one.put(
                room, one.user, "m.room.member", {"membership": "join", "displayname": "Lindgrün Fahrräder"}, state_key=one.user
            )
        return _json({"room_id": room})

    async def _members(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        who = self._room(parts[0])
        names = {
            who: {"display_name": self._platform.phone.customer(who).name},
            self._platform.user: {"display_name": "Lindgrün Fahrräder"},
        }
        return _json({"joined": names})

    async def _messages(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        self._room(parts[0])
        return _json({"chunk": [], "start": request.query_params.get("from", "")})

    async def _send(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        room, type, txn = parts
        who, content = self._room(room), await self._body(request)
        if txn in self._sent:
            return _json({"event_id": self._sent[txn]})
        if len(msgspec.json.encode(content)) > _LARGEST_EVENT:
            raise Refused(413, "M_TOO_LARGE", "event too large")
        one, id = self._platform, self._platform.new_id("message")
        if type == "m.reaction":
            relation = content.get("m.relates_to", {})
            try:
                one.phone.business_reacts(str(relation.get("event_id")), str(relation.get("key")))
            except NotFound:
                raise Refused(404, "M_NOT_FOUND", "No such event") from None
        else:
            self._deliver(who, content, id, txn)
        self._sent[txn] = one.put(room, one.user, type, content, id=id, txn=txn)
        return one.fault_after() or _json({"event_id": id})

    def _deliver(self, who: str, content: Json, id: str, txn: str) -> None:
        one, spot = self._platform, _GEO.match(str(content.get("geo_uri") or ""))
        kind, body = content.get("msgtype"), str(content.get("body") or "")
        if not kind or not body:
            raise Refused(400, "M_BAD_JSON", "A message needs msgtype and body")
        files: list[File] = []
        if kind in ("m.image", "m.video", "m.audio", "m.file"):
            known = one.phone.files.get(str(content.get("url") or "").rpartition("/")[2])
            if known is None:
                raise Refused(400, "M_BAD_JSON", "The file is not known")
            files, body = [known], "" if body == content.get("filename", body) else body
        reply = str(content.get("m.relates_to", {}).get("m.in_reply_to", {}).get("event_id") or "")
        place = Spot(latitude=float(spot[1]), longitude=float(spot[2]), name=body) if spot else None
        text = "" if place else body
        voice = "org.matrix.msc3245.voice" in content
        one.phone.deliver(who, text, message_id=id, key=txn, files=files, voice=voice, spot=place, reply_to=reply)

    async def _typing(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        who = self._room(parts[0])
        if (await self._body(request)).get("typing") is True:
            self._platform.phone.business_types(who)
        return _json({})

    async def _receipt(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        self._room(parts[0])
        if parts[1] in self._platform.phone.messages:
            self._platform.phone.business_read(parts[1])
        return _json({})

    async def _config(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        return _json({"m.upload.size": _MOST})

    async def _upload(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        data = await request.body()
        name = request.query_params.get("filename", "file")
        file = self._platform.phone.add_file(name, request.headers.get("content-type", "application/octet-stream"), data)
        return _json({"content_uri": f"mxc://{self._platform.user.partition(':')[2]}/{file.id}"})

    async def _download(self, request: Request[Any, Any, Any], parts: Sequence[str]) -> Answer:
        file = self._platform.phone.files.get(parts[1])
        if file is None or self._platform.struck("media_expired"):
            raise Refused(404, "M_NOT_FOUND", "Not found")
        return Response(file.data, media_type=file.type)
