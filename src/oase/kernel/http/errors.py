"""What can become of a request to the outside. The sentences name the host only: addresses and headers may hold secrets."""

from oase.kernel.errors import OaseError
from oase.kernel.i18n import Message, message


class ConnectionNotMade(OaseError):
    """Nothing was sent: the request may be repeated without doubling anything."""

    def __init__(self, host: str, why: Message) -> None:
        super().__init__(message("No connection to %(host)s: %(why)s.", host=host, why=why))
        self.host = host


class RequestRefused(ConnectionNotMade):
    """Nothing was sent, by our own rules (its address is in a private network, it is no HTTP): repeating does not help."""


class NoAnswer(OaseError):
    """The request went out, wholly or in part, and no (whole) answer came: the other side may have acted on it."""

    def __init__(self, host: str, why: Message, *, status: int | None = None) -> None:
        super().__init__(message("No answer from %(host)s: %(why)s.", host=host, why=why))
        self.host = host
        self.status = status  # of the answer that broke off


class AnswerTooLarge(NoAnswer):
    """The answer is larger than the request allows; it was not read to its end."""
