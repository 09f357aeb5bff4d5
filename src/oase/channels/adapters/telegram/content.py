"""What a message of Telegram says, for each of its kinds.

Texts can be read by themselves: a link behind words is written out, a poll shows its answers. `data` holds what pages need to
show it better.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from oase.channels.adapters.telegram import wire
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import on_the_map, plain_name
from oase.channels.families.json_in_the_wild import Incomplete

_STICKERS = {"lottie": "application/x-tgsticker", "video": "video/webm", "": "image/webp"}
_LARGEST_FILE_BYTES = 20_000_000  # that bots may download
_DEEPEST = 40


def content_of(message: wire.Message) -> Content | None:
    """The content of a message; None for kinds that we do not know. Raises Incomplete."""
    for field, write in _WRITERS.items():
        if getattr(message, field) is not None:
            return write(message)
    return None


def extra_of(message: wire.Message) -> dict[str, Any]:
    """What can be said beside any content: album, forwarding, topic, what was answered elsewhere."""
    extra: dict[str, Any] = {}
    if message.media_group_id:
        extra["album"] = message.media_group_id
    if message.forward_origin:
        extra["forwarded"] = _first_author(message.forward_origin) or "?"
    if message.is_topic_message and message.message_thread_id:
        extra["topic"] = message.message_thread_id
    if message.external_reply:
        extra["answers_elsewhere"] = True
    if message.via_bot:
        extra["via"] = f"@{message.via_bot.username}"
    return extra


def _first_author(origin: wire.Origin) -> str:
    if origin.sender_user:
        return " ".join(part for part in (origin.sender_user.first_name, origin.sender_user.last_name) if part)
    chat = origin.sender_chat or origin.chat
    return origin.sender_user_name or (chat.title if chat else "") or ""


def with_links(text: str, entities: Sequence[wire.Entity]) -> str:
    """The text with the addresses that hide behind its words written after them. Offsets count UTF-16 code units."""
    hidden = [one for one in entities if one.type == "text_link" and one.url]
    if not hidden:
        return text
    units = text.encode("utf-16-le")
    for entity in sorted(hidden, key=lambda one: one.offset, reverse=True):
        words, end = part_of(text, entity), (entity.offset + entity.length) * 2
        if words and words != entity.url:
            units = units[:end] + f" ({entity.url})".encode("utf-16-le") + units[end:]
    return units.decode("utf-16-le", "replace")


def part_of(text: str, entity: wire.Entity) -> str:
    """The part of a text that an entity is about; empty if it lies outside. Offsets count UTF-16 code units."""
    units = text.encode("utf-16-le")
    start, end = entity.offset * 2, (entity.offset + entity.length) * 2
    return units[start:end].decode("utf-16-le", "replace") if 0 <= start < end <= len(units) else ""


def _text(message: wire.Message) -> Content:
    return Content(text=with_links(message.text or "", message.entities))


def _caption(message: wire.Message) -> str:
    return with_links(message.caption or "", message.caption_entities)


def _media(file: wire.File, otherwise: str, name: str = "") -> Media:
    plain = plain_name(file.file_name or name)
    size = file.file_size if file.file_size and file.file_size > 0 else None
    return Media(ref=file.file_id, source="call", type=file.mime_type or otherwise, name=plain, size_bytes=size)


def _photo(message: wire.Message) -> Content:
    sizes = [size for size in message.photo or () if (size.file_size or 0) <= _LARGEST_FILE_BYTES]
    if not sizes:
        raise Incomplete("The message is a photo without any size of it.")
    largest = max(sizes, key=lambda size: (size.width * size.height, size.file_size or 0))
    moving = (_media(message.live_photo, "video/mp4"),) if message.live_photo else ()
    return Content(kind="image", text=_caption(message), media=(_media(largest, "image/jpeg"), *moving))


def _file(field: str, kind: ContentKind, otherwise: str, **data: Any) -> Callable[[wire.Message], Content]:
    def write(message: wire.Message) -> Content:
        file: wire.File = getattr(message, field)
        title = " – ".join(part for part in (file.performer, file.title) if part)
        facts = data | ({"title": title} if title else {})
        return Content(kind=kind, text=_caption(message), media=(_media(file, otherwise),), data=facts)

    return write


def _sticker(message: wire.Message) -> Content:
    sticker = message.sticker or wire.File(file_id="")
    moving = "lottie" if sticker.is_animated else "video" if sticker.is_video else ""
    media = _media(sticker, _STICKERS[moving], {"lottie": "sticker.tgs", "video": "sticker.webm", "": "sticker.webp"}[moving])
    return Content(kind="sticker", text=sticker.emoji or "", media=(media,), data={"animated": True} if moving else {})


def _place(location: wire.Location, name: str = "", address: str = "") -> Content:
    live = {"live": True} if location.live_period else {}
    return on_the_map(location.latitude, location.longitude, name, address, **live)


def _location(message: wire.Message) -> Content:
    return _place(message.location or wire.Location(0, 0))


def _venue(message: wire.Message) -> Content:
    venue = message.venue or wire.Venue(wire.Location(0, 0))
    return _place(venue.location, venue.title, venue.address)


def phone_of(contact: wire.Contact) -> str:
    """The card's number as we write addresses: +49…; empty if it has no digits."""
    digits = "".join(one for one in contact.phone_number if one in "0123456789")
    return f"+{digits}" if digits else ""


