"""What a message of Viber says, for each of its kinds."""

from collections.abc import Callable, Mapping

import msgspec

from oase.channels.adapters.viber import wire
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import on_the_map, plain_name, type_of_name
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable

_FILES: Mapping[str, tuple[ContentKind, str]] = {
    "picture": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "file": ("document", "application/octet-stream"),
}


def content_of(message: wire.Message) -> Content | None:
    """The content of a message; None for kinds that we do not know. Raises Incomplete."""
    write = _WRITERS.get(message.type)
    return write(message) if write else None


def _text(message: wire.Message) -> Content:
    """A text, or a button of ours: its title comes as text, and the ids of all titles lie in the tracking data."""
    if message.text is None:
        raise Incomplete("The message is of type text but has no text.")
    id = ids_of(message.tracking_data or "").get(message.text)
    return Content(kind="choice", text=message.text, data={"id": id}) if id is not None else Content(text=message.text)


def ids_of(tracking: str) -> Mapping[str, str]:
    """The buttons' ids by their titles; empty if the tracking data is none of ours."""
    try:
        return msgspec.json.decode(tracking, type=dict[str, dict[str, str]]).get("choices", {})
    except Unreadable:
        return {}


def _file(message: wire.Message) -> Content:
    if not message.media:
        raise Incomplete(f"The message is of type {message.type} but has no file.")
    kind, type = _FILES[message.type]
    name = plain_name(message.file_name or "")
    type = type_of_name(name, type)
    size = message.file_size or message.size
    media = Media(ref=message.media, source="call", type=type, name=name, size_bytes=size if size and size > 0 else None)
    return Content(kind=kind, text=message.text or "", media=(media,))


def _location(message: wire.Message) -> Content:
    place = message.location
    if place is None:
        raise Incomplete("The message is of type location but has no place.")
    return on_the_map(place.lat, place.lon, address=place.address or "")


def _contact(message: wire.Message) -> Content:
    if message.contact is None:
        raise Incomplete("The message is of type contact but has none.")
    digits = "".join(one for one in message.contact.phone_number or "" if one in "0123456789")
    phones = [f"+{digits}"] if digits else []
    card = {"name": message.contact.name or "", "organisation": "", "phones": phones, "emails": []}
    text = " · ".join(part for part in (message.contact.name, *phones) if part)
    return Content(kind="contacts", text=text or "?", data={"contacts": [card]})


def _sticker(message: wire.Message) -> Content:
    """Viber gives a number, and mostly the address of its picture."""
    media = (Media(ref=message.media, source="call", type="image/png"),) if message.media else ()
    return Content(kind="sticker", media=media, data={"sticker": message.sticker_id or 0})


def _url(message: wire.Message) -> Content:
    if not message.media:
        raise Incomplete("The message is of type url but has none.")
    return Content(text="\n".join(part for part in (message.text, message.media) if part))


_WRITERS: Mapping[str, Callable[[wire.Message], Content]] = {
    "text": _text,
    "picture": _file,
    "video": _file,
    "file": _file,
    "location": _location,
    "contact": _contact,
    "sticker": _sticker,
    "url": _url,
}
