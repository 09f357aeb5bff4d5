"""Reads the body of `POST /{phone-number-id}/messages` as Meta does: what is missing, wrong, too long.

Pure: no state, no clock. Source: the Graph v23.0 description (operation sendMessage) and the pages "Text messages",
"Image messages" … "Interactive reply buttons messages", "Interactive list messages", "Interactive CTA URL button messages"
(24 June 2026), "Typing indicators", "Mark messages as read".
"""

from collections.abc import Callable
from typing import Any

import msgspec

from oase.sandbox.whatsapp.errors import refuse
from oase.sandbox.whatsapp.interactive import read_interactive
from oase.sandbox.whatsapp.types import Json

_MAX_TEXT = 4096
_MAX_CAPTION = 1024
_MAX_OPAQUE = 512
MEDIA_KINDS = ("image", "audio", "video", "document", "sticker")


class ToSend(msgspec.Struct, frozen=True, kw_only=True):
    """A message to send, found to be well-formed. `to` is digits, or a BSUID when `to_user_id` is set."""

    to: str
    asked: str
    kind: str
    content: Json
    to_user_id: bool = False
    context_id: str = ""
    opaque: str = ""


class ToMark(msgspec.Struct, frozen=True, kw_only=True):
    """A request to mark a customer's message as read, perhaps showing that we are typing."""

    message_id: str
    typing: bool


def read_request(body: object) -> ToSend | ToMark:
    """What the body asks for. Raises Refused with the code that Meta gives."""
    if not isinstance(body, dict):
        raise refuse(100, "The request body must be a JSON object.")
    if "messaging_product" not in body:
        raise refuse(100, "The parameter messaging_product is required.")
    if body["messaging_product"] != "whatsapp":
        raise refuse(100, "Param messaging_product must be one of {WHATSAPP} - got " + repr(body["messaging_product"]))
    if "status" in body:
        return _read_mark(body)
    return _read_send(body)


def text_of(body: Json, name: str, limit: int, *, inside: str = "") -> str:
    """A required text of at most `limit` characters. `inside` names the object that holds it."""
    where = f"{inside}['{name}']" if inside else name
    value = body.get(name)
    if value is None or value == "":
        raise refuse(131008, f"Parameter '{where}' is mandatory.")
    if not isinstance(value, str):
        raise refuse(100, f"Param {where} must be a string.")
    if len(value) > limit:
        raise refuse(100, f"Param {where} must be at most {limit} characters long.")
    return value


def _read_mark(body: Json) -> ToMark:
    if body["status"] != "read":
        raise refuse(100, f"Param status must be one of {{READ}} - got {body['status']!r}")
    typing = body.get("typing_indicator")
    if typing is not None and (not isinstance(typing, dict) or typing.get("type") != "text"):
        raise refuse(100, "Param typing_indicator['type'] must be one of {TEXT}.")
    return ToMark(message_id=text_of(body, "message_id", 256), typing=typing is not None)


def _read_send(body: Json) -> ToSend:
    if body.get("recipient_type", "individual") != "individual":
        raise refuse(100, "Param recipient_type must be one of {INDIVIDUAL}.")
    asked, is_user_id = _recipient(body)
    kind = body.get("type", "text")
    reader = _READERS.get(kind) if isinstance(kind, str) else None
    if reader is None:
        raise refuse(131051, f"Message type {kind!r} is not currently supported.")
    content = body.get(kind)
    if content is None:
        raise refuse(131008, f"The parameter {kind} is required.")
    opaque = body.get("biz_opaque_callback_data", "")
    if not isinstance(opaque, str) or len(opaque) > _MAX_OPAQUE:
        raise refuse(100, f"Param biz_opaque_callback_data must be a string of at most {_MAX_OPAQUE} characters.")
    return ToSend(
        to=asked if is_user_id else "".join(sign for sign in asked if sign.isdigit()),
        to_user_id=is_user_id,
        asked=asked,
        kind=kind,
        content=reader(content),
        context_id=_context(body),
        opaque=opaque,
    )


