"""A conversation that a program starts with a message of the person, taken as received; and one that waits for a first word of ours.

in    starts of a workspace --natural batching--> persons · conversations · messages, a constant number of statements --> COMMIT
open_quietly   person · conversation, solved until something is said in it

The hot path of the API: while one transaction is under way others gather for the next one. A start that fails is tried alone,
so that it harms no other.
"""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
import psycopg
from msgspec import Struct

from oase.channels import AccountBook, StoredAccount
from oase.channels.contract import Content
from oase.conversations import repository
from oase.conversations.errors import CannotAnswer
from oase.conversations.intake import repository as intake
from oase.conversations.intake.place import clean, new_token
from oase.conversations.intake.repository import NewConversation, NewMessage, Touched
from oase.conversations.rules import due_at, first_line, first_word
from oase.conversations.types import Author, TemplateUse
from oase.kernel.audit import Actor
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid, OaseError
from oase.kernel.i18n import message
from oase.kernel.idempotency import Once, claim, keep
from oase.kernel.ids import new_id
from oase.people import Recognised, Seen, recognise

_AT_MOST: Final = 100
_SLOTS: Final = 1  # of a workspace: larger batches cost less than waiting side by side (measured: twice as many)
_ADDRESS_CHARACTERS: Final = 320
_NOTHING_SAID: Final = UUID(int=0)


class Start(Struct, frozen=True, kw_only=True):
    """How a conversation begins. `address` is the person's, of the kind that the account's channel has."""

    account_id: UUID
    address: str
    name: str = ""
    subject: str = ""
    text: str = ""
    html: str = ""
    template: TemplateUse | None = None
    attachment_ids: tuple[UUID, ...] = ()
    at: datetime | None = None  # when the person said it; now, if nothing is given
    external_id: str = ""  # of the message, if it has one elsewhere: unique in the account
    tags: tuple[str, ...] = ()
    fields: Mapping[str, Any] = {}
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    priority: int = 0
    author: Author = Author()


class Started(Struct, frozen=True, kw_only=True):
    """A conversation that was started."""

    conversation_id: UUID
    number: int
    message_id: UUID
    person_id: UUID
    identity_id: UUID


class _Waiting(Struct, frozen=True):
    start: Start
    once: Once | None
    actor: Actor
    started: asyncio.Future[Started]


class Starter:
    """Starts conversations; one per process."""

    def __init__(self, database: Database, book: AccountBook) -> None:
        self._database = database
        self._book = book
        self._waiting: defaultdict[UUID, list[_Waiting]] = defaultdict(list)
        self._busy: defaultdict[UUID, int] = defaultdict(int)
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, workspace_id: UUID, actor: Actor, start: Start, *, once: Once | None = None) -> Started:
        """Returns when the conversation is durable; the same `once` gives the same conversation.

        Raises Invalid.
        """
        account = await self._account(workspace_id, start)
        start = msgspec.structs.replace(start, address=normal_address(account.manifest.identity, start.address))
        started: asyncio.Future[Started] = asyncio.get_running_loop().create_future()
        self._waiting[workspace_id].append(_Waiting(start, once, actor, started))
        if self._busy[workspace_id] < _SLOTS:
            self._busy[workspace_id] += 1
            task = asyncio.create_task(self._drain(workspace_id))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return await started

    async def _account(self, workspace_id: UUID, start: Start) -> StoredAccount:
        account = await self._book.get(start.account_id)
        if account is None or account.workspace_id != workspace_id:
            raise Invalid(message("There is no such account."), field="account_id")
        if not (start.text.strip() or start.html or start.attachment_ids or start.template):
            raise Invalid(message("The first message is empty."), field="message")
        return account

    async def _drain(self, workspace_id: UUID) -> None:
        try:
            while waiting := self._waiting[workspace_id]:
                batch, self._waiting[workspace_id] = waiting[:_AT_MOST], waiting[_AT_MOST:]
                await self._commit(workspace_id, batch)
        finally:
            self._busy[workspace_id] -= 1
            if not self._busy[workspace_id] and not self._waiting[workspace_id]:
                del self._busy[workspace_id], self._waiting[workspace_id]

    async def _commit(self, workspace_id: UUID, batch: Sequence[_Waiting]) -> None:
        try:
            async with self._database.work(workspace_id, actor=batch[0].actor) as work:
                done = await _start_all(work, self._book, [(one.start, one.once) for one in batch])
        except Exception as error:  # whoever waits must hear of it, whatever it was
            if len(batch) > 1 and isinstance(error, OaseError | psycopg.Error):
                for one in batch:
                    await self._commit(workspace_id, [one])
                return
            for one in batch:
                if not one.started.done():
                    one.started.set_exception(_in_words(error))
            return
        for one, started in zip(batch, done, strict=True):
            if not one.started.done():
                one.started.set_result(started)


