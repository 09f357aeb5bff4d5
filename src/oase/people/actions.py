"""What happens to persons: changed, given addresses, found to be one, found to be two after all."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.people import repository
from oase.people.errors import AddressTaken, CannotMerge, NoPerson
from oase.people.types import MergeRecord, Person

_CHANGEABLE: Final = frozenset({"name", "language", "organisation", "note", "tags", "fields", "blocked"})
_NAME_CHARACTERS: Final = 200


async def create_person(work: UnitOfWork, name: str, fields: Mapping[str, Any] | None = None) -> UUID:
    """A new person without an address yet."""
    person_id = await repository.insert_person(work, name.strip()[:_NAME_CHARACTERS], fields or {})
    work.emit("person", person_id, {"what": "created"})
    work.audit("person.created", subject="person", subject_id=person_id)
    return person_id


async def change_person(work: UnitOfWork, person_id: UUID, changes: Mapping[str, Any]) -> None:
    """Changes what is known of a person. In `fields`, an empty value takes a field away."""
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        raise Invalid(message("“%(name)s” cannot be changed.", name=sorted(unknown)[0]), field=sorted(unknown)[0])
    person = await _locked(work, person_id)
    if not changes:
        return
    new = dict(changes)
    if "fields" in new:
        merged = {**person.fields, **new["fields"]}
        new["fields"] = {key: value for key, value in merged.items() if value not in (None, "")}
    if "name" in new:
        new["name"] = str(new["name"]).strip()[:_NAME_CHARACTERS]
    await repository.update_person(work, person_id, new)
    work.emit("person", person_id, {"what": "changed"})
    work.audit("person.changed", subject="person", subject_id=person_id, changed=sorted(changes))


async def add_address(work: UnitOfWork, person_id: UUID, kind: str, value: str, *, verified: bool = False) -> UUID:
    """Gives a person one more address; raises AddressTaken with whose it is."""
    person = await _locked(work, person_id)
    identity_id = await repository.insert_identity(work, person_id, kind, value, person.name, verified)
    if identity_id is None:
        raise AddressTaken(message("%(value)s belongs to somebody else already. You can merge the two.", value=value))
    work.emit("person", person_id, {"what": "changed"})
    work.audit("person.address_added", subject="person", subject_id=person_id, kind=kind)
    return identity_id


async def merge_into(work: UnitOfWork, kept_id: UUID, merged_id: UUID, *, conversation_ids: Sequence[UUID]) -> MergeRecord:
    """Two persons are one: addresses and knowledge go to the kept one. Conversations are moved by the caller, who names them."""
    if kept_id == merged_id:
        raise CannotMerge(message("This is the same person already."))
    persons = {one: await _locked(work, one) for one in sorted((kept_id, merged_id))}
    kept, merged = persons[kept_id], persons[merged_id]
    if kept.merged_into or merged.merged_into:
        raise CannotMerge(message("One of these persons was merged into another one before."))
    addresses = await repository.identities_of(work, [merged_id])
    identities = [one.id for one in addresses]
    moved = {
        "identities": [str(one) for one in identities],
        "unverified": [str(one.id) for one in addresses if not one.verified],
        "conversations": [str(one) for one in conversation_ids],
        "kept": msgspec.to_builtins(_known(kept)),
    }
    merge_id = await repository.insert_merge(work, kept_id, merged_id, work.actor.id, moved)
    await repository.move_identities(work, identities, kept_id)
    await repository.update_person(work, kept_id, _together(kept, merged))
    await repository.update_person(work, merged_id, {"merged_into": kept_id})
    work.audit("person.merged", subject="person", subject_id=kept_id, merged=str(merged_id))
    for one in (kept_id, merged_id):
        work.emit("person", one, {"what": "merged", "into": str(kept_id)})
    record = await repository.find_merge(work, merge_id)
    assert record is not None  # noqa: S101 - written a moment ago
    return record


async def take_apart(work: UnitOfWork, merge_id: UUID) -> MergeRecord:
    """Undoes a merge: addresses go back, and the kept person is as before, but for what was changed since.

    Gives the record, for the conversations. Raises CannotMerge.
    """
    record = await repository.find_merge(work, merge_id)
    if record is None or record.undone_at is not None:
        raise CannotMerge(message("There is no such merge, or it was undone before."))
    kept, merged = await _locked(work, record.kept_id), await _locked(work, record.merged_id)
    if kept.merged_into:
        raise CannotMerge(message("This person was merged into another one since. Please take that apart first."))
    before = {**_known(kept), **record.moved["kept"]}
    together = _together(msgspec.structs.replace(kept, **before), merged)
    await repository.move_identities(work, [UUID(one) for one in record.moved["identities"]], record.merged_id)
    await repository.doubt(work, [UUID(one) for one in record.moved.get("unverified", ())])
    await repository.update_person(work, record.merged_id, {"merged_into": None})
    await repository.update_person(work, kept.id, left_over(before, together, _known(kept)))
    await repository.mark_undone(work, merge_id)
    work.audit("person.unmerged", subject="person", subject_id=record.kept_id, merged=str(record.merged_id))
    for one in (record.kept_id, record.merged_id):
        work.emit("person", one, {"what": "unmerged"})
    return record


def _known(person: Person) -> dict[str, Any]:
    return {key: getattr(person, key) for key in ("name", "language", "organisation", "note", "tags", "fields")}


def _together(kept: Person, merged: Person) -> dict[str, Any]:
    """The kept person's knowledge comes first; what it lacks comes from the other."""
    notes = [note for note in (kept.note, merged.note) if note]
    return {
        "name": kept.name or merged.name,
        "language": kept.language or merged.language,
        "organisation": kept.organisation or merged.organisation,
        "note": "\n".join(dict.fromkeys(notes)),
        "tags": list(dict.fromkeys([*kept.tags, *merged.tags])),
        "fields": {**merged.fields, **kept.fields},
    }


