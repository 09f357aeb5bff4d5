"""What agents do and can do: for telephone systems and other programs in which they work."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.desk.presence import (
    Standing,
    State,
    heartbeat,
    history_of,
    set_state,
    standing_of,
    standings,
)
from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission
from oase.staff import Skill as StaffSkill
from oase.staff import (
    SkillKind,
    UnknownSkill,
    delete_skill,
    find_agent,
    list_skills,
    save_skill,
    set_skills,
    skills_of,
)
from oase.web.api.conversations import IdempotencyKey, Moment
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out
from oase.web.api.shapes import shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.STAFF_READ, "api": True}
_WRITE: Final = {"permission": Permission.TEAM_WRITE, "api": True}
Reason = Annotated[str, Meta(max_length=60, examples=["Mittag"])]
Level = Annotated[int, Meta(ge=1, le=5, description="1: a little, 5: very well.")]


class AgentDuty(Struct, frozen=True, kw_only=True):
    """What an agent does now. `since` is null for one who never said so, and is away."""

    agent_id: UUID
    state: State
    reason: Reason
    since: datetime | None
    seen_at: Annotated[
        datetime | None, Meta(description="When a page of theirs, or a program for them, said that they are there.")
    ]


class DutyStretch(Struct, frozen=True, kw_only=True):
    """A time in which an agent did one thing. Between two of them they were away."""

    state: State
    began_at: datetime
    ended_at: Annotated[datetime | None, Meta(description="Null: it lasts.")]


class DutyChange(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What an agent does from now on."""

    state: State
    reason: Reason = ""


