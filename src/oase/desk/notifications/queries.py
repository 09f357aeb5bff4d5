"""What pages ask about notifications."""

from uuid import UUID

from oase.desk.notifications import repository
from oase.desk.notifications.colleagues import colleagues_of
from oase.desk.notifications.types import Device, Shown, Wishes
from oase.desk.notifications.wording import in_words
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message


async def wishes_of(work: UnitOfWork, agent_id: UUID) -> Wishes:
    """How an agent wants to be told."""
    return await repository.wishes_of(work, agent_id)


async def browsers_of(work: UnitOfWork, agent_id: UUID) -> list[Device]:
    """The browsers in which an agent is told."""
    return await repository.devices_of(work, agent_id)


async def waiting_for(work: UnitOfWork, agent_id: UUID) -> int:
    """In how many conversations something waits for the agent."""
    return (await repository.waiting(work, [agent_id])).get(agent_id, 0)


async def notification_of(work: UnitOfWork, agent_id: UUID, notification_id: UUID) -> Shown:
    """One notification of the agent, in words; raises NotFound if it is not theirs or of no concern any more."""
    found = [one for one in await repository.find(work, [notification_id]) if one.agent_id == agent_id]
    shown = await in_words(work, found, await colleagues_of(work)) if found else []
    if not shown:
        raise NotFound(message("There is nothing new here."))
    return shown[0]
