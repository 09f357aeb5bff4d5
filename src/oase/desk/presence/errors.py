"""What can go wrong with presence."""

from oase.kernel.errors import Invalid
from oase.kernel.i18n import message


class UnknownState(Invalid):
    """Not one of the four things that an agent does."""

    def __init__(self) -> None:
        super().__init__(message("There is no such state."), field="state")
