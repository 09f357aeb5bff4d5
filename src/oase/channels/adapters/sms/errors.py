"""What can go wrong on the way to an operator."""

from oase.channels.contract import ChannelError


class Down(ChannelError):
    """No connection, or it broke. `sent` says whether what was asked may have arrived."""

    def __init__(self, words: str, *, sent: bool = False) -> None:
        super().__init__(words)
        self.words, self.sent = words, sent


class NotBound(ChannelError):
    """The operator refused to bind us; `status` is its code."""

    def __init__(self, words: str, status: int) -> None:
        super().__init__(words)
        self.words, self.status = words, status


class NotSetUp(ChannelError):
    """A setting is missing or cannot be used."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words
