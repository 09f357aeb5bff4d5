"""Who works here: names of agents and teams, which nearly every page shows. Kept for some seconds, since they hardly change."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct

from oase.conversations import View, read_filter
from oase.desk.hours import Timetable
from oase.kernel.db import UnitOfWork
from oase.staff import list_agents, list_teams
from oase.web.services import Services

_KEPT: Final = timedelta(seconds=5)
_WORKSPACES: Final = 1_000


class Named(Struct, frozen=True):
    """An agent or a team."""

    id: UUID
    name: str


class Staff(Struct, frozen=True, kw_only=True):
    """Everybody of a workspace, by name."""

    agents: Sequence[Named]
    teams: Sequence[Named]
    agent_names: Mapping[UUID, str]
    team_names: Mapping[UUID, str]
    teams_of: Mapping[UUID, Sequence[UUID]]
    hours: Mapping[UUID | None, Timetable] = {}  # by which teams work, where anybody said so; None: the company

    def hours_of(self, team_id: UUID | None) -> Timetable | None:
        """By which opening hours something of this team is promised; None where nobody said any."""
        return self.hours.get(team_id) or self.hours.get(None)

    def view(self, text: str, me: UUID) -> View:
        """A filter as typed, with this workspace's names, as `me` sees it; raises Invalid."""
        teams = {team.name.casefold(): team.id for team in self.teams}
        agents = {agent.name.casefold(): agent.id for agent in self.agents}
        return read_filter(text, me, teams, agents)


class Directory:
    """The staff of every workspace that was asked for lately."""

    def __init__(self, services: Services) -> None:
        self._known: dict[UUID, tuple[datetime, Staff]] = {}
        self._services = services

    async def agent_name(self, work: UnitOfWork, agent_id: UUID) -> str:
        """The name of an agent, of one who has just come, too; empty where there is none."""
        return (await self.of(work)).agent_names.get(agent_id) or (await self.of(work, fresh=True)).agent_names.get(agent_id, "")

    async def team_name(self, work: UnitOfWork, team_id: UUID) -> str:
        """The name of a team, of one that was just made, too; empty where there is none."""
        return (await self.of(work)).team_names.get(team_id) or (await self.of(work, fresh=True)).team_names.get(team_id, "")

    async def of(self, work: UnitOfWork, *, fresh: bool = False) -> Staff:
        """The staff of this workspace. No query while it is kept."""
        now = work.clock.now()
        found = None if fresh else self._known.get(work.workspace_id)
        if found is not None and now - found[0] < _KEPT:
            return found[1]
        agents, teams = await list_agents(work), await list_teams(work)
        hours = {one: await self._services.timetables.of_team(work, one) for one in (None, *(team.id for team in teams))}
        staff = Staff(
            agents=[Named(agent.id, agent.name) for agent in agents if agent.state == "active"],
            teams=[Named(team.id, team.name) for team in teams],
            agent_names={agent.id: agent.name for agent in agents},
            team_names={team.id: team.name for team in teams},
            teams_of={agent.id: agent.teams for agent in agents},
            hours=hours,
        )
        if len(self._known) >= _WORKSPACES:
            self._known.clear()
        self._known[work.workspace_id] = (now, staff)
        return staff
