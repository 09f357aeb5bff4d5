"""How objects of X look: v2 for those who ask, v1.1 inside webhooks.

https://docs.x.com/x-api/fundamentals/data-dictionary and
https://docs.x.com/x-api/enterprise-gnip-2.0/fundamentals/account-activity (read 2026-11)
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from oase.sandbox.places import Customer, File, Json, Message, Post

US: Final = "1400000000000000001"
USERNAME: Final = "lindgruen_rad"
WEB_APP: Final = '<a href="https://mobile.twitter.com" rel="nofollow">Twitter Web App</a>'
_ADDRESS: Final = re.compile(r"https?://\S+")


def moment(at: datetime) -> str:
    """A time as v2 writes it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def millis(at: datetime) -> str:
    """A time as webhooks write it."""
    return str(int(at.timestamp() * 1000))


def weight(text: str) -> int:
    """How long X counts a text: most alphabets one, other signs two, an address 23.

    https://docs.x.com/fundamentals/counting-characters
    """
    bare, addresses = _ADDRESS.sub("", text), len(_ADDRESS.findall(text))
    light = [(0, 4351), (8192, 8205), (8208, 8223), (8242, 8247)]
    return 23 * addresses + sum(1 if any(low <= ord(one) <= high for low, high in light) else 2 for one in bare)


def named(post: Post) -> str:
    """What people say to the company begins with its name."""
    if not post.author_id or f"@{USERNAME}" in post.text:
        return post.text
    return f"@{USERNAME} {post.text}".strip()


def us_json(name: str) -> Json:
    """The company (v2)."""
    return {"id": US, "name": name, "username": USERNAME}


def user_json(customer: Customer) -> Json:
    """A person (v2)."""
    return {"id": customer.id, "name": customer.name, "username": customer.handle.removeprefix("@")}


def old_user(user: Json) -> Json:
    """The same as v1.1 shows it."""
    return {"id": int(user["id"]), "id_str": user["id"], "name": user["name"], "screen_name": user["username"]}


def _kind(file: File) -> str:
    return "video" if file.type.startswith("video/") else "animated_gif" if file.type == "image/gif" else "photo"


def media_key(file: File) -> str:
    """The key of a file: its kind, and its id."""
    return f"{7 if _kind(file) == 'video' else 3}_{file.id}"


def media_json(file: File, url: str) -> Json:
    """A file (v2)."""
    body: Json = {"media_key": media_key(file), "type": _kind(file)}
    if _kind(file) == "photo":
        return body | {"url": url} | ({"alt_text": file.name} if file.name else {})
    return body | {"variants": [{"bit_rate": 832000, "content_type": "video/mp4", "url": url}]}


def post_json(post: Post) -> Json:
    """A post (v2)."""
    body: Json = {
        "id": post.id, "text": named(post), "author_id": post.author_id or US, "created_at": moment(post.time),
        "conversation_id": post.thread_id, "edit_history_tweet_ids": [post.id], "lang": "de",
    }  # fmt: skip
    if post.parent_id:
        body["referenced_tweets"] = [{"type": "replied_to", "id": post.parent_id}]
    if post.files:
        body["attachments"] = {"media_keys": [media_key(file) for file in post.files]}
    return body


def message_json(message: Message) -> Json:
    """A direct message (v2)."""
    pair = sorted((message.customer_id, US), key=int)
    body: Json = {
        "id": message.id, "event_type": "MessageCreate", "text": message.text,
        "sender_id": US if message.from_business else message.customer_id, "created_at": moment(message.time),
        "dm_conversation_id": "-".join(pair),
    }  # fmt: skip
    if message.files:
        body["attachments"] = {"media_keys": [media_key(file) for file in message.files]}
    return body


def old_post(post: Post, user: Json, files: Sequence[tuple[File, str]], source: str) -> Json:
    """A post (v1.1)."""
    media = [_old_media(file, url) for file, url in files]
    return {
        "created_at": post.time.strftime("%a %b %d %H:%M:%S +0000 %Y"), "id": int(post.id), "id_str": post.id, "text": named(post),
        "source": source, "truncated": False, "in_reply_to_status_id_str": post.parent_id or None, "user": old_user(user),
        "is_quote_status": False, "lang": "de", "timestamp_ms": millis(post.time),
        "entities": {"hashtags": [], "urls": [], "user_mentions": []},
    } | ({"extended_entities": {"media": media}} if media else {})  # fmt: skip


def old_message(message: Message, files: Sequence[tuple[File, str]]) -> Json:
    """A direct message (v1.1)."""
    sender, target = (US, message.customer_id) if message.from_business else (message.customer_id, US)
    data: Json = {"text": message.text, "entities": {"hashtags": [], "symbols": [], "urls": [], "user_mentions": []}}
    if files:
        data["attachment"] = {"type": "media", "media": _old_media(*files[0])}
    inside = {"target": {"recipient_id": target}, "sender_id": sender, "source_app_id": "268278", "message_data": data}
    return {"type": "message_create", "id": message.id, "created_timestamp": millis(message.time), "message_create": inside}


def _old_media(file: File, url: str) -> Json:
    body: Json = {"id_str": file.id, "url": "", "media_url_https": url, "type": _kind(file)}
    if _kind(file) != "photo":
        body["video_info"] = {"variants": [{"bitrate": 832000, "content_type": "video/mp4", "url": url}]}
    return body
