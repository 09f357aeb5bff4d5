"""How views and ids of Bluesky look. Lexicons app.bsky.feed.defs, app.bsky.notification.listNotifications, chat.bsky.convo.defs."""

import json
from base64 import b32encode, urlsafe_b64encode
from datetime import datetime
from hashlib import sha256
from typing import Final

from oase.sandbox.places import Customer, File, Json, Message, Post

US: Final = "did:plc:lindgruen22222222222222222"
HANDLE: Final = "lindgruen.example"
POSTS: Final = "app.bsky.feed.post"
LIKES: Final = "app.bsky.feed.like"
_SORTABLE: Final = "234567abcdefghijklmnopqrstuvwxyz"
_CHAT: Final = "chat.bsky.convo.defs#"


def moment(at: datetime) -> str:
    """A time as the lexicons want it."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03}Z"


def tid(number: int) -> str:
    """A sortable key of thirteen characters."""
    return "".join(_SORTABLE[(number >> shift) & 31] for shift in range(60, -1, -5))


def cid(content: str) -> str:
    """A content id of the usual form."""
    return "bafyrei" + b32encode(sha256(content.encode()).digest()).decode().lower().rstrip("=")


def uri(owner: str, collection: str, key: str) -> str:
    """Where a record is."""
    return f"at://{owner}/{collection}/{key}"


def token(kind: str, number: int, at: datetime, seconds: int) -> str:
    """A token that looks like those of the network: three parts, the middle one readable."""
    claims = {"scope": kind, "sub": US, "iat": int(at.timestamp()), "exp": int(at.timestamp()) + seconds, "jti": str(number)}
    middle = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{middle}.c2FuZGJveA"


def us_json(name: str) -> Json:
    """The company's profile."""
    return {"did": US, "handle": HANDLE, "displayName": name, "labels": []}


def profile_json(customer: Customer) -> Json:
    """A person's profile."""
    return {"did": customer.id, "handle": customer.handle.removeprefix("@"), "displayName": customer.name, "labels": []}


def uri_of(post: Post) -> str:
    """Where a post is."""
    return uri(post.author_id or US, POSTS, post.id)


def cid_of(post: Post) -> str:
    """The version of a post."""
    return cid(f"{post.id}{post.text}")


def record_of(post: Post, root: Post | None, parent: Post | None) -> Json:
    """The record of a post; what people say begins with the company's name."""
    names = bool(post.author_id) and f"@{HANDLE}" not in post.text and not parent
    text = f"@{HANDLE} {post.text}".strip() if names else post.text
    record: Json = {"$type": POSTS, "text": text, "createdAt": moment(post.time), "langs": ["de"]}
    if names:
        feature = {"$type": "app.bsky.richtext.facet#mention", "did": US}
        record["facets"] = [{"index": {"byteStart": 0, "byteEnd": len(HANDLE) + 1}, "features": [feature]}]
    if parent is not None and root is not None:
        record["reply"] = {one: {"uri": uri_of(post), "cid": cid_of(post)} for one, post in (("root", root), ("parent", parent))}
    return record


def view_of(post: Post, author: Json, record: Json, base: str) -> Json:
    """A post as it is shown."""
    view: Json = {
        "$type": "app.bsky.feed.defs#postView", "uri": uri_of(post), "cid": cid_of(post), "author": author, "record": record,
        "replyCount": 0, "repostCount": 0, "likeCount": len(post.likes), "quoteCount": 0, "indexedAt": moment(post.time), "labels": [],
    }  # fmt: skip
    if post.files:
        images = [{"thumb": picture(file, base), "fullsize": picture(file, base), "alt": file.name} for file in post.files]
        view["embed"] = {"$type": "app.bsky.embed.images#view", "images": images}
    return view


def picture(file: File, base: str) -> str:
    """The address of a picture."""
    return f"{base}/img/{file.id}@{'png' if file.type == 'image/png' else 'jpeg'}"


def message_json(message: Message) -> Json:
    """A direct message."""
    body: Json = {
        "$type": f"{_CHAT}messageView", "id": message.id, "rev": message.extra.get("rev", message.id), "text": message.text,
        "sender": {"did": US if message.from_business else message.customer_id}, "sentAt": moment(message.time),
    }  # fmt: skip
    return body


def log_json(kind: str, rev: str, convo: str, message: Json, **more: Json) -> Json:
    """One thing that happened in a chat."""
    return {"$type": f"{_CHAT}{kind}", "rev": rev, "convoId": convo, "message": message, **more}
