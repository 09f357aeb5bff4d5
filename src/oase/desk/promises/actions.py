"""What is done about promises: they are brought up to what conversations are now."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import structlog

from oase.channels import adapter
from oase.conversations import Owed, answers_since, owed, set_due, turns_since
from oase.desk.hours import Timetables
from oase.desk.promises import repository
from oase.desk.promises.missed import MOST_TURNS, missed
from oase.desk.promises.rules import Case, is_vip, plan_of
from oase.desk.promises.types import Circumstances, Own, Pace, Policy, Standing
from oase.kernel.db import UnitOfWork
from oase.kernel.errors import NotFound

log = structlog.get_logger()


async def promise(
    work: UnitOfWork, conversation_ids: Collection[UUID], timetables: Timetables, heard: Collection[UUID] = ()
) -> None:
    """Brings what is promised in these conversations up to what they are now. Fourteen statements at most, whatever their number.

    `heard`: messages that came since it was looked last; what was answered by now is written down as well.
    """
    found = await owed(work, sorted(conversation_ids)) if conversation_ids else []
    if not found:
        return
    policy = await repository.policy(work)
    standing: dict[UUID, list[Standing]] = defaultdict(list)
    for stands in await repository.standing(work, [one.id for one in found]):
        standing[stands.conversation_id].append(stands)
    own = await repository.own(work, [one.id for one in found])
    answers = await answers_since(work, [(one.conversation_id, one.since) for each in standing.values() for one in each])
    tables = {team: await timetables.of_team(work, team) for team in {one.team_id for one in found}}
    again = await repository.again(work, _waiting_again(found, standing))
    cases = [
        Case(one, standing[one.id], answers, circumstances(policy, one, own.get(one.id)), tables[one.team_id], again.get(one.id))
        for one in found
    ]
    plan = plan_of(cases, policy, work.clock.now())
    for team in sorted({str(made.made_of.team_id) for made in plan.made if made.never_open}):
        log.error("promises.never_open", team=team)
    await repository.settle(work, plan.settled)
    await repository.move(work, plan.moved)
    await repository.insert(work, plan.made)
    await set_due(work, plan.due)
    if turns := await turns_since(work, heard, MOST_TURNS):
        spans = await repository.spans(work, [one.id for one in found])
        await repository.insert_past(work, missed(cases, turns, spans, policy, work.clock.now()))


def _waiting_again(found: Sequence[Owed], standing: Mapping[UUID, Sequence[Standing]]) -> list[tuple[UUID, datetime]]:
    """Where somebody waits, and since when, for what has been answered already: that answer may not have arrived."""
    return [
        (one.id, one.waiting_since)
        for one in found
        if one.waiting_since is not None
        and one.last_out_at is not None
        and one.waiting_since <= one.last_out_at
        and all(stands.since != one.waiting_since for stands in standing.get(one.id, ()))
    ]


async def promise_own(work: UnitOfWork, given: Sequence[Own]) -> None:
    """Promises of their own in conversations, the last one of each; feeds hear of it and count anew. What customers were told stays."""
    if not given:
        return
    last = {one.conversation_id: one for one in given}
    await repository.put_own(work, list(last.values()))
    for one in last:
        work.emit("conversation", one, {"what": "changed"})


def circumstances(policy: Policy, owed: Owed, own: Own | None = None) -> Circumstances:
    """What targets look at in a conversation."""
    return Circumstances(
        channel=owed.channel,
        pace=pace_of(owed.channel, public=owed.kind == "public"),
        team_id=owed.team_id,
        priority=owed.priority,
        vip=is_vip(policy, owed.person_tags, owed.person_fields),
        own=own.amount if own else None,
        own_target=own.target_id if own else None,
        own_rule=own.rule if own else "",
    )


def pace_of(channel: str, *, public: bool) -> Pace:
    """How fast customers of a channel expect an answer; of one that is not installed any more, like a messenger's."""
    if channel == "phone":
        return "phone"
    try:
        return adapter(channel).manifest.side(public).pace
    except NotFound:
        return "messaging"
