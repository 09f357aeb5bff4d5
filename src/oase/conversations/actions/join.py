"""Merging and splitting conversations, and taking apart what was merged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct
from psycopg.types.json import Jsonb

from oase.conversations import repository
from oase.conversations.errors import NoMessage
from oase.conversations.intake.place import new_token
from oase.conversations.rules import State, left_of
from oase.conversations.types import Author, ConversationRow
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_FOLLOW: Final = (("delivery", "message_id"), ("mention", "message_id"), ("search_entry", "id"))
"""What names a message's conversation beside the message itself."""


class Standing(Struct, frozen=True, kw_only=True):
    """What a merge changes on a conversation, and its undoing brings back."""

    state: State
    due_at: datetime | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    solved_at: datetime | None
    tags: list[str]


class _Moved(Struct, frozen=True, kw_only=True):
    """What a merge moved: ids, and how both stood before and after."""

    messages: list[UUID]
    followers: list[UUID]  # merged into the one that was merged, before
    kept: Standing
    together: Standing
    merged: Standing


class _Record(Struct, frozen=True, kw_only=True):
    id: UUID
    kept_id: UUID
    merged_id: UUID
    moved: dict[str, Any]
    undone_at: datetime | None


def _standing(row: ConversationRow) -> Standing:
    return Standing(**{name: getattr(row, name) for name in Standing.__struct_fields__})


async def merge(work: UnitOfWork, author: Author, kept_id: UUID, merged_id: UUID) -> UUID:
    """Everything said in one conversation goes into the other; answers to the old one find their way to the new one.

    Gives the id that `unmerge` takes.
    """
    if kept_id == merged_id:
        raise Invalid(message("A conversation cannot be merged into itself."))
    rows = {one: await repository.lock_conversation(work, one) for one in sorted((kept_id, merged_id))}
    kept, merged = rows[kept_id], rows[merged_id]
    if "public" in (kept.kind, merged.kind):
        raise Invalid(message("A public conversation is one place where everybody reads along: it cannot be merged."))
    if kept.merged_into or merged.merged_into:
        raise Invalid(message("One of these conversations was merged before."))
    ids = {"kept": kept_id, "merged": merged_id}
    messages = await work.tuples(
        "UPDATE message SET conversation_id = %(kept)s, data = data || jsonb_build_object('from_conversation', %(number)s::bigint)"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = %(merged)s RETURNING id",
        {**ids, "number": merged.number},
    )
    moved = [row[0] for row in messages]
    await _follow(work, moved, kept_id)
    await work.run(
        "UPDATE conversation k SET due_at = least(k.due_at, m.due_at), waiting_since = least(k.waiting_since, m.waiting_since),"
        " state = CASE WHEN 'open' IN (k.state, m.state) THEN 'open' ELSE k.state END,"
        " tags = ARRAY(SELECT DISTINCT unnest(k.tags || m.tags)), version = k.version + 1 FROM conversation m"
        " WHERE k.workspace_id = %(workspace_id)s AND m.workspace_id = %(workspace_id)s AND k.id = %(kept)s AND m.id = %(merged)s",
        ids,
    )
    await repository.update_conversation(
        work, merged_id, {"merged_into": kept_id, "state": "solved", "due_at": None, "waiting_since": None}
    )
    followers = await work.tuples(
        "UPDATE conversation SET merged_into = %(kept)s WHERE workspace_id = %(workspace_id)s AND merged_into = %(merged)s"
        " RETURNING id",
        ids,
    )
    await repository.recount(work, kept_id)
    together = _standing(await repository.lock_conversation(work, kept_id))
    record = _Moved(
        messages=moved,
        followers=[row[0] for row in followers],
        kept=_standing(kept),
        together=together,
        merged=_standing(merged),
    )
    merge_id = await _remember(work, kept_id, merged_id, record)
    await repository.insert_event(work, kept, "merged", author, {"number": merged.number, "merge": str(merge_id)})
    work.audit("conversation.merged", subject="conversation", subject_id=kept_id, merged=str(merged_id))
    for one in (kept_id, merged_id):
        work.emit("conversation", one, {"what": "merged", "into": str(kept_id)})
    return merge_id


