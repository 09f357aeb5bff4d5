"""Who works here: agents are invited, changed, kept out and let in again; and their roles.

Nobody gives away, or gets at, more than they have: that is decided in `staff`, by the caller's permissions.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.kernel.db import UnitOfWork
from oase.kernel.permissions import Permission
from oase.staff import Agent as StaffAgent
from oase.staff import (
    Invitation,
    Mail,
    UnknownRole,
    UnknownTeam,
    change_agent,
    deactivate,
    delete_role,
    find_agent,
    invite,
    invite_again,
    list_agents,
    list_roles,
    list_teams,
    reactivate,
    reset_second_factor,
    save_role,
    withdraw_invitation,
)
from oase.staff import Role as StaffRole
from oase.web.api.caller import Caller
from oase.web.api.conversations import IdempotencyKey
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, carried_out, or_none
from oase.web.api.shapes import Agent, Role, shown
from oase.web.given import GivenServices
from oase.web.services import Services
from oase.web.staffmail import afterwards

AnyRequest = Request[Any, Any, Any]
_READ: Final = {"permission": Permission.STAFF_READ, "api": True}
_WRITE: Final = {"permission": Permission.STAFF_WRITE, "api": True}
_ROLE: Final = {"permission": Permission.ROLE_WRITE, "api": True}
AgentState = Literal["active", "invited", "deactivated"]
Name = Annotated[str, Meta(min_length=1, max_length=200, examples=["Ayşe Yılmaz"])]
Email = Annotated[str, Meta(min_length=3, max_length=320, examples=["ayse@example.com"])]
Roles = Annotated[
    list[UUID], Meta(min_length=1, max_length=100, description="At least one. The caller holds all that they allow.")
]
Teams = Annotated[list[UUID], Meta(max_length=1000)]
Permissions = Annotated[list[Permission], Meta(max_length=100, description="The caller holds all of them.")]


class NewAgent(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who is to be invited."""

    name: Name
    email: Email
    roles: Roles
    teams: Teams = []
    language: Annotated[Literal["de", "en"], Meta(description="Of the invitation and of their pages.")] = "en"


class AgentChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays. Roles and teams are replaced."""

    name: Name | UnsetType = UNSET
    email: Annotated[Email | UnsetType, Meta(description="What they sign in with.")] = UNSET
    roles: Roles | UnsetType = UNSET
    teams: Teams | UnsetType = UNSET
    active: Annotated[bool | UnsetType, Meta(description="False: kept out at once. True: let in again.")] = UNSET


class InvitedAgent(Struct, frozen=True, kw_only=True):
    """Who was invited; a mail is on its way, or the link is to be handed over otherwise."""

    agent: Agent
    link: Annotated[
        str | None, Meta(description="Where Oase has no mail server: the way in, shown this once. A repetition does not get it.")
    ]


class NewRole(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A role to be made."""

    name: Name
    permissions: Permissions


class RoleChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; permissions are replaced."""

    name: Name | UnsetType = UNSET
    permissions: Permissions | UnsetType = UNSET


def public(agent: StaffAgent) -> Agent:
    """An agent as the API shows them."""
    return shown(Agent, agent, roles=list(agent.roles), teams=list(agent.teams))


def _shown_role(role: StaffRole) -> Role:
    return shown(Role, role, name=str(role.title), permissions=sorted(role.permissions))


async def _role(work: UnitOfWork, role_id: UUID) -> StaffRole:
    found = next((role for role in await list_roles(work) if role.id == role_id), None)
    if found is None:
        raise UnknownRole
    return found


@get("/agents", opt=_READ, summary="List agents", tags=["Staff"])
async def list_all(
    services: GivenServices,
    caller: GivenCaller,
    states: Annotated[
        list[AgentState] | None, QueryParameter(name="state", max_items=3, description="None: those who are active or invited.")
    ] = None,
) -> Page[Agent]:
    """By name."""
    wanted = states or ("active", "invited")
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[public(one) for one in await list_agents(work, also_deactivated=True) if one.state in wanted])


@get("/agents/{agent_id:uuid}", opt=_READ, summary="Read an agent", tags=["Staff"])
async def read(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID]) -> Agent:
    """One agent, deactivated or not."""
    async with services.database.work(caller.workspace_id) as work:
        return public(await find_agent(work, agent_id))


@post("/agents", opt=_WRITE, summary="Invite an agent", tags=["Staff"])
async def create(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewAgent],
    idempotency_key: IdempotencyKey = None,
) -> Response[InvitedAgent]:
    """By mail; the link works for a week. An address that is in use is refused with 409."""
    given = Invitation(name=data.name, email=data.email, language=data.language, roles=tuple(data.roles), teams=tuple(data.teams))

    async def act(work: UnitOfWork) -> tuple[UUID, Mail]:
        if not set(data.teams) <= {team.id for team in await list_teams(work)}:
            raise UnknownTeam
        return await invite(work, given, held=caller.permissions, url=services.settings.url)

    return await _invited(request, services, caller, act, 201)


@post("/agents/{agent_id:uuid}/invite", opt=_WRITE, status_code=200, summary="Invite an agent once more", tags=["Staff"])
async def again(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    agent_id: FromPath[UUID],
    idempotency_key: IdempotencyKey = None,
) -> Response[InvitedAgent]:
    """The earlier link stops working; 409 for those who have joined."""

    async def act(work: UnitOfWork) -> tuple[UUID, Mail]:
        return agent_id, await invite_again(work, agent_id, held=caller.permissions, url=services.settings.url)

    return await _invited(request, services, caller, act, 200)


async def _invited(
    request: AnyRequest,
    services: Services,
    caller: Caller,
    act: Callable[[UnitOfWork], Awaitable[tuple[UUID, Mail]]],
    status: int,
) -> Response[InvitedAgent]:
    """The mail goes out once the answer does. The kept answer holds no link: whoever has it can become that agent."""
    mails: list[Mail] = []

    async def carry_out(work: UnitOfWork) -> Agent:
        agent_id, mail = await act(work)
        mails.append(mail)
        return public(await find_agent(work, agent_id))

    agent = await carried_out(request, services, caller, carry_out, Agent)
    sends = bool(services.settings.smtp_url)
    return Response(
        InvitedAgent(agent=agent, link=None if sends or not mails else mails[0].link),
        status_code=status,
        headers={"location": f"/api/v1/agents/{agent.id}"} if status == 201 else {},
        background=afterwards(services, mails) if sends else None,
    )


@delete("/agents/{agent_id:uuid}/invitation", opt=_WRITE, summary="Withdraw an invitation", tags=["Staff"])
async def withdraw(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID]) -> None:
    """The link stops working, the agent is deactivated; 409 for those who have joined."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await withdraw_invitation(work, agent_id, held=caller.permissions)


