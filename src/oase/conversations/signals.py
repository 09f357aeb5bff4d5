"""Small news for the customer: your message was read, somebody types. Nothing of it is kept.

our own pages hear of it over the live log; providers are told by a job, where their manifest says that they show it
"""

from uuid import UUID

from oase.channels import AccountBook, visitor_key
from oase.channels.contract import Capability
from oase.conversations.jobs import tell_customer
from oase.kernel.db import UnitOfWork


async def show_read(work: UnitOfWork, book: AccountBook, conversation_id: UUID) -> None:
    """An agent has seen the customer's messages."""
    await _tell(work, book, conversation_id, Capability.MARK_READ, {"read": work.clock.now().isoformat()})


async def show_typing(work: UnitOfWork, book: AccountBook, conversation_id: UUID, name: str, *, on: bool = True) -> None:
    """An agent writes an answer, or stopped."""
    news: dict[str, object] = {"typing": {"on": on, "name": name}}
    await _tell(work, book, conversation_id, Capability.TYPING, news, provider=on)  # providers let it fade by themselves


async def _tell(
    work: UnitOfWork,
    book: AccountBook,
    conversation_id: UUID,
    needed: Capability,
    news: dict[str, object],
    *,
    provider: bool = True,
) -> None:
    newest = await work.row(
        "SELECT m.account_id, m.external_id, m.data->'tokens' AS tokens, i.value FROM message m"
        " JOIN identity i ON i.workspace_id = m.workspace_id AND i.id = m.identity_id"
        " WHERE m.workspace_id = %(workspace_id)s AND m.conversation_id = %(id)s AND m.direction = 'in'"
        " AND m.branch IS NULL ORDER BY m.at DESC, m.id DESC LIMIT 1",  # in public nobody is told
        {"id": conversation_id},
    )
    account = await book.get(newest["account_id"]) if newest and newest["account_id"] else None
    if newest is None or account is None or needed not in account.manifest.capabilities or not account.enabled:
        return
    if account.manifest.wire == "local":
        work.emit("visitor", visitor_key(str(account.id), newest["value"]), news)
    elif provider:
        await work.defer(
            tell_customer,
            account_id=str(account.id),
            recipient=newest["value"],
            external_id=newest["external_id"] or "",
            tokens=newest["tokens"] or {},
            news="read" if "read" in news else "typing",
            at=work.clock.now().timestamp(),
        )
