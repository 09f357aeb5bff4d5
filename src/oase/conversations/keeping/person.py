"""What conversations hold about a person: counted, given out, erased. (GDPR Art. 15, 17, 20; see `people.erasure`.)"""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from oase.conversations.keeping.repository import delete_conversations, delete_deliveries
from oase.kernel.db import UnitOfWork
from oase.people import Collected, FileOf

_OF: Final = (
    " FROM conversation c JOIN message m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id"
    " WHERE c.workspace_id = %(workspace_id)s AND c.person_id = ANY(%(ids)s)"
)
_FILES: Final = (
    " FROM conversation c JOIN message m ON m.workspace_id = c.workspace_id AND m.conversation_id = c.id"
    " JOIN attachment a ON a.workspace_id = m.workspace_id AND a.message_id = m.id"
    " WHERE c.workspace_id = %(workspace_id)s AND c.person_id = ANY(%(ids)s)"
)
_UNSAFE: Final = re.compile(r"[^\w.-]+")


async def count(work: UnitOfWork, ids: Sequence[UUID]) -> dict[str, int]:
    """Conversations, messages (notes too) and files."""
    row = await work.row(
        f"SELECT count(DISTINCT c.id) AS conversations, count(m.id) FILTER (WHERE m.direction <> 'event') AS messages,"
        f" (SELECT count(*){_FILES}) AS files{_OF}",
        {"ids": list(ids)},
    )
    return dict(row or {})


async def collect(work: UnitOfWork, ids: Sequence[UUID]) -> Collected:
    """Conversations with what was said in them, notes included; what the system did is left out."""
    conversations = await work.rows(
        "SELECT id, number, subject, channel, state, tags, fields, created_at, solved_at FROM conversation"
        " WHERE workspace_id = %(workspace_id)s AND person_id = ANY(%(ids)s) ORDER BY id",
        {"ids": list(ids)},
    )
    messages = await work.rows(
        "SELECT m.id, m.conversation_id, m.at, m.direction, m.kind, m.channel, m.author_name, m.subject, m.text, m.quoted, m.html"
        f"{_OF} AND m.direction <> 'event' ORDER BY m.at, m.id",
        {"ids": list(ids)},
    )
    files = await work.rows(
        f"SELECT a.id, a.message_id, a.name, a.type, a.size_bytes, a.blob_key{_FILES} AND a.state = 'stored' ORDER BY a.id",
        {"ids": list(ids)},
    )
    return Collected(
        records={"conversations": _together(conversations, messages, files)},
        files=[FileOf(_path(file), file["blob_key"]) for file in files],
    )


def _together(
    conversations: Sequence[dict[str, Any]], messages: Sequence[dict[str, Any]], files: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Files in their messages, messages in their conversations."""
    of_message: dict[UUID, list[dict[str, Any]]] = {}
    for file in files:
        shown = {"name": file["name"], "type": file["type"], "size_bytes": file["size_bytes"], "file": _path(file)}
        of_message.setdefault(file["message_id"], []).append(shown)
    of_conversation: dict[UUID, list[dict[str, Any]]] = {}
    for one in messages:
        of_conversation.setdefault(one["conversation_id"], []).append({**one, "files": of_message.get(one["id"], [])})
    return [{**one, "messages": of_conversation.get(one["id"], [])} for one in conversations]


def _path(file: dict[str, Any]) -> str:
    """Where the file lies in the archive: safe on every system, and never twice."""
    name = _UNSAFE.sub("_", file["name"]).strip("._")[-80:] or "file"
    return f"files/{file['id'].hex[-12:]}-{name}"


async def erase(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """Conversations with everything, and the raw deliveries in which they came. What nobody has read yet stays in the journal."""
    deliveries = await work.tuples(
        f"SELECT DISTINCT m.journal_id{_OF} AND EXISTS (SELECT FROM journal j WHERE j.workspace_id = c.workspace_id"
        " AND j.id = m.journal_id AND j.state = 'done') ORDER BY m.journal_id",
        {"ids": list(ids)},
    )
    conversations = await work.tuples(
        "SELECT id FROM conversation WHERE workspace_id = %(workspace_id)s AND person_id = ANY(%(ids)s)", {"ids": list(ids)}
    )
    await delete_conversations(work, [one for (one,) in conversations])
    await delete_deliveries(work, [one for (one,) in deliveries])
