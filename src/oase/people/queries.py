"""What others ask about persons: who somebody is, and under which addresses."""

from collections.abc import Sequence
from uuid import UUID

from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound
from oase.kernel.i18n import message
from oase.people.types import Identity, Person


async def find_person(work: UnitOfWork, person_id: UUID) -> Person:
    """A person; raises NotFound. One query."""
    found = await work.one(
        Person,
        "SELECT id, name, language, organisation, note, tags, fields, created_at, blocked, merged_into FROM person"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": person_id},
    )
    if found is None:
        raise NotFound(message("This person does not exist."))
    return found


async def identities_of(work: UnitOfWork, person_id: UUID) -> Sequence[Identity]:
    """A person's addresses, the last used first. One query."""
    return await work.all(
        Identity,
        "SELECT id, person_id, kind, value, name, verified, consent, last_seen_at FROM identity"
        " WHERE workspace_id = %(workspace_id)s AND person_id = %(id)s ORDER BY last_seen_at DESC LIMIT 50",
        {"id": person_id},
    )
