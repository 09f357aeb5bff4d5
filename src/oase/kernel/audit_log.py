"""Reading the audit log: by who, what and when, the newest first, page by page; and how long it is kept."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message
from oase.kernel.ids import first_id_of
from oase.kernel.retention import Rule


class AuditRow(Struct, frozen=True, kw_only=True):
    """One act as it was written down."""

    id: UUID
    at: datetime
    actor_kind: str
    actor_id: UUID | None
    actor_name: str
    address: str
    request_id: str
    act: str
    subject: str
    subject_id: UUID | None
    data: dict[str, Any]


async def audit_page(
    work: UnitOfWork,
    *,
    actor_id: UUID | None = None,
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: UUID | None = None,
    limit: int = 50,
) -> list[AuditRow]:
    """Entries, the newest first; `before` is the last id of the page above."""
    return await work.all(
        AuditRow,
        "SELECT id, at, actor_kind, actor_id, actor_name, address, request_id, act, subject, subject_id, data FROM audit_entry"
        " WHERE workspace_id = %(workspace_id)s"
        + (" AND actor_id = %(actor_id)s" if actor_id else "")
        + (" AND subject = %(subject)s" if subject else "")
        + (" AND at >= %(since)s" if since else "")
        + (" AND at < %(until)s" if until else "")
        + (" AND id < %(before)s" if before else "")
        + " ORDER BY id DESC LIMIT %(limit)s",
        {"actor_id": actor_id, "subject": subject, "since": since, "until": until, "before": before, "limit": limit},
    )


async def _count(work: UnitOfWork, before: datetime, limit: int) -> int:
    found: int = await work.value(
        "SELECT count(*) FROM (SELECT FROM audit_entry WHERE workspace_id = %(workspace_id)s AND id < %(first)s"
        " LIMIT %(limit)s) old",
        {"first": first_id_of(before), "limit": limit},
    )
    return found


async def _sweep(work: UnitOfWork, before: datetime, limit: int) -> int:
    return await work.run(
        "DELETE FROM audit_entry WHERE workspace_id = %(workspace_id)s AND id IN (SELECT id FROM audit_entry"
        " WHERE workspace_id = %(workspace_id)s AND id < %(first)s ORDER BY id LIMIT %(limit)s)",
        {"first": first_id_of(before), "limit": limit},
    )


RULE: Final = Rule(
    id="audit",
    name=message("Audit log"),
    meaning=message("Entries of the audit log: who did what, and from which network address."),
    advice=message("Three years cover the regular period of limitation in Germany (§ 195 BGB)."),
    unit="months",
    default=36,
    least=6,
    tables=("audit_entry",),
    count=_count,
    sweep=_sweep,
)
