"""Saying something: the message and its deliveries in one transaction.

answer --(known client key?)--> the message it made the first time
       --> conversation locked · who will read it: the person, everybody, or one of many in private (`audience`)
       --> degraded into parts · message, deliveries (not before the undo is over), conversation moves on, live events
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import (
    Card,
    Envelope,
    File,
    Outbound,
    Position,
    Say,
    UseTemplate,
)
from oase.channels.degrade import NeedsLink, degrade
from oase.conversations import public, repository
from oase.conversations.actions.contents import content_of
from oase.conversations.audience import To, aside_with, link, to_everybody, to_the_person
from oase.conversations.delivery import repository as deliveries
from oase.conversations.delivery.types import Planned
from oase.conversations.links import linker, page_link
from oase.conversations.offers import with_links
from oase.conversations.rules import first_line
from oase.conversations.story import with_story
from oase.conversations.types import Answer, Author, ConversationRow
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.staff import find_workspace

LinkOf = Callable[[UUID, str], str]
"""The link of an attachment, by its id and name."""
_QUOTE_CHARACTERS: Final = 20_000


async def say(work: UnitOfWork, book: AccountBook, author: Author, conversation_id: UUID, answer: Answer) -> UUID:
    """Says it in the conversation and gives the message's id. In public everybody reads it, unless its audience is private.

    A file that the channel cannot carry goes as a link. Raises Invalid (nothing said), CannotAnswer, WindowClosed, CannotSay.
    """
    known = await repository.message_by_client_key(work, answer.client_key)
    if known is not None:
        return known
    _check(answer)
    conversation = await repository.lock_conversation(work, conversation_id)
    if conversation.kind == "public" and answer.audience == "private":
        return await _say_in_private(work, book, author, conversation, answer)
    if conversation.kind == "public":
        to = await to_everybody(work, book, conversation, answer)
    elif answer.audience == "public":
        raise Invalid(message("This conversation is private: nothing of it is said in public."), field="audience")
    else:
        to = await to_the_person(work, book, conversation, answer)
        answer = await with_story(work, conversation, to.account.id, answer) if answer.story else answer
    message_id = await _say_to(work, book, author, conversation, to, answer)
    if to.thread and not answer.automatic:
        await _remember_settled(work, message_id, await public.settle_answered(work, [message_id]))
    await _move_on(work, conversation, to, answer)
    return message_id


async def rehearse(work: UnitOfWork, book: AccountBook, conversation_id: UUID, answer: Answer, at: datetime) -> None:
    """Raises what `say` would raise at that moment, as far as it is known now; says nothing. What changes until then may still
    stand in the way."""
    _check(answer)
    conversation = await repository.lock_conversation(work, conversation_id)
    if answer.attachment_ids and await repository.loose_files(work, answer.attachment_ids) != len(set(answer.attachment_ids)):
        raise Invalid("One of the files does not exist or was sent already.", field="attachment_ids")
    if conversation.kind == "public":
        if answer.audience != "private":
            await to_everybody(work, book, conversation, answer, at=at)
    elif answer.audience == "public":
        raise Invalid(message("This conversation is private: nothing of it is said in public."), field="audience")
    else:
        await to_the_person(work, book, conversation, answer, at=at)


async def _say_in_private(
    work: UnitOfWork, book: AccountBook, author: Author, conversation: ConversationRow, answer: Answer
) -> UUID:
    """To the author of a public message alone, in a private conversation of theirs; both are linked."""
    aside = await aside_with(work, book, conversation, answer)
    apart = await repository.lock_conversation(work, aside.conversation_id)
    message_id = await _say_to(work, book, author, apart, aside.to, answer)
    settled = await public.settle(work, [aside.message_id], "answered", author.name)
    await _remember_settled(work, message_id, settled)
    await _move_on(work, apart, aside.to, answer)
    await link(work, author, conversation, apart, aside.message_id)
    await public.recount(work, [conversation.id], aside.to.account.manifest, answered={conversation.id} if settled else None)
    if author.id is not None:
        await repository.delete_draft(work, conversation.id, author.id)
    return message_id


async def _say_to(
    work: UnitOfWork, book: AccountBook, author: Author, conversation: ConversationRow, to: To, answer: Answer
) -> UUID:
    """The message and its deliveries."""
    linked = await with_links(work, book, conversation, to, answer)
    message_id = await _write_message(work, conversation, to, author, answer, linked.channels)
    files = await repository.attach(work, message_id, answer.attachment_ids)
    if len(files) != len(set(answer.attachment_ids)):
        raise Invalid("One of the files does not exist or was sent already.", field="attachment_ids")
    outbound = await _outbound(work, conversation, to, author, linked.answer, files)
    if to.thread and to.account.manifest.public is not None and to.account.manifest.public.hosted:
        page = page_link(book, work.workspace_id, message_id)
        outbound = msgspec.structs.replace(outbound, envelope=msgspec.structs.replace(outbound.envelope, link=page))
    planned = _plan(outbound, to.account, files, linker(book, work.workspace_id))
    not_before = work.clock.now() + answer.undo
    await deliveries.insert(
        work,
        [
            (one.outbound_id, message_id, conversation.id, to.account.id, to.recipient, part, one.planned, not_before)
            for part, one in enumerate(planned)
        ],
    )
    if author.id is not None:
        await repository.delete_draft(work, conversation.id, author.id)
    work.emit("conversation", conversation.id, {"what": "said", "messages": [str(message_id)]})
    work.emit("delivery", to.account.id)
    return message_id


async def _remember_settled(work: UnitOfWork, message_id: UUID, settled: Sequence[public.Waited]) -> None:
    """Undo brings back what the answer settled."""
    if settled:
        await work.run(
            "UPDATE message SET data = jsonb_set(data, '{before,settled}', to_jsonb(%(settled)b::uuid[]))"
            " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
            {"id": message_id, "settled": [one.id for one in settled]},
        )


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


async def _write_message(
    work: UnitOfWork, conversation: ConversationRow, to: To, author: Author, answer: Answer, leads_to: Sequence[str]
) -> UUID:
    """`leads_to`: the channels of the links that go out beneath it; the text that is kept has none of them."""
    before = {name: getattr(conversation, name) for name in ("state", "due_at", "waiting_since", "solved_at")}
    data: dict[str, Any] = {"before": msgspec.to_builtins(before, str_keys=True)}  # what undo brings back
    if answer.template:
        data["template"] = msgspec.to_builtins(answer.template)
    if answer.choices:
        data["choices"] = msgspec.to_builtins(answer.choices)
    if leads_to:
        data["leads_to"] = list(leads_to)
    if answer.copy_to:
        data["copy_to"] = list(answer.copy_to)
    content = content_of(answer)
    return await repository.insert_message(
        work,
        {
            "conversation_id": conversation.id,
            "direction": "out",
            "kind": content.kind if content.data else "text",
            "channel": to.account.channel,
            "account_id": to.account.id,
            "identity_id": to.identity.id if to.identity else None,
            "author_id": author.id,
            "author_name": author.name,
            "text": content.text,
            "html": answer.html,
            "subject": answer.subject or "",
            "data": {**data, **content.data},
            "reply_to": to.reply_to,
            "branch": to.branch,
            "automatic": "auto_reply" if answer.automatic else "",
            "client_key": answer.client_key,
            "at": work.clock.now(),
        },
    )


async def _outbound(
    work: UnitOfWork,
    conversation: ConversationRow,
    to: To,
    author: Author,
    answer: Answer,
    files: Sequence[dict[str, Any]],
) -> Outbound:
    by_subject = to.account.manifest.threads == "subject" and not to.thread
    thread = await repository.thread(work, conversation.id, to.account.id) if by_subject else []
    newest = thread[0] if thread else None
    envelope = Envelope(
        id=str(new_id()),
        to=to.identity.value if to.identity else "",
        to_name=to.identity.name if to.identity else "",
        copy_to=answer.copy_to,
        from_name=author.name,
        token=conversation.token,
        subject=answer.subject or ("" if to.thread else _answer_subject(conversation.subject, bool(newest))),
        reply_to=to.reply_to or (newest["external_id"] if newest else ""),
        tokens=to.tokens,
        references=tuple(row["external_id"] for row in reversed(thread)),
        thread=to.thread,
        about=to.about,
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
    quoted = next((row for row in thread if _is_answered(row, to.reply_to)), None) if answer.quote else None
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


def _plan(outbound: Outbound, account: StoredAccount, files: Sequence[dict[str, Any]], link_of: LinkOf) -> list[_Part]:
    """The parts as this channel carries them; files stay behind as ids until they are sent."""
    ids = {row["content_id"] or str(row["id"]): row["id"] for row in files}
    parts = []
    for part in degrade(outbound, account.manifest, lambda file: link_of(ids[file.content_id], file.name)):
        if isinstance(part, NeedsLink):
            raise RuntimeError("With links at hand nothing needs one.")
        delivery_id = new_id()
        named = msgspec.structs.replace(part, envelope=msgspec.structs.replace(part.envelope, id=str(delivery_id)))
        planned = Planned(outbound=named)
        if isinstance(named, Say):
            carried, fetched = tuple(ids[file.content_id] for file in named.files), tuple(file.link for file in named.files)
            planned = Planned(outbound=msgspec.structs.replace(named, files=()), attachment_ids=carried, links=fetched)
        parts.append(_Part(delivery_id, planned))
    return parts


async def _move_on(work: UnitOfWork, conversation: ConversationRow, to: To, answer: Answer) -> None:
    """The conversation after an answer: nothing is owed any more; in public, what nobody answered yet still is.

    What Oase says by itself changes neither what is owed nor what lists show: the customer's last words say what is wanted.
    """
    now = work.clock.now()
    changes: dict[str, Any] = {"last_at": now, "last_out_at": now + answer.undo}
    if not (answer.automatic and conversation.first_line):
        changes |= {"first_line": first_line(content_of(answer)), "first_line_by": "out"}
    if to.identity is not None and not to.thread:
        changes |= {"account_id": to.account.id, "channel": to.account.channel, "identity_id": to.identity.id}
    if not answer.automatic:
        changes |= {"due_at": None, "waiting_since": None}
        if answer.then is not None:
            changes |= {"state": answer.then, "snoozed_until": None, "solved_at": now if answer.then == "solved" else None}
    await repository.update_conversation(work, conversation.id, changes)
    await work.run(
        "UPDATE conversation SET message_count = message_count + 1 WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation.id},
    )
    if to.thread:
        await public.recount(work, [conversation.id], to.account.manifest, open_while_waiting=True)
