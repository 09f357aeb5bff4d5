"""What happens to presence: somebody says what they do, a page shows that it is open, silence falls; the settings change.

Live: `("duty", agent, {"state": …, "reason": …, "since": …})` when what an agent does has changed; `("desk", id, {"what": "team"})` when
a setting has: of a team, of an agent's capacity, or of the workspace.
"""

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec

from oase.desk.presence import repository
from oase.desk.presence.errors import UnknownState
from oase.desk.presence.history import goes_on_as
from oase.desk.presence.queries import OVERLOAD, RULES, duty_rules
from oase.desk.presence.rules import (
    BREAK_AT_MOST,
    UNSEEN_AFTER,
    USED_LATELY,
    after_beat,
    after_silence,
    check_capacity,
    check_rules,
    check_team,
    chosen,
    seen_lately,
)
from oase.desk.presence.types import STATES, Capacity, DutyRules, Overload, Standing, State, TeamDesk
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import Invalid
from oase.kernel.i18n import message
from oase.staff import UnknownTeam, change_setting, find_agent, list_sessions, list_teams


async def set_state(work: UnitOfWork, agent_id: UUID, state: State, reason: str = "") -> Standing:
    """An agent says what they do from now on, or somebody says so for them, which is written down. Raises Invalid, UnknownAgent."""
    if state not in STATES:
        raise UnknownState
    agent = await find_agent(work, agent_id)
    if agent.state != "active" and state != "away":
        raise Invalid(message("%(name)s cannot sign in at the moment.", name=agent.name), field="state")
    before = await repository.lock_standing(work, agent_id) or Standing()
    now = chosen(work.clock.now(), state, reason)
    if (before.state, before.reason, before.left_by) == (now.state, now.reason, ""):
        now = msgspec.structs.replace(now, since=before.since or now.since)
    await repository.put_standing(work, agent_id, now)
    await _goes_on(work, agent_id, before, now)
    if work.actor.id != agent_id:
        work.audit("agent.duty_set", subject="agent", subject_id=agent_id, name=agent.name, state=state, reason=now.reason)
    _tell(work, agent_id, before, now)
    return now


async def heartbeat(work: UnitOfWork, agent_id: UUID, *, acted: bool = False) -> Standing:
    """A page of the agent is open; `acted`: and its reader did something since it last said so. Says where the agent stands."""
    before = await repository.lock_standing(work, agent_id)
    if before is None:
        return Standing()
    now = after_beat(work.clock.now(), before, acted=acted)
    await repository.put_standing(work, agent_id, now)
    await _goes_on(work, agent_id, before, now)
    _tell(work, agent_id, before, now)
    return now


async def let_go(work: UnitOfWork) -> list[UUID]:
    """Sends away who has given no sign; gives their ids."""
    moment, idle = work.clock.now(), (await duty_rules(work)).idle_minutes
    idle_after = timedelta(minutes=idle) if idle else None
    found = await repository.silent(work, UNSEEN_AFTER, BREAK_AT_MOST, idle_after)
    gone = [(one.id, one.standing, after) for one in found if (after := after_silence(moment, one.standing, idle_after))]
    if gone:
        await repository.put_many(work, [(agent_id, after) for agent_id, _, after in gone])
        await goes_on_as(work, [agent_id for agent_id, _, _ in gone], "away", moment, kept=False)
    for agent_id, before, after in gone:
        _tell(work, agent_id, before, after)
    return [agent_id for agent_id, _, _ in gone]


async def signs_out(work: UnitOfWork, agent_id: UUID) -> None:
    """An agent has ended a session: they are away at once, unless another one of theirs was in use within the last minutes."""
    before = await repository.lock_standing(work, agent_id)
    if before is None or before.state == "away":
        return
    lately = work.clock.now() - USED_LATELY
    if any(one.last_seen_at > lately for one in await list_sessions(work, agent_id)):
        return  # if no page of it is open any more, silence tells
    after = msgspec.structs.replace(before, state="away", reason="", since=work.clock.now(), left_by="", back_to="")
    await repository.put_standing(work, agent_id, after)
    await _goes_on(work, agent_id, before, after)
    _tell(work, agent_id, before, after)


async def set_capacity(work: UnitOfWork, agent_id: UUID, *, live: int | None, messaging: int | None) -> None:
    """How much an agent takes on at once; None: as the workspace says. Raises Invalid, UnknownAgent."""
    check_capacity(Capacity(live=3 if live is None else live, messaging=5 if messaging is None else messaging))
    await find_agent(work, agent_id)
    if await repository.own_capacity(work, agent_id) == (live, messaging):
        return
    await repository.put_capacity(work, agent_id, live, messaging)
    work.audit("agent.capacity_changed", subject="agent", subject_id=agent_id, live=live, messaging=messaging)
    work.emit("desk", agent_id, {"what": "team"})


async def set_team_desk(work: UnitOfWork, team_id: UUID, desk: TeamDesk) -> None:
    """How a team gets its work. Raises Invalid, UnknownTeam."""
    check_team(desk)
    known = {team.id for team in await list_teams(work)}
    if team_id not in known or (desk.overflow_team_id and desk.overflow_team_id not in known):
        raise UnknownTeam
    if desk.overflow_team_id == team_id:
        raise Invalid(message("A team cannot help itself out. Please choose another one."), field="overflow_team_id")
    before = (await repository.team_desks(work)).get(team_id, TeamDesk())
    if desk == before:
        return
    await repository.put_team_desk(work, team_id, desk)
    work.audit("team.desk_changed", subject="team", subject_id=team_id, before=_plain(before), after=_plain(desk))
    work.emit("desk", team_id, {"what": "team"})


async def set_duty_rules(work: UnitOfWork, rules: DutyRules) -> None:
    """What the workspace says of presence. Raises Invalid."""
    await change_setting(work, RULES, _plain(check_rules(rules)))
    work.emit("desk", work.workspace_id, {"what": "team"})


async def set_overload(work: UnitOfWork, choice: Overload) -> None:
    """What suffers when there is more to do than can be done. Raises Invalid."""
    if choice not in ("protect_live", "protect_mail"):
        raise Invalid(message("Please choose one of the two."), field="overload")
    await change_setting(work, OVERLOAD, {"choice": choice})
    work.emit("desk", work.workspace_id, {"what": "team"})


async def _goes_on(work: UnitOfWork, agent_id: UUID, before: Standing, now: Standing) -> None:
    if before.state != now.state and now.since is not None:
        await goes_on_as(work, [agent_id], now.state, now.since, kept=now.state != "away" and (await duty_rules(work)).history)


def _plain(value: object) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain


def _tell(work: UnitOfWork, agent_id: UUID, before: Standing, now: Standing) -> None:
    """Says what has changed for others; that a page is still open has not, that one is open again has."""
    again = before.seen_at is not None and now.seen_at is not None and not seen_lately(now.seen_at, before.seen_at)
    if ((before.state, before.reason) != (now.state, now.reason) or again) and now.since is not None:
        work.emit("duty", agent_id, {"state": now.state, "reason": now.reason, "since": now.since.isoformat()})
