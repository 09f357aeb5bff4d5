"""Where an item goes, and what an agent turns to: the steps of which all events are made."""

from collections.abc import Iterable

from oase.desk.routing.rules.choice import next_for, owner_for, somebody_for
from oase.desk.routing.rules.crowd import Agent, Kind
from oase.desk.routing.rules.desk import Desk
from oase.desk.routing.rules.events import Command, Offer, Widened, Withdraw
from oase.desk.routing.rules.types import AgentId, Item


def place(desk: Desk, item: Item, now: float, commands: list[Command], but: AgentId | None = None) -> bool:
    """Somebody gets the item, or it waits; whether somebody got it. It waits nowhere yet. `but`: who has just chosen something else."""
    found = None
    if now >= item.widens_at:
        item.cell, item.kind, item.wider, item.widens_at = item.wider, None, None, float("inf")
        commands.append(Widened(item.id, item.cell))
    item.key = desk.key(item)
    owner = desk.agent(item.owner)
    if owner is None and item.given and item.owner is not None:
        owner = desk.crowd.absent(item.owner)
    if owner is not None and (owner.available or item.bound):
        found = owner_for(desk, item, owner, now) if owner.id != but else None
    else:
        item.owner, item.bound, owner = None, False, None
        found = somebody_for(desk, item, now, but)
    if found is not None:
        ask(desk, found[1], item, found[0], now, commands)
        return True
    desk.wait(item, owner)
    return False


def ask(desk: Desk, offer: Offer, item: Item, agent: Agent, now: float, commands: list[Command]) -> None:
    """An agent is asked. What they write is laid aside; what they were only asked for goes to others."""
    before = make_way(desk, agent, commands)
    desk.offer(offer, item, agent, commands)
    if before is not None:
        place(desk, before, now, commands, but=agent.id)


def make_way(desk: Desk, agent: Agent, commands: list[Command]) -> Item | None:
    """An agent begins something else: what they work on waits for them. What they were only asked for is to be placed afterwards."""
    work = agent.work
    if work is None or work.started is not None:
        desk.lay_aside(agent, commands)
        return None
    agent.work = None
    commands.append(Withdraw(work.id, agent.id))
    return work


def replace(desk: Desk, item: Item, now: float, commands: list[Command]) -> None:
    """Something about a waiting item has changed: it is placed anew."""
    desk.waits_no_more(item)
    place(desk, item, now, commands)


def others_left(desk: Desk, kinds: Iterable[Kind], now: float, commands: list[Command]) -> None:
    """An agent is no longer there: what others declined and this one could have done may be for those again."""
    for kind in kinds:
        nobody: set[frozenset[AgentId]] = set()
        for _, _, item in list(kind.declined.entries):
            if item.place is kind.declined and item.declined not in nobody:
                replace(desk, item, now, commands)
                if item.waiting:
                    nobody.add(item.declined)


def turn(desk: Desk, agent: Agent | None, now: float, commands: list[Command]) -> None:
    """An agent may have become free: they get the next."""
    if agent is not None and agent.available and agent.work is None:
        found = next_for(desk, agent, now)
        if found is not None:
            desk.offer(found[1], found[0], agent, commands)


def taken_from(desk: Desk, item: Item, commands: list[Command] | None = None) -> Agent | None:
    """Takes an item from who has it; who that was."""
    agent = desk.agent(item.with_)
    if agent is None or agent.work is not item:
        return None
    agent.work, item.with_, item.started = None, None, None
    desk.settle(agent)
    desk.decided.pop(item.id, None)
    if commands is not None:
        commands.append(Withdraw(item.id, agent.id))
    return agent


def refused(desk: Desk, item: Item, agent: Agent, now: float) -> None:
    """An agent does not want an item: whoever was asked a second time is asked last from now on."""
    again = agent.id in item.declined
    item.declined = frozenset((agent.id,)) if again else item.declined | {agent.id}
    item.again_at = now + desk.settings.offer_again
    desk.look_at(item, item.again_at)
    if item.owner == agent.id:
        item.owner, item.bound = None, False
