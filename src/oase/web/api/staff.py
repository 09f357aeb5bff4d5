"""Teams, who calls, the workspace, API tokens, and the audit log."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from litestar import Request, Response, delete, get, patch, post
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import UNSET, Meta, Struct, UnsetType

from oase.kernel.audit_log import audit_page
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid, NotFound
from oase.kernel.i18n import message
from oase.kernel.permissions import Permission
from oase.staff import Team as StaffTeam
from oase.staff import (
    UnknownTeam,
    change_workspace,
    delete_team,
    find_workspace,
    list_agents,
    list_api_tokens,
    list_teams,
    revoke_api_token,
    save_team,
)
from oase.web.api.conversations import READ, Cursor, IdempotencyKey, Limit
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page, before_of, carried_out, page_by_id
from oase.web.api.shapes import Me, Team, Token, Workspace, shown
from oase.web.given import GivenServices

AnyRequest = Request[Any, Any, Any]
_STAFF: Final = {"permission": Permission.STAFF_READ, "api": True}
_TEAM: Final = {"permission": Permission.TEAM_WRITE, "api": True}
_SETTINGS: Final = {"permission": Permission.SETTINGS_WRITE, "api": True}
_TOKEN: Final = {"permission": Permission.TOKEN_WRITE, "api": True}
_AUDIT: Final = {"permission": Permission.AUDIT_READ, "api": True}
Name = Annotated[str, Meta(min_length=1, max_length=100, examples=["Reklamationen"])]
Members = Annotated[list[UUID], Meta(max_length=1000, description="Agents. Those who lead are members by that.")]


class NewTeam(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team to be made."""

    name: Name
    description: Annotated[str, Meta(max_length=1000)] = ""
    members: Members = []
    leads: Members = []


class TeamChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays. Members and leads are replaced."""

    name: Name | UnsetType = UNSET
    description: Annotated[str, Meta(max_length=1000)] | UnsetType = UNSET
    members: Members | UnsetType = UNSET
    leads: Members | UnsetType = UNSET


class WorkspaceChanges(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is to change; what is left out stays."""

    name: Annotated[str, Meta(min_length=1, max_length=200)] | UnsetType = UNSET
    language: Literal["de", "en"] | UnsetType = UNSET
    time_zone: Annotated[str, Meta(max_length=60, examples=["Europe/Berlin"])] | UnsetType = UNSET


class AuditEntry(Struct, frozen=True, kw_only=True):
    """One act: who did what."""

    id: UUID
    at: datetime
    actor_kind: Literal["agent", "token", "person", "system"]
    actor_id: UUID | None
    actor_name: str
    address: Annotated[str, Meta(description="The network address that it came from.")]
    request_id: str
    act: Annotated[str, Meta(examples=["team.saved"])]
    subject: str
    subject_id: UUID | None
    data: dict[str, Any]


def _shown_team(team: StaffTeam) -> Team:
    return shown(Team, team, members=list(team.members), leads=list(team.leads))


async def _known(work: UnitOfWork, wanted: Iterable[UUID], field: str) -> None:
    known = {agent.id for agent in await list_agents(work, also_deactivated=True)}
    if not set(wanted) <= known:
        raise Invalid(message("One of these agents does not exist."), field=field)


async def _team(work: UnitOfWork, team_id: UUID) -> StaffTeam:
    found = next((team for team in await list_teams(work) if team.id == team_id), None)
    if found is None:
        raise UnknownTeam
    return found


@get("/teams", opt=_STAFF, summary="List teams", tags=["Staff"])
async def teams(services: GivenServices, caller: GivenCaller) -> Page[Team]:
    """With their members, by name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_shown_team(one) for one in await list_teams(work)])


@get("/teams/{team_id:uuid}", opt=_STAFF, summary="Read a team", tags=["Staff"])
async def read_team(services: GivenServices, caller: GivenCaller, team_id: FromPath[UUID]) -> Team:
    """One team."""
    async with services.database.work(caller.workspace_id) as work:
        return _shown_team(await _team(work, team_id))


@post("/teams", opt=_TEAM, summary="Make a team", tags=["Staff"])
async def create_team(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[NewTeam],
    idempotency_key: IdempotencyKey = None,
) -> Response[Team]:
    """A name that is taken is refused with 409."""

    async def act(work: UnitOfWork) -> Team:
        await _known(work, [*data.members, *data.leads], "members")
        team_id = await save_team(
            work, name=data.name, description=data.description, members={*data.members, *data.leads}, leads=data.leads
        )
        return _shown_team(await _team(work, team_id))

    made = await carried_out(request, services, caller, act, Team)
    return Response(made, status_code=201, headers={"location": f"/api/v1/teams/{made.id}"})


@patch("/teams/{team_id:uuid}", opt=_TEAM, summary="Change a team", tags=["Staff"])
async def change_team(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    team_id: FromPath[UUID],
    data: JSONBody[TeamChanges],
    idempotency_key: IdempotencyKey = None,
) -> Team:
    """What is left out stays."""

    async def act(work: UnitOfWork) -> Team:
        before = await _team(work, team_id)
        members = before.members if data.members is UNSET else data.members
        leads = before.leads if data.leads is UNSET else data.leads
        await _known(work, [*members, *leads], "members")
        await save_team(
            work,
            name=before.name if data.name is UNSET else data.name,
            description=before.description if data.description is UNSET else data.description,
            members={*members, *(() if data.leads is UNSET else data.leads)},
            leads=leads,
            colour=before.colour,
            team_id=team_id,
        )
        return _shown_team(await _team(work, team_id))

    return await carried_out(request, services, caller, act, Team)


@delete("/teams/{team_id:uuid}", opt=_TEAM, summary="Delete a team", tags=["Staff"])
async def remove_team(services: GivenServices, caller: GivenCaller, team_id: FromPath[UUID]) -> None:
    """Its members stay."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await delete_team(work, team_id)


