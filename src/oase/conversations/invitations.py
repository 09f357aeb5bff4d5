"""Invitations: a conversation goes on over another channel, by a link with a code that counts once.

invite --> code, only its hash is kept --adapter.invite--> link, with the customer's first words in it
   the customer follows it --first message with the code (token, or in the text)--> claim:
       the address joins the person who was invited · the message goes into the conversation · the code leaves the text

A code that is wrong, used, too old, of another account or of somebody who is known to be another person means nothing: its
message is an ordinary one. What it joined can be taken apart again.
"""

import hashlib
import re
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from oase.channels import StoredAccount, adapter
from oase.channels.contract import Received
from oase.conversations import repository
from oase.conversations.intake.persons import Who, join, renamed
from oase.conversations.types import Author
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import LANGUAGES, Language, message, translator
from oase.kernel.ids import new_id
from oase.people import Recognised, verify_identity

LASTS: Final = timedelta(days=7)
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz23456789"  # none that look alike
_CODE: Final = re.compile(rf"(?<![\w-])[{_LETTERS}]{{4}}-[{_LETTERS}]{{4}}-[{_LETTERS}]{{4}}(?![\w-])", re.IGNORECASE)
_HELLO: Final = message("Hello, I would like to continue here.")
_MOST_CODES: Final = 3  # of one message


class Invitation(Struct, frozen=True, kw_only=True):
    """What one follows to go on elsewhere."""

    link: str
    channel: str
    expires_at: datetime


class _Waiting(Struct, frozen=True, kw_only=True):
    """An invitation whose code has come, and where it leads."""

    id: UUID
    code_hash: bytes
    conversation_id: UUID
    token: str
    person_id: UUID
    channel: str


def inviting(account: StoredAccount) -> bool:
    """Whether one can be invited to this account: it knows how it is reached."""
    able = account.enabled and account.manifest.invites and account.state != "needs_sign_in"
    return able and bool(adapter(account.channel).invite(account.account, "0000-0000-0000", "0000-0000-0000"))


async def invite(work: UnitOfWork, account: StoredAccount, conversation_id: UUID, language: Language) -> Invitation:
    """A new link by which the customer of this conversation goes on over the account. Raises Invalid, NoConversation."""
    conversation = await repository.lock_conversation(work, conversation_id)
    if conversation.kind == "public" or conversation.person_id is None:
        raise Invalid(message("Many speak in a public conversation: nobody can be invited by a link that counts once."))
    if not inviting(account):
        raise Invalid(
            message("“%(account)s” does not know yet how it is reached. Test its connection first.", account=account.name)
        )
    code = "-".join("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(3))
    now = work.clock.now()
    await work.run(
        "INSERT INTO invitation (workspace_id, id, conversation_id, account_id, code_hash, created_at, expires_at, by_id)"
        " VALUES (%(workspace_id)s, %(id)s, %(conversation)s, %(account)s, %(hash)s, %(now)s, %(expires)s, %(by)s)",
        {
            "id": new_id(), "conversation": conversation_id, "account": account.id, "hash": _hash(code), "now": now,
            "expires": now + LASTS, "by": work.actor.id,
        },
    )  # fmt: skip
    link = adapter(account.channel).invite(account.account, code, words(code, language))
    return Invitation(link=link, channel=account.channel, expires_at=now + LASTS)


def words(code: str, language: Language) -> str:
    """What the customer's first message says, where the channel fills it in."""
    t = translator(language)
    return f"{t.text(_HELLO)} {t.text(_sentence(code))}"


def _sentence(code: str) -> str:
    return message("My code: %(code)s", code=code)


def without_code(text: str, code: str) -> str:
    """The text as the customer meant it; our own words where nothing else is left."""
    language: Language = "en"
    for one in LANGUAGES:
        said = translator(one).text(_sentence(code))
        if said.casefold() in text.casefold():
            language, text = one, re.sub(re.escape(said), "", text, flags=re.IGNORECASE)
    left = re.sub(rf"\(?{re.escape(code)}\)?", "", text, flags=re.IGNORECASE).strip()
    return left or translator(language).text(_HELLO)


def codes_in(received: Received) -> list[str]:
    """What may be a code, in its one spelling. Pure."""
    found = [match[0].lower() for match in _CODE.finditer(received.content.text[:5_000])]
    token = [received.token.lower()] if _CODE.fullmatch(received.token) else []
    return list(dict.fromkeys(token + found))[:_MOST_CODES]


def _hash(code: str) -> bytes:
    return hashlib.blake2b(code.encode(), key=b"oase invitation", digest_size=32).digest()


async def claim(
    work: UnitOfWork, account: StoredAccount, spoken: Sequence[Received], people: Who
) -> tuple[dict[str, Received], dict[tuple[str, str], Recognised]]:
    """Redeems the codes that these messages bring. Gives the messages that are different by it, by external id, and who is who
    from now on. Nothing is asked of the database where no message holds what may be a code."""
    brought = {code: one for one in spoken if one.thread is None for code in codes_in(one)}
    if not account.manifest.invites or not brought:
        return {}, dict(people)
    waiting = {one.code_hash: one for one in await _waiting(work, account.id, [_hash(code) for code in brought])}
    changed: dict[str, Received] = {}
    known = dict(people)
    for code, received in brought.items():
        found = waiting.get(_hash(code))
        key = (account.manifest.identity, received.sender.value)
        if found is None or received.external_id in changed or not await join(work, found.person_id, known[key].person_id):
            continue
        known = renamed(known, known[key].person_id, found.person_id)
        await _use(work, found, known[key].identity_id)
        await _tell(work, account, received, found)
        text = without_code(received.content.text, code)
        changed[received.external_id] = replace(received, token=found.token, content=replace(received.content, text=text))
    return changed, known


async def _waiting(work: UnitOfWork, account_id: UUID, hashes: Sequence[bytes]) -> list[_Waiting]:
    return await work.all(
        _Waiting,
        "SELECT v.id, v.code_hash, c.id AS conversation_id, c.token, c.person_id, c.channel FROM invitation v"
        " JOIN conversation t ON t.workspace_id = v.workspace_id AND t.id = v.conversation_id"
        " JOIN conversation c ON c.workspace_id = t.workspace_id AND c.id = coalesce(t.merged_into, t.id)"
        " WHERE v.workspace_id = %(workspace_id)s AND v.account_id = %(account)s AND v.code_hash = ANY(%(hashes)b::bytea[])"
        " AND v.used_at IS NULL AND v.expires_at > %(now)s ORDER BY v.id FOR UPDATE OF v",
        {"account": account_id, "hashes": list(hashes), "now": work.clock.now()},
    )


async def _use(work: UnitOfWork, found: _Waiting, identity_id: UUID) -> None:
    await verify_identity(work, identity_id)
    await work.run(
        "UPDATE invitation SET used_at = %(now)s, used_by = %(by)s WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": found.id, "by": identity_id, "now": work.clock.now()},
    )


async def _tell(work: UnitOfWork, account: StoredAccount, received: Received, found: _Waiting) -> None:
    """One thin line in the timeline, just before the message that brought the code."""
    conversation = await repository.lock_conversation(work, found.conversation_id)
    facts = {"from": found.channel, "to": account.channel}
    at = received.at - timedelta(milliseconds=1)
    await repository.insert_event(work, conversation, "channel", Author(), facts, at=at)
    work.emit("conversation", conversation.id, {"what": "changed"})
