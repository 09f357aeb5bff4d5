"""What agents plan: tasks about a conversation or a person, and messages that go later, changed or taken back."""

from typing import Any, Final
from uuid import UUID

from litestar import Response, post
from litestar.params import FromPath

from oase.conversations import record
from oase.desk import (
    Task,
    add_task,
    cancel_scheduled,
    change_scheduled,
    change_task,
    remove_task,
    restore_scheduled,
    send_scheduled_now,
    set_task_done,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.web.act import Act
from oase.web.forms import uuid
from oase.web.given import GivenAct, GivenDirectory
from oase.web.inbox.planned import moment_of, when_of, who_of

_PLAN: Final = {"permission": Permission.CONVERSATION_NOTE}
_REPLY: Final = {"permission": Permission.CONVERSATION_REPLY}


async def _add(act: Act, directory: Any, *, conversation_id: UUID | None = None, person_id: UUID | None = None) -> Response[Any]:
    form = await act.form()
    who = who_of(form.get("who", ""))
    due_at = moment_of(form.get("local", ""), act.reader, "local")
    async with act.work() as work:
        staff = await directory.of(work)
        task = await add_task(
            work, act.author, task_id=uuid(form.get("client_key", ""), "client_key"), what=form.get("what", ""), who=who,
            due_at=due_at, conversation_id=conversation_id, person_id=person_id,
        )  # fmt: skip
        names = staff.agent_names if task.agent_id else staff.team_names
        name = names.get(task.agent_id or task.team_id, "?")
        facts = {"name": name, "what": task.what, "due": task.due_at.isoformat()}
        await _in_timeline(work, act, task, "task_added", facts)
    return act.done(message("%(name)s will be reminded %(time)s", name=name, time=act.reader.date_time(due_at, "short")))


async def _in_timeline(work: UnitOfWork, act: Act, task: Task, kind: Any, facts: dict[str, Any]) -> None:
    if task.conversation_id is not None:
        await record(work, act.author, task.conversation_id, kind, facts)


@post("/conversations/{conversation_id:uuid}/tasks", opt=_PLAN, include_in_schema=False)
async def add_to_conversation(act: GivenAct, directory: GivenDirectory, conversation_id: FromPath[UUID]) -> Response[Any]:
    """Somebody is to do something about a conversation."""
    return await _add(act, directory, conversation_id=conversation_id)


@post("/people/{person_id:uuid}/tasks", opt=_PLAN, include_in_schema=False)
async def add_to_person(act: GivenAct, directory: GivenDirectory, person_id: FromPath[UUID]) -> Response[Any]:
    """Somebody is to do something about a person."""
    return await _add(act, directory, person_id=person_id)


@post("/tasks/{task_id:uuid}/change", opt=_PLAN, include_in_schema=False)
async def change_one(act: GivenAct, task_id: FromPath[UUID]) -> Response[Any]:
    """Other words, another moment, somebody else."""
    form = await act.form()
    changes: dict[str, Any] = {"what": form.get("what", ""), "who": who_of(form.get("who", ""))}
    changes["due_at"] = moment_of(form.get("local", ""), act.reader, "local")
    async with act.work() as work:
        await change_task(work, task_id, changes)
    return act.done(message("Saved"))


@post("/tasks/{task_id:uuid}/done", opt=_PLAN, include_in_schema=False)
async def mark_done(act: GivenAct, task_id: FromPath[UUID]) -> Response[Any]:
    """It is done."""
    async with act.work() as work:
        task = await set_task_done(work, act.author, task_id, done=True)
        await _in_timeline(work, act, task, "task_done", {"what": task.what})
    return act.done(message("Done"), undo=f"/tasks/{task_id}/undone")


@post("/tasks/{task_id:uuid}/undone", opt=_PLAN, include_in_schema=False)
async def mark_undone(act: GivenAct, task_id: FromPath[UUID]) -> Response[Any]:
    """It is to be done after all."""
    async with act.work() as work:
        await set_task_done(work, act.author, task_id, done=False)
    return act.done(message("To be done again"))


@post("/tasks/{task_id:uuid}/remove", opt=_PLAN, include_in_schema=False)
async def remove_one(act: GivenAct, task_id: FromPath[UUID]) -> Response[Any]:
    """Nobody needs to do it."""
    async with act.work() as work:
        await remove_task(work, task_id)
    return act.done(message("Task removed"))


@post("/scheduled/{scheduled_id:uuid}/cancel", opt=_REPLY, include_in_schema=False)
async def cancel_one(act: GivenAct, scheduled_id: FromPath[UUID]) -> Response[Any]:
    """A scheduled message does not go."""
    async with act.work() as work:
        await cancel_scheduled(work, scheduled_id)
    return act.done(message("Will not be sent"), undo=f"/scheduled/{scheduled_id}/restore")


@post("/scheduled/{scheduled_id:uuid}/restore", opt=_REPLY, include_in_schema=False)
async def restore_one(act: GivenAct, scheduled_id: FromPath[UUID]) -> Response[Any]:
    """It goes after all."""
    async with act.work() as work:
        await restore_scheduled(work, act.services.book, scheduled_id)
    return act.done(message("Scheduled again"))


@post("/scheduled/{scheduled_id:uuid}/now", opt=_REPLY, include_in_schema=False)
async def send_one_now(act: GivenAct, scheduled_id: FromPath[UUID]) -> Response[Any]:
    """It goes at once."""
    async with act.work() as work:
        await send_scheduled_now(work, scheduled_id)
    return act.done(message("Is being sent"))


@post("/scheduled/{scheduled_id:uuid}/change", opt=_REPLY, include_in_schema=False)
async def change_scheduled_one(act: GivenAct, scheduled_id: FromPath[UUID]) -> Response[Any]:
    """Another text, another moment."""
    form = await act.form()
    async with act.work() as work:
        when = when_of(form, act.reader)
        await change_scheduled(work, act.services.book, scheduled_id, text=form.get("text"), when=when)
    return act.done(message("Saved"))


handlers: Final = [
    add_to_conversation, add_to_person, change_one, mark_done, mark_undone, remove_one, cancel_one, restore_one, send_one_now,
    change_scheduled_one,
]  # fmt: skip
