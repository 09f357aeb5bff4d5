"""What can go wrong with staff. None of the sentences tells a stranger whether an address is known here."""

from oase.kernel.errors import Conflict, Forbidden, Invalid, NotFound, TooMany
from oase.kernel.i18n import message, messages


class SignInRefused(Forbidden):
    """Mail address, password or code do not fit; which of them is not said."""

    def __init__(self) -> None:
        super().__init__(message("The mail address or the password is not right."))


class CodeRefused(Forbidden):
    """The code of the second factor is wrong, too old, or was used already."""

    def __init__(self) -> None:
        super().__init__(message("This code is not right or was used already."))


class TooManyAttempts(TooMany):
    """Too many failed sign-ins; the wait grows with each."""

    def __init__(self, seconds: int) -> None:
        minutes = -(-seconds // 60)
        text = messages(
            "Too many attempts. Please try again in %(n)s minute.",
            "Too many attempts. Please try again in %(n)s minutes.",
            minutes,
        )
        super().__init__(text, retry_after_seconds=seconds)


class LinkRefused(Invalid):
    """A link by mail is unknown, too old, or was used already."""

    def __init__(self) -> None:
        super().__init__(message("This link does not work any more. Please ask for a new one."))


class WeakPassword(Invalid):
    """A password that would be guessed."""

    def __init__(self, why: str) -> None:
        super().__init__(why, field="password")


class AlreadySetUp(Conflict):
    """There is a workspace already: the first start is over."""

    def __init__(self) -> None:
        super().__init__(message("Oase is already set up. Please sign in."))


class LastAdministrator(Conflict):
    """Somebody must remain who can administer the workspace."""

    def __init__(self) -> None:
        super().__init__(message("This is the last administrator. Please make somebody else one first."))


class NameTaken(Conflict):
    """Another one has this name or address."""


class UnknownAgent(NotFound):
    """No such agent in this workspace."""

    def __init__(self) -> None:
        super().__init__(message("This agent does not exist."))


class UnknownRole(NotFound):
    """No such role in this workspace."""

    def __init__(self) -> None:
        super().__init__(message("This role does not exist."))


class UnknownSkill(NotFound):
    """No such skill in this workspace."""

    def __init__(self) -> None:
        super().__init__(message("This skill does not exist."))


class UnknownTeam(NotFound):
    """No such team in this workspace."""

    def __init__(self) -> None:
        super().__init__(message("This team does not exist."))


class UnknownToken(NotFound):
    """No such API token in this workspace."""

    def __init__(self) -> None:
        super().__init__(message("This API token does not exist."))
