"""What stands beside a conversation: earlier ones of the person, tags, custom fields, snippets. One query each."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from msgspec import Struct

from oase.conversations.public import SPOKEN_IN
from oase.conversations.rules import State
from oase.kernel.db import UnitOfWork


class PastConversation(Struct, frozen=True, kw_only=True):
    """Another conversation of the same person, or a public one in which the person spoke."""

    id: UUID
    number: int
    kind: str
    subject: str
    first_line: str
    state: State
    channel: str
    last_at: datetime


async def conversations_of(
    work: UnitOfWork, person_id: UUID, *, but: UUID | None = None, limit: int = 20
) -> list[PastConversation]:
    """A person's conversations and the public ones in which the person spoke, the newest first. One query."""
    columns = "c.id, c.number, c.kind, c.subject, c.first_line, c.state, c.channel, c.last_at"
    return await work.all(
        PastConversation,
        f"(SELECT {columns} FROM conversation c WHERE c.workspace_id = %(workspace_id)s"
        " AND c.person_id = %(person)s AND c.merged_into IS NULL AND c.id IS DISTINCT FROM %(but)s ORDER BY c.last_at DESC LIMIT %(limit)s)"
        f" UNION (SELECT {columns} FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.id IS DISTINCT FROM %(but)s"
        f" AND c.id IN ({SPOKEN_IN}) ORDER BY c.last_at DESC LIMIT %(limit)s) ORDER BY last_at DESC LIMIT %(limit)s",
        {"person": person_id, "persons": [person_id], "but": but, "limit": limit},
    )


async def known_tags(work: UnitOfWork) -> list[str]:
    """The names of the workspace's tags."""
    rows = await work.tuples("SELECT name FROM tag WHERE workspace_id = %(workspace_id)s ORDER BY lower(name)")
    return [name for (name,) in rows]


class CustomField(Struct, frozen=True, kw_only=True):
    """A field that the company added."""

    subject: Literal["person", "conversation"]
    key: str
    labels: dict[str, str]
    kind: str
    choices: list[Any]


async def custom_fields(work: UnitOfWork) -> list[CustomField]:
    """All of them, in their order."""
    return await work.all(
        CustomField,
        "SELECT subject, key, labels, kind, choices FROM custom_field WHERE workspace_id = %(workspace_id)s ORDER BY position, key",
    )


class Snippet(Struct, frozen=True, kw_only=True):
    """A prepared answer. `texts`: language -> text with variables {{person.name}}."""

    id: UUID
    shortcut: str
    name: str
    texts: dict[str, str]


async def snippets(work: UnitOfWork, begins: str = "", teams: Sequence[UUID] = (), limit: int = 30) -> list[Snippet]:
    """Snippets whose shortcut or name begins with, or whose name contains, what was typed."""
    return await work.all(
        Snippet,
        "SELECT id, shortcut, name, texts FROM snippet WHERE workspace_id = %(workspace_id)s"
        " AND (team_id IS NULL OR team_id = ANY(%(teams)s)) AND (lower(shortcut) LIKE %(begins)s || '%%'"
        " OR position(%(begins)s IN lower(name)) > 0) ORDER BY NOT starts_with(lower(shortcut), %(begins)s), shortcut LIMIT %(limit)s",
        {"begins": begins.lower().replace("%", "").replace("_", ""), "teams": list(teams), "limit": limit},
    )
