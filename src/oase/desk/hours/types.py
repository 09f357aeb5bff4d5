"""Calendars as they are stored and administered."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from oase.desk.hours.calendar import Calendar, Closure, Pause
from oase.kernel.i18n import Message


class Source(Struct, frozen=True, kw_only=True):
    """An iCalendar file or address that a calendar follows, and what it said when it was read last."""

    id: UUID
    calendar_id: UUID
    name: str
    followed: bool  # an address, read every day; otherwise a file
    closures: tuple[Closure, ...] = ()
    pauses: tuple[Pause, ...] = ()
    read_at: datetime | None = None
    trouble: str = ""


class StoredCalendar(Struct, frozen=True, kw_only=True):
    """A calendar. `calendar` is what people said; `troubles` names what of it cannot be used (any more) and is left out."""

    id: UUID
    name: str
    is_default: bool
    calendar: Calendar
    sources: Sequence[Source] = ()
    team_ids: Sequence[UUID] = ()
    published: int = 0  # number of its public address; it has none unless that is positive
    troubles: Sequence[Message] = ()

    @property
    def effective(self) -> Calendar:
        """What counts: what people said, and what is closed by the calendars that it follows."""
        return with_sources(self.calendar, self.sources)

    def with_own(self, calendar: Calendar) -> "StoredCalendar":
        """The same with other words of people."""
        return replace(self, calendar=calendar)


def with_sources(calendar: Calendar, sources: Sequence[Source]) -> Calendar:
    """The calendar, closed too when its sources say so."""
    return Calendar(
        zone=calendar.zone,
        week=calendar.week,
        days=calendar.days,
        closures=(*calendar.closures, *(closure for one in sources for closure in one.closures)),
        pauses=(*calendar.pauses, *(pause for one in sources for pause in one.pauses)),
        country=calendar.country,
        region=calendar.region,
    )
