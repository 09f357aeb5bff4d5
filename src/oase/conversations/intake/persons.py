"""Who is one: persons that turn out to be the same human while a batch is taken in, by what somebody vouches for.

a provider vouches for an address of another person (the same mail address, the same number, a signed token) --> one person
"""

from collections.abc import Mapping
from uuid import UUID

from msgspec.structs import replace

from oase.conversations.actions.persons import merge_persons
from oase.kernel.db import UnitOfWork
from oase.people import Recognised, are_apart

Who = Mapping[tuple[str, str], Recognised]


async def join(work: UnitOfWork, kept_id: UUID, merged_id: UUID) -> bool:
    """Makes two persons one, as one can take apart again; False where somebody said that they are not the same."""
    if kept_id == merged_id:
        return True
    if await are_apart(work, kept_id, merged_id):
        return False
    await merge_persons(work, kept_id, merged_id)
    return True


def renamed(people: Who, was: UUID, is_: UUID) -> dict[tuple[str, str], Recognised]:
    """Who is who, once one person has become part of another."""
    return {
        key: replace(
            who,
            person_id=is_ if who.person_id == was else who.person_id,
            new=who.new and who.person_id != was,
            others=tuple(sorted({is_ if one == was else one for one in who.others} - {who.person_id, is_})),
        )
        for key, who in people.items()
    }


async def join_vouched(work: UnitOfWork, people: Who) -> dict[tuple[str, str], Recognised]:
    """Joins whomever providers vouch for under several persons' addresses, into the one who has been known for longest."""
    known = dict(people)
    for key in people:
        for _ in range(len(known[key].others)):
            if not known[key].others:
                break
            who, other = known[key], known[key].others[0]
            kept, merged = sorted((who.person_id, other))  # ids carry their time
            if await join(work, kept, merged):
                known = renamed(known, merged, kept)
            else:
                known[key] = replace(who, others=who.others[1:])
    return known
