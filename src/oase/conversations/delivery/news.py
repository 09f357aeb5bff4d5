"""What the live log tells of a delivery that moved."""

from typing import Final
from uuid import UUID

from oase.conversations.delivery.types import DeliveryKind
from oase.kernel.db import UnitOfWork

UNREACHED: Final = "unreached"
"""The topic of messages that failed, of which nobody can tell whether they arrived, or that went after all; the key is the message."""
LOST: Final = frozenset({"failed", "unknown", "cancelled"})
"""States of a delivery in which its message may have reached nobody."""


def tell(work: UnitOfWork, conversation_id: UUID, kind: DeliveryKind, message_id: UUID, state: str, before: str = "") -> None:
    """Open pages hear of it: of a reaction or an act only that its message looks different now."""
    if kind != "message":
        work.emit("conversation", conversation_id, {"what": "changed", "messages": [str(message_id)]})
        return
    work.emit("conversation", conversation_id, {"what": "delivery", "messages": [str(message_id)], "state": state})
    if LOST & {state, before}:
        work.emit(UNREACHED, message_id)
