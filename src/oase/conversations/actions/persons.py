"""Two persons are found to be one, or two after all: people moves the addresses, we move the conversations."""

from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.people import MergeRecord, merge_into, take_apart


async def merge_persons(work: UnitOfWork, kept_id: UUID, merged_id: UUID) -> MergeRecord:
    """Everything of one person goes to the other; `unmerge_persons` restores exactly."""
    rows = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND person_id = %(id)s ORDER BY id FOR NO KEY UPDATE",
        {"id": merged_id},
    )
    ids = [row[0] for row in rows]
    record = await merge_into(work, kept_id, merged_id, conversation_ids=ids)
    await _give(work, ids, kept_id)
    return record


async def unmerge_persons(work: UnitOfWork, merge_id: UUID) -> MergeRecord:
    """The conversations that the merge moved go back; those begun since stay where their address now is."""
    record = await take_apart(work, merge_id)
    await _give(work, [UUID(one) for one in record.moved["conversations"]], record.merged_id)
    await work.run(  # begun since the merge, by an address that has just gone back
        "UPDATE conversation c SET person_id = %(merged)s FROM identity i WHERE c.workspace_id = %(workspace_id)s"
        " AND i.workspace_id = c.workspace_id AND i.id = c.identity_id AND i.person_id = %(merged)s AND c.person_id = %(kept)s"
        " AND c.created_at > %(at)s",
        {"merged": record.merged_id, "kept": record.kept_id, "at": record.at},
    )
    return record


async def _give(work: UnitOfWork, conversation_ids: list[UUID], person_id: UUID) -> None:
    await work.run(
        "UPDATE conversation SET person_id = %(person)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
        {"person": person_id, "ids": conversation_ids},
    )
    for one in conversation_ids:
        work.emit("conversation", one, {"what": "person"})
