"""Waiting is measured after it happened: what moves in a conversation has its waiting looked at anew.

live log --Follower("waits")--> conversations that moved --six statements per workspace and batch--> wait (one row per stretch)
                                                                                  └> wait_quote.waited: what was foretold of it

Looking again changes nothing. At the first start, and when the log was pruned past the feed's place, the past eight weeks are
measured from what the conversations hold.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import structlog
from msgspec.structs import asdict

from oase.channels import adapter
from oase.conversations import TARGETS
from oase.desk.hours import Timetable, Timetables
from oase.desk.routing import Answered, settle_quotes
from oase.insights.readmodels import repository
from oase.insights.readmodels.rules import promised, stretches, sure_since
from oase.insights.readmodels.types import PastWait, Stretch, Talk
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks
from oase.staff import list_workspaces

_MEANS_NOTHING: Final = frozenset({"noted", "file", "tags", "fields", "subject", "priority", "person"})
_READ: Final = 300  # messages of a conversation; what is older was measured before
_READ_OF_PAST: Final = 20_000
_AT_ONCE: Final = 200  # conversations of the past
_PAST: Final = timedelta(weeks=8)
log = structlog.get_logger()


class WaitFeed:
    """Measures how long customers wait; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks, timetables: Timetables) -> None:
        self._database = database
        self._timetables = timetables
        self._follower = Follower(database, hub, locks, "waits", ["conversation"])

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, self.begin)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests."""
        await self._follower.catch_up(self.handle, self.begin)

    async def begin(self) -> None:
        """Measures the past weeks of every workspace."""
        since = self._database.clock.now() - _PAST
        for workspace in await list_workspaces(self._database):
            count = await measure_workspace(self._database, workspace.id, self._timetables, since)
            log.info("waits.begin", workspace=str(workspace.id), conversations=count)

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Measures the conversations of these events."""
        moved: dict[UUID, set[UUID]] = defaultdict(set)
        for event in events:
            if event.payload.get("what") not in _MEANS_NOTHING:
                moved[event.workspace_id].add(event.key)
            if event.payload.get("what") == "merged":
                moved[event.workspace_id].add(UUID(event.payload["into"]))
        for workspace_id, ids in moved.items():
            async with self._database.work(workspace_id) as work:
                await measure(work, sorted(ids), _READ, self._timetables)


async def measure_workspace(database: Database, workspace_id: UUID, timetables: Timetables, since: datetime | None = None) -> int:
    """Measures every conversation in which something happened since (or ever), in small transactions; gives their number."""
    count, after = 0, UUID(int=0)
    while True:
        async with database.work(workspace_id) as work:
            ids = await repository.moved_since(work, since, after, _AT_ONCE)
            await measure(work, ids, _READ_OF_PAST, timetables)
        count += len(ids)
        if len(ids) < _AT_ONCE:
            return count
        after = ids[-1]


async def measure(work: UnitOfWork, ids: Sequence[UUID], limit: int, timetables: Timetables) -> None:
    """Writes how long was waited in these conversations, from their newest `limit` messages; six statements."""
    found = await repository.talks(work, ids, limit) if ids else []
    if found:
        hours = {team_id: await timetables.of_team(work, team_id) for team_id in {talk.team_id for talk in found}}
        waits = [_row(talk, one, hours[talk.team_id]) for talk in found for one in stretches(talk)]
        await repository.keep(work, waits, {talk.id: sure_since(talk) for talk in found})
        await settle_quotes(work, [_answered(one) for one in waits if one["outcome"] == "answered"])


def _answered(wait: Mapping[str, Any]) -> Answered:
    return Answered(conversation_id=wait["conversation_id"], asked_at=wait["asked_at"], waited=wait["working_seconds"])


async def remember(work: UnitOfWork, waits: Sequence[PastWait]) -> None:
    """Writes waits whose conversations are not here, as they stand after retention took those. One statement."""
    more = {"team_id": None, "public": False, "outcome": "answered"}
    rows = [{**asdict(one), **more, "working_seconds": _seconds(one.ended_at - one.asked_at)} for one in waits]
    await repository.keep(work, rows, {})


def _row(talk: Talk, one: Stretch, hours: Timetable) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "conversation_id": talk.id,
        "channel": one.channel,
        "account_id": one.account_id,
        "team_id": talk.team_id,
        "public": talk.public,
        "kind": one.kind,
        "asked_at": one.asked_at,
        "due_at": promised(talk, one) or _usual(talk, one),
        "ended_at": one.ended_at,
        "outcome": one.outcome,
        "working_seconds": _seconds(hours.working_time_between(one.asked_at, one.ended_at)) if one.ended_at else None,
    }


def _seconds(span: timedelta) -> int:
    return round(span.total_seconds())


def _usual(talk: Talk, one: Stretch) -> datetime | None:
    """What is promised by nature of the channel: of what was asked before promises were written down, and for a moment of all."""
    try:
        manifest = adapter(one.channel).manifest
    except NotFound:
        return None
    return one.asked_at + TARGETS[manifest.side(talk.public).pace]
