"""Shifts: who is to be there when. Pure: times of the day are minutes of the company's clock, from the midnight at which a day begins.

What counts for somebody on a day, the first that there is: their own for this day, their own for this weekday, the team's for this
day, the team's for this weekday. A shift that ends after midnight (ends > 1440) belongs to the day on which it begins.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

DAY: Final = 1440
_BREAKS_AT_MOST: Final = 4


class Shift(Struct, frozen=True, kw_only=True):
    """A time of an agent or of a team, on one day or on every such weekday (0 is Monday). Without length: a day off."""

    id: UUID
    agent_id: UUID | None = None
    team_id: UUID | None = None
    day: date | None = None
    weekday: int | None = None
    begins: int = 0
    ends: int = 0
    breaks: tuple[tuple[int, int], ...] = ()


def check_shift(shift: Shift) -> None:
    """Raises Invalid for what is no time of a day."""
    if (shift.agent_id is None) == (shift.team_id is None):
        raise Invalid(message("Please choose whose shift it is."), field="whose")
    if (shift.day is None) == (shift.weekday is None) or not 0 <= (shift.weekday or 0) <= 6:
        raise Invalid(message("Please choose a weekday or a day."), field="days")
    if shift.begins == shift.ends == 0 and shift.day is not None and not shift.breaks:
        return
    if not 0 <= shift.begins < DAY or not shift.begins < shift.ends <= shift.begins + DAY:
        raise Invalid(message("A shift ends after it begins, at most a day later."), field="ends")
    times = [shift.begins, *(moment for one in shift.breaks for moment in one), shift.ends]
    if len(shift.breaks) > _BREAKS_AT_MOST or any(after < before for before, after in pairwise(times)):
        raise Invalid(message("Breaks lie within the shift, one after the other."), field="breaks")


def shifts_on(shifts: Iterable[Shift], agent_id: UUID, teams: Collection[UUID], day: date) -> list[Shift]:
    """What counts for somebody on a day, in the order of beginning; a day off is among it."""
    here = [one for one in shifts if one.day == day or (one.day is None and one.weekday == day.weekday())]
    own = [one for one in here if one.agent_id == agent_id]
    of_teams = [one for one in here if one.team_id in teams]
    for found in (own, of_teams):
        if counts := [one for one in found if one.day is not None] or found:
            return sorted(counts, key=lambda one: (one.begins, one.id))
    return []


def until(shifts: Sequence[Shift], agent_id: UUID, teams: Collection[UUID], local: datetime) -> datetime | None:
    """Until when somebody's shift goes that has begun, by the company's clock; None outside of shifts and in breaks."""
    for day in (local.date(), local.date() - timedelta(days=1)):
        midnight = local.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)
        minute = int((local.replace(tzinfo=None) - midnight.replace(tzinfo=None)).total_seconds() // 60)
        for one in shifts_on(shifts, agent_id, teams, day):
            if one.begins <= minute < one.ends and not any(begins <= minute < ends for begins, ends in one.breaks):
                return midnight + timedelta(minutes=one.ends)
    return None
