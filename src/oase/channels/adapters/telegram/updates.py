"""What is common to updates however they come: which kinds we ask for, their key, and what a pressed button wants."""

import hmac
from collections.abc import Iterable

import msgspec
from msgspec import Struct

from oase.channels.contract import Answer, Forged, Raw
from oase.channels.families.json_in_the_wild import Unreadable
from oase.kernel.secrets import Secret

ALLOWED = (
    "message",
    "edited_message",
    "callback_query",
    "message_reaction",
    "my_chat_member",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
)
"""The kinds of updates that we read (`allowed_updates`)."""

HEADER = "x-telegram-bot-api-secret-token"


class _Numbered(Struct):
    update_id: int


class _Callback(Struct):
    id: str


class _WithCallback(Struct):
    callback_query: _Callback | None = None


_NUMBERED = msgspec.json.Decoder(_Numbered)
_WITH_CALLBACK = msgspec.json.Decoder(_WithCallback)


def check_secret(raw: Raw, secrets: Iterable[Secret]) -> None:
    """Raises Forged unless the delivery carries one of the secrets that we gave to setWebhook."""
    given = raw.headers.get(HEADER, "").encode("utf-8", "replace")
    known = False
    for secret in secrets:
        known = (bool(secret) and hmac.compare_digest(secret.reveal().encode(), given)) or known
    if not known:
        raise Forged("The delivery does not carry the secret that Oase agreed on with Telegram.")


def key_of(body: bytes) -> bytes | None:
    """The update's own number, the same by webhook and by asking; None if it has none."""
    try:
        return b"update/%d" % _NUMBERED.decode(body).update_id
    except Unreadable:
        return None


def callback_id(body: bytes) -> str:
    """The id of the pressed button that waits for an answer; empty for other updates."""
    if b'"callback_query"' not in body:
        return ""
    try:
        callback = _WITH_CALLBACK.decode(body).callback_query
    except Unreadable:
        return ""
    return callback.id if callback else ""


def stop_spinner(body: bytes) -> Answer | None:
    """A button turns until the bot has answered; the answer to the delivery itself may carry that call.

    https://core.telegram.org/bots/api#making-requests-when-getting-updates
    """
    id = callback_id(body)
    if not id:
        return None
    call = {"method": "answerCallbackQuery", "callback_query_id": id}
    return Answer(status=200, body=msgspec.json.encode(call), type="application/json")
