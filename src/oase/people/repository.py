"""SQL of persons, identities and merges. (Recognising who speaks has its own, for batches.)"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.people.types import Identity, MergeRecord, Person, Suggestion

_PERSON = "id, name, language, organisation, note, tags, fields, created_at, blocked, merged_into"
_IDENTITY = "id, person_id, kind, value, name, verified, last_seen_at"


async def find_person(work: UnitOfWork, person_id: UUID, *, lock: bool = False) -> Person | None:
    """One person; with `lock` until the end of the transaction."""
    return await work.one(
        Person,
        f"SELECT {_PERSON} FROM person WHERE workspace_id = %(workspace_id)s AND id = %(id)s" + (" FOR UPDATE" if lock else ""),
        {"id": person_id},
    )


async def identities_of(work: UnitOfWork, person_ids: Sequence[UUID]) -> list[Identity]:
    """The addresses of these persons, the last used first."""
    return await work.all(
        Identity,
        f"SELECT {_IDENTITY} FROM identity WHERE workspace_id = %(workspace_id)s AND person_id = ANY(%(ids)s)"
        " ORDER BY last_seen_at DESC, id",
        {"ids": list(person_ids)},
    )


async def left_addresses(work: UnitOfWork, person_id: UUID) -> list[tuple[str, str]]:
    """(kind, value) of the addresses that a person wrote down somewhere, and that nobody writes from."""
    rows = await work.tuples(
        "SELECT l.kind, l.value FROM person p,"
        " LATERAL (VALUES ('email', trim(p.written_email)), ('phone', p.written_phone)) AS l (kind, value)"
        " WHERE p.workspace_id = %(workspace_id)s AND p.id = %(id)s AND l.value ~ '^(\\+[0-9]{7,15}|[^@ ]+@[^@ ]+)$'"
        " AND NOT EXISTS (SELECT FROM identity i WHERE i.workspace_id = %(workspace_id)s AND i.kind = l.kind AND i.value = l.value)",
        {"id": person_id},
    )
    return [(kind, value) for kind, value in rows]


async def find_identity(work: UnitOfWork, kind: str, value: str) -> Identity | None:
    """An address, whoever it belongs to."""
    return await work.one(
        Identity,
        f"SELECT {_IDENTITY} FROM identity WHERE workspace_id = %(workspace_id)s AND kind = %(kind)s AND value = %(value)s",
        {"kind": kind, "value": value},
    )


async def listing(work: UnitOfWork, *, before: UUID | None, limit: int) -> list[Person]:
    """Persons, the newest first; those merged into others are left out."""
    return await work.all(
        Person,
        f"SELECT {_PERSON} FROM person WHERE workspace_id = %(workspace_id)s AND merged_into IS NULL"
        + (" AND id < %(before)s" if before else "")
        + " ORDER BY id DESC LIMIT %(limit)s",
        {"before": before, "limit": limit},
    )


async def insert_person(work: UnitOfWork, name: str, fields: Mapping[str, Any]) -> UUID:
    """A new person."""
    person_id = new_id()
    await work.run(
        "INSERT INTO person (workspace_id, id, name, fields, created_at, updated_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(name)s, %(fields)s, %(now)s, %(now)s)",
        {"id": person_id, "name": name, "fields": Jsonb(fields), "now": work.clock.now()},
    )
    return person_id


async def update_person(work: UnitOfWork, person_id: UUID, changes: Mapping[str, Any]) -> None:
    """Writes columns of a person; keys are column names of this slice, never input."""
    values = {key: Jsonb(value) if key == "fields" else value for key, value in changes.items()}
    settings = ", ".join(f"{column} = %({column})s" for column in values)
    await work.run(
        f"UPDATE person SET {settings}, updated_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {**values, "id": person_id, "now": work.clock.now()},
    )


async def insert_identity(work: UnitOfWork, person_id: UUID, kind: str, value: str, name: str, verified: bool) -> UUID | None:
    """A new address of a person; None if somebody has it already."""
    found = await work.value(
        "INSERT INTO identity (workspace_id, id, person_id, kind, value, name, verified, created_at, last_seen_at)"
        " VALUES (%(workspace_id)s, %(id)s, %(person)s, %(kind)s, %(value)s, %(name)s, %(verified)s, %(now)s, %(now)s)"
        " ON CONFLICT (workspace_id, kind, value) DO NOTHING RETURNING id",
        {
            "id": new_id(),
            "person": person_id,
            "kind": kind,
            "value": value,
            "name": name,
            "verified": verified,
            "now": work.clock.now(),
        },
    )
    return found if isinstance(found, UUID) else None


async def move_identities(work: UnitOfWork, ids: Sequence[UUID], to: UUID) -> None:
    """These addresses belong to another person from now on."""
    await work.run(
        "UPDATE identity SET person_id = %(to)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
        {"ids": list(ids), "to": to},
    )


async def insert_merge(work: UnitOfWork, kept: UUID, merged: UUID, by: UUID | None, moved: Mapping[str, Any]) -> UUID:
    """Writes down a merge with everything that un-merging needs."""
    merge_id = new_id()
    await work.run(
        "INSERT INTO person_merge (workspace_id, id, kept_id, merged_id, at, by_id, moved)"
        " VALUES (%(workspace_id)s, %(id)s, %(kept)s, %(merged)s, %(now)s, %(by)s, %(moved)s)",
        {"id": merge_id, "kept": kept, "merged": merged, "by": by, "moved": Jsonb(moved), "now": work.clock.now()},
    )
    return merge_id


async def find_merge(work: UnitOfWork, merge_id: UUID) -> MergeRecord | None:
    """A merge, locked."""
    return await work.one(
        MergeRecord,
        "SELECT id, kept_id, merged_id, at, moved, undone_at FROM person_merge"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE",
        {"id": merge_id},
    )


async def merges_of(work: UnitOfWork, person_id: UUID) -> list[MergeRecord]:
    """What was merged into a person and can be taken apart again, the newest first."""
    return await work.all(
        MergeRecord,
        "SELECT m.id, m.kept_id, m.merged_id, p.name AS merged_name, m.at, m.moved, m.undone_at FROM person_merge m"
        " JOIN person p ON p.workspace_id = m.workspace_id AND p.id = m.merged_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.kept_id = %(id)s AND m.undone_at IS NULL ORDER BY m.id DESC LIMIT 50",
        {"id": person_id},
    )


async def mark_undone(work: UnitOfWork, merge_id: UUID) -> None:
    """The merge was taken back."""
    await work.run(
        "UPDATE person_merge SET undone_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": merge_id, "now": work.clock.now()},
    )


async def put_apart(work: UnitOfWork, person_id: UUID, other_id: UUID) -> None:
    """Writes down that two persons are not the same."""
    one, other = sorted((person_id, other_id))
    await work.run(
        "INSERT INTO person_distinct (workspace_id, id, one_id, other_id, at, by_id) VALUES (%(workspace_id)s, %(id)s, %(one)s,"
        " %(other)s, %(now)s, %(by)s) ON CONFLICT (workspace_id, one_id, other_id) DO NOTHING",
        {"id": new_id(), "one": one, "other": other, "now": work.clock.now(), "by": work.actor.id},
    )


async def are_apart(work: UnitOfWork, person_id: UUID, other_id: UUID) -> bool:
    """Whether somebody said that these two are not the same."""
    one, other = sorted((person_id, other_id))
    return bool(
        await work.value(
            "SELECT EXISTS (SELECT FROM person_distinct WHERE workspace_id = %(workspace_id)s AND one_id = %(one)s"
            " AND other_id = %(other)s)",
            {"one": one, "other": other},
        )
    )


async def verify_identity(work: UnitOfWork, identity_id: UUID) -> None:
    """This address is the person's beyond doubt."""
    await work.run(
        "UPDATE identity SET verified = true WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND NOT verified",
        {"id": identity_id},
    )


