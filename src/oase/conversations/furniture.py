"""SQL and values of what a company furnishes its desk with: tags, snippets, custom fields."""

from collections.abc import Mapping, Sequence
from typing import Literal
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.errors import UniqueViolation
from psycopg.types.json import Jsonb

from oase.conversations.saved import rename_tag_in_views
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict
from oase.kernel.i18n import message

FieldSubject = Literal["person", "conversation"]
FieldKind = Literal["text", "number", "date", "boolean", "choice", "url"]


class TagUse(Struct, frozen=True, kw_only=True):
    """A tag, and on how many conversations it stands."""

    id: UUID
    name: str
    color: str
    uses: int


class StoredSnippet(Struct, frozen=True, kw_only=True):
    """A prepared answer as it is administered. `texts`: language -> text."""

    id: UUID
    shortcut: str
    name: str
    texts: dict[str, str]
    team_id: UUID | None


class StoredField(Struct, frozen=True, kw_only=True):
    """A field that the company added, as it is administered. `labels`: language -> label."""

    id: UUID
    subject: FieldSubject
    key: str
    labels: dict[str, str]
    kind: FieldKind
    choices: list[str]
    position: int


async def tag_uses(work: UnitOfWork) -> list[TagUse]:
    """All tags by name, with the number of conversations that carry them."""
    return await work.all(
        TagUse,
        "SELECT t.id, t.name, t.color, (SELECT count(*) FROM conversation c WHERE c.workspace_id = %(workspace_id)s"
        " AND c.tags @> ARRAY[t.name] AND c.merged_into IS NULL) AS uses"
        " FROM tag t WHERE t.workspace_id = %(workspace_id)s ORDER BY lower(t.name) LIMIT 1000",
    )


async def find_tag(work: UnitOfWork, tag_id: UUID) -> TagUse | None:
    """One tag, locked; its uses are not counted."""
    return await work.one(
        TagUse,
        "SELECT id, name, color, 0 AS uses FROM tag WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE",
        {"id": tag_id},
    )


async def put_tag(work: UnitOfWork, tag_id: UUID, name: str, color: str) -> None:
    """Writes a tag, new or changed; raises Conflict if the name is taken."""
    try:
        await work.run(
            "INSERT INTO tag (workspace_id, id, name, color) VALUES (%(workspace_id)s, %(id)s, %(name)s, %(color)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET name = excluded.name, color = excluded.color",
            {"id": tag_id, "name": name, "color": color},
        )
    except UniqueViolation:
        raise Conflict(message("There is a tag “%(name)s” already. You can merge the two.", name=name)) from None


async def delete_tag(work: UnitOfWork, tag_id: UUID) -> None:
    """Removes the tag itself."""
    await work.run("DELETE FROM tag WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": tag_id})


async def replace_tag(work: UnitOfWork, old: str, new: str | None) -> int:
    """Puts another tag in the place of one on conversations and persons and in views, or takes it off; gives how many conversations."""
    changed = "array_remove(o.tags, %(old)s)"
    if new is not None:
        await rename_tag_in_views(work, old, new)
        changed = f"CASE WHEN %(new)s = ANY(o.tags) THEN {changed} ELSE array_replace(o.tags, %(old)s, %(new)s) END"
    parameters = {"old": old, "new": new}
    count = 0
    for table in ("person", "conversation"):
        count = await work.run(
            f"UPDATE {table} o SET tags = {changed} FROM (SELECT id FROM {table} WHERE workspace_id = %(workspace_id)s"
            " AND tags @> ARRAY[%(old)s] ORDER BY id FOR UPDATE) s WHERE o.workspace_id = %(workspace_id)s AND o.id = s.id",
            parameters,
        )
    return count


async def all_snippets(work: UnitOfWork) -> list[StoredSnippet]:
    """All snippets by shortcut."""
    return await work.all(
        StoredSnippet,
        "SELECT id, shortcut, name, texts, team_id FROM snippet WHERE workspace_id = %(workspace_id)s ORDER BY lower(shortcut), id",
    )


async def find_snippet(work: UnitOfWork, snippet_id: UUID) -> StoredSnippet | None:
    """One snippet."""
    return await work.one(
        StoredSnippet,
        "SELECT id, shortcut, name, texts, team_id FROM snippet WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": snippet_id},
    )


async def put_snippet(
    work: UnitOfWork, snippet_id: UUID, shortcut: str, name: str, texts: Mapping[str, str], team_id: UUID | None
) -> None:
    """Writes a snippet, new or changed; raises Conflict if the shortcut is taken."""
    try:
        await work.run(
            "INSERT INTO snippet (workspace_id, id, shortcut, name, texts, team_id, updated_at)"
            " VALUES (%(workspace_id)s, %(id)s, %(shortcut)s, %(name)s, %(texts)s, %(team_id)s, %(now)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET shortcut = excluded.shortcut, name = excluded.name,"
            " texts = excluded.texts, team_id = excluded.team_id, updated_at = excluded.updated_at",
            {
                "id": snippet_id,
                "shortcut": shortcut,
                "name": name,
                "texts": Jsonb(dict(texts)),
                "team_id": team_id,
                "now": work.clock.now(),
            },
        )
    except UniqueViolation:
        raise Conflict(message("Another snippet has the shortcut “%(shortcut)s”.", shortcut=shortcut)) from None


async def delete_snippet(work: UnitOfWork, snippet_id: UUID) -> None:
    """Removes a snippet."""
    await work.run("DELETE FROM snippet WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": snippet_id})


async def all_fields(work: UnitOfWork) -> list[StoredField]:
    """All custom fields, in their order."""
    return await work.all(
        StoredField,
        "SELECT id, subject, key, labels, kind, choices, position FROM custom_field WHERE workspace_id = %(workspace_id)s"
        " ORDER BY subject DESC, position, key",
    )


async def put_field(work: UnitOfWork, field: StoredField) -> None:
    """Writes a custom field, new or changed; raises Conflict if the key is taken."""
    try:
        await work.run(
            "INSERT INTO custom_field (workspace_id, id, subject, key, labels, kind, choices, position)"
            " VALUES (%(workspace_id)s, %(id)s, %(subject)s, %(key)s, %(labels)s, %(kind)s, %(choices)s, %(position)s)"
            " ON CONFLICT (workspace_id, id) DO UPDATE SET labels = excluded.labels, choices = excluded.choices",
            {**msgspec.structs.asdict(field), "labels": Jsonb(field.labels), "choices": Jsonb(field.choices)},
        )
    except UniqueViolation:
        raise Conflict(message("There is a field “%(key)s” already.", key=field.key)) from None


async def order_fields(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Gives the fields the positions in which their ids stand here."""
    await work.run(
        "UPDATE custom_field f SET position = o.position FROM unnest(%(ids)b::uuid[]) WITH ORDINALITY AS o (id, position)"
        " WHERE f.workspace_id = %(workspace_id)s AND f.id = o.id",
        {"ids": list(ids)},
    )


async def delete_field(work: UnitOfWork, field_id: UUID) -> None:
    """Removes a custom field; what was entered stays in the records, unseen."""
    await work.run("DELETE FROM custom_field WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": field_id})
