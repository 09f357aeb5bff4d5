"""Reading files and addresses of others, for the first time and again; nothing is written here."""

import asyncio
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from msgspec import Struct

from oase.desk.hours import sourcing
from oase.desk.hours.calendar import Calendar, InvalidCalendar
from oase.desk.hours.ical import BYTES, Events, read_events
from oase.kernel.clock import Clock
from oase.kernel.errors import Invalid, OaseError
from oase.kernel.http import OutgoingRequest, Outside
from oase.kernel.i18n import Message, message
from oase.kernel.secrets import Safe, Secret

_LENGTH: Final = 2_000  # of an address
_PATIENCE: Final = timedelta(seconds=20)


class Followed(Struct, frozen=True, kw_only=True):
    """A file or address that was read just now, to be added to a calendar. `address` is empty for a file."""

    name: str
    address: str
    content: bytes
    events: Events


async def read_file(calendar: Calendar, clock: Clock, name: str, content: bytes) -> Followed:
    """An uploaded file, read; raises Invalid (field `file`)."""
    try:
        events = await _read(calendar, clock, content)
    except InvalidCalendar as error:
        raise Invalid(error.args[0], field="file") from None
    return Followed(name=name.strip()[-120:] or "calendar.ics", address="", content=content, events=events)


async def read_address(calendar: Calendar, clock: Clock, outside: Outside, address: str) -> Followed:
    """An address to be followed, fetched and read; raises Invalid (field `address`) where that cannot be done."""
    address = address.strip()
    if address.lower().startswith("webcal://"):
        address = "https://" + address[len("webcal://") :]
    host = _host(address)
    if not host:
        raise Invalid(message("Please give an address that begins with https:// or webcal://."), field="address")
    try:
        content = await fetch(outside, address)
        events = await _read(calendar, clock, content)
    except (InvalidCalendar, OaseError) as error:
        raise Invalid(_why(error), field="address") from None
    return Followed(name=host, address=address, content=content, events=events)


def _host(address: str) -> str:
    """The host of a web address; empty for anything else."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.hostname or "" if parts.scheme in ("http", "https") and len(address) <= _LENGTH else ""


async def fetch(outside: Outside, address: str) -> bytes:
    """What an address says now. Raises InvalidCalendar, and what the outside raises."""
    request = OutgoingRequest(
        method="GET", url=Secret(address), headers={"accept": "text/calendar, */*;q=0.5"}, timeout=_PATIENCE, redirects=5, limit_bytes=BYTES
    )  # fmt: skip
    answer = await outside.send(request)
    if answer.status in (401, 403):
        raise InvalidCalendar(
            message("This calendar is not public (%(status)s). Please use its secret address.", status=answer.status)
        )
    if answer.status != 200:
        raise InvalidCalendar(message("The address answered %(status)s.", status=answer.status))
    return answer.body


async def _read(calendar: Calendar, clock: Clock, content: bytes) -> Events:
    zone = calendar.clock()
    return await asyncio.to_thread(read_events, content, zone, clock.now().astimezone(zone).date())


def _why(error: Exception) -> Message | str:
    given: Message | str = error.args[0] if error.args else str(error)
    return given


async def reread(outside: Outside, safe: Safe, clock: Clock, due: sourcing.Due) -> sourcing.Reading:
    """What a source says now. If it cannot be had, what it said last, as far as that goes on, and why."""
    try:
        content = due.content
        if due.sealed is not None:
            content = await fetch(outside, safe.open(due.sealed, purpose=purpose(due.id)).reveal())
        events = await _read(due.calendar, clock, content)
    except (InvalidCalendar, OaseError) as error:
        return sourcing.Reading(content=due.content, events=await _last(due, clock), trouble=str(_why(error)), fresh=False)
    return sourcing.Reading(content=content, events=events, trouble=str(unreadable(events)), fresh=True)


async def _last(due: sourcing.Due, clock: Clock) -> Events | None:
    try:
        return await _read(due.calendar, clock, due.content)
    except InvalidCalendar:
        return None


def purpose(source_id: UUID) -> str:
    """What an address is sealed for."""
    return f"calendar_source/{source_id}"


def unreadable(events: Events) -> Message | str:
    """A sentence about entries that nobody could make sense of; empty if there are none."""
    if not events.unreadable:
        return ""
    return message("%(count)s of its entries cannot be read; the others count.", count=events.unreadable)
