"""What LINE refuses about a push, and how it words it.

https://developers.line.biz/en/reference/messaging-api/#message-objects and #error-responses (read 2026-11)
"""

from typing import Any, Final

from oase.sandbox.places import Json

_TEXT_UNITS: Final = 5000
_ITEMS: Final = 13
_LABEL: Final = 20
_DATA: Final = 300
_PLACE: Final = 100
_KINDS: Final = frozenset({"text", "image", "location", "sticker"})


class Refused(Exception):
    """A request that LINE refuses."""

    def __init__(self, status: int, message: str, place: str = "", why: str = "") -> None:
        super().__init__(message)
        self.status = status
        details = [{"message": why, "property": place}] if place else []
        self.body: Json = {"message": message} | ({"details": details} if details else {})


def _wrong(place: str, why: str) -> Refused:
    return Refused(400, "The request body has 1 error(s)", place, why)


def check_messages(messages: Any) -> list[Json]:
    """The messages of a push; raises Refused."""
    if not isinstance(messages, list) or not 1 <= len(messages) <= 5:
        raise _wrong("messages", "Size must be between 1 and 5")
    for number, message in enumerate(messages):
        place = f"messages[{number}]"
        if not isinstance(message, dict) or message.get("type") not in _KINDS:
            raise _wrong(f"{place}.type", "Must be one of the known message types")
        _CHECKS[message["type"]](message, place)
        _quick_replies(message, place)
    return messages


def _text(message: Json, place: str) -> None:
    text = message.get("text")
    if not isinstance(text, str) or not text:
        raise _wrong(f"{place}.text", "May not be empty")
    if len(text.encode("utf-16-le")) // 2 > _TEXT_UNITS:
        raise _wrong(f"{place}.text", f"Length must be between 0 and {_TEXT_UNITS}")


def _image(message: Json, place: str) -> None:
    for field in ("originalContentUrl", "previewImageUrl"):
        url = str(message.get(field) or "")
        if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):  # the sandbox fetches from this machine
            raise _wrong(f"{place}.{field}", "Must be a valid https URL")


def _location(message: Json, place: str) -> None:
    for field in ("title", "address"):
        if not 0 < len(str(message.get(field) or "")) <= _PLACE:
            raise _wrong(f"{place}.{field}", f"Length must be between 1 and {_PLACE}")
    for field in ("latitude", "longitude"):
        if not isinstance(message.get(field), int | float):
            raise _wrong(f"{place}.{field}", "May not be empty")


def _sticker(message: Json, place: str) -> None:
    if not (message.get("packageId") and message.get("stickerId")):
        raise _wrong(f"{place}.stickerId", "May not be empty")


def _quick_replies(message: Json, place: str) -> None:
    items = (message.get("quickReply") or {}).get("items", [])
    if len(items) > _ITEMS:
        raise _wrong(f"{place}.quickReply.items", f"Size must be between 1 and {_ITEMS}")
    for number, item in enumerate(items):
        action = item.get("action") or {}
        if not 0 < len(str(action.get("label") or "")) <= _LABEL:
            raise _wrong(f"{place}.quickReply.items[{number}].action.label", f"Length must be between 1 and {_LABEL}")
        if len(str(action.get("data") or "")) > _DATA:
            raise _wrong(f"{place}.quickReply.items[{number}].action.data", f"Length must be between 0 and {_DATA}")


_CHECKS: Final = {"text": _text, "image": _image, "location": _location, "sticker": _sticker}
