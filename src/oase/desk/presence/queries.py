"""What others ask about presence: who is on duty, with what they can do and take on; what is set."""

from typing import Final
from uuid import UUID

import msgspec

from oase.desk.presence import repository
from oase.desk.presence.rules import seen_lately
from oase.desk.presence.types import Capacity, Duty, DutyRules, Overload, Standing, TeamDesk
from oase.kernel.db import UnitOfWork
from oase.staff import find_workspace, list_agents, skills_held

RULES: Final = "duty"
OVERLOAD: Final = "overload"


async def on_duty(work: UnitOfWork) -> list[Duty]:
    """Who is online, busy or on a break, by name. Five queries, however many they are.

    Who has just closed the last page counts as gone already, also before that is written down.
    """
    found, now = await repository.standings(work), work.clock.now()
    here = {
        agent_id: one
        for agent_id, one in found.items()
        if one.state == "break" or (one.state != "away" and one.seen_at is not None and seen_lately(now, one.seen_at))
    }
    if not here:
        return []
    default = (await duty_rules(work)).capacity
    own, skills = await repository.capacities(work, default), await skills_held(work)
    return [
        Duty(
            agent_id=agent.id, name=agent.name, state=one.state, reason=one.reason, since=one.since or now,
            capacity=own.get(agent.id, default), skills=skills.get(agent.id, {}), teams=frozenset(agent.teams),
        )
        for agent in await list_agents(work)
        if agent.state == "active" and (one := here.get(agent.id)) is not None
    ]  # fmt: skip


async def standings(work: UnitOfWork) -> dict[UUID, Standing]:
    """Where everybody stands who ever said so: for lists of names. One query."""
    return await repository.standings(work)


async def standing_of(work: UnitOfWork, agent_id: UUID) -> Standing:
    """Where one agent stands: away who never said."""
    return await repository.standing_of(work, agent_id) or Standing()


async def team_desks(work: UnitOfWork) -> dict[UUID, TeamDesk]:
    """How teams get their work; a team that is not among them: `TeamDesk()`."""
    return await repository.team_desks(work)


async def duty_rules(work: UnitOfWork) -> DutyRules:
    """What the workspace says of presence; what this version cannot read counts as not set."""
    workspace = await find_workspace(work)
    try:
        return msgspec.convert((workspace.settings if workspace else {}).get(RULES) or {}, DutyRules)
    except msgspec.ValidationError:
        return DutyRules()


async def overload_of(work: UnitOfWork) -> Overload:
    """What is protected when there is more to do than can be done."""
    workspace = await find_workspace(work)
    stored = (workspace.settings if workspace else {}).get(OVERLOAD) or {}
    return "protect_mail" if stored.get("choice") == "protect_mail" else "protect_live"


async def capacity_of(work: UnitOfWork, agent_id: UUID) -> tuple[int | None, int | None]:
    """What an agent takes on at once, live and by messenger, where it is not what the workspace says (None)."""
    return await repository.own_capacity(work, agent_id)


async def default_capacity(work: UnitOfWork) -> Capacity:
    """What the workspace says that fills one person."""
    return (await duty_rules(work)).capacity
