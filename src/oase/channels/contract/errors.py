"""What an adapter may raise."""

from oase.kernel.errors import OaseError


class ChannelError(OaseError):
    """The root of what an adapter may raise."""


class Forged(ChannelError):
    """The bytes do not carry a valid signature of this account's provider."""


class Malformed(ChannelError):
    """Nothing can be read from the bytes; the message says what is wrong. Parts that can be read must not raise this."""


class CannotSay(ChannelError):
    """This channel cannot carry what was to be said; `capability` names what is missing."""

    def __init__(self, capability: str, message: str = "") -> None:
        super().__init__(message or f"This channel cannot carry: {capability}.")
        self.capability = capability
