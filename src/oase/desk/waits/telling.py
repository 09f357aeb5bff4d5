"""The automatic reply on messengers: how long it takes, or when somebody is there again. Once for each stretch of waiting.

who waits in silence for half a minute --quote, opening hours--> worth saying? --say, by the channel's own rules--> customer

Half a minute leaves the first word to whoever has more to say: a person, a rule that answers outside business hours, the second
promise. After any of them nothing is said here. Never in public, never to a machine.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

from msgspec import Struct

from oase.channels import AccountBook, all_adapters
from oase.conversations import Unanswered, say_automatically, unanswered
from oase.desk.hours import Timetable, Timetables
from oase.desk.language import language_for
from oase.desk.promises import Policy, language_of, policy_of
from oase.desk.routing import StandingQuote, expected_waits, live_offers, standing_quotes
from oase.desk.waits.rules import foretold, is_worth_saying, outlook
from oase.desk.waits.types import Wait
from oase.desk.waits.wording import reply
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import translator
from oase.staff import Workspace, find_workspace

_SILENCE: Final = timedelta(seconds=30)
_LATELY: Final = timedelta(hours=1)  # who has waited longer is told nothing any more: they know
_REPLIES, _PERIOD = 3, timedelta(hours=24)
_LOOKED_AT: Final = 2_000
_AT_ONCE: Final = 50


class _Told(Struct, frozen=True):
    """What is said to whom."""

    to: Unanswered
    wait: Wait


async def tell_waits(work: UnitOfWork, book: AccountBook, timetables: Timetables, passed_over: set[UUID]) -> int:
    """Says it wherever it is worth saying; gives how often. `passed_over`: keys of what could not be said, not to be tried again."""
    policy = await policy_of(work)
    workspace = await find_workspace(work)
    if not policy.tell_wait or workspace is None:
        return 0
    now = work.clock.now()
    found = await unanswered(
        work, _messengers(), after=now - _LATELY, before=now - _SILENCE, replies=_REPLIES, within=_PERIOD, limit=_LOOKED_AT
    )
    found = [one for one in found if _key(one) not in passed_over]
    told = 0
    for one in (await _worth(work, policy, timetables, found))[:_AT_ONCE] if found else []:
        if await _say(work, book, policy, workspace, one):
            told += 1
        else:
            passed_over.add(_key(one.to))
    return told


def _messengers() -> list[str]:
    """Channels whose customers expect no answer at once, and no letter either. In chats and the app it stands in the head."""
    return [name for name, one in all_adapters().items() if one.manifest.side(public=False).pace == "messaging"]


async def _worth(work: UnitOfWork, policy: Policy, timetables: Timetables, found: Sequence[Unanswered]) -> list[_Told]:
    """Who waits long enough for a word about it, and is with nobody now. While nobody is on duty, quotes are worth nothing."""
    ids = [one.id for one in found]
    taken = {one.conversation_id for one in await live_offers(work, ids)}
    foretold_now = await standing_quotes(work, ids) if await expected_waits(work) else []
    quotes = {one.conversation_id: one for one in foretold_now}
    hours = {team: await timetables.of_team(work, team) for team in {one.team_id for one in found}}
    longer_than, now = timedelta(minutes=policy.wait_minutes), work.clock.now()
    waits = [(one, _wait(work, quotes, one.id, hours[one.team_id])) for one in found if one.id not in taken]
    return [_Told(one, wait) for one, wait in waits if wait is not None and is_worth_saying(wait, now, longer_than)]


def _wait(work: UnitOfWork, quotes: Mapping[UUID, StandingQuote], conversation_id: UUID, hours: Timetable) -> Wait | None:
    """What is left of the wait that was foretold; where none was, when it opens."""
    quote, now = quotes.get(conversation_id), work.clock.now()
    if quote is None:
        return outlook(None, now, hours)
    left = quote.seconds - hours.working_time_between(quote.made_at, now).total_seconds()
    return foretold(left, now, hours, usually=quote.usually)


async def _say(work: UnitOfWork, book: AccountBook, policy: Policy, workspace: Workspace, told: _Told) -> bool:
    """Sends the reply in the customer's language; False where none can be sent: outside a reply window, over an account that is off."""
    spoken = language_for(told.to.said, known=told.to.language, default=workspace.language)
    t = translator(language_of(spoken, workspace.language), workspace.time_zone)
    text = reply(policy.waits.get(t.language, ""), told.wait, work.clock.now(), workspace.name, t)
    return await say_automatically(work, book, told.to.id, text, company=workspace.name, key=_key(told.to), untold="waits.untold")


def _key(one: Unanswered) -> UUID:
    """The same for the same stretch of waiting, in whichever process."""
    return uuid5(one.id, f"wait {one.waiting_since.isoformat()}")
