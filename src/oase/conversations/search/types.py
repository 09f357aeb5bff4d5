"""What is asked of search, and what it finds."""

from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.rules import State

Moment = date | timedelta
"""A day, or a span back from now."""


class SearchQuery(Struct, frozen=True, kw_only=True):
    """What was typed, taken apart. Everything in it must hold; several values of one filter are alternatives."""

    words: tuple[str, ...] = ()
    prefix: str = ""  # the last word, which may still be being typed
    phrases: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()  # telephone numbers, as they were written
    without: tuple[str, ...] = ()  # words and phrases that may not occur
    sender: tuple[str, ...] = ()
    receiver: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    unassigned: bool = False
    mine: bool = False
    assignees: tuple[str, ...] = ()  # parts of names, mail addresses, "me", "none"
    teams: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    priorities: tuple[int, ...] = ()
    fields: tuple[tuple[str, str], ...] = ()  # custom fields of the conversation: key and value, all of them
    before: Moment | None = None  # the day itself is not in it
    after: Moment | None = None  # the day itself is in it
    has_file: bool = False
    number: int | None = None  # of a conversation

    @property
    def text(self) -> bool:
        """Whether words are looked for, so that the index is needed."""
        wanted = (self.words, self.prefix, self.phrases, self.phones, self.sender, self.receiver, self.subject, self.has_file)
        return any(map(bool, wanted))

    @property
    def empty(self) -> bool:
        """Whether nothing is asked at all."""
        return self == SearchQuery()


class Piece(Struct, frozen=True):
    """A part of a snippet; `hit` parts are to be marked."""

    text: str
    hit: bool = False


class ConversationHit(Struct, frozen=True, kw_only=True):
    """A conversation that was found, with the message that fits best."""

    id: UUID
    number: int
    subject: str
    channel: str
    state: State
    person_id: UUID | None  # None in public
    person_name: str
    assignee_id: UUID | None
    last_at: datetime
    message_id: UUID | None  # None: found by its filters or its number alone
    message_at: datetime
    direction: Literal["in", "out", "note", ""]
    snippet: tuple[Piece, ...]


class PersonHit(Struct, frozen=True, kw_only=True):
    """A person who was found."""

    id: UUID
    name: str
    organisation: str
    addresses: tuple[str, ...]
    last_seen_at: datetime | None


class SearchPage(Struct, frozen=True, kw_only=True):
    """What was found, grouped. `complete` is False when a search was broken off at its time limit: older hits may be missing."""

    conversations: tuple[ConversationHit, ...] = ()
    persons: tuple[PersonHit, ...] = ()
    next: str = ""  # the cursor of the next page of conversations; empty at the end
    complete: bool = True
