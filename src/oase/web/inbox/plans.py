"""What pages show of what agents plan and of what was promised: frozen structs, like those of `views`."""

from datetime import datetime
from uuid import UUID

from msgspec import Struct


class Planned(Struct, frozen=True, kw_only=True):
    """A message that goes later. `at`: when, in the reader's zone, as a field takes it."""

    id: UUID
    author: str
    text: str
    template: bool
    files: int
    send_at: datetime
    local: str
    waking: bool
    unless_answered: bool
    refused: bool
    why: str


class TaskLine(Struct, frozen=True, kw_only=True):
    """Something to be done. `who`: a colleague's or a team's name; `place`: the conversation that it leads to."""

    id: UUID
    what: str
    who: str
    who_id: str
    mine: bool
    due_at: datetime
    local: str
    done: bool
    by: str
    person: str = ""
    place: UUID | None = None
    person_id: UUID | None = None
    number: int | None = None
    channel: str = ""


class PromiseLine(Struct, frozen=True, kw_only=True):
    """Something that was promised. `state`: how it stands, and the badge's colour."""

    name: str
    due: str
    state: str
    colour: str
    more: str
