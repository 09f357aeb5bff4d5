"""What pages and the API read of calendars."""

from uuid import UUID

from oase.desk.hours import repository
from oase.desk.hours.types import StoredCalendar
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.staff import find_workspace


async def list_calendars(work: UnitOfWork) -> list[StoredCalendar]:
    """Every calendar of the workspace, the default one first."""
    workspace = await find_workspace(work)
    return await repository.all_calendars(work, workspace.time_zone if workspace else "UTC")


async def any_calendar(work: UnitOfWork) -> bool:
    """Whether the workspace has opening hours at all; without, everything is always open."""
    return await repository.any_calendar(work)


async def find_calendar(work: UnitOfWork, calendar_id: UUID) -> StoredCalendar:
    """One calendar; raises NotFound."""
    found = next((one for one in await list_calendars(work) if one.id == calendar_id), None)
    if found is None:
        raise NotFound(message("This calendar does not exist."))
    return found
