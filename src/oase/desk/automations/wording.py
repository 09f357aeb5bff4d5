"""Snippets in a conversation's words: the person's language, the blanks filled. One way for rules, macros and whoever writes by hand."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from oase.conversations import Filling, NoConversation, facts_of, filled, in_language
from oase.conversations.conditions import Facts
from oase.desk.automations.means import Means
from oase.desk.hours import NeverOpen
from oase.kernel.db import UnitOfWork
from oase.kernel.i18n import message
from oase.staff import Workspace, find_workspace


async def worded(
    work: UnitOfWork, means: Means, snippets: Sequence[Mapping[str, str]], conversation_id: UUID, agent: str
) -> list[str]:
    """The texts of these snippets as an agent of this name would send them in the conversation. Raises NoConversation."""
    facts = (await facts_of(work, [conversation_id])).get(conversation_id)
    workspace = await find_workspace(work)
    if facts is None or workspace is None:
        raise NoConversation(message("This conversation does not exist."))
    filling = await _filling(work, means, facts, workspace, agent)
    return [_said(one, facts, workspace, filling) for one in snippets]


async def words_of(
    work: UnitOfWork, means: Means, texts: Mapping[str, str], facts: Facts, workspace: Workspace, agent: str = ""
) -> str:
    """A snippet in the customer's language, or the company's, with its blanks filled; without an agent in the company's name."""
    return _said(texts, facts, workspace, await _filling(work, means, facts, workspace, agent or workspace.name))


def _said(texts: Mapping[str, str], facts: Facts, workspace: Workspace, filling: Filling) -> str:
    text, language = in_language(texts, facts.person_language, workspace.language)
    return filled(text, language, filling)


async def _filling(work: UnitOfWork, means: Means, facts: Facts, workspace: Workspace, agent: str) -> Filling:
    return Filling(
        person=facts.person, agent=agent, company=workspace.name, number=facts.number, subject=facts.subject,
        due_at=facts.due_at, opens_at=await _opens_at(work, means, facts.team_id), time_zone=workspace.time_zone,
    )  # fmt: skip


async def _opens_at(work: UnitOfWork, means: Means, team_id: UUID | None) -> datetime | None:
    """When somebody of the team is there (again); None if never."""
    try:
        return (await means.timetables.of_team(work, team_id)).next_opening(work.clock.now())
    except NeverOpen:
        return None
