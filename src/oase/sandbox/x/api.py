"""The endpoints of X API v2 that a customer-service program uses.

token -> faults -> endpoint -> {"data": …, "includes": …, "meta": …}, or a problem {"title", "detail", "type", "status"}

https://docs.x.com/x-api (read 2026-11)
"""

import hmac
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from litestar import Response

from oase.sandbox.places import Customer, File, Json, Message, Post
from oase.sandbox.places.platform import COMPANY_NAME
from oase.sandbox.places.requests import Asked, Refused, Routes, dispatch, json_answer, refusal
from oase.sandbox.whatsapp.answers import Answer
from oase.sandbox.x.media import Uploads
from oase.sandbox.x.shapes import US, media_json, message_json, moment, post_json, us_json, user_json, weight

if TYPE_CHECKING:
    from oase.sandbox.x.platform import X

_LONGEST: Final = 280
_LONGEST_MESSAGE: Final = 10_000


def problem(status: int, title: str, detail: str, type: str = "about:blank") -> Refused:
    """How X words a refusal."""
    return Refused(status, {"title": title, "detail": detail, "type": type, "status": status})


def invalid(detail: str) -> Refused:
    """A request that is not right."""
    body = {
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "errors": [{"message": detail}],
    }
    return Refused(400, body | {"type": "https://api.x.com/2/problems/invalid-request", "status": 400})


def missing(kind: str, value: str) -> Refused:
    """Something that is not there."""
    return problem(
        404, "Not Found Error", f"Could not find {kind} with id: [{value}].", "https://api.x.com/2/problems/resource-not-found"
    )


