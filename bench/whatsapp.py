"""Signed deliveries of WhatsApp texts, about 1.2 KB each, as Meta sends them."""

import hashlib
import hmac
import json

from bench.ground import APP_SECRET, NUMBER_ID

_TEXT = (
    "Guten Tag, ich habe am Montag das Stadtrad „Stadtwind“ bei Ihnen bestellt (Bestellnummer 4711-{n}) und warte auf die "
    "Bestätigung. Können Sie mir bitte sagen, wann es geliefert wird? Viele Grüße aus Köln-Ehrenfeld 🚲 "
) * 2


def body(number: int, senders: int = 5_000) -> bytes:
    """One delivery with one text message."""
    sender = f"49171392{number % senders:05d}"
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "493023125100", "phone_number_id": NUMBER_ID},
        "contacts": [{"profile": {"name": f"Kundin Öztürk-Großmann {number % senders}"}, "wa_id": sender}],
        "messages": [
            {
                "from": sender,
                "id": f"wamid.HBgNNDkxNzEzOTIwMDAwFQIAEhgg{number:024d}",
                "timestamp": str(1795512600 + number // 1000),
                "text": {"body": _TEXT.format(n=number)},
                "type": "text",
            }
        ],
    }
    change = {"value": value, "field": "messages"}
    whole = {"object": "whatsapp_business_account", "entry": [{"id": "102290129340398", "changes": [change]}]}
    return json.dumps(whole, ensure_ascii=False).encode()


def signature(content: bytes) -> str:
    """X-Hub-Signature-256."""
    return "sha256=" + hmac.new(APP_SECRET.encode(), content, hashlib.sha256).hexdigest()


def request(path: str, number: int) -> bytes:
    """The whole HTTP request."""
    content = body(number)
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Hub-Signature-256: {signature(content)}\r\nContent-Length: {len(content)}\r\n\r\n"
    )
    return head.encode() + content
