"""Deliveries: the fate of what we say."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Card, MarkRead, Position, React, Say, ShowTyping, UseTemplate

DeliveryState = Literal["queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled"]


class Planned(Struct, frozen=True, kw_only=True):
    """What a delivery will say: the outbound without the bytes of its files, which are attachments."""

    outbound: Say | Position | Card | UseTemplate | React | MarkRead | ShowTyping
    attachment_ids: tuple[UUID, ...] = ()


class Delivery(Struct, frozen=True, kw_only=True):
    """One delivery as the lane takes it."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    recipient: str
    part: int
    planned: Planned
    attempts: int
    next_at: datetime
    created_at: datetime


class Fate(Struct, frozen=True, kw_only=True):
    """What became of an attempt."""

    delivery_id: UUID
    message_id: UUID
    conversation_id: UUID
    part: int
    state: DeliveryState
    external_id: str | None = None
    code: str = ""
    why: str = ""
    next_at: datetime | None = None
