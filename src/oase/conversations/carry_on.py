"""Carrying on by mail: a visitor who left the chat before our answer gets it by mail, and answers there.

    answer shown on our own page, unread for some minutes, nothing newer from the visitor, an address is known
        --> one mail with all such answers, in the same conversation; its replies come back into it by their references
    nothing but what Oase said by itself (until when there will be an answer)
        --> the same, in other words

The mail is a copy that a machine sends: it answers nothing, and a promise that stands goes on. Called by the clockwork, one process
at a time. An answer is mailed once: its message says so in `data.mailed`.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from msgspec import Struct

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import Capability
from oase.conversations.actions.say import say
from oase.conversations.types import Answer, Author
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.i18n import choose, message, translator
from oase.kernel.ids import new_id
from oase.people import add_address, find_identity

_UNREAD_FOR: Final = timedelta(minutes=5)
_NOT_AFTER: Final = timedelta(days=2)
_AT_ONCE: Final = 100


class _Left(Struct, frozen=True, kw_only=True):
    """A conversation whose visitor has gone, with what is unread and where to write."""

    conversation_id: UUID
    person_id: UUID
    account_id: UUID
    address: str
    language: str
    messages: list[UUID]
    said: list[str]
    answers: list[str]  # without what Oase said by itself
    author: str


async def carry_on_by_mail(database: Database, book: AccountBook) -> int:
    """Mails what visitors have not seen; gives the number of mails."""
    accounts = await book.enabled()
    sent = 0
    for workspace_id in {one.workspace_id for one in accounts if one.manifest.wire == "local"}:
        own = [one for one in accounts if one.workspace_id == workspace_id]
        mail = next(
            (one for one in own if one.manifest.identity == "email" and Capability.TEXT in one.manifest.capabilities), None
        )
        pages = [one.id for one in own if one.manifest.wire == "local" and one.manifest.identity != "email"]
        if mail is None or not pages:
            continue
        async with database.work(workspace_id) as work:
            left = await _left(work, pages)
        for one in left:
            async with database.work(workspace_id) as work:
                sent += await _mail(work, book, mail, one)
    return sent


async def _left(work: UnitOfWork, account_ids: Sequence[UUID]) -> list[_Left]:
    now = work.clock.now()
    return await work.all(
        _Left,
        "SELECT m.conversation_id, c.person_id, min(m.account_id::text)::uuid AS account_id, p.language,"
        " coalesce(max(i.value), max(p.fields->>'email')) AS address, array_agg(m.id ORDER BY m.at) AS messages,"
        " array_agg(m.text ORDER BY m.at) AS said,"
        " coalesce(array_agg(m.text ORDER BY m.at) FILTER (WHERE m.automatic = ''), '{}') AS answers,"
        " (array_agg(m.author_name ORDER BY m.automatic <> '', m.at DESC))[1] AS author"
        " FROM delivery d JOIN message m ON m.workspace_id = d.workspace_id AND m.id = d.message_id"
        " JOIN conversation c ON c.workspace_id = m.workspace_id AND c.id = m.conversation_id"
        " JOIN person p ON p.workspace_id = c.workspace_id AND p.id = c.person_id"
        " LEFT JOIN LATERAL (SELECT value FROM identity i WHERE i.workspace_id = p.workspace_id AND i.person_id = p.id"
        " AND i.kind = 'email' ORDER BY i.last_seen_at DESC LIMIT 1) AS i ON true"
        " WHERE d.workspace_id = %(workspace_id)s AND d.account_id = ANY(%(accounts)s) AND d.part = 0 AND d.state = 'sent'"
        " AND d.sent_at BETWEEN %(from)s AND %(to)s AND NOT m.data ? 'mailed' AND m.text <> ''"
        " AND coalesce(c.last_in_at, '-infinity') < m.at AND (i.value IS NOT NULL OR p.fields->>'email' <> '')"
        " GROUP BY m.conversation_id, c.person_id, p.language LIMIT %(limit)s",
        {"accounts": list(account_ids), "from": now - _NOT_AFTER, "to": now - _UNREAD_FOR, "limit": _AT_ONCE},
    )


async def _mail(work: UnitOfWork, book: AccountBook, mail: StoredAccount, left: _Left) -> int:
    address = left.address.strip().lower()
    known = await find_identity(work, "email", address)
    if known is not None and known.person_id != left.person_id:
        await _mark(work, left)  # the address is somebody else's: an agent may merge the two, a machine may not
        return 0
    identity_id = known.id if known else await add_address(work, left.person_id, "email", address)
    answer = Answer(
        client_key=new_id(), text=_text(left), subject=_subject(left, mail), account_id=mail.id, identity_id=identity_id,
        undo=timedelta(0), quote=False, then=None, automatic=True,
    )  # fmt: skip
    await say(work, book, Author(name=left.author), left.conversation_id, answer)
    await _mark(work, left)
    return 1


async def _mark(work: UnitOfWork, left: _Left) -> None:
    await work.run(
        "UPDATE message SET data = data || '{\"mailed\": true}' WHERE workspace_id = %(workspace_id)s AND id = ANY(%(ids)s)",
        {"ids": left.messages},
    )


def _words(left: _Left) -> Any:
    return translator(choose(left.language))


def _subject(left: _Left, mail: StoredAccount) -> str:
    company = str(mail.account.settings.get("sender_name") or mail.name)
    answered = message("Our answer to your chat with %(company)s", company=company)
    return str(_words(left).text(answered if left.answers else message("Your chat with %(company)s", company=company)))


def _text(left: _Left) -> str:
    words = _words(left)
    answered = message("You had left our chat before our answer was there. Here it is:")
    before = words.text(answered if left.answers else message("You had left our chat. Since then we wrote there:"))
    after = words.text(message("Simply answer this e-mail: the conversation goes on here."))
    return "\n\n".join([before, *(left.answers or left.said), after])
