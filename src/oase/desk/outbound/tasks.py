"""What is to be done by a moment: made, changed, done, taken away; those concerned are told when it is due."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from oase.conversations import Author, NoConversation, cases
from oase.desk.outbound import task_repository as repository
from oase.desk.outbound.errors import NoTask
from oase.desk.outbound.rules import LONGEST_AHEAD
from oase.desk.outbound.types import Task, TaskFilter, Who
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.people import NoPerson, find_person
from oase.staff import find_agent, list_teams

_WORDS: Final = 500
_AT_ONCE: Final = 500
_CHANGEABLE: Final = frozenset({"what", "due_at", "who"})


async def add_task(
    work: UnitOfWork,
    author: Author,
    *,
    task_id: UUID,
    what: str,
    who: Who,
    due_at: datetime,
    conversation_id: UUID | None = None,
    person_id: UUID | None = None,
) -> Task:
    """A new task about a conversation or a person; the same id again gives the first one. Raises Invalid, NoConversation, NoPerson."""
    known = await repository.find(work, task_id)
    if known is not None:
        return known
    conversation_id, person_id = await _about(work, conversation_id, person_id)
    facts = {
        "what": _words(what), "due_at": _due(work, due_at), **await _who(work, who), "conversation_id": conversation_id,
        "person_id": person_id, "created_by": author.id, "created_by_name": author.name, "created_at": work.clock.now(),
    }  # fmt: skip
    await repository.insert(work, {"id": task_id, **facts})
    made = await find_task(work, task_id)
    _tell(work, made, "task.added")
    return made


async def change_task(work: UnitOfWork, task_id: UUID, changes: Mapping[str, Any]) -> Task:
    """Changes `what`, `due_at` or `who` (Who). With another moment, those concerned are told again. Raises Invalid, NoTask."""
    unknown = set(changes) - _CHANGEABLE
    if unknown:
        raise Invalid(message("“%(name)s” cannot be changed.", name=sorted(unknown)[0]), field=sorted(unknown)[0])
    found = await find_task(work, task_id, lock=True)
    columns: dict[str, Any] = {}
    if "what" in changes:
        columns["what"] = _words(changes["what"])
    if "due_at" in changes and changes["due_at"] != found.due_at:
        columns |= {"due_at": _due(work, changes["due_at"]), "told_at": None}
    if "who" in changes:
        columns |= await _who(work, changes["who"])
    if columns:
        await repository.update(work, task_id, columns)
        found = await find_task(work, task_id)
        _tell(work, found, "task.changed")
    return found


async def set_task_done(work: UnitOfWork, author: Author, task_id: UUID, *, done: bool) -> Task:
    """It is done, or is to be done after all. Raises NoTask."""
    found = await find_task(work, task_id, lock=True)
    if (found.done_at is not None) != done:
        now = work.clock.now()
        told = {} if done or found.due_at <= now else {"told_at": None}
        await repository.update(work, task_id, {"done_at": now if done else None, "done_by": author.id if done else None, **told})
        found = await find_task(work, task_id)
        _tell(work, found, "task.done" if done else "task.undone")
        if done and author.id is not None and found.conversation_id is None:
            work.emit("read", author.id, {"conversation": str(found.person_id)})  # ends what they were told
    return found


async def remove_task(work: UnitOfWork, task_id: UUID) -> None:
    """The task goes. Raises NoTask."""
    found = await find_task(work, task_id, lock=True)
    await repository.delete(work, task_id)
    _tell(work, found, "task.removed")


async def find_task(work: UnitOfWork, task_id: UUID, *, lock: bool = False) -> Task:
    """One task; raises NoTask."""
    found = await repository.find(work, task_id, lock=lock)
    if found is None:
        raise NoTask(message("There is no such task."))
    return found


async def list_tasks(work: UnitOfWork, wanted: TaskFilter, limit: int = 200) -> Sequence[Task]:
    """Tasks, what is due first at the top. One query."""
    return await repository.listing(work, wanted, limit)


async def count_plans(
    work: UnitOfWork, agent_id: UUID, team_ids: Sequence[UUID], known_teams: Sequence[UUID] | None = None
) -> tuple[int, int]:
    """How many tasks an agent has, those of the teams too; and in how many conversations a message is scheduled. One query.

    `known_teams`: all there are, for somebody who leads: what a team was to do that is gone is theirs to give on.
    """
    return await repository.counts(work, agent_id, team_ids, known_teams)


async def tell_due(work: UnitOfWork) -> int:
    """Says of the tasks that are due; of each once. One statement."""
    due = await repository.take_due(work, _AT_ONCE)
    for one in due:
        facts = {"task": str(one["id"]), **{name: str(one[name]) if one[name] else None for name in ("agent_id", "team_id")}}
        if one["conversation_id"] is not None:
            work.emit("task", one["conversation_id"], {**facts, "words": one["what"]})
            work.emit("conversation", one["conversation_id"], {"what": "tasks"})
        else:  # nobody has spoken with the person yet: the notice leads to where one begins
            words = f"{one['person']}: {one['what']}" if one["person"] else one["what"]
            work.emit("task", one["person_id"], {**facts, "words": words, "person": True})
    return len(due)


async def _about(work: UnitOfWork, conversation_id: UUID | None, person_id: UUID | None) -> tuple[UUID | None, UUID | None]:
    if conversation_id is not None:
        case = (await cases(work, [conversation_id])).get(conversation_id)
        if case is None:
            raise NoConversation(message("This conversation does not exist."))
        return case.merged_into or case.id, case.person_id
    if person_id is None:
        raise Invalid(message("A task is about a conversation or a person."), field="conversation_id")
    if await find_person(work, person_id) is None:
        raise NoPerson
    return None, person_id


def _words(text: str) -> str:
    words = " ".join(text.split())
    if not words:
        raise Invalid(message("Say what is to be done."), field="what")
    if len(words) > _WORDS:
        raise Invalid(message("A task has %(n)s characters at most.", n=_WORDS), field="what")
    return words


def _due(work: UnitOfWork, due_at: datetime) -> datetime:
    now = work.clock.now()
    if due_at <= now:
        raise Invalid(message("This moment is already over."), field="due_at")
    if due_at - now > LONGEST_AHEAD * 5:
        raise Invalid(message("A task can lie five years ahead at most."), field="due_at")
    return due_at


async def _who(work: UnitOfWork, who: Who) -> dict[str, UUID | None]:
    if (who.agent_id is None) == (who.team_id is None):
        raise Invalid(message("Choose who is to do it: one colleague or one team."), field="who")
    if who.agent_id is not None and await find_agent(work, who.agent_id) is None:
        raise Invalid(message("This agent does not exist."), field="who")
    if who.team_id is not None and who.team_id not in {one.id for one in await list_teams(work)}:
        raise Invalid(message("This team does not exist."), field="who")
    return {"agent_id": who.agent_id, "team_id": who.team_id}


def _tell(work: UnitOfWork, one: Task, act: str) -> None:
    """To open pages and to the audit log."""
    if one.conversation_id is not None:
        work.emit("conversation", one.conversation_id, {"what": "tasks"})
    elif one.person_id is not None:
        work.emit("person", one.person_id, {"what": "tasks"})
    subject, subject_id = ("conversation", one.conversation_id) if one.conversation_id else ("person", one.person_id)
    work.audit(act, subject=subject, subject_id=subject_id, task=str(one.id))
