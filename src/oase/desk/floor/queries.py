"""The floor, read: a constant number of queries for five hundred agents and ten thousand that wait."""

from typing import Final
from uuid import UUID

from oase.channels import all_adapters
from oase.conversations import lines
from oase.desk.floor import repository
from oase.desk.floor.actions import WALL_PREFIX
from oase.desk.floor.repository import walls, whispers_to
from oase.desk.floor.rules import RISK, TALKS, away_of, crew_of, queues_of, totals_of, unreached_of
from oase.desk.floor.types import Floor, WallHolder
from oase.desk.presence import on_duty, standings
from oase.desk.routing import live_offers, stranded
from oase.kernel.db import Database, UnitOfWork
from oase.staff import list_agents, list_teams, tokens

__all__ = ["floor_of", "kinds", "wall_of", "walls", "whispers_to"]
FIRST: Final = 8
"""How many of each queue are shown one by one."""
_RISK_SHOWN: Final = 50
_OVER_SHOWN: Final = 20
_PILE: Final = 4  # of what waits for one agent
_PILES_SHOWN: Final = 300
_SEEN_EVERY: Final = 60  # seconds


def kinds() -> lines.Kinds:
    """The pace of each channel and of its public side."""
    return [
        (channel, public, one.manifest.side(public).pace) for channel, one in all_adapters().items() for public in (False, True)
    ]


async def floor_of(work: UnitOfWork, *, team_id: UUID | None = None) -> Floor:
    """The desk now, or what of it concerns a team. Twenty queries at most."""
    now, given = work.clock.now(), kinds()
    teams = {team.id: team.name for team in await list_teams(work)}
    staff = [one for one in await list_agents(work) if one.state == "active" and (team_id is None or team_id in one.teams)]
    everybody = await on_duty(work)
    duties = [one for one in everybody if team_id is None or team_id in one.teams]
    here = {one.agent_id for one in duties}
    waiting = await lines.all_lines(work, given, RISK, team_id=team_id)
    first = await lines.first_in_lines(work, given, FIRST, team_id=team_id)
    over = await lines.due_between(work, None, now, _OVER_SHOWN, team_id=team_id, last=True)
    risk = await lines.due_between(work, now, now + RISK, _RISK_SHOWN, team_id=team_id)
    piles = await lines.first_of_agents(work, _PILE, _PILES_SHOWN, team_id=team_id)
    live = await live_offers(work)
    shown = await lines.in_line(work, given, {*first, *over, *risk, *piles, *(one.conversation_id for one in live)})
    crew = crew_of(duties, await lines.held(work, given, now - TALKS), live, piles, shown)
    away = away_of([(one.id, one.name) for one in staff], here, await standings(work))
    return Floor(
        at=now,
        team_id=team_id,
        totals=totals_of(waiting, crew, len(away)),
        queues=queues_of(waiting, first, shown, live, teams),
        over=[shown[one] for one in over if one in shown],
        risk=[shown[one] for one in risk if one in shown],
        crew=crew,
        away=away,
        unreached=unreached_of([one for one in await stranded(work) if team_id in (None, one.team_id)], everybody),
    )


async def wall_of(database: Database, text: str) -> WallHolder | None:
    """What the address of a wallboard opens; None if it was never one, or was ended. Notes once a minute that it was looked at."""
    parsed = tokens.parse(text, prefix=WALL_PREFIX)
    if parsed is None:
        return None
    async with database.work(parsed.workspace_id) as work:
        row, now = await repository.find_wall(work, parsed.id), work.clock.now()
        if row is None or not parsed.fits(row["token_hash"]):
            return None
        if row["seen_at"] is None or (now - row["seen_at"]).total_seconds() >= _SEEN_EVERY:
            await repository.touch_wall(work, parsed.id, now)
    return WallHolder(workspace_id=parsed.workspace_id, id=parsed.id, team_id=row["team_id"])
