"""What conversations hold about a person: counted, given out, erased. (GDPR Art. 15, 17, 20; see `people.erasure`.)

A conversation of the person's own is theirs as a whole. In public others speak, too: there only what they said is theirs.
"""

import re
from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

from oase.conversations import public
from oase.conversations.devices.repository import erase_devices
from oase.conversations.keeping.repository import delete_conversations, delete_deliveries, delete_messages
from oase.conversations.repository import forget_lines, recount
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
_PUBLIC: Final = (
    " FROM identity i JOIN participant s ON s.workspace_id = i.workspace_id AND s.identity_id = i.id"
    " JOIN conversation c ON c.workspace_id = s.workspace_id AND c.id = s.conversation_id"
    " JOIN message m ON m.workspace_id = s.workspace_id AND m.conversation_id = s.conversation_id AND m.identity_id = s.identity_id"
    " WHERE i.workspace_id = %(workspace_id)s AND i.person_id = ANY(%(ids)s)"
)
_ATTACHED: Final = " LEFT JOIN attachment a ON a.workspace_id = m.workspace_id AND a.message_id = m.id"
_UNSAFE: Final = re.compile(r"[^\w.-]+")


async def count(work: UnitOfWork, ids: Sequence[UUID]) -> dict[str, int]:
    """Conversations, messages (notes too) and files; what was said in public counts among them."""
    own = await work.row(
        f"SELECT count(DISTINCT c.id) AS conversations, count(m.id) FILTER (WHERE m.direction <> 'event') AS messages,"
        f" (SELECT count(*){_FILES}) AS files{_OF}",
        {"ids": list(ids)},
    )
    said = await work.row(
        "SELECT count(DISTINCT c.id) AS conversations, count(m.id) AS messages, count(a.id) AS files"
        f"{_PUBLIC.replace(' WHERE', f'{_ATTACHED} WHERE')} AND m.direction = 'in'",
        {"ids": list(ids)},
    )
    return {key: value + (said or {}).get(key, 0) for key, value in (own or {}).items()}


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
    said, shown = await _collect_public(work, ids)
    return Collected(
        records={"conversations": _together(conversations, messages, files), "public": said},
        files=[FileOf(_path(file), file["blob_key"]) for file in [*files, *shown]],
    )


async def _collect_public(work: UnitOfWork, ids: Sequence[UUID]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What the person said in public and what we answered there, by its place; and the files of it."""
    places = await work.rows(
        f"SELECT DISTINCT c.id, c.number, c.channel, c.thread->>'title' AS title, c.thread->>'link' AS link{_PUBLIC} ORDER BY c.id",
        {"ids": list(ids)},
    )
    messages = await work.rows(
        "SELECT m.id, m.conversation_id, m.at, m.direction, m.kind, m.channel, m.author_name, m.subject, m.text, m.quoted, m.html,"
        f" m.data->>'link' AS link{_PUBLIC} ORDER BY m.at, m.id",
        {"ids": list(ids)},
    )
    files = await work.rows(
        "SELECT a.id, a.message_id, a.name, a.type, a.size_bytes, a.blob_key"
        f"{_PUBLIC.replace(' WHERE', f'{_ATTACHED} WHERE')} AND a.state = 'stored' ORDER BY a.id",
        {"ids": list(ids)},
    )
    return _together(places, messages, files), files


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
    await erase_devices(work, ids)
    await _erase_public(work, ids)


async def _erase_public(work: UnitOfWork, ids: Sequence[UUID]) -> None:
    """What the person said in public goes; what others said and what we answered stays, without the address it went to."""
    rows = await work.tuples(f"SELECT m.id, m.conversation_id, m.journal_id, m.direction{_PUBLIC}", {"ids": list(ids)})
    said = sorted(message for message, _, _, direction in rows if direction == "in")
    places = sorted({conversation for _, conversation, _, _ in rows})
    await public.lock(work, places)
    await public.forget_post(work, said, author=True)
    await delete_messages(work, said)
    await _forget_recipient(work, sorted(message for message, _, _, direction in rows if direction == "out"))
    raws = await work.tuples(
        "SELECT id FROM journal WHERE workspace_id = %(workspace_id)s AND id = ANY(%(raws)s) AND state = 'done' ORDER BY id",
        {"raws": sorted({journal for _, _, journal, _ in rows if journal})},
    )
    await delete_deliveries(work, [raw for (raw,) in raws])
    await work.run(
        "DELETE FROM participant s USING identity i WHERE s.workspace_id = %(workspace_id)s AND i.workspace_id = s.workspace_id"
        " AND i.id = s.identity_id AND i.person_id = ANY(%(ids)s)",
        {"ids": list(ids)},
    )
    empty = await work.tuples(
        "SELECT id FROM conversation c WHERE c.workspace_id = %(workspace_id)s AND c.id = ANY(%(places)s) AND NOT EXISTS"
        " (SELECT FROM message m WHERE m.workspace_id = c.workspace_id AND m.conversation_id = c.id AND m.direction IN ('in', 'out'))",
        {"places": places},
    )
    await delete_conversations(work, [one for (one,) in empty])
    await public.recount(work, places, None, answered=set(places))
    for one in places:
        await recount(work, one)
        work.emit("conversation", one, {"what": "changed"})
    await forget_lines(work, places)


async def _forget_recipient(work: UnitOfWork, message_ids: Sequence[UUID]) -> None:
    await work.run(
        "UPDATE message SET identity_id = NULL WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
        {"ids": list(message_ids)},
    )
    await work.run(
        "UPDATE delivery SET recipient = '', outbound = outbound #- '{outbound,envelope,to}' #- '{outbound,envelope,to_name}'"
        " WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)s)",
        {"ids": list(message_ids)},
    )
