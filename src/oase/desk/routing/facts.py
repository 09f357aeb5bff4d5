"""What routing needs to know, read from the database: conversations with what they take, and who is on duty."""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from msgspec import Struct, structs

from oase.channels import adapter, all_adapters, installed
from oase.conversations import Waiting, all_waiting, last_words, under_way, waiting_of
from oase.desk.language import language_for
from oase.desk.presence import Duty, Overload, TeamDesk, on_duty, overload_of, takes, team_desks
from oase.desk.promises import Pace, Policy, policy_of, standing
from oase.desk.routing import repository
from oase.desk.routing.dispatcher import SILENT, Fact, Mate, Past
from oase.desk.routing.rules import Manner, Need, Router, Settings, Skills
from oase.desk.routing.types import Needed, Remembered
from oase.kernel.db import UnitOfWork
from oase.staff import Skill, find_workspace, list_skills

_REMEMBERED: Final = 50_000  # languages
_NEEDS: Final = 500  # at most, the newest
MANNERS: Final[Mapping[Pace, Manner]] = {
    "live": Manner(at_once=3),
    "messaging": Manner(at_once=5, packed=False),
    "mail": Manner(parkable=True),
}
"""How each pace is worked on; how many conversations fill somebody and how long second promises last, others say."""


class Frame(Struct, frozen=True, kw_only=True):
    """What holds for all conversations of a workspace."""

    teams: Mapping[UUID, TeamDesk]
    skills: Sequence[Skill]
    overload: Overload
    language: str  # of the workspace
    promises: Policy

    def patience(self, team_id: UUID | None) -> timedelta:
        """How long an agent has to answer an offer."""
        team = self.teams.get(team_id) if team_id else None
        return timedelta(seconds=(team or TeamDesk()).accept_seconds)


async def frame_of(work: UnitOfWork) -> Frame:
    """What the workspace has set. Five queries."""
    workspace = await find_workspace(work)
    return Frame(
        teams=await team_desks(work),
        skills=await list_skills(work),
        overload=await overload_of(work),
        language=workspace.language if workspace else "en",
        promises=await policy_of(work),
    )


async def crew_of(work: UnitOfWork) -> dict[UUID, Mate]:
    """Who is on duty. Who is on a break is not."""
    return {one.agent_id: _mate(one) for one in await on_duty(work) if one.state in ("online", "busy")}


def _mate(duty: Duty) -> Mate:
    full = {pace: getattr(duty.capacity, pace) for pace in SILENT}
    skills = Skills(id=duty.agent_id, levels=dict[Hashable, int](duty.skills.items()), teams=duty.teams, at_once=full)
    return Mate(skills=skills, free=duty.state == "online")


def fact_of(one: Waiting, frame: Frame, language: str = "") -> Fact:
    """A conversation as routing sees it. `language`: in which the customer writes, where that is known."""
    pace = adapter(one.channel).manifest.side(one.public).pace if installed(one.channel) else "messaging"
    team = (frame.teams.get(one.team_id) if one.team_id else None) or TeamDesk()
    need = Need(channel=pace, team=one.team_id, skills=_skills(one, frame.skills, language))
    return Fact(
        id=one.id,
        pace=pace,
        team_id=one.team_id,
        need=need,
        since=one.waiting_since if one.waits else None,
        due_at=one.due_at,
        last_at=one.last_at,
        assignee_id=one.assignee_id,
        priority=one.priority,
        pull_only=team.pull_only,
        wider=structs.replace(need, or_team=team.overflow_team_id) if team.overflow_team_id else None,
        wider_after=timedelta(seconds=team.overflow_after_seconds),
        given_at=one.given_at,
        talks=not one.public and not one.merged and one.state in ("open", "waiting"),
        closed=one.state == "solved" or one.merged,
    )


def _skills(one: Waiting, skills: Iterable[Skill], language: str) -> tuple[tuple[UUID, int], ...]:
    """What a conversation takes of what the workspace knows."""
    return tuple(sorted((skill.id, 1) for skill in skills if takes(skill, channel=one.channel, tags=one.tags, language=language)))


