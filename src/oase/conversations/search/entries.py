"""SQL of the index: entries of messages and persons, written in sets. The functions `oase_…` are the database's own.

An entry is a pure function of its row and of what belongs to it, so writing it again does no harm. Lexemes with a label:
`w:` the workspace (so that a word common elsewhere costs nothing here), `f:` `t:` words of sender and receiver,
`c:` the channel, `h:file`, `n:` digits of a phone number.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from oase.kernel.db import UnitOfWork

_TEXT_CHARACTERS: Final = 50_000  # of one message: the rest of a novel is not found by its words
_OWN: Final = "'w:' || right(%(workspace_id)s::uuid::text, 8)"

# Messages that are to be found: everything said and noted; not what the system did, not what was taken back.
_MESSAGES: Final = f"""
INSERT INTO search_entry (workspace_id, id, conversation_id, at, vector)
SELECT m.workspace_id, m.id, m.conversation_id, m.at,
  setweight(oase_words(left(coalesce(nullif(m.subject, ''), c.subject), 1000)), 'A')
  || setweight(oase_words(left(concat_ws(' ', s.sender, s.receiver), 1000)), 'B')
  || setweight(oase_words(coalesce(f.names, '')), 'C')
  || oase_words(left(m.text, {_TEXT_CHARACTERS}))
  || array_to_tsvector(oase_labels('f', left(s.sender, 500)) || oase_labels('t', left(s.receiver, 1000))
     || ARRAY[{_OWN}, 'c:' || m.channel]
     || CASE WHEN f.names IS NULL THEN '{{}}'::text[] ELSE '{{h:file}}' END)
FROM message m
JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id
LEFT JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id
LEFT JOIN person p ON p.workspace_id = m.workspace_id AND p.id = i.person_id
LEFT JOIN account a ON a.workspace_id = m.workspace_id AND a.id = m.account_id
LEFT JOIN LATERAL (SELECT string_agg(left(t.name, 200), ' ') AS names FROM attachment t
  WHERE t.workspace_id = m.workspace_id AND t.message_id = m.id AND NOT t.inline) AS f ON true
CROSS JOIN LATERAL (SELECT concat_ws(' ', i.name, p.name, p.organisation, i.value, m.data->>'others') AS them,
  concat_ws(' ', a.name, m.data->>'copy_to') AS us) AS n
CROSS JOIN LATERAL (SELECT CASE m.direction WHEN 'in' THEN concat_ws(' ', m.author_name, n.them) ELSE m.author_name END AS sender,
  CASE m.direction WHEN 'in' THEN n.us WHEN 'out' THEN concat_ws(' ', n.them, n.us) ELSE '' END AS receiver) AS s
WHERE m.workspace_id = %(workspace_id)s AND m.direction IN ('in', 'out', 'note') AND m.deleted_at IS NULL AND {{which}}
ON CONFLICT (workspace_id, id) DO UPDATE
SET conversation_id = excluded.conversation_id, at = excluded.at, vector = excluded.vector"""

_PERSONS: Final = f"""
INSERT INTO person_entry (workspace_id, id, at, vector)
SELECT p.workspace_id, p.id, p.updated_at,
  setweight(oase_words(left(concat_ws(' ', p.name, i.names), 1000)), 'A')
  || setweight(oase_words(left(concat_ws(' ', p.organisation, array_to_string(p.tags, ' '), i.addresses), 2000)), 'B')
  || oase_words(left(p.note, 10000))
  || array_to_tsvector(ARRAY[{_OWN}] || coalesce(i.digits, '{{}}'))
FROM person p
LEFT JOIN LATERAL (SELECT string_agg(i.name, ' ') AS names, string_agg(i.value, ' ') FILTER (WHERE i.kind <> 'visitor') AS addresses,
    (SELECT array_agg(DISTINCT d) FROM identity n, unnest(oase_digits(n.value)) AS d
     WHERE n.workspace_id = p.workspace_id AND n.person_id = p.id AND n.value LIKE '+%%') AS digits
  FROM identity i WHERE i.workspace_id = p.workspace_id AND i.person_id = p.id) AS i ON true
