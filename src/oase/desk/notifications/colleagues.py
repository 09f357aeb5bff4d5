"""The agents who may be told something, with what they wish. Four queries."""

from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from oase.desk.notifications import repository
from oase.desk.notifications.types import Colleague, Wishes
from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission
from oase.staff import agents_who_may, find_workspace


async def colleagues_of(work: UnitOfWork) -> dict[UUID, Colleague]:
    """Active agents who may read conversations; the others are told nothing."""
    wishes = await repository.wishes(work)
    workspace = await find_workspace(work)
    default = workspace.time_zone if workspace else "UTC"
    return {
        one.id: Colleague(
            id=one.id,
            name=one.name,
            email=one.email,
            language=one.language,
            zone=_zone(one.time_zone or default),
            teams=frozenset(one.teams),
            last_seen_at=one.last_seen_at,
            wishes=wishes.get(one.id, Wishes()),
        )
        for one in await agents_who_may(work, Permission.CONVERSATION_READ)
    }


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")
