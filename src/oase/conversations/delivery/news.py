"""What the live log tells of a delivery that moved."""

from typing import Final
from uuid import UUID

from oase.conversations.delivery.types import DeliveryKind
from oase.kernel.db import UnitOfWork

UNREACHED: Final = "unreached"
"""The topic of messages that failed for good; the key is the message."""


def tell(work: UnitOfWork, conversation_id: UUID, kind: DeliveryKind, message_id: UUID, state: str) -> None:
    """Open pages hear of it: of a reaction or an act only that its message looks different now."""
    if kind != "message":
        work.emit("conversation", conversation_id, {"what": "changed", "messages": [str(message_id)]})
        return
    work.emit("conversation", conversation_id, {"what": "delivery", "messages": [str(message_id)], "state": state})
    if state == "failed":
        work.emit(UNREACHED, message_id)
