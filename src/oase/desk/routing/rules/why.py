"""Why an agent got an item, or did not: one cause and what it was decided by. Data; the pages make sentences of it."""

from collections.abc import Hashable
from enum import StrEnum

from msgspec import Struct

from oase.desk.routing.rules.choice import has_room, may_ask_again, next_for, pushes_aside
from oase.desk.routing.rules.crowd import Agent
from oase.desk.routing.rules.desk import Desk
from oase.desk.routing.rules.events import Offer
from oase.desk.routing.rules.types import AgentId, Item, ItemId, Need


class Because(StrEnum):
    """The first cause that holds, in this order."""

    UNKNOWN_ITEM = "unknown_item"  # it neither waits nor is worked on
    UNKNOWN_AGENT = "unknown_agent"
    HAS_IT = "has_it"  # `decided`: how it came to them
    TAKEN = "taken"  # `agent` has it
    KEPT = "kept"  # it waits for `agent`, who answered first or whom it was given
    LACKS_CHANNEL = "lacks_channel"
    LACKS_TEAM = "lacks_team"  # `needs`: the team
    LACKS_SKILL = "lacks_skill"  # `needs`: the skill, `limit`: the level, `has`: their own
    CANNOT = "cannot"  # for a cause that only the caller knows
    OFF_DUTY = "off_duty"
    PULL_ONLY = "pull_only"
    DECLINED = "declined"  # by this agent
    CHATS_FULL = "chats_full"  # `has` of `limit` of this channel
    FULL = "full"  # of open conversations of several channels: `has` per cent; one of this channel is `limit` more
    CHATS_OPEN = "chats_open"  # a call waits until none is: `has`
    LATER = "later"  # its promise (`due`, with `head_start`) comes after that of `item` (`other_due`, `other_head_start`)
    AT_WORK = "at_work"  # on `item`, which cannot be laid aside
    LAID_ASIDE_ENOUGH = "laid_aside_enough"  # `item` was: `has` times
    HAS_TIME = "has_time"  # until `due`: nothing is laid aside for it
    NOT_CALM = "not_calm"  # the oldest mail that waits (`item`) is due at `other_due`
    NEXT = "next"  # they get it next


class Reason(Struct, frozen=True, kw_only=True):
    """A cause with its inputs; which of them say something depends on the cause."""

    because: Because
    agent: AgentId | None = None
    item: ItemId | None = None
    needs: Hashable = None
    has: int = 0
    limit: int = 0
    due: float = 0.0
    head_start: float = 0.0
    other_due: float = 0.0
    other_head_start: float = 0.0
    could: int = 0  # how many on duty can do it
    decided: Offer | None = None  # unknown of what was taken by hand, or before the process began


def why(desk: Desk, item_id: ItemId, agent_id: AgentId, now: float) -> Reason:
    """Why an agent has an item, or has it not."""
    item, agent = desk.items.get(item_id), desk.agent(agent_id)
    if item is None:
        return Reason(because=Because.UNKNOWN_ITEM)
    if agent is None:
        return Reason(because=Because.UNKNOWN_AGENT)
    if agent.work is item:
        return Reason(because=Because.HAS_IT, due=item.due, decided=desk.decided.get(item.id))
    if item.with_ is not None:
        return Reason(because=Because.TAKEN, agent=item.with_, due=item.due, decided=desk.decided.get(item.id))
    if item.owner is not None and item.owner != agent.id:
        return Reason(because=Because.KEPT, agent=item.owner, due=item.due)
    return _cannot(desk, item, agent) or _may_not(desk, item, agent, now) or _does_not_yet(desk, item, agent, now)


def _cannot(desk: Desk, item: Item, agent: Agent) -> Reason | None:
    """What they lack, whatever happens on the desk."""
    need, skills = item.cell, agent.skills
    if item.owner == agent.id or desk.kind(item).able & agent.bit:
        return None
    if not isinstance(need, Need):
        return Reason(because=Because.CANNOT)
    if skills.at_once.get(need.channel) == 0:
        return Reason(because=Because.LACKS_CHANNEL, needs=need.channel)
    if need.team is not None and skills.teams.isdisjoint((need.team, need.or_team)):
        return Reason(because=Because.LACKS_TEAM, needs=need.team)
    for skill, least in need.skills:
        level = skills.levels.get(skill, 0)
        if level < least:
            return Reason(because=Because.LACKS_SKILL, needs=skill, limit=least, has=level)
    return Reason(because=Because.CANNOT)


def _may_not(desk: Desk, item: Item, agent: Agent, now: float) -> Reason | None:
    """What keeps it from them although they could."""
    could = desk.kind(item).on_duty
    if not agent.available:
        return Reason(because=Because.OFF_DUTY, could=could)
    if item.owner == agent.id:
        return None
    if item.pull_only:
        return Reason(because=Because.PULL_ONLY, could=could)
    if agent.id in item.declined and not may_ask_again(desk, item, desk.kind(item), now):
        return Reason(because=Because.DECLINED, could=could)
    manner = desk.manner(item)
    if manner.alone and agent.chats:
        return Reason(because=Because.CHATS_OPEN, has=agent.chats)
    if not has_room(desk, agent, item):
        has, limit = agent.holds.get(item.channel, 0), desk.crowd.at_once(agent, item.channel)
        if has >= limit:
            return Reason(because=Because.CHATS_FULL, has=has, limit=limit)
        return Reason(because=Because.FULL, has=round(100 * desk.crowd.load(agent)), limit=round(100 / limit))
    return None


def _does_not_yet(desk: Desk, item: Item, agent: Agent, now: float) -> Reason:
    """What comes before it."""
    could, work = desk.kind(item).on_duty, agent.work
    ahead = item.due - item.key + (desk.kind(item).head_start if item.owner is None else 0.0)
    if work is None:
        found = next_for(desk, agent, now)
        if found is None or found[0] is item:
            return Reason(because=Because.NEXT, due=item.due, head_start=ahead, could=could)
        work, decided = found
    else:
        decided = desk.decided.get(work.id, Offer(work.id, agent.id, due=work.due))
    if work.due - decided.head_start <= item.due - ahead:
        return Reason(
            because=Because.LATER,
            item=work.id,
            due=item.due,
            head_start=ahead,
            other_due=work.due,
            other_head_start=decided.head_start,
            could=could,
        )
    if not desk.manner(work).parkable:
        return Reason(because=Because.AT_WORK, item=work.id, due=item.due, could=could)
    if work.parked >= desk.settings.parks_at_most:
        return Reason(because=Because.LAID_ASIDE_ENOUGH, item=work.id, has=work.parked, could=could)
    if not (pushes_aside(desk, item) or item.owner == agent.id):
        return Reason(because=Because.HAS_TIME, item=work.id, due=item.due, could=could)
    oldest = desk.parkable.first()
    if oldest is not None and not desk.calm(now):
        return Reason(because=Because.NOT_CALM, item=oldest.id, other_due=oldest.due, could=could)
    return Reason(because=Because.NEXT, due=item.due, head_start=ahead, could=could)
