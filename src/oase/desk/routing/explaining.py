"""Why somebody has a conversation, or has it not: the rules are asked, over the desk as it stands. Nothing is written."""

from uuid import UUID

from oase.desk.routing import repository
from oase.desk.routing.dispatcher import Dispatcher
from oase.desk.routing.facts import Languages, frame_of, past_of, settings_of
from oase.desk.routing.rules import Because, Reason
from oase.kernel.db import UnitOfWork


async def why_not(work: UnitOfWork, conversation_id: UUID, agent_id: UUID) -> Reason:
    """The first cause that holds, with what it was decided by. A constant number of queries, and the whole desk in memory."""
    frame, now = await frame_of(work), work.clock.now()
    dispatcher = Dispatcher(settings_of(frame))
    dispatcher.restore(await past_of(work, frame, Languages(), await repository.remembered(work)), now)
    known = dispatcher.known.get(conversation_id)
    if known is None:
        return Reason(because=Because.UNKNOWN_ITEM)
    return dispatcher.router.why(known.item.id, agent_id, now.timestamp())
