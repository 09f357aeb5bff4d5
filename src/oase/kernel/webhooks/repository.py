"""All SQL of webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.ids import first_id_of, new_id
from oase.kernel.webhooks.types import Due, Tried, Webhook, WebhookDelivery

_WEBHOOK = "id, url, description, events, enabled, disabled_why, failing_since, rotated_at, created_at"
_DELIVERY = "id, webhook_id, event_id, type, body, state, attempts, next_at, created_at, ended_at, status, why, milliseconds"


async def all_webhooks(work: UnitOfWork) -> list[Webhook]:
    """The workspace's webhooks, the newest first."""
    return await work.all(
        Webhook, f"SELECT {_WEBHOOK} FROM webhook WHERE workspace_id = %(workspace_id)s ORDER BY id DESC LIMIT 1000"
    )


async def find(work: UnitOfWork, webhook_id: UUID) -> Webhook | None:
    """One webhook."""
    return await work.one(
        Webhook, f"SELECT {_WEBHOOK} FROM webhook WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": webhook_id}
    )


async def secrets_of(work: UnitOfWork, webhook_id: UUID) -> bytes | None:
    """The sealed secrets, locked."""
    found = await work.value(
        "SELECT secrets FROM webhook WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE", {"id": webhook_id}
    )
    return bytes(found) if found is not None else None


async def insert(
    work: UnitOfWork, webhook_id: UUID, *, url: str, description: str, events: Sequence[str], secrets: bytes
) -> None:
    """A new webhook."""
    await work.run(
        "INSERT INTO webhook (workspace_id, id, url, description, events, secrets, created_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(url)s, %(description)s, %(events)s, %(secrets)s, %(now)s)",
        {
            "id": webhook_id,
            "url": url,
            "description": description,
            "events": list(events),
            "secrets": secrets,
            "now": work.clock.now(),
        },
    )


async def update(work: UnitOfWork, webhook_id: UUID, changes: Mapping[str, Any]) -> None:
    """Writes columns of a webhook; keys are column names of this slice, never input."""
    settings = ", ".join(f"{column} = %({column})s" for column in changes)
    await work.run(
        f"UPDATE webhook SET {settings} WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {**changes, "id": webhook_id}
    )


async def delete(work: UnitOfWork, webhook_id: UUID) -> bool:
    """Removes a webhook with its log."""
    return bool(await work.run("DELETE FROM webhook WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": webhook_id}))


async def wanted_events(work: UnitOfWork, workspaces: Sequence[UUID]) -> list[tuple[UUID, UUID, list[str]]]:
    """(workspace, webhook, events) of what is switched on in these workspaces."""
    rows = await work.tuples(
        "SELECT workspace_id, id, events FROM webhook WHERE workspace_id = ANY(%(ids)b::uuid[]) AND enabled ORDER BY workspace_id, id",
        {"ids": list(workspaces)},
    )
    return [(row[0], row[1], row[2]) for row in rows]


async def enqueue(work: UnitOfWork, deliveries: Sequence[tuple[UUID, UUID, str, str, bytes]]) -> int:
    """(workspace, webhook, event id, type, body): what is there already stays as it is."""
    columns = list(zip(*deliveries, strict=True))
    return await work.run(
        "INSERT INTO webhook_delivery (workspace_id, id, webhook_id, event_id, type, body, state, next_at, created_at)"
        " SELECT d.workspace_id, d.id, d.webhook_id, d.event_id, d.type, d.body, 'waiting', %(now)s, %(now)s FROM unnest("
        "%(workspaces)b::uuid[], %(ids)b::uuid[], %(webhooks)b::uuid[], %(events)b::text[], %(types)b::text[], %(bodies)b::bytea[])"
        " AS d (workspace_id, id, webhook_id, event_id, type, body) ON CONFLICT (workspace_id, webhook_id, event_id) DO NOTHING",
        {
            "workspaces": list(columns[0]),
            "ids": [new_id() for _ in deliveries],
            "webhooks": list(columns[1]),
            "events": list(columns[2]),
            "types": list(columns[3]),
            "bodies": list(columns[4]),
            "now": work.clock.now(),
        },
    )


async def due_workspaces(work: UnitOfWork) -> list[UUID]:
    """Workspaces in which something waits to be sent now."""
    rows = await work.tuples(
        "SELECT DISTINCT workspace_id FROM webhook_delivery WHERE state = 'waiting' AND next_at <= %(now)s",
        {"now": work.clock.now()},
    )
    return [row[0] for row in rows]


