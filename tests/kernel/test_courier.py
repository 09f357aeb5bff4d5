"""How a courier shares its room among workspaces."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from oase.kernel.courier import Courier

LOUD, QUIET = UUID(int=1), UUID(int=2)


class Shelf:
    """Stands for the database: a unit of work knows its workspace, and nothing else."""

    @asynccontextmanager
    async def everywhere(self) -> AsyncIterator[Any]:
        yield SimpleNamespace()

    @asynccontextmanager
    async def work(self, workspace_id: UUID) -> AsyncIterator[Any]:
        yield SimpleNamespace(workspace_id=workspace_id)


class Porter(Courier[str]):
    """Brings words from lists, and holds them until the door is open."""

    at_once = 8

    def __init__(self, due: dict[UUID, list[str]]) -> None:
        super().__init__(Shelf(), None, "words")  # type: ignore[arg-type]
        self.due, self.begun, self.door = due, list[str](), asyncio.Event()

    async def workspaces(self, work: Any) -> list[UUID]:
        return [workspace for workspace, words in self.due.items() if words]

    async def lease(self, work: Any, limit: int) -> list[str]:
        words = self.due[work.workspace_id]
        leased, words[:] = words[:limit], words[limit:]
        return leased

    async def bring(self, workspace_id: UUID, due: str) -> None:
        self.begun.append(due)
        await self.door.wait()


async def test_a_loud_workspace_does_not_fill_the_room_alone() -> None:
    porter = Porter({LOUD: [f"laut {number}" for number in range(100)], QUIET: ["leise"]})
    assert await porter.turn() == 5
    await asyncio.sleep(0)
    assert porter.begun == ["laut 0", "laut 1", "laut 2", "laut 3", "leise"]
    assert await porter.turn() == 3, "What is left of the room is used."
    assert await porter.turn() == 0
    porter.door.set()
    await porter.drain()
    assert len(porter.begun) == 101
