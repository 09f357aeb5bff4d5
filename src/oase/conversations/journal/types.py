"""Deliveries on their way into the journal, and as they lie there."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.channels.contract import Raw


class Arrival(Struct, frozen=True):
    """A delivery on its way into the journal."""

    id: UUID
    workspace_id: UUID
    account_id: UUID
    channel: str
    dedup: bytes
    raw: Raw
    blob_key: str
    points: bool = False  # it only says where something stands, which is to be fetched

    def row(self) -> dict[str, object]:
        """As a row of the table."""
        return {
            "workspace_id": self.workspace_id,
            "id": self.id,
            "account_id": self.account_id,
            "channel": self.channel,
            "dedup": self.dedup,
            "received_at": self.raw.received_at,
            "method": self.raw.method,
            "headers": kept_headers(self.raw.headers),
            "query": self.raw.query,
            "body": None if self.blob_key else self.raw.body,
            "blob_key": self.blob_key,
            "size_bytes": len(self.raw.body),
            "state": "pointed" if self.points else "new",
            "next_at": self.raw.received_at if self.points else None,
        }


JournalState = Literal["new", "pointed", "done", "partial", "quarantined"]


class JournalRow(Struct, frozen=True, kw_only=True):
    """A raw delivery as it lies in the journal."""

    id: UUID
    account_id: UUID
    channel: str
    received_at: datetime
    method: str
    headers: dict[str, str]
    query: dict[str, str]
    body: bytes | None
    blob_key: str
    size_bytes: int
    state: JournalState
    why: str
    attempts: int
    items: int
    taken_at: datetime | None
    next_at: datetime | None = None  # of one that only points at something


class Became(Struct, frozen=True, kw_only=True):
    """A message that a delivery became."""

    message_id: UUID
    conversation_id: UUID
    number: int
    subject: str
    text: str
    kind: str
    at: datetime


_NAMED: Final = re.compile(r"x-(?:oase|hub)-|x-[a-z]+-event(?:-|$)")  # ours, signatures, and of what kind an event is
_KEPT_HEADERS: Final = frozenset(
    {"content-type", "user-agent", "x-forwarded-for", "x-real-ip", "origin", "referer", "accept-language"}
)


def kept_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers worth keeping: what parsing needs and people ask for; no credentials, no cookies."""
    return {name: value for name, value in headers.items() if name in _KEPT_HEADERS or _NAMED.match(name)}
