"""Saying something: the message and its deliveries in one transaction.

answer --(known client key?)--> the message it made the first time
       --> conversation locked · account and address chosen · window checked · degraded into parts
       --> message, deliveries (not before: undo or schedule), conversation moves on, live events
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import (
    CannotSay,
    Capability,
    Card,
    Envelope,
    File,
    Outbound,
    Position,
    Say,
    UseTemplate,
)
from oase.channels.degrade import NeedsLink, degrade
from oase.conversations import repository
from oase.conversations.actions.contents import content_of
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.types import Planned
from oase.conversations.errors import CannotAnswer, WindowClosed
from oase.conversations.rules import first_line, window_open
from oase.conversations.types import Answer, Author, ConversationRow, IdentityRow
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.staff import find_workspace

LinkOf = Callable[[UUID], str]
_QUOTE_CHARACTERS: Final = 20_000


async def say(
    work: UnitOfWork, book: AccountBook, author: Author, conversation_id: UUID, answer: Answer, *, link_of: LinkOf | None = None
) -> UUID:
    """Says it in the conversation and gives the message's id.

    `link_of` makes a public address of a file that the channel cannot carry. Raises Invalid (nothing said), CannotAnswer,
    WindowClosed, CannotSay.
    """
    known = await repository.message_by_client_key(work, answer.client_key)
    if known is not None:
        return known
    _check(answer)
    conversation = await repository.lock_conversation(work, conversation_id)
    account, identity = await _way(work, book, conversation, answer)
    now = work.clock.now()
    if answer.template is None and not window_open(account.reply_window, conversation.last_in_at, now):
        hours = int((account.reply_window or timedelta(0)).total_seconds() // 3600)
        raise WindowClosed(f"The last message of the customer is more than {hours} hours old: only templates can be sent now.")
    quotes = Capability.REPLY in account.manifest.capabilities and answer.template is None
    reply_to = await _answered(work, conversation, account, answer.reply_to_id) if answer.reply_to_id and quotes else ""
    message_id = await _write_message(work, conversation, account, identity, author, answer, reply_to)
    files = await repository.attach(work, message_id, answer.attachment_ids)
    if len(files) != len(set(answer.attachment_ids)):
        raise Invalid("One of the files does not exist or was sent already.", field="attachment_ids")
    outbound = await _outbound(work, conversation, account, identity, author, answer, reply_to, files)
    planned = _plan(outbound, account, files, link_of)
    not_before = answer.send_at or now + answer.undo
    await deliveries.insert(
        work,
        [
            (one.outbound_id, message_id, conversation.id, account.id, identity.value, part, one.planned, not_before)
            for part, one in enumerate(planned)
        ],
    )
    await _move_on(work, conversation, account, identity, answer, not_before)
    if author.id is not None:
        await repository.delete_draft(work, conversation.id, author.id)
    work.emit("conversation", conversation.id, {"what": "said", "messages": [str(message_id)]})
    work.emit("delivery", account.id)
    return message_id


def _check(answer: Answer) -> None:
    if not (answer.text.strip() or answer.html or answer.attachment_ids or answer.template or answer.place or answer.cards):
        raise Invalid("There is nothing to send yet.", field="text")
    place = answer.place
    if place and not (-90 <= place.latitude <= 90 and -180 <= place.longitude <= 180):
        raise Invalid(message("This place does not lie on the earth."), field="place")
    if (place or answer.cards) and (answer.text.strip() or answer.html or answer.attachment_ids or answer.choices):
        raise Invalid(message("A place or a contact card goes by itself."), field="place" if place else "card")
    if any(not card.name.strip() for card in answer.cards):
        raise Invalid(message("A contact card needs a name."), field="card")
    if any(not (card.phones or card.emails) for card in answer.cards):
        raise Invalid(message("A contact card needs a phone number or an e-mail address."), field="card")


async def _answered(work: UnitOfWork, conversation: ConversationRow, account: StoredAccount, message_id: UUID) -> str:
    """The provider's id of the message that is answered; empty if it went another way, where nobody could quote it."""
    found = await repository.external_id(work, message_id, conversation.id, account.id)
    if found is None:
        raise Invalid(message("The message that is answered is not in this conversation."), field="reply_to")
    return found


