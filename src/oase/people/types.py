"""Persons and identities as others see them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct


class Recognised(Struct, frozen=True):
    """Who is behind an address."""

    identity_id: UUID
    person_id: UUID
    new: bool  # the person, not only the address
    others: tuple[UUID, ...] = ()  # persons to whom addresses belong that the provider vouches for, too


class Seen(Struct, frozen=True, kw_only=True):
    """An address that just spoke. `aliases` are (kind, value) that the provider vouches for."""

    kind: str
    value: str
    name: str = ""
    aliases: tuple[tuple[str, str], ...] = ()
    fields: Mapping[str, str] = {}


class Identity(Struct, frozen=True, kw_only=True):
    """A person's address on a channel."""

    id: UUID
    person_id: UUID
    kind: str
    value: str
    name: str
    verified: bool
    last_seen_at: datetime


class Person(Struct, frozen=True, kw_only=True):
    """A human outside."""

    id: UUID
    name: str
    language: str
    organisation: str
    note: str
    tags: list[str]
    fields: dict[str, Any]
    created_at: datetime
    blocked: bool
    merged_into: UUID | None


class MergeRecord(Struct, frozen=True, kw_only=True):
    """That two persons were found to be one. `moved` holds what un-merging brings back."""

    id: UUID
    kept_id: UUID
    merged_id: UUID
    at: datetime
    moved: dict[str, Any]
    undone_at: datetime | None
    merged_name: str = ""


class Suggestion(Struct, frozen=True, kw_only=True):
    """A person who may be the same human. `detail` is what they share; `reason`: an "address" that one writes from and the other
    wrote down, the same one "written" down by both, or the "name"."""

    id: UUID
    name: str
    reason: str
    detail: str
