"""Which timetable counts for whom, known to this process: asked with every promise, so it is not read from the database each time.

calendar, team_calendar --first question of a workspace--> Timetables --dropped by the live log ("desk" calendar, "workspace")
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct

from oase.desk.hours import repository
from oase.desk.hours.calendar import DAY, Calendar, Window
from oase.desk.hours.timetable import NeverOpen, Timetable
from oase.desk.hours.types import StoredCalendar
from oase.kernel.db import UnitOfWork
from oase.kernel.live import LiveHub
from oase.staff import find_workspace

_KEPT: Final = 1_000  # workspaces
log = structlog.get_logger()


def always_open(zone: str) -> Calendar:
    """What counts where nobody has said anything: every hour is working time."""
    return Calendar(zone=zone, week=((Window(0, DAY),),) * 7)


class _Hours(Struct, frozen=True):
    """The timetables of a workspace."""

    default: Timetable
    teams: Mapping[UUID, Timetable]


class Timetables:
    """Gives timetables. Keeps them only while `run` hears of changes; otherwise each question is answered from the database."""

    def __init__(self) -> None:
        self._known: dict[UUID, _Hours] = {}
        self._hears = False
        self._changes = 0

    async def of_team(self, work: UnitOfWork, team_id: UUID | None) -> Timetable:
        """By what a team works: its own calendar, or the default one."""
        hours = await self._hours(work)
        return hours.default if team_id is None else hours.teams.get(team_id, hours.default)

    async def default(self, work: UnitOfWork) -> Timetable:
        """By what is worked where no team says otherwise; always open without any default calendar."""
        return (await self._hours(work)).default

    async def run(self, hub: LiveHub) -> None:
        """Forgets what changes, until cancelled."""
        try:
            while True:
                async with hub.subscribe(None, ["desk", "workspace"]) as subscription:
                    self._forget_all()
                    self._hears = True
                    async for event in subscription.events():
                        if event.topic == "workspace" or event.payload.get("what") == "calendar":
                            self._changes += 1
                            self._known.pop(event.workspace_id, None)
                self._hears = False
                await asyncio.sleep(0.05)
        finally:
            self._hears = False
            self._forget_all()

    def _forget_all(self) -> None:
        self._changes += 1
        self._known.clear()

    async def _hours(self, work: UnitOfWork) -> _Hours:
        known = self._known.get(work.workspace_id)
        if known is None:
            before = self._changes
            known = await _read(work)
            if self._hears and before == self._changes:  # what changed meanwhile may not be in it
                if len(self._known) >= _KEPT:
                    self._known.clear()
                self._known[work.workspace_id] = known
        return known


async def _read(work: UnitOfWork) -> _Hours:
    workspace = await find_workspace(work)
    zone = workspace.time_zone if workspace else "UTC"
    stored = await repository.all_calendars(work, zone)
    for one in stored:
        for trouble in one.troubles:
            log.warning("hours.calendar_unreadable", calendar=one.name, why=str(trouble))
    return await asyncio.to_thread(_made, stored, zone, work.clock.now())


def _made(stored: Sequence[StoredCalendar], zone: str, now: datetime) -> _Hours:
    """Timetables with their tables of this year: in a thread, since some milliseconds each add up."""
    default, teams = Timetable(always_open(zone)), {}
    for one in stored:
        timetable = usable(one, now)
        if one.is_default:
            default = timetable
        teams.update(dict.fromkeys(one.team_ids, timetable))
    default.prepare(now.year)
    return _Hours(default, teams)


def usable(stored: StoredCalendar, now: datetime) -> Timetable:
    """The timetable of a calendar; always open if it has no opening hour left, since nothing could ever be promised by it."""
    for calendar in (stored.effective, stored.calendar):
        timetable = Timetable(calendar)
        if opens(timetable, now):
            return timetable
    log.error("hours.never_open", calendar=stored.name)
    return Timetable(always_open(stored.calendar.zone))


def opens(timetable: Timetable, now: datetime) -> bool:
    """Whether there is an opening hour from then on."""
    try:
        timetable.next_opening(now)
    except NeverOpen:
        return False
    return True
