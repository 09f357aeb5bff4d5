"""Calendars of others that close ours: files that were uploaded, and addresses that are followed.

file or address ──following: read in a thread──> closures, pauses ──> calendar_source ──> every process drops what it knew
                      └─ once a day again (CalendarClock): an address is fetched, a file moves on with the date
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

from oase.desk.hours import sourcing
from oase.desk.hours.following import Followed, purpose, unreadable
from oase.desk.hours.queries import find_calendar
from oase.desk.hours.timetable import Timetable
from oase.desk.hours.timetables import opens
from oase.desk.hours.types import Source, with_sources
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.secrets import Safe, Secret

EVERY: Final = timedelta(days=1)
_MOST: Final = 20  # of a calendar


async def add_source(work: UnitOfWork, safe: Safe, calendar_id: UUID, followed: Followed) -> UUID:
    """Lets a calendar be closed by what was read. Raises NotFound, Conflict, Invalid (nothing would be open any more)."""
    calendar = await find_calendar(work, calendar_id)
    if len(calendar.sources) >= _MOST:
        raise Conflict(message("A calendar follows twenty others at most."))
    field = "address" if followed.address else "file"
    added = Source(
        id=new_id(), calendar_id=calendar_id, name=followed.name, followed=bool(followed.address),
        closures=followed.events.closures, pauses=followed.events.pauses,
    )  # fmt: skip
    after = with_sources(calendar.calendar, [*calendar.sources, added])
    if not opens(Timetable(after), work.clock.now()):
        raise Invalid(message("With this calendar nothing would ever be open. Is it the right one?"), field=field)
    sealed = safe.seal(Secret(followed.address), purpose=purpose(added.id)) if followed.address else None
    trouble = unreadable(followed.events)
    await sourcing.put(work, added, sealed, followed.content, work.clock.now() + EVERY, str(trouble))
    work.audit("calendar.source_added", subject="calendar", subject_id=calendar_id, name=calendar.name, source=followed.name)
    work.emit("desk", calendar_id, {"what": "calendar"})
    return added.id


async def remove_source(work: UnitOfWork, calendar_id: UUID, source_id: UUID) -> None:
    """A calendar is no longer closed by this file or address. Raises NotFound."""
    calendar = await find_calendar(work, calendar_id)
    source = next((one for one in calendar.sources if one.id == source_id), None)
    if source is None:
        raise NotFound(message("This calendar is not followed."))
    await sourcing.delete(work, source_id)
    work.audit("calendar.source_removed", subject="calendar", subject_id=calendar_id, name=calendar.name, source=source.name)
    work.emit("desk", calendar_id, {"what": "calendar"})
