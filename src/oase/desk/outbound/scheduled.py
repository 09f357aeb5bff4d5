"""Messages that go later: scheduled, changed, cancelled by agents, and sent by the clock.

agent --schedule--> a row that holds the whole answer (rehearsed: what cannot go then is refused at once)
clock --send_due--> one transaction each: claimed · did the customer write? · still their day? · `say` with the row's id as its key · sent
                    said no --> another transaction: refused, with why; its author is told

Whoever dies before the commit has said nothing and settled nothing; after it, the message is on its way by the delivery's own rules.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import psycopg
import structlog

from oase.channels import AccountBook
from oase.conversations import Answer, Author, WindowClosed, cases, keep_draft, keep_uploads, record, rehearse, say
from oase.desk.outbound import scheduled_repository as repository
from oase.desk.outbound.errors import NoScheduled, Settled
from oase.desk.outbound.rules import LONGEST_AHEAD, ZONE_FIELD, Waking, is_waking, next_waking, waking_of, zones_of
from oase.desk.outbound.types import Scheduled, When
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import Invalid, OaseError, Unavailable
from oase.kernel.i18n import message
from oase.people import find_person, identities_of
from oase.staff import find_workspace

_AT_ONCE: Final = 100
_LATE: Final = timedelta(minutes=10)  # so much later than planned, the customer may be asleep again
ANSWERED: Final = message("The customer wrote before it was sent.")
log = structlog.get_logger()


async def schedule(
    work: UnitOfWork, book: AccountBook, author: Author, conversation_id: UUID, answer: Answer, when: When
) -> Scheduled:
    """Keeps an answer that goes later; the same client key again changes nothing.

    Raises Invalid (field `send_at` for the moment), and what `say` raises.
    """
    known = await repository.find(work, answer.client_key)
    if known is not None:
        return known
    at = await _moment(work, conversation_id, when)
    await _rehearse(work, book, conversation_id, answer, at)
    made = Scheduled(
        id=answer.client_key, conversation_id=conversation_id, author_id=author.id, author_name=author.name, answer=answer,
        send_at=at, waking=when.waking, unless_answered=when.unless_answered, state="waiting", why="", message_id=None,
        created_at=work.clock.now(),
    )  # fmt: skip
    if await repository.insert(work, made):
        await keep_uploads(work, answer.attachment_ids, at)
        if author.id is not None:
            await keep_draft(work, author.id, conversation_id, {})
        _tell(work, made, "message.scheduled")
    return made


async def change_scheduled(
    work: UnitOfWork, book: AccountBook, scheduled_id: UUID, *, text: str | None = None, when: When | None = None
) -> None:
    """Another text, another moment. What was refused waits again. Raises NoScheduled, Settled, Invalid, and what `say` raises."""
    found = await _locked(work, scheduled_id, "waiting", "refused")
    answer = found.answer
    if text is not None and text != answer.text:
        if answer.template is not None:
            raise Invalid(message("The words of a template are fixed."), field="text")
        answer = msgspec.structs.replace(answer, text=text, html="")
    wanted = when or When(at=found.send_at, waking=found.waking, unless_answered=found.unless_answered)
    at = await _moment(work, found.conversation_id, wanted)
    await _rehearse(work, book, found.conversation_id, answer, at)
    await repository.change(work, found.id, answer, at, waking=wanted.waking, unless=wanted.unless_answered)
    await keep_uploads(work, answer.attachment_ids, at)
    _tell(work, found, "message.rescheduled")


async def send_scheduled_now(work: UnitOfWork, scheduled_id: UUID) -> None:
    """It goes with the clock's next turn, whatever the hour. Raises NoScheduled, Settled."""
    found = await _locked(work, scheduled_id, "waiting", "refused")
    await repository.change(work, found.id, found.answer, work.clock.now(), waking=False, unless=False)
    _tell(work, found, "message.rescheduled")


