"""The methods of Mastodon's client API that a customer-service program uses.

token -> faults -> method -> an entity, or {"error": "…"}; pages by id: `max_id` older, `since_id` and `min_id` newer

https://docs.joinmastodon.org/methods/ (read 2026-11)
"""

import asyncio
import hmac
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from oase.sandbox.mastodon.shapes import (
    DOMAIN,
    US,
    Status,
    company_json,
    customer_json,
    instance_json,
    media_json,
    moment,
    status_json,
)
from oase.sandbox.places import File, Json
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.places.requests import Asked, Refused, Routes, dispatch, json_answer, refusal
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.mastodon.platform import Mastodon, Told

_LONGEST: Final = 500
_WORK_SECONDS: Final = 0.2
_NAMES: Final = re.compile(r"@([\w.-]+@[\w.-]+\w|[\w-]+)")
_OPEN: Final = ("/api/v2/instance", "/api/v1/instance")
_UNKNOWN: Final = Refused(404, {"error": "The page you are looking for isn't here."})
_MISSING: Final = Refused(404, {"error": "Record not found"})
_SCOPES: Final = ["read:accounts", "read:notifications", "read:statuses", "write:statuses", "write:media", "write:favourites"]


class Api:
    """Answers what the company's program asks."""

    def __init__(self, platform: "Mastodon") -> None:
        self._platform = platform
        self._keys: dict[str, str] = {}  # Idempotency-Key -> status
        self._working: set[str] = set()  # files that the server still works on
        self._routes: Routes = (
            ("GET", r"/api/v2/instance", self._instance),
            ("GET", r"/api/v1/instance", self._instance_v1),
            ("GET", r"/api/v1/accounts/verify_credentials", self._me),
            ("GET", r"/api/v1/apps/verify_credentials", self._app),
            ("GET", r"/api/v1/notifications", self._notifications),
            ("GET", r"/api/v1/statuses", self._several),
            ("POST", r"/api/v1/statuses", self._post),
            ("GET", r"/api/v1/statuses/(\d+)", self._one),
            ("DELETE", r"/api/v1/statuses/(\d+)", self._delete),
            ("GET", r"/api/v1/statuses/(\d+)/context", self._context),
            ("POST", r"/api/v1/statuses/(\d+)/(favourite|unfavourite)", self._favourite),
            ("POST", r"/api/v2/media", self._upload),
            ("GET", r"/api/v1/media/(\d+)", self._media),
        )

    async def answer(self, asked: Asked) -> Answer:
        """The answer to one request."""
        if asked.path.startswith("/files/"):
            return self._file(asked.path)
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            self._check(asked)
            answer = await dispatch(self._routes, asked, _UNKNOWN)
        except Refused as refused:
            return refusal(refused)
        return answer

    def _check(self, asked: Asked) -> None:
        if asked.path in _OPEN:
            return
        if not asked.bearer:
            raise Refused(401, {"error": "This method requires an authenticated user"})
        if not hmac.compare_digest(asked.bearer.encode(), self._platform.token.encode()):
            raise Refused(401, {"error": "The access token is invalid"})
        if self._platform.struck("token_expired"):
            raise Refused(401, {"error": "The access token was revoked"})
        throttled = self._platform.struck("throttled")
        if throttled:
            reset = self._platform.reset_at(throttled.seconds)
            limits = {"x-ratelimit-limit": "300", "x-ratelimit-remaining": "0", "x-ratelimit-reset": reset}
            raise Refused(429, {"error": "Too many requests"}, limits)

    # --- who and where ---

    async def _instance(self, asked: Asked) -> Answer:
        body = instance_json(f"{COMPANY_NAME} und Nachbarn")
        body["contact"]["account"] = self._us()
        return json_answer(body)

    async def _instance_v1(self, asked: Asked) -> Answer:
        return json_answer(
            {"uri": DOMAIN, "title": COMPANY_NAME, "version": "4.4.2", "configuration": instance_json("")["configuration"]}
        )

    async def _me(self, asked: Asked) -> Answer:
        source = {
            "note": "",
            "fields": [],
            "privacy": "public",
            "sensitive": False,
            "language": "de",
            "follow_requests_count": 0,
            "indexable": False,
        }
        role = {"id": "-99", "name": "", "color": "", "highlighted": False, "permissions": "65536"}
        return json_answer(self._us() | {"source": source, "role": role})

    async def _app(self, asked: Asked) -> Answer:
        return json_answer(
            {"id": "11", "name": "Oase", "website": None, "scopes": _SCOPES, "redirect_uris": ["urn:ietf:wg:oauth:2.0:oob"],
             "redirect_uri": "urn:ietf:wg:oauth:2.0:oob", "vapid_key": "none"}
        )  # fmt: skip

    # --- reading ---

    async def _notifications(self, asked: Asked) -> Answer:
        wanted, unwanted = set(asked.many("types")), set(asked.many("exclude_types"))
        found = [one for one in self._platform.told if one.type not in unwanted and (not wanted or one.type in wanted)]
        page = [(one, status) for one in _page(found, asked) if (status := self._platform.status(one.status_id)) is not None]
        return json_answer([self._notification(one, status) for one, status in page])

    def _notification(self, told: "Told", status: Status) -> Json:
        customer = self._platform.phone.customer(told.customer_id)
        return {
            "id": told.id, "type": told.type, "created_at": moment(status.time), "group_key": f"ungrouped-{told.id}",
            "account": customer_json(customer, self._platform.base_url), "status": self._shown(status),
        }  # fmt: skip

    async def _several(self, asked: Asked) -> Answer:
        ids = asked.many("id")
        if len(ids) > 20:
            raise Refused(422, {"error": "Too many statuses"})
        found = [one for key in ids if (one := self._platform.status(key)) is not None]
        return json_answer([self._shown(one) for one in found])

    async def _one(self, asked: Asked, key: str) -> Answer:
        return json_answer(self._shown(self._known(key)))

    async def _context(self, asked: Asked, key: str) -> Answer:
        ancestors: list[Status] = []
        above = self._platform.status(self._known(key).in_reply_to)
        while above is not None and len(ancestors) < 40:
            ancestors.insert(0, above)
            above = self._platform.status(above.in_reply_to)
        below = [one.id for one in self._platform.timeline.posts.values() if one.parent_id == key]
        descendants = [one for below_id in below if (one := self._platform.status(below_id)) is not None]
        return json_answer({"ancestors": list(map(self._shown, ancestors)), "descendants": list(map(self._shown, descendants))})

    # --- writing ---

    async def _post(self, asked: Asked) -> Answer:
        key = asked.headers.get("idempotency-key", "")
        known = self._platform.status(self._keys[key]) if key in self._keys else None
        if known is not None:
            return json_answer(self._shown(known))
        if self._platform.struck("error_in_200"):
            return json_answer({"error": "Something went wrong on our end"})
        status = self._said(asked, key)
        if key:
            self._keys[key] = status.id
        return self._platform.fault_after() or json_answer(self._shown(status))

    def _said(self, asked: Asked, key: str) -> Status:
        text, visibility = asked.text("status").strip(), asked.text("visibility", "public")
        files = self._attached(asked.many("media_ids"))
        if not text and not files:
            raise Refused(422, {"error": "Validation failed: Text can't be blank"})
        if _length(text) > _LONGEST:
            raise Refused(422, {"error": f"Validation failed: Text character limit of {_LONGEST} exceeded"})
        below = asked.text("in_reply_to_id")
        if below and self._platform.status(below) is None:
            raise _MISSING
        named = self._named(text)
        new_id = self._platform.new_id("status")
        if visibility == "direct":
            return self._to_one(new_id, text, files, below, named, key)
        if below in self._platform.timeline.posts:
            post = self._platform.timeline.answer(text, parent_id=below, post_id=new_id, key=key, files=files)
        else:
            post = self._platform.timeline.add("", text, post_id=new_id, files=files)
        post.extra["visibility"] = visibility
        return self._known(new_id)

    def _to_one(self, new_id: str, text: str, files: Sequence[File], below: str, named: Sequence[Any], key: str) -> Status:
        """A private mention: those whom it names read it, the first of them on the phone."""
        if not named:
            return Status(id=new_id, author_id="", text=text, visibility="direct", time=self._platform.now(), files=files)
        customer = named[0]
        bare = text.removeprefix(customer.handle).strip()
        message = self._platform.phone.deliver(customer.id, bare, message_id=new_id, key=key, files=files)
        message.extra["below"] = below
        return self._known(new_id)

    def _named(self, text: str) -> list[Any]:
        handles = {one.handle.removeprefix("@").lower(): one for one in self._platform.phone.customers.values()}
        handles |= {f"{handle}@{DOMAIN}": one for handle, one in handles.items() if "@" not in handle}
        return [handles[name.lower()] for name in _NAMES.findall(text) if name.lower() in handles]

    def _attached(self, ids: Sequence[str]) -> list[File]:
        if any(one in self._working for one in ids):
            raise Refused(422, {"error": "Cannot attach files that have not finished processing. Try again in a moment!"})
        files = [self._platform.phone.files[one] for one in ids if one in self._platform.phone.files]
        if len(files) != len(ids):
            raise _MISSING
        moving = [one for one in files if not one.type.startswith("image/") or one.type == "image/gif"]
        if len(files) > 4 or (moving and len(files) > 1):
            raise Refused(422, {"error": "Validation failed: Cannot attach a video to a post that already contains images"})
        return files

    async def _delete(self, asked: Asked, key: str) -> Answer:
        status = self._known(key)
        if status.author_id:
            raise _MISSING
        if key in self._platform.timeline.posts:
            self._platform.timeline.erase(key)
        else:
            self._platform.phone.messages[key].deleted = True
        return json_answer(self._shown(status) | {"text": status.text})

    async def _favourite(self, asked: Asked, key: str, act: str) -> Answer:
        self._known(key)
        if key in self._platform.timeline.posts:
            self._platform.timeline.like(key, "", act == "favourite")
        else:
            self._platform.phone.business_reacts(key, "⭐" if act == "favourite" else "")
        return json_answer(self._shown(self._known(key)))

    # --- files ---

    async def _upload(self, asked: Asked) -> Answer:
        given = asked.files.get("file")
        if given is None:
            raise Refused(422, {"error": "Validation failed: File can't be blank"})
        file = self._platform.phone.add_file(given.name, given.type, given.data)
        if given.type.startswith("image/") and given.type != "image/gif":
            return json_answer(media_json(file, self._platform.base_url))
        self._working.add(file.id)
        asyncio.get_running_loop().call_later(_WORK_SECONDS, self._working.discard, file.id)
        return json_answer(media_json(file, self._platform.base_url, ready=False), 202)

    async def _media(self, asked: Asked, key: str) -> Answer:
        if key not in self._platform.phone.files:
            raise _MISSING
        ready = key not in self._working
        body = media_json(self._platform.phone.files[key], self._platform.base_url, ready=ready)
        return json_answer(body, 200 if ready else 206)

    def _file(self, path: str) -> Answer:
        key = path.split("/")[2]
        if self._platform.struck("media_expired") or key not in self._platform.phone.files:
            return Response(b"", status_code=404, media_type="text/plain")
        file = self._platform.phone.files[key]
        return Response(file.data, media_type=file.type)

    # --- what they share ---

    def _us(self) -> Json:
        return company_json(COMPANY_NAME, self._platform.base_url)

    def _known(self, key: str) -> Status:
        status = self._platform.status(key)
        if status is None:
            raise _MISSING
        return status

    def _shown(self, status: Status) -> Json:
        base = self._platform.base_url
        author = customer_json(self._platform.phone.customer(status.author_id), base) if status.author_id else self._us()
        shown = status_json(status, author, base, names_us=bool(status.author_id))
        above = self._platform.status(status.in_reply_to) if status.in_reply_to else None
        shown["in_reply_to_account_id"] = (above.author_id or US) if above else None
        if not status.author_id:
            shown["application"] = {"name": "Oase", "website": None}
        return shown


def _page(found: Sequence["Told"], asked: Asked) -> Sequence["Told"]:
    """A page, newest first; `min_id` begins right after an id, `since_id` gives the newest after it."""
    limit = min(asked.whole("limit", 40), 80)
    after, before = int(asked.text("min_id") or asked.text("since_id") or 0), int(asked.text("max_id") or 0)
    rest = [one for one in found if int(one.id) > after and (not before or int(one.id) < before)]
    chosen = rest[:limit] if asked.text("min_id") else rest[-limit:]
    return chosen[::-1]


def _length(text: str) -> int:
    """As Mastodon counts: an address is 23, of a name only the part before its server."""
    short = re.sub(r"https?://\S+", "x" * 23, text)
    return len(re.sub(r"(@[\w.-]+)@[\w.-]+", r"\1", short))
