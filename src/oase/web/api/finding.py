"""The search."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from litestar import get
from litestar.params import QueryParameter
from msgspec import Meta, Struct

from oase.conversations import parse_query, search
from oase.web.api.conversations import READ, Cursor, Limit
from oase.web.api.parts import GivenCaller
from oase.web.api.shapes import ConversationState, shown
from oase.web.given import GivenServices


class Piece(Struct, frozen=True, kw_only=True):
    """A part of a snippet."""

    text: str
    hit: Annotated[bool, Meta(description="To be marked.")]


class FoundConversation(Struct, frozen=True, kw_only=True):
    """A conversation with the message that fits best."""

    id: UUID
    number: int
    subject: str
    channel: str
    state: ConversationState
    person_id: Annotated[UUID | None, Meta(description="Null in public, where several persons speak.")]
    person_name: str
    assignee_id: UUID | None
    last_at: datetime
    message_id: UUID | None
    message_at: datetime
    direction: Literal["in", "out", "note", ""]
    snippet: list[Piece]


class FoundPerson(Struct, frozen=True, kw_only=True):
    """A person."""

    id: UUID
    name: str
    organisation: str
    addresses: list[str]
    last_seen_at: datetime | None


class Found(Struct, frozen=True, kw_only=True):
    """What was found."""

    conversations: list[FoundConversation]
    persons: Annotated[list[FoundPerson], Meta(description="On the first page only.")]
    next: str | None
    complete: Annotated[bool, Meta(description="False: broken off at the time limit; older hits may be missing.")]


@get("/search", opt=READ, summary="Search", tags=["Search"])
async def find(
    services: GivenServices,
    caller: GivenCaller,
    q: Annotated[
        str,
        QueryParameter(
            max_length=500, description="Words, “phrases” and filters as in the inbox: `rechnung from:müller is:open`."
        ),
    ],
    limit: Limit = 25,
    cursor: Cursor = None,
) -> Found:
    """Conversations and persons, by recency and fit; German and English word forms, umlauts in any spelling."""
    query = parse_query(q)
    async with services.database.work(caller.workspace_id) as work:
        page = await search(work, query, caller.agent_id, limit, cursor or "")
    return Found(
        conversations=[
            shown(FoundConversation, one, snippet=[Piece(text=piece.text, hit=piece.hit) for piece in one.snippet])
            for one in page.conversations
        ],
        persons=[shown(FoundPerson, one, addresses=list(one.addresses)) for one in page.persons],
        next=page.next or None,
        complete=page.complete,
    )


handlers: Final = [find]