async def cancel_scheduled(work: UnitOfWork, scheduled_id: UUID) -> Scheduled:
    """It does not go. Raises NoScheduled, Settled."""
    found = await _locked(work, scheduled_id, "waiting", "refused")
    await repository.settle(work, found.id, "cancelled")
    _tell(work, found, "message.unscheduled")
    return found


async def restore_scheduled(work: UnitOfWork, book: AccountBook, scheduled_id: UUID) -> None:
    """Takes the cancelling back. Raises NoScheduled, Settled, and Invalid where its moment is over."""
    found = await _locked(work, scheduled_id, "cancelled")
    when = When(at=found.send_at, waking=found.waking, unless_answered=found.unless_answered)
    at = await _moment(work, found.conversation_id, when)
    await _rehearse(work, book, found.conversation_id, found.answer, at)
    await repository.change(work, found.id, found.answer, at, waking=found.waking, unless=found.unless_answered)
    _tell(work, found, "message.rescheduled")


async def scheduled_of(work: UnitOfWork, conversation_id: UUID) -> Sequence[Scheduled]:
    """What waits in a conversation, or was refused and waits for somebody. One query."""
    return await repository.of_conversation(work, conversation_id)


async def next_sends(work: UnitOfWork, conversation_ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When the next message goes in each of these conversations, where one waits or was refused. One query."""
    return await repository.next_moments(work, conversation_ids) if conversation_ids else {}


async def scheduled_places(work: UnitOfWork, limit: int = 200) -> dict[UUID, datetime]:
    """The conversations in which a message waits or was refused, the first to go first. One query."""
    return await repository.places(work, limit)


async def find_scheduled(work: UnitOfWork, scheduled_id: UUID) -> Scheduled:
    """One scheduled message; raises NoScheduled."""
    found = await repository.find(work, scheduled_id)
    if found is None:
        raise NoScheduled(message("There is no such scheduled message."))
    return found


async def waking_hours(work: UnitOfWork, conversation_id: UUID) -> tuple[tuple[ZoneInfo, ...], Waking]:
    """Where the customer of a conversation may be, and when they may be written to. Four queries."""
    case = (await cases(work, [conversation_id])).get(conversation_id)
    return await waking_of_person(work, case.person_id if case else None)


async def waking_of_person(work: UnitOfWork, person_id: UUID | None) -> tuple[tuple[ZoneInfo, ...], Waking]:
    """Where a person may be, and when they may be written to. Three queries."""
    workspace = await find_workspace(work)
    person = await find_person(work, person_id) if person_id else None
    known = await identities_of(work, [person_id]) if person_id else []
    phones = [one.value for one in known if one.kind == "phone"]
    written = str(person.fields.get("phone", "")) if person else ""
    own = person.fields.get(ZONE_FIELD) if person else None
    zones = zones_of(own, [*phones, written], workspace.time_zone if workspace else "UTC")
    return zones, waking_of(workspace.settings if workspace else {})


async def cancel_answered(work: UnitOfWork) -> int:
    """Cancels what was to go only if the customer does not write before; its authors are told. One statement."""
    cancelled = await repository.cancel_answered(work, ANSWERED)
    for scheduled_id, conversation_id, author_id, name in cancelled:
        await _tell_author(work, scheduled_id, conversation_id, author_id, name)
    return len(cancelled)


async def send_due(database: Database, book: AccountBook, workspace_id: UUID) -> int:
    """Says what is due, each in its own transaction; gives how many."""
    async with database.work(workspace_id) as work:
        ids = await repository.due(work, _AT_ONCE)
    sent = 0
    for scheduled_id in ids:
        try:
            async with database.work(workspace_id) as work:
                sent += await _send(work, book, scheduled_id)
        except (Unavailable, psycopg.OperationalError, psycopg.InterfaceError, OSError):
            raise  # nothing was said: the next turn tries again
        except Exception as error:  # one that cannot go must not hold up the others, whatever the reason
            await _refuse(database, workspace_id, scheduled_id, error)
    return sent


async def _send(work: UnitOfWork, book: AccountBook, scheduled_id: UUID) -> int:
    found = await repository.claim(work, scheduled_id)
    if found is None:
        return 0  # changed, cancelled, or taken by another process
    if found.unless_answered and await repository.wrote_since(work, found.id, found.conversation_id):
        await repository.settle(work, found.id, "cancelled", why=ANSWERED)
        await _tell_author(work, found.id, found.conversation_id, found.author_id, found.author_name)
        return 0
    if found.waking and work.clock.now() - found.send_at > _LATE:
        zones, waking = await waking_hours(work, found.conversation_id)
        if not is_waking(work.clock.now(), zones, waking):
            await repository.move(work, found.id, next_waking(work.clock.now(), zones, waking))
            work.emit("conversation", found.conversation_id, {"what": "scheduled"})
            return 0
    answer = msgspec.structs.replace(found.answer, undo=timedelta(0))
    author = Author(id=found.author_id, name=found.author_name)
    message_id = await say(work, book, author, found.conversation_id, answer)
    await repository.settle(work, found.id, "sent", message_id=message_id)
    work.emit("conversation", found.conversation_id, {"what": "scheduled"})
    return 1


async def _refuse(database: Database, workspace_id: UUID, scheduled_id: UUID, error: Exception) -> None:
    """It cannot go: it stays in sight with the reason, and its author is told."""
    if isinstance(error, OaseError):
        why = str(error)
    else:
        log.exception("outbound.failed", scheduled_id=str(scheduled_id))
        why = message("Oase could not prepare it: %(why)s", why=f"{type(error).__name__}: {error}")
    async with database.work(workspace_id) as work:
        found = await repository.claim(work, scheduled_id)
        if found is not None:
            await repository.settle(work, found.id, "refused", why=why)
            await _tell_author(work, found.id, found.conversation_id, found.author_id)


async def _moment(work: UnitOfWork, conversation_id: UUID, when: When) -> datetime:
    now = work.clock.now()
    if when.waking:
        zones, waking = await waking_hours(work, conversation_id)
        at = next_waking(max(when.at, now), zones, waking)
    else:
        at = when.at
        if at <= now:
            raise Invalid(message("This moment is already over."), field="send_at")
    if at - now > LONGEST_AHEAD:
        raise Invalid(message("A message can be scheduled for a year ahead at most."), field="send_at")
    return at


async def _rehearse(work: UnitOfWork, book: AccountBook, conversation_id: UUID, answer: Answer, at: datetime) -> None:
    try:
        await rehearse(work, book, conversation_id, answer, at)
    except WindowClosed as error:
        why = message("At that moment this channel takes no free answer any more: choose an earlier one, or a template.")
        raise Invalid(why, field="send_at") from error


async def _locked(work: UnitOfWork, scheduled_id: UUID, *states: str) -> Scheduled:
    found = await repository.find(work, scheduled_id, lock=True)
    if found is None:
        raise NoScheduled(message("There is no such scheduled message."))
    if found.state not in states:
        raise Settled(
            message("This message has been sent already.")
            if found.state == "sent"
            else message("This message was cancelled meanwhile.")
        )
    return found


def _tell(work: UnitOfWork, one: Scheduled, act: str) -> None:
    work.emit("conversation", one.conversation_id, {"what": "scheduled"})
    work.audit(act, subject="conversation", subject_id=one.conversation_id, scheduled=str(one.id))


async def _tell_author(
    work: UnitOfWork, scheduled_id: UUID, conversation_id: UUID, author_id: UUID | None, answered: str | None = None
) -> None:
    """It did not go: because the customer wrote before (`answered`: the author's name, for the timeline), or it was refused."""
    if answered is not None:
        await record(work, Author(), conversation_id, "unscheduled", {"name": answered})
    work.emit("conversation", conversation_id, {"what": "scheduled"})
    if author_id is not None:
        why = "refused" if answered is None else "answered"
        work.emit("unsent", conversation_id, {"agent": str(author_id), "scheduled": str(scheduled_id), "why": why})
