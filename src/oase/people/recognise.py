"""Who speaks: addresses become identities, identities belong to persons. A batch costs a constant number of statements.

addresses and aliases --known?--> identity, person
                      --unknown--> a new person with this identity; aliases join the same person
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id
from oase.people.types import Recognised, Seen

Key = tuple[str, str]
_SEEN_AGAIN_AFTER: Final = timedelta(minutes=30)  # `last_seen_at` need not be exact; one write per message would be waste


async def recognise(work: UnitOfWork, seen: Sequence[Seen]) -> Mapping[Key, Recognised]:
    """The identity and person of each address, made where they are new. Keys are (kind, value) of the addresses themselves."""
    newest = {(one.kind, one.value): one for one in seen}
    keys = sorted({key for one in seen for key in ((one.kind, one.value), *one.aliases)})
    known = await _known(work, keys)
    before = {person for _, person, _ in known.values()}
    missing = _plan(newest, known)
    if missing:
        await _insert(work, newest, missing)
        fresh = await _known(work, keys)
        await _drop_orphans(work, missing, fresh)
        known = {
            key: (identity, person, key in missing and missing[key][0] == identity)
            for key, (identity, person, _) in fresh.items()
        }
    await _remember(work, newest, known)
    return {key: _recognised(key, one, known, before) for key, one in newest.items()}


Known = dict[Key, tuple[UUID, UUID, bool]]


def _recognised(key: Key, one: Seen, known: Known, before: set[UUID]) -> Recognised:
    identity, person, made = known[key]
    others = {known[alias][1] for alias in one.aliases if alias in known} - {person}
    return Recognised(identity, person, made and person not in before, tuple(sorted(others)))


async def _known(work: UnitOfWork, keys: Sequence[Key]) -> Known:
    rows = await work.tuples(
        "SELECT i.kind, i.value, i.id, i.person_id FROM identity i"
        " JOIN unnest(%(kinds)b::text[], %(values)b::text[]) AS k (kind, value) ON i.kind = k.kind AND i.value = k.value"
        " WHERE i.workspace_id = %(workspace_id)s",
        {"kinds": [kind for kind, _ in keys], "values": [value for _, value in keys]},
    )
    return {(kind, value): (identity, person, False) for kind, value, identity, person in rows}


def _plan(newest: Mapping[Key, Seen], known: Known) -> dict[Key, tuple[UUID, UUID]]:
    """New identities with the person each will belong to: one that an alias already leads to, else a new one."""
    missing: dict[Key, tuple[UUID, UUID]] = {}
    persons: dict[Key, UUID] = {key: place[1] for key, place in known.items()}
    for key, one in newest.items():
        group = (key, *one.aliases)
        person = next((persons[other] for other in group if other in persons), None) or new_id()
        for other in group:
            if other not in persons:
                persons[other] = person
                missing[other] = (new_id(), person)
    return missing


_PERSONS: Final = Batch(id="uuid", name="text", language="text", organisation="text", fields="jsonb")
_IDENTITIES: Final = Batch(id="uuid", person_id="uuid", kind="text", value="text", name="text")
_SPOKEN: Final = Batch(id="uuid", name="text", language="text", fields="jsonb")


async def _insert(work: UnitOfWork, newest: Mapping[Key, Seen], missing: Mapping[Key, tuple[UUID, UUID]]) -> None:
    now = work.clock.now()
    speakers = {key: one for one_key, one in newest.items() for key in (one_key, *one.aliases)}
    persons = {person: speakers[key] for key, (_, person) in missing.items()}
    await work.run(
        f"INSERT INTO person (workspace_id, created_at, updated_at, {_PERSONS.names})"
        f" SELECT %(workspace_id)s, %(now)s, %(now)s, n.* FROM {_PERSONS.rows} ORDER BY n.id ON CONFLICT DO NOTHING",
        {**_PERSONS.values({"id": person, **_knowledge(one)} for person, one in persons.items()), "now": now},
    )
    identities = [
        {"id": identity, "person_id": person, "kind": key[0], "value": key[1], "name": speakers[key].name}
        for key, (identity, person) in sorted(missing.items())
    ]
    await work.run(
        f"INSERT INTO identity (workspace_id, created_at, last_seen_at, {_IDENTITIES.names})"
        f" SELECT %(workspace_id)s, %(now)s, %(now)s, n.* FROM {_IDENTITIES.rows} ORDER BY n.kind, n.value"
        " ON CONFLICT (workspace_id, kind, value) DO NOTHING",
        {**_IDENTITIES.values(identities), "now": now},
    )


def _knowledge(one: Seen) -> dict[str, object]:
    """What a channel says about a person, by the columns it goes to."""
    fields = {key: value for key, value in one.fields.items() if key not in {"language", "company"}}
    language, organisation = one.fields.get("language", ""), one.fields.get("company", "")
    return {"name": one.name, "language": language, "organisation": organisation, "fields": fields}


async def _drop_orphans(work: UnitOfWork, missing: Mapping[Key, tuple[UUID, UUID]], fresh: Known) -> None:
    """Another lane was faster with the same address: our new person has nobody behind it."""
    lost = {missing[key][1] for key in missing if fresh[key][0] != missing[key][0]} - {place[1] for place in fresh.values()}
    if lost:
        await work.run(
            "DELETE FROM person WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
            " AND NOT EXISTS (SELECT FROM identity i WHERE i.workspace_id = person.workspace_id AND i.person_id = person.id)",
            {"ids": sorted(lost)},
        )


async def _remember(work: UnitOfWork, newest: Mapping[Key, Seen], known: Known) -> None:
    """New names that channels give, and when each address last spoke; what a person lacks is taken from what the channel says.

    What agents wrote stays; only a mail address that the person left is replaced by a newer one.
    """
    spoken = {known[key][0]: _knowledge(one) for key, one in newest.items() if not known[key][2]}
    if not spoken:
        return
    now: datetime = work.clock.now()
    await work.run(
        f"WITH spoken AS (SELECT * FROM {_SPOKEN.rows}),"
        " touched AS (UPDATE identity i SET last_seen_at = %(now)s, name = coalesce(nullif(s.name, ''), i.name) FROM spoken s"
        " WHERE i.workspace_id = %(workspace_id)s AND i.id = s.id"
        " AND (i.last_seen_at < %(stale)s OR (s.name <> '' AND s.name <> i.name) OR s.fields <> '{}')"
        " RETURNING i.person_id, i.name, s.language, s.fields)"
        " UPDATE person p SET name = coalesce(nullif(p.name, ''), t.name), language = coalesce(nullif(p.language, ''), t.language),"
        " fields = t.fields || p.fields || CASE WHEN t.fields ? 'email' THEN jsonb_build_object('email', t.fields->'email')"
        " ELSE '{}' END, updated_at = %(now)s FROM touched t WHERE p.workspace_id = %(workspace_id)s AND p.id = t.person_id"
        " AND ((p.name = '' AND t.name <> '') OR (p.language = '' AND t.language <> '') OR NOT p.fields @> t.fields)",
        {**_SPOKEN.values({"id": key, **spoken[key]} for key in sorted(spoken)), "now": now, "stale": now - _SEEN_AGAIN_AFTER},
    )


async def learn(work: UnitOfWork, seen: Seen) -> bool:
    """What a channel says later of an address that spoke. False if nobody has that address (any more)."""
    known = await _known(work, [(seen.kind, seen.value)])
    if not known:
        return False
    await _remember(work, {(seen.kind, seen.value): seen}, known)
    work.emit("person", known[seen.kind, seen.value][1], {"what": "changed"})
    return True


async def add_identity(work: UnitOfWork, old: Key, new: Key) -> None:
    """A person has a new address on a channel (a changed phone number): both belong to the same person from now on."""
    await work.run(
        "INSERT INTO identity (workspace_id, id, person_id, kind, value, name, verified, created_at, last_seen_at)"
        " SELECT workspace_id, %(id)s, person_id, %(kind)s, %(value)s, name, verified, %(now)s, %(now)s FROM identity"
        " WHERE workspace_id = %(workspace_id)s AND kind = %(old_kind)s AND value = %(old_value)s"
        " ON CONFLICT (workspace_id, kind, value) DO NOTHING",
        {"id": new_id(), "kind": new[0], "value": new[1], "old_kind": old[0], "old_value": old[1], "now": work.clock.now()},
    )
