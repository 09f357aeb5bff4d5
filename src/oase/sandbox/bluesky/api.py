"""The methods (XRPC) that a customer-service program uses.

token -> faults -> method -> JSON, or {"error": name, "message": words}; chats only through the proxy header of the chat service

https://docs.bsky.app/docs/category/http-reference (read 2026-11)
"""

import unicodedata
from typing import TYPE_CHECKING, Any, Final

from litestar import Response

from oase.sandbox.bluesky.shapes import (
    HANDLE,
    LIKES,
    POSTS,
    US,
    cid,
    message_json,
    profile_json,
    record_of,
    token,
    uri,
    uri_of,
    us_json,
    view_of,
)
from oase.sandbox.places import Customer, File, Json, Post
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.places.requests import Asked, Refused, Routes, dispatch, json_answer, refusal
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.bluesky.platform import Bluesky, Told

_CHAT_SERVICE: Final = "did:web:api.bsky.chat#bsky_chat"
_LONGEST, _LONGEST_MESSAGE, _PICTURE_BYTES = 300, 1_000, 1_000_000
_ACCESS_SECONDS, _REFRESH_SECONDS = 7_200, 60 * 86_400
_OPEN: Final = ("/xrpc/com.atproto.server.createSession", "/xrpc/com.atproto.identity.resolveHandle")


def refused(error: str, words: str, status: int = 400, headers: dict[str, str] | None = None) -> Refused:
    """How the protocol words a refusal."""
    return Refused(status, {"error": error, "message": words}, headers)


