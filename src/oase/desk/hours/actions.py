"""What people do with calendars. Each act is in the audit log, and every process drops what it knew."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from oase.desk.hours import repository, sourcing
from oase.desk.hours.calendar import Calendar, InvalidCalendar
from oase.desk.hours.holiday import holidays_of
from oase.desk.hours.queries import find_calendar
from oase.desk.hours.stored import columns_of
from oase.desk.hours.timetable import Timetable
from oase.desk.hours.timetables import opens
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_NAME_LENGTH: Final = 120
_DAYS: Final = 1_000
_CLOSURE_DAYS: Final = 3_660


async def save_calendar(
    work: UnitOfWork,
    *,
    name: str,
    calendar: Calendar,
    team_ids: Sequence[UUID] = (),
    is_default: bool | None = None,
    calendar_id: UUID | None = None,
) -> UUID:
    """Writes a calendar, new or changed, and which teams work by it. `is_default` None: as it was; the first one is the default.

    Raises Invalid (field `name`, `week`, `closures`, `country` …), Conflict (the name is taken), NotFound.
    """
    name = " ".join(name.split())[:_NAME_LENGTH]
    if not name:
        raise Invalid(message("Please give a name."), field="name")
    before = await find_calendar(work, calendar_id) if calendar_id else None
    check(work, calendar)
    if is_default is None:
        is_default = before.is_default if before else not await repository.any_calendar(work)
    act = "calendar.changed" if before else "calendar.created"
    calendar_id = calendar_id or new_id()
    await repository.put_calendar(work, calendar_id, name, calendar, is_default=is_default)
    if before and before.calendar.zone != calendar.zone:
        await sourcing.hurry(work, calendar_id)
    await repository.put_teams(work, calendar_id, sorted(set(team_ids)))
    changes = _changes(before.calendar if before else None, calendar)
    work.audit(act, subject="calendar", subject_id=calendar_id, name=name, is_default=is_default, **changes)
    _tell(work, calendar_id)
    return calendar_id


def _changes(before: Calendar | None, after: Calendar) -> dict[str, Any]:
    """Which parts differ, and what those were that are short enough to be read."""
    old, new = columns_of(before) if before else {}, columns_of(after)
    changed = [name for name in new if new[name] != old.get(name)]
    short = [name for name in changed if name not in ("days", "closures")]
    return {"changed": changed, "before": {name: old.get(name) for name in short}, "after": {name: new[name] for name in short}}


def check(work: UnitOfWork, calendar: Calendar) -> None:
    """Raises Invalid for a calendar by which nothing could be promised, or whose holidays nobody knows."""
    try:
        holidays_of(calendar.country, calendar.region, work.clock.now().year)
    except InvalidCalendar as error:
        raise Invalid(error.args[0], field="country") from None
    if len(calendar.days) > _DAYS or len(calendar.closures) > _DAYS:
        raise Invalid(message("Please remove days that have passed: a calendar holds a thousand."), field="days")
    if any((one.last - one.first).days > _CLOSURE_DAYS for one in calendar.closures):
        raise Invalid(message("A closure lasts ten years at most."), field="closures")
    if not opens(Timetable(calendar), work.clock.now()):
        why = message("This calendar has no opening hour, so no answer could ever be promised. Please give at least one.")
        raise Invalid(why, field="week")


async def remove_calendar(work: UnitOfWork, calendar_id: UUID) -> None:
    """Removes a calendar; its teams work by the default one, and if that was it, everything is always open. Raises NotFound."""
    found = await find_calendar(work, calendar_id)
    await repository.delete_calendar(work, calendar_id)
    work.audit("calendar.deleted", subject="calendar", subject_id=calendar_id, name=found.name)
    _tell(work, calendar_id)


def _tell(work: UnitOfWork, calendar_id: UUID) -> None:
    work.emit("desk", calendar_id, {"what": "calendar"})
