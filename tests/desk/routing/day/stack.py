"""The real stack: the same day through journal, intake, promises, presence and the leader, by a clock that is set.

acts of a window --deliveries, actions--> database --live log--> PromiseFeed, Leader.step --live log--> decisions
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from bench.routing.world import Channel, Worker
from tests.conversations.conftest import NUMBER_ID, SECRET, delivery
from tests.desk.routing.day.cast import PACES, PROMISED, Cast, Made, Said
from tests.desk.routing.day.life import Act, Answers, Decision, Given, Leaves, Raised, Replies, Says, Writes

from oase.channels import AccountBook, adapter, create_account
from oase.channels.contract import Raw
from oase.conversations import Answer, Author, IntakeWorker, Journal, assign, say, set_priority, set_tags
from oase.conversations import set_state as set_conversation
from oase.desk.hours import Timetables
from oase.desk.presence import heartbeat, set_state
from oase.desk.promises import PromiseFeed, Target, save_target
from oase.desk.routing import accept, decline
from oase.desk.routing.leader import TOPICS, Changed, Leader
from oase.desk.routing.repository import next_epoch
from oase.desk.routing.rules import Skills
from oase.kernel.blobs import in_memory
from oase.kernel.clock import SetClock
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, LiveHub, Position
from oase.kernel.locks import Locks
from oase.kernel.secrets import Safe
from oase.kernel.waiting import end
from oase.staff import add_agent, found_workspace, save_skill, set_skills

_CHANNELS: Final[dict[Channel, str]] = {"chat": "webchat", "messenger": "whatsapp", "mail": "email"}
_SETTINGS: Final[Mapping[Channel, Mapping[str, str]]] = {
    "chat": {"company": "Lindgrün Räder"},
    "messenger": {"phone_number_id": NUMBER_ID, "waba_id": "1", "access_token": "t", "app_secret": SECRET, "verify_token": "v"},
    "mail": {"address": "hilfe@lindgruen.example", "incoming": "receiver", "smtp_host": "localhost"},
}
_WORDS: Final = {
    "de": "Guten Tag, mein Fahrrad quietscht seit gestern beim Bremsen. Können Sie mir bitte weiterhelfen?",
    "en": "Hello, the brakes of my bicycle have been squeaking since yesterday. Could you please help me with that?",
    "fr": "Bonjour, les freins de mon vélo grincent depuis hier. Pourriez-vous m'aider, s'il vous plaît ?",
}
_PRODUCTS: Final = ("cargo", "race")  # what everybody knows needs no skill
_WRITTEN: Final[tuple[Channel, ...]] = ("chat", "messenger")


@dataclass
class Stack:
    """The company of the bench's world in a database of its own."""

    cast: Cast
    database: Database
    clock: SetClock
    workspace_id: UUID
    accounts: Mapping[Channel, UUID]
    book: AccountBook
    journal: Journal
    intake: IntakeWorker
    feed: PromiseFeed
    leader: Leader
    timetables: Timetables
    _position: Position = field(default_factory=lambda: Position(0, 0))
    _news: list[LiveEvent] = field(default_factory=list)  # what the leader has not heard yet
    _customers: dict[UUID, int] = field(default_factory=dict)
    _conversations: dict[int, UUID] = field(default_factory=dict)
    _offers: dict[int, UUID] = field(default_factory=dict)
    _there: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._numbers = {one.id: number for number, one in enumerate(self.cast.agents)}

    async def decide(self, acts: Sequence[Act], now: int) -> list[Decision]:
        """Lets it happen, and gives what the leader decides."""
        self.clock.advance(self._moment(now) - self.clock.now())
        for act in acts:
            if not isinstance(act, Writes):
                await self._happens(act)
        await self._write([act for act in acts if isinstance(act, Writes)])
        await self._beat(acts)
        await self._hear()
        await self.feed.handle(self._news)
        await self._hear()
        news, self._news = self._news, []
        await self.leader.step(Changed.of(news))
        return self._decided(await self._hear())

    async def another_leader(self) -> None:
        """Another process takes over, and knows what stands in the database."""
        async with self._work() as work:
            for agent in sorted(self._there):
                await heartbeat(work, self._id(agent))
            epoch = await next_epoch(work)
        self.leader = Leader(self.database, self.book, self.timetables, self.workspace_id, epoch)
        await self.leader.restore()

    # --- what happens ---

    async def _happens(self, act: Act) -> None:
        async with self._work() as work:
            match act:
                case Leaves(customer):
                    await set_conversation(work, Author(), self._conversations[customer], "solved")
                case Raised(customer):
                    await set_priority(work, Author(), self._conversations[customer], 1)
                case Given(customer, agent):
                    await assign(work, Author(), self._conversations[customer], self._id(agent), assignee=f"{agent}")
                case Answers(agent, customer, last):
                    answer = Answer(client_key=new_id(), text="Gern!", undo=timedelta(0), then="solved" if last else "waiting")
                    await say(work, self.book, self._author(agent), self._conversations[customer], answer)
                case Replies(agent, customer, accepts):
                    await (accept if accepts else decline)(work, self._author(agent), self._offers.pop(customer))
                case Says(agent, state):
                    await set_state(work, self._id(agent), state)
                    (self._there.discard if state == "away" else self._there.add)(agent)

    async def _write(self, writes: Sequence[Writes]) -> None:
        """Deliveries arrive; what new ones are about is said by somebody before the leader looks."""
        for channel, account in self.accounts.items():
            raws = [self._raw(one) for one in writes if one.customer.channel == channel]
            if raws:
                name = _CHANNELS[channel]
                known = [(raw, adapter(name).dedup_key(raw)) for raw in raws]
                await asyncio.gather(
                    *(self.journal.accept(self.workspace_id, account, name, raw, dedup=key) for raw, key in known)
                )
                taken = 0
                while taken < len(raws):
                    taken += await self.intake.take_batch(self.workspace_id, account)
        opened = [event.key for event in await self._hear() if event.payload.get("what") == "opened"]
        new = [one.customer for one in writes if one.number == 0]
        for customer, conversation_id in zip(new, opened, strict=True):
            self._customers[conversation_id] = customer.id
            self._conversations[customer.id] = conversation_id
        if about := [one for one in new if one.cell[1] in _PRODUCTS]:
            async with self._work() as work:
                for customer in about:
                    await set_tags(work, Author(), self._conversations[customer.id], [customer.cell[1]])

    async def _beat(self, acts: Sequence[Act]) -> None:
        """Pages are open; it matters where the leader asks who is there."""
        if any(isinstance(act, Says) for act in acts) or any(event.topic == "duty" for event in self._news):
            async with self._work() as work:
                for agent in sorted(self._there):
                    await heartbeat(work, self._id(agent))

    def _raw(self, write: Writes) -> Raw:
        """The delivery as the channel brings it."""
        who, at, words = write.customer.id, self._moment(write.at), _WORDS[write.customer.cell[0]]
        if write.customer.channel == "messenger":
            message = {
                "from": f"49152{who:08}", "id": f"wamid.{who}.{write.number}", "timestamp": str(int(at.timestamp())),
                "type": "text", "text": {"body": words},
            }  # fmt: skip
            return delivery(message, name=f"Kunde {who}")
        if write.customer.channel == "chat":
            said = {"type": "message", "id": f"message-{write.number:04}", "text": words}
            return Raw(body=msgspec.json.encode(said), query={"v": f"v{who:022}", "u": "9999999999"}, received_at=at)
        mail = EmailMessage()
        mail["From"], mail["To"] = f"kunde{who}@example.com", "hilfe@lindgruen.example"
        mail["Subject"], mail["Message-ID"], mail["Date"] = f"Bremsen {who}", f"<m{who}@mail.example.com>", format_datetime(at)
        mail.set_content(words)
        return Raw(body=mail.as_bytes(), received_at=at)

    # --- what is decided ---

    async def _hear(self) -> list[LiveEvent]:
        """What has happened since this was asked last; the leader is told later."""
        async with self._work() as work:
            rows = await work.tuples(
                "SELECT xid::text::bigint, id, workspace_id, topic, key, payload FROM live_event WHERE workspace_id = %(workspace_id)s"
                " AND topic = ANY(%(topics)s) AND (xid, id) > (%(xid)s::text::xid8, %(id)s) ORDER BY xid, id",
                {"topics": list(TOPICS), "xid": str(self._position.xid), "id": self._position.id},
            )
        events = [LiveEvent(Position(row[0], row[1]), *row[2:]) for row in rows]
        self._position = events[-1].position if events else self._position
        self._news += events
        return events

    def _decided(self, events: Sequence[LiveEvent]) -> list[Decision]:
        found = []
        for event in events:
            if event.topic == "offer":
                what, customer = str(event.payload["what"]), self._customers[UUID(event.payload["conversation"])]
                if what == "made":
                    self._offers[customer] = UUID(event.payload["offer"])
                if what == "expired":
                    self._there.discard(self._numbers[event.key])
                found.append(Decision("offered" if what == "made" else what, self._numbers[event.key], customer))
        return found

    async def offers(self) -> list[Made]:
        """All offers as they are written down, in their order."""
        async with self._work() as work:
            rows = await work.tuples(
                "SELECT agent_id, conversation_id, begun_at IS NOT DISTINCT FROM made_at, extract(epoch FROM waiting_since)::float8,"
                " rule, facts FROM offer WHERE workspace_id = %(workspace_id)s ORDER BY id"
            )
        return [
            Made(Decision("begun" if begun else "offered", self._numbers[agent], self._customers[conversation]), *others)
            for agent, conversation, begun, *others in rows
        ]

    async def said(self) -> list[Said]:
        """What customers were told of waiting."""
        async with self._work() as work:
            rows = await work.tuples(
                "SELECT conversation_id, extract(epoch FROM made_at)::float8, ARRAY[p50, p80, p90] FROM wait_quote"
                " WHERE workspace_id = %(workspace_id)s UNION ALL SELECT conversation_id, extract(epoch FROM made_at)::float8,"
                " ARRAY[extract(epoch FROM due_at)::float8] FROM promise WHERE workspace_id = %(workspace_id)s AND number = 2"
            )
        return [Said(self._customers[conversation], at, tuple(seconds)) for conversation, at, seconds in rows]

    def _moment(self, second: int) -> datetime:
        return datetime.fromtimestamp(self.cast.begins + second, UTC)

    def _work(self) -> Any:
        return self.database.work(self.workspace_id)

    def _id(self, agent: int) -> UUID:
        found = self.cast.agents[agent].id
        assert isinstance(found, UUID)
        return found

    def _author(self, agent: int) -> Author:
        return Author(id=self._id(agent), name=f"Agent {agent:02}")


