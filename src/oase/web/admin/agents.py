"""Agents: invited, given roles and teams, changed, deactivated; their second factor is reset.

Where no mail server is set, the link of an invitation is shown on the page, to be handed over otherwise.
"""

from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.params import FromPath

from oase.desk.presence import capacity_of, default_capacity, set_capacity, standing_of, standings
from oase.kernel.errors import Conflict, Forbidden, Invalid
from oase.kernel.permissions import Permission
from oase.staff import (
    Invitation,
    Mail,
    UnknownSkill,
    change_agent,
    deactivate,
    find_agent,
    invite,
    invite_again,
    list_agents,
    list_roles,
    list_skills,
    list_teams,
    reactivate,
    reset_second_factor,
    set_skills,
    skills_of,
)
from oase.web.admin.frame import back, confirm, page
from oase.web.admin.presence import number
from oase.web.admin.skills import levels_in
from oase.web.duty import days_of
from oase.web.forms import Form, many, texts, uuid, wrong
from oase.web.given import GivenServices, GivenViewer
from oase.web.pages import reader_of
from oase.web.services import Services
from oase.web.sessions import Viewer
from oase.web.staffmail import afterwards

AnyRequest = Request[Any, Any, Any]
_WRITE: Final = {"permission": Permission.STAFF_WRITE}
_TEAM: Final = {"permission": Permission.TEAM_WRITE}


@get("/admin/agents", opt=_WRITE, include_in_schema=False)
async def show_agents(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Everybody who works here, or did."""
    async with services.database.work(viewer.workspace_id) as work:
        agents = await list_agents(work, also_deactivated=True)
        roles, teams, duty = await list_roles(work), await list_teams(work), await standings(work)
    return page(
        request,
        viewer,
        "agents.html",
        "agents",
        duty=duty,
        agents=agents,
        roles={role.id: role for role in roles},
        teams={team.id: team for team in teams},
        now=services.clock.now(),
    )


@get("/admin/agents/new", opt=_WRITE, include_in_schema=False)
async def show_invite(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """An empty invitation."""
    return await _invitation(request, services, viewer, Form(values={"language": viewer.language, "roles": [], "teams": []}))


async def _invitation(request: AnyRequest, services: Services, viewer: Viewer, form: Form, *, status: int = 200) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        roles, teams = await list_roles(work), await list_teams(work)
    return page(request, viewer, "invite.html", "agents", status=status, form=form, roles=_givable(roles, viewer), teams=teams)


def _givable(roles: Any, viewer: Viewer) -> list[Any]:
    """The roles that the viewer may give: nobody gives away more than they have."""
    return [role for role in roles if role.permissions <= viewer.permissions]


@post("/admin/agents/new", opt=_WRITE, include_in_schema=False)
async def send_invitation(request: AnyRequest, services: GivenServices, viewer: GivenViewer) -> Response[Any]:
    """Invites somebody."""
    form, roles, teams = await texts(request), await many(request, "roles"), await many(request, "teams")
    try:
        given = Invitation(
            name=form.get("name", ""),
            email=form.get("email", ""),
            language="de" if form.get("language") == "de" else "en",
            roles=tuple(uuid(one, "roles") for one in roles),
            teams=tuple(uuid(one, "teams") for one in teams),
        )
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            _, mail = await invite(work, given, held=viewer.permissions, url=services.settings.url)
    except (Invalid, Conflict, Forbidden) as error:
        shown = wrong({**form, "roles": roles, "teams": teams}, error)
        return await _invitation(request, services, viewer, shown, status=422)
    return _hand_over(request, services, viewer, mail, "/admin/agents")


def _hand_over(request: AnyRequest, services: Services, viewer: Viewer, mail: Mail, path: str) -> Response[Any]:
    """Sends the mail; without a mail server its link is shown."""
    if not services.settings.smtp_url:
        return page(request, viewer, "handed_over.html", "agents", mail=mail)
    answer = back(path, "invited")
    answer.background = afterwards(services, [mail])
    return answer


@get("/admin/agents/{agent_id:uuid}", opt=_WRITE, include_in_schema=False)
async def show_agent(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]
) -> Response[Any]:
    """One agent: name, address, roles, teams."""
    return await _agent(request, services, viewer, agent_id, None)


async def _agent(
    request: AnyRequest,
    services: Services,
    viewer: Viewer,
    agent_id: UUID,
    form: Form | None,
    *,
    desk: Form | None = None,
    status: int = 200,
) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        agent = await find_agent(work, agent_id)
        roles, teams = await list_roles(work), await list_teams(work)
        skills, levels, own = await list_skills(work), await skills_of(work, agent_id), await capacity_of(work, agent_id)
        default, standing = await default_capacity(work), await standing_of(work, agent_id)
        history = await days_of(work, agent_id, reader_of(request)) if viewer.may(Permission.TEAM_WRITE) else []
    stored = Form(
        values={
            "name": agent.name,
            "email": agent.email,
            "roles": [str(one) for one in agent.roles],
            "teams": [str(one) for one in agent.teams],
        }
    )
    givable = {role.id for role in _givable(roles, viewer)}
    return page(
        request,
        viewer,
        "agent.html",
        "agents",
        status=status,
        agent=agent,
        form=form or stored,
        roles=[role for role in roles if role.id in givable or role.id in agent.roles],
        outranked=not set(agent.roles) <= givable,
        teams=teams,
        skills=skills,
        desk=desk
        or Form(values={"live": own[0] or "", "messaging": own[1] or "", **{f"level.{one}": levels[one] for one in levels}}),
        default=default,
        standing=standing,
        history=history,
        now=services.clock.now(),
    )


@post("/admin/agents/{agent_id:uuid}", opt=_WRITE, include_in_schema=False)
async def save_agent(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]
) -> Response[Any]:
    """Name, address, roles, teams in one transaction."""
    form, roles, chosen_teams = await texts(request), await many(request, "roles"), await many(request, "teams")
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await change_agent(
                work,
                agent_id,
                held=viewer.permissions,
                name=form.get("name", ""),
                email=form.get("email", ""),
                roles=[uuid(one, "roles") for one in roles],
                teams=[uuid(one, "teams") for one in chosen_teams],
            )
    except (Invalid, Conflict, Forbidden) as error:
        shown = wrong({**form, "roles": roles, "teams": chosen_teams}, error)
        return await _agent(request, services, viewer, agent_id, shown, status=422)
    return back(f"/admin/agents/{agent_id}", "saved")


@post("/admin/agents/{agent_id:uuid}/desk", opt=_TEAM, include_in_schema=False)
async def save_desk(request: AnyRequest, services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]) -> Response[Any]:
    """What the agent can do and takes on."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            await set_skills(work, agent_id, levels_in(form))
            live, messaging = (number(form, name) if form.get(name) else None for name in ("live", "messaging"))
            await set_capacity(work, agent_id, live=live, messaging=messaging)
    except (Invalid, UnknownSkill) as error:
        return await _agent(request, services, viewer, agent_id, None, desk=wrong(form, error), status=422)
    return back(f"/admin/agents/{agent_id}", "saved")


@post("/admin/agents/{agent_id:uuid}/invite", opt=_WRITE, include_in_schema=False)
async def again(request: AnyRequest, services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]) -> Response[Any]:
    """Invites once more; the earlier link stops working."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        mail = await invite_again(work, agent_id, held=viewer.permissions, url=services.settings.url)
    return _hand_over(request, services, viewer, mail, f"/admin/agents/{agent_id}")


@post("/admin/agents/{agent_id:uuid}/deactivate", opt=_WRITE, include_in_schema=False)
async def shut_out(request: AnyRequest, services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]) -> Response[Any]:
    """Keeps somebody out at once, after the name was typed; can be taken back."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            confirm(form, (await find_agent(work, agent_id)).name)
            await deactivate(work, agent_id, held=viewer.permissions)
    except (Invalid, Conflict, Forbidden) as error:
        return await _refused(request, services, viewer, agent_id, error)
    return back(f"/admin/agents/{agent_id}", "deactivated")


