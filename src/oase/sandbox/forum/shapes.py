"""What the simulated Discourse answers and tells, as JSON."""

import re
from html import escape
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response

from oase.sandbox.places import COMPANY, Customer, Json, Message, Post
from oase.sandbox.whatsapp.answers import Answer

if TYPE_CHECKING:
    from oase.sandbox.forum.platform import Forum

_USER: Final = {"id": 2, "username": "serviceteam", "name": "Serviceteam"}


def encoded(content: object) -> bytes:
    """JSON."""
    return msgspec.json.encode(content)


def answer(content: object, status: int = 200) -> Answer:
    """JSON; nothing at all where there is nothing to say."""
    body = b"" if content is None else encoded(content)
    return Response(body, status_code=status, media_type="application/json; charset=utf-8")


def error(status: int, words: str, kind: str, *, wait_seconds: int = 0, **more: Any) -> Answer:
    """An error in Discourse's form."""
    content: Json = {"errors": [words], **more}
    if kind:
        content["error_type"] = kind
    if wait_seconds:
        content["extras"] = {"wait_seconds": wait_seconds}
    return answer(content, status)


def profile(name: str) -> Json:
    """The page of a user; only our own is a moderator."""
    return {"user_badges": [], "user": {**_USER, "username": name, "admin": False, "moderator": name == _USER["username"]}}


def person(customer: Customer | None) -> Json:
    """Somebody, in a few words."""
    if customer is None:
        return dict(_USER)
    return {"id": 100 + sum(customer.id.encode()), "username": customer.id, "name": customer.name}


def public(forum: "Forum", post: Post) -> Json:
    """A post in a topic."""
    topic = forum.timeline.post(post.thread_id)
    thread = [topic, *forum.timeline.below(topic.id)]
    title, _, rest = topic.text.partition("\n")
    text = (rest or title) if post.id == topic.id else post.text
    above = next((number for number, one in enumerate(thread, 1) if one.id == post.parent_id), None)
    shown = _post(forum.author(post.author_id), post.id, text, post.time.isoformat())
    shown |= {
        "topic_id": int(topic.id), "topic_slug": _slug(title), "topic_title": title, "topic_archetype": "regular",
        "post_number": next((number for number, one in enumerate(thread, 1) if one.id == post.id), 1),
        "reply_to_post_number": above if above and above > 1 else None, "version": 2 if post.edited else 1, "hidden": post.hidden,
        "staff": post.author_id == COMPANY, "moderator": post.author_id == COMPANY,
    }  # fmt: skip
    return shown


def personal(forum: "Forum", message: Message) -> Json:
    """A post in the topic of personal messages."""
    customer, ours = forum.author(message.customer_id), message.from_business
    title = f"Nachricht von {customer.name if customer else '?'}"
    shown = _post(None if ours else customer, message.id, message.text, message.time.isoformat())
    shown |= {
        "topic_id": forum.topic_of(message.customer_id), "topic_slug": _slug(title), "topic_title": title,
        "topic_archetype": "private_message", "post_number": 1, "version": 2 if message.edited else 1, "staff": ours,
        "moderator": ours, "reply_to_user": person(customer) if ours else None,
    }  # fmt: skip
    return shown


def _post(author: Customer | None, post_id: str, text: str, at: str) -> Json:
    who = person(author)
    parts = (escape(part.strip(), quote=False).replace("\n", "<br>\n") for part in re.split(r"\n{2,}", text))
    cooked = "\n".join("<p>" + part + "</p>" for part in parts if part)
    return {
        "id": int(post_id), "name": who["name"], "username": who["username"], "user_id": who["id"], "created_at": at, "updated_at": at,
        "cooked": cooked,
        "raw": text, "post_type": 1, "user_deleted": False, "deleted_at": None, "admin": False,
    }  # fmt: skip


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "topic"