@asynccontextmanager
async def open_stack(dsn: str, workspace_id: UUID, workers: Sequence[Worker]) -> AsyncIterator[Stack]:
    """The company before its day begins: a day to come, so that nothing that is younger than the machine's clock is in the way."""
    begins = (datetime.now(UTC) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    clock = SetClock(begins)
    database, locks, safe = Database(dsn, clock=clock, connections=4), Locks(dsn), Safe(b"k" * 32)
    await database.open()
    hub, blobs, book = LiveHub(database), in_memory(), AccountBook(database, safe, "https://support.example.com")
    async with database.work(workspace_id) as work:
        await found_workspace(work, name="Lindgrün Räder", language="de", time_zone="UTC")
        cast = await _people(work, workers, int(begins.timestamp()))
        accounts = {
            channel: await create_account(work, safe, name, channel, _SETTINGS[channel]) for channel, name in _CHANNELS.items()
        }
        for channel, seconds in PROMISED.items():
            within = timedelta(seconds=seconds)
            await save_target(work, Target(id=new_id(), paces=(PACES[channel],), first=within, next=within))  # type: ignore[arg-type]
        epoch = await next_epoch(work)
    timetables = Timetables()
    hears = asyncio.create_task(timetables.run(hub))  # nothing: nobody changes opening hours on this day
    leader = Leader(database, book, timetables, workspace_id, epoch)
    await leader.restore()
    feed = PromiseFeed(database, hub, locks, timetables)
    stack = Stack(
        cast, database, clock, workspace_id, accounts, book, Journal(database, blobs),
        IntakeWorker(database, book, blobs, hub, locks), feed, leader, timetables,
    )  # fmt: skip
    yield stack
    await end([hears])
    await locks.close()
    await database.close()


async def _people(work: UnitOfWork, workers: Sequence[Worker], begins: int) -> Cast:
    """Agents with their skills: languages, what not everybody knows, and who writes in chats and messengers."""
    skills = {name: (await save_skill(work, kind="language", name=name, code=name)).id for name in _WORDS}
    skills |= {name: (await save_skill(work, kind="product", name=name)).id for name in _PRODUCTS}
    skills |= {name: (await save_skill(work, kind="channel", name=name, code=_CHANNELS[name])).id for name in _WRITTEN}
    agents = []
    for worker in workers:
        level, agent_id = 3 + worker.id % 3, new_id()
        held = {skills[one]: level for one in sorted(worker.languages | worker.products | worker.channels) if one in skills}
        name, email = f"Agent {worker.id:02}", f"agent{worker.id}@lindgruen.example"
        await add_agent(work, agent_id, name=name, email=email, password_hash="x", roles=("agent",), language="de")
        await set_skills(work, agent_id, held)
        agents.append(Skills(id=agent_id, levels=dict(held), at_once={"live": 3, "messaging": 5}))
    return Cast(begins, agents, skills)
