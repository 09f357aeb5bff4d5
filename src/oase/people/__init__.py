"""People: persons outside, and their identities (addresses on channels)."""

from oase.people.actions import change_person, set_person_tags
from oase.people.queries import find_person, identities_of
from oase.people.recognise import add_identity, recognise
from oase.people.types import Identity, Person, Recognised, Seen

__all__ = [
    "Identity",
    "Person",
    "Recognised",
    "Seen",
    "add_identity",
    "change_person",
    "find_person",
    "identities_of",
    "recognise",
    "set_person_tags",
]
