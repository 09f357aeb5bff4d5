"""What stands with a conversation: what goes later, what is to be done, what was promised, that it was laid aside."""

from collections.abc import Sequence
from uuid import UUID

from oase.desk import Scheduled, Task, TaskFilter, list_tasks, scheduled_of
from oase.desk.promises import PromiseFacts, history
from oase.desk.routing import LaidAside, laid_aside
from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission
from oase.web.directory import Staff
from oase.web.inbox.views import Aside
from oase.web.sessions import Viewer

Plans = tuple[Sequence[Scheduled], Sequence[Task], Sequence[PromiseFacts], Sequence[LaidAside]]


async def read_plans(work: UnitOfWork, conversation_id: UUID) -> Plans:
    """What goes later in a conversation, what is to be done, what was promised there, and whether it was laid aside. Four queries."""
    tasks = await list_tasks(work, TaskFilter(conversation_id=conversation_id), 50)
    promised, aside = await history(work, conversation_id), await laid_aside(work, [conversation_id])
    return await scheduled_of(work, conversation_id), tasks, promised, aside


def aside_of(aside: Sequence[LaidAside], viewer: Viewer, staff: Staff) -> Aside | None:
    """That it was laid aside, for whom that concerns: who has it, and leads."""
    found = next((one for one in aside if one.agent_id == viewer.agent_id or viewer.may(Permission.TEAM_WRITE)), None)
    if found is None:
        return None
    mine, name = found.agent_id == viewer.agent_id, staff.agent_names.get(found.agent_id, "?")
    return Aside(name=name, mine=mine, instead_id=found.instead_id)
