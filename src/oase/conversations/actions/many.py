"""Many conversations are changed at once: by rules, or by an agent with one click. The same traces as one by one, set-based.

Change, Change … --all conversations locked, in the order of their ids--> as each becomes (pure, in order)
    --> one UPDATE · tags of the workspace · events of the timeline · live events with their cause · audit log
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

from oase.conversations import public, repository
from oase.conversations.actions.desk import PRIORITIES
from oase.conversations.rules import State
from oase.conversations.types import Author, ConversationRow, EventKind
from oase.kernel.batches import Batch
from oase.kernel.db import UnitOfWork
from oase.kernel.ids import new_id

_ROWS: Final = Batch(
    "now_", id="uuid", state="text", snoozed_until="timestamptz", solved_at="timestamptz", due_at="timestamptz",
    waiting_since="timestamptz", assignee_id="uuid", team_id="uuid", priority="smallint", tags="jsonb",
)  # fmt: skip


class Given(Struct, frozen=True):
    """To whom a conversation is given: an agent or a team, with its name; no id: to nobody."""

    id: UUID | None
    name: str = ""


class Change(Struct, frozen=True, kw_only=True):
    """What is to become of one conversation, by whom. `note`: an event of the timeline that says why. `cause` goes with live events."""

    conversation_id: UUID
    author: Author
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    assignee: Given | None = None
    team: Given | None = None
    priority: int | None = None
    state: State | None = None
    snoozed_until: datetime | None = None
    note: tuple[EventKind, Mapping[str, Any]] | None = None
    cause: Mapping[str, Any] = {}


class _Trace(Struct, frozen=True):
    """One thing that a change did: the event of the timeline, and what the live log says of it."""

    kind: EventKind
    data: Mapping[str, Any]
    what: str
    facts: Mapping[str, Any]


Step = tuple[ConversationRow, list[_Trace]]


async def change_many(work: UnitOfWork, changes: Sequence[Change]) -> None:
    """Makes these changes, one after the other; conversations that are gone or were merged are left out. Six statements, however
    many; solving or opening public ones again takes three more of each."""
    rows = {one.id: one for one in await repository.lock_conversations(work, [one.conversation_id for one in changes])}
    before = dict(rows)
    events: list[dict[str, Any]] = []
    new_tags: dict[str, None] = {}
    for change in changes:
        if (row := rows.get(change.conversation_id)) is None:
            continue
        rows[row.id], traces = became(row, change, work.clock.now())
        events += _written(work, row, change, traces)
        new_tags |= dict.fromkeys(one for one in rows[row.id].tags if one not in row.tags)
    touched = [one for one in rows.values() if one != before[one.id]]
    if touched:
        await _update(work, touched)
    if new_tags:
        await repository.ensure_tags(work, sorted(new_tags))
    if events:
        await repository.insert_events(work, events)
    for row in touched:
        if row.kind == "public" and row.state != before[row.id].state:
            await _settle(work, before[row.id], row)


def _written(work: UnitOfWork, row: ConversationRow, change: Change, traces: Sequence[_Trace]) -> list[dict[str, Any]]:
    """Says to open pages, followers and the audit log what was done; gives the events of the timeline."""
    author = change.author
    shown = {"conversation_id": row.id, "channel": row.channel, "author_id": author.id, "author_name": author.name}
    noted = [change.note] if change.note is not None else []
    with work.because(change.cause):
        for trace in traces:
            work.emit("conversation", row.id, {"what": trace.what, **trace.facts})
            work.audit(f"conversation.{trace.what}", subject="conversation", subject_id=row.id, **trace.facts)
        if noted and not traces:
            work.emit("conversation", row.id, {"what": "changed"})
    told = [*noted, *((trace.kind, trace.data) for trace in traces)]
    return [{**shown, "id": new_id(), "kind": kind, "data": dict(data)} for kind, data in told]


def became(row: ConversationRow, change: Change, now: datetime) -> Step:
    """The conversation after a change, and what it left behind. Pure."""
    traces: list[_Trace] = []
    for step in (_tagged, _owned, _teamed, _ranked, _stated):
        row, more = step(row, change, now)
        traces += more
    return row, traces


def _tagged(row: ConversationRow, change: Change, _: datetime) -> Step:
    added = [one for one in change.add_tags if one not in row.tags]
    removed = [one for one in change.remove_tags if one in row.tags]
    traces = [_Trace("tagged", {"tags": added}, "tags", {})] if added else []
    traces += [_Trace("untagged", {"tags": removed}, "tags", {})] if removed else []
    tags = [one for one in [*row.tags, *added] if one not in removed]
    return msgspec.structs.replace(row, tags=tags), traces


def _owned(row: ConversationRow, change: Change, _: datetime) -> Step:
    to = change.assignee
    if to is None or to.id == row.assignee_id:
        return row, []
    facts = {"agent": _text(to.id), "by": change.author.name, "by_id": _text(change.author.id)}
    trace = _Trace("assigned" if to.id else "unassigned", {"to": str(to.id or ""), "name": to.name}, "assigned", facts)
    return msgspec.structs.replace(row, assignee_id=to.id), [trace]


def _teamed(row: ConversationRow, change: Change, _: datetime) -> Step:
    to = change.team
    if to is None or to.id == row.team_id:
        return row, []
    facts = {"team": _text(to.id), "by": change.author.name, "by_id": _text(change.author.id)}
    trace = _Trace("team", {"to": str(to.id or ""), "name": to.name}, "team", facts)
    return msgspec.structs.replace(row, team_id=to.id), [trace]


def _ranked(row: ConversationRow, change: Change, _: datetime) -> Step:
    if change.priority is None or change.priority == row.priority:
        return row, []
    trace = _Trace("priority", {"to": PRIORITIES[change.priority]}, "priority", {})
    return msgspec.structs.replace(row, priority=change.priority), [trace]


def _stated(row: ConversationRow, change: Change, now: datetime) -> Step:
    if change.snoozed_until is not None:
        until = change.snoozed_until.isoformat()
        if row.state == "snoozed" and row.snoozed_until == change.snoozed_until:
            return row, []
        trace = _Trace("snoozed", {"until": until}, "snoozed", {"until": until})
        return msgspec.structs.replace(row, state="snoozed", snoozed_until=change.snoozed_until), [trace]
    if change.state is None or change.state == row.state:
        return row, []
    trace = _Trace("state", {"from": row.state, "to": change.state}, "state", {"state": change.state})
    solved = change.state == "solved"
    row = msgspec.structs.replace(row, state=change.state, snoozed_until=None, solved_at=now if solved else None)
    return (msgspec.structs.replace(row, due_at=None, waiting_since=None) if solved else row), [trace]


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


async def _update(work: UnitOfWork, rows: Sequence[ConversationRow]) -> None:
    await work.run(
        "UPDATE conversation c SET state = n.state, snoozed_until = n.snoozed_until, solved_at = n.solved_at, due_at = n.due_at,"
        " waiting_since = n.waiting_since, assignee_id = n.assignee_id, team_id = n.team_id, priority = n.priority,"
        " tags = ARRAY(SELECT jsonb_array_elements_text(n.tags)), version = c.version + 1"
        f" FROM {_ROWS.rows} WHERE c.workspace_id = %(workspace_id)s AND c.id = n.id",
        _ROWS.values(rows),
    )


async def _settle(work: UnitOfWork, before: ConversationRow, row: ConversationRow) -> None:
    """In public each message waits by itself: solving settles them all, opening again brings those back."""
    if row.state == "solved":
        await public.settle_all(work, row.id)
    elif before.state == "solved":
        await public.unsettle_all(work, row.id)
    await public.recount(work, [row.id], public.manifest_of(row.channel))
