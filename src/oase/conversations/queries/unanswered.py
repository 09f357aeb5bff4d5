"""Who has written lately and has heard nothing, not even from a machine of ours: for automatic replies."""

from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork


class Unanswered(Struct, frozen=True, kw_only=True):
    """A private conversation in which somebody waits in silence. `said`: what they wrote last."""

    id: UUID
    team_id: UUID | None
    waiting_since: datetime
    language: str  # of the person; empty where it is not known
    said: str


async def unanswered(
    work: UnitOfWork, channels: Collection[str], *, after: datetime, before: datetime, replies: int, within: timedelta, limit: int
) -> list[Unanswered]:
    """Those of these channels who began to wait between two moments, who waits longest first. One statement.

    None to whom anything was said since, none whose last message a machine wrote or no machine may answer, none who asked to be
    left alone, and none in whose conversation automatic replies went out so often `within` a span already: two machines do not
    talk to each other.
    """
    return await work.all(
        Unanswered,
        "SELECT c.id, c.team_id, c.waiting_since, coalesce(p.language, '') AS language, l.text AS said"
        " FROM conversation c LEFT JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id, LATERAL ("
        " SELECT text, automatic <> '' OR data ? 'unanswerable' AS silent FROM message"
        " WHERE workspace_id = c.workspace_id AND conversation_id = c.id AND direction = 'in'"
        " ORDER BY at DESC, id DESC LIMIT 1) AS l"
        " WHERE c.workspace_id = %(workspace_id)s AND c.kind = 'private' AND c.state = 'open' AND c.merged_into IS NULL"
        " AND c.channel = ANY(%(channels)s) AND c.waiting_since > %(after)s AND c.waiting_since <= %(before)s AND NOT l.silent"
        " AND NOT EXISTS (SELECT FROM consent k WHERE k.workspace_id = c.workspace_id AND k.identity_id = c.identity_id"
        " AND k.basis = 'objection' AND k.withdrawn_at IS NULL)"
        " AND NOT EXISTS (SELECT FROM message WHERE workspace_id = c.workspace_id AND conversation_id = c.id AND direction = 'out'"
        " AND at >= c.waiting_since)"
        " AND (SELECT count(*) FROM message WHERE workspace_id = c.workspace_id AND conversation_id = c.id AND direction = 'out'"
        " AND automatic <> '' AND at > %(since)s) < %(replies)s ORDER BY c.waiting_since, c.id LIMIT %(limit)s",
        {
            "channels": sorted(channels), "after": after, "before": before, "since": work.clock.now() - within, "replies": replies,
            "limit": limit,
        },
    )  # fmt: skip
