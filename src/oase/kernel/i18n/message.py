"""A text that knows what it was made of, so that it can be said in another language later."""

from typing import Any


class Message(str):
    """The English text, as any other `str`, with its source (`msgid`), plural form, number and values behind it."""

    __slots__ = ("msgid", "n", "plural", "values")

    msgid: str
    plural: str
    n: int
    values: dict[str, Any]

    def __new__(cls, msgid: str, plural: str = "", n: int = 1, values: dict[str, Any] | None = None) -> "Message":
        """Made by `message` and `messages`, which the extraction of texts looks for."""
        source = plural if plural and n != 1 else msgid
        self = super().__new__(cls, fill(source, values or {}))
        self.msgid, self.plural, self.n, self.values = msgid, plural, n, values or {}
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Message, (self.msgid, self.plural, self.n, self.values)


def message(msgid: str, /, **values: Any) -> Message:
    """A text for people. Values that are messages themselves are translated with it."""
    return Message(msgid, values=values)


def messages(singular: str, plural: str, n: int, /, **values: Any) -> Message:
    """A text for people that depends on a number, which it may show as %(n)s."""
    return Message(singular, plural, n, {"n": n, **values})


def fill(text: str, values: dict[str, Any]) -> str:
    """The text with its placeholders filled; without values it stays as it is, percent signs included."""
    return text % values if values else text
