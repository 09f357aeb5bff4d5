"""What rules have to say: answers to customers and notes to colleagues, one transaction each, with what became of it.

An answer is marked as automatic, and is loop-safe: never to what a machine wrote, never in public, so many times for each rule and
conversation in 24 hours as the rule allows, and a few times by all rules together.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID, uuid5

import msgspec
import structlog

from oase.conversations import Answer, Author, facts_of, find_snippet, note, say
from oase.conversations.conditions import Facts
from oase.desk.automations import repository
from oase.desk.automations.apply import cause_of
from oase.desk.automations.means import Means
from oase.desk.automations.repository import Waiting
from oase.desk.automations.types import Act
from oase.desk.automations.wording import words_of
from oase.kernel.db import Database, UnitOfWork
from oase.kernel.errors import OaseError
from oase.kernel.i18n import Message, message
from oase.staff import Workspace, find_workspace

_AT_ONCE: Final = 200
_BY_ALL_RULES: Final = 5
_PERIOD: Final = timedelta(hours=24)
log = structlog.get_logger()


async def talk(database: Database, means: Means, workspace_id: UUID) -> int:
    """Says what waits in a workspace; gives how many applications ended by it."""
    count = 0
    while True:
        async with database.work(workspace_id) as work:
            waiting = await repository.waiting_runs(work, _AT_ONCE)
        for one in waiting:
            await _say(database, means, workspace_id, one)
        count += len(waiting)
        if len(waiting) < _AT_ONCE:
            return count


async def _say(database: Database, means: Means, workspace_id: UUID, run: Waiting) -> None:
    """All that one application has to say. What cannot be said is written down with its reason, and shown to administrators."""
    try:
        async with database.work(workspace_id) as work:
            if not await repository.take_waiting(work, run.id):
                return
            kept_back = await _spoken(work, means, run)
            await repository.end_run(work, run.id, "done", str(kept_back or ""), answered=kept_back is None and _answers(run))
    except OaseError as error:
        log.warning("automations.not_said", rule=str(run.rule_id), conversation=str(run.conversation_id), error=str(error))
        async with database.work(workspace_id) as work:
            await repository.end_run(work, run.id, "failed", str(error), answered=False)


def _acts(run: Waiting) -> Sequence[Act]:
    return msgspec.convert(run.acts, list[Act])


def _answers(run: Waiting) -> bool:
    return any(act.do == "answer" for act in _acts(run))


async def _spoken(work: UnitOfWork, means: Means, run: Waiting) -> Message | None:
    """Says it; gives why an answer was kept back, if it was."""
    facts = (await facts_of(work, [run.conversation_id])).get(run.conversation_id)
    workspace = await find_workspace(work)
    if facts is None or workspace is None:
        return message("The conversation is not there any more.")
    kept_back = None
    with work.because(cause_of(run.rule_id, run.chain)):
        for place, act in enumerate(_acts(run)):
            key = uuid5(run.id, str(place))
            if act.do == "note":
                await note(work, Author(name=run.rule), run.conversation_id, act.value, client_key=key)
            elif act.do == "answer":
                kept_back = await _too_often(work, run, act)
                if kept_back is None:
                    await _answer(work, means, facts, workspace, act, key)
    return kept_back


async def _too_often(work: UnitOfWork, run: Waiting, act: Act) -> Message | None:
    own, all_rules = await repository.answers_since(work, run.conversation_id, run.rule_id, work.clock.now() - _PERIOD)
    if own >= act.limit or all_rules >= _BY_ALL_RULES:
        return message("Not answered: enough was answered here by rules within 24 hours.")
    return None


async def _answer(work: UnitOfWork, means: Means, facts: Facts, workspace: Workspace, act: Act, key: UUID) -> None:
    snippet = await find_snippet(work, UUID(act.value))
    text = await words_of(work, means, snippet.texts, facts, workspace)
    answer = Answer(client_key=key, text=text, quote=False, undo=timedelta(0), then=None, automatic=True)
    await say(work, means.book, Author(name=workspace.name), facts.id, answer)
