"""What a workspace keeps of messages that their senders changed or took back: its own rule.

    workspace.settings["changed_messages"] = {"edited": keep | forget, "deleted": erase | keep}

A message that was taken back is always shown as such. By default its words and files go with it, as data protection (GDPR Art. 25)
and the rules of most places ask for; earlier texts of an edited one stay, because they say what was answered.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.channels.contract import Act
from oase.conversations import public
from oase.conversations.keeping.repository import delete_deliveries
from oase.kernel.db import UnitOfWork
from oase.kernel.removal import doom
from oase.staff import change_setting, find_workspace

_NAMED: Final = 40  # messages in one event: readers take more for a sign that there may be still more
_OURS: Final = ("elsewhere", "hidden", "liked", "settled", "before", "deleted_by")
"""What of a message's data is ours, not the sender's: it stays when the words go."""
KEY: Final = "changed_messages"
"""Where the rule stands in the settings of a workspace."""


class ChangeRule(Struct, frozen=True, kw_only=True):
    """What stays: earlier texts of what was edited; text and files of what was taken back."""

    edited: Literal["keep", "forget"] = "keep"
    deleted: Literal["erase", "keep"] = "erase"


def rule_in(settings: Mapping[str, Any]) -> ChangeRule:
    """The rule of a workspace with these settings; what a newer or older version wrote there counts as the default."""
    try:
        return msgspec.convert(settings.get(KEY) or {}, ChangeRule)
    except msgspec.ValidationError:
        return ChangeRule()


async def change_rule(work: UnitOfWork) -> ChangeRule:
    """The workspace's rule. One query."""
    workspace = await find_workspace(work)
    return rule_in(workspace.settings if workspace else {})


async def set_change_rule(work: UnitOfWork, rule: ChangeRule) -> None:
    """The rule for what is changed and taken back from now on."""
    await change_setting(work, KEY, msgspec.to_builtins(rule))


class Changed(Struct, frozen=True, kw_only=True):
    """A message that is different now."""

    id: UUID
    conversation_id: UUID
    journal_id: UUID | None = None
    direction: str = "in"


def tell_changed(work: UnitOfWork, changed: Sequence[Changed]) -> None:
    """To open pages and to the index."""
    ids: dict[UUID, list[str]] = defaultdict(list)
    for one in changed:
        ids[one.conversation_id].append(str(one.id))
    for conversation_id, messages in ids.items():
        for start in range(0, len(messages), _NAMED):
            work.emit("conversation", conversation_id, {"what": "changed", "messages": messages[start : start + _NAMED]})


async def erase_words(work: UnitOfWork, gone: Sequence[Changed]) -> None:
    """Text, files and raw delivery of messages go for good; that there was one, when, and by whom, stays."""
    if not gone:
        return
    ids = {"ids": sorted(one.id for one in gone)}
    await work.run(
        "UPDATE message SET text = '', html = '', quoted = '', signature = '', subject = '', reactions = '{}',"
        " data = (SELECT coalesce(jsonb_object_agg(key, value), '{}') FROM jsonb_each(data) WHERE key = ANY(%(ours)b::text[]))"
        " || '{\"erased\": true}' WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
        {**ids, "ours": list(_OURS)},
    )
    files = await work.tuples(
        "DELETE FROM attachment WHERE workspace_id = %(workspace_id)s AND message_id = ANY(%(ids)s) RETURNING blob_key", ids
    )
    await doom(work, [key for (key,) in files if key])
    raws = await work.tuples(
        "SELECT id FROM journal WHERE workspace_id = %(workspace_id)s AND id = ANY(%(raws)s) AND state = 'done'",
        {"raws": sorted({one.journal_id for one in gone if one.journal_id})},
    )
    await delete_deliveries(work, [raw for (raw,) in raws])
    await public.forget_post(work, [one.id for one in gone])


_MARKS: Final[dict[Act, tuple[str, bool]]] = {
    "hide": ("hidden", True), "show": ("hidden", False), "like": ("liked", True), "unlike": ("liked", False),
}  # fmt: skip


async def mark_act(work: UnitOfWork, message_id: UUID, act: Act, by: str, at: datetime) -> bool:
    """An act took effect: the message says what, by whom and when. False if it was known. What is known by name stays."""
    facts: dict[str, Any] = {"id": message_id, "by": by, "at": at}
    if act == "delete":
        statement = (
            "UPDATE message SET deleted_at = %(at)s, wants_answer = false, data = data || jsonb_build_object('deleted_by', %(by)s::text)"
            " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND deleted_at IS NULL"
        )
        return bool(await work.run(statement, facts))
    name, on = _MARKS[act]
    if on:
        statement = (
            f"UPDATE message SET data = data || jsonb_build_object('{name}', jsonb_build_object('by', %(by)s::text,"
            " 'at', %(at)s::timestamptz)) WHERE workspace_id = %(workspace_id)s AND id = %(id)s"
            f" AND (NOT data ? '{name}' OR (data->'{name}'->>'by' = '' AND %(by)s::text <> ''))"
        )
    else:
        statement = (
            f"UPDATE message SET data = data - '{name}' WHERE workspace_id = %(workspace_id)s AND id = %(id)s"
            f" AND data ? '{name}' AND (data->'{name}'->>'at')::timestamptz <= %(at)s"
        )
    return bool(await work.run(statement, facts))
