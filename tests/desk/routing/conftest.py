"""The company's desk with somebody who leads it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

import pytest_asyncio
from tests.desk.conftest import SAFE, Desk, desk

from oase.channels import AccountBook
from oase.conversations import Answer, Author, say
from oase.desk.hours import Timetables
from oase.desk.presence import State, heartbeat, set_state
from oase.desk.promises import PromiseFeed
from oase.desk.routing import accept, ask_for_next, decline
from oase.desk.routing.leader import Changed, Leader
from oase.desk.routing.repository import next_epoch
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, LiveHub, Position
from oase.kernel.locks import Locks

__all__ = ["desk"]
TOPICS = ["conversation", "offer", "duty", "desk"]


def leader_of(desk: Desk, epoch: int) -> Leader:
    """Somebody who leads."""
    book = AccountBook(desk.database, SAFE, "https://support.example.com")
    return Leader(desk.database, book, Timetables(), desk.workspace_id, epoch)


@dataclass
class Floor:
    """What happens at the desk, one step after the other; `leader` hears of it when it is asked what there is."""

    desk: Desk
    leader: Leader
    promises: PromiseFeed
    heard: Position = field(default_factory=lambda: Position(0, 0))

    def author(self, name: str) -> Author:
        return Author(id=self.desk.agents[name], name=name)

    async def comes(self, name: str, state: State = "online") -> None:
        """An agent says what they do."""
        async with self.desk.work() as work:
            await set_state(work, self.desk.agents[name], state)

    async def news(self) -> Changed:
        """What happened since the leader was told last."""
        async with self.desk.work() as work:
            rows = await work.tuples(
                "SELECT xid::text::bigint, id, workspace_id, topic, key, payload FROM live_event WHERE workspace_id = %(workspace_id)s"
                " AND topic = ANY(%(topics)s) AND (xid, id) > (%(xid)s::text::xid8, %(id)s) ORDER BY xid, id",
                {"topics": TOPICS, "xid": str(self.heard.xid), "id": self.heard.id},
            )
        events = [LiveEvent(Position(row[0], row[1]), *row[2:]) for row in rows]
        self.heard = events[-1].position if events else self.heard
        return Changed.of(events)

    async def goes_on(self) -> None:
        """The leader sees to everything that happened, and to what that brings about."""
        while (changed := await self.news()) != Changed():
            await self.leader.step(changed)

    async def passes(self, **time: float) -> None:
        """Time passes; whoever is there has a page open."""
        self.desk.clock.advance(timedelta(**time))
        async with self.desk.work() as work:
            for agent_id in self.desk.agents.values():
                await heartbeat(work, agent_id)
        await self.leader.step(Changed())
        await self.goes_on()

    async def promised(self) -> None:
        """What customers wait for is promised."""
        await self.promises.catch_up()

    async def offered(self) -> dict[str, tuple[str, str]]:
        """Who has what: the first words of the conversation, and whether it is made or working."""
        await self.goes_on()
        names = {agent_id: name for name, agent_id in self.desk.agents.items()}
        async with self.desk.work() as work:
            rows = await work.tuples(
                "SELECT o.agent_id, split_part(c.first_line, ' ', 1), o.state FROM offer o JOIN conversation c"
                " ON c.workspace_id = o.workspace_id AND c.id = o.conversation_id WHERE o.workspace_id = %(workspace_id)s"
                " AND o.state IN ('made', 'working')"
            )
        return {names[row[0]]: (row[1], row[2]) for row in rows}

    async def ends(self) -> list[tuple[str, str]]:
        """How offers ended: who had them and how, in the order in which they were made."""
        names = {agent_id: name for name, agent_id in self.desk.agents.items()}
        async with self.desk.work() as work:
            rows = await work.tuples(
                "SELECT agent_id, state FROM offer WHERE workspace_id = %(workspace_id)s AND ended_at IS NOT NULL ORDER BY made_at, id"
            )
        return [(names[row[0]], row[1]) for row in rows]

    async def _offer_of(self, name: str) -> UUID:
        found: UUID = await self.desk.value(
            "SELECT id FROM offer WHERE agent_id = %(agent)s AND state = 'made' ORDER BY made_at DESC LIMIT 1",
            agent=self.desk.agents[name],
        )
        return found

    async def accepts(self, name: str) -> UUID:
        """The agent takes what they are offered."""
        offer_id = await self._offer_of(name)
        async with self.desk.work() as work:
            return await accept(work, self.author(name), offer_id)

    async def declines(self, name: str) -> None:
        """The agent does not want it."""
        offer_id = await self._offer_of(name)
        async with self.desk.work() as work:
            await decline(work, self.author(name), offer_id)

    async def asks(self, name: str) -> None:
        """The agent asks for the next."""
        async with self.desk.work() as work:
            await ask_for_next(work, self.desk.agents[name])

    async def answers(self, name: str, conversation_id: UUID, words: str = "Gern, ich kümmere mich darum.") -> None:
        """The agent answers."""
        book = AccountBook(self.desk.database, SAFE, "https://support.example.com")
        async with self.desk.work() as work:
            answer = Answer(client_key=new_id(), text=words, undo=timedelta(0))
            await say(work, book, self.author(name), conversation_id, answer)

    async def another_leader(self) -> Leader:
        """Somebody else takes over."""
        async with self.desk.work() as work:
            epoch = await next_epoch(work)
        leader = leader_of(self.desk, epoch)
        await leader.restore()
        return leader


@pytest_asyncio.fixture
async def floor(desk: Desk) -> AsyncIterator[Floor]:
    """Nobody is on duty yet."""
    async with desk.work() as work:
        epoch = await next_epoch(work)
    leader = leader_of(desk, epoch)
    await leader.restore()
    promises = PromiseFeed(desk.database, LiveHub(desk.database), Locks(desk.database.dsn), Timetables())
    await promises.catch_up()
    floor = Floor(desk, leader, promises)
    await floor.goes_on()
    yield floor
