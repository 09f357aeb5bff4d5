"""What can go wrong on the floor."""

from oase.kernel.errors import NotFound
from oase.kernel.i18n import message


class UnknownWall(NotFound):
    """No wallboard has this address (any more)."""

    def __init__(self) -> None:
        super().__init__(message("This wallboard does not exist, or its address was ended."))
