"""People: persons outside, and their identities (addresses on channels)."""

from oase.people.actions import add_address, ask_again, change_person, create_person, keep_apart, merge_into, take_apart
from oase.people.erasure import PART, Collected, Erasure, FileOf, Part, erase_person, erasures, export_person, preview
from oase.people.errors import AddressTaken, CannotMerge, NoPerson, PeopleError
from oase.people.names import IDENTITY_NAME, PERSON_NAME, called, known_name, name_of
from oase.people.recognise import add_identity, learn, recognise
from oase.people.repository import (
    are_apart,
    delete_unheard,
    find_identity,
    find_person,
    identities_of,
    left_addresses,
    merges_of,
    set_consent,
    suggestions,
    verify_identity,
)
from oase.people.repository import listing as list_persons
from oase.people.types import Identity, MergeRecord, Person, Recognised, Seen, Suggestion

__all__ = [
    "IDENTITY_NAME",
    "PART",
    "PERSON_NAME",
    "AddressTaken",
    "CannotMerge",
    "Collected",
    "Erasure",
    "FileOf",
    "Identity",
    "MergeRecord",
    "NoPerson",
    "Part",
    "PeopleError",
    "Person",
    "Recognised",
    "Seen",
    "Suggestion",
    "add_address",
    "add_identity",
    "are_apart",
    "ask_again",
    "called",
    "change_person",
    "create_person",
    "delete_unheard",
    "erase_person",
    "erasures",
    "export_person",
    "find_identity",
    "find_person",
    "identities_of",
    "keep_apart",
    "known_name",
    "learn",
    "left_addresses",
    "list_persons",
    "merge_into",
    "merges_of",
    "name_of",
    "preview",
    "recognise",
    "set_consent",
    "suggestions",
    "take_apart",
    "verify_identity",
]
