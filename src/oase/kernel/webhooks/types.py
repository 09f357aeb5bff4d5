"""Webhooks, what is sent to them, and what became of it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from oase.kernel.live import LiveEvent

DeliveryState = Literal["waiting", "delivered", "failed"]


class Published(Struct, frozen=True, kw_only=True):
    """Something that programs are told: a stable type, ids and small facts."""

    type: str
    data: dict[str, Any]


Publish = Callable[[LiveEvent], Iterable[Published]]
"""What programs are told of an event of the live log: nothing, one thing, or several."""


class Webhook(Struct, frozen=True, kw_only=True):
    """Where a program wants to be told what happened. Its secret is shown once, when it is made."""

    id: UUID
    url: str
    description: str
    events: list[str]
    enabled: bool
    disabled_why: str
    failing_since: datetime | None
    rotated_at: datetime | None
    created_at: datetime


class WebhookDelivery(Struct, frozen=True, kw_only=True):
    """One event on its way to one webhook, and what became of it."""

    id: UUID
    webhook_id: UUID
    event_id: str
    type: str
    body: bytes
    state: DeliveryState
    attempts: int
    next_at: datetime
    created_at: datetime
    ended_at: datetime | None
    status: int | None
    why: str
    milliseconds: int | None


class Due(Struct, frozen=True, kw_only=True):
    """A delivery that is to be tried now, with what is needed for it."""

    id: UUID
    webhook_id: UUID
    event_id: str
    body: bytes
    attempts: int
    url: str
    secrets: bytes
    rotated_at: datetime | None
    failing_since: datetime | None


class Tried(Struct, frozen=True, kw_only=True):
    """What came of one attempt."""

    delivered: bool
    status: int | None = None
    why: str = ""
    retry_after_seconds: int = 0
    milliseconds: int = 0

    @property
    def gone(self) -> bool:
        """Whether the other side says that it never wants to hear from us again (410)."""
        return self.status == 410
