"""People: persons outside, and their identities (addresses on channels)."""

from oase.people.recognise import add_identity, recognise
from oase.people.types import Identity, Person, Recognised, Seen

__all__ = ["Identity", "Person", "Recognised", "Seen", "add_identity", "recognise"]
