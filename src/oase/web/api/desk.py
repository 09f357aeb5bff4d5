"""What stands around conversations: tags, snippets, custom fields, agents, teams, and who calls."""

from typing import Final
from uuid import UUID

from litestar import get
from litestar.params import FromPath

from oase.conversations import custom_fields, list_tags, snippets
from oase.kernel.permissions import Permission
from oase.staff import Agent as StaffAgent
from oase.staff import find_agent, list_agents, list_teams
from oase.web.api.conversations import READ
from oase.web.api.parts import GivenCaller
from oase.web.api.request import Page
from oase.web.api.shapes import Agent, CustomField, Me, Snippet, Tag, Team, shown
from oase.web.given import GivenServices

_STAFF: Final = {"permission": Permission.STAFF_READ, "api": True}
_ALL: Final = 1000


@get("/tags", opt=READ, summary="List tags", tags=["Desk"])
async def tags(services: GivenServices, caller: GivenCaller) -> Page[Tag]:
    """By name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(Tag, one) for one in await list_tags(work)])


@get("/snippets", opt=READ, summary="List snippets", tags=["Desk"])
async def list_snippets(services: GivenServices, caller: GivenCaller) -> Page[Snippet]:
    """Prepared answers that everybody may use, and those of all teams."""
    async with services.database.work(caller.workspace_id) as work:
        teams = [team.id for team in await list_teams(work)]
        return Page(data=[shown(Snippet, one) for one in await snippets(work, teams=teams, limit=_ALL)])


@get("/custom-fields", opt=READ, summary="List custom fields", tags=["Desk"])
async def list_fields(services: GivenServices, caller: GivenCaller) -> Page[CustomField]:
    """Of persons and conversations, in their order."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(CustomField, one) for one in await custom_fields(work)])


def _agent(agent: StaffAgent) -> Agent:
    return shown(Agent, agent, teams=list(agent.teams))


@get("/agents", opt=_STAFF, summary="List agents", tags=["Staff"])
async def agents(services: GivenServices, caller: GivenCaller) -> Page[Agent]:
    """Those who are active or invited, by name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[_agent(one) for one in await list_agents(work)])


@get("/agents/{agent_id:uuid}", opt=_STAFF, summary="Read an agent", tags=["Staff"])
async def read_agent(services: GivenServices, caller: GivenCaller, agent_id: FromPath[UUID]) -> Agent:
    """One agent, deactivated or not."""
    async with services.database.work(caller.workspace_id) as work:
        return _agent(await find_agent(work, agent_id))


@get("/teams", opt=_STAFF, summary="List teams", tags=["Staff"])
async def teams(services: GivenServices, caller: GivenCaller) -> Page[Team]:
    """With their members, by name."""
    async with services.database.work(caller.workspace_id) as work:
        return Page(data=[shown(Team, one, members=list(one.members)) for one in await list_teams(work)])


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


handlers: Final = [tags, list_snippets, list_fields, agents, read_agent, teams, me]
