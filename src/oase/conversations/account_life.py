"""How an account does: what waits for it, what went wrong with it in the last days. Five queries, each by an index and bounded."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.kernel.ids import first_id_of

LOOK_BACK: Final = timedelta(days=7)
MOST: Final = 1000
"""Counts stop here: "1000 and more"."""
_REASONS: Final = 5


class Reason(Struct, frozen=True, kw_only=True):
    """Why messages were not sent, and how many for that reason."""

    why: str
    count: int
    last_at: datetime


class DeviceGroup(Struct, frozen=True, kw_only=True):
    """Customers' devices with one push service, and how many of them could not be told last time."""

    kind: str
    count: int
    troubled: int
    why: str = ""  # the most frequent reason


class AccountLife(Struct, frozen=True, kw_only=True):
    """What waits and what went wrong. Counts go up to `MOST`."""

    to_send: int = 0
    to_send_since: datetime | None = None
    to_read: int = 0
    unreadable: int = 0  # deliveries, wholly or in part, in the last days
    unknown: int = 0  # messages of which nobody knows whether they went out
    failed: int = 0
    reasons: tuple[Reason, ...] = ()
    devices: tuple[DeviceGroup, ...] = ()


async def life_of(work: UnitOfWork, account_id: UUID) -> AccountLife:
    """How the account does."""
    values = {"account": account_id, "since": first_id_of(work.clock.now() - LOOK_BACK), "most": MOST}
    of = "workspace_id = %(workspace_id)s AND account_id = %(account)s"
    [(to_send, to_send_since)] = await work.tuples(
        f"SELECT count(*), min(created_at) FROM (SELECT created_at FROM delivery WHERE {of} AND state = 'queued'"
        " ORDER BY next_at LIMIT %(most)s) q",
        values,
    )
    to_read = await work.value(
        f"SELECT count(*) FROM (SELECT FROM journal WHERE {of} AND state = 'new' UNION ALL"
        f" SELECT FROM journal WHERE {of} AND state = 'pointed' LIMIT %(most)s) q",
        values,
    )
    unreadable = await work.value(
        f"SELECT count(*) FROM (SELECT FROM journal WHERE {of} AND state IN ('partial', 'quarantined') AND id >= %(since)s"
        " LIMIT %(most)s) q",
        values,
    )
    troubled = await work.rows(
        "SELECT state, why, count(*) AS n, max(coalesce(failed_at, sent_at, created_at)) AS last_at FROM (SELECT * FROM delivery"
        f" WHERE {of} AND state IN ('failed', 'unknown') AND id >= %(since)s ORDER BY id DESC LIMIT %(most)s) q"
        " GROUP BY state, why ORDER BY n DESC, last_at DESC",
        values,
    )
    devices = await work.all(
        DeviceGroup,
        "SELECT kind, count(*) AS count, count(*) FILTER (WHERE trouble <> '') AS troubled,"
        " coalesce(mode() WITHIN GROUP (ORDER BY nullif(trouble, '')), '') AS why"
        f" FROM (SELECT kind, trouble FROM app_device WHERE {of} LIMIT %(most)s) q GROUP BY kind ORDER BY kind",
        values,
    )
    failed = [row for row in troubled if row["state"] == "failed"]
    return AccountLife(
        to_send=to_send,
        to_send_since=to_send_since,
        to_read=to_read,
        unreadable=unreadable,
        unknown=sum(row["n"] for row in troubled if row["state"] == "unknown"),
        failed=sum(row["n"] for row in failed),
        devices=tuple(devices),
        reasons=tuple(Reason(why=row["why"], count=row["n"], last_at=row["last_at"]) for row in failed[:_REASONS]),
    )