async def doubt(work: UnitOfWork, identity_ids: Sequence[UUID]) -> None:
    """What proved that these addresses are the person's has been taken back."""
    await work.run(
        "UPDATE identity SET verified = false WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND verified",
        {"ids": sorted(identity_ids)},
    )


async def drop_apart(work: UnitOfWork, person_id: UUID, other_id: UUID) -> None:
    """Two persons may be the same after all."""
    one, other = sorted((person_id, other_id))
    await work.run(
        "DELETE FROM person_distinct WHERE workspace_id = %(workspace_id)s AND one_id = %(one)s AND other_id = %(other)s",
        {"one": one, "other": other},
    )


async def suggestions(work: UnitOfWork, person_id: UUID, limit: int) -> list[Suggestion]:
    """Who may be the same human: an address that one wrote down and the other writes from or wrote down, too; the same full name.

    Those that somebody said are not the same (nor whoever was merged into them) are left out.
    """
    return await work.all(
        Suggestion,
        "WITH me AS (SELECT id, folded_name, written_email, written_phone FROM person"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s),"
        " mine AS (SELECT kind, value FROM identity WHERE workspace_id = %(workspace_id)s AND person_id = %(id)s),"
        " found AS ("
        " SELECT i.person_id AS id, 'address' AS reason, i.value AS detail FROM me JOIN identity i"
        " ON i.workspace_id = %(workspace_id)s AND i.kind = 'email' AND i.value = me.written_email"
        " UNION ALL SELECT i.person_id, 'address', i.value FROM me JOIN identity i"
        " ON i.workspace_id = %(workspace_id)s AND i.kind = 'phone' AND i.value = me.written_phone"
        " UNION ALL SELECT p.id, 'address', m.value FROM mine m JOIN person p"
        " ON p.workspace_id = %(workspace_id)s AND p.written_email = lower(m.value) WHERE m.kind = 'email'"
        " UNION ALL SELECT p.id, 'address', m.value FROM mine m JOIN person p"
        " ON p.workspace_id = %(workspace_id)s AND p.written_phone = m.value WHERE m.kind = 'phone'"
        " UNION ALL (SELECT p.id, 'written', p.written_email FROM me JOIN person p ON p.workspace_id = %(workspace_id)s"
        " AND p.written_email = me.written_email LIMIT 50)"
        " UNION ALL (SELECT p.id, 'written', p.written_phone FROM me JOIN person p ON p.workspace_id = %(workspace_id)s"
        " AND p.written_phone = me.written_phone WHERE length(me.written_phone) > 5 LIMIT 50)"
        " UNION ALL (SELECT p.id, 'name', p.name FROM me JOIN person p ON p.workspace_id = %(workspace_id)s AND p.folded_name <> ''"
        " AND p.folded_name = me.folded_name WHERE position(' ' IN trim(me.folded_name)) > 0 LIMIT 50)),"
        " apart AS (SELECT CASE WHEN d.one_id = o.id THEN d.other_id ELSE d.one_id END AS id FROM (SELECT %(id)s::uuid AS id UNION ALL"
        " SELECT merged_id FROM person_merge WHERE workspace_id = %(workspace_id)s AND kept_id = %(id)s AND undone_at IS NULL) AS o"
        " JOIN person_distinct d ON d.workspace_id = %(workspace_id)s AND (d.one_id = o.id OR d.other_id = o.id))"
        " SELECT DISTINCT ON (f.id) f.id, p.name, f.reason, f.detail FROM found f"
        " JOIN person p ON p.workspace_id = %(workspace_id)s AND p.id = f.id WHERE f.id <> %(id)s AND p.merged_into IS NULL"
        " AND NOT EXISTS (SELECT FROM apart a LEFT JOIN person b ON b.workspace_id = %(workspace_id)s AND b.id = a.id"
        " WHERE coalesce(b.merged_into, a.id) = f.id) ORDER BY f.id, f.reason LIMIT %(limit)s",
        {"id": person_id, "limit": limit},
    )


