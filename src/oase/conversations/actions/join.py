"""Merging and splitting conversations."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from oase.conversations import repository
from oase.conversations.errors import NoMessage
from oase.conversations.intake.place import new_token
from oase.conversations.types import Author
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.ids import new_id


async def merge(work: UnitOfWork, author: Author, kept_id: UUID, merged_id: UUID) -> None:
    """Everything said in one conversation goes into the other; answers to the old one find their way to the new one."""
    if kept_id == merged_id:
        raise Invalid("A conversation cannot be merged into itself.")
    rows = {one: await repository.lock_conversation(work, one) for one in sorted((kept_id, merged_id))}
    kept, merged = rows[kept_id], rows[merged_id]
    if kept.merged_into or merged.merged_into:
        raise Invalid("One of these conversations was merged before.")
    await work.run(
        "UPDATE message SET conversation_id = %(kept)s, data = data || jsonb_build_object('from_conversation', %(number)s::bigint)"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = %(merged)s",
        {"kept": kept_id, "merged": merged_id, "number": merged.number},
    )
    for table in ("delivery", "mention", "search_entry"):
        await work.run(
            f"UPDATE {table} SET conversation_id = %(kept)s WHERE workspace_id = %(workspace_id)s AND conversation_id = %(merged)s",
            {"kept": kept_id, "merged": merged_id},
        )
    await work.run(
        "UPDATE conversation k SET message_count = k.message_count + m.message_count, due_at = least(k.due_at, m.due_at),"
        " waiting_since = least(k.waiting_since, m.waiting_since), last_in_at = greatest(k.last_in_at, m.last_in_at),"
        " last_at = greatest(k.last_at, m.last_at), state = CASE WHEN 'open' IN (k.state, m.state) THEN 'open' ELSE k.state END,"
        " tags = ARRAY(SELECT DISTINCT unnest(k.tags || m.tags)), version = k.version + 1 FROM conversation m"
        " WHERE k.workspace_id = %(workspace_id)s AND m.workspace_id = %(workspace_id)s AND k.id = %(kept)s AND m.id = %(merged)s",
        {"kept": kept_id, "merged": merged_id},
    )
    changes: dict[str, Any] = {"merged_into": kept_id, "state": "solved", "due_at": None, "waiting_since": None}
    await repository.update_conversation(work, merged_id, changes)
    await work.run(
        "UPDATE conversation SET merged_into = %(kept)s WHERE workspace_id = %(workspace_id)s AND merged_into = %(merged)s",
        {"kept": kept_id, "merged": merged_id},
    )
    await repository.insert_event(work, kept, "merged", author, {"number": merged.number})
    work.audit("conversation.merged", subject="conversation", subject_id=kept_id, merged=str(merged_id))
    for one in (kept_id, merged_id):
        work.emit("conversation", one, {"what": "merged", "into": str(kept_id)})


async def split(work: UnitOfWork, author: Author, conversation_id: UUID, message_ids: Sequence[UUID]) -> UUID:
    """These messages become a conversation of their own, of the person who wrote the first of them."""
    source = await repository.lock_conversation(work, conversation_id)
    first = await work.row(
        "SELECT m.*, i.person_id FROM message m LEFT JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.id = ANY(%(ids)s) AND m.conversation_id = %(conversation)s"
        " AND m.direction IN ('in', 'out') ORDER BY m.at, m.id LIMIT 1",
        {"ids": list(message_ids), "conversation": conversation_id},
    )
    if first is None:
        raise NoMessage("None of these messages belongs to the conversation.")
    new = new_id()
    await work.run(
        "INSERT INTO conversation (workspace_id, id, number, person_id, identity_id, account_id, channel, subject, state, token,"
        " last_at, last_in_at, created_at, first_line, assignee_id, team_id) VALUES (%(workspace_id)s, %(id)s,"
        " nextval('conversation_number'), %(person)s, %(identity)s, %(account)s, %(channel)s, %(subject)s, 'open', %(token)s,"
        " %(at)s, %(at)s, %(now)s, %(line)s, %(assignee)s, %(team)s)",
        {
            "id": new,
            "person": first["person_id"] or source.person_id,
            "identity": first["identity_id"] or source.identity_id,
            "account": first["account_id"] or source.account_id,
            "channel": first["channel"],
            "subject": first["subject"] or source.subject,
            "token": new_token(),
            "at": first["at"],
            "now": work.clock.now(),
            "line": first["text"][:160],
            "assignee": source.assignee_id,
            "team": source.team_id,
        },
    )
    parameters = {"new": new, "ids": list(message_ids), "old": conversation_id}
    await work.run(
        "UPDATE message SET conversation_id = %(new)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " AND conversation_id = %(old)s",
        parameters,
    )
    for table, key in (("delivery", "message_id"), ("mention", "message_id"), ("search_entry", "id")):
        await work.run(
            f"UPDATE {table} SET conversation_id = %(new)s WHERE workspace_id = %(workspace_id)s AND {key} = ANY(%(ids)s)",
            parameters,
        )
    for one in sorted((new, conversation_id)):
        await repository.recount(work, one)
    target = await repository.lock_conversation(work, new)
    await repository.insert_event(work, target, "split", author, {"from": source.number})
    await repository.insert_event(work, source, "split", author, {"to": target.number})
    work.audit("conversation.split", subject="conversation", subject_id=conversation_id, new=str(new))
    for one in (conversation_id, new):
        work.emit("conversation", one, {"what": "split"})
    return new
