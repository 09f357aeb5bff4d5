"""What rules do because time passes. One process at a time does it.

every 20 s      rules that time sets off: conversations whose moment came since the rule was asked last --> applied as by the feed
                what somebody died over saying is said
every minute    rules that name what is gone are switched off · administrators get a mail about those that were

A window of moments is asked for, by an index: it does not matter how many conversations there are.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from oase.conversations import moments_between
from oase.conversations.conditions import Moment
from oase.desk.automations import repository
from oase.desk.automations.actions import break_rule
from oase.desk.automations.feed import consider
from oase.desk.automations.letters import letters_about
from oase.desk.automations.means import Means
from oase.desk.automations.references import references, unusable
from oase.desk.automations.rules import by_clock, offset_of
from oase.desk.automations.talk import talk
from oase.desk.automations.types import PASSED, Happening, Passed, Rule
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.locks import Locks
from oase.kernel.mailer import Letter, send_letters
from oase.kernel.settings import Settings
from oase.kernel.ticks import keep_ticking

_TICK: Final = timedelta(seconds=20)
_LOOK_EVERY: Final = 3  # ticks
_AT_ONCE: Final = 500
_LATE: Final = timedelta(hours=1)
Place = tuple[datetime, UUID | None]
MOMENTS: Final[dict[Passed, Moment]] = {
    "waited": "waited_since", "unanswered": "waiting_since", "solved_for": "solved_at", "due_soon": "due_at", "overdue": "due_at",
}  # fmt: skip


class AutomationClock:
    """Turns until cancelled."""

    def __init__(self, database: Database, settings: Settings, locks: Locks, means: Means) -> None:
        self._database = database
        self._settings = settings
        self._locks = locks
        self._means = means

    async def run(self) -> None:
        """One tick after the other, in the process that holds the lock."""
        await keep_ticking(self._locks, "automations clock", _TICK, self._turn)

    async def _turn(self, tick: int) -> None:
        await self.ask()
        if tick % _LOOK_EVERY == 0:
            await send_letters(self._settings, self._database.clock, await self.look())

    async def ask(self) -> None:
        """Applies the rules that time sets off, and says what was left unsaid."""
        async with self._database.everywhere() as work:
            workspaces = await repository.workspaces_with_rules(work)
        for workspace_id in workspaces:
            async with self._database.work(workspace_id) as work:
                await self._passed(work)
            await talk(self._database, self._means, workspace_id)

    async def _passed(self, work: UnitOfWork) -> None:
        for rule in [one for one in await repository.rules_on(work) if by_clock(one)]:
            after, until = window(rule, work.clock.now())
            place: Place = (after, None)
            while found := await moments_between(work, MOMENTS[_passed(rule)], place, until, _AT_ONCE):
                await consider(work, self._means, [rule], [_happening(rule, *one) for one in found], {})
                place = (found[-1][1], found[-1][0])
            await repository.set_checked(work, [rule.id], work.clock.now())

    async def look(self) -> list[Letter]:
        """Switches off what names what is gone; gives the mails about it."""
        async with self._database.everywhere() as work:
            workspaces = await repository.workspaces_with_rules(work)
        letters: list[Letter] = []
        for workspace_id in workspaces:
            async with self._database.work(workspace_id) as work:
                there = await references(work, self._means.book)
                for rule in await repository.rules_on(work):
                    if why := unusable(rule.groups, rule.acts, there):
                        await break_rule(work, rule, why)
                if self._settings.smtp_url:
                    letters += await letters_about(work, self._settings.url)
        return letters


def window(rule: Rule, now: datetime) -> tuple[datetime, datetime]:
    """Between which moments conversations are looked for: those that came since the rule was asked last, while it was on.

    What customers wrote may reach us late, and with it what is due: so a while more is looked back, and what was done is known.
    Before something is due, it is asked for at any time.
    """
    offset = offset_of(rule.when)
    if rule.when.what == "due_soon":
        return now, now - offset
    since = (rule.checked_until or rule.on_since or now) - (
        _LATE if rule.when.what in ("unanswered", "overdue") else timedelta(0)
    )
    return max(since, rule.on_since or since) - offset, now - offset


def _passed(rule: Rule) -> Passed:
    return PASSED[PASSED.index(rule.when.what)]  # type: ignore[return-value]


def _happening(rule: Rule, conversation_id: UUID, moment: datetime) -> Happening:
    at, source = moment + offset_of(rule.when), f"{rule.when.what} {rule.when.minutes} {moment.isoformat()}"
    return Happening(what=rule.when.what, conversation_id=conversation_id, source=source, at=at, rule_id=rule.id)