def _contact(message: wire.Message) -> Content:
    contact = message.contact or wire.Contact("")
    name = " ".join(part for part in (contact.first_name, contact.last_name) if part)
    phone = phone_of(contact)
    card = {
        "name": name,
        "organisation": next(iter(_of_vcard(contact.vcard, "ORG")), "").replace(";", " ").strip(),
        "phones": [phone] if phone else [],
        "emails": _of_vcard(contact.vcard, "EMAIL"),
        "urls": _of_vcard(contact.vcard, "URL"),
    }
    parts = (name, card["organisation"], phone, *card["emails"], *card["urls"])
    return Content(kind="contacts", text=" · ".join(str(part) for part in parts if part) or "?", data={"contacts": [card]})


def _of_vcard(vcard: str | None, key: str) -> list[str]:
    """The values of a property of a vCard (RFC 6350), without folding: its short ones are all that is shown."""
    found = []
    for line in (vcard or "")[:5000].splitlines():
        name, mark, value = line.partition(":")
        if mark and name.partition(";")[0].rpartition(".")[2].upper() == key and value.strip():
            found.append(value.strip())
    return found


def _poll(message: wire.Message) -> Content:
    poll = message.poll or wire.Poll("")
    lines = [poll.question, *(f"{number}. {option.text}" for number, option in enumerate(poll.options, start=1))]
    return Content(text="\n".join(lines), data={"poll": True})


def _checklist(message: wire.Message) -> Content:
    checklist = message.checklist or wire.Checklist()
    lines = [checklist.title, *(f"• {task.text}" for task in checklist.tasks)]
    return Content(text="\n".join(line for line in lines if line), data={"checklist": True})


def _dice(message: wire.Message) -> Content:
    dice = message.dice or wire.Dice("", 0)
    return Content(text=f"{dice.emoji} {dice.value}", data={"dice": dice.value})


def _game(message: wire.Message) -> Content:
    return Content(text=f"🎮 {message.game.title if message.game else ''}".strip(), data={"game": True})


def _web_app(message: wire.Message) -> Content:
    sent = message.web_app_data or wire.WebAppData()
    return Content(kind="choice", text=sent.button_text or sent.data or "?", data={"id": sent.data})


def _rich(message: wire.Message) -> Content | None:
    blocks = (message.rich_message or {}).get("blocks")
    lines = [_words(block, _DEEPEST) for block in blocks] if isinstance(blocks, list) else []
    text = "\n".join(line for line in lines if line.strip())
    return Content(text=text, data={"rich": True}) if text else None


def _words(value: object, levels: int) -> str:
    """Every text inside a rich block or text, in its order; nested blocks on lines of their own."""
    if isinstance(value, str):
        return value
    if levels <= 0:
        return ""
    if isinstance(value, list):
        return "".join(_words(one, levels - 1) for one in value)
    if not isinstance(value, dict):
        return ""
    named = (value.get(key) for key in ("label", "summary", "text", "expression", "alternative_text"))
    head = " ".join(_words(one, levels - 1) for one in named if one)
    link = value.get("url")
    head += f" ({link})" if isinstance(link, str) and link != head else ""
    nested = [one for key in ("items", "blocks") for one in _listed(value.get(key))]
    rows = [" | ".join(_words(cell, levels - 1) for cell in _listed(row)) for row in _listed(value.get("cells"))]
    lines = [head, *(_words(one, levels - 1) for one in nested), *rows]
    lines += [_words(value.get(key), levels - 1) for key in ("caption", "credit")]
    return "\n".join(line for line in lines if line)


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


_WRITERS: Mapping[str, Callable[[wire.Message], Content | None]] = {
    "text": _text,
    "animation": _file("animation", "video", "video/mp4", animated=True),  # before document, which comes with it
    "photo": _photo,
    "audio": _file("audio", "audio", "audio/mpeg"),
    "document": _file("document", "document", "application/octet-stream"),
    "sticker": _sticker,
    "video": _file("video", "video", "video/mp4"),
    "video_note": _file("video_note", "video", "video/mp4", round=True),
    "voice": _file("voice", "voice", "audio/ogg"),
    "contact": _contact,
    "dice": _dice,
    "game": _game,
    "poll": _poll,
    "checklist": _checklist,
    "venue": _venue,  # before location, which comes with it
    "location": _location,
    "rich_message": _rich,
    "web_app_data": _web_app,
}
