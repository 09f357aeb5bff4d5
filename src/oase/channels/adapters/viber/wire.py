"""The shapes of Viber's callbacks, as far as we read them; what is not named here is ignored.

https://developers.viber.com/docs/api/rest-bot-api/#callbacks (read 2026-11)
"""

from msgspec import Struct


class User(Struct):
    """A person. `id` is this bot's own id of them."""

    id: str
    name: str | None = None
    language: str | None = None
    country: str | None = None


class Place(Struct):
    """A place on the map."""

    lat: float
    lon: float
    address: str | None = None


class Contact(Struct):
    """A contact card."""

    name: str | None = None
    phone_number: str | None = None


class Message(Struct):
    """One message; `type` says which of the fields count."""

    type: str
    text: str | None = None
    media: str | None = None
    file_name: str | None = None
    file_size: int | None = None
    size: int | None = None
    location: Place | None = None
    contact: Contact | None = None
    sticker_id: int | None = None
    tracking_data: str | None = None


class Callback(Struct):
    """A whole delivery. `timestamp` counts milliseconds; `message_token` is the id of what it is about, or of itself."""

    event: str
    timestamp: int | None = None
    message_token: int | str | None = None
    user_id: str | None = None
    user: User | None = None
    sender: User | None = None
    message: Message | None = None
    context: str | None = None
    desc: str | None = None
