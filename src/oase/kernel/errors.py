"""The root of all errors that Oase raises on purpose.

A message is a whole sentence for the person who caused it. Only `oase.web` turns these into HTTP answers.
"""


class OaseError(Exception):
    """Something that was foreseen went wrong; `str(error)` says what in a sentence."""


class NotFound(OaseError):
    """What was asked for does not exist in this workspace."""


class Invalid(OaseError):
    """What was sent cannot be used. `field` names the input, where there is one."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Conflict(OaseError):
    """Somebody else was faster, or the state does not allow it now."""


class Forbidden(OaseError):
    """The person may not do this. `permission` names what is missing."""

    def __init__(self, message: str, *, permission: str = "") -> None:
        super().__init__(message)
        self.permission = permission


class TooMany(OaseError):
    """A limit was passed; try again after `retry_after_seconds`."""

    def __init__(self, message: str, *, retry_after_seconds: int) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class Unavailable(OaseError):
    """Something that Oase needs does not answer at the moment."""