class Beat(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sign that the agent is there. `acted`: and does something."""

    acted: bool = False


class Skill(Struct, frozen=True, kw_only=True):
    """Something that not every agent can do. `code`: which conversations need it, by language, channel, or tag."""

    id: UUID
    kind: SkillKind
    name: str
    code: str


class NewSkill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A skill to be made."""

    kind: SkillKind
    name: Annotated[str, Meta(min_length=1, max_length=200, examples=["Türkisch"])]
    code: Annotated[str, Meta(max_length=100, examples=["tr"])] = ""


class SkillChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; the kind stays."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    code: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET


class HeldSkill(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A skill of an agent."""

    skill_id: UUID
    level: Level


class HeldSkills(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything that an agent can do."""

    skills: Annotated[list[HeldSkill], Meta(max_length=200)]


def _duty(agent_id: UUID, standing: Standing) -> AgentDuty:
    return AgentDuty(
        agent_id=agent_id, state=standing.state, reason=standing.reason, since=standing.since, seen_at=standing.seen_at
    )


@get("/duty", opt=_READ, summary="List what agents do", tags=["Staff"])
async def list_duty(services: GivenServices, caller: GivenCaller) -> Page[AgentDuty]:
    """Of everybody who ever said so; the others are away."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_duty(agent_id, one) for agent_id, one in sorted((await standings(work)).items())])


@get("/agents/{agent_id:uuid}/duty", opt=_READ, summary="Read what an agent does", tags=["Staff"])
async def read_duty(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID]) -> AgentDuty:
    """Now."""
    async with services.database.work(caller.workspace_id) as work:
        await find_agent(work, agent_id)
        return _duty(agent_id, await standing_of(work, agent_id))


@get("/agents/{agent_id:uuid}/duty/history", opt=_WRITE, summary="List what an agent did when", tags=["Staff"])
async def list_history(
    services: GivenServices,
    caller: GivenCaller,
    agent_id: FromPath[UUID],
    since: Annotated[Moment | None, QueryParameter(description="Begun at or after; a week ago if it is left out.")] = None,
) -> Page[DutyStretch]:
    """The newest first, 500 at most, as far back as the workspace keeps it. No reasons are kept."""
    async with services.database.work(caller.workspace_id) as work:
        await find_agent(work, agent_id)
        found = await history_of(work, agent_id, since or work.clock.now() - timedelta(days=7))
    return Page(data=[shown(DutyStretch, one) for one in found])


@patch("/agents/{agent_id:uuid}/duty", opt=_WRITE, summary="Set what an agent does", tags=["Staff"])
async def change_duty(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID], data: JSONBody[DutyChange],
    idempotency_key: IdempotencyKey = None,
) -> AgentDuty:  # fmt: skip
    """For them. Whoever is online or busy without an open page, and without a program that says so, is away after a minute."""

    async def act(work: UnitOfWork) -> AgentDuty:
        return _duty(agent_id, await set_state(work, agent_id, data.state, data.reason))

    return await carried_out(request, services, caller, act, AgentDuty)


@post("/agents/{agent_id:uuid}/duty/beat", opt=_WRITE, status_code=200, summary="Say that an agent is there", tags=["Staff"])
async def beat(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID], data: JSONBody[Beat]) -> AgentDuty:
    """For a program in which they work, every 20 seconds: like an open page of theirs."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await find_agent(work, agent_id)
        return _duty(agent_id, await heartbeat(work, agent_id, acted=data.acted))


async def _skill(work: UnitOfWork, skill_id: UUID) -> StaffSkill:
    found = next((one for one in await list_skills(work) if one.id == skill_id), None)
    if found is None:
        raise UnknownSkill
    return found


@get("/skills", opt=_READ, summary="List skills", tags=["Staff"])
async def list_all_skills(services: GivenServices, caller: GivenCaller) -> Page[Skill]:
    """By kind and name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(Skill, one) for one in await list_skills(work)])


@post("/skills", opt=_WRITE, summary="Make a skill", tags=["Staff"])
async def create_skill(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, data: JSONBody[NewSkill],
    idempotency_key: IdempotencyKey = None,
) -> Response[Skill]:  # fmt: skip
    """A name or code that is taken is refused with 409."""

    async def act(work: UnitOfWork) -> Skill:
        return shown(Skill, await save_skill(work, kind=data.kind, name=data.name, code=data.code))

    made = await carried_out(request, services, caller, act, Skill)
    return Response(made, status_code=201, headers={"location": "/api/v1/skills"})


@patch("/skills/{skill_id:uuid}", opt=_WRITE, summary="Change a skill", tags=["Staff"])
async def change_skill(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, skill_id: FromPath[UUID], data: JSONBody[SkillChanges],
    idempotency_key: IdempotencyKey = None,
) -> Skill:  # fmt: skip
    """What is left out stays."""

    async def act(work: UnitOfWork) -> Skill:
        before = await _skill(work, skill_id)
        name = before.name if data.name is UNSET else data.name
        code = before.code if data.code is UNSET else data.code
        return shown(Skill, await save_skill(work, kind=before.kind, name=name, code=code, skill_id=skill_id))

    return await carried_out(request, services, caller, act, Skill)


@delete("/skills/{skill_id:uuid}", opt=_WRITE, summary="Delete a skill", tags=["Staff"])
async def remove_skill(services: GivenServices, caller: GivenCaller, skill_id: FromPath[UUID]) -> None:
    """What needed it is for everybody from then on."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await delete_skill(work, skill_id)


@get("/agents/{agent_id:uuid}/skills", opt=_READ, summary="List the skills of an agent", tags=["Staff"])
async def list_held(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID]) -> HeldSkills:
    """With their levels."""
    async with services.database.work(caller.workspace_id) as work:
        await find_agent(work, agent_id)
        return await _held(work, agent_id)


async def _held(work: UnitOfWork, agent_id: UUID) -> HeldSkills:
    held = sorted((await skills_of(work, agent_id)).items())
    return HeldSkills(skills=[HeldSkill(skill_id=skill, level=level) for skill, level in held])


@patch("/agents/{agent_id:uuid}/skills", opt=_WRITE, summary="Set the skills of an agent", tags=["Staff"])
async def change_held(
    request: AnyRequest, services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID], data: JSONBody[HeldSkills],
    idempotency_key: IdempotencyKey = None,
) -> HeldSkills:  # fmt: skip
    """They are replaced."""

    async def act(work: UnitOfWork) -> HeldSkills:
        await set_skills(work, agent_id, {one.skill_id: one.level for one in data.skills})
        return await _held(work, agent_id)

    return await carried_out(request, services, caller, act, HeldSkills)


handlers: Final = [
    list_duty, read_duty, list_history, change_duty, beat, list_all_skills, create_skill, change_skill, remove_skill,
    list_held, change_held,
]  # fmt: skip
