"""When people are awake, and where they may be. Pure: no I/O, no clock.

the person's own zone, else the country of their phone number, else the workspace's  --zones_of-->  one zone or the edges of several
a moment  --next_waking-->  the first one from then on that lies between morning and evening in all of them
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from oase.desk.outbound.zones import zones_of_phone
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message

SETTING: Final = "waking"
"""The name under which the workspace keeps its hours."""
ZONE_FIELD: Final = "time_zone"
"""The custom field of a person that says where they live, as an IANA zone."""
LONGEST_AHEAD: Final = timedelta(days=366)
_SEARCHED: Final = 15  # days: longer than any week without a moment that suits all zones
_SUNDAY: Final = 6


class Waking(Struct, frozen=True, kw_only=True):
    """Between which times of day the customer may be written to, by the customer's own clock."""

    begin: time = time(9)
    end: time = time(20)
    sundays: bool = False


def check_waking(begin: str, end: str, *, sundays: bool) -> Waking:
    """Hours as they were given; raises Invalid naming the field."""
    times = {}
    for field, text in (("waking_begin", begin), ("waking_end", end)):
        try:
            times[field] = time.fromisoformat(text)
        except ValueError:
            raise Invalid(message("This is no time of day."), field=field) from None
    if times["waking_begin"] >= times["waking_end"]:
        raise Invalid(message("The evening must come after the morning."), field="waking_end")
    return Waking(begin=times["waking_begin"], end=times["waking_end"], sundays=sundays)


def kept_waking(waking: Waking) -> dict[str, Any]:
    """The hours as the workspace keeps them."""
    return {"from": f"{waking.begin:%H:%M}", "until": f"{waking.end:%H:%M}", "sundays": waking.sundays}


def waking_of(settings: Mapping[str, Any]) -> Waking:
    """The workspace's hours; the usual ones where it has none, or none that can be read."""
    kept = settings.get(SETTING)
    if not isinstance(kept, Mapping):
        return Waking()
    try:
        return check_waking(str(kept.get("from")), str(kept.get("until")), sundays=kept.get("sundays") is True)
    except Invalid:
        return Waking()


def zone(name: str) -> ZoneInfo | None:
    """The zone of this name; None for what is none."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def zones_of(own: object, phones: Iterable[str], workspace: str) -> tuple[ZoneInfo, ...]:
    """Where a person may be: what is written about them, else what their numbers say, else where the workspace is."""
    if isinstance(own, str) and (found := zone(own.strip())) is not None:
        return (found,)
    for phone in phones:
        if known := zones_of_phone(phone):
            return tuple(ZoneInfo(name) for name in known)
    return (zone(workspace) or ZoneInfo("UTC"),)


def is_waking(moment: datetime, zones: Sequence[ZoneInfo], waking: Waking) -> bool:
    """Whether this moment lies in the waking hours of all these zones."""
    return all(_awake(moment.astimezone(one), waking) for one in zones)


def next_waking(moment: datetime, zones: Sequence[ZoneInfo], waking: Waking) -> datetime:
    """The first moment from this one on that lies in the waking hours of all these zones. Where their days never meet, the first
    zone's hours count alone."""
    if is_waking(moment, zones, waking):
        return moment
    mornings = sorted({begin for one in zones for begin in _mornings(moment, one, waking) if begin > moment})
    found = next((begin for begin in mornings if is_waking(begin, zones, waking)), None)
    return found if found is not None else next_waking(moment, zones[:1], waking)


def _awake(local: datetime, waking: Waking) -> bool:
    return waking.begin <= local.time() < waking.end and (waking.sundays or local.weekday() != _SUNDAY)


def _mornings(moment: datetime, where: ZoneInfo, waking: Waking) -> Iterable[datetime]:
    """The beginnings of the next days there. A time that the clocks skip is the moment after the jump."""
    today: date = moment.astimezone(where).date()
    for ahead in range(_SEARCHED):
        yield datetime.combine(today + timedelta(days=ahead), waking.begin, where).astimezone(UTC)
