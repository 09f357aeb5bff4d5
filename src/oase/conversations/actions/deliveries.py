"""What people do with deliveries: take back what has not left, try again, decide what is unknown, drop what did not arrive.

And what becomes of the conversation when a provider would not deliver an answer.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from uuid import UUID

from oase.conversations import public, repository
from oase.conversations.errors import NoMessage, TooLate
from oase.conversations.types import Author, ConversationRow
from oase.kernel.db import UnitOfWork


async def _of_message(work: UnitOfWork, message_id: UUID) -> tuple[ConversationRow, list[dict[str, Any]], dict[str, Any]]:
    """The message's conversation, its deliveries (all locked), and itself; its `data` keeps what an undo needs."""
    message = await work.row(
        "SELECT conversation_id, author_id, author_name, automatic, data FROM message"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s AND direction = 'out'",
        {"id": message_id},
    )
    if message is None:
        raise NoMessage("This message does not exist.")
    conversation = await repository.lock_conversation(work, message["conversation_id"])
    deliveries = await work.rows(
        "SELECT id, state, account_id, why FROM delivery WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s"
        " AND kind = 'message' ORDER BY id FOR UPDATE",
        {"id": message_id},
    )
    return conversation, deliveries, message


async def _set(work: UnitOfWork, message_id: UUID, from_states: list[str], state: str, why: str) -> None:
    await work.run(
        "UPDATE delivery SET state = %(state)s, why = %(why)s, next_at = %(now)s,"
        " attempts = CASE WHEN %(state)s = 'queued' THEN 0 ELSE attempts END"
        " WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s AND kind = 'message' AND state = ANY(%(from)s)",
        {"id": message_id, "state": state, "why": why, "from": from_states, "now": work.clock.now()},
    )


async def cancel(work: UnitOfWork, message_id: UUID) -> None:
    """Takes back a message that has not left yet (undo); the conversation is as before. Raises TooLate."""
    conversation, deliveries, message = await _of_message(work, message_id)
    if any(one["state"] != "queued" for one in deliveries):
        raise TooLate("This message is on its way already.")
    await _set(work, message_id, ["queued"], "cancelled", "")
    await work.run(
        "UPDATE message SET deleted_at = %(now)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": message_id, "now": work.clock.now()},
    )
    await work.run(  # uploads can be sent again with the text that comes back into the composer
        "UPDATE attachment SET message_id = NULL WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s",
        {"id": message_id},
    )
    await work.run(
        "UPDATE conversation SET message_count = greatest(message_count - 1, 0) WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation.id},
    )
    await _as_before(work, conversation, message["data"])
    work.emit("conversation", conversation.id, {"what": "cancelled", "messages": [str(message_id)]})
    work.audit("message.cancelled", subject="message", subject_id=message_id)


async def _as_before(work: UnitOfWork, conversation: ConversationRow, data: Mapping[str, Any]) -> None:
    """The conversation owes what it owed before the message, which kept that in its data."""
    before = data.get("before") or {}
    await work.run(
        "UPDATE conversation SET state = coalesce(%(state)s, state), due_at = %(due_at)s, solved_at = %(solved_at)s,"
        " waiting_since = CASE WHEN %(due_at)s::timestamptz IS NULL THEN waiting_since"
        " ELSE coalesce(waiting_since, %(waiting_since)s, last_in_at) END,"
        " version = version + 1 WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation.id, **{name: before.get(name) for name in ("state", "due_at", "waiting_since", "solved_at")}},
    )
    await _recount(work, conversation, await _wait_again(work, conversation, _settled(data)))


def _settled(data: Mapping[str, Any]) -> list[UUID]:
    """What a message had answered in public."""
    return [UUID(one) for one in (data.get("before") or {}).get("settled", ())]


