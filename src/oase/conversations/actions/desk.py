"""What agents do with a conversation: assign, solve, snooze, tag, note, keep drafts. One function, one thing that happens."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from psycopg.types.json import Jsonb

from oase.conversations import public, repository
from oase.conversations.errors import NoConversation
from oase.conversations.fields import read_values
from oase.conversations.queries.person import custom_fields
from oase.conversations.rules import State
from oase.conversations.types import Author, ConversationRow, EventKind
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Conflict, Invalid

_TAG_CHARACTERS: Final = 40
PRIORITIES: Final = {-1: "low", 0: "normal", 1: "high", 2: "urgent"}


async def _locked(work: UnitOfWork, conversation_id: UUID, version: int | None) -> ConversationRow:
    conversation = await repository.lock_conversation(work, conversation_id)
    if conversation.merged_into is not None:
        raise NoConversation("This conversation was merged into another one.")
    if version is not None and conversation.version != version:
        raise Conflict("Somebody else has changed this conversation meanwhile.")
    return conversation


def _tell(work: UnitOfWork, conversation_id: UUID, what: str, **facts: str | None) -> None:
    """To open pages, and to the audit log: ids and words of our own, nothing that a customer said."""
    work.emit("conversation", conversation_id, {"what": what, **facts})
    work.audit(f"conversation.{what}", subject="conversation", subject_id=conversation_id, **facts)


def _by(author: Author) -> dict[str, str | None]:
    return {"by": author.name, "by_id": str(author.id) if author.id else None}


async def record(work: UnitOfWork, author: Author, conversation_id: UUID, kind: EventKind, facts: Mapping[str, Any]) -> None:
    """A line in the timeline about something that another slice did, with a conversation that may have been merged away."""
    conversation = await repository.lock_conversation(work, conversation_id)
    await repository.insert_event(work, conversation, kind, author, facts)


async def assign(
    work: UnitOfWork,
    author: Author,
    conversation_id: UUID,
    assignee_id: UUID | None,
    *,
    assignee: str = "",
    version: int | None = None,
) -> None:
    """Gives the conversation to an agent, or to nobody. With `version`: raises Conflict if somebody was faster."""
    conversation = await _locked(work, conversation_id, version)
    if conversation.assignee_id == assignee_id:
        return
    await repository.update_conversation(work, conversation.id, {"assignee_id": assignee_id})
    kind = "assigned" if assignee_id else "unassigned"
    await repository.insert_event(work, conversation, kind, author, {"to": str(assignee_id or ""), "name": assignee})  # type: ignore[arg-type]
    _tell(work, conversation.id, "assigned", agent=str(assignee_id) if assignee_id else None, **_by(author))


async def set_team(work: UnitOfWork, author: Author, conversation_id: UUID, team_id: UUID | None, *, team: str = "") -> None:
    """Gives the conversation to a team."""
    conversation = await _locked(work, conversation_id, None)
    if conversation.team_id != team_id:
        await repository.update_conversation(work, conversation.id, {"team_id": team_id})
        await repository.insert_event(work, conversation, "team", author, {"to": str(team_id or ""), "name": team})
        _tell(work, conversation.id, "team", team=str(team_id) if team_id else None, **_by(author))


async def set_state(work: UnitOfWork, author: Author, conversation_id: UUID, state: State, *, version: int | None = None) -> None:
    """Opens, solves or sets waiting. Solving ends what is owed; reopening invents no promise, but in public it brings back what
    was settled by solving."""
    if state == "snoozed":
        raise Invalid("A conversation is snoozed until a moment.", field="state")
    conversation = await _locked(work, conversation_id, version)
    if conversation.state == state:
        return
    now = work.clock.now()
    changes: dict[str, Any] = {"state": state, "snoozed_until": None, "solved_at": now if state == "solved" else None}
    if state == "solved":
        changes |= {"due_at": None, "waiting_since": None}
    await repository.update_conversation(work, conversation.id, changes)
    if conversation.kind == "public":
        await _settle_with(work, author, conversation, state)
    await repository.insert_event(work, conversation, "state", author, {"from": conversation.state, "to": state})
    _tell(work, conversation.id, "state", state=state)


async def _settle_with(work: UnitOfWork, author: Author, conversation: ConversationRow, state: State) -> None:
    """In public each message waits by itself: solving settles them all, opening again brings those back."""
    if state == "solved":
        await public.settle_all(work, conversation.id, author.name)
    elif conversation.state == "solved":
        await public.unsettle_all(work, conversation.id)
    await public.recount(work, [conversation.id], public.manifest_of(conversation.channel))


async def snooze(work: UnitOfWork, author: Author, conversation_id: UUID, until: datetime) -> None:
    """Lets the conversation sleep until a moment, or until the customer writes."""
    if until <= work.clock.now():
        raise Invalid("This moment is already over.", field="until")
    conversation = await _locked(work, conversation_id, None)
    await repository.update_conversation(work, conversation.id, {"state": "snoozed", "snoozed_until": until})
    await repository.insert_event(work, conversation, "snoozed", author, {"until": until.isoformat()})
    _tell(work, conversation.id, "snoozed", until=until.isoformat())


async def wake_snoozed(work: UnitOfWork) -> int:
    """Opens what has slept long enough. Called every few seconds for each workspace."""
    ids = await repository.due_snoozes(work, work.clock.now(), 200)
    for conversation_id in sorted(ids):
        conversation = await repository.lock_conversation(work, conversation_id)
        await repository.update_conversation(work, conversation_id, {"state": "open", "snoozed_until": None})
        await repository.insert_event(work, conversation, "woke", Author(), {})
        work.emit("conversation", conversation_id, {"what": "woke"})
    return len(ids)


async def set_priority(work: UnitOfWork, author: Author, conversation_id: UUID, priority: int) -> None:
    """-1 low, 0 normal, 1 high, 2 urgent."""
    if priority not in PRIORITIES:
        raise Invalid("There is no such priority.", field="priority")
    conversation = await _locked(work, conversation_id, None)
    if conversation.priority != priority:
        await repository.update_conversation(work, conversation.id, {"priority": priority})
        await repository.insert_event(work, conversation, "priority", author, {"to": PRIORITIES[priority]})
        _tell(work, conversation.id, "priority")


async def set_tags(work: UnitOfWork, author: Author, conversation_id: UUID, tags: Iterable[str]) -> None:
    """Replaces the tags; new names become tags of the workspace by themselves."""
    conversation = await _locked(work, conversation_id, None)
    wanted = list(dict.fromkeys(tag.strip()[:_TAG_CHARACTERS] for tag in tags if tag.strip()))
    added = [tag for tag in wanted if tag not in conversation.tags]
    removed = [tag for tag in conversation.tags if tag not in wanted]
    if not added and not removed:
        return
    await repository.update_conversation(work, conversation.id, {"tags": wanted})
    await repository.ensure_tags(work, added)
    if added:
        await repository.insert_event(work, conversation, "tagged", author, {"tags": added})
    if removed:
        await repository.insert_event(work, conversation, "untagged", author, {"tags": removed})
    _tell(work, conversation.id, "tags")


async def set_subject(work: UnitOfWork, author: Author, conversation_id: UUID, subject: str) -> None:
    """Gives the conversation a title of our own; mails keep their thread by their headers."""
    conversation = await _locked(work, conversation_id, None)
    await repository.update_conversation(work, conversation.id, {"subject": subject.strip()[:500]})
    await repository.insert_event(work, conversation, "subject", author, {"to": subject.strip()[:500]})
    _tell(work, conversation.id, "subject")


async def set_fields(work: UnitOfWork, author: Author, conversation_id: UUID, fields: Mapping[str, Any]) -> None:
    """Writes custom fields; an empty value takes one away. Raises Invalid for what does not fit the kind of its field."""
    conversation = await _locked(work, conversation_id, None)
    defined = {field.key: field for field in await custom_fields(work) if field.subject == "conversation"}
    stored = await work.value(
        "SELECT fields FROM conversation WHERE workspace_id = %(workspace_id)s AND id = %(id)s", {"id": conversation.id}
    )
    given = read_values(list(defined.values()), fields)
    changed = {key: None if value == "" else value for key, value in given.items() if value != stored.get(key)}
    if not changed:
        return
    kept = {key: value for key, value in changed.items() if value is not None}
    gone = [key for key, value in changed.items() if value is None]
    await work.run(
        "UPDATE conversation SET fields = (fields || %(kept)s) - %(gone)b::text[], version = version + 1"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation.id, "kept": Jsonb(kept), "gone": gone},
    )
    for key in (key for key in changed if key in defined):
        facts = {"labels": defined[key].labels, "field": defined[key].kind, "value": changed[key]}
        await repository.insert_event(work, conversation, "field", author, facts)
    _tell(work, conversation.id, "fields", changed=", ".join(sorted(changed)))


async def note(
    work: UnitOfWork,
    author: Author,
    conversation_id: UUID,
    text: str,
    *,
    client_key: UUID,
    mentions: Iterable[UUID] = (),
    attachment_ids: Iterable[UUID] = (),
) -> UUID:
    """Writes a note to colleagues; customers never see it. Those who are mentioned find it among their mentions."""
    known = await repository.message_by_client_key(work, client_key)
    if known is not None:
        return known
    if not text.strip():
        raise Invalid("The note is empty.", field="text")
    conversation = await _locked(work, conversation_id, None)
    message_id = await repository.insert_message(
        work,
        {
            "conversation_id": conversation.id,
            "direction": "note",
            "channel": conversation.channel,
            "author_id": author.id,
            "author_name": author.name,
            "text": text,
            "client_key": client_key,
            "data": {"mentions": [str(one) for one in mentions]},
        },
    )
    await repository.attach(work, message_id, list(attachment_ids))
    await repository.mention(work, conversation.id, message_id, list(dict.fromkeys(mentions)))
    await repository.update_conversation(work, conversation.id, {"last_at": work.clock.now()})
    work.emit("conversation", conversation.id, {"what": "noted", "messages": [str(message_id)]})
    for agent_id in dict.fromkeys(mentions):
        work.emit("mention", agent_id, {"conversation": str(conversation.id), "message": str(message_id), **_by(author)})
    return message_id


async def keep_draft(work: UnitOfWork, author_id: UUID, conversation_id: UUID, content: Mapping[str, Any]) -> None:
    """Keeps what an agent has begun to write; an empty text throws it away."""
    if content.get("text") or content.get("attachments"):
        await repository.save_draft(work, conversation_id, author_id, content)
    else:
        await repository.delete_draft(work, conversation_id, author_id)


async def mark_read(work: UnitOfWork, agent_id: UUID, conversation_id: UUID) -> bool:
    """The agent has seen everything until now; True if there was something the agent had not seen."""
    fresh = await repository.unseen(work, conversation_id, agent_id)
    if await repository.mark_read(work, conversation_id, agent_id, work.clock.now()):
        await work.run(
            "UPDATE mention SET seen_at = %(now)s WHERE workspace_id = %(workspace_id)s AND agent_id = %(agent)s"
            " AND conversation_id = %(id)s AND seen_at IS NULL",
            {"agent": agent_id, "id": conversation_id, "now": work.clock.now()},
        )
        work.emit("read", agent_id, {"conversation": str(conversation_id)})
    return fresh


async def forget_read(work: UnitOfWork, agent_id: UUID, conversation_id: UUID) -> None:
    """The newest message of the customer counts as unread again."""
    await work.run(
        "UPDATE read_state r SET read_at = m.created_at - interval '1 microsecond' FROM (SELECT created_at FROM message"
        " WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s AND direction = 'in' ORDER BY at DESC, id DESC LIMIT 1) m"
        " WHERE r.workspace_id = %(workspace_id)s AND r.agent_id = %(agent)s AND r.conversation_id = %(id)s",
        {"agent": agent_id, "id": conversation_id},
    )
    work.emit("read", agent_id, {"conversation": str(conversation_id)})
