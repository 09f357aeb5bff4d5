"""The address at which other programs follow a calendar: for whoever knows it, until it is renewed or withdrawn."""

from base64 import urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest
from uuid import UUID

from oase.desk.hours import repository
from oase.desk.hours.queries import find_calendar
from oase.desk.hours.types import StoredCalendar
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.kernel.secrets import Safe


async def publish_calendar(work: UnitOfWork, calendar_id: UUID) -> None:
    """Gives a calendar a public address, or a new one: the old one ends. Raises NotFound."""
    calendar = await find_calendar(work, calendar_id)
    await repository.set_published(work, calendar_id, abs(calendar.published) + 1)
    work.audit("calendar.published", subject="calendar", subject_id=calendar_id, name=calendar.name)


async def withdraw_calendar(work: UnitOfWork, calendar_id: UUID) -> None:
    """Ends the public address of a calendar. Raises NotFound."""
    calendar = await find_calendar(work, calendar_id)
    await repository.set_published(work, calendar_id, -abs(calendar.published))
    work.audit("calendar.withdrawn", subject="calendar", subject_id=calendar_id, name=calendar.name)


def path_of(safe: Safe, workspace_id: UUID, calendar: StoredCalendar) -> str:
    """The path of its public address; empty while it has none."""
    if calendar.published <= 0:
        return ""
    return f"/hours/{workspace_id}/{calendar.id}/{_token(safe, workspace_id, calendar)}.ics"


async def published_calendar(work: UnitOfWork, safe: Safe, calendar_id: UUID, file: str) -> StoredCalendar:
    """The calendar behind the last part of an address; raises NotFound for all that is not one."""
    calendar = await find_calendar(work, calendar_id)
    expected = f"{_token(safe, work.workspace_id, calendar)}.ics"
    if calendar.published <= 0 or not compare_digest(file.encode(), expected.encode()):
        raise NotFound(message("This calendar does not exist."))
    return calendar


def _token(safe: Safe, workspace_id: UUID, calendar: StoredCalendar) -> str:
    named = f"{workspace_id}/{calendar.id}/{calendar.published}".encode()
    return urlsafe_b64encode(blake2b(named, key=safe.derive("calendar address"), digest_size=18).digest()).decode()