async def merged_ids(work: UnitOfWork, person_id: UUID) -> list[UUID]:
    """Whoever was merged into a person, directly or through others."""
    rows = await work.tuples(
        "WITH RECURSIVE inner_ones AS (SELECT id FROM person WHERE workspace_id = %(workspace_id)s AND merged_into = %(id)s"
        " UNION SELECT p.id FROM person p JOIN inner_ones i ON p.merged_into = i.id WHERE p.workspace_id = %(workspace_id)s)"
        " SELECT id FROM inner_ones ORDER BY id",
        {"id": person_id},
    )
    return [one for (one,) in rows]


async def delete_persons(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Removes persons with their addresses and merges."""
    await work.run("DELETE FROM person WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)", {"ids": sorted(ids)})


async def insert_erasure(work: UnitOfWork, person_id: UUID, by: UUID | None, counts: Mapping[str, int]) -> UUID:
    """Writes down that a person was erased."""
    erasure_id = new_id()
    await work.run(
        "INSERT INTO person_erasure (workspace_id, id, person_id, at, by_id, counts)"
        " VALUES (%(workspace_id)s, %(id)s, %(person)s, %(now)s, %(by)s, %(counts)s)",
        {"id": erasure_id, "person": person_id, "now": work.clock.now(), "by": by, "counts": Jsonb(dict(counts))},
    )
    return erasure_id


async def delete_unheard(work: UnitOfWork, ids: Sequence[UUID], before: datetime) -> int:
    """Removes those of these persons who have not been heard of since; the caller knows that nothing is left of them elsewhere."""
    return await work.run(
        "DELETE FROM person WHERE workspace_id = %(workspace_id)s AND id IN (SELECT p.id FROM person p"
        " WHERE p.workspace_id = %(workspace_id)s AND p.id = ANY(%(ids)s) AND NOT EXISTS (SELECT FROM identity i"
        " WHERE i.workspace_id = p.workspace_id AND i.person_id = p.id AND i.last_seen_at >= %(before)s) ORDER BY p.id FOR UPDATE)",
        {"ids": list(ids), "before": before},
    )