def left_over(before: Mapping[str, Any], together: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """The kept person after a merge is undone: what the merge brought goes, what was changed since stays."""
    left = {key: before[key] if now[key] == together[key] else now[key] for key in ("name", "language", "organisation", "note")}
    if now["note"] != together["note"] and together["note"] and now["note"].startswith(together["note"]):
        left["note"] = (before["note"] + now["note"].removeprefix(together["note"])).strip()
    brought = set(together["tags"]) - set(before["tags"])
    given = {key for key, value in now["fields"].items() if key not in before["fields"] and together["fields"].get(key) == value}
    return {
        **left,
        "tags": [tag for tag in now["tags"] if tag not in brought],
        "fields": {key: value for key, value in now["fields"].items() if key not in given},
    }


async def keep_apart(work: UnitOfWork, person_id: UUID, other_id: UUID) -> None:
    """These two are not the same human; nobody is asked again. Raises NoPerson."""
    for one in sorted((person_id, other_id)):
        await _locked(work, one)
    await repository.put_apart(work, person_id, other_id)
    _told_apart(work, "person.kept_apart", person_id, other_id)


async def ask_again(work: UnitOfWork, person_id: UUID, other_id: UUID) -> None:
    """Undoes `keep_apart`."""
    await repository.drop_apart(work, person_id, other_id)
    _told_apart(work, "person.asked_again", person_id, other_id)


def _told_apart(work: UnitOfWork, act: str, person_id: UUID, other_id: UUID) -> None:
    work.audit(act, subject="person", subject_id=person_id, other=str(other_id))
    for one in (person_id, other_id):
        work.emit("person", one, {"what": "changed"})


async def _locked(work: UnitOfWork, person_id: UUID) -> Person:
    person = await repository.find_person(work, person_id, lock=True)
    if person is None:
        raise NoPerson
    return person