@patch("/agents/{agent_id:uuid}", opt=_WRITE, summary="Change an agent", tags=["Staff"])
async def change(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    agent_id: FromPath[UUID],
    data: JSONBody[AgentChanges],
    idempotency_key: IdempotencyKey = None,
) -> Agent:
    """403 for those who may do more than the caller; 409 for the last administrator."""

    async def act(work: UnitOfWork) -> Agent:
        await change_agent(
            work,
            agent_id,
            held=caller.permissions,
            name=or_none(data.name),
            email=or_none(data.email),
            roles=or_none(data.roles),
            teams=or_none(data.teams),
        )
        if data.active is not UNSET:
            await (reactivate if data.active else deactivate)(work, agent_id, held=caller.permissions)
        return public(await find_agent(work, agent_id))

    return await carried_out(request, services, caller, act, Agent)


@delete("/agents/{agent_id:uuid}/second-factor", opt=_WRITE, summary="Take a second factor off", tags=["Staff"])
async def take_factor_off(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID]) -> None:
    """Of somebody who lost phone and recovery codes; 403 for those who may do more than the caller."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await reset_second_factor(work, agent_id, held=caller.permissions)


@get("/roles", opt=_READ, summary="List roles", tags=["Staff"])
async def roles(services: GivenServices, caller: GivenCaller) -> Page[Role]:
    """The four that every workspace begins with, then the workspace's own."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_shown_role(one) for one in await list_roles(work)])


@get("/roles/{role_id:uuid}", opt=_READ, summary="Read a role", tags=["Staff"])
async def read_role(services: GivenServices, caller: GivenCaller, role_id: FromPath[UUID]) -> Role:
    """With what it allows."""
    async with services.database.work(caller.workspace_id) as work:
        return _shown_role(await _role(work, role_id))


@post("/roles", opt=_ROLE, summary="Make a role", tags=["Staff"])
async def create_role(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewRole],
    idempotency_key: IdempotencyKey = None,
) -> Response[Role]:
    """403 for a permission that the caller does not hold; a name that is taken is refused with 409."""

    async def act(work: UnitOfWork) -> Role:
        return await _saved(work, caller, data.name, data.permissions)

    made = await carried_out(request, services, caller, act, Role)
    return Response(made, status_code=201, headers={"location": f"/api/v1/roles/{made.id}"})


@patch("/roles/{role_id:uuid}", opt=_ROLE, summary="Change a role", tags=["Staff"])
async def change_role(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    role_id: FromPath[UUID],
    data: JSONBody[RoleChanges],
    idempotency_key: IdempotencyKey = None,
) -> Role:
    """409 for the four that every workspace begins with."""

    async def act(work: UnitOfWork) -> Role:
        before = await _role(work, role_id)
        name = before.name if data.name is UNSET else data.name
        permissions = sorted(before.permissions) if data.permissions is UNSET else data.permissions
        return await _saved(work, caller, name, permissions, role_id)

    return await carried_out(request, services, caller, act, Role)


async def _saved(
    work: UnitOfWork, caller: Caller, name: str, permissions: Sequence[Permission], role_id: UUID | None = None
) -> Role:
    saved = await save_role(work, name=name, permissions=permissions, held=caller.permissions, role_id=role_id)
    return _shown_role(await _role(work, saved))


@delete("/roles/{role_id:uuid}", opt=_ROLE, summary="Delete a role", tags=["Staff"])
async def remove_role(services: GivenServices, caller: GivenCaller, role_id: FromPath[UUID]) -> None:
    """Whoever had it does not any more."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await delete_role(work, role_id, held=caller.permissions)


handlers: Final = [
    list_all, read, create, again, withdraw, change, take_factor_off, roles, read_role, create_role, change_role, remove_role,
]  # fmt: skip
