"""What agents do with offers. The leader hears of it by the live log and goes on."""

from uuid import UUID

from oase.conversations import Author, assign
from oase.desk.routing import repository
from oase.desk.routing.errors import OfferGone
from oase.desk.routing.types import Ended
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message


async def accept(work: UnitOfWork, author: Author, offer_id: UUID) -> UUID:
    """The agent begins: the conversation is theirs from now on. Gives the conversation. Raises OfferGone."""
    offer = await repository.take_offer(work, offer_id, _agent(author))
    if offer is None or (offer.expires_at is not None and offer.expires_at <= work.clock.now()):
        raise OfferGone(message("This offer is over: it ran out, or a colleague has the conversation now."))
    await repository.begin(work, offer_id)
    await assign(work, author, offer.conversation_id, author.id, assignee=author.name)
    _tell(work, offer.agent_id, "accepted", offer.conversation_id)
    return offer.conversation_id


async def decline(work: UnitOfWork, author: Author, offer_id: UUID) -> None:
    """Somebody else shall have it; nothing happens if it is over."""
    offer = await repository.take_offer(work, offer_id, _agent(author))
    if offer is not None:
        await repository.end_offers(work, [Ended(conversation_id=offer.conversation_id, state="declined")])
        _tell(work, offer.agent_id, "declined", offer.conversation_id)


async def ask_for_next(work: UnitOfWork, agent_id: UUID) -> None:
    """The agent wants what comes first for them, also where nothing is offered by itself."""
    work.emit("offer", agent_id, {"what": "wants"})


async def take_up(work: UnitOfWork, agent_id: UUID, conversation_id: UUID) -> None:
    """The agent goes on with what is theirs and waits, now; what they have in hand is laid aside for it."""
    work.emit("offer", agent_id, {"what": "wants", "conversation": str(conversation_id)})


def _agent(author: Author) -> UUID:
    if author.id is None:
        raise OfferGone(message("Only an agent can answer an offer."))
    return author.id


def _tell(work: UnitOfWork, agent_id: UUID, what: str, conversation_id: UUID) -> None:
    work.emit("offer", agent_id, {"what": what, "conversation": str(conversation_id)})
