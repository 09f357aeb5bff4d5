"""The feed: what happens becomes notifications of those whom it concerns, after it happened and outside of its transaction.

live log --Follower("notifications")--> news, looks (pure) --one transaction per workspace and batch, eleven statements at most-->
    notification (once per agent and event) · push_delivery (once per browser) · what is seen ends · live event for open pages

A repeated event changes nothing: what was told stays told, and is not pushed again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from oase.conversations import cases, said
from oase.desk.notifications import repository
from oase.desk.notifications.colleagues import colleagues_of
from oase.desk.notifications.rules import NOT_AFTER, TOPICS, Looking, concerned, concerned_by_task, news_of, seen_of, ways_now
from oase.desk.notifications.types import News, Seen, Told
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.follow import Follower
from oase.kernel.ids import new_id
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks

_SHOWN_AT_ONCE: Final = 3  # in an open page; the number says the rest
log = structlog.get_logger()


class _Batch(Struct, frozen=True):
    """What a batch of events means in one workspace."""

    news: list[News]
    seen: list[Seen]
    merged: list[tuple[UUID, UUID]]


class NotificationFeed:
    """Tells agents what concerns them; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks) -> None:
        self._database = database
        self._looking = Looking()
        self._follower = Follower(database, hub, locks, "notifications", TOPICS)

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, self.begin)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests."""
        await self._follower.catch_up(self.handle, self.begin)

    async def begin(self) -> None:
        """Nothing is told of what happened before: it is no news."""
        log.info("notifications.begin")

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Tells of these events."""
        for workspace_id, batch in self._sorted(events).items():
            async with self._database.work(workspace_id) as work:
                await _tell(work, batch)

    def _sorted(self, events: Sequence[LiveEvent]) -> dict[UUID, _Batch]:
        """By workspace. Who looked at the moment it happened has seen it: so looks are noted in the order of the log."""
        now = self._database.clock.now()
        batches: dict[UUID, _Batch] = defaultdict(lambda: _Batch([], [], []))
        for event in events:
            at = event.at or now
            if event.topic == "presence":
                self._looking.note(event, at)
                continue
            batch = batches[event.workspace_id]
            if (seen := seen_of(event, at)) is not None:
                batch.seen.append(seen)
            if event.payload.get("what") == "merged":
                batch.merged.append((event.key, UUID(event.payload["into"])))
            if (news := news_of(event, at)) is not None and now - at < NOT_AFTER:
                if news.what == "assigned":  # whoever has it now hears of that, not of what was written before it was theirs
                    batch.news[:] = [one for one in batch.news if one.what != "wrote" or one.conversation_id != event.key]
                batch.news.append(news)
                batch.seen.extend(self._looked(news, at))
        return {workspace_id: batch for workspace_id, batch in batches.items() if batch.news or batch.seen or batch.merged}

    def _looked(self, news: News, at: datetime) -> Iterator[Seen]:
        for agent_id in self._looking.who(news.conversation_id, at):
            yield Seen(conversation_id=news.conversation_id, at=at, by=agent_id)


async def _tell(work: UnitOfWork, batch: _Batch) -> None:
    told = await _written(work, batch) if batch.news else []
    if batch.merged:
        await repository.follow_merged(work, batch.merged)
    fewer = await repository.see(work, batch.seen) if batch.seen else set()
    touched = fewer | {one.agent_id for one in told}
    if not touched:
        return
    if fewer:
        await repository.drop_seen_pushes(work, sorted(fewer))
    waiting = await repository.waiting(work, sorted(touched))
    for agent_id in sorted(touched):
        new = [one for one in told if one.agent_id == agent_id and (one.push or one.sound)]
        shown = [{"id": str(one.id), "show": one.push, "sound": one.sound} for one in new[-_SHOWN_AT_ONCE:]]
        work.emit("notification", agent_id, {"waiting": waiting.get(agent_id, 0), "new": shown})


async def _written(work: UnitOfWork, batch: _Batch) -> list[Told]:
    """Writes down whom it concerns, and gives what is new: the newest of each agent and conversation."""
    about = await cases(work, sorted({one.conversation_id for one in batch.news if not one.of_person}))
    texts = await said(work, sorted({message for one in batch.news for message in one.messages}))
    colleagues = await colleagues_of(work)
    looked = {(one.by, one.conversation_id, one.at) for one in batch.seen if one.by is not None}
    told = []
    for news in batch.news:
        case = about.get(news.conversation_id)
        if case is None and not news.of_person:
            continue
        for colleague, kind in concerned(news, case, texts, colleagues) if case else concerned_by_task(news, colleagues):
            chosen = colleague.wishes.of(kind)
            if not chosen or (colleague.id, news.conversation_id, news.at) in looked:
                continue
            ways = ways_now(colleague, kind, work.clock.now())
            told.append(
                Told(
                    id=new_id(), agent_id=colleague.id, kind=kind,
                    conversation_id=None if news.of_person else news.conversation_id,
                    person_id=news.conversation_id if news.of_person else None,
                    message_id=news.messages[-1] if news.messages else None, by_name=news.by_name, source=news.source,
                    mail="mail" in ways, at=news.at, push="browser" in ways, sound="sound" in ways,
                    words=news.words,
                )
            )  # fmt: skip
    if not told:
        return []
    fresh = await repository.insert(work, told)
    newest = list({(one.agent_id, one.about): one for one in told if one.id in fresh}.values())
    if pushed := [one for one in newest if one.push]:
        await repository.queue_pushes(work, pushed)
        work.emit("push", work.workspace_id)
    return newest
