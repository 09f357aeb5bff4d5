"""Rules 1, 2, 4 and 5: what an agent turns to next, and who is asked for an item. Nothing changes here."""

from oase.desk.routing.rules.crowd import Agent, Kind
from oase.desk.routing.rules.desk import Desk
from oase.desk.routing.rules.events import Offer
from oase.desk.routing.rules.types import AgentId, Item

ASKED_FOR, FIRST_PROMISE, KEPT, SECOND_PROMISE, SCARCE, ASIDE = range(6)
"""By which sentence of the rules somebody got something."""


def next_for(desk: Desk, agent: Agent, now: float, *, pulls: bool = False) -> tuple[Item, Offer] | None:
    """What an agent who is free gets; `pulls`: who asks gets what nobody is offered, too."""
    best, best_kind, best_key, earliest = agent.own.first, None, agent.own.key, agent.own.key
    for kind in agent.kinds:
        queue, declined = kind.queue, kind.declined.entries
        plain, item = queue.key, queue.first
        if pulls or (declined and declined[0][0] <= plain):
            plain, item = _with_others(desk, agent, kind, now, pulls=pulls)
        key = plain - kind.head_start
        if (key < best_key or plain < earliest) and item is not None and has_room(desk, agent, item):
            earliest = min(earliest, plain)
            if key < best_key:
                best, best_kind, best_key = item, kind, key
    if best is None:
        return None
    if pulls:
        rule = ASKED_FOR
    elif best_kind is None:
        rule = ASIDE if best.parked else KEPT
    elif best.promises > 1:
        rule = SECOND_PROMISE
    else:
        rule = SCARCE if best.key > earliest else FIRST_PROMISE
    return best, _offer(desk, best, agent, rule, best_key)


def _with_others(desk: Desk, agent: Agent, kind: Kind, now: float, *, pulls: bool) -> tuple[float, Item | None]:
    """The first of a kind, with what was declined and, for who asks, what nobody is offered."""
    best = kind.queue.first
    taken = kind.taken.first if pulls else None
    if taken is not None and (best is None or taken < best):
        best = taken
    peace: set[frozenset[AgentId]] = set()  # of who declined together, the first item that they declined speaks for the others
    for _, _, item in kind.declined.entries:
        if best is not None and best < item:
            break
        if pulls or agent.id not in item.declined:
            return item.key, item
        if item.declined not in peace:
            if may_ask_again(desk, item, kind, now):
                return item.key, item
            peace.add(item.declined)
    return (float("inf"), None) if best is None else (best.key, best)


def may_ask_again(desk: Desk, item: Item, kind: Kind, now: float) -> bool:
    """Whether who declined may be asked again: nobody else can do it, and they had their peace for a while."""
    return now >= item.again_at and not desk.crowd.without(kind.able & desk.crowd.on_duty, item.declined)


def has_room(desk: Desk, agent: Agent, item: Item) -> bool:
    """Whether an agent may begin something beside their open conversations."""
    manner = desk.manner(item)
    if manner.alone:
        return agent.chats == 0
    return manner.at_once == 1 or bool(desk.crowd.room[item.channel] & agent.bit)


def somebody_for(desk: Desk, item: Item, now: float, but: AgentId | None = None) -> tuple[Agent, Offer] | None:
    """Who is asked for an item: who is free, or writes what may be laid aside. `but`: who has just chosen something else."""
    if item.pull_only:
        return None
    crowd, kind, manner = desk.crowd, desk.kind(item), desk.manner(item)
    able = kind.able
    if item.declined:
        others = crowd.without(able, item.declined)
        if others & crowd.on_duty or now < item.again_at:
            able = others
    if but is not None:
        able = crowd.without(able, (but,))
    if manner.alone:
        able &= crowd.empty
    elif manner.at_once > 1:
        able &= crowd.room[item.channel]
    free = able & crowd.free
    if free and manner.at_once > 1 and manner.packed:
        free = free & ~crowd.empty or free
    agent = crowd.best(free, kind)
    if agent is not None:
        return agent, _offer(desk, item, agent, SCARCE if free & (free - 1) else FIRST_PROMISE, item.key)
    if pushes_aside(desk, item) and desk.calm(now):
        agent = crowd.best(able & crowd.writing, kind)
        if agent is not None:
            return agent, _offer(desk, item, agent, ASIDE, item.key)
    return None


def pushes_aside(desk: Desk, item: Item) -> bool:
    """Whether a mail is laid aside for an item: for a call, and for what is wanted at once, if that is no mail itself."""
    manner = desk.manner(item)
    return manner.parks or (not manner.parkable and item.due - item.arrived <= desk.settings.at_once_within)


def owner_for(desk: Desk, item: Item, owner: Agent, now: float) -> tuple[Agent, Offer] | None:
    """Who keeps the conversation, if they can turn to it at once."""
    aside = owner.parkable and not desk.manner(item).parkable and desk.calm(now)
    if owner.available and (owner.work is None or aside):
        return owner, _offer(desk, item, owner, KEPT, item.key)
    return None


def _offer(desk: Desk, item: Item, agent: Agent, rule: int, key: float) -> Offer:
    kind = desk.kind(item)
    return Offer(item.id, agent.id, rule, item.due, item.due - key, kind.on_duty, (kind.able & desk.crowd.free).bit_count())
