"""Answers of ours that stand in public on a page of our own: what that page shows."""

from datetime import datetime
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.kernel.db import UnitOfWork


class AnswerFile(Struct, frozen=True, kw_only=True):
    """A file of the answer."""

    id: UUID
    name: str
    type: str


class PublicAnswer(Struct, frozen=True, kw_only=True):
    """An answer that everybody may read, with what it answers. `answers_link`: where that stands; empty: it answers nothing known."""

    account_id: UUID
    text: str
    at: datetime
    thread_title: str = ""
    thread_link: str = ""
    answers_link: str = ""
    answers_author: str = ""
    files: tuple[AnswerFile, ...] = ()


async def public_answer(work: UnitOfWork, message_id: UUID) -> PublicAnswer | None:
    """The answer, from the moment at which it leaves; None while it waits, and where it was not sent or is erased."""
    found = await work.one(
        PublicAnswer,
        "SELECT m.account_id, m.text, m.at, coalesce(c.thread->>'title', '') AS thread_title,"
        " coalesce(c.thread->>'link', '') AS thread_link, coalesce(a.data->>'link', '') AS answers_link,"
        " coalesce(a.author_name, '') AS answers_author, coalesce((SELECT jsonb_agg(jsonb_build_object('id', f.id, 'name', f.name,"
        " 'type', f.type) ORDER BY f.position) FROM attachment f WHERE f.workspace_id = m.workspace_id AND f.message_id = m.id"
        " AND f.state = 'stored'), '[]') AS files FROM message m JOIN conversation c ON c.workspace_id = m.workspace_id"
        " AND c.id = m.conversation_id AND c.kind = 'public' LEFT JOIN message a ON a.workspace_id = m.workspace_id"
        " AND a.account_id = m.account_id AND m.reply_to <> '' AND a.external_id = m.reply_to AND a.deleted_at IS NULL"
        " WHERE m.workspace_id = %(workspace_id)s AND m.id = %(id)s AND m.direction = 'out' AND m.deleted_at IS NULL"
        " AND EXISTS (SELECT FROM delivery d WHERE d.workspace_id = m.workspace_id AND d.message_id = m.id AND d.kind = 'message'"
        " AND d.state IN ('sending', 'sent', 'delivered', 'read', 'unknown'))",
        {"id": message_id},
    )
    return msgspec.structs.replace(found, files=msgspec.convert(found.files, tuple[AnswerFile, ...])) if found else None
