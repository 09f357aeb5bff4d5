"""What Oase says by itself in the company's name, where nobody waits for an error."""

from datetime import timedelta
from uuid import UUID

import structlog

from oase.channels import AccountBook
from oase.channels.contract import CannotSay
from oase.conversations.actions.say import say
from oase.conversations.errors import CannotAnswer, WindowClosed
from oase.conversations.types import Answer, Author
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid

log = structlog.get_logger()


async def say_automatically(
    work: UnitOfWork,
    book: AccountBook,
    conversation_id: UUID,
    text: str,
    *,
    company: str,
    key: UUID,
    untold: str,
    identity_id: UUID | None = None,
) -> bool:
    """Says it at once, and leaves the conversation's state alone. False where nothing can be said: outside a reply window, over an
    account that is off; the log then has it as `untold`. `key`: the same text is said once under one.
    """
    answer = Answer(client_key=key, text=text, automatic=True, undo=timedelta(0), then=None, quote=False, identity_id=identity_id)
    try:
        async with work.connection.transaction():
            await say(work, book, Author(name=company), conversation_id, answer)
    except (CannotAnswer, WindowClosed, CannotSay, Invalid) as error:
        log.info(untold, conversation=str(conversation_id), why=str(error))
        return False
    return True
