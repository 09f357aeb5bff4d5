"""Shows a raw mail: headings, text, HTML with its pictures in place, attachments. For a developer's eyes, not for intake."""

import email
import email.policy
from email.message import EmailMessage
from typing import Any

_POLICY = email.policy.default


def parse(raw: bytes) -> EmailMessage:
    """The mail as the standard library reads it."""
    message = email.message_from_bytes(raw, policy=_POLICY)
    assert isinstance(message, EmailMessage)  # noqa: S101 - the policy says so
    return message


def heading(raw: bytes) -> dict[str, Any]:
    """Sender, recipients, subject and message id."""
    message = parse(raw)
    return {
        "from": _header(message, "from"),
        "to": _header(message, "to"),
        "subject": _header(message, "subject"),
        "message_id": _header(message, "message-id"),
    }


def whole(raw: bytes) -> dict[str, Any]:
    """Everything that the page shows of a mail."""
    message = parse(raw)
    parts = list(message.walk())
    return {
        **heading(raw),
        "headers": [[name, _text(value)] for name, value in message.raw_items()],
        "text": body(message, "plain"),
        "has_html": _part(message, "html") is not None,
        "attachments": [_attachment(place, part) for place, part in enumerate(parts) if _is_attachment(part)],
    }


def html(raw: bytes, parts_address: str) -> str:
    """The HTML of a mail, with `cid:` pictures pointing to our own addresses (`parts_address` and the part's place)."""
    message = parse(raw)
    text = body(message, "html")
    for place, part in enumerate(message.walk()):
        name = _header(part, "content-id").strip("<>")
        if name:
            text = text.replace(f"cid:{name}", f"{parts_address}{place}")
    return text


def part(raw: bytes, place: int) -> tuple[bytes, str, str]:
    """One part: its bytes, type and file name. Raises IndexError."""
    found = list(parse(raw).walk())[place]
    content = found.get_payload(decode=True)
    return (content if isinstance(content, bytes) else b""), found.get_content_type(), found.get_filename() or "part"


def _part(message: EmailMessage, kind: str) -> EmailMessage | None:
    found = message.get_body(preferencelist=(kind,))
    return found if isinstance(found, EmailMessage) else None


def body(message: EmailMessage, kind: str) -> str:
    """The mail's text of a kind ("plain" or "html"), in whatever charset it claims; empty where there is none."""
    found = _part(message, kind)
    if found is None:
        return ""
    try:
        return str(found.get_content())
    except (LookupError, ValueError):
        content = found.get_payload(decode=True)
        return content.decode("utf-8", "replace") if isinstance(content, bytes) else ""


def _is_attachment(message: EmailMessage) -> bool:
    return not message.is_multipart() and (message.is_attachment() or bool(message.get_filename()))


def _attachment(place: int, message: EmailMessage) -> dict[str, Any]:
    content = message.get_payload(decode=True)
    return {
        "place": place,
        "name": message.get_filename() or "part",
        "type": message.get_content_type(),
        "size_bytes": len(content) if isinstance(content, bytes) else 0,
        "inline": message.get_content_disposition() == "inline",
    }


def _header(message: EmailMessage, name: str) -> str:
    try:
        return str(message.get(name) or "")
    except (ValueError, IndexError, AttributeError, TypeError):  # malformed headers upset the standard library
        return ""


def _text(value: object) -> str:
    return str(value).encode("utf-8", "replace").decode()