def settings_of(frame: Frame) -> Settings:
    """The rules' parameters as the workspace wants them."""
    second = frame.promises.second_of
    manners = {p: structs.replace(one, second_promise=second(p).total_seconds()) for p, one in MANNERS.items()}
    return Settings(manners=dict[str, Manner](manners.items()), overload=frame.overload)


class Languages:
    """In which language customers write, as far as the workspace has agents for languages; looked at once for each time they wait."""

    def __init__(self) -> None:
        self._known: dict[UUID, tuple[datetime, str]] = {}

    async def of(self, work: UnitOfWork, frame: Frame, waiting: Sequence[Waiting]) -> dict[UUID, str]:
        """The languages of conversations that wait. One query for those that are new, none where no skill asks for it."""
        if not any(one.kind == "language" for one in frame.skills):
            return {}
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        fresh = {one.id: one.waiting_since for one in waiting if one.waiting_since and self._since(one.id) != one.waiting_since}
        spoken = await last_words(work, list(fresh)) if fresh else {}
        known = {one.id: one.language for one in waiting}
        for conversation_id, said in spoken.items():
            language = language_for(said.text, known=known[conversation_id], default=frame.language)
            self._known[conversation_id] = (fresh[conversation_id], language)
        return {one.id: self._known[one.id][1] for one in waiting if one.id in self._known}

    def _since(self, conversation_id: UUID) -> datetime | None:
        return self._known[conversation_id][0] if conversation_id in self._known else None


async def facts_of(work: UnitOfWork, frame: Frame, languages: Languages, ids: Sequence[UUID]) -> dict[UUID, Fact]:
    """These conversations, as far as they exist. Two queries at most."""
    found = await waiting_of(work, ids)
    spoken = await languages.of(work, frame, [one for one in found if one.waits])
    return {one.id: fact_of(one, frame, spoken.get(one.id, "")) for one in found}


async def past_of(work: UnitOfWork, frame: Frame, languages: Languages, remembered: Remembered) -> Past:
    """Everything that a new leader has to know. A constant number of queries."""
    talks = [id for id, one in all_adapters().items() if one.manifest.pace in SILENT]
    waiting = await all_waiting(work)
    spoken = await languages.of(work, frame, waiting)
    return Past(
        crew=await crew_of(work),
        facts=[fact_of(one, frame, spoken.get(one.id, "")) for one in waiting],
        live=await repository.live_offers(work),
        under_way=[fact_of(one, frame) for one in await under_way(work, talks, work.clock.now() - max(SILENT.values()))],
        parked=await repository.times_parked(work),
        begun=await repository.begun_by_theirs(work),
        renewed=await _renewed(work, [one.id for one in waiting]),
        refused=await repository.refusals(work),
        learnt=remembered.waiting,
        needs=list(_needs(remembered, {one.id for one in frame.skills})),
    )


def remembered_of(router: Router) -> Remembered:
    """What whoever leads next goes on with."""
    needs = [one for one in router.cells() if isinstance(one, Need)]
    return Remembered(
        waiting=router.quotes.learnt(),
        needed=tuple(
            Needed(pace=one.channel, team_id=one.team, or_team_id=one.or_team, skills=one.skills)  # type: ignore[arg-type]
            for one in needs[-_NEEDS:]
        ),
    )


def _needs(remembered: Remembered, skills: Collection[UUID]) -> Iterator[Need]:
    """What was asked for and still can be: skills that were deleted are not."""
    for one in remembered.needed:
        if all(skill in skills for skill, _ in one.skills):
            yield Need(channel=one.pace, team=one.team_id, or_team=one.or_team_id, skills=one.skills)


async def _renewed(work: UnitOfWork, ids: Sequence[UUID]) -> frozenset[UUID]:
    """Where a second promise stands."""
    return frozenset(key for key, promises in (await standing(work, ids)).items() if any(one.number == 2 for one in promises))
