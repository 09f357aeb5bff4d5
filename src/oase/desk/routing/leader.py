"""The leader of one workspace's desk: what it knows, and one transaction for each batch of what happened.

    epoch still ours? · facts of what changed · rules (pure) · what ends, what begins, quotes, second promises --> told

A transaction that fails leaves the rules ahead of the database: whoever runs the leader then restores it. A leader that was
deposed without noticing (a network cut) cannot write: the epoch has gone on, and a conversation has one live offer at most.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, cast
from uuid import UUID

from msgspec import Struct, field

from oase.channels import AccountBook
from oase.conversations import TARGETS, ids_that_wait
from oase.desk.hours import NeverOpen, Timetables, WorkedTime
from oase.desk.presence import set_state
from oase.desk.promises import repromise
from oase.desk.routing import repository
from oase.desk.routing.dispatcher import Dispatcher
from oase.desk.routing.errors import Deposed
from oase.desk.routing.facts import Frame, Languages, crew_of, facts_of, frame_of, past_of, remembered_of, settings_of
from oase.desk.routing.rules import Need
from oase.desk.routing.types import Decisions, LiveOffer, Remembered, Renewed, Stranded
from oase.kernel.collector import pass_over_what_is_there
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.live import LiveEvent

TOPICS: Final = ("conversation", "offer", "duty", "desk")
"""What a leader has to hear of."""
_LOOK_AROUND: Final = timedelta(seconds=5)
_EXPIRE_EVERY: Final = timedelta(seconds=1)
_KEPT_EVERY: Final = timedelta(minutes=1)
_AT_ONCE: Final = 20
_LARGE: Final = 1_000
"""Conversations that wait, from which on a desk is spared by the garbage collector."""
NO_ANSWER: Final = "no_answer"
"""The reason of whom an offer ran out at: they are away, whatever their page says."""


class Changed(Struct, kw_only=True):
    """What a batch of events is about: in the order of the log, each once."""

    conversations: dict[UUID, None] = field(default_factory=dict)
    crew: bool = False
    frame: bool = False
    wants: dict[UUID, UUID | None] = field(default_factory=dict)  # agents who ask for what comes next, or for this

    @classmethod
    def of(cls, events: Iterable[LiveEvent]) -> "Changed":
        """What these events are about."""
        changed = cls()
        for event in events:
            if event.topic == "conversation":
                changed.conversations[event.key] = None
            elif event.topic == "duty":
                changed.crew = True
            elif event.topic == "desk":
                changed.crew = changed.frame = True
            elif event.payload.get("what") == "wants":
                wanted = event.payload.get("conversation")
                changed.wants[event.key] = UUID(wanted) if wanted else None
            elif "conversation" in event.payload:
                changed.conversations[UUID(event.payload["conversation"])] = None
        return changed


class Leader:
    """Decides for a workspace, as long as its epoch is the newest. `restore` first."""

    def __init__(self, database: Database, book: AccountBook, timetables: Timetables, workspace_id: UUID, epoch: int) -> None:
        self.workspace_id = workspace_id
        self.epoch = epoch
        self._database = database
        self._book = book
        self._timetables = timetables
        self._frame: Frame
        self._dispatcher: Dispatcher
        self._worked: WorkedTime
        self._languages = Languages()
        self._early: dict[UUID, Renewed] = {}  # second promises of what was not promised yet
        self._expects = True
        self._keep_again = datetime.min.replace(tzinfo=UTC)
        self._stranded: list[Stranded] | None = None
        self._look_again = self._expired_at = datetime.min.replace(tzinfo=UTC)

    @property
    def waits(self) -> bool:
        """Whether time alone may bring something."""
        return bool(self._dispatcher.known) or self._expects

    async def restore(self) -> None:
        """Builds everything from what stands in the database, and decides what was left undecided. Raises Deposed."""
        async with self._database.work(self.workspace_id) as work:
            await self._hold_epoch(work, ())
            await self._build(work, await frame_of(work), await repository.remembered(work))
            await self._write(work)
        if len(self._dispatcher.known) >= _LARGE:
            pass_over_what_is_there()

    async def _build(self, work: UnitOfWork, frame: Frame, remembered: Remembered) -> None:
        self._frame = frame
        self._worked = WorkedTime(await self._timetables.default(work))
        self._dispatcher = Dispatcher(settings_of(frame), self._worked)
        self._dispatcher.restore(await past_of(work, frame, self._languages, remembered), work.clock.now())

    async def _set(self, work: UnitOfWork) -> None:
        """The workspace set something: where that is a parameter of the rules, everything is put in order anew."""
        frame = await frame_of(work)
        if settings_of(frame) == settings_of(self._frame):
            self._frame = frame
        else:
            await self._build(work, frame, remembered_of(self._dispatcher.router))

    async def step(self, changed: Changed) -> None:
        """One transaction: what changed, what follows. Raises Deposed; after any error, `restore`."""
        async with self._database.work(self.workspace_id, planned_once=True) as work:
            ids = list({**(self._dispatcher.known if changed.frame else {}), **changed.conversations})
            live = await self._hold_epoch(work, ids)
            if changed.frame:
                await self._set(work)
            now, dispatcher = work.clock.now(), self._dispatcher
            if changed.crew:
                dispatcher.crew(await crew_of(work), now)
            if ids:
                await self._see(work, ids, live)
            dispatcher.part(now)
            if now >= self._keep_again:
                self._keep_again = now + _KEPT_EVERY
                await self._look_for_missed(work)
            for agent_id, wanted in changed.wants.items():
                dispatcher.wants(agent_id, wanted, now)
            await self._expire(work)
            dispatcher.passes(now)
            await self._write(work)
            await self._look_around(work)

    async def _see(self, work: UnitOfWork, ids: Sequence[UUID], live: Iterable[LiveOffer]) -> None:
        facts = await facts_of(work, self._frame, self._languages, ids)
        offered = {one.conversation_id: one for one in live}
        for conversation_id in ids:
            fact = facts.get(conversation_id)
            if fact is None:
                self._dispatcher.gone(conversation_id, work.clock.now())
            else:
                self._dispatcher.see(fact, offered.get(conversation_id), work.clock.now())

    async def _look_for_missed(self, work: UnitOfWork) -> None:
        """Every minute: nothing waits that is not known, and nothing is known that does not wait. What was learnt is kept, and
        opening hours that were changed count."""
        self._worked.follow(await self._timetables.default(work), work.clock.now())
        missed = await ids_that_wait(work) ^ self._dispatcher.known.keys()
        if missed:
            await self._see(work, sorted(missed), await repository.live_offers(work, missed))
        await repository.remember(work, remembered_of(self._dispatcher.router))

    async def _expire(self, work: UnitOfWork) -> None:
        """Who says nothing to an offer is not there: they are set away, so that the next one does not wait for them either. Looked at
        once a second, a few at a time: everybody's decisions wait meanwhile."""
        now = work.clock.now()
        if self._expired_at <= now < self._expired_at + _EXPIRE_EVERY:
            return
        expired = await repository.expired_offers(work, _AT_ONCE)
        if len(expired) < _AT_ONCE:
            self._expired_at = now
        for conversation_id, agent_id in expired:
            if self._dispatcher.ran_out(conversation_id, agent_id, now):
                await set_state(work, agent_id, "away", NO_ANSWER)

    async def _write(self, work: UnitOfWork) -> None:
        decisions = self._dispatcher.decided()
        if decisions.ended:
            agents = await repository.end_offers(work, list(decisions.ended.values()))
            for conversation_id, ended in decisions.ended.items():
                if conversation_id in agents:
                    work.emit("offer", agents[conversation_id], {"what": ended.state, "conversation": str(conversation_id)})
        if decisions.began:
            await self._begin(work, decisions)
        if decisions.quoted:
            await repository.insert_quotes(work, decisions.quoted)
        for one in decisions.renewed:
            await self._renew(work, one)

    async def _renew(self, work: UnitOfWork, one: Renewed) -> None:
        """Promises anew; again as soon as the first promise is there, where the rules were quicker than it."""
        if await repromise(work, self._book, one.conversation_id, await self._in_hours(work, one)) is None:
            self._early[one.conversation_id] = one

    async def _in_hours(self, work: UnitOfWork, one: Renewed) -> datetime:
        """When a second promise ends, counted in the hours of the team; by the clock on the wall where it never opens."""
        now = work.clock.now()
        timetable = await self._timetables.of_team(work, self._dispatcher.team_of(one.conversation_id))
        try:
            return timetable.add_working_time(now, max(one.due_at - now, timedelta(0)))
        except NeverOpen:
            return one.due_at

    async def _begin(self, work: UnitOfWork, decisions: Decisions) -> None:
        began = list(decisions.began.values())
        until = [self._frame.patience(self._dispatcher.team_of(one.conversation_id)) for one in began]
        for one, offer_id in zip(began, await repository.insert_offers(work, began, self.epoch, until), strict=True):
            what = "begun" if one.begun else "made"
            work.emit("offer", one.agent_id, {"what": what, "offer": str(offer_id), "conversation": str(one.conversation_id)})

    async def _look_around(self, work: UnitOfWork) -> None:
        """Every few seconds: second promises that were too early; how long one waits now; what nobody can do."""
        now = work.clock.now()
        if now < self._look_again:
            return
        self._look_again = now + _LOOK_AROUND
        early = [self._early.pop(one) for one in list(self._early)[:_AT_ONCE]]
        for renewed in early:
            if renewed.conversation_id in self._dispatcher.known:
                await self._renew(work, renewed)
        expected = self._dispatcher.expected({str(pace): soon for pace, soon in TARGETS.items()}, now)
        if expected or self._expects:
            await repository.keep_expected(work, expected)
        self._expects = bool(expected)
        found = stranded_of(self._dispatcher.stranded())
        if found != self._stranded:
            self._stranded = found
            await repository.keep_stranded(work, found)
            work.emit("stranded", self.workspace_id, {"count": sum(one.count for one in found)})

    async def _hold_epoch(self, work: UnitOfWork, ids: Sequence[UUID]) -> Sequence[LiveOffer]:
        live = await repository.hold_epoch(work, self.epoch, ids)
        if live is None:
            raise Deposed
        return live


def stranded_of(found: Mapping[Need, int]) -> list[Stranded]:
    """What nobody can do, the most first; what another team may do by now, too, counts with the rest."""
    counted: Counter[tuple[str, UUID | None, tuple[UUID, ...]]] = Counter()
    for need, count in found.items():
        skills = tuple(cast("UUID", skill) for skill, _ in need.skills)
        counted[need.channel, cast("UUID | None", need.team), skills] += count
    shown = [Stranded(pace=pace, team_id=team, skills=skills, count=count) for (pace, team, skills), count in counted.items()]
    return sorted(shown, key=lambda one: (-one.count, one.pace, str(one.team_id), one.skills))