def _in_words(error: Exception) -> Exception:
    if isinstance(error, psycopg.errors.UniqueViolation):
        return Invalid(message("A message with this external id exists already in the account."), field="external_id")
    if isinstance(error, psycopg.errors.ForeignKeyViolation):
        return Invalid(message("Something that the request names does not exist."))
    return error


async def _start_all(work: UnitOfWork, book: AccountBook, wanted: Sequence[tuple[Start, Once | None]]) -> Sequence[Started]:
    """Starts those that are new; the others get what they got the first time."""
    asked = {one.id: one for _, one in wanted if one is not None}
    if len(asked) < sum(one is not None for _, one in wanted):
        raise Invalid(message("The same request came twice at once."))  # tried alone, each finds the other's answer
    known = await claim(work, asked) if asked else {}
    fresh = [start for start, one in wanted if one is None or one.id not in known]
    made = iter(await _take_first(work, book, fresh))
    done = [
        msgspec.json.decode(known[one.id], type=Started) if one is not None and one.id in known else next(made)
        for _, one in wanted
    ]
    kept = {one.id: msgspec.json.encode(done[place]) for place, (_, one) in enumerate(wanted) if one and one.id not in known}
    if kept:
        await keep(work, kept)
    return done


async def _recognise(work: UnitOfWork, book: AccountBook, starts: Sequence[Start]) -> list[tuple[StoredAccount, Recognised]]:
    accounts: list[StoredAccount] = []
    for start in starts:
        account = await book.get(start.account_id)
        if account is None:
            raise Invalid(message("There is no such account."), field="account_id")
        accounts.append(account)
    pairs = list(zip(accounts, starts, strict=True))
    people = await recognise(
        work,
        [Seen(kind=account.manifest.identity, value=start.address, name=clean(start.name)[:200]) for account, start in pairs],
    )
    return [(account, people[account.manifest.identity, start.address]) for account, start in pairs]


def _opened(work: UnitOfWork, start: Start, account: StoredAccount, who: Recognised) -> NewConversation:
    return NewConversation(
        id=new_id(),
        person_id=who.person_id,
        identity_id=who.identity_id,
        account_id=account.id,
        channel=account.channel,
        subject=clean(start.subject)[:500],
        token=new_token(),
        created_at=start.at or work.clock.now(),
        fields=dict(start.fields),
    )


async def _take_first(work: UnitOfWork, book: AccountBook, starts: Sequence[Start]) -> list[Started]:
    """Conversations that begin with what the person said."""
    if not starts:
        return []
    places = await _recognise(work, book, starts)
    opened = [_opened(work, start, account, who) for start, (account, who) in zip(starts, places, strict=True)]
    numbers = await intake.insert_conversations(work, opened)
    messages = [_message(start, new, who) for start, new, (_, who) in zip(starts, opened, places, strict=True)]
    await intake.insert_messages(work, messages)
    touched = []
    for start, new, (account, who) in zip(starts, opened, places, strict=True):
        touched.append(
            Touched(
                id=new.id,
                count=1,
                last_at=new.created_at,
                last_in_at=new.created_at,
                due_at=due_at(account.manifest.pace, min(new.created_at, work.clock.now())),
                first_line=clean(first_line(Content(text=start.text, subject=start.subject))),
                line_at=new.created_at,
                reopens=True,
                identity_id=who.identity_id,
                account_id=account.id,
                channel=account.channel,
            )
        )
    await intake.touch_conversations(work, touched)
    for start, new, said in zip(starts, opened, messages, strict=True):
        if start.attachment_ids:
            await _attach(work, said.id, start)
        await _dress(work, new.id, start)
        work.emit("conversation", new.id, {"what": "opened", "messages": [str(said.id)], "reopened": False})
    return [_started(new, who, said.id, numbers) for new, said, (_, who) in zip(opened, messages, places, strict=True)]