async def _way(
    work: UnitOfWork, book: AccountBook, conversation: ConversationRow, answer: Answer
) -> tuple[StoredAccount, IdentityRow]:
    """Over which account, to which address."""
    identity_id = answer.identity_id or conversation.identity_id
    identity = await repository.identity(work, identity_id) if identity_id else None
    if identity is None:
        raise CannotAnswer("This conversation has no address to which an answer could go.")
    if identity.person_id != conversation.person_id and answer.identity_id:
        raise CannotAnswer("This address belongs to another person.")
    wanted = answer.account_id or conversation.account_id
    account = await book.get(wanted) if wanted else None
    if account is not None and Capability.TEXT not in account.manifest.capabilities:
        account = await _answering_account(book, account)
    if account is None or account.workspace_id != work.workspace_id:
        raise CannotAnswer("There is no account over which an answer could go. Choose another channel.")
    if not account.enabled:
        raise CannotAnswer(f"The account {account.name} is switched off.")
    if account.manifest.identity != identity.kind:
        raise CannotAnswer(f"{account.manifest.name.en} cannot reach {identity.value}.")
    return account, identity


async def _answering_account(book: AccountBook, account: StoredAccount) -> StoredAccount | None:
    """Some channels only take in (forms): their settings name the account that answers, else one that reaches the address."""
    for setting in account.manifest.settings:
        chosen = account.account.settings.get(setting.name)
        if setting.kind == "account" and chosen:
            return await book.get(UUID(str(chosen)))
    for other in await book.enabled():
        same_place = other.workspace_id == account.workspace_id and other.manifest.identity == account.manifest.identity
        if same_place and Capability.TEXT in other.manifest.capabilities:
            return other
    return None


async def _write_message(
    work: UnitOfWork,
    conversation: ConversationRow,
    account: StoredAccount,
    identity: IdentityRow,
    author: Author,
    answer: Answer,
    reply_to: str,
) -> UUID:
    before = {"state": conversation.state, "due_at": conversation.due_at, "solved_at": conversation.solved_at}
    data: dict[str, Any] = {"before": msgspec.to_builtins(before, str_keys=True)}  # what undo brings back
    if answer.template:
        data["template"] = msgspec.to_builtins(answer.template)
    if answer.choices:
        data["choices"] = msgspec.to_builtins(answer.choices)
    if answer.copy_to:
        data["copy_to"] = list(answer.copy_to)
    if answer.send_at:
        data["send_at"] = answer.send_at.isoformat()
    content = content_of(answer)
    return await repository.insert_message(
        work,
        {
            "conversation_id": conversation.id,
            "direction": "out",
            "kind": content.kind if content.data else "text",
            "channel": account.channel,
            "account_id": account.id,
            "identity_id": identity.id,
            "author_id": author.id,
            "author_name": author.name,
            "text": content.text,
            "html": answer.html,
            "subject": answer.subject or "",
            "data": {**data, **content.data},
            "reply_to": reply_to,
            "automatic": "auto_reply" if answer.automatic else "",
            "client_key": answer.client_key,
            "at": answer.send_at or work.clock.now(),
        },
    )


