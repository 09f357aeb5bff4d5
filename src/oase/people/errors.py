"""What can go wrong with persons."""

from oase.kernel.errors import Conflict, Invalid, NotFound, OaseError
from oase.kernel.i18n import message


class PeopleError(OaseError):
    """The root of this slice's errors."""


class NoPerson(PeopleError, NotFound):
    """There is no such person."""

    def __init__(self) -> None:
        super().__init__(message("This person does not exist."))


class AddressTaken(PeopleError, Conflict):
    """The address belongs to somebody already; merging is the way."""


class CannotMerge(PeopleError, Invalid):
    """These two cannot be merged (or taken apart)."""
