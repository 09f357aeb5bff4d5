"""What one does about a public message beside answering it: hide, show, delete, like, unlike; or say that it needs no answer.

act --> what waits or failed of earlier acts of its kind is given up --(it is so already)--> a delivery of the message, like a reaction
     --taken by the place--> the message says so (`changes.mark_act`)
hidden and deleted messages need no answer any more; shown ones need one again
"""

from collections.abc import Sequence
from typing import Final, Literal
from uuid import UUID

from msgspec import Struct

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import Act, CannotSay, Envelope, Moderate
from oase.conversations import public, repository
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.types import Planned
from oase.conversations.errors import CannotAnswer, NoMessage
from oase.conversations.rules import FAMILIES, act_there
from oase.conversations.types import Author, ConversationRow
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_SETTLES: Final[dict[Act, public.How]] = {"hide": "hidden", "delete": "deleted"}


class _Target(Struct, frozen=True, kw_only=True):
    """The public message that something is done about."""

    id: UUID
    conversation_id: UUID
    direction: str
    external_id: str | None
    address: str | None
    name: str | None
    hidden: bool
    liked: bool
    deleted: bool


async def moderate(work: UnitOfWork, book: AccountBook, author: Author, message_id: UUID, act: Act | Literal[""]) -> None:
    """Does it, unless it is so already; an empty act leaves undone what waits or failed.

    Raises NoMessage, Invalid (it is not public), CannotAnswer, CannotSay (the place does not know this act).
    """
    target = await _target(work, message_id)
    conversation = await repository.lock_conversation(work, target.conversation_id)
    if conversation.kind != "public":
        raise Invalid(message("Only what was said in public can be hidden, liked or deleted."), field="act")
    account = await _account(work, book, conversation)
    past = await _past(work, message_id)
    families = [FAMILIES[act]] if act else list(set(FAMILIES.values()))
    await work.run(
        "UPDATE delivery SET state = 'cancelled' WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s AND kind = 'act'"
        " AND state IN ('queued', 'failed') AND outbound->'outbound'->>'act' = ANY(%(acts)b::text[])",
        {"id": message_id, "acts": [one for one, family in FAMILIES.items() if family in families]},
    )
    if act:
        _check(target, account, act)
        if not act_there(act, past, hidden=target.hidden, liked=target.liked):
            await _queue(work, author, conversation, account, target, act, len(past))
    await _settle(work, author, target, act)
    await public.recount(work, [conversation.id], account.manifest, answered={conversation.id})
    work.emit("conversation", conversation.id, {"what": "changed", "messages": [str(message_id)]})
    work.audit(
        "message.moderated", subject="message", subject_id=message_id, moderated=act or "leave", conversation=conversation.number
    )


def _check(target: _Target, account: StoredAccount, act: Act) -> None:
    place = account.manifest.public
    if place is None or act not in place.acts:
        raise CannotSay(act)
    if not target.external_id or target.deleted:
        raise NoMessage(message("There is no such public message."))
    if target.direction == "out" and act != "delete":
        raise Invalid(message("What our own side said can only be deleted."), field="act")


async def _queue(
    work: UnitOfWork, author: Author, conversation: ConversationRow, account: StoredAccount, target: _Target, act: Act, part: int
) -> None:
    delivery_id = new_id()
    envelope = Envelope(
        id=str(delivery_id), to=target.address or "", to_name=target.name or "", from_name=author.name,
        reply_to=target.external_id or "", thread=conversation.thread_external_id or "", at=work.clock.now(),
    )  # fmt: skip
    planned = Planned(outbound=Moderate(envelope=envelope, act=act))
    recipient = envelope.to or envelope.thread
    place = (delivery_id, target.id, conversation.id, account.id, recipient, part, planned, work.clock.now())
    await deliveries.insert(work, [place], "act")
    work.emit("delivery", account.id)


async def _settle(work: UnitOfWork, author: Author, target: _Target, act: Act | Literal[""]) -> None:
    """Whether it still needs an answer."""
    if act in _SETTLES:
        await public.settle(work, [target.id], _SETTLES[act], author.name)
    elif act == "show":
        await public.unsettle(work, [target.id], "hidden")
    elif act == "" and not target.deleted:
        hows: tuple[public.How, ...] = ("deleted",) if target.hidden else ("hidden", "deleted")
        await public.unsettle(work, [target.id], *hows)


async def _target(work: UnitOfWork, message_id: UUID) -> _Target:
    found = await work.one(
        _Target,
        "SELECT m.id, m.conversation_id, m.direction, m.external_id, i.value AS address, i.name, m.data ? 'hidden' AS hidden,"
        " m.data ? 'liked' AS liked, m.deleted_at IS NOT NULL AS deleted FROM message m"
        " LEFT JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.id = %(id)s AND m.direction IN ('in', 'out')",
        {"id": message_id},
    )
    if found is None:
        raise NoMessage(message("There is no such public message."))
    return found


async def _account(work: UnitOfWork, book: AccountBook, conversation: ConversationRow) -> StoredAccount:
    account = await book.get(conversation.account_id) if conversation.account_id else None
    if account is None or account.workspace_id != work.workspace_id:
        raise CannotAnswer(message("The account of this public place does not exist any more."))
    if not account.enabled:
        raise CannotAnswer(message("The account %(name)s is switched off.", name=account.name))
    return account


async def _past(work: UnitOfWork, message_id: UUID) -> list[tuple[Act, str]]:
    """(act, state) of what we did about the message, oldest first; locked, so that the lane does not take one meanwhile."""
    rows = await work.tuples(
        "SELECT outbound->'outbound'->>'act', state FROM delivery WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s"
        " AND kind = 'act' ORDER BY part FOR UPDATE",
        {"id": message_id},
    )
    return [(act, state) for act, state in rows]


async def needs_no_answer(work: UnitOfWork, author: Author, message_ids: Sequence[UUID]) -> None:
    """These public messages are done: nobody needs to answer them. What does not wait is passed over."""
    await _told(work, await public.settle(work, message_ids, "done", author.name), "message.settled")


async def needs_an_answer(work: UnitOfWork, author: Author, message_ids: Sequence[UUID]) -> None:
    """These public messages wait for an answer after all: those that were done, however, unless they are gone."""
    found = await work.tuples(
        "SELECT id FROM message WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s) AND branch IS NOT NULL AND direction = 'in'",
        {"ids": sorted(message_ids)},
    )
    await _told(work, await public.wait_again(work, [row[0] for row in found]), "message.unsettled")


async def _told(work: UnitOfWork, waited: Sequence[public.Waited], act: str) -> None:
    for conversation_id in sorted({one.conversation_id for one in waited}):
        conversation = await repository.lock_conversation(work, conversation_id)
        manifest = public.manifest_of(conversation.channel)
        again = act == "message.unsettled"
        answered = None if again else {conversation_id}
        await public.recount(work, [conversation_id], manifest, answered=answered, open_while_waiting=again)
        messages = [str(one.id) for one in waited if one.conversation_id == conversation_id]
        work.emit("conversation", conversation_id, {"what": "changed", "messages": messages[:40]})
        work.audit(act, subject="conversation", subject_id=conversation_id, count=len(messages), messages=messages[:40])