async def _outbound(
    work: UnitOfWork,
    conversation: ConversationRow,
    account: StoredAccount,
    identity: IdentityRow,
    author: Author,
    answer: Answer,
    reply_to: str,
    files: Sequence[dict[str, Any]],
) -> Outbound:
    thread = await repository.thread(work, conversation.id, account.id) if account.manifest.threads == "subject" else []
    newest = thread[0] if thread else None
    envelope = Envelope(
        id=str(new_id()),
        to=identity.value,
        to_name=identity.name,
        copy_to=answer.copy_to,
        from_name=author.name,
        token=conversation.token,
        subject=answer.subject or _answer_subject(conversation.subject, bool(newest)),
        reply_to=reply_to or (newest["external_id"] if newest else ""),
        references=tuple(row["external_id"] for row in reversed(thread)),
        at=work.clock.now(),
    )
    if answer.template is not None:
        return UseTemplate(
            envelope=envelope,
            name=answer.template.name,
            language=answer.template.language,
            parameters=answer.template.parameters,
        )
    if answer.place is not None:
        return Position(envelope=envelope, **msgspec.structs.asdict(answer.place))
    if answer.cards:
        return Card(envelope=envelope, contacts=tuple(msgspec.to_builtins(card) for card in answer.cards))
    quoted = next((row for row in thread if _is_answered(row, reply_to)), None) if answer.quote else None
    return Say(
        envelope=envelope,
        text=answer.text,
        html=answer.html,
        files=tuple(
            File(
                name=row["name"], type=row["type"], content=b"", inline=row["inline"],
                content_id=row["content_id"] or str(row["id"]), stated_bytes=row["size_bytes"] or 0,
            )
            for row in sorted(files, key=lambda row: row["position"])
        ),
        choices=answer.choices,
        choices_label=answer.choices_label,
        quoted=quoted["text"][:_QUOTE_CHARACTERS] if quoted else "",
        quoted_author=quoted["author_name"] if quoted else "",
        quoted_at=quoted["at"].astimezone(await _time_zone(work)) if quoted else None,
        automatic=answer.automatic,
    )  # fmt: skip


def _is_answered(row: Mapping[str, Any], reply_to: str) -> bool:
    """Whether this message of the thread is the one answered: the chosen one, else the newest of the customer."""
    return bool(row["external_id"] == reply_to if reply_to else row["direction"] == "in")


async def _time_zone(work: UnitOfWork) -> ZoneInfo:
    """The company's own: "Am 24.11.2026 um 10:30 schrieb …" is read by people."""
    workspace = await find_workspace(work)
    return ZoneInfo(workspace.time_zone if workspace else "UTC")


def _answer_subject(subject: str, answers: bool) -> str:
    if not subject:
        return ""
    return subject if not answers or subject[:3].casefold() == "re:" else f"Re: {subject}"


class _Part(msgspec.Struct, frozen=True):
    """One delivery: its id is the envelope's, stable over retries."""

    outbound_id: UUID
    planned: Planned


def _plan(outbound: Outbound, account: StoredAccount, files: Sequence[dict[str, Any]], link_of: LinkOf | None) -> list[_Part]:
    """The parts as this channel carries them; files stay behind as ids until they are sent."""
    ids = {row["content_id"] or str(row["id"]): row["id"] for row in files}
    links = (lambda file: link_of(ids[file.content_id])) if link_of else None
    parts = []
    for part in degrade(outbound, account.manifest, links):
        if isinstance(part, NeedsLink):
            raise CannotSay(Capability.DOCUMENT, f"{part.file.name}: {part.why}")
        delivery_id = new_id()
        named = msgspec.structs.replace(part, envelope=msgspec.structs.replace(part.envelope, id=str(delivery_id)))
        attachment_ids: tuple[UUID, ...] = ()
        if isinstance(named, Say):
            attachment_ids = tuple(ids[file.content_id] for file in named.files)
            named = msgspec.structs.replace(named, files=())
        parts.append(_Part(delivery_id, Planned(outbound=named, attachment_ids=attachment_ids)))
    return parts


async def _move_on(
    work: UnitOfWork, conversation: ConversationRow, account: StoredAccount, identity: IdentityRow, answer: Answer, at: datetime
) -> None:
    """The conversation after an answer: nothing is owed any more."""
    changes: dict[str, Any] = {
        "account_id": account.id,
        "channel": account.channel,
        "identity_id": identity.id,
        "last_at": work.clock.now(),
        "last_out_at": at,
        "first_line": first_line(content_of(answer)),
        "first_line_by": "out",
    }
    if not answer.automatic:
        changes |= {"due_at": None, "waiting_since": None}
        if answer.then is not None:
            solved_at = work.clock.now() if answer.then == "solved" else None
            changes |= {"state": answer.then, "snoozed_until": None, "solved_at": solved_at}
    await repository.update_conversation(work, conversation.id, changes)
    await work.run(
        "UPDATE conversation SET message_count = message_count + 1 WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation.id},
    )
