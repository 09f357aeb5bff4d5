"""From the form of a webhook to its event: a message of a customer, or what became of one of ours.

https://www.twilio.com/docs/messaging/guides/webhook-request,
https://www.twilio.com/docs/messaging/guides/track-outbound-message-status (read 2026-08)

Twilio gives no time with a message: it is the one when its delivery arrived.
"""

from collections.abc import Mapping, Sequence
from typing import Literal
from urllib.parse import parse_qsl

import msgspec

from oase.channels.adapters.twilio.errors import sentence
from oase.channels.adapters.twilio.wire import number_of
from oase.channels.contract import Address, Content, ContentKind, Event, Malformed, Media, Raw, Receipt, Received, Unknown, Wish
from oase.channels.families.content import ending_of
from oase.channels.families.json_in_the_wild import Unreadable, sound
from oase.channels.families.wishes import asks_more, wish_of

Parameters = Mapping[str, str]

_FIELDS = 1000
_MOST_MEDIA = 10
_STATES: Mapping[str, Literal["sent", "delivered", "read", "failed"]] = {
    "accepted": "sent",
    "scheduled": "sent",
    "queued": "sent",
    "sending": "sent",
    "sent": "sent",
    "delivered": "delivered",
    "partially_delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_INCOMING = ("", "received", "receiving")
_KINDS: Mapping[str, ContentKind] = {"image": "image", "audio": "audio", "video": "video"}
_OPTED: Mapping[str, Wish] = {"STOP": "stop", "START": "start"}
_PLACES = {"FromCity": "city", "FromState": "state", "FromZip": "postcode", "FromCountry": "country"}


def read(raw: Raw) -> Sequence[Event]:
    """The one event of a delivery; raises Malformed if it is neither form nor JSON, or names no message."""
    parameters = _parameters(raw.body)
    sid = _sid(parameters)
    if not sid:
        raise Malformed("The delivery names no message (MessageSid).")
    status = parameters.get("MessageStatus") or ("" if "Body" in parameters else parameters.get("SmsStatus", ""))
    if status.lower() in _INCOMING:
        return [_message(sid, parameters, raw)]
    return [_receipt(sid, status.lower(), parameters, raw)]


def _parameters(body: bytes) -> Parameters:
    try:
        if body.lstrip()[:1] == b"{":
            content = msgspec.json.decode(sound(body))
            return {str(name): str(value) for name, value in content.items() if isinstance(value, str | int | float)}
        text = body.decode("utf-8", "replace")
        pairs = parse_qsl(text, keep_blank_values=True, errors="replace", max_num_fields=_FIELDS)
    except Unreadable:
        raise Malformed("The delivery is no form.") from None
    return {name.replace("\0", "\ufffd"): value.replace("\0", "\ufffd") for name, value in pairs}


def _sid(parameters: Parameters) -> str:
    return next((found for name in ("MessageSid", "SmsSid", "SmsMessageSid") if (found := parameters.get(name, "").strip())), "")


def _message(sid: str, parameters: Parameters, raw: Raw) -> Event:
    """A customer's message. Senders of other networks behind the same account (WhatsApp) are shown, but not understood."""
    sender = parameters.get("From", "").strip().removeprefix("rcs:")
    network, mark, _ = sender.partition(":")
    if not sender or mark:
        kind = f"message.{network[:50]}" if mark else "message"
        return Unknown(kind=kind, external_id=sid, at=raw.received_at, data=dict(parameters))
    opted = parameters.get("OptOutType", "").strip().upper()
    text = parameters.get("Body", "")
    wish = _OPTED.get(opted, "") if opted else wish_of(text)
    return Received(
        external_id=sid,
        sender=Address(value=sender, fields=_fields(parameters)),
        at=raw.received_at,
        content=_content(sid, parameters),
        asks=asks_more(text),
        may_auto_answer=sender.startswith("+") and wish != "stop",
        wish=wish,
        origin={"to": parameters.get("To", "")} | ({"opt_out": opted} if opted else {}),
    )


def _fields(parameters: Parameters) -> Mapping[str, str]:
    return {ours: parameters[theirs] for theirs, ours in _PLACES.items() if parameters.get(theirs)}


def _content(sid: str, parameters: Parameters) -> Content:
    media = tuple(
        _media(sid, number, url, parameters.get(f"MediaContentType{number}", ""))
        for number in range(min(number_of(parameters.get("NumMedia", "")), _MOST_MEDIA))
        if (url := parameters.get(f"MediaUrl{number}", ""))
    )
    kinds = {_KINDS.get(one.type.partition("/")[0], "document") for one in media}
    kind: ContentKind = "text" if not kinds else kinds.pop() if len(kinds) == 1 else "document"
    return Content(kind=kind, text=parameters.get("Body", ""), media=media)


def _media(sid: str, number: int, url: str, type: str) -> Media:
    plain = type.partition(";")[0].strip().lower() or "application/octet-stream"
    return Media(ref=url, source="call", type=plain, name=f"mms-{sid[-8:]}-{number + 1}.{ending_of(plain)}")


def _receipt(sid: str, status: str, parameters: Parameters, raw: Raw) -> Event:
    state = _STATES.get(status)
    if state is None:
        return Unknown(
            kind=f"status.{status}"[:100], external_id=f"{sid}/{status}"[:300], at=raw.received_at, data=dict(parameters)
        )
    code = number_of(parameters.get("ErrorCode", ""))
    why = ""
    if state == "failed":
        why = sentence(code, parameters.get("ErrorMessage", ""), canceled=status == "canceled")
    return Receipt(
        external_id=sid,
        our_id=raw.query.get("message", "").replace("\0", "")[:100],
        state=state,
        at=raw.received_at,
        code=str(code) if code and state == "failed" else "",
        why=why,
    )
