"""An answer that went out by another way than ours: taken over from another desk, or written in the provider's own app.

It stands in the conversation like any other, with the fate that it is known to have; nothing is queued, nothing is sent.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from oase.channels import AccountBook
from oase.conversations.actions.say import say
from oase.conversations.delivery import repository as deliveries
from oase.conversations.types import Answer, Author
from oase.kernel.db import UnitOfWork


class Went(Struct, frozen=True, kw_only=True):
    """What became of an answer that we did not send. `external_id` is the provider's, so that replies find it."""

    external_id: str
    state: Literal["sent", "delivered", "read", "failed"] = "sent"
    at: datetime
    why: str = ""


async def said_elsewhere(
    work: UnitOfWork, book: AccountBook, author: Author, conversation_id: UUID, answer: Answer, went: Went
) -> UUID:
    """Writes the answer down and gives the message's id. Raises what `say` raises."""
    message_id = await say(work, book, author, conversation_id, answer)
    await deliveries.record(work, message_id, went.state, went.external_id, went.at, went.why[:500])
    return message_id