async def _recount(work: UnitOfWork, conversation: ConversationRow, touched: Sequence[public.Waited]) -> None:
    """The public conversations in which something waits again, or waits no more."""
    for one in sorted({one.conversation_id for one in touched} | ({conversation.id} if conversation.kind == "public" else set())):
        place = await repository.lock_conversation(work, one)
        manifest = public.manifest_of(place.channel)
        await public.recount(work, [one], manifest, open_while_waiting=place.state == "waiting")


async def _wait_again(work: UnitOfWork, conversation: ConversationRow, message_ids: list[UUID]) -> list[public.Waited]:
    """What the message had answered in public waits again; if that was done in private, the line between the two goes."""
    if not message_ids:
        return []
    waited = await public.wait_again(work, message_ids)
    ids = {"id": conversation.id, "ids": message_ids}
    await work.run(
        "DELETE FROM conversation_link WHERE workspace_id = %(workspace_id)s AND private_id = %(id)s AND message_id = ANY(%(ids)s)",
        ids,
    )
    await work.run(
        "DELETE FROM message WHERE workspace_id = %(workspace_id)s AND conversation_id = %(id)s AND direction = 'event'"
        " AND kind = 'from_public' AND (data->>'message')::uuid = ANY(%(ids)s)",
        ids,
    )
    for one in waited:
        work.emit("conversation", one.conversation_id, {"what": "changed", "messages": [str(one.id)]})
    return waited


async def look_again(work: UnitOfWork, message_id: UUID) -> None:
    """What became of an answer decides whether its conversation waits for the customer or for us, unless something was said since.

    a part has failed, or nobody can tell   open, and whoever has it, or else wrote it, is told once
    nothing of it can have arrived          owed again as it was before
    it went after all, is tried again       as the answer had left it, unless people have moved it meanwhile

    What Oase says by itself answers nothing, and opens nothing. Looking twice changes nothing.
    """
    conversation, deliveries, message = await _of_message(work, message_id)
    states, left = {one["state"] for one in deliveries}, message["data"].get("unreached")
    trouble, lost = states & {"failed", "unknown"}, states <= {"failed", "cancelled"}
    under_way_again = left is not None and not trouble and not lost
    if under_way_again:
        await _remember(work, message_id, None)
    undecided = ("open", "waiting") if lost and not trouble else ("open",)  # who gives it up decides about what waits, too
    moved = left is not None and conversation.state not in undecided
    if message["automatic"] or not states or moved or await _went_on(work, conversation, message_id):
        return
    if lost and (left is None or conversation.due_at is None):
        await _as_before(work, conversation, message["data"])
    if trouble:
        await _move(work, conversation, {"state": "open"})
        if left is None:
            await _remember(work, message_id, conversation.state)
            why = "unreached" if "failed" in states else "unclear"
            await repository.insert_event(work, conversation, "unreached", Author(), {"why": why})
            if agent_id := conversation.assignee_id or message["author_id"]:
                work.emit("unsent", conversation.id, {"agent": str(agent_id), "message": str(message_id), "why": why})
    elif under_way_again:
        await _answered_again(work, conversation, message)


async def _remember(work: UnitOfWork, message_id: UUID, state: str | None) -> None:
    """Keeps the state in which an answer that failed had left its conversation; None: it is on its way again."""
    await work.run(
        "UPDATE message SET data = CASE WHEN %(state)s::text IS NULL THEN data - 'unreached'"
        " ELSE data || jsonb_build_object('unreached', %(state)s::text) END WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": message_id, "state": state},
    )


async def _move(work: UnitOfWork, conversation: ConversationRow, changes: Mapping[str, Any]) -> None:
    await repository.update_conversation(work, conversation.id, {"snoozed_until": None, "solved_at": None, **changes})
    work.emit("conversation", conversation.id, {"what": "state", "state": changes["state"]})


