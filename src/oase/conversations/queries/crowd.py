"""The window of a public conversation: its post, the branches in which something waits, then the others. Six queries, however long.

branch = a comment with everything below it          waiting: longest first          the others, notes and events: newest first
of each branch: its first comment, what waits longest in it, and the newest; `whole` ones up to 200 messages
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.queries.timeline import MessageFate, MessageFile, TimelineMessage, timeline_entries
from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork

WAITING: Final = 20
REST: Final = 20
MOST: Final = 400  # branches of a section that a page may ask for
_EACH: Final = 6  # newest ones, and ones that wait longest, of a branch
_WHOLE: Final = 200


class Window(Struct, frozen=True, kw_only=True):
    """How much is asked for: branches of each section, and those of which all is wanted."""

    waiting: int = WAITING
    rest: int = REST
    whole: Sequence[str] = ()


class Branch(Struct, frozen=True, kw_only=True):
    """A comment with what is below it; or one note or event. `count` messages in all, of which `waits` need an answer."""

    key: str
    count: int
    waits: int
    messages: Sequence[TimelineMessage]  # oldest first


class Beside(Struct, frozen=True, kw_only=True):
    """The private conversation in which the author of a public message was answered."""

    message_id: UUID
    conversation_id: UUID
    number: int
    state: State


class Crowd(Struct, frozen=True, kw_only=True):
    """What the page of a public conversation shows of it."""

    post: TimelineMessage | None
    waiting: Sequence[Branch]
    waiting_branches: int  # in all
    rest: Sequence[Branch]
    rest_branches: int
    files: Sequence[MessageFile]
    fates: Sequence[MessageFate]
    beside: Sequence[Beside]


class _Chosen(Struct, frozen=True, kw_only=True):
    section: Literal["post", "waiting", "rest"]
    key: str
    count: int
    waits: int
    ids: list[UUID] | None
    of_section: int


_OF_BRANCH: Final = (
    "SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND branch = c.key AND (conversation_id = %(id)s) IS TRUE"
)
_CHOSEN: Final = f"""
WITH own AS MATERIALIZED (
    SELECT coalesce(m.branch, m.id::text) AS key, m.branch IS NULL AS single, m.at, m.wants_answer FROM message m
    WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = %(id)s
    AND NOT (m.direction = 'out' AND m.deleted_at IS NOT NULL AND NOT m.data ? 'elsewhere' AND NOT m.data ? 'deleted_by')
), branches AS MATERIALIZED (
    SELECT key, bool_or(single) AS single, count(*) AS count, count(*) FILTER (WHERE wants_answer) AS waits,
    min(at) FILTER (WHERE wants_answer) AS since, max(at) AS last FROM own GROUP BY key
), chosen AS (
    (SELECT 'waiting' AS section, b.*, count(*) OVER () AS of_section, row_number() OVER (ORDER BY since, key) AS place
    FROM branches b WHERE waits > 0 AND key <> %(thread)s ORDER BY since, key LIMIT %(waiting)s)
    UNION ALL
    (SELECT 'rest', b.*, count(*) OVER (), row_number() OVER (ORDER BY last DESC, key)
    FROM branches b WHERE waits = 0 AND key <> %(thread)s ORDER BY last DESC, key LIMIT %(rest)s)
    UNION ALL
    SELECT 'post', b.*, 1, 1 FROM branches b WHERE key = %(thread)s
)
SELECT c.section, c.key, c.count, c.waits, c.of_section, i.ids FROM chosen c, LATERAL (SELECT array_agg(o.id) AS ids FROM (
    SELECT c.key::uuid AS id WHERE c.single
    UNION (SELECT * FROM ({_OF_BRANCH} AND external_id = c.key AND NOT c.single LIMIT 1) AS first)
    UNION (SELECT * FROM ({_OF_BRANCH} AND NOT c.single ORDER BY at DESC, id DESC
    LIMIT CASE WHEN c.key = ANY(%(whole)b::text[]) THEN {_WHOLE} ELSE {_EACH} END) AS newest)
    UNION (SELECT * FROM ({_OF_BRANCH} AND NOT c.single AND wants_answer IS TRUE ORDER BY at, id LIMIT {_EACH}) AS longest)
) AS o) AS i ORDER BY c.section, c.place"""


async def crowd_page(work: UnitOfWork, conversation_id: UUID, thread: str, window: Window) -> Crowd:
    """The window of a public conversation whose thread has this external id."""
    chosen = await work.all(
        _Chosen,
        _CHOSEN,
        {
            "id": conversation_id,
            "thread": thread,
            "waiting": min(window.waiting, MOST),
            "rest": min(window.rest, MOST),
            "whole": list(window.whole),
        },
    )
    page = await timeline_entries(work, conversation_id, [one for row in chosen for one in row.ids or ()])
    by_id = {one.id: one for one in page.messages}
    sections: defaultdict[str, list[Branch]] = defaultdict(list)
    for row in chosen:
        messages = sorted((by_id[one] for one in row.ids or () if one in by_id), key=lambda one: (one.at, one.id))
        sections[row.section].append(Branch(key=row.key, count=row.count, waits=row.waits, messages=messages))
    totals = {row.section: row.of_section for row in chosen}
    return Crowd(
        post=next((one for branch in sections["post"] for one in branch.messages), None),
        waiting=sections["waiting"],
        waiting_branches=totals.get("waiting", 0),
        rest=sections["rest"],
        rest_branches=totals.get("rest", 0),
        files=page.files,
        fates=page.fates,
        beside=await _beside(work, list(by_id)),
    )


async def _beside(work: UnitOfWork, message_ids: Sequence[UUID]) -> list[Beside]:
    return await work.all(
        Beside,
        "SELECT l.message_id, c.id AS conversation_id, c.number, c.state FROM conversation_link l JOIN conversation c"
        " ON c.workspace_id = l.workspace_id AND c.id = l.private_id WHERE l.workspace_id = %(workspace_id)s"
        " AND l.message_id = ANY(%(ids)s) ORDER BY l.id",
        {"ids": list(message_ids)},
    )


class Linked(Struct, frozen=True, kw_only=True):
    """The other side of a conversation that is both: in public, and with one person in private."""

    conversation_id: UUID
    number: int
    kind: Literal["private", "public"]
    message_id: UUID  # the public one that was answered in private
    at: datetime


async def linked_to(work: UnitOfWork, conversation_id: UUID) -> list[Linked]:
    """Conversations that are linked to this one, the newest first. One query."""
    return await work.all(
        Linked,
        "SELECT c.id AS conversation_id, c.number, c.kind, l.message_id, l.at FROM conversation_link l JOIN conversation c"
        " ON c.workspace_id = l.workspace_id AND c.id = CASE WHEN l.public_id = %(id)s THEN l.private_id ELSE l.public_id END"
        " WHERE l.workspace_id = %(workspace_id)s AND (l.public_id = %(id)s OR l.private_id = %(id)s) ORDER BY l.id DESC LIMIT 100",
        {"id": conversation_id},
    )


class Origin(Struct, frozen=True, kw_only=True):
    """The public message from which a private conversation came, and where it stands."""

    conversation_id: UUID
    number: int
    title: str
    message_id: UUID
    author_name: str
    text: str
    link: str
    at: datetime


async def origins_of(work: UnitOfWork, conversation_id: UUID) -> list[Origin]:
    """Where a private conversation came from in public, the newest first. One query."""
    return await work.all(
        Origin,
        "SELECT c.id AS conversation_id, c.number, c.subject AS title, m.id AS message_id, m.author_name,"
        " CASE WHEN m.deleted_at IS NULL THEN left(m.text, 300) ELSE '' END AS text, coalesce(m.data->>'link', '') AS link, l.at"
        " FROM conversation_link l JOIN conversation c ON c.workspace_id = l.workspace_id AND c.id = l.public_id"
        " JOIN message m ON m.workspace_id = l.workspace_id AND m.id = l.message_id"
        " WHERE l.workspace_id = %(workspace_id)s AND l.private_id = %(id)s ORDER BY l.id DESC LIMIT 20",
        {"id": conversation_id},
    )
