"""What a public message has more than a private one, as the page shows it."""

from collections.abc import Sequence
from uuid import UUID

from msgspec import Struct


class Earlier(Struct, frozen=True, kw_only=True):
    """What a message said before it was edited, and until when."""

    text: str
    until: str


class Aside(Struct, frozen=True, kw_only=True):
    """The private conversation in which the author of a public message was answered."""

    id: UUID
    number: int


class Comment(Struct, frozen=True, kw_only=True):
    """What a public message has more than a private one: its place among the others, and what can be done about it."""

    depth: int  # below how many others it stands: 0 to 3
    face: UUID | None  # the person who said it; None: our own side
    waits: bool  # it needs an answer
    settled: str = ""  # why it needs none any more, in the reader's words
    hidden: str = ""  # by whom, in the reader's words
    liked: bool = False
    link: str = ""  # where everybody reads it
    pending: str = ""  # what is being done about it
    trouble: str = ""  # what could not be done
    why: str = ""  # in the provider's words
    wanted: str = ""  # the act that could not be done
    asides: Sequence[Aside] = ()
    answers: bool = False  # everybody can be told something below it
    answers_aside: bool = False  # its author can be answered in private
    acts: Sequence[str] = ()  # hide, show, delete, like, unlike: what can be done now
    settles: bool = False  # it can be marked as done, or as waiting again
