"""A desk prepared row by row: what waits, who works, what was offered."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from oase.conversations import Author
from oase.desk.floor import Floor, floor_of
from oase.desk.presence import State, set_state
from oase.desk.routing import Stranded
from oase.desk.routing.repository import keep_stranded, next_epoch
from oase.kernel.clock import SetClock
from oase.kernel.db import Database
from oase.kernel.ids import new_id
from oase.staff import add_agent, save_skill, save_team, set_skills


@dataclass
class Prepared:
    """A workspace of the test's own; its agents, teams and skills by name."""

    database: Database
    clock: SetClock
    workspace_id: UUID
    person_id: UUID
    agents: dict[str, UUID] = field(default_factory=dict)
    teams: dict[str, UUID] = field(default_factory=dict)
    skills: dict[str, UUID] = field(default_factory=dict)

    def work(self) -> Any:
        return self.database.work(self.workspace_id)

    def author(self, name: str) -> Author:
        return Author(id=self.agents[name], name=name)

    async def floor(self, team: str = "") -> Floor:
        """The floor as it is read now."""
        async with self.work() as work:
            return await floor_of(work, team_id=self.teams[team] if team else None)

    async def joins(self, name: str, state: State | None = "online", *, skills: tuple[str, ...] = ()) -> UUID:
        """A new agent, who says what they do unless `state` is None."""
        agent_id = self.agents[name] = new_id()
        async with self.work() as work:
            email = f"{agent_id.hex}@example.com"
            await add_agent(work, agent_id, name=name, email=email, password_hash="x", roles=("agent",))
            if state is not None:
                await set_state(work, agent_id, state)
            if skills:
                await set_skills(work, agent_id, {self.skills[one]: 3 for one in skills})
        return agent_id

    async def team(self, name: str, *members: str) -> None:
        """A team of these agents."""
        async with self.work() as work:
            self.teams[name] = await save_team(work, name=name, members=[self.agents[one] for one in members])

    async def skill(self, name: str) -> None:
        """Something that somebody may be able to do, wanted by a tag of its name."""
        async with self.work() as work:
            self.skills[name] = (await save_skill(work, kind="product", name=name, code="")).id

    async def waits(
        self, count: int = 1, *, channel: str = "whatsapp", team: str = "", to: str = "", tags: tuple[str, ...] = (),
        minutes: float = 10, due: float | None = 60,
    ) -> list[UUID]:  # fmt: skip
        """So many wait since some minutes; their promises end in some (each a second after the one before)."""
        ids, now = [new_id() for _ in range(count)], self.clock.now()
        async with self.work() as work:
            await work.run(
                "INSERT INTO conversation (workspace_id, id, number, person_id, channel, state, assignee_id, team_id, due_at,"
                " waiting_since, last_at, tags, token, created_at, first_line) SELECT %(workspace_id)s, n.id,"
                " nextval('conversation_number'), %(person)s, %(channel)s, 'open', %(to)s, %(team)s,"
                " %(due)s::timestamptz + n.place * interval '1 second', %(since)s, %(since)s, %(tags)s, n.id::text, %(since)s, 'Hallo'"
                " FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS n (id, place)",
                {
                    "ids": ids,
                    "person": self.person_id,
                    "channel": channel,
                    "to": self.agents[to] if to else None,
                    "team": self.teams[team] if team else None,
                    "due": now + timedelta(minutes=due) if due is not None else None,
                    "since": now - timedelta(minutes=minutes),
                    "tags": list(tags),
                },
            )
        return ids

    async def stranded(self, *found: Stranded) -> None:
        """What the leader of the desk has seen that nobody can do."""
        async with self.work() as work:
            await next_epoch(work)
            await keep_stranded(work, found)

    async def offered(self, conversation_id: UUID, to: str, state: str = "working") -> None:
        """A conversation is at work with somebody, or they are asked."""
        async with self.work() as work:
            await work.run(
                "INSERT INTO offer (workspace_id, id, conversation_id, waiting_since, agent_id, state, made_at, rule, facts, epoch)"
                " VALUES (%(workspace_id)s, %(id)s, %(conversation)s, %(now)s, %(agent)s, %(state)s, %(now)s, 1, '{}', 1)",
                {
                    "id": new_id(),
                    "conversation": conversation_id,
                    "agent": self.agents[to],
                    "state": state,
                    "now": self.clock.now(),
                },
            )
