"""What is known of a person, given out or erased (GDPR Art. 15, 17, 20). Each slice that knows something contributes its part.

    export_person  person and whoever was merged into it ──> collect of every part ──> Collected: records as JSON, files by key
    erase_person   ──> erase of every part, the people slice last ──> a record without a name     all in one transaction

The parts are put together in `main/keeping.py`; this slice owns the act and knows none of the others.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.kernel.db import UnitOfWork
from oase.people import repository
from oase.people.consents import consents_of
from oase.people.errors import NoPerson


class FileOf(Struct, frozen=True):
    """A file about a person: its path in the archive, and the key under which its bytes lie."""

    path: str
    blob_key: str


class Collected(Struct, frozen=True, kw_only=True):
    """What one part knows of a person. `records`: by name of the JSON file, without its ending."""

    records: Mapping[str, Any]
    files: Sequence[FileOf] = ()


class Part(Struct, frozen=True, kw_only=True):
    """What a slice contributes. All of it takes the ids of the person and of whoever was merged into it."""

    count: Callable[[UnitOfWork, Sequence[UUID]], Awaitable[Mapping[str, int]]]
    collect: Callable[[UnitOfWork, Sequence[UUID]], Awaitable[Collected]]
    erase: Callable[[UnitOfWork, Sequence[UUID]], Awaitable[None]]


class Erasure(Struct, frozen=True, kw_only=True):
    """That a person was erased."""

    id: UUID
    person_id: UUID
    at: datetime
    by_id: UUID | None
    counts: dict[str, int]


async def preview(work: UnitOfWork, parts: Sequence[Part], person_id: UUID) -> dict[str, int]:
    """How much is known of a person, by kind. Raises NoPerson."""
    ids = await _everyone(work, person_id)
    counts: dict[str, int] = {}
    for part in parts:
        counts |= await part.count(work, ids)
    return counts


async def export_person(work: UnitOfWork, parts: Sequence[Part], person_id: UUID) -> Collected:
    """Everything that is known of a person, for themselves or for another provider. Raises NoPerson."""
    ids = await _everyone(work, person_id)
    records: dict[str, Any] = {}
    files: list[FileOf] = []
    for part in parts:
        found = await part.collect(work, ids)
        records |= found.records
        files += found.files
    work.audit("person.exported", subject="person", subject_id=person_id)
    return Collected(records=records, files=files)


async def erase_person(work: UnitOfWork, parts: Sequence[Part], person_id: UUID) -> UUID:
    """Erases a person with everything that was said, and gives the id of the record. It cannot be undone. Raises NoPerson."""
    ids = await _everyone(work, person_id, lock=True)
    counts = await preview(work, parts, person_id)
    for part in reversed(parts):
        await part.erase(work, ids)
    erasure_id = await repository.insert_erasure(work, person_id, work.actor.id, counts)
    for one in ids:
        work.emit("person", one, {"what": "erased"})
    work.audit("person.erased", subject="person", subject_id=person_id, **counts)
    return erasure_id


async def erasures(work: UnitOfWork, limit: int = 50) -> list[Erasure]:
    """Records of erasures, the newest first."""
    return await work.all(
        Erasure,
        "SELECT id, person_id, at, by_id, counts FROM person_erasure WHERE workspace_id = %(workspace_id)s"
        " ORDER BY id DESC LIMIT %(limit)s",
        {"limit": limit},
    )


async def _everyone(work: UnitOfWork, person_id: UUID, *, lock: bool = False) -> list[UUID]:
    """The person and whoever was merged into it."""
    person = await repository.find_person(work, person_id, lock=lock)
    if person is None:
        raise NoPerson
    return [person_id, *await repository.merged_ids(work, person_id)]


async def _count(work: UnitOfWork, ids: Sequence[UUID]) -> dict[str, int]:
    return {"addresses": len(await repository.identities_of(work, ids)), "consents": len(await consents_of(work, ids))}


async def _collect(work: UnitOfWork, ids: Sequence[UUID]) -> Collected:
    persons = [await repository.find_person(work, one) for one in ids]
    identities = await repository.identities_of(work, ids)
    agreed = msgspec.to_builtins(await consents_of(work, ids))
    known = {"persons": msgspec.to_builtins(persons), "addresses": msgspec.to_builtins(identities), "consents": agreed}
    return Collected(records={"person": known})


async def _erase(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    await repository.delete_persons(work, ids)


PART: Final = Part(count=_count, collect=_collect, erase=_erase)
