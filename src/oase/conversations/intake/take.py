"""Taking in a batch: one transaction from journal rows to messages in conversations.

    rows of one account --parse (outside the transaction)--> events
    BEGIN  lock the rows that still wait · moved addresses · what is our own after all · who speaks · placed messages
           · edits, deletions, reactions, acts · receipts · quarantine · fate of the rows · live events  COMMIT

Whatever happens before the COMMIT, the rows wait on; whatever happens after it, they are done: nothing lost, nothing doubled.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar
from uuid import UUID

from msgspec import Struct, structs

from oase.channels import StoredAccount, note_heard, visitor_key
from oase.channels.contract import (
    Address,
    Broken,
    Event,
    Moved,
    Notice,
    Receipt,
    Received,
    SaidElsewhere,
    Typing,
    Unknown,
)
from oase.conversations import public, uploads
from oase.conversations.actions.persons import merge_persons
from oase.conversations.delivery.receipts import apply_receipts, receipts_in_disguise
from oase.conversations.intake import repository
from oase.conversations.intake.changes import change
from oase.conversations.intake.persons import join_vouched
from oase.conversations.intake.place import Incoming, Knowledge, Placed, Placer, Spoken, as_received, clean, thread_facts
from oase.conversations.invitations import claim
from oase.conversations.journal import repository as journal
from oase.conversations.journal.types import JournalState
from oase.conversations.naming import tell_unnamed
from oase.kernel.db import UnitOfWork
from oase.people import Recognised, Seen, Wished, add_identity, find_identity, hear_wishes, keep_ticked, recognise

_LOOK_BACK: Final = timedelta(days=30)
_NEWEST_EACH: Final = 8
_NAMED: Final = 40  # messages in one event: readers take more for a sign that there may be still more
E = TypeVar("E")


class Parsed(Struct, frozen=True, kw_only=True):
    """A journal row and what `parse` made of it. `why` is set when nothing could be read."""

    journal_id: UUID
    events: tuple[Event, ...] = ()
    why: str = ""


async def take(work: UnitOfWork, account: StoredAccount, batch: Sequence[Parsed]) -> int:
    """Puts everything of the batch that still waits into its place. Gives the number of messages written."""
    waiting = await journal.lock(work, [one.journal_id for one in batch])
    rows = [one for one in batch if one.journal_id in waiting]
    if not rows:
        return 0
    for moved in _events(rows, Moved):
        await _move(work, account.manifest.identity, moved)
    own = await receipts_in_disguise(work, account, _events(rows, SaidElsewhere))
    placed = await _place(work, account, rows, own)
    fresh = [one.external_id for one in placed.messages if one.branch and one.external_id]
    await change(work, account, [event for one in rows for event in one.events], fresh)
    receipts = [*_events(rows, Receipt), *own.values()]
    if receipts:
        await apply_receipts(work, account, receipts)
    _tell(work, account, rows)
    broken = [(one.journal_id, event) for one in rows for event in one.events if isinstance(event, Broken)]
    broken += [(one.journal_id, nameless) for one in rows for event in one.events if (nameless := _nameless(event))]
    if broken:
        await journal.put_aside(work, broken)
    await journal.finish(work, [_fate(one) for one in rows])
    await note_heard(work, account.id)
    return len(placed.messages)


async def _move(work: UnitOfWork, kind: str, moved: Moved) -> None:
    """A person has a new address. Where both have spoken already (a visitor signs in), their two persons are one."""
    old, new = await find_identity(work, kind, moved.old), await find_identity(work, kind, moved.new)
    if old is None or (new is not None and new.person_id == old.person_id):
        return
    if new is None:
        await add_identity(work, (kind, moved.old), (kind, moved.new))
    else:
        await merge_persons(work, new.person_id, old.person_id)


def _events(rows: Sequence[Parsed], kind: type[E]) -> list[E]:
    return [event for one in rows for event in one.events if isinstance(event, kind)]


def _nameless(event: Event) -> Broken | None:
    """An item that belongs to nobody, and so can stand nowhere."""
    if isinstance(event, Unknown) and event.sender is None:
        return Broken(place=event.kind, why=f"An item of an unknown kind ({event.kind}) that belongs to no person.")
    if isinstance(event, SaidElsewhere) and event.to is None and event.thread is None:
        return Broken(place=event.external_id, why="A message of ours that was said to nobody, and not in public.")
    return None


def _fate(row: Parsed) -> tuple[UUID, JournalState, str, int]:
    if row.why:
        return row.journal_id, "quarantined", row.why[:1000], 0
    trouble = [event for event in row.events if isinstance(event, Broken) or _nameless(event)]
    state: JournalState = "partial" if trouble else "done"
    return row.journal_id, state, "", len(row.events)


async def _place(work: UnitOfWork, account: StoredAccount, rows: Sequence[Parsed], own: Mapping[str, Receipt]) -> Placed:
    """Messages to their conversations, except those that are our own."""
    spoken = [
        (one.journal_id, event)
        for one in rows
        for event in map(_spoken, one.events)
        if event and (isinstance(event, Received) or event.external_id not in own)
    ]
    if not spoken:
        return Placed()
    wanted = sorted({ref for _, one in spoken for ref in (one.external_id, one.reply_to, *one.references[:30]) if ref})
    by_external = await repository.messages_by_external_id(work, account.id, wanted)
    now = work.clock.now()
    fresh = [(row, _not_ahead(one, now)) for row, one in spoken if one.external_id not in by_external]
    if not fresh:
        return Placed()
    people = await recognise(work, [_seen(account, person) for _, one in fresh if (person := _person(one))])
    people = await join_vouched(work, people)
    changed, people = await claim(work, account, [one for _, one in fresh if isinstance(one, Received)], people)
    fresh = [(row, changed.get(one.external_id, one)) for row, one in fresh]
    knowledge = await _knowledge(work, account, fresh, people, by_external)
    placer = Placer(account.id, account.manifest, knowledge, now)
    for journal_id, one in fresh:
        person = _person(one)
        who = people[account.manifest.identity, person.value] if person else None
        placer.place(Incoming(journal_id=journal_id, received=one, who=who))
    await _write(work, account, placer.placed)
    if ticked := _ticked(account, fresh, people):
        await keep_ticked(work, ticked)
    await hear_wishes(work, _wishes(account, fresh, people))
    if account.manifest.names:
        tell_unnamed(work, account, [one for _, one in fresh if isinstance(one, Received)])
    if account.manifest.wire == "local":
        _echo(work, account, fresh, placer.placed)
    return placer.placed


def _ticked(
    account: StoredAccount, fresh: Sequence[tuple[UUID, Spoken]], people: Mapping[tuple[str, str], Recognised]
) -> dict[UUID, tuple[str, str]]:
    """The words that people ticked when they wrote (a form's, a chat's), by their address."""
    found = {}
    for _, one in fresh:
        if isinstance(one, Received) and one.sender and (words := str(one.origin.get("consent", "")).strip()):
            who = people[account.manifest.identity, one.sender.value]
            found[who.identity_id] = (account.name[:200] or account.channel, clean(words))
    return found


def _wishes(
    account: StoredAccount, fresh: Sequence[tuple[UUID, Spoken]], people: Mapping[tuple[str, str], Recognised]
) -> dict[UUID, Wished]:
    """Who asked to be left alone, or to be written to again; the last word counts."""
    found = {}
    for _, one in sorted(fresh, key=lambda each: each[1].at):
        if isinstance(one, Received) and one.sender and one.wish:
            words, source = clean(one.content.text).strip(), account.name or account.channel
            found[people[account.manifest.identity, one.sender.value].identity_id] = Wished(
                what=one.wish, source=source, words=words, confirm=account.manifest.confirms_wishes and one.may_auto_answer
            )
    return found


def _not_ahead(one: Spoken, now: datetime) -> Spoken:
    """A message of a provider whose clock is ahead of ours was said now: else our answer would stand above it."""
    return one if one.at <= now else structs.replace(one, at=now)


def _spoken(event: Event) -> Spoken | None:
    if isinstance(event, Received | SaidElsewhere) and not _nameless(event):
        return event
    if isinstance(event, Unknown) and event.sender is not None:
        return as_received(event, event.sender)
    return None


def _person(one: Spoken) -> Address | None:
    """The human outside: who said it, or to whom it was said; None if our side said it to everybody."""
    return one.sender if isinstance(one, Received) else one.to


def _seen(account: StoredAccount, sender: Address) -> Seen:
    aliases = tuple((kind, clean(value)[:500]) for kind, value in sender.aliases)
    name = clean(sender.name)[:200]
    return Seen(kind=account.manifest.identity, value=sender.value, name=name, aliases=aliases, fields=sender.fields)


async def _knowledge(
    work: UnitOfWork,
    account: StoredAccount,
    fresh: Sequence[tuple[UUID, Spoken]],
    people: Mapping[tuple[str, str], Recognised],
    by_external: Mapping[str, repository.KnownMessage],
) -> Knowledge:
    old = sorted({who.person_id for who in people.values() if not who.new})
    of_persons: list[repository.KnownConversation] = []
    if old:
        await repository.lock_persons(work, old)
        since = min(one.at for _, one in fresh) - _LOOK_BACK
        of_persons = await repository.newest_of_persons(work, old, since, _NEWEST_EACH)
    ids = sorted({known.conversation_id for known in by_external.values()})
    tokens = sorted({one.token for _, one in fresh if one.token})
    named = await repository.conversations(work, ids=ids, tokens=tokens) if ids or tokens else []
    threads = sorted({one.thread.external_id for _, one in fresh if one.thread})
    by_thread = await repository.conversations_of_threads(work, account.id, threads) if threads else {}
    by_person: dict[UUID, list[repository.KnownConversation]] = {}
    for known in of_persons:
        if known.person_id is not None:
            by_person.setdefault(known.person_id, []).append(known)
    return Knowledge(
        by_external=by_external,
        by_id={known.id: known for known, _ in named},
        by_token={token: known for known, token in named},
        by_person=by_person,
        by_thread=by_thread,
    )


async def _write(work: UnitOfWork, account: StoredAccount, placed: Placed) -> None:
    if placed.conversations:
        await repository.insert_conversations(work, list(placed.conversations.values()))
    if placed.messages:
        await repository.insert_messages(work, placed.messages)
    if placed.attachments:
        await repository.insert_attachments(work, placed.attachments)
        if keys := [one.blob_key for one in placed.attachments if one.blob_key]:
            await uploads.named(work, keys)
        work.emit("attachments", placed.attachments[0].account_id)
    await repository.touch_conversations(work, list(placed.touched.values()))
    if placed.threads:
        await _write_public(work, account, placed)
    _announce(work, placed)


async def _write_public(work: UnitOfWork, account: StoredAccount, placed: Placed) -> None:
    """Who spoke, what is known of the places, and which messages still wait. The conversations are locked by now."""
    await public.hear(work, [(one.conversation_id, one.identity_id, one.at) for one in placed.spoke])
    await public.learn(work, {key: thread_facts(thread) for key, thread in placed.threads.items() if thread})
    said = [one for one in placed.messages if one.conversation_id in placed.threads]
    fresh = {
        one.id: public.Fresh(
            id=one.id, conversation_id=one.conversation_id, external_id=one.external_id or "", branch=one.branch or ""
        )
        for one in said
    }
    await public.join_branches(work, list(fresh.values()))
    answered = await public.settle_answered(work, [one.id for one in said if one.direction == "out" and one.reply_to])
    answered += await public.settle_known(work, [fresh[one.id] for one in said if one.wants_answer])
    settled = {one.conversation_id for one in answered}
    await public.recount(work, list(placed.threads), account.manifest, answered=settled)


def _announce(work: UnitOfWork, placed: Placed) -> None:
    ids: dict[tuple[UUID, str], list[str]] = {}
    for new in placed.conversations.values():
        if new.state != "open":  # by our own side: no news for anybody who waits for customers
            work.emit("conversation", new.id, {"what": "opened", "messages": [], "reopened": False})
    for message in placed.messages:
        opens = message.conversation_id in placed.conversations and placed.conversations[message.conversation_id].state == "open"
        what = "said" if message.direction == "out" else "opened" if opens else "received"
        ids.setdefault((message.conversation_id, what), []).append(str(message.id))
    for (conversation_id, what), messages in ids.items():
        reopened = conversation_id in placed.reopened and what != "said"
        for start in range(0, len(messages), _NAMED):
            named = messages[start : start + _NAMED]
            first = what if start == 0 or what != "opened" else "received"
            work.emit("conversation", conversation_id, {"what": first, "messages": named, "reopened": reopened and start == 0})


def _echo(work: UnitOfWork, account: StoredAccount, fresh: Sequence[tuple[UUID, Spoken]], placed: Placed) -> None:
    """The visitor's other windows and devices see what was written in this one."""
    senders = {one.external_id: person.value for _, one in fresh if (person := _person(one))}
    for message in placed.messages:
        key = visitor_key(str(account.id), senders.get(message.external_id or "", ""))
        work.emit("visitor", key, {"message": str(message.id)})


def _tell(work: UnitOfWork, account: StoredAccount, rows: Sequence[Parsed]) -> None:
    """What needs no row of its own: who types, what the provider says about our account."""
    typing = {event.sender.value: event for event in _events(rows, Typing)}
    for value, event in typing.items():
        work.emit("typing", account.id, {"address": value, "on": event.on})
    for notice in _events(rows, Notice):
        work.emit("notice", account.id, {"kind": notice.kind, "text": clean(notice.text)[:500], "serious": notice.serious})
        work.audit("account.notice", subject="account", subject_id=account.id, kind=notice.kind, text=clean(notice.text)[:500])
