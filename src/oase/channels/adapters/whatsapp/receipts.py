"""What became of our messages: WhatsApp's statuses as receipts. They come out of order, and before their message."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from oase.channels.adapters.whatsapp import wire
from oase.channels.adapters.whatsapp.errors import words_of
from oase.channels.adapters.whatsapp.people import address
from oase.channels.contract import Deleted, Event, Notice, Receipt, Unknown

_STATES: Mapping[str, Literal["sent", "delivered", "read", "failed"]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "played": "read",  # a voice message was listened to
    "failed": "failed",
}


def receipt_of(status: wire.Status, at: datetime) -> Event:
    """The event of one status. Prices and billing conversations in it are of no interest here."""
    state = _STATES.get(status.status)
    if state is not None:
        return Receipt(
            external_id=status.id,
            our_id=status.biz_opaque_callback_data or "",
            state=state,
            at=at,
            code=", ".join(str(error.code) for error in status.errors),
            why="\n".join(words_of(error) for error in status.errors),
        )
    if status.status == "deleted":
        return Deleted(external_id=status.id, at=at)
    if status.status == "warning":
        why = "\n".join(error.title or error.message or "" for error in status.errors) or "WhatsApp warns about this message."
        return Notice(kind="message_warning", text=why, at=at)
    who = address(status.recipient_id, status.recipient_user_id, ())
    return Unknown(kind=f"status.{status.status}"[:100], external_id=f"{status.id}/{status.status}", at=at, sender=who)
