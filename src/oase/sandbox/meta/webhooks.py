"""Webhooks as Meta posts them: items of dialogues, changes in public, signed with the application's secret.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/webhooks/webhook-events (2026-11)
https://developers.facebook.com/documentation/business-messaging/instagram-messaging/webhooks (2026-11)
https://developers.facebook.com/docs/graph-api/webhooks/getting-started (2026-11)
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import quote

import msgspec

from oase.sandbox.places import File, Json, Message


def signed(body: bytes, secret: str) -> Mapping[str, str]:
    """Meta's header for a body."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={digest}"}


def delivery(object: str, id: str, at: datetime, *, messaging: Json | None = None, change: Json | None = None) -> bytes:
    """The body of a webhook with one item of a dialogue, in milliseconds, or one change, in seconds."""
    if messaging is not None:
        entry: Json = {"time": milliseconds(at), "id": id, "messaging": [messaging]}
    else:
        entry = {"id": id, "time": int(at.timestamp()), "changes": [change]}
    return msgspec.json.encode({"object": object, "entry": [entry]})


def item(sender: str, recipient: str, at: datetime, **what: object) -> Json:
    """One item of a dialogue."""
    return {"sender": {"id": sender}, "recipient": {"id": recipient}, "timestamp": milliseconds(at), **what}


def milliseconds(at: datetime) -> int:
    """A time as Meta writes it in dialogues."""
    return int(at.timestamp() * 1000)


def message_content(message: Message, address: str) -> Json:
    """What a customer's message says. `address`: where files lie."""
    content: Json = {"mid": message.id}
    if message.text:
        content["text"] = message.text
    if message.chosen:
        content["quick_reply"] = {"payload": message.chosen}
    if message.reply_to:
        content["reply_to"] = {"mid": message.reply_to}
    attachments = [attachment(one, address, sticker=message.sticker, voice=message.voice) for one in message.files]
    if message.spot is not None:
        attachments.append(_place(message))
    return content | ({"attachments": attachments} if attachments else {})


def attachment(file: File, address: str, *, sticker: bool = False, voice: bool = False) -> Json:
    """One file of a message."""
    kind = "sticker" if sticker else kind_of(file.type)
    name = f"audioclip-{file.id}.mp4" if voice and kind == "audio" else file.name
    return {"type": kind, "payload": {"url": f"{address}/{file.id}/{quote(name)}?oe=69C1"}}


def kind_of(type: str) -> str:
    """Meta's word for a kind of file."""
    head = type.partition("/")[0]
    return head if head in ("image", "audio", "video") else "file"


def _place(message: Message) -> Json:
    spot = message.spot
    assert spot is not None  # noqa: S101 - asked for by the caller
    where = quote(f"https://www.bing.com/maps/default.aspx?v=2&where1={spot.latitude}%2C+{spot.longitude}", safe="")
    title = spot.name or "Pinned Location"
    return {"type": "fallback", "title": title, "url": f"https://l.facebook.com/l.php?u={where}&h=AT0"}
