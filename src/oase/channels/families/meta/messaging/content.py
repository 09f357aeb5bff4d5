"""What a message says, for each kind of attachment.

Texts are written so that they can be read by themselves; `data` holds what pages need to show it better. A file's `ref` is
where it lies, with the message and its place in it, so that an address that has expired can be asked for anew (`files`).
"""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from msgspec.structs import replace

from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import on_the_map, plain_name, type_of_name
from oase.channels.families.meta.messaging import wire
from oase.kernel.i18n import message

_FILES: dict[str, tuple[ContentKind, str]] = {
    "image": ("image", "image/jpeg"),
    "audio": ("audio", "audio/mp4"),
    "video": ("video", "video/mp4"),
    "file": ("document", "application/octet-stream"),
    "sticker": ("sticker", "image/webp"),
}
_THUMBS = {"369239263222822", "369239343222814", "369239383222810"}  # the thumb beside Messenger's text field: small to large
_SHARES = {
    "share": message("The customer has shared a post."),
    "post": message("The customer has shared a post."),
    "ig_post": message("The customer has shared an Instagram post."),
    "reel": message("The customer has shared a reel."),
    "ig_reel": message("The customer has shared an Instagram reel."),
    "ig_story": message("The customer has shared a story."),
    "story_mention": message("The customer has mentioned you in a story. It can be seen for 24 hours."),
}
_STORY = message("The customer answers your story.")
_NOT_PASSED_ON = message("Meta does not pass on this message. Please ask the customer to send it in another way.")
_APPOINTMENT = message("The customer asks for an appointment.")
_PRODUCT = message("The customer asks about a product.")
_NUMBERS = re.compile(r"(-?\d{1,3}\.\d+)\s*,\s*(-?\d{1,3}\.\d+)")


def content_of(said: wire.Message) -> Content:
    """The content of a message; a placeholder where Meta passes nothing on."""
    if said.is_unsupported or not (said.text or said.attachments):
        return Content(kind="placeholder", text=str(_NOT_PASSED_ON))
    attached = [_attached(one, f"{number}|{said.mid}") for number, one in enumerate(_each_once(said.attachments))]
    content = _together(said.text or "", attached)
    if said.quick_reply is not None:
        content = replace(content, kind="choice", data={**content.data, "id": said.quick_reply.payload})
    if said.reply_to is not None and said.reply_to.story is not None:
        story = said.reply_to.story
        text = "\n".join(part for part in (str(_STORY), content.text) if part)
        content = replace(content, text=text, data={**content.data, "story": {"id": str(story.id), "url": story.url or ""}})
    return content


def _each_once(attachments: Sequence[wire.Attachment]) -> list[wire.Attachment]:
    """Without the image that stands beside the sticker that it shows (until 2026-08-30)."""
    stickers = {_sticker_id(one) for one in attachments if one.type == "sticker"}
    return [one for one in attachments if not (one.type == "image" and _sticker_id(one) and _sticker_id(one) in stickers)]


def _sticker_id(attachment: wire.Attachment) -> str:
    return str((attachment.payload.sticker_id if attachment.payload else None) or "")


def _together(text: str, attached: Sequence[Content]) -> Content:
    """One content of the message's text and of everything attached to it."""
    if not attached:
        return Content(text=text)
    first = attached[0]
    texts = [text] if text else []
    for one in attached:
        texts += [line for line in one.text.split("\n") if line and line not in text]
    data: dict[str, Any] = {}
    for one in attached:
        data |= one.data
    media = tuple(media for one in attached for media in one.media)
    return replace(first, text="\n".join(texts), media=media, data=data)


def _attached(attachment: wire.Attachment, ref: str) -> Content:
    payload = attachment.payload or wire.Content()
    url, title = payload.url or attachment.url or "", payload.title or attachment.title or ""
    if attachment.type == "image" and _sticker_id(attachment):
        return _file("sticker", url, ref, _sticker_id(attachment))
    if attachment.type in _FILES:
        return _file(attachment.type, url, ref, _sticker_id(attachment))
    if attachment.type in _SHARES:
        return _share(_SHARES[attachment.type], attachment.type, title, url)
    match attachment.type:
        case "location":
            return _location(payload, title, url)
        case "fallback":
            return _fallback(payload, title, url)
        case "template":
            return _template(payload, title)
        case "appointment_booking":
            return Content(text="\n".join(part for part in (str(_APPOINTMENT), title, payload.text or "") if part))
    data = {"attachment": attachment.type[:100]}
    lines = [line for line in (title, url) if line]
    return Content(kind="text" if lines else "placeholder", text="\n".join(lines) or str(_NOT_PASSED_ON), data=data)


