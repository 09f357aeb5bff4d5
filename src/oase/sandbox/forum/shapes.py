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
_AVATAR: Final = "/letter_avatar_proxy/v4/letter/s/4da419/{size}.png"
_OF_WEBHOOKS: Final = ("topic_title", "topic_archetype", "reply_to_user")
_COUNTED: Final = dict.fromkeys(
    (
        "reply_count", "quote_count", "incoming_link_count", "reads", "readers_count", "score", "reviewable_score_count",
        "reviewable_score_pending_count",
    ),
    0,
)  # fmt: skip
_UNSET: Final = dict.fromkeys(
    (
        "primary_group_name", "flair_name", "flair_url", "flair_bg_color", "flair_color", "user_title", "edit_reason", "reviewable_id",
        "deleted_at", "reply_to_post_number",
    )
)  # fmt: skip
_RIGHTS: Final = {
    "yours": False, "can_edit": True, "can_delete": True, "can_recover": False, "can_wiki": True, "bookmarked": False, "wiki": False,
    "can_view_edit_history": True, "trust_level": 1, "hidden": False,
}  # fmt: skip
INFO: Final = {
    "logo_url": "", "logo_small_url": "", "apple_touch_icon_url": "", "favicon_url": "", "mobile_logo_url": "",
    "title": "Forum der Radfreunde", "description": "", "header_primary_color": "333333", "header_background_color": "ffffff",
    "login_required": False, "locale": "de", "include_in_discourse_discover": False,
}  # fmt: skip


def encoded(content: object) -> bytes:
    """JSON."""
    return msgspec.json.encode(content)


def answer(content: object, status: int = 200) -> Answer:
    """JSON; nothing at all where there is nothing to say."""
    if content is None:
        return Response(b"", status_code=status, media_type="text/html; charset=utf-8")
    return Response(encoded(content), status_code=status, media_type="application/json; charset=utf-8")


def error(status: int, words: str, kind: str, *, wait_seconds: int = 0, **more: Any) -> Answer:
    """An error in Discourse's form."""
    content: Json = {"errors": [words], **more}
    if kind:
        content["error_type"] = kind
    if wait_seconds:
        content["extras"] = {"wait_seconds": wait_seconds}
    return answer(content, status)


def profile(customer: Customer | None) -> Json:
    """The page of a user; only our own is a moderator."""
    user = person(customer) | {"avatar_template": _AVATAR, "admin": False, "moderator": customer is None, "title": None}
    more = {"trust_level": 1 if customer else 4, "badge_count": 0, "created_at": "2026-01-07T09:00:00.000Z", "locale": "de"}
    return {"user_badges": [], "user": user | more}


def answered(post: Json) -> Json:
    """A post as the answer to whoever wrote it: without what only webhooks say of its topic."""
    return {name: value for name, value in post.items() if name not in _OF_WEBHOOKS} | {"draft_sequence": 1, "yours": True}


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
        "staff": post.author_id == COMPANY, "moderator": post.author_id == COMPANY, "posts_count": len(thread),
    }  # fmt: skip
    return _with_address(shown)


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
    return _with_address(shown)


def _with_address(shown: Json) -> Json:
    return shown | {"post_url": f"/t/{shown['topic_slug']}/{shown['topic_id']}/{shown['post_number']}"}


def _post(author: Customer | None, post_id: str, text: str, at: str) -> Json:
    who = person(author)
    parts = (escape(part.strip(), quote=False).replace("\n", "<br>\n") for part in re.split(r"\n{2,}", text))
    cooked = "\n".join("<p>" + part + "</p>" for part in parts if part)
    return {
        **_COUNTED, **_UNSET, **_RIGHTS, "id": int(post_id), "name": who["name"], "display_username": who["name"],
        "username": who["username"], "user_id": who["id"], "avatar_template": _AVATAR, "created_at": at, "updated_at": at,
        "cooked": cooked, "raw": text, "post_type": 1, "user_deleted": False, "admin": False, "posts_count": 1,
        "actions_summary": [{"id": 2, "can_act": True}],
    }  # fmt: skip


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "topic"
