"""What time alone brings: rule 3, and what waits long enough to be looked at again."""

from typing import Final

from oase.desk.routing.rules.desk import Desk
from oase.desk.routing.rules.events import Command, Repromise
from oase.desk.routing.rules.placing import place, replace

AT_ONCE: Final = 2
"""How many promises are made anew, and how many timers seen to, with one event: a burst does not hold up who waits for a decision."""
WITH_TICK: Final = 200
"""The same for a tick, for which nobody waits."""


def renew_promises(desk: Desk, now: float, commands: list[Command], most: int) -> None:
    """A promise that can no longer be kept is made anew once; what was given to somebody is everybody's then."""
    for _ in range(most):
        item = desk.promises.ended(now)
        if item is None:
            return
        if item.promises > 1:
            continue
        desk.waits_no_more(item)
        item.promises, item.due = 2, now + desk.manner(item).second_promise
        commands.append(Repromise(item.id, item.due))
        if item.bound:
            item.owner, item.bound = None, False
            place(desk, item, now, commands)
        else:
            desk.wait(item, desk.agent(item.owner))


def look_again(desk: Desk, now: float, commands: list[Command], most: int) -> None:
    """What has waited long enough is placed anew: it may need less now, and who declined may be asked again."""
    for _ in range(most):
        item = desk.timers.ripe(now)
        if item is None:
            return
        if item.waiting:
            replace(desk, item, now, commands)
        if item.widens_at > now:
            desk.look_at(item)
