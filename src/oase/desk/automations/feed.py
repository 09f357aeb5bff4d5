"""The feed: what happens sets rules off, after it happened and outside of its transaction.

live log --Follower("automations")--> happenings --one transaction per workspace and batch, a constant number of statements-->
    facts of all conversations · decide (pure) · automation_run · conversations changed, set-based · the place in the log
                                                                                 what is to be said --talk--> one transaction each

The place in the log is written with what was done: an event that comes again, after this process died, does nothing again.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final
from uuid import UUID

import structlog
from msgspec import Struct
from msgspec.structs import replace

from oase.conversations import facts_of, last_words, spoken
from oase.conversations.conditions import Facts, Spoken
from oase.desk.automations import repository
from oase.desk.automations.apply import apply
from oase.desk.automations.means import Hours, Means, asks, given_to, hours_of, sleeps
from oase.desk.automations.promising import with_promises
from oase.desk.automations.rules import NOT_AFTER, after, decide, happenings, is_set_off, named_messages, spoken_in, with_states
from oase.desk.automations.talk import talk
from oase.desk.automations.types import Application, Happening, Rule
from oase.desk.language import language_of
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.follow import Follower
from oase.kernel.live import LiveEvent, LiveHub
from oase.kernel.locks import Locks

TOPICS: Final = ("conversation",)
log = structlog.get_logger()


class AutomationFeed:
    """Applies rules to what happens; one process at a time does it."""

    def __init__(self, database: Database, hub: LiveHub, locks: Locks, means: Means) -> None:
        self._database = database
        self._means = means
        self._follower = Follower(database, hub, locks, "automations", TOPICS)

    async def run(self) -> None:
        """Works until cancelled."""
        await self._follower.run(self.handle, self.begin)

    async def catch_up(self) -> None:
        """Everything up to now, once: for tests."""
        await self._follower.catch_up(self.handle, self.begin)

    async def begin(self) -> None:
        """Rules are not asked about what happened before; places of an older log mean nothing."""
        async with self._database.everywhere() as work:
            await repository.forget_marks(work)
        log.info("automations.begin")

    async def handle(self, events: Sequence[LiveEvent]) -> None:
        """Asks the rules about these events."""
        by_workspace: dict[UUID, list[LiveEvent]] = defaultdict(list)
        for event in events:
            by_workspace[event.workspace_id].append(event)
        for workspace_id, of_workspace in by_workspace.items():
            async with self._database.work(workspace_id) as work:
                said = await _ask(work, self._means, of_workspace)
            if said:
                await talk(self._database, self._means, workspace_id)


async def _ask(work: UnitOfWork, means: Means, events: Sequence[LiveEvent]) -> bool:
    """Applies the rules to the events that are new; True if something is to be said."""
    rules = await repository.rules_on(work)
    if not rules:
        return False
    place = await repository.mark(work)
    now = work.clock.now()
    fresh = [one for one in events if place is None or one.position > place]
    news = [one for one in fresh if now - (one.at or now) < NOT_AFTER]
    if not fresh:
        return False
    await repository.set_mark(work, fresh[-1].position)
    said = await spoken(work, [message for one in news for message in named_messages(one)]) if news else {}
    happened = [found for one in news for found in happenings(one, one.at or now, said)]
    return await consider(work, means, rules, happened, said)


async def consider(
    work: UnitOfWork, means: Means, rules: Sequence[Rule], happened: Sequence[Happening], said: Mapping[UUID, Spoken]
) -> bool:
    """Applies the rules to what happened; True if something is to be said. Also for the clock."""
    wanted = [one for one in happened if one.what == "answered" or any(is_set_off(rule.when, one) for rule in rules)]
    if not wanted:
        return False
    facts = await facts_of(work, [one.conversation_id for one in wanted])
    wordless = {one.conversation_id for one in wanted if not one.messages}
    last = await last_words(work, sorted(wordless)) if wordless and _ask_for_words(rules) else {}
    acts = [act for one in rules for act in one.acts]
    asked = sleeps(acts) or any(asks(one.groups, "hours") for one in rules)
    hours = await hours_of(work, means, {*(one.team_id for one in facts.values()), *given_to(acts)}) if asked else {}
    if any(one.do in ("promise", "target") for one in acts):
        facts = await with_promises(work, facts)
    found = list(_decided(work, rules, wanted, facts, Words(said, last, hours)))
    return await apply(work, means, found) if found else False


def _ask_for_words(rules: Sequence[Rule]) -> bool:
    answers = any(act.do == "answer" for rule in rules for act in rule.acts)
    return answers or any(asks(one.groups, "words", "text", "automatic", "text_language", "files") for one in rules)


class Words(Struct, frozen=True):
    """What was said, what customers said last, and who worked then."""

    said: Mapping[UUID, Spoken]
    last: Mapping[UUID, Spoken]
    hours: Hours


def _decided(
    work: UnitOfWork, rules: Sequence[Rule], happened: Sequence[Happening], facts: dict[UUID, Facts], words: Words
) -> Iterator[Application]:
    """What the rules say to each happening in turn, to the conversation as those before left it."""
    now = work.clock.now()
    languages = any(asks(one.groups, "text_language") for one in rules)
    for given in happened:
        if given.conversation_id not in facts:
            continue
        for one in with_states(given, words.said, facts[given.conversation_id]):
            as_it_stands = spoken_in(one, words.said, words.last, words.hours, facts[one.conversation_id])
            if languages:
                as_it_stands = replace(as_it_stands, text_language=language_of(as_it_stands.text))
            for application in decide(rules, one, as_it_stands, now, words.hours):
                if not application.stopped:
                    facts[one.conversation_id] = after(application.acts, facts[one.conversation_id], now, words.hours)
                yield application
