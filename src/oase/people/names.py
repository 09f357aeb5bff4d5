"""How a person is called: by name, else by what the channel says, else by an address; visitors who said nothing by a number."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from oase.kernel.i18n import message
from oase.people.types import Identity, Person

IDENTITY_NAME: Final = "coalesce(nullif(i.name, ''), CASE WHEN i.kind <> 'visitor' THEN i.value END, '')"
"""SQL: what an identity `i` says about who it is; empty where its value (the random id of a browser) says nothing to people."""
PERSON_NAME: Final = f"coalesce(nullif(p.name, ''), {IDENTITY_NAME})"
"""SQL: the name of a person `p` who speaks by an identity `i`, for `called`."""


def known_name(name: str, identities: Iterable[Identity]) -> str:
    """The same for a person's name and identities, the first of them that says something."""
    said = (one.name or ("" if one.kind == "visitor" else one.value) for one in identities)
    return name or next(filter(None, said), "")


def name_of(person: Person, identities: Iterable[Identity]) -> str:
    """How somebody is called of whom both are at hand."""
    return called(known_name(person.name, identities), person.id)


def called(name: str, person_id: UUID) -> str:
    """The name, or what stands for one that nobody knows: a message with a number that stays the same for this person.

    Its four digits tell apart who is in a list together; nobody is found by them.
    """
    return name or message("Visitor %(number)s", number=f"{person_id.int % 10_000:04d}")
