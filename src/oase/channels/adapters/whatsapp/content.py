"""What a WhatsApp message says, for each of its types.

Texts are written so that they can be read by themselves; `data` holds what pages need to show it better.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from oase.channels.adapters.whatsapp import wire
from oase.channels.contract import Content, ContentKind, Media
from oase.channels.families.content import on_the_map, plain_name
from oase.channels.families.json_in_the_wild import Incomplete, Unreadable
from oase.kernel.i18n import message

_FILE_KINDS: Mapping[str, ContentKind] = {
    "image": "image",
    "audio": "audio",
    "video": "video",
    "document": "document",
    "sticker": "sticker",
}


_NOT_PASSED_ON = message("WhatsApp does not pass on this message. Please ask the customer to send it in another way.")


def content_of(message: wire.Message) -> Content | None:
    """The content of a message; None for types that we do not know. Raises Incomplete."""
    if message.type in ("unsupported", "unknown"):
        return placeholder(message)
    if message.errors and getattr(message, message.type, None) is None:
        return placeholder(message)
    write = _WRITERS.get(message.type)
    content = write(message) if write else None
    if content is None:
        return None
    extra = dict(content.data) | _extra(message)
    return msgspec.structs.replace(content, data=extra) if extra else content


def placeholder(message: wire.Message) -> Content:
    """What stands for a message that WhatsApp does not pass on."""
    error = message.errors[0] if message.errors else wire.Error()
    details = (error.error_data.details if error.error_data else None) or error.message or error.title or ""
    return Content(
        kind="placeholder", text=str(_NOT_PASSED_ON), data={"type": message.type, "code": error.code, "details": details}
    )


def _extra(message: wire.Message) -> dict[str, Any]:
    context = message.context
    if context is None:
        return {}
    extra: dict[str, Any] = {}
    if context.forwarded or context.frequently_forwarded:
        extra["forwarded"] = "often" if context.frequently_forwarded else "once"
    if context.referred_product:
        product = context.referred_product
        extra["product"] = {"catalog": str(product.catalog_id), "id": str(product.product_retailer_id)}
    return extra


def _text(message: wire.Message) -> Content:
    if message.text is None:
        raise Incomplete("The message is of type text but has no text.")
    return Content(text=message.text.body)


def _file(message: wire.Message) -> Content:
    file: wire.File | None = getattr(message, message.type)
    if file is None:
        raise Incomplete(f"The message is of type {message.type} but has no file.")
    kind: ContentKind = "voice" if file.voice else _FILE_KINDS[message.type]
    media = Media(ref=str(file.id), source="call", type=file.mime_type, name=plain_name(file.filename or ""))
    return Content(kind=kind, text=file.caption or "", media=(media,), data={"animated": True} if file.animated else {})


def _location(message: wire.Message) -> Content:
    place = message.location
    if place is None:
        raise Incomplete("The message is of type location but has no place.")
    name, address = place.name or "", place.address or ""
    return on_the_map(float(place.latitude), float(place.longitude), name, address, url=place.url or "")


def _contacts(message: wire.Message) -> Content:
    if not message.contacts:
        raise Incomplete("The message is of type contacts but has none.")
    cards = [_card(card) for card in message.contacts]
    return Content(kind="contacts", text="\n".join(_line(card) for card in cards), data={"contacts": cards})


def _card(card: Mapping[str, Any]) -> dict[str, Any]:
    """A card in the common form, as `Card` has it, with web addresses beside it; what else WhatsApp sent stays in the journal."""
    name = card.get("name")
    organisation = card.get("org")
    shown = str(name.get("formatted_name") or name.get("first_name") or "") if isinstance(name, dict) else ""
    return {
        "name": shown,
        "organisation": str(organisation.get("company") or "") if isinstance(organisation, dict) else "",
        "phones": _entries(card.get("phones"), "phone"),
        "emails": _entries(card.get("emails"), "email"),
        "urls": _entries(card.get("urls"), "url"),
    }


def _entries(found: Any, key: str) -> list[str]:
    values = [str(entry.get(key) or "") for entry in found if isinstance(entry, dict)] if isinstance(found, list) else []
    return [value for value in values if value]


def _line(card: Mapping[str, Any]) -> str:
    parts = (card["name"], card["organisation"], *card["phones"], *card["emails"], *card["urls"])
    return " · ".join(part for part in parts if part) or "?"


def _button(message: wire.Message) -> Content:
    if message.button is None:
        raise Incomplete("The message is of type button but names none.")
    return Content(kind="choice", text=message.button.text, data={"id": message.button.payload or message.button.text})


def _interactive(message: wire.Message) -> Content | None:
    reply = message.interactive
    if reply is None:
        raise Incomplete("The message is of type interactive but holds no reply.")
    chosen = reply.button_reply or reply.list_reply
    if chosen is not None:
        data = {"id": str(chosen.id)} | ({"description": chosen.description} if chosen.description else {})
        return Content(kind="choice", text=chosen.title, data=data)
    return _form(reply.nfm_reply) if reply.nfm_reply is not None else None


def _form(form: wire.Form) -> Content:
    try:
        answers = msgspec.json.decode(form.response_json or "{}")
    except Unreadable:
        answers = {"": form.response_json}
    fields = {key: value for key, value in answers.items() if key != "flow_token"} if isinstance(answers, dict) else {}
    lines = [f"{key}: {_plain(value)}" if key else _plain(value) for key, value in fields.items()]
    text = "\n".join(lines) or form.body or form.name or ""
    return Content(kind="choice", text=text, data={"form": form.name or "", "fields": fields})


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _order(message: wire.Message) -> Content:
    order = message.order
    if order is None:
        raise Incomplete("The message is of type order but holds none.")
    lines = [order.text] if order.text else []
    for item in order.product_items:
        price = f" ({item.item_price} {item.currency or ''}".rstrip() + ")" if item.item_price is not None else ""
        lines.append(f"{item.quantity} × {item.product_retailer_id}{price}")
    data = {"catalog": str(order.catalog_id), "items": [msgspec.to_builtins(item) for item in order.product_items]}
    return Content(kind="order", text="\n".join(lines), data=data)


_WRITERS: Mapping[str, Callable[[wire.Message], Content | None]] = {
    "text": _text,
    "image": _file,
    "audio": _file,
    "video": _file,
    "document": _file,
    "sticker": _file,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