@get("/me", opt=READ, summary="Who calls", tags=["Staff"])
async def me(caller: GivenCaller) -> Me:
    """What the token (or the session) may do."""
    return Me(
        id=caller.id,
        kind="agent" if caller.agent_id else "token",
        name=caller.name,
        workspace_id=caller.workspace_id,
        permissions=sorted(caller.permissions),
    )


@get("/workspace", opt=READ, summary="Read the workspace", tags=["Staff"])
async def read_workspace(services: GivenServices, caller: GivenCaller) -> Workspace:
    """Its name, language and time zone."""
    async with services.database.work(caller.workspace_id) as work:
        return await _workspace(work)


async def _workspace(work: UnitOfWork) -> Workspace:
    found = await find_workspace(work)
    if found is None:
        raise NotFound(message("This workspace does not exist."))
    return shown(Workspace, found)


@patch("/workspace", opt=_SETTINGS, summary="Change the workspace", tags=["Staff"])
async def change_the_workspace(
    request: AnyRequest,
    services: GivenServices,
    caller: GivenCaller,
    data: JSONBody[WorkspaceChanges],
    idempotency_key: IdempotencyKey = None,
) -> Workspace:
    """What is left out stays."""

    async def act(work: UnitOfWork) -> Workspace:
        before = await _workspace(work)
        await change_workspace(
            work,
            name=before.name if data.name is UNSET else data.name,
            language=before.language if data.language is UNSET else data.language,
            time_zone=before.time_zone if data.time_zone is UNSET else data.time_zone,
        )
        return await _workspace(work)

    return await carried_out(request, services, caller, act, Workspace)


@get("/tokens", opt=_TOKEN, summary="List API tokens", tags=["Staff"])
async def list_tokens(services: GivenServices, caller: GivenCaller) -> Page[Token]:
    """The newest first. They are made on their page, by people."""
    async with services.database.work(caller.workspace_id) as work:
        found = await list_api_tokens(work)
        return Page(data=[shown(Token, one, permissions=sorted(one.permissions)) for one in found])


@delete("/tokens/{token_id:uuid}", opt=_TOKEN, summary="Revoke an API token", tags=["Staff"])
async def revoke_token(services: GivenServices, caller: GivenCaller, token_id: FromPath[UUID]) -> None:
    """Within two seconds nothing accepts it any more."""
    async with services.database.work(caller.workspace_id, actor=caller.actor) as work:
        await revoke_api_token(work, token_id)


@get("/audit-log", opt=_AUDIT, summary="Read the audit log", tags=["Staff"])
async def audit_log(
    services: GivenServices,
    caller: GivenCaller,
    actor: Annotated[UUID | None, QueryParameter(description="Only acts of this agent or token.")] = None,
    subject: Annotated[str | None, QueryParameter(description="Only about this kind of thing.", max_length=40)] = None,
    since: Annotated[datetime | None, QueryParameter(description="Not before.")] = None,
    until: Annotated[datetime | None, QueryParameter(description="Before.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[AuditEntry]:
    """The newest first."""
    async with services.database.work(caller.workspace_id) as work:
        rows = await audit_page(
            work, actor_id=actor, subject=subject or "", since=since, until=until, before=before_of(cursor), limit=limit + 1
        )
    return page_by_id([shown(AuditEntry, row) for row in rows], limit)


handlers: Final = [
    teams, read_team, create_team, change_team, remove_team, me, read_workspace, change_the_workspace, list_tokens,
    revoke_token, audit_log,
]  # fmt: skip