class Api:
    """Answers what the company's program asks."""

    def __init__(self, platform: "Bluesky") -> None:
        self._platform = platform
        self._access: set[str] = set()
        self._refresh: set[str] = set()
        self._count = 0
        self._blobs: dict[str, File] = {}
        methods = {
            "GET": {
                "com.atproto.server.getSession": self._session,
                "com.atproto.identity.resolveHandle": self._resolve,
                "app.bsky.notification.listNotifications": self._notifications,
                "app.bsky.feed.getPosts": self._posts,
                "chat.bsky.convo.listConvos": self._convos,
                "chat.bsky.convo.getConvo": self._convo,
                "chat.bsky.convo.getConvoForMembers": self._convo_with,
                "chat.bsky.convo.getLog": self._log,
            },
            "POST": {
                "com.atproto.server.createSession": self._create_session,
                "com.atproto.server.refreshSession": self._refresh_session,
                "com.atproto.repo.uploadBlob": self._upload,
                "com.atproto.repo.createRecord": self._put,
                "com.atproto.repo.putRecord": self._put,
                "com.atproto.repo.deleteRecord": self._delete,
                "chat.bsky.convo.sendMessage": self._send,
                "chat.bsky.convo.addReaction": self._react,
                "chat.bsky.convo.removeReaction": self._react,
            },
        }
        self._routes: Routes = [
            (verb, f"/xrpc/{name.replace('.', '[.]')}", method)
            for verb, group in methods.items()
            for name, method in group.items()
        ]

    async def answer(self, asked: Asked) -> Answer:
        """The answer to one request."""
        if asked.path.startswith("/img/"):
            return self._picture(asked.path.removeprefix("/img/").partition("@")[0])
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            self._check(asked)
            return await dispatch(self._routes, asked, refused("MethodNotImplemented", "Method Not Implemented", 501))
        except Refused as error:
            return refusal(error)

    def _check(self, asked: Asked) -> None:
        throttled = self._platform.struck("throttled")
        if throttled:
            until = int(self._platform.now().timestamp() + throttled.seconds) + 1
            limits = {"ratelimit-limit": "3000", "ratelimit-remaining": "0", "ratelimit-reset": str(until)}
            raise refused("RateLimitExceeded", "Rate Limit Exceeded", 429, limits)
        if asked.path in _OPEN:
            return
        if not asked.bearer:
            raise refused("AuthMissing", "Authentication Required", 401)
        known = self._refresh if asked.path.endswith("refreshSession") else self._access
        if asked.bearer not in known:
            raise refused("ExpiredToken" if asked.bearer.count(".") == 2 else "InvalidToken", "Token has expired")
        if not asked.path.endswith("refreshSession") and self._platform.struck("token_expired"):
            raise refused("ExpiredToken", "Token has expired")
        if ".chat.bsky" in f".{asked.path.removeprefix('/xrpc/')}" and asked.headers.get("atproto-proxy") != _CHAT_SERVICE:
            raise refused("MethodNotImplemented", "Method Not Implemented", 501)

    # --- sessions ---

    async def _create_session(self, asked: Asked) -> Answer:
        known = asked.text("identifier") in (HANDLE, US)
        if not known or asked.text("password") != self._platform.app_password or self._platform.struck("token_expired"):
            raise refused("AuthenticationRequired", "Invalid identifier or password", 401)
        return json_answer(self._opened())

    async def _refresh_session(self, asked: Asked) -> Answer:
        self._refresh.discard(asked.bearer)
        return json_answer(self._opened())

    def _opened(self) -> Json:
        self._count += 1
        now = self._platform.now()
        access = token("com.atproto.appPassPrivileged", self._count, now, _ACCESS_SECONDS)
        refresh = token("com.atproto.refresh", self._count, now, _REFRESH_SECONDS)
        self._access.add(access)
        self._refresh.add(refresh)
        return {"accessJwt": access, "refreshJwt": refresh, **self._who()}

    async def _session(self, asked: Asked) -> Answer:
        return json_answer(self._who())

    def _who(self) -> Json:
        home = {"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": self._platform.base_url}
        return {"did": US, "handle": HANDLE, "active": True, "didDoc": {"id": US, "service": [home]}}

    async def _resolve(self, asked: Asked) -> Answer:
        handle = asked.text("handle").lower()
        people = {one.handle.removeprefix("@").lower(): one.id for one in self._platform.phone.customers.values()} | {HANDLE: US}
        if handle not in people:
            raise refused("InvalidRequest", "Unable to resolve handle")
        return json_answer({"did": people[handle]})

    # --- reading ---

    async def _notifications(self, asked: Asked) -> Answer:
        reasons = set(asked.many("reasons"))
        posts = self._platform.timeline.posts
        found = [one for one in self._platform.told if (not reasons or one.reason in reasons) and not posts[one.post_id].deleted]
        found.reverse()
        start, limit = asked.whole("cursor", 0), min(asked.whole("limit", 50), 100)
        page = found[start : start + limit]
        body: Json = {"notifications": list(map(self._notification, page)), "priority": False}
        return json_answer(body | ({"cursor": str(start + limit)} if len(found) > start + limit else {}))

    def _notification(self, told: "Told") -> Json:
        post = self._platform.timeline.post(told.post_id)
        author = profile_json(self._platform.phone.customer(told.customer_id))
        subject = {"uri": uri_of(post), "cid": cid(post.id)}
        liked = {"$type": LIKES, "subject": subject, "createdAt": told.at}
        record = liked if told.reason == "like" else self._record(post)
        place = uri(told.customer_id, LIKES if told.reason == "like" else POSTS, told.key)
        body: Json = {
            "uri": place, "cid": cid(told.key), "author": author, "reason": told.reason, "record": record, "isRead": False,
            "indexedAt": told.at, "labels": [],
        }  # fmt: skip
        above = self._platform.timeline.posts.get(post.parent_id)
        about = post if told.reason == "like" else above if told.reason == "reply" else None
        return body | ({"reasonSubject": uri_of(about)} if about else {})

    async def _posts(self, asked: Asked) -> Answer:
        uris = asked.many("uris")
        if not uris or len(uris) > 25:
            raise refused("InvalidRequest", "Error: Params must have between 1 and 25 uris")
        found = [post for one in uris if (post := self._post(one)) is not None]
        return json_answer({"posts": list(map(self._view, found))})

    def _post(self, place: str) -> Post | None:
        post = self._platform.timeline.posts.get(place.rpartition("/")[2])
        return post if post is not None and not post.deleted and uri_of(post) == place else None

    def _view(self, post: Post) -> Json:
        customer = self._platform.phone.customer(post.author_id) if post.author_id else None
        author = profile_json(customer) if customer else us_json(COMPANY_NAME)
        return view_of(post, author, self._record(post), self._platform.base_url)

    def _record(self, post: Post) -> Json:
        known = self._platform.timeline.posts
        return record_of(post, known.get(post.thread_id), known.get(post.parent_id))

    # --- writing ---

    async def _upload(self, asked: Asked) -> Answer:
        kind = asked.headers.get("content-type", "").partition(";")[0]
        if len(asked.body) > _PICTURE_BYTES:
            raise refused("BlobTooLarge", f"This file is too large. It is {len(asked.body)} bytes.")
        file = self._platform.phone.add_file("", kind, asked.body)
        link = "bafkrei" + cid(file.id)[7:]
        self._blobs[link] = file
        return json_answer({"blob": {"$type": "blob", "ref": {"$link": link}, "mimeType": kind, "size": len(asked.body)}})

    async def _put(self, asked: Asked) -> Answer:
        if asked.text("repo") not in (US, HANDLE):
            raise refused("InvalidRequest", "Account does not own this repo", 403)
        collection, key = asked.text("collection"), asked.text("rkey") or self._platform.new_id("record")
        record = asked.values.get("record") or {}
        if self._platform.struck("error_in_200"):
            return json_answer({"error": "InternalServerError", "message": "Internal Server Error"})
        if collection == LIKES:
            self._platform.timeline.like(self._answered(record.get("subject")).id, "")
        elif collection == POSTS:
            self._publish(key, record)
        else:
            raise refused("InvalidRequest", f"Lexicon not found: lex:{collection}")
        commit = {"cid": cid(key), "rev": self._platform.new_id("rev")}
        body = {"uri": uri(US, collection, key), "cid": cid(f"{key}{record.get('text', '')}"), "commit": commit}
        return self._platform.fault_after() or json_answer(body | {"validationStatus": "valid"})

    def _publish(self, key: str, record: Json) -> None:
        """A post of the company; one that is there already, unchanged, stays as it is."""
        text = str(record.get("text", ""))
        if key in self._platform.timeline.posts:
            return
        if _length(text) > _LONGEST:
            raise refused("InvalidRequest", f"Invalid {POSTS} record: Record/text must not be longer than {_LONGEST} graphemes")
        for facet in record.get("facets") or ():
            if not 0 <= facet["index"]["byteStart"] < facet["index"]["byteEnd"] <= len(text.encode()):
                raise refused("InvalidRequest", f"Invalid {POSTS} record: Record/facets are out of bounds")
        images = (record.get("embed") or {}).get("images") or ()
        files = [self._blobs[one["image"]["ref"]["$link"]] for one in images]
        below = record.get("reply")
        if not below:
            self._platform.timeline.add("", text, post_id=key, files=files)
            return
        root, parent = self._answered(below["root"]), self._answered(below["parent"])
        if parent.thread_id != root.id:
            raise refused("InvalidRequest", "The parent is not in the thread of the root")
        self._platform.timeline.answer(text, parent_id=parent.id, post_id=key, key=key, files=files)

    def _answered(self, ref: Any) -> Post:
        post = self._post(str((ref or {}).get("uri", "")))
        if post is None or self._view(post)["cid"] != ref.get("cid"):
            raise refused("InvalidRequest", "Could not locate record")
        return post

    async def _delete(self, asked: Asked) -> Answer:
        key, known = asked.text("rkey"), self._platform.timeline.posts
        if asked.text("collection") == POSTS and key in known and not known[key].author_id:
            self._platform.timeline.erase(key)
        elif asked.text("collection") == LIKES:
            for post in known.values():
                post.likes.discard("")
        return json_answer({"commit": {"cid": cid(key), "rev": self._platform.new_id("rev")}})

    # --- chats ---

    async def _convos(self, asked: Asked) -> Answer:
        people = [one for one in self._platform.phone.customers.values() if "convo" in one.extra]
        return json_answer({"convos": [self._convo_json(one) for one in reversed(people)][: asked.whole("limit", 50)]})

    async def _convo(self, asked: Asked) -> Answer:
        return json_answer({"convo": self._convo_json(self._person(asked.text("convoId")))})

    async def _convo_with(self, asked: Asked) -> Answer:
        members = [one for one in asked.many("members") if one != US]
        customer = self._platform.phone.customers.get(members[0]) if members else None
        if customer is None:
            raise refused("InvalidRequest", "Could not find members")
        if customer.blocked:
            raise refused("BlockedActor", "block between recipient and sender")
        return json_answer({"convo": self._convo_json(customer)})

    def _convo_json(self, customer: Customer) -> Json:
        convo = self._platform.convo(customer.id)
        revs = [one["rev"] for one in self._platform.log if one["convoId"] == convo]
        members = [us_json(COMPANY_NAME), profile_json(customer)]
        return {
            "id": convo,
            "rev": revs[-1] if revs else convo,
            "members": members,
            "muted": False,
            "unreadCount": 0,
            "status": "accepted",
        }

    async def _log(self, asked: Asked) -> Answer:
        after = asked.text("cursor")
        found = [one for one in self._platform.log if one["rev"] > after][:100]
        return json_answer({"logs": found, "cursor": found[-1]["rev"] if found else after})

    async def _send(self, asked: Asked) -> Answer:
        customer = self._person(asked.text("convoId"))
        said = asked.values.get("message") or {}
        text = str(said.get("text", ""))
        if not text or _length(text) > _LONGEST_MESSAGE:
            raise refused("InvalidRequest", "Input/message/text must not be longer than 1000 graphemes")
        if self._platform.struck("error_in_200"):
            return json_answer({"error": "InternalServerError", "message": "Internal Server Error"})
        answered = str((said.get("replyTo") or {}).get("messageId", ""))
        message = self._platform.phone.deliver(customer.id, text, reply_to=answered)
        self._platform.happened("logCreateMessage", message)
        return self._platform.fault_after() or json_answer(message_json(message))

    async def _react(self, asked: Asked) -> Answer:
        self._person(asked.text("convoId"))
        key = asked.text("messageId")
        if key not in self._platform.phone.messages:
            raise refused("InvalidRequest", "Message not found")
        self._platform.phone.business_reacts(key, "" if asked.path.endswith("removeReaction") else asked.text("value"))
        return json_answer({"message": message_json(self._platform.phone.messages[key])})

    def _person(self, convo: str) -> Customer:
        customer = self._platform.person_of(convo)
        if customer is None:
            raise refused("InvalidRequest", "Convo not found")
        return customer

    def _picture(self, key: str) -> Answer:
        files: dict[str, File] = self._platform.phone.files
        if key not in files or self._platform.struck("media_expired"):
            return Response(b"", status_code=404, media_type="text/plain")
        return Response(files[key].data, media_type=files[key].type)


def _length(text: str) -> int:
    """Signs as one sees them, nearly: marks and joiners belong to the sign before."""
    return sum(1 for one in text if not unicodedata.combining(one) and one not in "\u200d\ufe0f")