WHERE p.workspace_id = %(workspace_id)s AND p.merged_into IS NULL AND p.id = ANY(%(ids)b::uuid[])
ON CONFLICT (workspace_id, id) DO UPDATE SET at = excluded.at, vector = excluded.vector"""


async def write_messages(work: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Entries of these messages, new or anew; those of messages that were taken back go."""
    await work.run(
        "DELETE FROM search_entry e USING message m WHERE e.workspace_id = %(workspace_id)s AND e.id = ANY(%(ids)b::uuid[])"
        " AND m.workspace_id = e.workspace_id AND m.id = e.id AND m.deleted_at IS NOT NULL",
        {"ids": sorted(ids)},
    )
    return await work.run(_MESSAGES.replace("{which}", "m.id = ANY(%(ids)b::uuid[])"), {"ids": sorted(ids)})


async def write_conversations(work: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Entries of all messages of these conversations anew; those of messages that were taken back go."""
    facts = {"ids": sorted(ids)}
    await work.run(
        "DELETE FROM search_entry e USING message m WHERE e.workspace_id = %(workspace_id)s AND m.workspace_id = e.workspace_id"
        " AND m.id = e.id AND m.conversation_id = ANY(%(ids)b::uuid[]) AND m.deleted_at IS NOT NULL",
        facts,
    )
    return await work.run(_MESSAGES.replace("{which}", "m.conversation_id = ANY(%(ids)b::uuid[])"), facts)


async def persons_of(work: UnitOfWork, message_ids: Sequence[UUID], conversation_ids: Sequence[UUID]) -> list[UUID]:
    """The persons behind these messages and conversations whose entries are missing or old."""
    rows = await work.tuples(
        "SELECT p.id FROM person p LEFT JOIN person_entry e ON e.workspace_id = p.workspace_id AND e.id = p.id"
        " WHERE p.workspace_id = %(workspace_id)s AND p.id IN (SELECT i.person_id FROM message m"
        " JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.id = ANY(%(messages)b::uuid[])"
        " UNION SELECT c.person_id FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(conversations)b::uuid[]))"
        " AND (e.id IS NULL OR e.at < p.updated_at)",
        {"messages": list(message_ids), "conversations": list(conversation_ids)},
    )
    return [row[0] for row in rows]


async def write_persons(work: UnitOfWork, ids: Sequence[UUID]) -> int:
    """Entries of these persons, new or anew; those of persons merged into others go."""
    facts = {"ids": sorted(ids)}
    await work.run(
        "DELETE FROM person_entry e USING person p WHERE e.workspace_id = %(workspace_id)s AND e.id = ANY(%(ids)b::uuid[])"
        " AND p.workspace_id = e.workspace_id AND p.id = e.id AND p.merged_into IS NOT NULL",
        facts,
    )
    return await work.run(_PERSONS, facts)


async def missing_messages(work: UnitOfWork, after: UUID, limit: int) -> tuple[list[UUID], UUID | None]:
    """Of the next `limit` messages after an id those without an entry, and where to go on; None at the end."""
    rows = await work.tuples(
        "SELECT m.id, e.id IS NULL AND m.direction <> 'event' AND m.deleted_at IS NULL FROM (SELECT workspace_id, id, direction,"
        " deleted_at FROM message WHERE workspace_id = %(workspace_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s) AS m"
        " LEFT JOIN search_entry e ON e.workspace_id = m.workspace_id AND e.id = m.id ORDER BY m.id",
        {"after": after, "limit": limit},
    )
    return [row[0] for row in rows if row[1]], rows[-1][0] if len(rows) == limit else None


async def missing_persons(work: UnitOfWork, after: UUID, limit: int) -> tuple[list[UUID], UUID | None]:
    """Of the next `limit` persons after an id those without an entry, and where to go on; None at the end."""
    rows = await work.tuples(
        "SELECT p.id, p.merged_into IS NULL AND (e.id IS NULL OR e.at < p.updated_at) FROM (SELECT workspace_id, id, merged_into,"
        " updated_at FROM person WHERE workspace_id = %(workspace_id)s AND id > %(after)s ORDER BY id LIMIT %(limit)s) AS p"
        " LEFT JOIN person_entry e ON e.workspace_id = p.workspace_id AND e.id = p.id ORDER BY p.id",
        {"after": after, "limit": limit},
    )
    return [row[0] for row in rows if row[1]], rows[-1][0] if len(rows) == limit else None


async def tidy(work: UnitOfWork) -> None:
    """Empties the index's list of pending entries, which every search would otherwise have to read through."""
    await work.run("SELECT gin_clean_pending_list('search_entry_vector'::regclass)")