def _message(start: Start, new: NewConversation, who: Recognised) -> NewMessage:
    return NewMessage(
        id=new_id(),
        conversation_id=new.id,
        kind="text" if start.text else "document",
        channel=new.channel,
        account_id=new.account_id,
        identity_id=who.identity_id,
        author_name=clean(start.name)[:200],
        text=clean(start.text),
        html=clean(start.html),
        quoted="",
        signature="",
        subject=clean(start.subject)[:1000],
        data={},
        external_id=start.external_id or None,
        reply_to="",
        automatic="",
        journal_id=None,
        at=new.created_at,
    )


async def open_quietly(work: UnitOfWork, book: AccountBook, start: Start) -> Started:
    """A conversation in which nothing was said yet, for a first word of ours, now or later: solved until then, so that an undo
    leaves nothing to do behind. The message's id is nobody's. Raises Invalid, CannotAnswer."""
    account = await book.get(start.account_id)
    if account is None or account.workspace_id != work.workspace_id:
        raise Invalid(message("There is no such account."), field="account_id")
    start = msgspec.structs.replace(start, address=normal_address(account.manifest.identity, start.address))
    ((account, who),) = await _recognise(work, book, [start])
    heard = await repository.heard_at(work, who.identity_id, account.id)
    how = first_word(account.manifest.begins, account.reply_window, heard, work.clock.now())
    if how == "never":
        raise CannotAnswer(message("On %(name)s only the customer can begin a conversation.", name=account.manifest.name.en))
    if how == "template" and start.template is None:
        raise CannotAnswer(message("On this channel only a template can begin a conversation."))
    new = msgspec.structs.replace(_opened(work, start, account, who), state="solved")
    numbers = await intake.insert_conversations(work, [new])
    await _dress(work, new.id, start)
    work.emit("conversation", new.id, {"what": "opened", "messages": [], "reopened": False})
    return _started(new, who, _NOTHING_SAID, numbers)


def _started(new: NewConversation, who: Recognised, message_id: UUID, numbers: Mapping[UUID, int]) -> Started:
    return Started(
        conversation_id=new.id,
        number=numbers[new.id],
        message_id=message_id,
        person_id=who.person_id,
        identity_id=who.identity_id,
    )


async def _attach(work: UnitOfWork, message_id: UUID, start: Start) -> None:
    if len(await repository.attach(work, message_id, start.attachment_ids)) != len(set(start.attachment_ids)):
        raise Invalid(message("One of the files does not exist or was sent already."), field="attachment_ids")


async def _dress(work: UnitOfWork, conversation_id: UUID, start: Start) -> None:
    """What else the conversation is to have from the beginning."""
    if not (start.tags or start.assignee_id or start.team_id or start.priority):
        return
    tags = list(dict.fromkeys(tag.strip()[:40] for tag in start.tags if tag.strip()))
    await work.run(
        "UPDATE conversation SET tags = %(tags)s, assignee_id = %(assignee)s, team_id = %(team)s, priority = %(priority)s"
        " WHERE workspace_id = %(workspace_id)s AND id = %(id)s",
        {"id": conversation_id, "tags": tags, "assignee": start.assignee_id, "team": start.team_id, "priority": start.priority},
    )
    if tags:
        await repository.ensure_tags(work, sorted(tags))


def normal_address(kind: str, value: str) -> str:
    """An address as the channels' adapters write it; raises Invalid (field `address`) for what cannot be one."""
    plain = clean(value).strip()
    if kind == "email":
        local, _, host = plain.rpartition("@")
        if local and "." in host and not any(character.isspace() for character in plain):
            return plain[:_ADDRESS_CHARACTERS].lower()
    elif kind == "phone":
        digits = "".join(character for character in plain if character.isdigit())
        if plain.startswith("+") and 7 <= len(digits) <= 15:
            return f"+{digits}"
    elif plain:
        return plain[:_ADDRESS_CHARACTERS]
    raise Invalid(message("“%(value)s” is no address of this channel (%(kind)s).", value=plain[:100], kind=kind), field="address")


__all__ = ["Start", "Started", "Starter", "normal_address", "open_quietly"]