async def _refused(request: AnyRequest, services: Services, viewer: Viewer, agent_id: UUID, error: Exception) -> Response[Any]:
    async with services.database.work(viewer.workspace_id) as work:
        agent = await find_agent(work, agent_id)
    values = {
        "name": agent.name,
        "email": agent.email,
        "roles": list(map(str, agent.roles)),
        "teams": list(map(str, agent.teams)),
    }
    return await _agent(request, services, viewer, agent_id, Form(values=values, errors={"": error.args[0]}), status=422)


@post("/admin/agents/{agent_id:uuid}/reactivate", opt=_WRITE, include_in_schema=False)
async def let_in_again(services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]) -> Response[Any]:
    """Lets somebody in again."""
    async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
        await reactivate(work, agent_id, held=viewer.permissions)
    return back(f"/admin/agents/{agent_id}", "reactivated")


@post("/admin/agents/{agent_id:uuid}/second-factor", opt=_WRITE, include_in_schema=False)
async def reset_factor(
    request: AnyRequest, services: GivenServices, viewer: GivenViewer, agent_id: FromPath[UUID]
) -> Response[Any]:
    """Takes the second factor off somebody who lost phone and recovery codes, after the name was typed."""
    form = await texts(request)
    try:
        async with services.database.work(viewer.workspace_id, actor=viewer.actor) as work:
            confirm(form, (await find_agent(work, agent_id)).name)
            await reset_second_factor(work, agent_id, held=viewer.permissions)
    except (Invalid, Forbidden) as error:
        return await _refused(request, services, viewer, agent_id, error)
    return back(f"/admin/agents/{agent_id}", "second-factor")


handlers: Final = [
    save_desk,
    show_agents, show_invite, send_invitation, show_agent, save_agent, again, shut_out, let_in_again, reset_factor,
]  # fmt: skip
