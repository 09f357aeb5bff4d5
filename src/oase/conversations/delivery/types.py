"""Deliveries: the fate of what we say."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Card, MarkRead, Moderate, Position, React, Say, ShowTyping, UseTemplate

DeliveryState = Literal["queued", "sending", "sent", "delivered", "read", "failed", "unknown", "cancelled"]


DeliveryKind = Literal["message", "reaction", "act"]


class Planned(Struct, frozen=True, kw_only=True):
    """What a delivery will say: the outbound without the bytes of its files, which are attachments."""

    outbound: Say | Position | Card | UseTemplate | React | Moderate | MarkRead | ShowTyping
    attachment_ids: tuple[UUID, ...] = ()
    links: tuple[str, ...] = ()  # of each of them, where the provider fetches it; else empty


IN_COPY: Final = "copy"
"""The code of a delivery that went, but not to an address in copy; its `why` says which, in the provider's words."""


class Delivery(Struct, frozen=True, kw_only=True):
    """One delivery as the lane takes it."""

    id: UUID
    message_id: UUID
    conversation_id: UUID
    recipient: str
    thread: str = ""  # external id of the public place; empty: in private
    kind: DeliveryKind = "message"
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
    kind: DeliveryKind = "message"
    part: int
    state: DeliveryState
    external_id: str | None = None
    code: str = ""
    why: str = ""
    next_at: datetime | None = None
