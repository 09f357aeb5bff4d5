"""What a message of LINE says, for each of its kinds."""

from collections.abc import Callable, Mapping
from typing import Any

from oase.channels.adapters.line import wire
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import on_the_map, plain_name, type_of_name
from oase.channels.families.json_in_the_wild import Incomplete

_TYPES: Mapping[str, tuple[ContentKind, str]] = {
    "image": ("image", "image/jpeg"),
    "video": ("video", "video/mp4"),
    "audio": ("voice", "audio/mp4"),  # what people record in LINE; there is no other way to send sound
}


def content_of(message: wire.Message) -> Content | None:
    """The content of a message; None for kinds that we do not know. Raises Incomplete."""
    write = _WRITERS.get(message.type)
    return write(message) if write else None


def _text(message: wire.Message) -> Content:
    if message.text is None:
        raise Incomplete("The message is of type text but has no text.")
    return Content(text=message.text)


def _ref(message: wire.Message) -> str:
    provider = message.content_provider or wire.Provider()
    return provider.original_content_url if provider.type == "external" else message.id


def _recorded(message: wire.Message) -> Content:
    kind, type = _TYPES[message.type]
    data: dict[str, Any] = {"album": message.image_set.id} if message.image_set and message.image_set.id else {}
    return Content(kind=kind, media=(Media(ref=_ref(message), source="call", type=type),), data=data)


def _file(message: wire.Message) -> Content:
    name = plain_name(message.file_name)
    size = message.file_size if message.file_size and message.file_size > 0 else None
    return Content(
        kind="document", media=(Media(ref=message.id, source="call", type=type_of_name(name), name=name, size_bytes=size),)
    )


def _location(message: wire.Message) -> Content:
    latitude, longitude = message.latitude, message.longitude
    if latitude is None or longitude is None:
        raise Incomplete("The message is of type location but has no place.")
    return on_the_map(latitude, longitude, message.title, message.address)


def _sticker(message: wire.Message) -> Content:
    """LINE gives numbers and, where the sticker has them, words that describe it; its picture is not for us."""
    text = message.text or ", ".join(message.keywords[:3])
    return Content(kind="sticker", text=text, data={"package": message.package_id, "sticker": message.sticker_id})


_WRITERS: Mapping[str, Callable[[wire.Message], Content]] = {
    "text": _text,
    "image": _recorded,
    "video": _recorded,
    "audio": _recorded,
    "file": _file,
    "location": _location,
    "sticker": _sticker,
}
