"""What can go wrong on the wires of mail. Every message is a sentence; servers' own words are quoted in it."""

from oase.channels.contract import ChannelError


class Down(ChannelError):
    """The server cannot be reached, or hung up: try again later."""


class NotSignedIn(ChannelError):
    """The server refused our credentials, or the account is not set up so that it could know them."""

    def __init__(self, message: str, *, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class NotSetUp(ChannelError):
    """A setting is missing or cannot be used; `setting` names it."""

    def __init__(self, message: str, *, setting: str = "") -> None:
        super().__init__(message)
        self.setting = setting


class ImapNo(ChannelError):
    """The IMAP server refused one command (`bad`: it did not understand it). `code` is its response code (RFC 5530)."""

    def __init__(self, words: str, *, code: str = "", bad: bool = False) -> None:
        super().__init__(words)
        self.words, self.code, self.bad = words, code, bad