async def retry(work: UnitOfWork, message_id: UUID) -> None:
    """Sends the failed parts of a message once more; if nothing was said since, the conversation counts as answered again."""
    conversation, deliveries, _ = await _of_message(work, message_id)
    if not any(one["state"] == "failed" for one in deliveries):
        raise TooLate("Nothing of this message has failed.")
    await _set(work, message_id, ["failed"], "queued", "")
    await look_again(work, message_id)
    work.emit("conversation", conversation.id, {"what": "delivery", "messages": [str(message_id)]})
    work.emit("delivery", deliveries[0]["account_id"])
    work.audit("message.retried", subject="message", subject_id=message_id)


async def _answered_again(work: UnitOfWork, conversation: ConversationRow, message: Mapping[str, Any]) -> None:
    """The conversation as the answer had left it; snoozed it is no more."""
    state = message["data"]["unreached"]
    solved_at = work.clock.now() if state == "solved" else None
    owed = {"due_at": None, "waiting_since": None, "solved_at": solved_at}
    await _move(work, conversation, {"state": "waiting" if state == "snoozed" else state, **owed})
    await _recount(work, conversation, await public.settle(work, _settled(message["data"]), "answered", message["author_name"]))


async def resolve_unknown(work: UnitOfWork, message_id: UUID, decision: Literal["sent", "again"]) -> None:
    """A person decides what we cannot tell: it arrived, or it is to be sent again. Either way it counts as answered."""
    conversation, deliveries, _ = await _of_message(work, message_id)
    if not any(one["state"] == "unknown" for one in deliveries):
        raise TooLate("The fate of this message is known by now.")
    if decision == "sent":
        await _set(work, message_id, ["unknown"], "sent", "")
    else:
        await _set(work, message_id, ["unknown"], "queued", "")
        work.emit("delivery", deliveries[0]["account_id"])
    await look_again(work, message_id)
    work.emit("conversation", conversation.id, {"what": "delivery", "messages": [str(message_id)]})
    work.audit("message.resolved", subject="message", subject_id=message_id, decision=decision)


async def drop(work: UnitOfWork, message_id: UUID) -> None:
    """Gives up what failed or, as a person knows, did not arrive. It stays in sight; if nothing was said since, we owe an answer again.

    Raises TooLate if nothing of it failed or is unknown. A receipt that shows it arrived still counts.
    """
    conversation, deliveries, _ = await _of_message(work, message_id)
    given_up = [one for one in deliveries if one["state"] in ("failed", "unknown")]
    if not given_up:
        raise TooLate("There is nothing of this message to give up.")
    for state in ("failed", "unknown"):
        why = next((one["why"] for one in given_up if one["state"] == state), "")
        await _set(work, message_id, [state], "cancelled", why)
    await look_again(work, message_id)
    work.emit("conversation", conversation.id, {"what": "delivery", "messages": [str(message_id)]})
    work.audit("message.dropped", subject="message", subject_id=message_id)


async def _went_on(work: UnitOfWork, conversation: ConversationRow, message_id: UUID) -> bool:
    """Whether anybody said anything in the conversation after this message; in public, where many write, whether we did."""
    found = await work.value(
        "SELECT EXISTS (SELECT FROM message n JOIN message m ON m.workspace_id = n.workspace_id AND m.id = %(id)s"
        " WHERE n.workspace_id = %(workspace_id)s AND n.conversation_id = %(conversation_id)s AND n.direction = ANY(%(by)s)"
        " AND n.automatic = '' AND n.deleted_at IS NULL AND (n.created_at, n.id) > (m.created_at, m.id))",
        {"conversation_id": conversation.id, "id": message_id, "by": ["out"] if conversation.kind == "public" else ["in", "out"]},
    )
    return bool(found)


async def fate_of(work: UnitOfWork, message_id: UUID) -> str:
    """The state of a message's deliveries where one is failed or unknown; empty otherwise."""
    found = await work.value(
        "SELECT state FROM delivery WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s AND kind = 'message'"
        " AND state IN ('failed', 'unknown') ORDER BY state LIMIT 1",
        {"id": message_id},
    )
    return found or ""
