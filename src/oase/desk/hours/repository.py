"""All SQL of calendars."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from oase.desk.hours.calendar import Calendar
from oase.desk.hours.stored import Row, calendar_of, closures_of, columns_of, pauses_of
from oase.desk.hours.types import Source, StoredCalendar
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict
from oase.kernel.i18n import message

_ROWS = (
    "SELECT id, name, is_default, zone, week, days, closures, country, region, worked, published FROM calendar"
    " WHERE workspace_id = %(workspace_id)s ORDER BY is_default DESC, lower(name), id"
)
_SOURCES = (
    "SELECT id, calendar_id, name, sealed IS NOT NULL AS followed, closures, pauses, read_at, trouble FROM calendar_source"
    " WHERE workspace_id = %(workspace_id)s ORDER BY created_at, id"
)


async def all_calendars(work: UnitOfWork, zone: str) -> list[StoredCalendar]:
    """Every calendar, the default one first. `zone` stands in for one that is not known (any more)."""
    rows = await work.rows(_ROWS)
    if not rows:
        return []
    sources: dict[UUID, list[Source]] = defaultdict(list)
    for row in await work.rows(_SOURCES):
        sources[row["calendar_id"]].append(_source(row))
    teams: dict[UUID, list[UUID]] = defaultdict(list)
    for team_id, calendar_id in await work.tuples(
        "SELECT id, calendar_id FROM team_calendar WHERE workspace_id = %(workspace_id)s ORDER BY id"
    ):
        teams[calendar_id].append(team_id)
    year = work.clock.now().year

    def read() -> list[StoredCalendar]:
        return [_calendar(row, zone, year, sources[row["id"]], teams[row["id"]]) for row in rows]

    return await asyncio.to_thread(read)  # the first holidays of a process take a fifth of a second


def _source(row: dict[str, Any]) -> Source:
    return Source(**{**row, "closures": closures_of(row["closures"]), "pauses": pauses_of(row["pauses"])})


def _calendar(row: dict[str, Any], zone: str, year: int, sources: Sequence[Source], teams: Sequence[UUID]) -> StoredCalendar:
    columns = Row(**{name: row[name] for name in Row.__struct_fields__})
    calendar, troubles = calendar_of(columns, zone, year)
    return StoredCalendar(
        id=row["id"],
        name=row["name"],
        is_default=row["is_default"],
        calendar=calendar,
        sources=sources,
        team_ids=teams,
        published=row["published"],
        troubles=troubles,
    )


async def any_calendar(work: UnitOfWork) -> bool:
    """Whether there is a calendar."""
    statement = "SELECT EXISTS (SELECT FROM calendar WHERE workspace_id = %(workspace_id)s)"
    return bool(await work.value(statement))


async def put_calendar(work: UnitOfWork, calendar_id: UUID, name: str, calendar: Calendar, *, is_default: bool) -> None:
    """Writes a calendar, new or changed; a default one takes that from the one before. Raises Conflict if the name is taken."""
    if is_default:
        await work.run(
            "UPDATE calendar SET is_default = false WHERE workspace_id = %(workspace_id)s AND is_default AND id <> %(id)s",
            {"id": calendar_id},
        )
    columns = columns_of(calendar)
    jsons = {name: Jsonb(columns[name]) for name in ("week", "days", "closures", "worked")}
    try:
        await work.run(
            "INSERT INTO calendar (workspace_id, id, name, is_default, zone, week, days, closures, country, region, worked,"
            " created_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(is_default)s, %(zone)s, %(week)s, %(days)s, %(closures)s, %(country)s,"
            " %(region)s, %(worked)s, %(now)s) ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name,"
            " is_default = excluded.is_default, zone = excluded.zone, week = excluded.week, days = excluded.days,"
            " closures = excluded.closures, country = excluded.country, region = excluded.region, worked = excluded.worked",
            {**columns, **jsons, "id": calendar_id, "name": name, "is_default": is_default, "now": work.clock.now()},
        )
    except UniqueViolation as error:
        if error.diag.constraint_name == "calendar_default":
            raise Conflict(message("Somebody else has just chosen another default calendar. Please look again.")) from None
        raise Conflict(message("There is a calendar “%(name)s” already.", name=name)) from None


async def set_published(work: UnitOfWork, calendar_id: UUID, number: int) -> None:
    """The number of its public address; one that is not positive was withdrawn."""
    await work.run(
        "UPDATE calendar SET published = %(number)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": calendar_id, "number": number},
    )


async def put_teams(work: UnitOfWork, calendar_id: UUID, team_ids: Sequence[UUID]) -> None:
    """These teams work by the calendar, and no others; what they worked by before is forgotten. Unknown teams are passed over."""
    await work.run(
        "DELETE FROM team_calendar WHERE workspace_id = %(workspace_id)s AND calendar_id = %(id)s AND NOT id = ANY(%(teams)s)",
        {"id": calendar_id, "teams": list(team_ids)},
    )
    await work.run(
        "INSERT INTO team_calendar (workspace_id, id, calendar_id) SELECT workspace_id, id, %(id)s FROM team"
        " WHERE workspace_id = %(workspace_id)s AND id = ANY(%(teams)s) ORDER BY id"
        " ON CONFLICT (workspace_id, id) DO UPDATE SET calendar_id = excluded.calendar_id",
        {"id": calendar_id, "teams": list(team_ids)},
    )


async def delete_calendar(work: UnitOfWork, calendar_id: UUID) -> bool:
    """Removes a calendar with its sources; its teams work by the default one. False if there is none."""
    return bool(await work.run("DELETE FROM calendar WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": calendar_id}))
