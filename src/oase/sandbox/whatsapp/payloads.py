"""Builds webhook bodies in Meta's form: pure functions from what happened to JSON.

Sources, all below developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages: the
overview (17 June 2026), text, image, reaction, system, revoke, status (21 May 2026), edit (20 July 2026); "Business-scoped
user IDs" (31 March 2026) with the changelog to 11 August 2026 for `user_id`, `from_user_id`, `recipient_user_id`, `username`;
the schema of `/whatsapp/webhooks` in the Graph v23.0 description.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from oase.sandbox.whatsapp.types import Customer, Json, Message, Number

CARRIES_CONTEXT = ("text", "image", "audio", "video", "document", "sticker", "location", "contacts", "button", "interactive")

_LISTS = {"message": "messages", "echo": "message_echoes", "system": "messages", "status": "statuses", "error": "errors"}


class Event(msgspec.Struct, kw_only=True):
    """One thing to report to a business: a message, an echo, a status, a system notice, or an error of the number itself."""

    form: Literal["message", "echo", "status", "system", "error"]
    number_id: str
    lane: str
    item: Json
    contact: Json
    not_before: float = 0.0


def seconds(moment: datetime) -> str:
    """A moment as webhooks write it: whole seconds since 1970, as a string."""
    return str(int(moment.timestamp()))


def contact(customer: Customer) -> Json:
    """The entry of `contacts[]`: no `wa_id` when the customer hides the number behind a username."""
    profile: Json = {"name": customer.name}
    if customer.username:
        profile["username"] = customer.username
    entry: Json = {"profile": profile, "user_id": customer.user_id}
    if not customer.hides_number:
        entry["wa_id"] = customer.wa_id
    return entry


def incoming(customer: Customer, message: Message, number: Number) -> Json:
    """The entry of `messages[]` for what a customer sent."""
    item: Json = {"from_user_id": customer.user_id, "id": message.id, "timestamp": seconds(message.time)}
    if not customer.hides_number:
        item["from"] = customer.wa_id
    content = dict(message.content)
    for aside in ("referral", "referred_product"):
        extra = content.pop(aside, None)
        if extra is not None and aside == "referral":
            item["referral"] = extra
        elif extra is not None:
            item["context"] = {"from": number.digits, "id": message.context_id or message.id, aside: extra}
    if message.context_id and message.kind in CARRIES_CONTEXT and "context" not in item:
        item["context"] = {"from": number.digits, "id": message.context_id}
    if message.forwarded:
        item.setdefault("context", {})["forwarded"] = True
    item["type"] = message.kind
    if message.kind == "contacts":
        item["contacts"] = content["contacts"]
    elif message.kind == "unsupported":
        item.update(content)
    elif message.kind != "request_welcome":
        item[message.kind] = content
    return item


def echo(customer: Customer, message: Message, number: Number) -> Json:
    """The entry of `message_echoes[]` for what the business wrote in the app (page "smb_message_echoes", 21 May 2026)."""
    item: Json = {"from": number.digits, "to_user_id": customer.user_id, "id": message.id, "timestamp": seconds(message.time)}
    if not customer.hides_number:
        item["to"] = customer.wa_id
    return {**item, "type": message.kind, message.kind: message.content}


def edit(customer: Customer, message: Message, notice_id: str, moment: datetime, number: Number) -> Json:
    """The entry of `messages[]` when a customer changes a message (page "Edit messages webhook reference")."""
    changed = incoming(customer, message, number)
    kept = {name: changed[name] for name in ("context", "type", message.kind) if name in changed}
    item: Json = {"from_user_id": customer.user_id, "id": notice_id, "timestamp": seconds(moment), "type": "edit"}
    item["edit"] = {"original_message_id": message.id, "message": kept}
    return item if customer.hides_number else {"from": customer.wa_id, **item}


def revoke(customer: Customer, message: Message, notice_id: str, moment: datetime) -> Json:
    """The entry of `messages[]` when a customer deletes a message for everybody."""
    item: Json = {"from_user_id": customer.user_id, "id": notice_id, "timestamp": seconds(moment), "type": "revoke"}
    item["revoke"] = {"original_message_id": message.id}
    return item if customer.hides_number else {"from": customer.wa_id, **item}


def number_changed(customer: Customer, old: str, old_user_id: str, notice_id: str, moment: datetime) -> Json:
    """The system notice that a customer has a new number; `customer` already has it."""
    return {
        "from": old,
        "id": notice_id,
        "timestamp": seconds(moment),
        "type": "system",
        "system": {
            "body": f"User {customer.name} changed from {old} to {customer.wa_id}",
            "wa_id": customer.wa_id,
            "user_id": customer.user_id,
            "previous_user_id": old_user_id,
            "type": "user_changed_number",
        },
    }


def status(customer: Customer, message: Message, state: str, moment: datetime, *, in_window: bool) -> Json:
    """The entry of `statuses[]` for what became of a message of the business."""
    item: Json = {
        "id": message.id,
        "status": state,
        "timestamp": seconds(moment),
        "recipient_user_id": customer.user_id,
    }
    if not customer.hides_number:
        item["recipient_id"] = customer.wa_id
    if message.opaque:
        item["biz_opaque_callback_data"] = message.opaque
    if state == "failed":
        item["errors"] = [message.error] if message.error else []
        return item
    if state in ("sent", "delivered"):
        free = in_window and message.category != "marketing"
        conversation: Json = {
            "id": hashlib.sha256(f"{customer.wa_id} {message.category}".encode()).hexdigest()[:32],
            "origin": {"type": message.category},
        }
        if state == "sent":
            conversation["expiration_timestamp"] = seconds(message.time + timedelta(hours=24))
        item["conversation"] = conversation
        item["pricing"] = {
            "billable": not free,
            "pricing_model": "PMP",
            "type": "free_customer_service" if free else "regular",
            "category": message.category,
        }
    return item


def body(events: list[Event], numbers: dict[str, Number]) -> bytes:
    """One webhook body for these events, in their order: neighbours of one number and form share a `value`."""
    entries: dict[str, Json] = {}
    previous: tuple[str, str] | None = None
    value: Json = {}
    for event in events:
        number = numbers[event.number_id]
        entry = entries.setdefault(number.account_id, {"id": number.account_id, "changes": []})
        if (event.number_id, event.form) != previous:
            value = {
                "messaging_product": "whatsapp",
                "metadata": {"display_phone_number": number.digits, "phone_number_id": number.id},
            }
            entry["changes"].append({"value": value, "field": "smb_message_echoes" if event.form == "echo" else "messages"})
        previous = (event.number_id, event.form)
        if event.form in ("message", "echo", "status"):
            people = value.setdefault("contacts", [])
            if event.contact not in people:
                people.append(event.contact)
        value.setdefault(_LISTS[event.form], []).append(event.item)
    return msgspec.json.encode({"object": "whatsapp_business_account", "entry": list(entries.values())})


def signature(raw: bytes, secret: str) -> str:
    """The header X-Hub-Signature-256 (page "Webhooks from Meta: Getting started", payload validation)."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()
