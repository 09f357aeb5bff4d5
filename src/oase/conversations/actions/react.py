"""Reacting to a message of a customer: one emoji at a time, sent like everything else that is said.

emoji --> what waits or failed of earlier reactions is given up --(the customer has another one, or we cannot tell)--> a delivery
"""

from uuid import UUID

import msgspec

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import CannotSay, Capability, Envelope, React
from oase.conversations import repository
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.types import Planned
from oase.conversations.errors import CannotAnswer, NoMessage, WindowClosed
from oase.conversations.rules import reaction_there, window_open
from oase.conversations.types import Author, ConversationRow
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id

_LONGEST = 16  # code points: families and flags are sequences of several


class _Target(msgspec.Struct, frozen=True, kw_only=True):
    """The message reacted to, and where its author is reached."""

    conversation_id: UUID
    account_id: UUID | None
    external_id: str | None
    address: str | None
    name: str | None


async def react(work: UnitOfWork, book: AccountBook, author: Author, message_id: UUID, emoji: str) -> None:
    """Our reaction to a message becomes this emoji; empty takes it back. Nothing is sent if the customer has it so already.

    Raises NoMessage, CannotAnswer, CannotSay, WindowClosed, Invalid.
    """
    if len(emoji) > _LONGEST or (emoji.isascii() and emoji):
        raise Invalid(message("A reaction is one emoji."), field="emoji")
    target = await _target(work, message_id)
    conversation = await repository.lock_conversation(work, target.conversation_id)
    account = await _account(work, book, target, conversation)
    past = await _past(work, message_id)
    await work.run(
        "UPDATE delivery SET state = 'cancelled' WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s"
        " AND kind = 'reaction' AND state IN ('queued', 'failed')",
        {"id": message_id},
    )
    there, certain = reaction_there(past)
    if (there, certain) != (emoji, True):
        delivery_id = new_id()
        envelope = Envelope(
            id=str(delivery_id), to=target.address or "", to_name=target.name or "", from_name=author.name,
            token=conversation.token, reply_to=target.external_id or "", thread=conversation.thread_external_id or "",
            at=work.clock.now(),
        )  # fmt: skip
        planned = Planned(outbound=React(envelope=envelope, emoji=emoji, before=there))
        place = (delivery_id, message_id, conversation.id, account.id, envelope.to, len(past), planned, work.clock.now())
        await deliveries.insert(work, [place], "reaction")
        work.emit("delivery", account.id)
    work.emit("conversation", conversation.id, {"what": "changed", "messages": [str(message_id)]})


async def _target(work: UnitOfWork, message_id: UUID) -> _Target:
    found = await work.one(
        _Target,
        "SELECT m.conversation_id, m.account_id, m.external_id, i.value AS address, i.name FROM message m"
        " LEFT JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.id = %(id)s AND m.direction = 'in' AND m.deleted_at IS NULL",
        {"id": message_id},
    )
    if found is None:
        raise NoMessage(message("There is no such message of a customer."))
    return found


async def _account(work: UnitOfWork, book: AccountBook, target: _Target, conversation: ConversationRow) -> StoredAccount:
    """The account that the message came over, if it can react now."""
    account = await book.get(target.account_id) if target.account_id else None
    if account is None or account.workspace_id != work.workspace_id or not target.external_id or not target.address:
        raise CannotAnswer(message("There is no account over which a reaction could go."))
    if not account.enabled:
        raise CannotAnswer(message("The account %(name)s is switched off.", name=account.name))
    side = account.manifest.side(conversation.kind == "public")
    if Capability.REACTION not in side.capabilities:
        raise CannotSay(Capability.REACTION)
    if not window_open(side.limits.window(account.account.settings), conversation.last_in_at, work.clock.now()):
        raise WindowClosed(message("The last message of the customer is too old for a reaction: only templates can be sent now."))
    return account


async def _past(work: UnitOfWork, message_id: UUID) -> list[tuple[str, str]]:
    """(emoji, state) of our reactions to the message, oldest first; locked, so that the lane does not take one meanwhile."""
    rows = await work.tuples(
        "SELECT outbound->'outbound'->>'emoji', state FROM delivery WHERE workspace_id = %(workspace_id)s AND message_id = %(id)s"
        " AND kind = 'reaction' ORDER BY part FOR UPDATE",
        {"id": message_id},
    )
    return [(emoji, state) for emoji, state in rows]
