"""All SQL of the files and addresses that calendars follow."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.types.json import Jsonb

from oase.desk.hours.calendar import Calendar
from oase.desk.hours.ical import Events
from oase.desk.hours.types import Source
from oase.kernel.db import UnitOfWork


class Due(Struct, frozen=True, kw_only=True):
    """A source that is to be read again, with the calendar whose zone counts."""

    workspace_id: UUID
    id: UUID
    calendar_id: UUID
    sealed: bytes | None
    content: bytes
    calendar: Calendar


class Reading(Struct, frozen=True, kw_only=True):
    """What a source says; without `events` it closes as before. Not `fresh`: it could not be had, and `trouble` says why."""

    content: bytes
    events: Events | None
    trouble: str
    fresh: bool


async def put(work: UnitOfWork, source: Source, sealed: bytes | None, content: bytes, next_at: datetime, trouble: str) -> None:
    """Writes a new source."""
    await work.run(
        "INSERT INTO calendar_source (workspace_id, id, calendar_id, name, sealed, content, closures, pauses, read_at, next_at,"
        " trouble, created_at) VALUES (%(workspace_id)s, %(id)s, %(calendar)s, %(name)s, %(sealed)s, %(content)s, %(closures)s,"
        " %(pauses)s, %(now)s, %(next)s, %(trouble)s, %(now)s)",
        {
            "id": source.id,
            "calendar": source.calendar_id,
            "name": source.name,
            "sealed": sealed,
            "content": content,
            "closures": _json(source.closures),
            "pauses": _json(source.pauses),
            "now": work.clock.now(),
            "next": next_at,
            "trouble": trouble,
        },
    )


async def delete(work: UnitOfWork, source_id: UUID) -> None:
    """Removes a source."""
    await work.run("DELETE FROM calendar_source WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": source_id})


async def hurry(work: UnitOfWork, calendar_id: UUID) -> None:
    """The sources of a calendar are read again soon: its zone has changed."""
    await work.run(
        "UPDATE calendar_source SET next_at = %(now)s WHERE workspace_id = %(workspace_id)s AND calendar_id = %(id)s",
        {"id": calendar_id, "now": work.clock.now()},
    )


async def due_now(work: UnitOfWork, limit: int) -> Sequence[tuple[UUID, UUID, UUID]]:
    """Sources of all workspaces that are to be read: workspace, calendar, source. The longest due first."""
    return await work.tuples(
        "SELECT workspace_id, calendar_id, id FROM calendar_source WHERE next_at <= %(now)s ORDER BY next_at LIMIT %(limit)s",
        {"now": work.clock.now(), "limit": limit},
    )


async def stored(work: UnitOfWork, source_id: UUID) -> tuple[bytes | None, bytes] | None:
    """Its sealed address, and what was read last."""
    found = await work.tuples(
        "SELECT sealed, content FROM calendar_source WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": source_id}
    )
    return (found[0][0], found[0][1]) if found else None


async def keep(work: UnitOfWork, source_id: UUID, reading: Reading, next_at: datetime) -> bool:
    """Writes what was read; True if it closes at other times than before."""
    said = reading.events
    row = await work.row(
        "UPDATE calendar_source s SET content = %(content)s, closures = coalesce(%(closures)s, s.closures),"
        " pauses = coalesce(%(pauses)s, s.pauses), trouble = %(trouble)s,"
        " read_at = CASE WHEN %(fresh)s THEN %(now)s ELSE s.read_at END, next_at = %(next)s"
        " FROM calendar_source before WHERE s.workspace_id = %(workspace_id)s AND s.id = %(id)s"
        " AND before.workspace_id = s.workspace_id AND before.id = s.id"
        " RETURNING before.closures <> s.closures OR before.pauses <> s.pauses AS differs",
        {
            "id": source_id,
            "content": reading.content,
            "closures": _json(said.closures) if said else None,
            "pauses": _json(said.pauses) if said else None,
            "trouble": reading.trouble,
            "fresh": reading.fresh,
            "now": work.clock.now(),
            "next": next_at,
        },
    )
    return bool(row and row["differs"])


def _json(values: Sequence[Any]) -> Jsonb:
    return Jsonb(msgspec.to_builtins(values))