def _file(type: str, url: str, ref: str, sticker: str) -> Content:
    kind, otherwise = _FILES[type]
    data = {"sticker": sticker} if sticker else {}
    if sticker in _THUMBS:
        return Content(kind="sticker", text="👍", data=data)
    if not url:
        text = "" if kind == "sticker" else str(_NOT_PASSED_ON)
        return Content(kind="placeholder" if text else kind, text=text or "🖼️", data=data)
    return Content(kind=_voice(kind, url), media=(media_of(url, ref, otherwise),), data=data)


def _voice(kind: ContentKind, url: str) -> ContentKind:
    """A sound recorded in Messenger carries its kind in its name."""
    return "voice" if kind == "audio" and _name(url).startswith("audioclip") else kind


def media_of(url: str, ref: str, otherwise: str) -> Media:
    """A file that lies at Meta's; its type by its name, as the webhook does not tell it."""
    name = _name(url)
    type = type_of_name(name, otherwise)
    if type == "video/mp4" and otherwise.startswith("audio/"):
        type = "audio/mp4"
    return Media(ref=f"{ref}|{url}", source="call", type=type, name=name if type_of_name(name, "") else "")


def _name(url: str) -> str:
    """The file's name at the end of its address, without control characters."""
    try:
        path = urlsplit(url).path
    except ValueError:
        return ""
    return plain_name(unquote(path))[-120:]


def _share(words: str, type: str, title: str, url: str) -> Content:
    lines = (str(words), title, url)
    return Content(text="\n".join(line for line in lines if line), data={"shared": {"kind": type, "title": title, "url": url}})


def _location(payload: wire.Content, title: str, url: str) -> Content:
    if payload.coordinates is None:
        return _share("", "location", title, url)
    return on_the_map(float(payload.coordinates.lat), float(payload.coordinates.long), title, url=url)


def _fallback(payload: wire.Content, title: str, url: str) -> Content:
    """A link that was shared; a place is one to a map, with its coordinates in it."""
    point = _point(url)
    if point is not None:
        return on_the_map(*point, title, url=url)
    lines = [line for line in (title, payload.text or "", url) if line]
    if not lines:
        return Content(kind="placeholder", text=str(_NOT_PASSED_ON), data={"attachment": "fallback"})
    return Content(text="\n".join(lines), data={"link": {"title": title, "url": url}})


def _point(url: str) -> tuple[float, float] | None:
    """The coordinates in Messenger's link to a map, which is wrapped in one of Facebook's."""
    try:
        address = urlsplit(url)
        inner = parse_qs(address.query).get("u", [""])[0] if (address.hostname or "").endswith("facebook.com") else url
        where = parse_qs(urlsplit(inner).query).get("where1", [""])[0]
    except ValueError:
        return None
    found = _NUMBERS.fullmatch(where.replace("+", "").strip())
    if found is None:
        return None
    latitude, longitude = float(found.group(1)), float(found.group(2))
    return (latitude, longitude) if abs(latitude) <= 90 and abs(longitude) <= 180 else None


def _template(payload: wire.Content, title: str) -> Content:
    """Cards: of a template, or of products that the customer asks about."""
    products = payload.product.elements if payload.product is not None else []
    cards = payload.generic.elements if payload.generic is not None else []
    elements = [*payload.elements, *cards, *products]
    lines = [str(_PRODUCT)] if products else [line for line in (title, payload.text or "") if line]
    for one in elements:
        lines.append(" · ".join(part for part in (one.title, one.subtitle, one.url or one.item_url) if part) or str(one.id))
    shown = [{"id": str(one.id), "title": one.title or "", "url": one.url or one.item_url or ""} for one in elements]
    if not any(lines):
        return Content(kind="placeholder", text=str(_NOT_PASSED_ON), data={"attachment": "template"})
    return Content(kind="order" if products else "text", text="\n".join(lines), data={"cards": shown})