def _recipient(body: Json) -> tuple[str, bool]:
    """The address as asked for, and whether it is a business-scoped user id (page "Business-scoped user IDs")."""
    if body.get("to"):
        asked = text_of(body, "to", 64)
        if not 5 <= sum(sign.isdigit() for sign in asked) <= 15 or asked.strip("+-() 0123456789./"):
            raise refuse(131009, "Parameter value is not valid: 'to' is not a phone number.")
        return asked, False
    if body.get("recipient"):
        return text_of(body, "recipient", 128), True
    raise refuse(131008, "The parameter to is required.")


def _context(body: Json) -> str:
    context = body.get("context")
    if context is None:
        return ""
    if not isinstance(context, dict):
        raise refuse(100, "Param context must be a JSON object.")
    return text_of(context, "message_id", 256, inside="context")


def _object(value: object, name: str) -> Json:
    if not isinstance(value, dict):
        raise refuse(100, f"Param {name} must be a JSON object.")
    return value


def _read_text(value: object) -> Json:
    text = _object(value, "text")
    text_of(text, "body", _MAX_TEXT, inside="text")
    return text


def _read_media(kind: str) -> Callable[[object], Json]:
    def read(value: object) -> Json:
        media = _object(value, kind)
        if bool(media.get("id")) == bool(media.get("link")):
            raise refuse(100, f"Param {kind} must have exactly one of 'id' and 'link'.")
        if "caption" in media:
            if kind in ("audio", "sticker"):
                raise refuse(100, f"Unexpected key 'caption' on param '{kind}'.")
            text_of(media, "caption", _MAX_CAPTION, inside=kind)
        link = media.get("link")
        if link is not None and not str(link).startswith(("http://", "https://")):
            raise refuse(131009, f"Param {kind}['link'] is not a valid URL.")
        return media

    return read


def _read_location(value: object) -> Json:
    location = _object(value, "location")
    for name, most in (("latitude", 90.0), ("longitude", 180.0)):
        try:
            degrees = float(location[name])
        except KeyError:
            raise refuse(131008, f"Parameter 'location['{name}']' is mandatory.") from None
        except (TypeError, ValueError):
            raise refuse(131009, f"Param location['{name}'] must be a number.") from None
        if abs(degrees) > most:
            raise refuse(131009, f"Param location['{name}'] must be between {-most:g} and {most:g}.")
    return location


def _read_contacts(value: object) -> Json:
    if not isinstance(value, list) or not value:
        raise refuse(131008, "The parameter contacts must be a list with at least one contact.")
    for place, contact in enumerate(value):
        name = _object(_object(contact, f"contacts[{place}]").get("name"), f"contacts[{place}]['name']")
        text_of(name, "formatted_name", 1024, inside=f"contacts[{place}]['name']")
        if not any(name.get(part) for part in ("first_name", "last_name", "middle_name", "suffix", "prefix")):
            raise refuse(131008, f"contacts[{place}]['name'] needs at least one part of the name besides formatted_name.")
    return {"contacts": value}


def _read_reaction(value: object) -> Json:
    reaction = _object(value, "reaction")
    text_of(reaction, "message_id", 256, inside="reaction")
    emoji = reaction.get("emoji", "")
    if not isinstance(emoji, str) or len(emoji) > 16:
        raise refuse(131009, "Param reaction['emoji'] must be a single emoji.")
    return reaction


def _read_template(value: object) -> Json:
    template = _object(value, "template")
    text_of(template, "name", 512, inside="template")
    language = _object(template.get("language"), "template['language']")
    text_of(language, "code", 16, inside="template['language']")
    if not isinstance(template.get("components", []), list):
        raise refuse(100, "Param template['components'] must be an array.")
    return template


_READERS: dict[Any, Callable[[object], Json]] = {
    "text": _read_text,
    "location": _read_location,
    "contacts": _read_contacts,
    "reaction": _read_reaction,
    "interactive": read_interactive,
    "template": _read_template,
    **{kind: _read_media(kind) for kind in MEDIA_KINDS},
}