async def lease(work: UnitOfWork, *, each: int, limit: int, until: datetime) -> list[Due]:
    """Takes what is due, the oldest first, at most `each` of a webhook; nobody else takes it before `until`."""
    return await work.all(
        Due,
        "UPDATE webhook_delivery d SET attempts = d.attempts + 1, next_at = %(until)s FROM webhook w, (SELECT id FROM (SELECT q.id,"
        " q.next_at, row_number() OVER (PARTITION BY q.webhook_id ORDER BY q.next_at, q.id) AS place FROM webhook_delivery q"
        " JOIN webhook e ON e.workspace_id = q.workspace_id AND e.id = q.webhook_id AND e.enabled"
        " WHERE q.workspace_id = %(workspace_id)s AND q.state = 'waiting' AND q.next_at <= %(now)s) AS ranked"
        " WHERE place <= %(each)s ORDER BY next_at, id LIMIT %(limit)s) AS n"
        " WHERE d.workspace_id = %(workspace_id)s AND d.id = n.id AND d.state = 'waiting' AND d.next_at <= %(now)s"
        " AND w.workspace_id = d.workspace_id AND w.id = d.webhook_id RETURNING d.id, d.webhook_id, d.event_id, d.body, d.attempts,"
        " w.url, w.secrets, w.rotated_at, w.failing_since",
        {"now": work.clock.now(), "until": until, "each": each, "limit": limit},
    )


async def settle(work: UnitOfWork, delivery_id: UUID, tried: Tried, next_in: timedelta | None) -> None:
    """Writes down what came of an attempt; without `next_in` it was the last one."""
    now = work.clock.now()
    state = "delivered" if tried.delivered else "waiting" if next_in is not None else "failed"
    await work.run(
        "UPDATE webhook_delivery SET state = %(state)s, status = %(status)s, why = %(why)s, milliseconds = %(ms)s,"
        " next_at = %(next)s, ended_at = %(ended)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {
            "id": delivery_id,
            "state": state,
            "status": tried.status,
            "why": tried.why[:500],
            "ms": tried.milliseconds,
            "next": now + (next_in or timedelta(0)),
            "ended": None if state == "waiting" else now,
        },
    )


async def note_success(work: UnitOfWork, webhook_id: UUID) -> None:
    """The webhook answers (again)."""
    await work.run(
        "UPDATE webhook SET failing_since = NULL WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND failing_since IS NOT NULL",
        {"id": webhook_id},
    )


async def note_failure(work: UnitOfWork, webhook_id: UUID) -> None:
    """The webhook does not answer as it should, from now on or since earlier."""
    await work.run(
        "UPDATE webhook SET failing_since = coalesce(failing_since, %(now)s) WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": webhook_id, "now": work.clock.now()},
    )


async def disable(work: UnitOfWork, webhook_id: UUID, why: str) -> bool:
    """Switches a webhook off, with the reason; True if it was on."""
    return bool(
        await work.run(
            "UPDATE webhook SET enabled = false, disabled_why = %(why)s"
            " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND enabled",
            {"id": webhook_id, "why": why},
        )
    )


async def deliveries(
    work: UnitOfWork, webhook_id: UUID, *, state: str = "", before: UUID | None = None, limit: int = 50
) -> list[WebhookDelivery]:
    """The log of a webhook, the newest first."""
    return await work.all(
        WebhookDelivery,
        f"SELECT {_DELIVERY} FROM webhook_delivery WHERE workspace_id = %(workspace_id)s AND webhook_id = %(webhook)s"
        + (" AND state = %(state)s" if state else "")
        + (" AND id < %(before)s" if before else "")
        + " ORDER BY id DESC LIMIT %(limit)s",
        {"webhook": webhook_id, "state": state, "before": before, "limit": limit},
    )


async def send_again(work: UnitOfWork, webhook_id: UUID, delivery_id: UUID) -> bool:
    """Puts a delivery back to wait, from its first attempt; False if there is none."""
    return bool(
        await work.run(
            "UPDATE webhook_delivery SET state = 'waiting', attempts = 0, next_at = %(now)s, ended_at = NULL"
            " WHERE workspace_id = %(workspace_id)s AND webhook_id = %(webhook)s AND id = %(id)s",
            {"webhook": webhook_id, "id": delivery_id, "now": work.clock.now()},
        )
    )


async def count_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """How many events ended before this moment, at most `limit`."""
    found: int = await work.value(
        "SELECT count(*) FROM (SELECT FROM webhook_delivery WHERE workspace_id = %(workspace_id)s AND id < %(first)s"
        " AND ended_at < %(before)s LIMIT %(limit)s) old",
        {"first": first_id_of(before), "before": before, "limit": limit},
    )
    return found


async def delete_old(work: UnitOfWork, before: datetime, limit: int) -> int:
    """Deletes events that ended before this moment, the oldest first."""
    return await work.run(
        "DELETE FROM webhook_delivery WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM webhook_delivery"
        " WHERE workspace_id = %(workspace_id)s AND id < %(first)s AND ended_at < %(before)s ORDER BY id LIMIT %(limit)s)",
        {"first": first_id_of(before), "before": before, "limit": limit},
    )
