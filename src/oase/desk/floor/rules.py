"""Pure: what was read becomes the floor."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, cast
from uuid import UUID

from oase.channels.contract import Pace
from oase.conversations import lines
from oase.desk.floor.types import Colleague, Mate, Queue, Totals, Unreached
from oase.desk.presence import Duty, Standing, load
from oase.desk.routing import LiveOffer, Stranded

RISK: Final = timedelta(minutes=30)
"""How far ahead promises are looked at."""
TALKS: Final = timedelta(minutes=10)
"""A chat in which nobody said anything for so long fills nobody, as for routing."""
PACES: Final[tuple[Pace, ...]] = ("live", "messaging", "mail")
_ORDER: Final = {"online": 0, "busy": 1, "break": 2, "away": 3}


def queues_of(
    waiting: Iterable[lines.Line],
    first: Sequence[UUID],
    shown: Mapping[UUID, lines.InLine],
    live: Collection[LiveOffer],
    names: Mapping[UUID, str],
) -> list[Queue]:
    """The queues by name of their team, without one last, and within it the quickest first."""
    at_work: dict[tuple[UUID | None, str], int] = {}
    for offer in live:
        one = shown.get(offer.conversation_id)
        if one is not None and offer.state == "working":
            at_work[one.team_id, one.kind] = at_work.get((one.team_id, one.kind), 0) + 1
    heads: dict[tuple[UUID | None, str], list[lines.InLine]] = {}
    for conversation_id in first:
        if (head := shown.get(conversation_id)) is not None:
            heads.setdefault((head.team_id, head.kind), []).append(head)
    found = [
        Queue(
            team_id=line.team_id, pace=cast("Pace", line.kind), count=line.count, nobodys=line.nobodys,
            at_work=min(line.count, at_work.get((line.team_id, line.kind), 0)), oldest=line.oldest, due_at=line.due_at, over=line.over,
            soon=line.soon, first=heads.get((line.team_id, line.kind), []),
        )
        for line in waiting
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.team_id is None, _named(one.team_id, names), PACES.index(one.pace)))


def _named(team_id: UUID | None, names: Mapping[UUID, str]) -> str:
    return names.get(team_id, "").casefold() if team_id else ""


def crew_of(
    duties: Iterable[Duty],
    held: Iterable[lines.Held],
    live: Collection[LiveOffer],
    piles: Iterable[UUID],
    shown: Mapping[UUID, lines.InLine],
) -> list[Mate]:
    """Who is on duty with what they have: who is online first, within it by name."""
    by_agent: dict[UUID, list[lines.Held]] = {}
    for one in held:
        by_agent.setdefault(one.agent_id, []).append(one)
    offers: dict[tuple[UUID, str], list[lines.InLine]] = {}
    for offer in live:
        if (what := shown.get(offer.conversation_id)) is not None:
            offers.setdefault((offer.agent_id, offer.state), []).append(what)
    busy = {offer.conversation_id for offer in live}
    nexts: dict[UUID | None, list[lines.InLine]] = {}
    for conversation_id in piles:
        if conversation_id not in busy and (one_more := shown.get(conversation_id)) is not None:
            nexts.setdefault(one_more.assignee_id, []).append(one_more)
    mates = [_mate(duty, by_agent.get(duty.agent_id, []), offers, nexts.get(duty.agent_id, [])) for duty in duties]
    return sorted(mates, key=lambda one: (_ORDER[one.state], one.name.casefold(), one.id))


def _mate(
    duty: Duty,
    held: Sequence[lines.Held],
    offers: Mapping[tuple[UUID, str], list[lines.InLine]],
    following: Sequence[lines.InLine],
) -> Mate:
    at_work = offers.get((duty.agent_id, "working"), [])
    has = {one.kind: one for one in held}
    fills: dict[Pace, int] = {
        "live": has["live"].talking if "live" in has else 0,
        "messaging": has["messaging"].waiting if "messaging" in has else 0,
        "mail": sum(1 for one in at_work if one.kind == "mail"),
    }
    return Mate(
        id=duty.agent_id, name=duty.name, state=duty.state, reason=duty.reason, since=duty.since, teams=duty.teams,
        capacity=duty.capacity, held=fills, load=round(float(load(duty.capacity, fills)), 2), at_work=at_work,
        offered=offers.get((duty.agent_id, "made"), []), next=following,
        waiting=sum(one.waiting for one in held), over=sum(one.over for one in held),
    )  # fmt: skip


def away_of(staff: Iterable[tuple[UUID, str]], here: Collection[UUID], standings: Mapping[UUID, Standing]) -> list[Colleague]:
    """Everybody else, who was here last first; who never said what they do last."""
    found = [
        Colleague(id=agent_id, name=name, reason=standing.reason, since=standing.since)
        for agent_id, name in staff
        if agent_id not in here
        for standing in [standings.get(agent_id, Standing())]
    ]
    return sorted(found, key=lambda one: (-(one.since.timestamp() if one.since else 0.0), one.name.casefold()))


def totals_of(waiting: Sequence[lines.Line], crew: Sequence[Mate], away: int) -> Totals:
    """The whole in a few numbers."""
    works = [one for one in crew if one.state in ("online", "busy")]
    oldest: datetime | None = min((line.oldest for line in waiting), default=None)
    return Totals(
        waiting=sum(line.count for line in waiting),
        nobodys=sum(line.nobodys for line in waiting),
        over=sum(line.over for line in waiting),
        soon=sum(line.soon for line in waiting),
        oldest=oldest,
        online=sum(1 for one in crew if one.state == "online"),
        busy=sum(1 for one in crew if one.state == "busy"),
        on_break=sum(1 for one in crew if one.state == "break"),
        away=away,
        load=round(sum(min(1.0, one.load) for one in works) / len(works), 2) if works else None,
    )


def unreached_of(found: Iterable[Stranded], duties: Iterable[Duty]) -> list[Unreached]:
    """What is missing for what nobody can do, the most first; what misses the same is told together. Who is on a break is not there."""
    here = [one for one in duties if one.state in ("online", "busy")]
    told: dict[tuple[UUID | None, bool, tuple[UUID, ...]], int] = {}
    for one in found:
        team = [mate for mate in here if one.team_id is None or one.team_id in mate.teams]
        lacking = [skill for skill in one.skills if not any(skill in mate.skills for mate in team)]
        missing = tuple(lacking or one.skills) if team else ()  # each is there, but not in one person: all of them
        key = (one.team_id, bool(team), missing)
        told[key] = told.get(key, 0) + one.count
    found_all = [
        Unreached(team_id=team, anybody=some, skills=skills, count=count) for (team, some, skills), count in told.items()
    ]
    return sorted(found_all, key=lambda one: (-one.count, str(one.team_id), one.skills))
