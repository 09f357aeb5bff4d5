"""How messages, chats and customers look to our own pages and tests (not Meta's form)."""

from collections.abc import Mapping

from oase.sandbox.whatsapp.types import Customer, Json, Message, Number

_QUOTED_KINDS = {"image": "🖼", "video": "🎬", "audio": "🎤", "document": "📄", "sticker": "🏷", "location": "📍", "contacts": "👤"}


def summary(message: Message) -> str:
    """One line that says what a message is, for a quotation or a list."""
    content = message.content
    if message.revoked:
        return "🚫"
    text = content.get("body") or content.get("caption") or content.get("filename") or ""
    if message.kind == "interactive":
        reply = content.get("button_reply") or content.get("list_reply")
        text = reply["title"] if reply else content.get("body", {}).get("text", "")
    elif message.kind == "button":
        text = content.get("text", "")
    elif message.kind == "location":
        text = content.get("name") or content.get("address") or ""
    elif message.kind == "contacts":
        text = content["contacts"][0].get("name", {}).get("formatted_name", "")
    icon = _QUOTED_KINDS.get(message.kind, "")
    return f"{icon} {text}".strip()[:120]


def message_view(message: Message, known: Mapping[str, Message]) -> Json:
    """A message as the phone page shows it."""
    quoted = known.get(message.context_id) if message.context_id else None
    return {
        "id": message.id,
        "number": message.number_id,
        "from_business": message.from_business,
        "kind": message.kind,
        "content": message.content,
        "summary": summary(message),
        "time": message.time.isoformat(),
        "status": message.status,
        "error": message.error,
        "taken": message.taken_by_business,
        "read": message.read_by_business,
        "forwarded": message.forwarded,
        "edited": message.edited,
        "revoked": message.revoked,
        "reactions": {who: emoji for who, emoji in message.reactions.items() if emoji},
        "quoted": quoted and {"id": quoted.id, "text": summary(quoted), "from_business": quoted.from_business},
    }


def customer_view(customer: Customer) -> Json:
    """A customer as the pages show one."""
    return {
        "wa_id": customer.wa_id,
        "name": customer.name,
        "username": customer.username,
        "user_id": customer.user_id,
        "hides_number": customer.hides_number,
        "online": customer.online,
        "reads_at_once": customer.reads_at_once,
        "read_receipts": customer.read_receipts,
        "blocked": sorted(customer.blocked),
    }


def number_view(number: Number) -> Json:
    """A business number as the pages show one."""
    return {
        "id": number.id,
        "account_id": number.account_id,
        "display": number.display,
        "name": number.name,
        "webhook_url": number.webhook_url,
        "subscribed": number.subscribed,
        "throughput_per_second": number.throughput_per_second,
    }
