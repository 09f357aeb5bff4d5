"""What agents plan about a person: counted, given out, erased (GDPR Art. 15, 17, 20)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from oase.desk.outbound import scheduled_repository, task_repository
from oase.kernel.db import UnitOfWork
from oase.people import Collected, Part


async def _count(work: UnitOfWork, ids: Sequence[UUID]) -> dict[str, int]:
    tasks, scheduled = await task_repository.of_persons(work, ids), await scheduled_repository.of_persons(work, ids)
    return {"tasks": len(tasks), "scheduled": len(scheduled)}


async def _collect(work: UnitOfWork, ids: Sequence[UUID]) -> Collected:
    tasks, scheduled = await task_repository.of_persons(work, ids), await scheduled_repository.of_persons(work, ids)
    return Collected(records={"planned": {"tasks": tasks, "scheduled": scheduled}})


async def _erase(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Nothing to do: rows go with their conversation and their person."""


PART: Final = Part(count=_count, collect=_collect, erase=_erase)