async def unmerge(work: UnitOfWork, author: Author, merge_id: UUID) -> UUID:
    """Takes a merge apart: what was moved goes back; what came since stays. Gives the id of the one that is back.

    Raises Invalid if it was done before, or if the kept one was merged further.
    """
    record = await work.one(
        _Record,
        "SELECT id, kept_id, merged_id, moved, undone_at FROM conversation_merge"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s FOR UPDATE",
        {"id": merge_id},
    )
    if record is None or record.undone_at is not None:
        raise Invalid(message("There is no such merge, or it was undone before."))
    moved = msgspec.convert(record.moved, _Moved)
    rows = {one: await repository.lock_conversation(work, one) for one in sorted((record.kept_id, record.merged_id))}
    kept, merged = rows[record.kept_id], rows[record.merged_id]
    if kept.merged_into is not None:
        raise Invalid(message("This conversation was merged into another one since. Please take that apart first."))
    back = {"ids": moved.messages, "kept": kept.id, "merged": merged.id, "followers": moved.followers}
    returned = await work.tuples(
        "UPDATE message SET conversation_id = %(merged)s, data = data - 'from_conversation' WHERE workspace_id = %(workspace_id)s"
        " AND id = ANY(%(ids)s) AND conversation_id = %(kept)s RETURNING id",
        back,
    )
    await _follow(work, [row[0] for row in returned], merged.id)
    await work.run(
        "UPDATE conversation SET merged_into = %(merged)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(followers)s)"
        " AND merged_into = %(kept)s",
        back,
    )
    left = left_of(_facts(moved.kept), _facts(moved.together), _facts(_standing(kept)))
    brought = set(moved.together.tags) - set(moved.kept.tags)
    left["tags"] = [tag for tag in kept.tags if tag not in brought]
    await repository.update_conversation(work, kept.id, left)
    await repository.update_conversation(work, merged.id, {**_facts(moved.merged), "merged_into": None})
    for one in sorted((kept.id, merged.id)):
        await repository.recount(work, one)
    await _forget(work, record, kept, merged, author)
    return merged.id


async def _remember(work: UnitOfWork, kept_id: UUID, merged_id: UUID, moved: _Moved) -> UUID:
    merge_id = new_id()
    await work.run(
        "INSERT INTO conversation_merge (workspace_id, id, kept_id, merged_id, at, by_id, moved)"
        " VALUES (%(workspace_id)s, %(id)s, %(kept)s, %(merged)s, %(now)s, %(by)s, %(moved)s)",
        {
            "id": merge_id, "kept": kept_id, "merged": merged_id, "now": work.clock.now(), "by": work.actor.id,
            "moved": Jsonb(msgspec.to_builtins(moved)),
        },
    )  # fmt: skip
    return merge_id


async def _forget(work: UnitOfWork, record: _Record, kept: ConversationRow, merged: ConversationRow, author: Author) -> None:
    """The merge is undone: the line that told of it offers it no more, and both tell of the undoing."""
    await work.run(
        "UPDATE conversation_merge SET undone_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": record.id, "now": work.clock.now()},
    )
    await work.run(
        "UPDATE message SET data = data - 'merge' WHERE workspace_id = %(workspace_id)s AND conversation_id = %(kept)s"
        " AND direction = 'event' AND kind = 'merged' AND data->>'merge' = %(id)s::text",
        {"kept": kept.id, "id": record.id},
    )
    await repository.insert_event(work, kept, "unmerged", author, {"number": merged.number})
    await repository.insert_event(work, merged, "unmerged", author, {"number": kept.number})
    work.audit("conversation.unmerged", subject="conversation", subject_id=kept.id, merged=str(merged.id))
    for one in (kept.id, merged.id):
        work.emit("conversation", one, {"what": "unmerged"})


async def _follow(work: UnitOfWork, message_ids: Sequence[UUID], to: UUID) -> None:
    """What belongs to messages goes where they went."""
    for table, key in _FOLLOW:
        await work.run(
            f"UPDATE {table} SET conversation_id = %(to)s WHERE workspace_id = %(workspace_id)s AND {key} = ANY(%(ids)s)",
            {"to": to, "ids": list(message_ids)},
        )


def _facts(standing: Standing) -> Mapping[str, Any]:
    return msgspec.structs.asdict(standing)


async def split(work: UnitOfWork, author: Author, conversation_id: UUID, message_ids: Sequence[UUID]) -> UUID:
    """These messages become a conversation of their own, of the person who wrote the first of them."""
    source = await repository.lock_conversation(work, conversation_id)
    if source.kind == "public":
        raise Invalid(message("What was said in public stays in its place. You can answer somebody in private instead."))
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
    moved = await work.tuples(
        "UPDATE message SET conversation_id = %(new)s WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)"
        " AND conversation_id = %(old)s RETURNING id",
        {"new": new, "ids": list(message_ids), "old": conversation_id},
    )
    await _follow(work, [row[0] for row in moved], new)
    for one in sorted((new, conversation_id)):
        await repository.recount(work, one)
    await repository.share_promise(work, [new, conversation_id], source)
    target = await repository.lock_conversation(work, new)
    await repository.insert_event(work, target, "split", author, {"from": source.number})
    await repository.insert_event(work, source, "split", author, {"to": target.number})
    work.audit("conversation.split", subject="conversation", subject_id=conversation_id, new=str(new))
    for one in (conversation_id, new):
        work.emit("conversation", one, {"what": "split"})
    return new