class Api:
    """Answers what the company's program asks."""

    def __init__(self, platform: "X") -> None:
        self._platform = platform
        self._uploads = Uploads(platform)
        self._routes: Routes = (
            ("GET", r"/2/users/me", self._me),
            ("GET", r"/2/users/(\d+)/mentions", self._mentions),
            ("GET", r"/2/tweets", self._several),
            ("POST", r"/2/tweets", self._post),
            ("DELETE", r"/2/tweets/(\d+)", self._delete),
            ("PUT", r"/2/tweets/(\d+)/hidden", self._hide),
            ("POST", r"/2/users/(\d+)/likes", self._like),
            ("DELETE", r"/2/users/(\d+)/likes/(\d+)", self._unlike),
            ("GET", r"/2/dm_events", self._messages),
            ("POST", r"/2/dm_conversations/with/(\d+)/messages", self._message),
            ("GET", r"/2/dm_conversations/media/(\d+)/(\d+)/([\w.]+)", self._private_file),
            ("GET", r"/2/webhooks", self._hooks),
            ("POST", r"/2/webhooks", self._hook),
            ("PUT", r"/2/webhooks/(\d+)", self._challenge),
            ("GET", r"/2/account_activity/webhooks/(\d+)/subscriptions/all", self._is_subscribed),
            ("POST", r"/2/account_activity/webhooks/(\d+)/subscriptions/all", self._subscribe),
            *self._uploads.routes,
        )

    async def answer(self, asked: Asked) -> Answer:
        """The answer to one request."""
        if asked.path.startswith("/media/"):
            return self._public_file(asked.path.removeprefix("/media/"))
        fault = await self._platform.fault_before()
        if fault:
            return fault
        try:
            if asked.path == "/2/oauth2/token":
                return json_answer(self._platform.tokens.exchange(asked))
            self._check(asked)
            return await dispatch(self._routes, asked, problem(404, "Not Found", "There is no such endpoint."))
        except Refused as refused:
            return refusal(refused, "application/problem+json")

    def _check(self, asked: Asked) -> None:
        of_app = asked.path.startswith("/2/webhooks")
        good = [self._platform.bearer_token] if of_app else self._platform.tokens.access
        known = any(hmac.compare_digest(asked.bearer.encode(), one.encode()) for one in good)
        if not known or self._platform.struck("token_expired"):
            raise problem(401, "Unauthorized", "Unauthorized")
        throttled = self._platform.struck("throttled")
        if throttled:
            until = int(self._platform.now().timestamp() + throttled.seconds) + 1
            limits = {"x-rate-limit-limit": "15", "x-rate-limit-remaining": "0", "x-rate-limit-reset": str(until)}
            raise Refused(
                429, {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}, limits
            )

    # --- reading ---

    async def _me(self, asked: Asked) -> Answer:
        return json_answer({"data": us_json(COMPANY_NAME)})

    async def _mentions(self, asked: Asked, user_id: str) -> Answer:
        if user_id != US:
            raise missing("user", user_id)
        limit = asked.whole("max_results", 10)
        if not 5 <= limit <= 100:
            raise invalid("The `max_results` query parameter value is not between 5 and 100")
        after = int(asked.text("since_id") or 0)
        posts = [
            one for one in self._platform.timeline.posts.values() if one.author_id and not one.deleted and int(one.id) > after
        ]
        posts = sorted(posts, key=lambda one: int(one.id), reverse=True)
        start = asked.whole("pagination_token", 0)
        page, rest = posts[start : start + limit], posts[start + limit :]
        meta: Json = {"result_count": len(page)}
        if page:
            meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
        if rest:
            meta["next_token"] = str(start + limit)
        return json_answer(self._shown(page) | {"meta": meta})

    async def _several(self, asked: Asked) -> Answer:
        ids = asked.text("ids").split(",")
        known = self._platform.timeline.posts
        found = [known[one] for one in ids if one in known and not known[one].deleted]
        gone = [one for one in ids if one not in {post.id for post in found}]
        errors = [_not_found(one) for one in gone]
        return json_answer(self._shown(found) | ({"errors": errors} if errors else {}))

    def _shown(self, posts: Sequence[Post]) -> Json:
        if not posts:
            return {}
        people = {one.author_id for one in posts}
        users = [self._user(one) for one in sorted(people)]
        media = [media_json(file, self._platform.public_file(file)) for post in posts for file in post.files]
        return {"data": list(map(post_json, posts)), "includes": {"users": users} | ({"media": media} if media else {})}

    def _user(self, author_id: str) -> Json:
        return user_json(self._platform.phone.customer(author_id)) if author_id else us_json(COMPANY_NAME)

    async def _messages(self, asked: Asked) -> Answer:
        everything = sorted(self._platform.phone.messages.values(), key=lambda one: int(one.id), reverse=True)
        page = everything[: min(asked.whole("max_results", 100), 100)]
        if not page:
            return json_answer({"meta": {"result_count": 0}})
        users = [us_json(COMPANY_NAME), *(self._user(one) for one in sorted({message.customer_id for message in page}))]
        media = [media_json(file, self._platform.private_file(message, file)) for message in page for file in message.files]
        includes = {"users": users} | ({"media": media} if media else {})
        return json_answer({"data": list(map(message_json, page)), "includes": includes, "meta": {"result_count": len(page)}})

    # --- writing ---

    async def _post(self, asked: Asked) -> Answer:
        if self._platform.struck("error_in_200"):
            errors = [
                {"title": "Internal Error", "detail": "Something broke", "type": "https://api.x.com/2/problems/internal-error"}
            ]
            return json_answer({"errors": errors})
        text = asked.text("text")
        media = asked.values.get("media") or {}
        files = self._uploads.taken(media.get("media_ids") or (), "tweet")
        if not text.strip() and not files:
            raise invalid("Your text or media must not be empty.")
        if weight(text) > _LONGEST:
            raise invalid("Your text is too long.")
        below = (asked.values.get("reply") or {}).get("in_reply_to_tweet_id", "")
        known = self._platform.timeline.posts
        if below and (below not in known or known[below].deleted):
            raise problem(400, "Invalid Request", "You attempted to reply to a Tweet that is deleted or not visible to you.")
        if any(not one.author_id and not one.deleted and (one.text, one.parent_id) == (text, below) for one in known.values()):
            raise problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")
        new_id = self._platform.new_id("post")
        if below:
            self._platform.timeline.answer(text, parent_id=below, post_id=new_id, files=files)
        else:
            self._platform.timeline.add("", text, post_id=new_id, files=files)
        body = {"data": {"id": new_id, "text": text, "edit_history_tweet_ids": [new_id]}}
        return self._platform.fault_after() or json_answer(body, 201)

    async def _delete(self, asked: Asked, key: str) -> Answer:
        if self._post_of(key).author_id:
            raise problem(403, "Forbidden", "You are not authorized to delete this Tweet.")
        self._platform.timeline.erase(key)
        return json_answer({"data": {"deleted": True}})

    async def _hide(self, asked: Asked, key: str) -> Answer:
        root = self._platform.timeline.posts.get(self._post_of(key).thread_id)
        if root is None or root.author_id or root.id == key:
            raise problem(403, "Forbidden", "You are not permitted to hide replies of a conversation owned by somebody else.")
        hidden = asked.values.get("hidden") is True
        self._platform.timeline.hide(key, hidden)
        return json_answer({"data": {"hidden": hidden}})

    async def _like(self, asked: Asked, user_id: str) -> Answer:
        key = asked.text("tweet_id")
        self._post_of(key)
        self._platform.timeline.like(key, "")
        return json_answer({"data": {"liked": True}})

    async def _unlike(self, asked: Asked, user_id: str, key: str) -> Answer:
        self._post_of(key)
        self._platform.timeline.like(key, "", on=False)
        return json_answer({"data": {"liked": False}})

    async def _message(self, asked: Asked, customer_id: str) -> Answer:
        if self._platform.struck("error_in_200"):
            errors = [
                {"title": "Internal Error", "detail": "Something broke", "type": "https://api.x.com/2/problems/internal-error"}
            ]
            return json_answer({"errors": errors})
        customer = self._customer(customer_id)
        text = asked.text("text")
        ids = [str(one.get("media_id")) for one in asked.values.get("attachments") or ()]
        files = self._uploads.taken(ids, "dm")
        if not text and not files:
            raise invalid("Either text or attachments are required.")
        if len(text) > _LONGEST_MESSAGE or len(files) > 1:
            raise invalid("Your text is too long, or there are too many attachments.")
        message = self._platform.phone.deliver(customer.id, text, files=files)
        pair = message_json(message)["dm_conversation_id"]
        body = {"data": {"dm_conversation_id": pair, "dm_event_id": message.id}}
        return self._platform.fault_after() or json_answer(body, 201)

    def _customer(self, customer_id: str) -> Customer:
        customer = self._platform.phone.customers.get(customer_id)
        if customer is None:
            raise missing("user", customer_id)
        if customer.blocked:
            raise problem(403, "Forbidden", "You cannot send messages to this user.")
        return customer

    def _post_of(self, key: str) -> Post:
        post = self._platform.timeline.posts.get(key)
        if post is None or post.deleted:
            raise missing("tweet", key)
        return post

    # --- files ---

    def _public_file(self, name: str) -> Answer:
        return self._given(self._platform.phone.files.get(name.partition(".")[0]))

    async def _private_file(self, asked: Asked, message_id: str, file_id: str, name: str) -> Answer:
        message: Message | None = self._platform.phone.messages.get(message_id)
        return self._given(next((one for one in message.files if one.id == file_id), None) if message else None)

    def _given(self, file: File | None) -> Answer:
        if file is None or self._platform.struck("media_expired"):
            return Response(b"", status_code=404, media_type="text/plain")
        return Response(file.data, media_type=file.type)

    # --- webhooks ---

    async def _hooks(self, asked: Asked) -> Answer:
        hooks = list(self._platform.hooks.values())
        return json_answer({"data": hooks, "meta": {"result_count": len(hooks)}})

    async def _hook(self, asked: Asked) -> Answer:
        url = asked.text("url")
        if not await self._platform.challenge(url):
            raise problem(400, "CrcValidationFailed", "The CRC check of the URL failed: response_token did not match.")
        key = self._platform.new_id("hook")
        hook = {"id": key, "url": url, "valid": True, "created_at": moment(self._platform.now())}
        self._platform.hooks[key] = hook
        return json_answer({"data": hook})

    async def _challenge(self, asked: Asked, key: str) -> Answer:
        hook = self._known_hook(key)
        hook["valid"] = await self._platform.challenge(str(hook["url"]))
        return json_answer({"data": {"attempted": True}})

    async def _is_subscribed(self, asked: Asked, key: str) -> Answer:
        self._known_hook(key)
        return json_answer({"data": {"subscribed": key in self._platform.subscribed}})

    async def _subscribe(self, asked: Asked, key: str) -> Answer:
        hook = self._known_hook(key)
        self._platform.subscribed.add(key)
        self._platform.webhook_url = str(hook["url"])
        return json_answer({"data": {"subscribed": True}})

    def _known_hook(self, key: str) -> Json:
        if key not in self._platform.hooks:
            raise missing("webhook", key)
        return self._platform.hooks[key]


def _not_found(key: str) -> Json:
    """A part of a list that is not there."""
    return {
        "title": "Not Found Error", "detail": f"Could not find tweet with ids: [{key}].", "resource_id": key, "value": key,
        "parameter": "ids", "resource_type": "tweet", "type": "https://api.x.com/2/problems/resource-not-found",
    }  # fmt: skip
