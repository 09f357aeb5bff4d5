"""When the next answer of a conversation is due, as the desk promises it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork

_DUE: Final = Batch(conversation_id="uuid", waiting_since="timestamptz", state="text", due_at="timestamptz")


class DueTime(Struct, frozen=True, kw_only=True):
    """When something is due, decided by a conversation in which the customer waited since then, in that state."""

    conversation_id: UUID
    waiting_since: datetime | None
    state: State
    due_at: datetime | None


async def set_due(work: UnitOfWork, dues: Sequence[DueTime]) -> list[UUID]:
    """Sets due times where nothing happened since they were decided: what did happen is told, and decided anew. One statement.

    Gives the conversations whose due time is another one now; each is told as `promised`.
    """
    if not dues:
        return []
    ordered: list[DueTime] = sorted(dues, key=lambda one: one.conversation_id)
    rows = await work.tuples(
        f"UPDATE conversation c SET due_at = n.due_at FROM {_DUE.rows} WHERE c.workspace_id = %(workspace_id)s"
        " AND c.id = n.conversation_id AND c.waiting_since IS NOT DISTINCT FROM n.waiting_since AND c.state = n.state"
        " AND c.merged_into IS NULL AND c.due_at IS DISTINCT FROM n.due_at RETURNING c.id",
        _DUE.values(ordered),
    )
    changed = sorted(one for (one,) in rows)
    for one in changed:
        work.emit("conversation", one, {"what": "promised"})
    return changed
