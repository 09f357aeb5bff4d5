"""What waiting is made of."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from msgspec import Struct

Outcome = Literal["waiting", "answered", "closed"]
"""Closed: it ended without an answer of ours. Nobody was owed one any more, or none could be delivered."""

Part = Literal["question", "answer", "leaving", "end"]
"""What an entry does: somebody begins to wait, has the answer, will have it soon, or is owed nothing any more."""


class Entry(Struct, frozen=True, kw_only=True):
    """A message of a conversation, as far as waiting is concerned."""

    id: UUID
    part: Part
    thread: str = ""  # in public each asker waits below each comment by himself; "" in private
    channel: str = ""
    account_id: UUID | None = None
    said_at: datetime  # decides the order
    moment: datetime  # of a question: when it was asked; of an answer: when it reached the provider
    owed: bool = True  # in public: this question is still to be answered
    taken_back: bool = False


class Talk(Struct, frozen=True, kw_only=True):
    """A conversation whose waiting is measured."""

    id: UUID
    public: bool
    team_id: UUID | None
    owes: bool  # the conversation itself says that somebody waits
    due_at: datetime | None
    last_at: datetime
    entries: tuple[Entry, ...] = ()  # by `said_at`
    promises: tuple["Promised", ...] = ()  # by `since`
    cut: bool = False  # older messages were not read


class Promised(Struct, frozen=True, kw_only=True):
    """A first promise about an answer. One that was withdrawn counts only where no other took its place."""

    since: datetime
    due_at: datetime
    withdrawn: bool


class Stretch(Struct, frozen=True, kw_only=True):
    """A stretch of waiting. Its id is that of the message with which it began."""

    id: UUID
    channel: str
    account_id: UUID | None
    kind: Literal["first", "next"]
    asked_at: datetime
    ended_at: datetime | None
    outcome: Outcome


class PastWait(Struct, frozen=True, kw_only=True):
    """A stretch of waiting that was answered, as it is remembered without its conversation."""

    id: UUID
    conversation_id: UUID
    channel: str
    account_id: UUID
    kind: Literal["first", "next"]
    asked_at: datetime
    due_at: datetime
    ended_at: datetime
