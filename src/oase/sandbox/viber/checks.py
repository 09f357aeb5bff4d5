"""What Viber refuses about a message, by its status codes.

https://developers.viber.com/docs/api/rest-bot-api/#send-message, #message-types, #keyboards and #error-codes (read 2026-11)
"""

from typing import Final

from oase.sandbox.places import Json

WORDS: Final = {
    1: "invalidUrl",
    2: "invalidAuthToken",
    3: "badData",
    4: "missingData",
    5: "receiverNotRegistered",
    6: "receiverNotSubscribed",
    10: "webhookNotSet",
    12: "tooManyRequests",
}
EVENTS: Final = frozenset({"delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"})
_NEEDED: Final = {
    "text": ("text",),
    "picture": ("media",),
    "video": ("media", "size"),
    "file": ("media", "size", "file_name"),
    "location": ("location",),
    "contact": ("contact",),
    "sticker": ("sticker_id",),
    "url": ("media",),
}
_LENGTHS: Final = {"text": 7000, "tracking_data": 4000, "file_name": 256, "media": 2000}
_LARGEST: Final = {"video": 26_000_000, "file": 50_000_000}
_SENDER, _CAPTION, _ROWS = 28, 512, 24


class Refused(Exception):
    """A request that Viber refuses."""

    def __init__(self, status: int) -> None:
        super().__init__(WORDS[status])
        self.body: Json = {"status": status, "status_message": WORDS[status]}


def is_reachable(url: str) -> bool:
    """Whether it is an address that Viber takes; the sandbox also takes this machine's."""
    return url.startswith(("https://", "http://127.0.0.1", "http://localhost"))


def check_message(message: Json) -> None:
    """Raises Refused."""
    kind = message.get("type")
    if kind not in _NEEDED or any(not message.get(field) for field in _NEEDED[kind]):
        raise Refused(4)
    name = (message.get("sender") or {}).get("name")
    if not isinstance(name, str) or not 0 < len(name) <= _SENDER:
        raise Refused(4 if not name else 3)
    if any(len(str(message.get(field) or "")) > length for field, length in _LENGTHS.items()):
        raise Refused(3)
    if kind == "picture" and len(message.get("text") or "") > _CAPTION:
        raise Refused(3)
    if "media" in _NEEDED[kind] and not is_reachable(str(message["media"])):
        raise Refused(3)
    if kind in _LARGEST and not (isinstance(message["size"], int) and 0 < message["size"] <= _LARGEST[kind]):
        raise Refused(3)
    _check_keyboard(message.get("keyboard"))


def _check_keyboard(keyboard: Json | None) -> None:
    if keyboard is None:
        return
    buttons = keyboard.get("Buttons")
    if keyboard.get("Type") != "keyboard" or not isinstance(buttons, list) or not 0 < len(buttons) <= _ROWS:
        raise Refused(3)
    for button in buttons:
        if not button.get("ActionBody") or not 1 <= button.get("Columns", 6) <= 6 or not 1 <= button.get("Rows", 1) <= 2:
            raise Refused(3)
