"""A company with three agents, on a real database whose clock stands still."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest_asyncio

from oase.desk.presence import State, heartbeat, let_go, set_state, standing_of
from oase.kernel.audit import Actor
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.staff import add_agent, found_workspace


@dataclass(frozen=True)
class Company:
    """A workspace of the test's own; its agents by name."""

    database: Database
    clock: SetClock
    workspace_id: UUID
    agents: dict[str, UUID]

    def work(self, by: str = "Anna") -> Any:
        return self.database.work(self.workspace_id, actor=Actor(kind="agent", id=self.agents[by], name=by))

    async def says(self, name: str, state: State, reason: str = "") -> None:
        async with self.work(name) as work:
            await set_state(work, self.agents[name], state, reason)

    async def beats(self, name: str, *, acted: bool = False) -> None:
        async with self.work(name) as work:
            await heartbeat(work, self.agents[name], acted=acted)

    async def passes(self, **span: float) -> list[str]:
        """Time passes; gives who was sent away by it."""
        self.clock.advance(timedelta(**span))
        async with self.work() as work:
            gone = await let_go(work)
        return [name for name, agent_id in self.agents.items() if agent_id in gone]

    async def state(self, name: str) -> str:
        async with self.work() as work:
            return (await standing_of(work, self.agents[name])).state

    async def heard(self, topic: str) -> list[tuple[UUID, dict[str, Any]]]:
        """What the live log says, the oldest first."""
        async with self.work() as work:
            return await work.tuples(
                "SELECT key, payload FROM live_event WHERE workspace_id = %(workspace_id)s AND topic = %(topic)s ORDER BY xid, id",
                {"topic": topic},
            )  # type: ignore[return-value]


@pytest_asyncio.fixture
async def company(shared_dsn: str, clock: SetClock, workspace_id: UUID) -> AsyncIterator[Company]:
    database = Database(shared_dsn, clock=clock, connections=4)
    await database.open()
    agents = {name: new_id() for name in ("Anna", "Mehmet", "Sophie")}
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün", language="de", slug=workspace_id.hex)
        for name, agent_id in agents.items():
            email = f"{name}@{workspace_id.hex}.example".lower()
            await add_agent(work, agent_id, name=name, email=email, password_hash="x", roles=("agent",), language="de")
    yield Company(database, clock, workspace_id, agents)
    await database.close()
