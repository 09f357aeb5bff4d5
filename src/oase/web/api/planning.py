"""What is planned: messages that go later, tasks."""

from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from oase.conversations import conversation_facts
from oase.desk import (
    Scheduled,
    TaskFilter,
    When,
    Who,
    add_task,
    cancel_scheduled,
    change_scheduled,
    change_task,
    find_scheduled,
    find_task,
    list_tasks,
    remove_task,
    schedule,
    scheduled_of,
    set_task_done,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.kernel.ids import new_id
from oase.kernel.permissions import Permission
from oase.web.api.conversations import READ, REPLY, IdempotencyKey, Moment
from oase.web.api.messages import NAMES, NewMessage, answer_of
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out, or_none, own_names
from oase.web.api.shapes import ScheduledMessage, Task, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_PLAN: Final = {"permission": Permission.CONVERSATION_NOTE, "api": True}
_OWN: Final = (*NAMES, ("who", "agent_id"))
_MOST: Final = 200
What = Annotated[str, Meta(min_length=1, max_length=500, examples=["Wegen der Gabel zurückrufen"])]
InWakingHours = Annotated[
    bool, Meta(description="In the first hour from then on that suits the person's time zone and the workspace's waking hours.")
]
UnlessAnswered = Annotated[bool, Meta(description="Cancelled if the person writes before.")]


class NewScheduled(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to be said, and when."""

    message: NewMessage
    send_at: Moment
    in_waking_hours: InWakingHours = False
    unless_answered: UnlessAnswered = True


class ScheduledChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    text: Annotated[str, Meta(min_length=1, max_length=100_000)] | UnsetType = UNSET
    send_at: Moment | UnsetType = UNSET
    in_waking_hours: InWakingHours | UnsetType = UNSET
    unless_answered: UnlessAnswered | UnsetType = UNSET


class NewTask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to be done by an agent or a team, about a conversation or a person."""

    what: What
    due_at: Moment
    agent_id: UUID | None = None
    team_id: UUID | None = None
    conversation_id: UUID | None = None
    person_id: UUID | None = None


class TaskChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    what: What | UnsetType = UNSET
    due_at: Moment | UnsetType = UNSET
    agent_id: Annotated[UUID | UnsetType | None, Meta(description="Instead of the team.")] = UNSET
    team_id: Annotated[UUID | UnsetType | None, Meta(description="Instead of the agent.")] = UNSET
    done: bool | UnsetType = UNSET


def _shown(one: Scheduled) -> ScheduledMessage:
    return shown(ScheduledMessage, one, text=one.answer.text, in_waking_hours=one.waking)


@get("/conversations/{conversation_id:uuid}/scheduled-messages", opt=READ, summary="List scheduled messages", tags=["Messages"])
async def list_scheduled(services: GivenServices, caller: GivenCaller, conversation_id: FromPath[UUID]) -> Page[ScheduledMessage]:
    """Those that wait, and those that could not be sent, the first to go first."""
    async with services.database.work(caller.workspace_id) as work:
        await conversation_facts(work, conversation_id)
        return Page(data=[_shown(one) for one in await scheduled_of(work, conversation_id)])


@post("/conversations/{conversation_id:uuid}/scheduled-messages", opt=REPLY, summary="Schedule a message", tags=["Messages"])
async def schedule_one(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    conversation_id: FromPath[UUID],
    data: JSONBody[NewScheduled],
    idempotency_key: IdempotencyKey = None,
) -> Response[ScheduledMessage]:
    """It is said at its moment, by the rules of its channel at that moment; what is known to be refused then is refused now."""
    answer = answer_of(data.message)
    when = When(at=data.send_at, waking=data.in_waking_hours, unless_answered=data.unless_answered)

    async def act(work: UnitOfWork) -> ScheduledMessage:
        with own_names(_OWN):
            return _shown(await schedule(work, services.book, caller.author, conversation_id, answer, when))

    made = await carried_out(request, services, caller, act, ScheduledMessage)
    return Response(made, status_code=201, headers={"location": f"/api/v1/scheduled-messages/{made.id}"})


@get("/scheduled-messages/{scheduled_id:uuid}", opt=READ, summary="Read a scheduled message", tags=["Messages"])
async def read_scheduled(services: GivenServices, caller: GivenCaller, scheduled_id: FromPath[UUID]) -> ScheduledMessage:
    """With what became of it."""
    async with services.database.work(caller.workspace_id) as work:
        return _shown(await find_scheduled(work, scheduled_id))


@patch("/scheduled-messages/{scheduled_id:uuid}", opt=REPLY, summary="Change a scheduled message", tags=["Messages"])
async def change_one(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    scheduled_id: FromPath[UUID],
    data: JSONBody[ScheduledChanges],
    idempotency_key: IdempotencyKey = None,
) -> ScheduledMessage:
    """While it waits or could not be sent; one that could not waits again."""

    async def act(work: UnitOfWork) -> ScheduledMessage:
        before = await find_scheduled(work, scheduled_id)
        when = When(
            at=before.send_at if data.send_at is UNSET else data.send_at,
            waking=before.waking if data.in_waking_hours is UNSET else data.in_waking_hours,
            unless_answered=before.unless_answered if data.unless_answered is UNSET else data.unless_answered,
        )
        with own_names(_OWN):
            await change_scheduled(work, services.book, scheduled_id, text=or_none(data.text), when=when)
        return _shown(await find_scheduled(work, scheduled_id))

    return await carried_out(request, services, caller, act, ScheduledMessage)


@post(
    "/scheduled-messages/{scheduled_id:uuid}/cancel", opt=REPLY, status_code=200, summary="Cancel a scheduled message",
    tags=["Messages"],
)  # fmt: skip
async def cancel_one(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    scheduled_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> ScheduledMessage:
    """While it waits; afterwards 409."""

    async def act(work: UnitOfWork) -> ScheduledMessage:
        await cancel_scheduled(work, scheduled_id)
        return _shown(await find_scheduled(work, scheduled_id))

    return await carried_out(request, services, caller, act, ScheduledMessage)


@get("/tasks", opt=READ, summary="List tasks", tags=["Desk"])
async def list_all(
    services: GivenServices,
    caller: GivenCaller,
    agent: Annotated[str | None, QueryParameter(max_length=50, description="An agent's id, or `me`.")] = None,
    team: Annotated[UUID | None, QueryParameter(description="A team's id; with `agent`, both.")] = None,
    conversation: Annotated[UUID | None, QueryParameter(description="A conversation's id.")] = None,
    person: Annotated[UUID | None, QueryParameter(description="A person's id.")] = None,
    which: Annotated[Literal["open", "done", "all"], QueryParameter(name="state", description="Which.")] = "open",
) -> Page[Task]:
    """What is due first at the top, done ones with the newest first; 200 at most."""
    agent_id = caller.agent_id if agent == "me" else _agent(agent)
    wanted = TaskFilter(
        agent_id=agent_id, team_ids=(team,) if team else (), conversation_id=conversation, person_id=person,
        done={"open": False, "done": True, "all": None}[which],
    )  # fmt: skip
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(Task, one) for one in await list_tasks(work, wanted, _MOST)])


def _agent(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        raise Invalid(message("“%(text)s” is no agent's id.", text=(text or "")[:50]), field="agent") from None


@post("/tasks", opt=_PLAN, summary="Make a task", tags=["Desk"])
async def create(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewTask],
    idempotency_key: IdempotencyKey = None,
) -> Response[Task]:
    """Whoever is to do it is told when it is due."""
    facts = structs.asdict(data)
    who = Who(agent_id=facts.pop("agent_id"), team_id=facts.pop("team_id"))

    async def act(work: UnitOfWork) -> Task:
        with own_names(_OWN):
            return shown(Task, await add_task(work, caller.author, task_id=new_id(), who=who, **facts))

    made = await carried_out(request, services, caller, act, Task)
    return Response(made, status_code=201, headers={"location": f"/api/v1/tasks/{made.id}"})


@get("/tasks/{task_id:uuid}", opt=READ, summary="Read a task", tags=["Desk"])
async def read(services: GivenServices, caller: GivenCaller, task_id: FromPath[UUID]) -> Task:
    """With who did it, and when."""
    async with services.database.work(caller.workspace_id) as work:
        return shown(Task, await find_task(work, task_id))


@patch("/tasks/{task_id:uuid}", opt=_PLAN, summary="Change a task", tags=["Desk"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    task_id: FromPath[UUID],
    data: JSONBody[TaskChanges],
    idempotency_key: IdempotencyKey = None,
) -> Task:
    """With another moment, those concerned are told again."""
    changes: dict[str, Any] = {}
    if data.what is not UNSET:
        changes["what"] = data.what
    if data.due_at is not UNSET:
        changes["due_at"] = data.due_at
    if data.agent_id is not UNSET or data.team_id is not UNSET:
        changes["who"] = Who(agent_id=or_none(data.agent_id), team_id=or_none(data.team_id))

    async def act(work: UnitOfWork) -> Task:
        with own_names(_OWN):
            await change_task(work, task_id, changes)
        if data.done is not UNSET:
            await set_task_done(work, caller.author, task_id, done=data.done)
        return shown(Task, await find_task(work, task_id))

    return await carried_out(request, services, caller, act, Task)


@delete("/tasks/{task_id:uuid}", opt=_PLAN, summary="Delete a task", tags=["Desk"])
async def remove(services: GivenServices, caller: GivenCaller, task_id: FromPath[UUID]) -> None:
    """Nobody needs to do it."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await remove_task(work, task_id)


handlers: Final = [
    list_scheduled, schedule_one, read_scheduled, change_one, cancel_one, list_all, create, read, change, remove,
]  # fmt: skip
