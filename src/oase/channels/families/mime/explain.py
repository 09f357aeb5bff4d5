"""How a mail was understood, for `oase mail explain FILE --json`."""

from typing import Any

from oase.channels.families.mime.types import Mail, Mailbox, Part


def explain(mail: Mail) -> dict[str, Any]:
    """Plain values with fixed keys; scripts rely on them."""
    return {
        "from": _shown(mail.from_),
        "from_email": mail.from_.address if mail.from_ else "",
        "from_display_name": mail.from_display_name,
        "to": [_shown(mailbox) for mailbox in mail.to],
        "cc": [_shown(mailbox) for mailbox in mail.cc],
        "reply_to": [_shown(mailbox) for mailbox in mail.reply_to],
        "subject": mail.subject,
        "message_id": mail.message_id,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "date": mail.date.isoformat() if mail.date else None,
        "class": mail.mail_class,
        "text": mail.text,
        "html": mail.html,
        "html_reply": mail.html_reply,
        "reply_text": mail.reply_text,
        "quoted": mail.quoted,
        "signature": mail.signature,
        "attachments": [_file(part) for part in mail.attachments],
        "notes": list(mail.notes),
    }


def _shown(mailbox: Mailbox | None) -> str:
    if mailbox is None:
        return ""
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name and mailbox.address else mailbox.address or mailbox.name


def _file(part: Part) -> dict[str, Any]:
    return {
        "name": part.name,
        "type": part.type,
        "size": part.size_bytes,
        "md5": part.md5,
        "inline": part.inline,
        "content_id": part.content_id,
    }
